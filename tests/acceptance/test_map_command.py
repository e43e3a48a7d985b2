"""`avow map` from a system without tables to a declaration with them, as somebody would do it."""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from avow.common.exits import Exit
from avow.declaration.load import load
from avow.estate.datamap.model import Dataset, LinkWord
from avow.faces.cli.main import main

MARK = "zzq"
DECLARATION = """\
avow: "1"
declaration: shop
controller: {name: Shop, zone: Europe/Brussels}
people:
  - {person: marc, name: Marc, roles: [approver]}
  - {person: lea, name: Léa, roles: [author]}
categories: {order-data: {}}
systems:
  # what we sell with
  - system: shop
    connector: sqlite
    url: shop.db
    owner: {person: marc}
    datasets:
      klanten:
        subject: klant
        key: [id]      # by hand
        rest: order-data

  - {system: other, connector: sqlite, url: other.db, datasets: {}}
subjects: {klant: {}}
"""
SCHEMA = f"""
CREATE TABLE klanten (id INTEGER PRIMARY KEY, email TEXT UNIQUE, voornaam TEXT);
CREATE TABLE medewerkers (id INTEGER PRIMARY KEY, email TEXT UNIQUE, voornaam TEXT, at DATE);
CREATE TABLE bestellingen (id INTEGER PRIMARY KEY, klant_id INTEGER REFERENCES klanten (id),
    opgemaakt_door INTEGER REFERENCES medewerkers (id), besteld_op TIMESTAMP);
CREATE TABLE bestelling_lijnen (id INTEGER PRIMARY KEY,
    bestelling_id INTEGER REFERENCES bestellingen (id), aantal INTEGER);
CREATE TABLE berichten (id INTEGER PRIMARY KEY, van_klant INTEGER REFERENCES klanten (id),
    aan_klant INTEGER REFERENCES klanten (id), tekst TEXT);
CREATE TABLE sms (id INTEGER PRIMARY KEY, nummer TEXT, tekst TEXT);
CREATE TABLE landen (id INTEGER PRIMARY KEY, code TEXT);
CREATE TABLE munten (id INTEGER PRIMARY KEY, code TEXT);
CREATE TABLE django_migrations (id INTEGER PRIMARY KEY, app TEXT);
CREATE TABLE leeg (id INTEGER PRIMARY KEY, email TEXT);
CREATE VIEW overzicht AS SELECT * FROM klanten;
WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 60)
INSERT INTO klanten SELECT n, 'k' || n || '@{MARK}.example', 'Jan{MARK}' || n FROM n;
INSERT INTO medewerkers SELECT id, 'm' || email, voornaam, '2015-02-03' FROM klanten;
INSERT INTO bestellingen SELECT id, 1 + id % 50, 1 + id % 9, '2019-03-04' FROM klanten;
INSERT INTO bestelling_lijnen SELECT id, id, 3 FROM klanten;
INSERT INTO berichten SELECT id, id, 61 - id, '{MARK}' FROM klanten;
INSERT INTO sms SELECT id, '+32 470 55 10 ' || (10 + id), '{MARK}' FROM klanten;
INSERT INTO landen SELECT id, 'c' || id FROM klanten;
INSERT INTO munten SELECT id, 'c' || id FROM klanten;
INSERT INTO django_migrations SELECT id, 'app' FROM klanten;
"""
ANSWERS = """\
medewerkers: y
best*: y
berichten: y
sms: ask
landen: y
munten: "nobody: a list of currencies"
django_migrations: y
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A declaration and its database, and the folder where commands run."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "avow.yaml").write_text(DECLARATION, encoding="utf-8")
    fill(tmp_path / "shop.db", SCHEMA)
    return tmp_path


def fill(path: Path, script: str) -> None:
    """Run SQL on a file."""
    file = sqlite3.connect(path)
    file.executescript(script)
    file.close()


def run(*arguments: str, words: str | None = None) -> Result:
    """`avow map` on the shop."""
    return CliRunner().invoke(
        main, ["map", "shop", "--declaration", "avow.yaml", *arguments], input=words
    )


def said(*arguments: str) -> dict[str, object]:
    """What it says in JSON."""
    result = run(*arguments, "--json")
    assert result.exit_code == Exit.OK, result.output
    found: dict[str, object] = json.loads(result.stdout)
    return found


def datasets(folder: Path) -> dict[str, Dataset]:
    """The tables of the shop as the declaration has them now."""
    loaded = load(folder / "avow.yaml")
    assert [f for f in loaded.findings if f.is_error] == []
    return dict(loaded.whole.datamap.systems["shop"].datasets)


def answer(folder: Path, text: str, *arguments: str) -> Result:
    """Run with answers from a file."""
    (folder / "answers.txt").write_text(text, encoding="utf-8")
    return run("--answers", "answers.txt", *arguments)


def test_without_answers_it_says_what_has_to_be_decided_and_changes_nothing(folder: Path) -> None:
    result = run()
    assert result.exit_code == Exit.OK, result.output
    assert "11 tables; 1 declared, 0 answered, 2 out" in result.output
    assert "out: leeg: empty today; asked about when it fills" in result.output
    assert "out: overzicht: a view; nothing is stored by itself" in result.output
    assert "decisions needed: 6 for 8 tables" in result.output
    assert "bestelling_lijnen: by bestelling_id → bestellingen → klanten" in result.output
    assert "sms, unsure: each row is a person?" in result.output
    assert (folder / "avow.yaml").read_text(encoding="utf-8") == DECLARATION
    assert not (folder / "map-shop.json").exists()
    assert MARK not in result.output


def test_answers_become_a_diff_and_then_the_declaration(folder: Path) -> None:
    """The diff touches nothing but what is added; written, it loads and says what was answered."""
    shown = answer(folder, ANSWERS, "--patch")
    assert shown.exit_code == Exit.OK, shown.output
    lines = shown.stdout.splitlines()
    removed = [line for line in lines if line.startswith("-") and not line.startswith("---")]
    assert removed == ["-categories: {order-data: {}}", "-subjects: {klant: {}}"]
    assert '+      landen: {key: [id], owned_by: nobody, because: "things, no persons"}' in lines
    assert (folder / "avow.yaml").read_text(encoding="utf-8") == DECLARATION

    written = run("--write")
    assert written.exit_code == Exit.OK, written.output
    found = datasets(folder)
    assert found["klanten"].rest == "order-data"
    assert found["medewerkers"].subject == "medewerkers"
    assert [i.field for i in found["medewerkers"].identities] == ["email"]
    order = found["bestellingen"]
    assert [(x.word, x.to, x.fields) for x in order.links] == [
        (LinkWord.OWNED_BY, "klanten", ("klant_id",)),
        (LinkWord.NO_RIGHT, "medewerkers", ("opgemaakt_door",)),
    ]
    assert [x.to for x in found["bestelling_lijnen"].links] == ["bestellingen"]
    assert [x.of for x in found["berichten"].links] == ["van-klant", "aan-klant"]
    assert found["munten"].nobody == "a list of currencies"
    assert "sms" not in found
    assert "leeg" not in found
    assert "# what we sell with" in (folder / "avow.yaml").read_text(encoding="utf-8")


def test_a_second_run_asks_only_what_is_new(folder: Path) -> None:
    answer(folder, ANSWERS, "--write")
    again = said()
    assert (again["decisions"], again["remembered"]) == (0, {"sms": "asked"})
    script = "CREATE TABLE kleuren (id INTEGER PRIMARY KEY, code TEXT);"
    script += "INSERT INTO kleuren VALUES (1, 'red'); INSERT INTO leeg VALUES (1, 'a@b.example')"
    fill(folder / "shop.db", script)
    then = said()
    assert (then["decisions"], then["asking"]) == (2, 2)
    fill(folder / "shop.db", "ALTER TABLE sms ADD COLUMN klant_id INTEGER REFERENCES klanten (id)")
    assert said()["remembered"] == {}, "a table with other columns is asked about anew"


def test_what_is_not_answered_holds_up_only_what_hangs_on_it(folder: Path) -> None:
    result = answer(folder, "landen: y\nbestelling_lijnen: y\n", "--write")
    assert "waits: bestelling_lijnen: its owner bestellingen is not mapped yet" in result.output
    assert datasets(folder).keys() == {"klanten", "landen"}
    answer(folder, "bestellingen: y\n", "--write")
    assert datasets(folder).keys() == {"klanten", "landen", "bestellingen", "bestelling_lijnen"}


def test_a_named_person_answers_on_a_page_in_plain_words(folder: Path) -> None:
    """The page offers choices by letter; it is read once; `?` leaves the table open."""
    answer(folder, "sms: ask\nlanden: ask lea\nmunten: ask lea\n", "--language", "fr")
    page = folder / "map-shop-lea-1.txt"
    text = page.read_text(encoding="utf-8")
    assert "À qui sont ces données ? Questions sur shop, page 1 sur 1" in text
    assert "[landen]\nEnviron 60 lignes.\n  a. les lignes parlent de choses" in text
    sms = (folder / "map-shop-marc-1.txt").read_text(encoding="utf-8")
    assert "Semble contenir : téléphones." in sms
    assert MARK not in text + sms

    back = folder / "back.txt"
    first, _, second = text.rpartition("\nréponse : \n")
    filled = first.replace("\nréponse : \n", "\nréponse : A.\n") + "\nréponse : ?\n" + second
    back.write_text(filled, encoding="utf-8")
    result = run("--answered", "back.txt", "--write")
    assert result.exit_code == Exit.OK, result.output
    assert "open, to be mapped by hand: munten" in result.output
    assert datasets(folder).keys() == {"klanten", "landen"}
    assert not page.exists(), "answered pages go"
    twice = run("--answered", "back.txt")
    assert twice.exit_code == Exit.USAGE
    assert "AV542" in twice.output


def test_an_answer_may_be_changed_and_a_page_keeps_its_language(folder: Path) -> None:
    answer(folder, "sms: ask\nlanden: y\n", "--language", "fr")
    text = (folder / "map-shop-marc-1.txt").read_text(encoding="utf-8")
    (folder / "map-shop-eu-marc-1.txt").write_text("of another system", encoding="utf-8")
    run()
    assert (folder / "map-shop-marc-1.txt").read_text(encoding="utf-8") == text
    assert (folder / "map-shop-eu-marc-1.txt").exists()
    changed = answer(folder, 'sms: "nobody: numbers of our own"\nlanden: n\n', "--write")
    assert changed.exit_code == Exit.OK, changed.output
    assert datasets(folder).keys() == {"klanten", "sms"}
    assert "open, to be mapped by hand: landen" in changed.output
    assert not (folder / "map-shop-marc-1.txt").exists()


def test_ten_tables_on_a_page(folder: Path) -> None:
    more = ";".join(
        f"CREATE TABLE t{n} (id INTEGER PRIMARY KEY, c TEXT); INSERT INTO t{n} VALUES (1, 'x')"
        for n in range(12)
    )
    fill(folder / "shop.db", more)
    answer(folder, "t*: ask\n", "--language", "nl")
    texts = [(folder / f"map-shop-marc-{n}.txt").read_text(encoding="utf-8") for n in (1, 2)]
    assert [text.count("antwoord: \n") for text in texts] == [10, 2]


def test_in_the_terminal_one_question_after_the_other(folder: Path) -> None:
    """The chain is taken apart, one pointer of a shared row refused, and the things left apart."""
    result = run(
        "--terminal", words="y y ask marc n bestelling_lijnen y n y n all stop".replace(" ", "\n")
    )
    assert result.exit_code == Exit.OK, result.output
    assert "declare so?" in result.output
    remembered = json.loads((folder / "map-shop.json").read_text(encoding="utf-8"))["tables"]
    assert remembered["sms"]["state"] == "asked"
    states = {name: each["state"] for name, each in remembered.items()}
    assert states == {
        "django_migrations": "settled",
        "medewerkers": "settled",
        "sms": "asked",
        "berichten": "settled",
        "bestellingen": "settled",
        "bestelling_lijnen": "settled",
        "landen": "apart",
        "munten": "apart",
    }


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ("nowhere: y\n", "AV542"),
        ("sms: perhaps\n", "AV542"),
        ("sms: y\n", "AV542"),
        ("sms: nobody\n", "AV542"),
        ("sms: nowhere by klant_id\n", "AV542"),
        ("[not a mapping", "AV542"),
        ("sms: ask somebody\n", "AV543"),
    ],
)
def test_an_answer_that_cannot_be_is_refused_and_nothing_is_kept(
    folder: Path, answers: str, code: str
) -> None:
    result = answer(folder, answers)
    assert result.exit_code == Exit.USAGE
    assert code in result.output
    assert not (folder / "map-shop.json").exists()


def test_an_unknown_system_and_one_of_another_kind_are_said(folder: Path) -> None:
    unknown = CliRunner().invoke(main, ["map", "shops", "--declaration", "avow.yaml"])
    assert unknown.exit_code == Exit.USAGE
    assert "AV540" in unknown.output
    assert "did you mean `shop`" in unknown.output
    text = DECLARATION.replace("connector: sqlite\n", "connector: memory\n")
    (folder / "avow.yaml").write_text(text, encoding="utf-8")
    other = run()
    assert other.exit_code == Exit.USAGE
    assert "AV541" in other.output


def test_a_system_that_does_not_answer_is_said(folder: Path) -> None:
    (folder / "shop.db").unlink()
    result = run()
    assert result.exit_code == Exit.UNREACHABLE
    assert "AV503" in result.output


def test_remembered_answers_that_cannot_be_read_stop_before_anything(folder: Path) -> None:
    (folder / "map-shop.json").write_text("{", encoding="utf-8")
    result = run("--write")
    assert result.exit_code == Exit.USAGE
    assert "AV544" in result.output
    assert (folder / "map-shop.json").read_text(encoding="utf-8") == "{"


def test_a_link_that_the_declaration_cannot_hold_is_not_written(folder: Path) -> None:
    """Three columns against a key of one: the check of the declaration says no, and all stays."""
    result = answer(folder, "sms: klanten by nummer, tekst\n", "--write")
    assert result.exit_code == Exit.USAGE
    assert "AV545" in result.output
    assert "AV310" in result.output
    assert (folder / "avow.yaml").read_text(encoding="utf-8") == DECLARATION


@pytest.mark.parametrize("style", ["flow", "own file", "no categories"])
def test_entries_go_in_whatever_style_the_declaration_has(folder: Path, style: str) -> None:
    text = DECLARATION
    if style == "flow":
        a, b = text.index("    datasets:\n"), text.index("  - {system: other")
        text = (
            text[:a]
            + "    datasets: {klanten: {subject: klant, key: [id], rest: order-data}}\n"
            + text[b:]
        )
    if style == "own file":
        (folder / "d").mkdir()
        one = (
            "system: shop\nconnector: sqlite\nurl: shop.db\ndatasets:\n"
            "  klanten: {subject: klant,\n    key: [id], rest: order-data}"
        )
        (folder / "d/shop.yaml").write_text(one, encoding="utf-8")
        text = text[: text.index("systems:")] + "subjects:\n  klant: {}\n"
    if style == "no categories":
        text = text.replace("categories: {order-data: {}}\n", "").replace("order-data", "x-data")
        text = text.replace("systems:", "categories:\n  x-data: {}   # last\nsystems:")
    (folder / "avow.yaml").write_text(text, encoding="utf-8")
    if style == "own file":
        (folder / "avow.yaml").rename(folder / "d/avow.yaml")
    (folder / "answers.txt").write_text("best*: y\nlanden: y\nmedewerkers: y\n", encoding="utf-8")
    where = "d" if style == "own file" else "avow.yaml"
    arguments = ["map", "shop", "--declaration", where, "--answers", "answers.txt", "--write"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == Exit.OK, result.output
    loaded = load(folder / where)
    assert [f for f in loaded.findings if f.is_error] == []
    found = loaded.whole.datamap.systems["shop"].datasets
    assert found.keys() == {"klanten", "bestellingen", "bestelling_lijnen", "landen", "medewerkers"}


def test_names_of_postgresql_schemas_quoted_names_and_gaps(
    folder: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Schemas, accents and blanks in names, composite keys, and a table that we may not read."""
    with psycopg.connect(postgres_url, autocommit=True) as owner:
        owner.execute("""
            CREATE TABLE "Clients" (soc int, "nr client" int, courriel text, "prénom" text,
                PRIMARY KEY (soc, "nr client"));
            CREATE SCHEMA ventes;
            CREATE TABLE ventes.commande (id int PRIMARY KEY, soc int, client int,
                FOREIGN KEY (soc, client) REFERENCES "Clients");
            CREATE TABLE secret (id int PRIMARY KEY);
            INSERT INTO "Clients"
                SELECT 1, n, n || '@example.org', 'Léa' FROM generate_series(1, 50) n;
            INSERT INTO ventes.commande SELECT n, 1, n FROM generate_series(1, 50) n;
            INSERT INTO secret VALUES (1);
            DROP ROLE IF EXISTS looker;
            CREATE ROLE looker LOGIN;
            GRANT USAGE ON SCHEMA ventes TO looker;
            GRANT SELECT ON "Clients", ventes.commande TO looker;
        """)
    monkeypatch.setenv("SHOP", re.sub(r"//[^@]*@", "//looker@", postgres_url))
    text = DECLARATION.replace("connector: sqlite\n", "connector: postgresql\n", 1)
    text = text.replace("url: shop.db", "url: ${SHOP}")
    a, b = text.index("    datasets:\n"), text.index("  - {system: other")
    (folder / "avow.yaml").write_text(text[:a] + "    datasets: {}\n" + text[b:], encoding="utf-8")
    result = answer(folder, "public.Clients: y\nventes.*: y\n", "--write")
    assert result.exit_code == Exit.OK, result.output
    assert "not looked into: public.secret: no right to read it" in result.output
    found = datasets(folder)
    assert found["public.Clients"].key == ("soc", "nr client")
    (link,) = found["ventes.commande"].links
    assert (link.to, link.fields) == ("public.Clients", ("soc", "client"))
