"""What another period would do, counted on the made-up Clearnox: 6.f from ten years to three.

The numbers are told twice: by `impact`, through the planner, and by SQL written by hand. Real
PostgreSQL and SQLite; nothing is written anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from avow.common.calendar import Period, add
from avow.declaration.difference.diff import diff
from avow.declaration.model import Declaration
from avow.engine.planner.impact import Impact, Turned, impact
from avow.engine.planner.making import Estate
from avow.faces.cli.impact_command import as_json, lines
from tests.acceptance.town import TODAY, Town, environment, town

LAST = {
    "public.requester": """
        SELECT id AS who, GREATEST(created_at, last_message_at) AS last FROM requester""",
    "public.ticket": """
        SELECT requester_id AS who, GREATEST(opened_at, (
            SELECT max(sent_at) FROM message WHERE ticket_id = ticket.id)) AS last
        FROM ticket""",
    "public.message": """
        SELECT m.requester_id AS who, (SELECT GREATEST(t.opened_at, max(n.sent_at))
            FROM message n WHERE n.ticket_id = t.id) AS last
        FROM message m JOIN ticket t ON t.id = m.ticket_id""",
    "public.call": "SELECT requester_id AS who, started_at AS last FROM call",
    "public.screen_share_session": """
        SELECT requester_id AS who, accepted_at AS last FROM screen_share_session""",
}
"""By hand: whose row it is, and the last message of the exchange it belongs to."""
THREE, TEN = Period(years=3), Period(years=10)


@pytest.fixture(scope="module")
def made(
    postgres_server: Path, state_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Town]:
    with town(postgres_server, state_template, tmp_path_factory.mktemp("town")) as built:
        yield built


def with_period(declaration: Declaration, rule: str, period: Period) -> Declaration:
    old = declaration.rules[rule]
    ends = tuple(replace(end, period=period) for end in old.ends)
    changed = replace(old, ends=ends)
    return replace(declaration, rules={**declaration.rules, rule: changed})


def measured(made: Town, old: Declaration, new: Declaration, **urls: str) -> Impact:
    estate = Estate(new, environment({**made.urls, **urls}))
    return impact(old, estate, made.memory, TODAY)


def by_hand(made: Town, months: int = 0) -> Mapping[str, int]:
    """Rows whose exchange ended three years ago or earlier as of so many months from now."""
    day = add(TODAY, Period(months=months))
    limit = f"last::date <= date '{day}' - interval '3 years'"
    counts = {
        name: made.read("support", f"SELECT count(*) FROM ({query}) AS q WHERE {limit}")[0][0]
        for name, query in LAST.items()
    }
    return {name: int(str(rows)) for name, rows in counts.items() if rows}


def owners_by_hand(made: Town) -> int:
    limit = f"last::date <= date '{TODAY}' - interval '3 years'"
    all_of_them = " UNION ".join(f"SELECT who FROM ({q}) AS q WHERE {limit}" for q in LAST.values())
    (row,) = made.read("support", f"SELECT count(*) FROM ({all_of_them}) AS people")
    return int(str(row[0]))


def only(found: Impact) -> Turned:
    (turned,) = found.turned
    return turned


@pytest.fixture(scope="module")
def shorter(made: Town) -> Impact:
    """6.f from ten years to three, counted once; nothing is written by it anywhere."""
    before = made.rows()
    found = measured(made, made.declaration, with_period(made.declaration, "enquiries", THREE))
    assert made.rows() == before
    return found


def test_six_f_from_ten_years_to_three(made: Town, shorter: Impact) -> None:
    """Due on day one, of whom, and in each month of the year to come, as SQL by hand says."""
    turned = only(shorter)
    due = {hit.dataset: hit.due for hit in turned.hits if hit.due}
    assert due == by_hand(made)
    assert sum(due.values()) > 100, "an estate without old questions proves nothing"
    assert turned.persons == {"support": owners_by_hand(made)}
    later = {hit.dataset: sum(hit.later.values()) for hit in turned.hits}
    year = by_hand(made, 12)
    assert later == {name: year[name] - due.get(name, 0) for name in later}
    assert (turned.unknown, turned.cannot, turned.retained) == ({}, {}, {})
    said = next(lines(shorter, made.declaration))
    rows, people = sum(due.values()), owners_by_hand(made)
    assert said.startswith(
        f"6.f `enquiries` 10 years → 3 years: {rows:,} rows of {people:,} persons"
    )
    assert said.endswith("every system can, no legal minimum hit")


def test_the_way_back_spares_the_same_rows(made: Town) -> None:
    """From three years to ten nothing becomes due, and what was due would stay."""
    shorter = with_period(made.declaration, "enquiries", THREE)
    turned = only(measured(made, shorter, made.declaration))
    assert turned.total("due") == 0
    assert {hit.dataset: hit.spared for hit in turned.hits} == by_hand(made)


def test_a_system_that_is_away_is_unknown_and_never_zero(made: Town) -> None:
    """The only system concerned does not answer: no number is a fact, and the line says so."""
    new = with_period(made.declaration, "enquiries", THREE)
    gone = "postgresql://nobody@127.0.0.1:9/none?connect_timeout=1"
    found = measured(made, made.declaration, new, support=gone)
    assert only(found).unknown == {"support": "unreachable"}
    assert found.is_blind
    assert "nobody knows how many rows" in next(lines(found, new))
    told = str(as_json(found))
    assert "'due_now': None" in told
    assert "'unknown': {'support': 'unreachable'}" in told


def test_a_shorter_period_against_another_rule_is_undecided(made: Town) -> None:
    """6.c alone at nothing: 6.d still says ten years for the same invoices, so nobody knows."""
    new = with_period(made.declaration, "base-data", Period())
    turned = only(measured(made, made.declaration, new))
    assert turned.total("due") == 0
    invoices = made.read(
        "app",
        "SELECT count(*) FROM invoice i JOIN contract k ON k.id = i.contract_id"
        f" WHERE k.ended_on <= '{TODAY}' AND k.ended_on > date '{TODAY}' - interval '10 years'",
    )
    undecided = {hit.dataset: hit.undecided for hit in turned.hits}
    assert undecided["public.invoice"] == invoices[0][0]


def test_a_legal_minimum_keeps_what_shorter_periods_end(made: Town) -> None:
    """6.c and 6.d at nothing: invoices of ended contracts are kept by accounting law."""
    one = with_period(made.declaration, "base-data", Period())
    new = with_period(one, "purchases", Period())
    counted = measured(made, made.declaration, new)
    found = {t.turn.name: t for t in counted.turned}
    assert found["everything"].retained["accounting-vouchers"] > 0
    (line,) = [said for said in lines(counted, new) if "all changes" in said]
    assert "rows kept by Belgian VAT" in line


def test_words_alone_have_no_impact(made: Town) -> None:
    texts = {**made.declaration.texts, "fr": {**made.declaration.texts["fr"], "6.f": "Dix ans."}}
    new = replace(made.declaration, texts=texts)
    assert diff(made.declaration, new)
    assert measured(made, made.declaration, new).turned == ()


def test_two_changes_are_told_one_by_one_and_together(made: Town) -> None:
    """Each undone alone; what they do together is at least what each does."""
    one = with_period(made.declaration, "enquiries", THREE)
    new = with_period(one, "information-requests", Period(months=1))
    found = {t.turn.name: t for t in measured(made, made.declaration, new).turned}
    assert set(found) == {"enquiries", "information-requests", "everything"}
    alone = [found[n].total("due") for n in ("enquiries", "information-requests")]
    assert found["everything"].total("due") >= max(alone) > 0
