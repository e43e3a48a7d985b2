"""Section 6 where nobody can say that it is kept: unseen, undecided, too long ago, never looked at.

The estate is the one of `test_section_six.py`, noon on 1 December 2026, with nothing wrong in it.
None of these answers may ever read "kept". Real PostgreSQL and SQLite.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from avow.declaration.interpretation import in_force
from avow.duties.assurance.declared import clauses_of, scope_of
from avow.duties.assurance.model import PromiseStatus, ReasonCode, Status
from avow.duties.assurance.status import status
from avow.engine.evidence.checks import Mode
from tests.acceptance.town import TODAY, Town, let_it_write, town

LETTERS = "abcdefghijklmo"
SECTION = tuple(f"6.{letter}" for letter in LETTERS)
"""The retention promises that reach a system of the estate."""
FRESH = timedelta(days=2)


@pytest.fixture(scope="module")
def clearnox(
    postgres_server: Path, state_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Town]:
    """The estate with nothing wrong in it, looked at once; every rule is at level observe."""
    with town(postgres_server, state_template, tmp_path_factory.mktemp("town")) as made:
        made.look()
        yield made


def words(promises: Mapping[str, PromiseStatus]) -> dict[str, Status]:
    """The words of the retention promises."""
    return {clause: promises[clause].status for clause in SECTION}


def details(promise: PromiseStatus) -> set[tuple[ReasonCode, str, str]]:
    """Why a promise is not kept: code, place, words."""
    return {(r.code, str(r.item), r.detail) for r in promise.reasons}


def test_kept_by_looking_is_called_observed_and_by_acting_enforced(clearnox: Town) -> None:
    """At level observe avow only looks; once two persons raised the rules, the same rows are kept
    by acting."""
    promises = clearnox.promises()
    assert set(words(promises).values()) == {Status.KEPT}
    assert {promises[clause].mode for clause in SECTION} == {Mode.OBSERVED}
    assert all(p.count > 0 for c in SECTION for i in promises[c].items for p in i.evidence)
    let_it_write(clearnox)
    clearnox.look()
    promises = clearnox.promises()
    assert set(words(promises).values()) == {Status.KEPT}
    assert {promises[clause].mode for clause in SECTION} == {Mode.ENFORCED}


def test_an_answer_counts_for_two_days_and_then_nobody_knows(clearnox: Town) -> None:
    clearnox.look()
    at = clearnox.clock.now()
    assert set(words(clearnox.promises(at + FRESH)).values()) == {Status.KEPT}
    stale = clearnox.promises(at + FRESH + timedelta(seconds=1))
    assert set(words(stale).values()) == {Status.UNKNOWN}
    assert {r.code for c in SECTION for r in stale[c].reasons} == {ReasonCode.STALE}


@pytest.mark.parametrize(
    ("system", "url", "unknown"),
    [
        ("web", "/nowhere/web.db", {"6.i", "6.m"}),
        ("support", "postgresql://avow@/support?host=/nowhere", {"6.f", "6.h", "6.m"}),
    ],
)
def test_what_a_system_that_does_not_answer_holds_is_unknown(
    clearnox: Town, system: str, url: str, unknown: set[str]
) -> None:
    """Every promise that reaches the system is unknown, and only those; they are kept again once it
    answers."""
    away = replace(clearnox, urls={**clearnox.urls, system: url})
    away.look(system)
    promises = clearnox.promises()
    assert {c for c, word in words(promises).items() if word is Status.UNKNOWN} == unknown
    assert set(words(promises).values()) == {Status.UNKNOWN, Status.KEPT}
    for clause in unknown:
        assert {r.item.system for r in promises[clause].reasons} == {system}
        assert {r.code for r in promises[clause].reasons} == {ReasonCode.BLIND}
    clearnox.look(system)
    assert set(words(clearnox.promises()).values()) == {Status.KEPT}


def test_going_blind_does_not_heal_a_broken_promise(clearnox: Town) -> None:
    old = "VALUES (900001, '2026-05-31 10:00:00', '192.0.2.1', 'GET', '/', 200)"
    clearnox.change("web", f"INSERT INTO web_log (id, at, ip, method, path, status) {old}")
    clearnox.look("web")
    assert clearnox.promise("6.m").status is Status.BROKEN
    replace(clearnox, urls={**clearnox.urls, "web": "/nowhere/web.db"}).look("web")
    promise = clearnox.promise("6.m")
    assert promise.status is Status.BROKEN
    assert {r.code for r in promise.reasons} == {ReasonCode.FAILED, ReasonCode.BLIND}
    clearnox.change("web", "DELETE FROM web_log WHERE id = 900001")
    clearnox.look("web")
    assert clearnox.promise("6.m").status is Status.KEPT


def test_rows_that_row_security_hides_are_unknown_and_never_kept(clearnox: Town) -> None:
    """A role that may read everything finds all kept. Then the table hides its rows from that role,
    an overdue one among them: no rows is not "kept". The owner sees it at once."""
    clearnox.change(
        "marketing",
        "CREATE ROLE hooded LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO hooded",
    )
    url = psycopg.conninfo.make_conninfo(clearnox.urls["marketing"], user="hooded")
    hooded = replace(clearnox, urls={**clearnox.urls, "marketing": url})
    try:
        hooded.look("marketing")
        assert set(words(clearnox.promises()).values()) == {Status.KEPT}
        clearnox.change(
            "marketing",
            "ALTER TABLE survey_answer ENABLE ROW LEVEL SECURITY;"
            " INSERT INTO survey_answer (id, survey_id, email, full_name, answers, answered_at)"
            " SELECT 900001, min(id), 'ann@gone.example.com', 'Ann', '{}', '2025-11-30'"
            " FROM survey",
        )
        hooded.look("marketing")
        seen = words(clearnox.promises())
        assert seen == {**dict.fromkeys(SECTION, Status.KEPT), "6.l": Status.UNKNOWN}
        said = (ReasonCode.BLIND, "marketing.public.survey_answer", "row-security")
        assert said in details(clearnox.promise("6.l"))
        clearnox.look("marketing")
        assert clearnox.promise("6.l").status is Status.BROKEN
    finally:
        clearnox.change(
            "marketing",
            "ALTER TABLE survey_answer DISABLE ROW LEVEL SECURITY;"
            " DELETE FROM survey_answer WHERE id = 900001;"
            " DROP OWNED BY hooded; DROP ROLE hooded",
        )
        clearnox.look("marketing")


def test_of_an_empty_table_nobody_says_that_it_is_kept(clearnox: Town) -> None:
    """No row was looked at, and none was planted: the check may not be able to see."""
    clearnox.change("app", "ALTER TABLE collection_setting RENAME TO gone")
    clearnox.change("app", "CREATE TABLE collection_setting (LIKE gone INCLUDING ALL)")
    clearnox.look("app")
    reasons = details(clearnox.promise("6.e"))
    clearnox.change("app", "DROP TABLE collection_setting")
    clearnox.change("app", "ALTER TABLE gone RENAME TO collection_setting")
    assert reasons == {(ReasonCode.CANARY_UNSEEN, "app.public.collection_setting", "")}
    clearnox.look("app")
    assert clearnox.promise("6.e").status is Status.KEPT


def test_while_nobody_decides_both_promises_are_broken_by_the_rows_between_them(
    clearnox: Town,
) -> None:
    """As printed, 6.b lets an address go with the contract and 6.c and 6.d keep it for ten years
    more. With no decision signed, a contract that ended yesterday leaves one company undecided: it
    is counted under all three, neither overdue nor kept."""
    company = """
        INSERT INTO company (id, number, name, street, postcode, city, country_code, language,
                             contact_name, contact_email, created_at)
        VALUES (900001, 'N900001', 'Gone NV', 'Kaai 1', '1000', 'Brussel', 'BE', 'nl',
                'Ann', 'ann@gone.example.com', '2020-01-01');
        INSERT INTO contract (id, company_id, started_on, ended_on)
        VALUES (900001, 900001, '2020-01-01', '2026-11-30')
    """
    clearnox.change("app", company)
    printed, _ = in_force(clearnox.declaration, TODAY, signed=False)
    ran = replace(clearnox, law=printed).ask("app")
    clearnox.change("app", "DELETE FROM contract WHERE id = 900001")
    clearnox.change("app", "DELETE FROM company WHERE id = 900001")
    found = status(
        clauses_of(clearnox.declaration),
        scope_of(clearnox.declaration, printed),
        ran.checks,
        ran.results,
        (),
        now=clearnox.clock.now(),
    )
    against = {"6.b": ("6.c", "6.d"), "6.c": ("6.b",), "6.d": ("6.b",)}
    for promise in (p for p in found if p.clause in against):
        assert promise.status is Status.BROKEN
        undecided = [
            (str(r.item), r.count, r.clauses)
            for r in promise.reasons
            if r.code is ReasonCode.UNDECIDED and r.item.dataset == "public.company"
        ]
        assert undecided == [("app.public.company", 1, against[promise.clause])]
        assert ReasonCode.FAILED not in {r.code for r in promise.reasons}


def test_a_promise_that_no_check_looks_at_is_not_enforced(clearnox: Town) -> None:
    """Nothing answers yet for what the declaration calls unbound, confidentiality first of all; so
    nothing says kept."""
    unbound = {c.id for c in clearnox.declaration.clauses.values() if c.unbound}
    assert "6.0-1" in unbound
    for clause, promise in clearnox.promises().items():
        if clause in unbound:
            assert promise.status is Status.UNENFORCED, clause
            assert ReasonCode.NO_CHECK in {r.code for r in promise.reasons}
            assert promise.fulfilled == 0
