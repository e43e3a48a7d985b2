"""Clause 9.4: "stop all active processing". A restriction as a user meets it, mode by mode: given a
person's row in a real database, when it is restricted through the commands, then nobody uses it,
and `avow verify` sees who does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import msgspec
import psycopg
import pytest
from litestar.testing import TestClient

from avow.common.masked import Masked
from avow.duties.requests.words import Right
from avow.engine.accounts import tokens
from avow.engine.accounts.tokens import Scope
from avow.engine.facts.standing import RESTRICTION, Noting, Who, note_all
from avow.faces.cli.serve_command import api_of
from tests.restriction_room import Shop, made

READS = "requests.restricted-readers"
STANDS = "requests.restricted"
UNUSED = "requests.unused-after shop"


@pytest.fixture(params=["postgresql", "sqlite", "mariadb"])
def shop(
    request: pytest.FixtureRequest, tmp_path: Path, state_url: str, monkeypatch: pytest.MonkeyPatch
) -> Shop:
    """The shop on each engine."""
    return _shop(request, request.param, tmp_path, state_url, monkeypatch)


@pytest.fixture
def town(
    request: pytest.FixtureRequest, tmp_path: Path, state_url: str, monkeypatch: pytest.MonkeyPatch
) -> Shop:
    """The shop on PostgreSQL."""
    return _shop(request, "postgresql", tmp_path, state_url, monkeypatch)


def _shop(
    request: pytest.FixtureRequest, kind: str, folder: Path, state: str, env: pytest.MonkeyPatch
) -> Shop:
    names = {"postgresql": "postgres_url", "mariadb": "mariadb_url"}
    url = request.getfixturevalue(names[kind]) if kind in names else str(folder / "shop.db")
    return made(kind, url, folder, state, env.setenv)


@pytest.fixture
def role(town: Shop, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The account of the reports, which reads the shop on its own."""
    name = f"bi_{uuid4().hex[:8]}"
    town.run(f"CREATE ROLE {name} LOGIN")
    town.run(f"GRANT SELECT ON buyer TO {name}")
    monkeypatch.setenv("BI", psycopg.conninfo.make_conninfo(town.url, user=name))
    yield name
    town.run(f"DROP OWNED BY {name}")
    town.run(f"DROP ROLE {name}")


def test_a_vault_keeps_the_cells_and_what_the_application_writes_back_is_red(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a row with a vault, when it is restricted, then a reader finds empty cells; when the
    application fills one again, the promise is broken; after the lifting all is as it was."""
    monkeypatch.setenv("BI", shop.url)
    shop.declare('{mode: vault, reads: {as: "${BI}"}}')
    before = shop.run("SELECT * FROM buyer ORDER BY id")
    request = shop.asks(Right.RESTRICTION)
    shop.restrict(request)
    assert shop.run("SELECT email, city FROM buyer ORDER BY id")[0] == (None, None)
    assert shop.run("SELECT * FROM buyer ORDER BY id")[1] == before[1]
    place = f"shop.{shop.buyer}"
    said = shop.places("9.4")
    assert (said[f"{STANDS} {place}"], said[f"{READS} {place}"]) == ("pass", "pass")
    assert said[UNUSED] == "pass"

    shop.run("UPDATE buyer SET city = 'Gent' WHERE id = 1")  # the planted fault
    said = shop.places("9.4")
    assert (said[f"{STANDS} {place}"], said[f"{READS} {place}"]) == ("fail", "fail")
    shop.run("UPDATE buyer SET city = NULL WHERE id = 1")

    words = ["request", "restrict", request, "1", "--as", "claire"]
    assert "AV645" in shop.says(*words, "--plan-lifting").output
    shop.says(*words, "--told")
    plan = shop.says(*words, "--plan-lifting").output.splitlines()[0]
    shop.approve(plan)
    assert shop.says(*words, "--lift", "--plan", plan).exit_code == 0
    assert shop.run("SELECT * FROM buyer ORDER BY id") == before


def test_a_flag_is_seen_by_its_reader_and_clearing_it_by_hand_is_red(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BI", shop.url)
    shop.declare('{flag: shut, set: "yes", reads: {as: "${BI}"}}')
    shop.restrict(shop.asks(Right.RESTRICTION))
    assert shop.run("SELECT shut FROM buyer ORDER BY id") == [("yes",), (None,)]
    place = f"{READS} shop.{shop.buyer}"
    assert shop.places("9.4")[place] == "pass"
    shop.run("UPDATE buyer SET shut = NULL")  # the planted fault
    assert shop.places("9.4")[place] == "fail"


def test_a_gate_says_no_and_a_reader_who_never_asks_is_not_trusted(shop: Shop) -> None:
    """The row stays as it is: who reads asks first, and hears no for every purpose. Nothing can be
    said of a mailer that does not ask."""
    shop.declare("{mode: gate, asked_by: mailer}")
    ask = ["may-use", f"shop:{shop.buyer}", "--purpose", "news", "--as", "mailer"]
    assert shop.says(*ask, given="1\n2\n").output == "yes\nyes\n"
    request = shop.asks(Right.RESTRICTION)
    done = shop.says("request", "restrict", request, "1", "--as", "claire")
    assert (done.exit_code, done.output) == (0, "rows: 1\n")
    shop.says("request", "restrict", request, "1", "--as", "claire", "--enforce")
    place = f"{READS} shop.{shop.buyer}"
    assert shop.places("9.4")[place] == "pass"
    asked = shop.says(*ask, given="1\n2\n9\n")
    assert asked.output == "no: the data are restricted\nyes\nno: there is no such row\n"
    assert asked.exit_code == 1
    despite = shop.says(*ask, "--despite", "legal claims", given="1\n")
    assert (despite.output, despite.exit_code) == ("yes\n", 0)
    with psycopg.connect(shop.state) as owner:  # the planted fault: not asked for a month
        owner.execute("UPDATE avow.use_asked SET at = at - interval '31 days'")
    assert shop.places("9.4")[place] == "blind"


def test_programs_ask_over_the_interface_and_a_question_is_logged_without_a_key(
    town: Shop,
) -> None:
    """The same answer over HTTP, to a token that may ask and to no other."""
    town.declare("gate")
    town.says("request", "restrict", town.asks(Right.RESTRICTION), "1", "--as", "claire")
    body = {"system": "shop", "dataset": "public.buyer", "keys": [["1"], ["2"]], "purpose": "news"}
    with town.desk() as desk, TestClient(api_of(desk.declaration, desk.state)) as client:
        store, now = desk.state.store, desk.now()
        _, token = tokens.make(store, "bi", [Scope.MAY_USE], by="claire", at=now)
        head = {"authorization": f"Bearer {token.reveal()}"}
        said = client.post("/api/v1/may-use", json=body, headers=head)
        assert [each["allowed"] for each in said.json()] == [False, True]
        wrong = client.post("/api/v1/may-use", json=body | {"dataset": "none"}, headers=head)
        assert (wrong.status_code, wrong.json()["code"]) == (409, "AV953")
    with psycopg.connect(town.state) as owner:
        log = owner.execute(
            "SELECT by, system, dataset, purpose, rows, refused FROM avow.use_asked"
        )
        assert log.fetchall() == [("bi", "shop", "public.buyer", "news", 2, 1)]


def test_what_stands_still_for_an_objection_is_used_by_nobody_either(town: Shop) -> None:
    """A fact about an address is enough: the gate says no, and a mail that is sent all the same is
    found on the next day."""
    town.declare("gate")
    anna = Who("email", Masked("p1@example.org"))
    with town.desk() as desk:
        store, ring = desk.state.store, desk.state.ring
        note_all(store, ring, [Noting(RESTRICTION, anna)], at=desk.now())
    ask = ["may-use", "shop:public.buyer", "--purpose", "news", "--as", "mailer"]
    assert town.says(*ask, given="1\n2\n").output == "no: the data are restricted\nyes\n"
    belongs = ["may-use", "shop:public.mailing", "--purpose", "news", "--as", "mailer"]
    assert town.says(*belongs, given="1\n2\n").output == "no: the data are restricted\nyes\n"
    assert town.places("9.4")[UNUSED] == "pass"
    town.run("INSERT INTO mailing VALUES (4, 1, '2037-01-01 10:00:00')")  # the planted fault
    assert town.places("9.4")[UNUSED] == "fail"


def test_a_policy_hides_the_row_from_the_reports(town: Shop, role: str) -> None:
    """Given a table with row-level security for the reports, when the row is restricted, then their
    account does not see it; every way round it is red."""
    town.declare(f'{{policy: shut, for: [{role}], reads: {{as: "${{BI}}"}}}}')
    place = f"{READS} shop.public.buyer"
    printed = town.policies()
    for statement in printed.output.splitlines():
        if "ALTER ROLE" not in statement:  # the tests' own account sees all as it is
            town.run(statement)
    assert town.policies("--check").exit_code == 0
    town.restrict(town.asks(Right.RESTRICTION))
    with psycopg.connect(psycopg.conninfo.make_conninfo(town.url, user=role)) as reader:
        assert reader.execute("SELECT id FROM buyer").fetchall() == [(2,)]
    assert town.places("9.4")[place] == "pass"

    town.run(f"ALTER ROLE {role} BYPASSRLS")  # the first planted fault
    assert town.places("9.4")[place] == "fail"
    town.run(f"ALTER ROLE {role} NOBYPASSRLS")
    assert town.places("9.4")[place] == "pass"
    town.run("DROP POLICY avow_restricted ON buyer")  # the second
    assert town.places("9.4")[place] == "fail"
    done = town.policies("--check")
    assert (done.exit_code, "AV949" in done.output) == (1, True)


def test_engines_without_policies_say_so(shop: Shop) -> None:
    """Nothing is planned: the restriction stands as a fact, and the gap is spoken."""
    if shop.kind == "postgresql":
        return
    shop.declare("{policy: shut, for: [bi]}")
    request = shop.asks(Right.RESTRICTION)
    assert "AV948" in shop.says("request", "restrict", request, "1", "--as", "claire").output
    with shop.desk() as desk:
        assert [f.name for f in desk.memory.facts()] == ["restriction"]


def test_a_mailing_after_the_restriction_is_red(shop: Shop) -> None:
    """Given a table that says when mails were sent, when one goes to the restricted person later,
    then the promise is broken; one to somebody else, or before, is none."""
    shop.declare('{flag: shut, set: "yes"}')
    shop.restrict(shop.asks(Right.RESTRICTION))
    assert shop.places("9.4")[UNUSED] == "pass"
    shop.run("INSERT INTO mailing VALUES (3, 2, '2037-01-01 10:00:00')")
    assert shop.places("9.4")[UNUSED] == "pass"
    shop.run("INSERT INTO mailing VALUES (4, 1, '2037-01-01 10:00:00')")  # the planted fault
    assert shop.places("9.4")[UNUSED] == "fail"


def test_the_explanation_of_a_row_and_the_gate_say_the_same(town: Shop) -> None:
    """The usage check in memory, over the facts that are known, and the one over many rows."""
    town.declare("gate")
    request = town.asks(Right.RESTRICTION)
    town.says("request", "restrict", request, "1", "--as", "claire")
    town.run("UPDATE buyer SET joined_on = '2001-01-01' WHERE id = 2")
    gate = town.says("may-use", "shop:public.buyer", "--purpose", "news", "--as", "bi",
                     given="1\n2\n").output.splitlines()  # fmt: skip
    assert gate == ["no: the data are restricted", "no: the data are due"]
    where = ["--declaration", str(town.folder / "declaration"), "--json"]
    for key, reason in (("1", "the data are restricted"), ("2", "the data are due (2.a)")):
        said = town.says("explain", f"shop.public.buyer:{key}", "--known", *where)
        answers = msgspec.json.decode(said.output.encode())["answers"]
        assert all(answer["usable_for"] == [] for answer in answers)
        assert {r for answer in answers for rs in answer["refused"].values() for r in rs} == {
            reason
        }
    blind = town.says("explain", "shop.public.buyer:1", *where)
    assert msgspec.json.decode(blind.output.encode())["answers"][0]["usable_for"] == ["news"]


def test_nothing_that_is_restricted_leaves_by_its_term(town: Shop) -> None:
    """Retention stands still: the row is long past its nine years, and is erased only when the
    restriction is lifted."""
    town.declare("gate")
    town.run("UPDATE buyer SET joined_on = '2001-01-01'")
    request = town.asks(Right.RESTRICTION)
    town.says("request", "restrict", request, "1", "--as", "claire")
    ask = town.says("may-use", f"shop:{town.buyer}", "--purpose", "news", "--as", "bi",
                    given="1\n2\n").output.splitlines()  # fmt: skip
    assert ask[0] == "no: the data are restricted; the data are retained"
    assert ask[1] == "no: the data are due"
