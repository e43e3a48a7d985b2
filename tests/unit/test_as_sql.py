"""Scripts for owners who allow no connection, run by the engines' own clients.

The same plan is applied by avow to a twin of each database: what is left must be equal. Then what
must stop a script, or refuse its result, is planted.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import psycopg
import pytest

from avow.common.clock import SetClock
from avow.common.masked import Masked
from avow.declaration.model import Level
from avow.duties.assurance.model import PromiseStatus
from avow.duties.assurance.model import Status as Word
from avow.duties.assurance.standing import Standing as Assured
from avow.duties.assurance.status import status
from avow.duties.discovery.drift.accepted import accept, text_of
from avow.duties.discovery.drift.as_catalogue import catalogue_of
from avow.duties.retention import attested
from avow.duties.retention.attested import Told
from avow.engine.db.store import Store
from avow.engine.facts.standing import HOLD, Who, note, row
from avow.engine.planner import records, standings
from avow.engine.planner.approve import approve
from avow.engine.planner.as_sql import packages
from avow.engine.planner.as_sql.packages import APPLY, CHECK, COUNT
from avow.engine.planner.as_sql.readme import manifest, readmes
from avow.engine.planner.making import Memory, Wish, judged
from avow.engine.planner.plan import Plan
from avow.engine.planner.refusals import Guarded, PlannerError
from avow.engine.planner.trust import Standing
from avow.estate.connectors.base import Access
from avow.estate.connectors.catalogue import Catalogue
from avow.estate.connectors.registry import connector_for
from avow.estate.datamap.model import System
from tests import clients, mariadb
from tests.acceptance.evidence import avow
from tests.faults.small import DECLARATION, Small
from tests.postgres import database

PERSON, VISIT = 'wh"o', "vísite d'été"
"""Names with what each engine quotes with, and letters that are not ASCII."""
ENGINES = ("postgresql", "mariadb", "sqlite")
ROWS = 12
TODAY = date.today()  # noqa: DTZ011 (a script asks the clock of the database)
NOON = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC)
DUE, FRESH = TODAY - timedelta(days=120), TODAY - timedelta(days=3)


def names(engine: str) -> tuple[str, str]:
    """The datasets of the two tables, as the engine's connector names them."""
    prefix = "public." if engine == "postgresql" else ""
    return f"{prefix}{PERSON}", f"{prefix}{VISIT}"


def quoted(engine: str, name: str) -> str:
    """A bare name in a statement."""
    if engine == "mariadb":
        return "`{}`".format(name.replace("`", "``"))
    return '"{}"'.format(name.replace('"', '""'))


def declaration_text(engine: str) -> str:
    """The small declaration over tables with odd names; Marc owns the system."""
    person, visit = (f"'{n}'".replace("d'été", "d''été") for n in names(engine))
    kind = f"connector: {engine}\n    owner: {{person: marc}}"
    text = DECLARATION.replace("connector: memory", kind)
    text = text.replace("      person:\n", f"      {person}:\n")
    text = text.replace("      visit:\n", f"      {visit}:\n")
    text = text.replace("{person: person_id}", f"{{{person}: select}}")
    return text.replace("seen_on", "'from'")


def statements(engine: str) -> Iterator[str]:
    """The tables, with columns whose names are reserved words, and their rows."""
    person, visit, select, from_ = (quoted(engine, n) for n in (PERSON, VISIT, "select", "from"))
    yield f"CREATE TABLE {person} (id integer PRIMARY KEY, name varchar(50))"
    yield (
        f"CREATE TABLE {visit} (id integer PRIMARY KEY, {select} integer REFERENCES {person} (id), "
        f"{from_} date, page varchar(50))"
    )
    if engine == "mariadb":
        yield f"ALTER TABLE {visit} ADD FOREIGN KEY ({select}) REFERENCES {person} (id)"
    persons = (f"({n}, 'p{n} o''clock')" for n in range(ROWS))
    yield f"INSERT INTO {person} VALUES {', '.join(persons)}"
    visits = (
        f"({n}, {n // 2}, '{DUE if n % 4 == 1 else FRESH}', 'it''s {n}')" for n in range(2 * ROWS)
    )
    yield f"INSERT INTO {visit} VALUES {', '.join(visits)}"


@dataclass
class Place:
    """A database: how its owner runs statements and a script, and what is in it."""

    engine: str
    url: str
    run: Callable[..., None]
    client: Callable[[Path], str]

    def rows(self) -> dict[str, list[tuple[object, ...]]]:
        """Every row of both tables, read by the driver."""
        return {n: self._rows(n) for n in (PERSON, VISIT)}

    def _rows(self, name: str) -> list[tuple[object, ...]]:
        asked = f"SELECT * FROM {quoted(self.engine, name)} ORDER BY id"
        if self.engine == "postgresql":
            with psycopg.connect(self.url) as owner:
                return owner.execute(asked.encode()).fetchall()
        if self.engine == "sqlite":
            with closing(sqlite3.connect(self.url.removeprefix("sqlite:///"))) as file:
                return file.execute(asked).fetchall()
        place, name = mariadb_place(self.url)
        with closing(mariadb.connect(place, name)) as owner_, owner_.cursor() as cursor:
            cursor.execute(asked)
            return list(cursor.fetchall())

    def ids(self) -> set[object]:
        """The keys of the visits that are there."""
        return {each[0] for each in self.rows()[VISIT]}


def mariadb_place(url: str) -> tuple[Path, str]:
    """Socket and database of an address of the tests."""
    parts = urlsplit(url)
    return Path(parse_qs(parts.query)["unix_socket"][0]), unquote(parts.path[1:])


@contextmanager
def postgresql(server: Path) -> Iterator[Place]:
    """A database of PostgreSQL, and psql."""
    with database(server) as url:

        def run(*texts: str) -> None:
            with psycopg.connect(url) as owner:
                owner.execute("; ".join(texts).encode())

        yield Place("postgresql", url, run, clients.psql(url))


@contextmanager
def in_mariadb(server: Path) -> Iterator[Place]:
    """A database of MariaDB, and its client."""
    with mariadb.database(server) as name:

        def run(*texts: str) -> None:
            with closing(mariadb.connect(server, name)) as owner, owner.cursor() as cursor:
                for text in texts:
                    cursor.execute(text)

        yield Place("mariadb", mariadb.url(server, name), run, clients.in_mariadb(server, name))


@contextmanager
def in_sqlite(folder: Path, name: str) -> Iterator[Place]:
    """A file of SQLite, and sqlite3."""
    file = folder / f"{name}.db"

    def run(*texts: str) -> None:
        with closing(sqlite3.connect(file)) as owner, owner:
            owner.executescript("; ".join(texts))

    yield Place("sqlite", f"sqlite:///{file}", run, clients.sqlite3(file))


@pytest.fixture(params=ENGINES)
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Place, Place]]:
    """Two databases with the same rows: one for the owner's scripts, one that avow applies to."""
    engine = request.param
    if engine == "sqlite":
        pair = (in_sqlite(tmp_path, "one"), in_sqlite(tmp_path, "two"))
    else:
        make = postgresql if engine == "postgresql" else in_mariadb
        server = request.getfixturevalue(
            "postgres_server" if engine == "postgresql" else "mariadb_server"
        )
        pair = (make(server), make(server))
    with pair[0] as one, pair[1] as two:
        for place in (one, two):
            place.run(*statements(engine))
        yield one, two


@dataclass
class Desk:
    """An office in whose declaration the system has no address, and a folder for its owner."""

    small: Small
    place: Place
    folder: Path
    work: packages.Desk

    @property
    def catalogue(self) -> Catalogue:
        """The schema as an owner's empty copy tells it, accepted and read back."""
        system = replace(self.system, url=self.place.url)
        connector = connector_for(system)
        with closing(connector.connect(system, Access.READ)) as connection:  # type: ignore[union-attr]
            seen = accept(system, connection.catalogue(), {})
        return catalogue_of(seen, self.place.engine)

    @property
    def system(self) -> System:
        """The system of the declaration."""
        return self.small.declaration.datamap.systems["app"]

    def hand_over(self, written: packages.Written) -> None:
        """Write the scripts to the folder."""
        for name, text in written.files.items():
            (self.folder / name).write_text(text, newline="\n")

    def asked(self, accepted: tuple[tuple[str, int], ...] = (("visits", 12),)) -> str:
        """Make the scripts that read; the id."""
        wish = Wish("app", TODAY, None, accepted)
        written = packages.make(self.work, wish, self.catalogue, NOON)
        self.hand_over(written)
        return written.package.id

    def run(self, *names: str) -> Path:
        """Run scripts by the engine's own client: the file with what they printed."""
        result = self.folder / "result.txt"
        result.write_text("".join(self.place.client(self.folder / name) for name in names))
        return result

    def counted(self) -> Plan:
        """Scripts made, run, and counted by Marc."""
        name = self.asked()
        text = self.run(COUNT).read_text()
        return packages.take_counts(self.work, name, text, "marc", NOON).plan

    def approved(self) -> Plan:
        """A plan that was counted and approved by two."""
        plan = self.counted()
        for person in ("marc", "paul"):
            approve(self.small.runs, self.small.ring, self.small.declaration, plan.id,
                    person=person, at=NOON)  # fmt: skip
        return plan

    def issued(self) -> Plan:
        """Approved, and the script of changes handed over."""
        plan = self.approved()
        self.hand_over(packages.issue(self.work, plan.id, NOON))
        return plan

    def attest(self, plan: str) -> Told:
        """Marc gives the result."""
        kept: list[object] = []
        return attested.take(
            self.work, plan, self.folder / "result.txt", "marc", NOON,
            lambda body, at: kept.append((body, at)),
        )  # fmt: skip

    def word(self, after: timedelta = timedelta(hours=1)) -> PromiseStatus:
        """The status of the retention promise some time later."""
        small = self.small
        seen = Assured(small.declaration, small.runs, SetClock(NOON + after))
        said = seen.evidenced()
        (word,) = (
            each
            for each in status(said.clauses, said.scope, said.checks, said.results,
                               said.attestations, now=seen.now())
            if each.clause == "2.a"
        )  # fmt: skip
        return word


@pytest.fixture
def desk(places: tuple[Place, Place], store: Store, tmp_path: Path) -> Desk:
    """The office of the first place, its one rule at level approve and the ramp climbed."""
    return office(places[0], store, tmp_path)


@pytest.fixture
def file(store: Store, tmp_path: Path) -> Iterator[Desk]:
    """The same over SQLite alone, for what no engine takes part in."""
    with in_sqlite(tmp_path, "one") as place:
        place.run(*statements("sqlite"))
        yield office(place, store, tmp_path)


def office(place: Place, store: Store, folder: Path) -> Desk:
    """See `desk`."""
    small = Small(store, clock=SetClock(NOON))
    small.activate(declaration_text(place.engine))
    small.raise_to(Level.APPROVE)
    small.ramp_up()
    target = folder / "scripts"
    target.mkdir()
    memory = Memory(store, small.ring, small.declaration, TODAY)
    return Desk(small, place, target, attested.desk(small.office(TODAY), memory))


def applied_by_avow(desk: Desk, place: Place) -> None:
    """The same sweep, planned and applied on a connection."""
    small = desk.small
    system = replace(desk.system, url=place.url)
    connector = connector_for(system)
    small.opener = lambda _, access: connector.connect(system, access)  # type: ignore[union-attr]
    (part,) = small.program_parts(TODAY)
    made = judged(small.office(TODAY), Wish("app", TODAY, None, (("visits", 12),)), part, NOON)
    small.apply(small.approved(made.plan), TODAY)


def test_what_a_script_leaves_is_what_avow_leaves(desk: Desk, places: tuple[Place, Place]) -> None:
    """Both databases are equal afterwards, and the promise is attested, by whom and until when."""
    plan = desk.issued()
    assert plan.rows == ROWS // 2
    desk.run(APPLY, CHECK)
    told = desk.attest(plan.id)
    applied_by_avow(desk, places[1])
    assert places[0].rows() == places[1].rows()
    assert desk.place.ids() == {n for n in range(2 * ROWS) if n % 4 != 1}
    assert (told.rows, told.findings, told.broken) == (ROWS // 2, (), ())
    word = desk.word()
    (item,) = word.items
    assert (word.status, {e.source for e in item.evidence}) == (Word.ATTESTED, {"marc"})


def visit(engine: str, number: int, day: date = DUE) -> str:
    """A statement that adds a visit."""
    table = quoted(engine, VISIT)
    return f"INSERT INTO {table} VALUES ({number}, 1, '{day}', 'new')"


def test_more_rows_than_were_approved_stop_the_script_before_its_batch(file: Desk) -> None:
    """A row that became due after the count: nothing of the batch that would take it is changed."""
    plan = file.issued()
    file.place.run(visit(file.place.engine, 900))
    before = file.place.rows()
    file.run(APPLY, CHECK)
    assert file.place.rows() == before
    told = file.attest(plan.id)
    assert ([f.code for f in told.findings], told.rows) == (["AV475"], 0)
    assert "more" in told.findings[0].because
    assert file.word().status is Word.BROKEN


def test_what_must_stop_a_script_stops_it_before_a_row_is_changed(desk: Desk) -> None:
    """Three times the script of one plan: its last day is over; a row more is due; a column more
    is there. Each time the database stays as it is, and the result says why."""
    plan, engine = desk.approved(), desk.place.engine
    table = quoted(engine, VISIT)
    planted = {
        "late": (),
        "more": (visit(engine, 900),),
        "schema": (f"ALTER TABLE {table} ADD COLUMN referrer varchar(10)",),
    }
    for why, texts in planted.items():
        written = packages.issue(desk.work, plan.id, NOON)
        last, gone = f"'{written.package.valid_until}'", f"'{TODAY - timedelta(days=1)}'"
        script = written.files[APPLY]
        (desk.folder / APPLY).write_text(script.replace(last, gone) if why == "late" else script)
        if texts:
            desk.place.run(*texts)
        before = desk.place.rows()
        said = desk.run(APPLY).read_text()
        assert re.search(rf"avow\|stopped\|-?\d+\|{why}", said), said
        assert desk.place.rows() == before


def test_a_held_row_stays_and_the_readme_says_that_its_key_is_there(desk: Desk) -> None:
    """The hold is placed after the count, and before the script is issued."""
    plan = desk.approved()
    held = names(desk.place.engine)[1]
    note(desk.small.runs, desk.small.ring, HOLD, row("app", held, ["5"]), at=NOON, clause="2.a")
    written = packages.issue(desk.work, plan.id, NOON)
    desk.hand_over(written)
    desk.run(APPLY, CHECK)
    assert 5 in desk.place.ids()
    assert 9 not in desk.place.ids()
    assert written.facts == 1
    for text in readmes(written, desk.small.declaration, desk.system).values():
        assert " 1 " in text
        assert "`10-apply.sql`" in text
    assert json.loads(manifest(written, desk.small.office()))["local_keys_that_must_stay"] == 1
    told = desk.attest(plan.id)
    assert (told.findings, told.broken, told.rows) == ((), (), ROWS // 2 - 1)


def test_a_script_that_was_changed_is_refused_with_its_result(file: Desk) -> None:
    plan = file.issued()
    file.run(APPLY, CHECK)
    script = file.folder / APPLY
    script.write_text(script.read_text() + "-- one more word\n")
    with pytest.raises(PlannerError, match="AV473"):
        file.attest(plan.id)
    assert file.word().status is not Word.ATTESTED


def test_the_scripts_that_read_change_nothing_and_make_no_table(desk: Desk) -> None:
    before = desk.place.rows()
    desk.asked()
    text = desk.run(COUNT, CHECK).read_text()
    assert desk.place.rows() == before
    assert text.count("avow|end|") == 2
    for name in (COUNT, CHECK):
        script = (desk.folder / name).read_text()
        assert not re.search(r"\b(INSERT|DELETE|UPDATE|CREATE|DROP)\b", script)


def test_below_level_approve_no_script_of_changes_is_given(file: Desk) -> None:
    small = file.small
    standings.lower_level(
        small.runs, small.declaration, Standing("app", "visits", Level.OBSERVE),
        by="olivia", at=NOON,
    )  # fmt: skip
    plan = file.counted()
    with pytest.raises(Guarded, match="AV411"):
        packages.issue(file.work, plan.id, NOON)


def test_one_approval_is_not_enough(file: Desk) -> None:
    plan, small = file.counted(), file.small
    approve(small.runs, small.ring, small.declaration, plan.id, person="marc", at=NOON)
    with pytest.raises(Guarded, match="AV427"):
        packages.issue(file.work, plan.id, NOON)


def test_a_count_above_the_share_is_refused_as_any_other(file: Desk) -> None:
    """A quarter of the visits would go, and nobody accepted the number."""
    name = file.asked(accepted=())
    text = file.run(COUNT).read_text()
    made = packages.take_counts(file.work, name, text, "marc", NOON)
    assert [f.code for f in made.findings] == ["AV401"]


def test_a_table_that_changed_since_it_was_accepted_is_refused(file: Desk) -> None:
    """A column more after the script was issued: it stops by itself, and no result is taken."""
    plan = file.issued()
    table = quoted(file.place.engine, VISIT)
    file.place.run(f"ALTER TABLE {table} ADD COLUMN referrer varchar(10)")
    before = file.place.rows()
    text = file.run(APPLY, CHECK).read_text()
    assert "avow|stopped|-1|schema" in text
    assert file.place.rows() == before
    with pytest.raises(Guarded, match=r"AV471.*referrer"):
        file.attest(plan.id)


def test_a_foreign_key_from_a_table_that_is_not_mapped_is_refused_before_the_count(
    desk: Desk,
) -> None:
    """Nobody would see what happens to its rows."""
    name = desk.asked()
    kind, person = desk.place.engine, quoted(desk.place.engine, PERSON)
    desk.place.run(
        f"CREATE TABLE stray (id integer PRIMARY KEY, who integer, "
        f"FOREIGN KEY (who) REFERENCES {person} (id) ON DELETE CASCADE)"
    )
    with pytest.raises(Guarded, match=r"AV471.*stray.*cascade"):
        packages.take_counts(desk.work, name, desk.run(COUNT).read_text(), "marc", NOON)
    assert kind in ENGINES


def test_a_script_is_not_run_after_its_last_day(file: Desk) -> None:
    """The script asks the database what day it is; a result of a late one is refused."""
    plan = file.approved()
    written = packages.issue(file.work, plan.id, NOON)
    last, gone = f"'{written.package.valid_until}'", f"'{TODAY - timedelta(days=1)}'"
    file.hand_over(written)
    (file.folder / APPLY).write_text(written.files[APPLY].replace(last, gone))
    before = file.place.rows()
    text = file.run(APPLY, CHECK).read_text()
    assert "avow|stopped|-1|late" in text
    assert file.place.rows() == before
    file.hand_over(written)
    with pytest.raises(PlannerError, match="AV474"):
        file.attest(plan.id)


def test_a_hold_that_came_while_the_script_was_out_is_said(file: Desk) -> None:
    plan = file.issued()
    held = names(file.place.engine)[1]
    note(file.small.runs, file.small.ring, HOLD, row("app", held, ["5"]), at=NOON, clause="2.a")
    file.run(APPLY, CHECK)
    with pytest.raises(PlannerError, match="AV474"):
        file.attest(plan.id)


def test_a_result_that_was_cut_off_is_no_result(file: Desk) -> None:
    """Without its last line the check says nothing; without that of the changes it is not done."""
    plan = file.issued()
    result = file.run(APPLY, CHECK)
    whole = result.read_text()
    result.write_text(whole[: whole.rindex("avow|end|")])
    with pytest.raises(PlannerError, match="AV472"):
        file.attest(plan.id)
    first = whole.index("avow|end|")
    result.write_text(whole[:first] + whole[whole.index("avow|begin|", first) :])
    assert [f.code for f in file.attest(plan.id).findings] == ["AV475"]


def test_more_than_was_approved_breaks_the_promise_whatever_else_is_said(file: Desk) -> None:
    plan = file.issued()
    result = file.run(APPLY, CHECK)
    result.write_text(re.sub(r"(avow\|moved\|\d+)\|6\|", r"\1|600|", result.read_text()))
    told = file.attest(plan.id)
    assert ([f.code for f in told.findings], told.broken) == (["AV476"], ("2.a",))


def test_a_row_that_points_to_nothing_breaks_the_promise(desk: Desk) -> None:
    """Planted as a careless owner would: with the database's own guard switched off."""
    plan = desk.issued()
    table = quoted(desk.place.engine, VISIT)
    insert = f"INSERT INTO {table} VALUES (901, 4711, '{FRESH}', 'stray')"
    unguarded = {
        "postgresql": f"SET session_replication_role = replica; {insert}",
        "mariadb": f"SET STATEMENT foreign_key_checks = 0 FOR {insert}",
        "sqlite": insert,
    }
    desk.run(APPLY)
    first = (desk.folder / "result.txt").read_text()
    desk.place.run(unguarded[desk.place.engine])
    file = desk.run(CHECK)
    file.write_text(first + file.read_text())
    told = desk.attest(plan.id)
    assert ([f.code for f in told.findings], told.broken) == (["AV477"], ("2.a",))


def test_only_the_owner_gives_a_result(file: Desk) -> None:
    name = file.asked()
    text = file.run(COUNT).read_text()
    with pytest.raises(PlannerError, match="AV478"):
        packages.take_counts(file.work, name, text, "paul", NOON)


def test_an_owners_word_lapses(file: Desk) -> None:
    """Attested for its term, and from the next day on nothing enforces the promise."""
    plan = file.issued()
    file.run(APPLY, CHECK)
    until = file.attest(plan.id).until
    assert file.word(until - TODAY).status is Word.ATTESTED
    word = file.word(until - TODAY + timedelta(days=1))
    assert (word.status, {r.on for r in word.reasons}) == (Word.UNENFORCED, {until})


def test_avow_itself_does_not_apply_what_an_owner_carries_out(file: Desk) -> None:
    """Neither when asked by name nor among the plans that are due."""
    plan = file.approved()
    with pytest.raises(PlannerError, match="AV479"):
        file.small.apply(plan, TODAY)
    assert plan.id not in records.waiting(file.small.runs)


def test_a_hold_on_an_address_makes_no_script(file: Desk) -> None:
    """A script holds local keys only, and nobody can say which rows the address has."""
    text = declaration_text("sqlite").replace(
        "        key: [id]\n        collected_at: door\n        fields: {name: name}",
        "        key: [id]\n        identities: {email: {field: name, strength: unique}}\n"
        "        collected_at: door\n        fields: {name: name}",
    )
    file.small.activate(text)
    who = Who("email", Masked("ada@example.org"))
    note(file.small.runs, file.small.ring, HOLD, who, at=NOON, clause="2.a")
    with pytest.raises(PlannerError, match="AV479") as refused:
        again(file).asked()
    assert "ada" not in str(refused.value)


def again(desk: Desk) -> Desk:
    """The same desk by the declaration that is in force now."""
    small = desk.small
    memory = Memory(small.runs, small.ring, small.declaration, TODAY)
    return replace(desk, work=attested.desk(small.office(TODAY), memory))


def test_no_script_is_made_without_an_accepted_schema(
    file: Desk, monkeypatch: pytest.MonkeyPatch, state_url: str
) -> None:
    """And with one the commands write the folder: scripts, three READMEs, the manifest."""
    root = file.folder.parent
    monkeypatch.setenv("AVOW_STATE", str(root / "state"))
    monkeypatch.setenv("AVOW_DATABASE_URL", state_url)
    said = avow("plan-sql", "app", str(root / "out"), "--declaration", str(root), expect=3)
    assert "AV470" in said.output
    system = replace(file.system, url=file.place.url)
    connector = connector_for(system)
    with closing(connector.connect(system, Access.READ)) as connection:  # type: ignore[union-attr]
        seen = accept(system, connection.catalogue(), {})
    (root / "schema").mkdir()
    (root / "schema" / "app.json").write_text(text_of(seen))
    avow("plan-sql", "app", str(root / "out"), "--declaration", str(root), "--accept", "visits=12")
    found = {each.name for each in (root / "out").iterdir()}
    assert found == {COUNT, CHECK, "manifest.json", *(f"README.{n}.md" for n in ("fr", "nl", "en"))}
