"""Everything PostgreSQL has, walked whole: plan, approve, apply, check; then the whole database is
compared with what was worked out by hand. A month ends on 1 April; `old` rows are of January."""

from __future__ import annotations

from typing import Any

from avow.engine.planner.guard import plan_findings
from avow.engine.planner.program import Move
from avow.estate.connectors.base import Access
from tests.connectors.postgresql_country import Found, fetched, found

__all__ = ["found"]

LINKS = """
CREATE TABLE person (id int PRIMARY KEY, code text UNIQUE, name text, left_on date);
CREATE TABLE pet (id int PRIMARY KEY, name text,
    person_id int NOT NULL REFERENCES person ON DELETE CASCADE);
CREATE TABLE collar (pet_id int PRIMARY KEY REFERENCES pet ON DELETE CASCADE, word text);
CREATE TABLE vote (id int PRIMARY KEY, said text, by_id int REFERENCES person ON DELETE SET NULL);
CREATE TABLE club (id int PRIMARY KEY, title text,
    head_id int DEFAULT 0 REFERENCES person ON DELETE SET DEFAULT);
CREATE TABLE debt (id int PRIMARY KEY, amount int,
    person_code text REFERENCES person (code) ON DELETE RESTRICT);
CREATE TABLE visit (id int PRIMARY KEY, seen_on date, person_id int REFERENCES person
    DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE place (land text, town text, mayor int REFERENCES person, PRIMARY KEY (land, town));
CREATE TABLE house (id int PRIMARY KEY, owner_id int REFERENCES person, land text, town text,
    FOREIGN KEY (land, town) REFERENCES place MATCH FULL);
CREATE INDEX ON pet (person_id); CREATE INDEX ON vote (by_id); CREATE INDEX ON club (head_id);
CREATE INDEX ON debt (person_code); CREATE INDEX ON visit (person_id);
CREATE INDEX ON place (mayor); CREATE INDEX ON house (owner_id); CREATE INDEX ON house (land, town);
INSERT INTO person VALUES (0, 'none', NULL, NULL), (1, 'A', 'ann', '2026-01-01'),
    (2, 'B', 'bob', NULL), (3, 'C', 'cem', '2026-04-20');
INSERT INTO pet VALUES (1, 'rex', 1), (2, 'tim', 2);
INSERT INTO collar VALUES (1, 'call ann'), (2, 'call bob');
INSERT INTO vote VALUES (1, 'yes', 1), (2, 'no', 2);
INSERT INTO club VALUES (1, 'chess', 1), (2, 'tea', 3);
INSERT INTO debt VALUES (1, 10, 'A'), (2, 20, 'C');
INSERT INTO visit VALUES (1, '2026-01-01', 2), (2, '2026-04-20', 1), (3, '2026-04-20', 2);
INSERT INTO place VALUES ('BE', 'Gent', 1), ('BE', 'Mons', 2);
INSERT INTO house VALUES (1, 1, 'BE', 'Gent'), (2, 2, 'BE', 'Gent'), (3, 3, NULL, NULL);
"""
LINKED = """
public.person:
  {subject: visitor, key: [id], collected_at: door, rest: data, events: {left: left_on}}
public.pet: {key: [id], owned_by: {public.person: person_id}, collected_at: door, rest: data}
public.collar: {key: [pet_id], owned_by: {public.pet: pet_id}, collected_at: door, rest: data}
public.vote: {key: [id], owned_by: nobody, because: counted, no_right: {public.person: by_id}}
public.club:
  {key: [id], owned_by: nobody, because: a list, no_right: {public.person: head_id},
   blank: {head_id: {constant: "0"}}}
public.debt:
  key: [id]
  owned_by: [{to: public.person, field: person_code, parent_field: code}]
  collected_at: door
  rest: data
public.visit:
  key: [id]
  owned_by: {public.person: person_id}
  collected_at: door
  rest: log
  events: {seen: seen_on}
public.place: {key: [land, town], owned_by: nobody, because: a list,
  no_right: {public.person: mayor}}
public.house: {key: [id], owned_by: {public.person: owner_id}, collected_at: door, rest: data,
  no_right: {public.place: [land, town]}}
"""


def test_every_kind_of_foreign_key_when_persons_are_erased(found: Found) -> None:
    """ON DELETE of all five kinds, one deferred, one to a unique column, one of two columns."""
    land = found(LINKS, LINKED)
    land.done(land.erasure_plan({"public.person": [(1,), (3,)]}))
    assert land.rows() == {
        "person": ["(0,none,,)", "(2,B,bob,)"],
        "pet": ["(2,tim,2)"],
        "collar": ['(2,"call bob")'],
        "vote": ["(1,yes,)", "(2,no,2)"],
        "club": ["(1,chess,0)", "(2,tea,0)"],
        "debt": [],
        "visit": ["(1,2026-01-01,2)", "(3,2026-04-20,2)"],
        "place": ["(BE,Gent,)", "(BE,Mons,2)"],
        "house": ["(2,2,BE,Gent)"],
    }


def test_every_kind_of_foreign_key_when_a_period_ends(found: Found) -> None:
    """Person 1 left long ago; of visit 2, which is young, only the pointer ends."""
    land = found(LINKS, LINKED)
    land.done(land.sweep_plan())
    assert land.rows() == {
        "person": ["(0,none,,)", "(2,B,bob,)", "(3,C,cem,2026-04-20)"],
        "pet": ["(2,tim,2)"],
        "collar": ['(2,"call bob")'],
        "vote": ["(1,yes,)", "(2,no,2)"],
        "club": ["(1,chess,0)", "(2,tea,3)"],
        "debt": ["(2,20,C)"],
        "visit": ["(2,2026-04-20,)", "(3,2026-04-20,2)"],
        "place": ["(BE,Gent,)", "(BE,Mons,2)"],
        "house": ["(2,2,BE,Gent)", "(3,3,,)"],
    }


NAMES = """
CREATE SCHEMA "Ventes"; CREATE SCHEMA "achats 2%";
CREATE TABLE public."user" ("order" int PRIMARY KEY, "select" text, "Left" date);
CREATE TABLE "Ventes"."user" ("order" int PRIMARY KEY, "É ""mail"" %s" text, seen_on date,
    "from" int REFERENCES public."user");
CREATE TABLE "achats 2%"."user" ("order" int PRIMARY KEY, "a.b" text, seen_on date,
    "To" int REFERENCES "Ventes"."user");
CREATE TABLE public."it's $1 : a ""table"" n°%s" ("id:x" int PRIMARY KEY, "User" int, "@" text,
    "Gesehen" date);
CREATE INDEX ON "Ventes"."user" ("from"); CREATE INDEX ON "achats 2%"."user" ("To");
CREATE INDEX ON public."it's $1 : a ""table"" n°%s" ("User");
INSERT INTO public."user" VALUES (1, 'ann', '2026-01-01'), (2, 'bob', NULL);
INSERT INTO "Ventes"."user" VALUES (1, 'a@x', '2026-04-20', 1), (2, 'b@x', '2026-01-01', 2);
INSERT INTO "achats 2%"."user" VALUES (1, 'x', '2026-04-20', 1), (2, 'y', '2026-04-20', 2);
INSERT INTO public."it's $1 : a ""table"" n°%s" VALUES (1, 1, 'é', '2026-04-20'),
    (2, 2, '%', '2026-01-01'), (3, 2, ':x', '2026-04-20');
"""
NAMED = """
public.user: {subject: visitor, key: [order], collected_at: door, rest: data, events: {left: Left}}
Ventes.user: {key: [order], owned_by: {public.user: from}, collected_at: door, rest: log,
  events: {seen: seen_on}}
"achats 2%.user": {key: [order], owned_by: {Ventes.user: To}, collected_at: door, rest: log,
  events: {seen: seen_on}}
"public.it's $1 : a \\"table\\" n°%s":
  {key: ["id:x"], owned_by: {public.user: User}, collected_at: door, rest: log,
   events: {seen: Gesehen}}
"""
ODD = '"it\'s $1 : a ""table"" n°%s"'


def test_names_that_need_quotes_when_a_person_is_erased(found: Found) -> None:
    """One table name in three schemas; words of SQL, spaces, quotes, marks of parameters."""
    land = found(NAMES, NAMED)
    land.done(land.erasure_plan({"public.user": [(1,)]}))
    assert land.rows() == {
        '"user"': ["(2,bob,)"],
        '"Ventes"."user"': ["(2,b@x,2026-01-01,2)"],
        '"achats 2%"."user"': ["(2,y,2026-04-20,2)"],
        ODD: ["(2,2,%,2026-01-01)", "(3,2,:x,2026-04-20)"],
    }


def test_names_that_need_quotes_when_a_period_ends(found: Found) -> None:
    """Row 2 of `Ventes` goes; the row of `achats 2%` that names it is young, and lets it go."""
    land = found(NAMES, NAMED)
    land.done(land.sweep_plan())
    assert land.rows() == {
        '"user"': ["(2,bob,)"],
        '"Ventes"."user"': ["(1,a@x,2026-04-20,)"],
        '"achats 2%"."user"': ["(1,x,2026-04-20,1)", "(2,y,2026-04-20,)"],
        ODD: ["(1,,é,2026-04-20)", "(3,2,:x,2026-04-20)"],
    }


TYPES = """
CREATE TYPE public."Mood" AS ENUM ('glad', 'sad', 'gone');
CREATE DOMAIN public.mail AS text NOT NULL CHECK (VALUE LIKE '%@%');
CREATE DOMAIN public.small AS numeric(6, 2) CHECK (VALUE >= 0);
CREATE TYPE public.spot AS (x int, y int);
CREATE TABLE person (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, left_on date, seen_at timestamptz,
    mood public."Mood" NOT NULL, price money, photo bytea NOT NULL, tags text[] NOT NULL,
    grid int[][], stay daterange, spell tstzrange, mail public.mail, worth public.small,
    at public.spot, ip inet NOT NULL, bits bit varying, wait interval, code char(5), nick
    varchar(8) NOT NULL, doc jsonb, raw json, num uuid NOT NULL, big numeric NOT NULL,
    path point, many tsmultirange,
    shout text GENERATED ALWAYS AS (upper(mail::text)) STORED,
    words tsvector GENERATED ALWAYS AS (to_tsvector('simple', coalesce(nick, ''))) STORED);
CREATE INDEX ON person USING gin (words);
INSERT INTO person (left_on, seen_at, mood, price, photo, tags, grid, stay, spell, mail, worth, at,
    ip, bits, wait, code, nick, doc, raw, num, big, path, many)
SELECT l, s, 'glad', 12.5, 'ab', '{a,"b c"}', '{{1,2},{3,4}}', '[2026-01-01,2026-01-05)',
    '[2026-01-01,)', 'a@x', 5.5, '(1,2)', '192.0.2.7', b'101', '3 days', 'ab', 'annie',
    '{"to": [{"mail": "a@x", "n": [1, [2]]}, {"mail": "b@x"}], "k": "v"}', '{"a": 1}',
    '00000000-0000-0000-0000-000000000007', 10.50, '(1,2)', '{[2026-01-01,2026-01-02)}'
FROM (VALUES (1, NULL::date, '2026-01-01 00:30+01'::timestamptz),
    (2, NULL, '2026-04-01 21:59:59Z'), (3, NULL, '2026-04-01 22:00Z'),
    (4, '2026-01-01', '2026-01-01')) AS v (n, l, s) ORDER BY n;
"""
COLUMNS = (
    "mood price photo tags grid stay spell mail worth at ip bits wait code nick doc raw num big "
    "path many shout words"
).split()
FORM = """
public.person:
  subject: visitor
  key: [id]
  collected_at: door
  rest: data
  events: {left: left_on, seen: seen_at}
  blank: {mood: {constant: gone}, photo: {constant: ""}, tags: {constant: "{}"},
    mail: {constant: "@"}, ip: truncate, nick: truncate, num: ghost, big: truncate,
    shout: recompute, words: recompute}
  fields: {COLUMNS}
"""
TYPED = FORM.replace("COLUMNS", ", ".join(f"{c}: log" for c in COLUMNS))
EMPTY: dict[str, object] = {
    "mood": "gone", "price": None, "photo": "\\x", "tags": [], "grid": None, "stay": None,
    "spell": None, "mail": "@", "worth": None, "at": None, "ip": "192.0.2.0/24", "bits": None,
    "wait": None, "code": None, "nick": "", "doc": None, "raw": None, "big": 0, "path": None,
    "many": None, "shout": "@", "words": "",
}  # fmt: skip


def people(url: str) -> dict[int, dict[str, Any]]:
    """Every person as JSON, by id."""
    return {p["id"]: p for (p,) in fetched(url, "SELECT to_jsonb(t) FROM person AS t ORDER BY id")}


def test_columns_of_every_type_are_emptied_and_computed_ones_follow(
    found: Found, postgres_url: str
) -> None:
    """Until the end of 1 April, Brussels time; every other row keeps every byte. What the database
    computes is never set, and clean because its source is."""
    land = found(TYPES, TYPED)
    before = people(postgres_url)
    land.done(land.sweep_plan())
    after = people(postgres_url)
    assert set(after) == {1, 2, 3}
    assert after[3] == before[3]
    ghosts = {after[n].pop("num") for n in (1, 2)}
    assert len(ghosts) == 2
    assert not ghosts & {before[1]["num"]}
    assert after[1] == {k: before[1][k] for k in ("id", "left_on", "seen_at")} | EMPTY
    assert after[2] == {k: before[2][k] for k in ("id", "left_on", "seen_at")} | EMPTY


def test_a_row_of_every_type_is_erased_whole(found: Found, postgres_url: str) -> None:
    land = found(TYPES, TYPED)
    before = people(postgres_url)
    land.done(land.erasure_plan({"public.person": [(1,), (2,), (4,)]}))
    assert people(postgres_url) == {3: before[3]}


PERSONS = """
CREATE TABLE person (id int PRIMARY KEY, email text, name text, left_on date);
CREATE TABLE lead (id int PRIMARY KEY, email text, name text, left_on date);
CREATE TABLE consent (email text, topic text, PRIMARY KEY (email, topic), said boolean);
CREATE TABLE letter (id int PRIMARY KEY, from_id int REFERENCES person, to_id int REFERENCES person,
    from_name text, to_name text, text text);
CREATE TABLE note (id int PRIMARY KEY, kind text, target int, text text);
CREATE TABLE home (id int PRIMARY KEY, street text);
CREATE TABLE lives (person_id int REFERENCES person, home_id int REFERENCES home,
    PRIMARY KEY (person_id, home_id));
CREATE TABLE call (id int PRIMARY KEY, seen_on date, doc jsonb, ids int[]);
INSERT INTO person VALUES (1, 'Ann@X.org ', 'ann', NULL), (2, 'bob@x.org', 'bob', NULL);
INSERT INTO lead VALUES (1, 'ann@x.org', 'other ann', NULL), (2, 'c@x.org', 'cem', NULL);
INSERT INTO consent VALUES ('ANN@x.org', 'news', true), (' ann@x.org', 'news', true),
    ('bob@x.org', 'news', true), ('ann@x.org', 'tips', false), ('joann@x.org', 'news', true);
INSERT INTO letter VALUES (1, 1, 1, 'ann', 'ann', 'me'), (2, 1, 2, 'ann', 'bob', 'hi'),
    (3, 2, 2, 'bob', 'bob', 'x');
INSERT INTO note VALUES (1, 'person', 1, 'a'), (2, 'lead', 1, 'b'), (3, 'person', 2, 'c');
INSERT INTO home VALUES (1, 'shared'), (2, 'of ann'), (3, 'of nobody');
INSERT INTO lives VALUES (1, 1), (2, 1), (1, 2);
INSERT INTO call VALUES
    (1, '2026-04-20', '{"with": [{"id": 1, "n": "ann", "in": [[1, {"a": "b"}]]},
        {"id": 2, "n": "bob"}]}', '{1,2}'),
    (2, '2026-04-20', '{"with": [{"id": 2, "n": "bob"}, {"n": "ann"}, 7]}', '{2}');
"""
PERSONAL = """
public.person: {subject: visitor, key: [id], collected_at: door, rest: data,
  events: {left: left_on}}
public.lead: {subject: visitor, key: [id], collected_at: door, rest: data, events: {left: left_on}}
public.consent:
  key: [email, topic]
  owned_by: [{to: public.person, field: email, parent_field: email, normalise: ascii-lower}]
  collected_at: door
  rest: data
public.letter:
  key: [id]
  owned_by: [{to: public.person, field: from_id, of: sender},
    {to: public.person, field: to_id, of: receiver}]
  collected_at: door
  fields: {from_name: {category: data, of: sender}, to_name: {category: data, of: receiver},
    text: {category: data, of: sender}}
  rest: data
public.note:
  key: [id]
  owned_by: [{to: public.person, field: target, when: {kind: person}},
    {to: public.lead, field: target, when: {kind: lead}}]
  collected_at: door
  rest: data
public.home: {key: [id], owned_by: nobody, because: a list}
public.lives:
  {key: [person_id, home_id], owned_by: {public.person: person_id}, collected_at: door, rest: data}
public.call:
  key: [id]
  owned_by: [{to: public.person, field: "doc$.with[].id"}]
  no_right: [{to: public.person, field: "ids$[]"}]
  collected_at: door
  rest: log
  events: {seen: seen_on}
"""


def test_one_person_in_every_place_where_persons_are_mixed_up(found: Found) -> None:
    """The same id in two tables, both ends of a letter, an address in capitals, spaces and inside a
    key, a shared home, a list of persons inside JSON. Of another ann nothing is touched."""
    land = found(PERSONS, PERSONAL)
    land.done(land.erasure_plan({"public.person": [(1,)]}))
    assert land.rows() == {
        "person": ["(2,bob@x.org,bob,)"],
        "lead": ['(1,ann@x.org,"other ann",)', "(2,c@x.org,cem,)"],
        "consent": ["(bob@x.org,news,t)", "(joann@x.org,news,t)"],
        "letter": ["(2,,2,,bob,)", "(3,2,2,bob,bob,x)"],
        "note": ["(2,lead,1,b)", "(3,person,2,c)"],
        "home": ["(1,shared)", '(2,"of ann")', '(3,"of nobody")'],
        "lives": ["(2,1)"],
        "call": [
            '(1,2026-04-20,"{""with"": [{""n"": ""bob"", ""id"": 2}]}",{2})',
            '(2,2026-04-20,"{""with"": [{""n"": ""bob"", ""id"": 2}, {""n"": ""ann""}, 7]}",{2})',
        ],
    }


TREES = """
CREATE TABLE person (id int PRIMARY KEY, name text, left_on date);
CREATE TABLE visit (id int, seen_on date, person_id int REFERENCES person,
    PRIMARY KEY (id, seen_on)) PARTITION BY RANGE (seen_on);
CREATE TABLE visit_old PARTITION OF visit FOR VALUES FROM (MINVALUE) TO ('2026-02-01');
CREATE TABLE visit_new PARTITION OF visit FOR VALUES FROM ('2026-02-01') TO (MAXVALUE);
CREATE TABLE call (id int NOT NULL, land text NOT NULL, person_id int, seen_on date)
    PARTITION BY LIST (land);
CREATE TABLE call_be PARTITION OF call FOR VALUES IN ('BE') PARTITION BY RANGE (seen_on);
CREATE TABLE call_be_all PARTITION OF call_be DEFAULT;
CREATE TABLE call_rest PARTITION OF call DEFAULT;
CREATE TABLE sheet (person_id int, seen_on date, what text);
CREATE TABLE file (id int PRIMARY KEY, person_id int, seen_on date);
CREATE TABLE photo (wide int) INHERITS (file);
CREATE TABLE stay (id int PRIMARY KEY, person_id int, seen_on date, room int,
    EXCLUDE USING gist (box(point(room, 0), point(room, 1)) WITH &&));
CREATE INDEX ON visit (person_id);
INSERT INTO person VALUES (1, 'ann', NULL), (2, 'bob', NULL);
INSERT INTO visit VALUES (1, '2026-01-01', 1), (1, '2026-04-20', 2), (2, '2026-03-01', 2),
    (3, '2026-04-20', 1);
INSERT INTO call VALUES (1, 'BE', 1, '2026-04-20'), (2, 'BE', 2, '2026-01-01'),
    (3, 'FR', 1, '2026-01-01'), (4, 'FR', 2, '2026-04-20');
INSERT INTO sheet VALUES (1, '2026-04-20', 'x'), (1, '2026-04-20', 'x'), (2, '2026-04-20', 'y');
INSERT INTO file VALUES (1, 1, '2026-04-20'), (2, 2, '2026-01-01'), (3, 2, '2026-04-20');
INSERT INTO photo VALUES (1, 2, '2026-04-20', 5), (2, 1, '2026-04-20', 6), (4, 2, '2026-01-01', 7);
INSERT INTO stay VALUES (1, 1, '2026-04-20', 1), (2, 2, '2026-01-01', 2), (3, 2, '2026-04-20', 3);
"""
GROWN = """
public.person: {subject: visitor, key: [id], collected_at: door, rest: data,
  events: {left: left_on}}
public.visit: {key: [id, seen_on], owned_by: {public.person: person_id}, collected_at: door,
  rest: log, events: {seen: seen_on}}
public.call: {key: [id], owned_by: {public.person: person_id}, collected_at: door, rest: log,
  events: {seen: seen_on}, blank: {land: {constant: ZZ}}}
public.sheet: {key: [person_id, what], owned_by: {public.person: person_id}, collected_at: door,
  rest: log, events: {seen: seen_on}}
public.file: {key: [id], owned_by: {public.person: person_id}, collected_at: door, rest: log,
  events: {seen: seen_on}}
public.photo: {key: [id], owned_by: {public.person: person_id}, collected_at: door, rest: log,
  events: {seen: seen_on}}
public.stay: {key: [id], owned_by: {public.person: person_id}, collected_at: door, rest: log,
  events: {seen: seen_on}}
"""


def test_partitions_heirs_and_tables_without_keys_when_a_person_is_erased(found: Found) -> None:
    """A partitioned table is one dataset, under a key without its partition key too; a table and
    the one that inherits from it are two, though the one shows the other's rows."""
    land = found(TREES, GROWN)
    land.done(land.erasure_plan({"public.person": [(1,)]}))
    assert land.rows() == {
        "person": ["(2,bob,)"],
        "visit": ["(1,2026-04-20,2)", "(2,2026-03-01,2)"],
        "call": ["(2,BE,2,2026-01-01)", "(4,FR,2,2026-04-20)"],
        "sheet": ["(2,2026-04-20,y)"],
        "file": ["(1,2,2026-04-20)", "(2,2,2026-01-01)", "(3,2,2026-04-20)", "(4,2,2026-01-01)"],
        "photo": ["(1,2,2026-04-20,5)", "(4,2,2026-01-01,7)"],
        "stay": ["(2,2,2026-01-01,2)", "(3,2,2026-04-20,3)"],
    }


def test_partitions_heirs_and_tables_without_keys_when_a_period_ends(found: Found) -> None:
    land = found(TREES, GROWN)
    land.done(land.sweep_plan())
    assert land.rows() == {
        "person": ["(1,ann,)", "(2,bob,)"],
        "visit": ["(1,2026-04-20,2)", "(3,2026-04-20,1)"],
        "call": ["(1,BE,1,2026-04-20)", "(4,FR,2,2026-04-20)"],
        "sheet": ["(1,2026-04-20,x)", "(1,2026-04-20,x)", "(2,2026-04-20,y)"],
        "file": ["(1,1,2026-04-20)", "(1,2,2026-04-20)", "(2,1,2026-04-20)", "(3,2,2026-04-20)"],
        "photo": ["(1,2,2026-04-20,5)", "(2,1,2026-04-20,6)"],
        "stay": ["(1,1,2026-04-20,1)", "(3,2,2026-04-20,3)"],
    }


RANGES = """
CREATE TABLE person (id int PRIMARY KEY, name text, left_on date);
CREATE TABLE stay (id int PRIMARY KEY, person_id int, nights daterange,
    until date GENERATED ALWAYS AS (upper(nights) - 1) STORED,
    EXCLUDE USING gist (nights WITH &&));
INSERT INTO person VALUES (1, 'ann', NULL);
INSERT INTO stay VALUES (1, 1, '[2026-03-01,2026-04-01]'), (2, 1, '[2026-04-02,2026-04-02]'),
    (3, 1, '[2026-04-03,)'), (4, 1, 'empty');
"""
STAYS = """
public.person: {subject: visitor, key: [id], collected_at: door, rest: data,
  events: {left: left_on}}
public.stay: {key: [id], owned_by: {public.person: person_id}, collected_at: door, rest: log,
  events: {seen: BY}}
"""


def test_a_range_ends_with_the_computed_day_of_its_upper_bound(found: Found) -> None:
    """One without end never ends, and an empty one has no day: neither is due."""
    land = found(RANGES, STAYS.replace("BY", "until"))
    land.done(land.sweep_plan())
    assert land.rows()["stay"] == [
        '(2,1,"[2026-04-02,2026-04-03)",2026-04-02)',
        '(3,1,"[2026-04-03,)",)',
        "(4,1,empty,)",
    ]


def test_a_range_itself_is_no_moment_and_that_is_said(found: Found) -> None:
    land = found(RANGES, STAYS.replace("BY", "nights"))
    plan = land.sweep_plan()
    assert land.codes(plan) == ["AV403"]
    assert "`app.public.stay` (nights) cannot be compared with a day" in plan.parts[0].gaps[0]


RING = """
CREATE TABLE account (id int PRIMARY KEY, main_id int NOT NULL, left_on date);
CREATE TABLE address (id int PRIMARY KEY, account_id int NOT NULL REFERENCES account, street text);
ALTER TABLE account ADD CONSTRAINT main FOREIGN KEY (main_id) REFERENCES address
    DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX ON account (main_id); CREATE INDEX ON address (account_id);
BEGIN;
INSERT INTO account VALUES (1, 1, '2026-01-01'), (2, 2, NULL);
INSERT INTO address VALUES (1, 1, 'a'), (2, 2, 'b'), (3, 1, 'c');
COMMIT;
"""
RINGED = """
public.account: {subject: visitor, key: [id], collected_at: door, rest: data,
  events: {left: left_on}, no_right: {public.address: main_id}}
public.address: {key: [id], owned_by: {public.account: account_id}, collected_at: door, rest: data}
"""


def test_a_ring_of_pointers_that_cannot_be_emptied_is_refused_before_the_first_write(
    found: Found,
) -> None:
    """Though the one is deferred. The plan names the columns and counts none of the rows."""
    land = found(RING, RINGED)
    for plan in (land.sweep_plan(), land.erasure_plan({"public.account": [(1,)]})):
        assert set(land.codes(plan)) == {"AV480"}
        (said, *_) = (f for f in plan_findings(plan) if f.code == "AV480")
        assert "public.account.main_id" in said.because
        assert "public.address.account_id" in said.because
        gone = {s.step.dataset: s.measure.rows for _, s in plan.steps if s.step.move is Move.DELETE}
        assert gone == {"public.account": 0, "public.address": 1}


def test_a_chain_that_begins_somewhere_is_no_ring(found: Found) -> None:
    """Account 1 points to the address of account 2, which points to it: nobody holds the first."""
    chained = RING.replace("(1, 1, '2026-01-01')", "(1, 2, '2026-01-01')")
    plan = found(
        chained.replace("(1, 1, 'a'), ", "").replace(", (3, 1, 'c')", ""), RINGED
    ).sweep_plan()
    assert "AV480" not in [f.code for f in plan_findings(plan)]
    assert {s.step.dataset: s.measure.rows for _, s in plan.steps}["public.account"] == 1


def test_a_ring_of_which_the_map_keeps_a_pointer_stays_as_keys_and_that_is_said(
    found: Found,
) -> None:
    """What was of the person in it is emptied, address 3 goes whole."""
    shell = "[{to: public.address, field: main_id, gone: shell}]"
    land = found(RING, RINGED.replace("{public.address: main_id}", shell))
    for plan in (land.sweep_plan(), land.erasure_plan({"public.account": [(1,)]})):
        applied = land.apply(land.approved(plan))
        assert "not done: 0 of 1 rows of public.account went" in applied.effects
        assert land.rows() == {
            "account": ["(1,1,2026-01-01)", "(2,2,)"],
            "address": ["(1,1,)", "(2,2,b)"],
        }


def test_a_row_comes_back_though_an_heir_has_its_key(found: Found) -> None:
    """The heir shows its row in the table, and it is another row."""
    land = found(TREES, GROWN)
    connection = land.connect("app", Access.WRITE)
    with connection.transaction() as batch:
        assert batch.insert("public.file", ("id", "person_id", "seen_on"), [("4", "1", None)]) == 1
        assert batch.insert("public.file", ("id", "person_id", "seen_on"), [("4", "1", None)]) == 0
    connection.close()
    assert [row for row in land.rows()["file"] if row.startswith("(4")] == [
        "(4,1,)",
        "(4,2,2026-01-01)",
    ]
