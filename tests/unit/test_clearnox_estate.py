"""The made-up estate: what it says is wrong is what an independent question finds in it.

The questions below are SQL with PostgreSQL's own calendar, on two days that are hard on calendars.
"""

# ruff: noqa: E501 - a question is easier to read as one line of SQL

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from avow.declaration.load import load as load_declaration
from avow.estate.datamap.model import DataMap, Dataset, personal_columns
from examples.clearnox.canary import NOBODYS, canary
from examples.clearnox.days import ZONE, plus_months
from examples.clearnox.estate import SYSTEMS, load, make
from examples.clearnox.plants import Planted
from examples.clearnox.simulation import EVENT_TAKEN_UP_ON, WEBINAR_DATED_ON, play_day
from tests.postgres import database

ROOT = Path(__file__).parents[2]
DAYS = (date(2026, 11, 22), date(2027, 2, 28), date(2028, 2, 29))
RESERVED = (".example.com", ".example.net", ".example.org", ".test", ".example")
EVERY_RULE = {f"6.{letter}" for letter in "abcdefghijklmo"}

_ENDED = (
    "(SELECT company_id AS id, max(ended_on) AS ended FROM contract GROUP BY 1"
    " HAVING bool_and(ended_on IS NOT NULL))"
)
_OLD = (
    "SELECT (r.ended + interval '10 years')::date, NULL::date FROM {} x JOIN " + _ENDED + " r ON "
)
_FLOOR = (
    "SELECT (r.ended + interval '10 years')::date, (i.fiscal_year_end + interval '10 years')::date FROM {} JOIN "
    + _ENDED
    + " r ON r.id = i.company_id"
)
_INVOICE, _LINE = "invoice i", "invoice_line x JOIN invoice i ON i.id = x.invoice_id"
_BY_COMPANY = _OLD + "r.id = x.company_id"
_LAST = "SELECT (max(m.sent_at) + interval '10 years')::date FROM message m WHERE m.{} = x.id"
_CONSENT = (
    "SELECT max(c.ended_at)::date, NULL FROM consent c JOIN newsletter_subscriber s"
    " ON lower(s.email) = lower(c.email) {} WHERE c.purpose = 'newsletter'"
    " GROUP BY {} HAVING bool_and(c.ended_at IS NOT NULL)"
)
_CAME = "coalesce(e.moved_to, e.held_at)::date + interval '1 month'"

QUESTIONS: dict[tuple[str, str, str], str] = {
    ("6.a", "app", "public.account"): "SELECT deleted_at::date, NULL FROM account",
    (
        "6.a",
        "app",
        "public.workspace",
    ): "SELECT a.deleted_at::date, NULL FROM workspace w JOIN account a ON a.id = w.account_id",
    ("6.a", "marketing", "public.trial"): "SELECT closed_at::date, NULL FROM trial",
    (
        "6.b",
        "app",
        "public.company",
    ): f"SELECT r.ended, NULL FROM company x JOIN {_ENDED} r ON r.id = x.id WHERE contact_email IS NOT NULL",
    (
        "6.b",
        "app",
        "public.signature",
    ): f"SELECT r.ended, NULL FROM signature s JOIN contract k ON k.id = s.contract_id JOIN {_ENDED} r ON r.id = k.company_id",
    ("6.c", "app", "public.company"): _OLD.format("company") + "r.id = x.id",
    ("6.c", "app", "public.invoice"): _FLOOR.format(_INVOICE),
    ("6.c", "app", "public.invoice_line"): _FLOOR.format(_LINE),
    ("6.d", "app", "public.company"): _OLD.format("company") + "r.id = x.id",
    ("6.d", "app", "public.contract"): _BY_COMPANY.format("contract"),
    ("6.d", "app", "public.product_subscription"): _BY_COMPANY.format("product_subscription"),
    ("6.d", "app", "public.invoice"): _FLOOR.format(_INVOICE),
    ("6.d", "app", "public.invoice_line"): _FLOOR.format(_LINE),
    ("6.e", "app", "public.collection_setting"): _BY_COMPANY.format("collection_setting"),
    (
        "6.f",
        "support",
        "public.ticket",
    ): f"SELECT ({_LAST.format('ticket_id')}), NULL FROM ticket x",
    (
        "6.f",
        "support",
        "public.message",
    ): f"SELECT ({_LAST.format('ticket_id')}), NULL FROM message y JOIN ticket x ON x.id = y.ticket_id",
    (
        "6.f",
        "support",
        "public.requester",
    ): f"SELECT ({_LAST.format('requester_id')}), NULL FROM requester x",
    (
        "6.f",
        "support",
        "public.call",
    ): "SELECT (started_at + interval '10 years')::date, NULL FROM call",
    (
        "6.g",
        "marketing",
        "public.information_request",
    ): "SELECT (greatest(asked_at, (SELECT max(received_at) FROM information_mail m WHERE m.request_id = x.id))::date + interval '3 years')::date, NULL FROM information_request x",
    (
        "6.h",
        "support",
        "public.call",
    ): "SELECT (recorded_at + interval '1 month')::date, NULL FROM call",
    (
        "6.h",
        "support",
        "public.screen_share_session",
    ): "SELECT (recorded_at + interval '1 month')::date, NULL FROM screen_share_session",
    (
        "6.j",
        "marketing",
        "public.webinar_registration",
    ): "SELECT (w.held_at::date + interval '12 months')::date, NULL FROM webinar_registration r JOIN webinar w ON w.id = r.webinar_id",
    (
        "6.j",
        "marketing",
        "public.webinar_question",
    ): "SELECT (w.held_at::date + interval '12 months')::date, NULL FROM webinar_question q JOIN webinar_registration r ON r.id = q.registration_id JOIN webinar w ON w.id = r.webinar_id",
    (
        "6.k",
        "marketing",
        "public.event_registration",
    ): f"SELECT (CASE WHEN e.cancelled_at IS NULL THEN {_CAME} END)::date, NULL FROM event_registration r JOIN event e ON e.id = r.event_id",
    (
        "6.l",
        "marketing",
        "public.survey_answer",
    ): "SELECT (answered_at::date + interval '12 months')::date, NULL FROM survey_answer",
    (
        "6.m",
        "app",
        "public.login",
    ): "SELECT (at::date + interval '6 months')::date, NULL FROM login",
    (
        "6.m",
        "app",
        "public.activity",
    ): "SELECT (at::date + interval '6 months')::date, NULL FROM activity",
    (
        "6.m",
        "marketing",
        "public.webinar_registration",
    ): "SELECT (registered_at::date + interval '6 months')::date, NULL FROM webinar_registration WHERE ip IS NOT NULL",
    (
        "6.m",
        "support",
        "public.ticket",
    ): "SELECT (opened_at::date + interval '6 months')::date, NULL FROM ticket WHERE form_ip IS NOT NULL",
    ("6.o", "marketing", "public.newsletter_subscriber"): _CONSENT.format("", "s.id"),
    ("6.o", "marketing", "public.newsletter_reading"): _CONSENT.format(
        "JOIN newsletter_reading r ON r.subscriber_id = s.id", "r.id"
    ),
    (
        "6.∅",
        "marketing",
        "public.information_mail",
    ): "SELECT ((SELECT max(sent_at) FROM information_mail o WHERE o.request_id = m.request_id)::date + interval '3 years')::date, NULL FROM information_mail m",
}
"""(clause, system, dataset) -> one (last day, last day of the legal minimum) per row it reaches."""

WEB = {
    ("6.i", "web", "visit"): ("SELECT started_at FROM visit", 14),
    ("6.i", "web", "page_view"): (
        "SELECT v.started_at FROM page_view p JOIN visit v ON v.id = p.visit_id",
        14,
    ),
    ("6.m", "web", "web_log"): ("SELECT at FROM web_log", 6),
}


@dataclass(frozen=True)
class Estate:
    """A small estate as it was loaded."""

    urls: dict[str, str]
    today: date
    planted: list[Planted]

    def ask(self, system: str, question: str) -> list[tuple[Any, ...]]:
        """Rows of a PostgreSQL system, with days as they are in Brussels."""
        with psycopg.connect(self.urls[system]) as connection:
            connection.execute(f"SET TimeZone = '{ZONE.key}'")
            return connection.execute(question).fetchall()

    def ends(self, place: tuple[str, str, str]) -> list[tuple[date | None, date | None]]:
        """Last day and floor of every row that a clause reaches in a dataset."""
        if place in QUESTIONS:
            return [(end, floor) for end, floor in self.ask(place[1], QUESTIONS[place])]
        question, months = WEB[place]
        return [(plus_months(day, months), None) for day in _local_days(self.urls["web"], question)]

    def said(self, *kinds: str) -> Counter[tuple[str, str, str]]:
        """How many rows of these kinds were planted, by clause, system and dataset."""
        found: Counter[tuple[str, str, str]] = Counter()
        for p in self.planted:
            if p.kind in kinds:
                found[p.clause, p.system, p.dataset] += p.count
        return found


def _local_days(file: str, question: str) -> list[date]:
    connection = sqlite3.connect(file)
    try:
        found = [row[0] for row in connection.execute(question)]
    finally:
        connection.close()
    return [datetime.fromisoformat(at).replace(tzinfo=UTC).astimezone(ZONE).date() for at in found]


@pytest.fixture(scope="module")
def new_estate(
    postgres_server: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[date, int], Estate]]:
    """A function that loads one more small estate for a day and a seed."""
    opened = []

    def make(today: date, seed: int = 1) -> Estate:
        urls = {"web": str(tmp_path_factory.mktemp("web") / "web.db")}
        for system in SYSTEMS[:3]:
            each = database(postgres_server)
            opened.append(each)
            urls[system] = each.__enter__()
        return Estate(urls, today, load(urls, today=today, seed=seed, scale=0.01))

    yield make
    for each in opened:
        each.__exit__(None, None, None)


@pytest.fixture(scope="module", params=DAYS, ids=str)
def estate(request: pytest.FixtureRequest, new_estate: Callable[..., Estate]) -> Estate:
    """An estate on each of the hard days. Tests that change it make their own."""
    return new_estate(request.param)


# --- what is wrong in it ------------------------------------------------------------------------------


def test_every_overdue_row_is_planted_and_every_planted_row_is_overdue(estate: Estate) -> None:
    found = Counter(
        {
            place: sum(
                e is not None and e < estate.today and not _kept(f, estate)
                for e, f in estate.ends(place)
            )
            for place in (*QUESTIONS, *WEB)
        }
    )
    assert +found == estate.said("overdue")


def test_rows_at_the_limit_end_today_and_are_not_yet_overdue(estate: Estate) -> None:
    found = Counter(
        {
            place: sum(e == estate.today and not _kept(f, estate) for e, f in estate.ends(place))
            for place in (*QUESTIONS, *WEB)
        }
    )
    assert +found == estate.said("due today")


def test_retained_rows_are_past_their_end_and_below_the_legal_minimum(estate: Estate) -> None:
    found = Counter(
        {
            place: sum(
                e is not None and e < estate.today and _kept(f, estate)
                for e, f in estate.ends(place)
            )
            for place in QUESTIONS
        }
    )
    assert +found == estate.said("retained")


def _kept(floor: date | None, estate: Estate) -> bool:
    return floor is not None and floor > estate.today


def test_every_rule_of_section_6_has_something_overdue(estate: Estate) -> None:
    assert {p.clause for p in estate.planted if p.kind == "overdue"} >= EVERY_RULE


def test_the_table_of_the_readme_gives_the_numbers_of_the_full_estate() -> None:
    overdue: dict[str, Counter[str]] = {}
    for p in make(today=DAYS[0]).planted():
        if p.kind == "overdue":
            overdue.setdefault(p.clause, Counter())[p.dataset.removeprefix("public.")] += p.count
    table = (ROOT / "examples" / "clearnox" / "README.md").read_text(encoding="utf-8").splitlines()
    for clause in EVERY_RULE:
        numbers = ", ".join(f"`{name}` {count}" for name, count in overdue[clause].items())
        row = next(line for line in table if line.startswith(f"| {clause} |"))
        assert row.endswith(f"| {numbers} |")


def test_two_rules_have_rows_whose_start_is_missing(estate: Estate) -> None:
    cancelled = "SELECT count(*) FROM event_registration r JOIN event e ON e.id = r.event_id WHERE e.cancelled_at IS NOT NULL"
    undated = "SELECT count(*) FROM webinar_registration r JOIN webinar w ON w.id = r.webinar_id WHERE w.held_at IS NULL"
    said = estate.said("undated")
    assert estate.ask("marketing", cancelled) == [
        (said["6.k", "marketing", "public.event_registration"],)
    ]
    assert estate.ask("marketing", undated) == [
        (said["6.j", "marketing", "public.webinar_registration"],)
    ]
    assert {clause for clause, _, _ in said} == {"6.j", "6.k"}


def test_something_becomes_due_on_each_of_the_fourteen_days(estate: Estate) -> None:
    ends = {e for place in (*QUESTIONS, *WEB) for e, _ in estate.ends(place)}
    assert {estate.today + timedelta(days=k) for k in range(1, 15)} <= ends


def test_the_edges_that_must_not_be_touched_are_there(estate: Estate) -> None:
    notes = {p.note for p in estate.planted if p.kind == "live"}
    assert notes == {
        "a contract ended and was taken up again",
        "consent withdrawn and given again",
        "the event was moved to a later day",
    }


def test_an_address_is_shared_by_two_people_and_by_two_spheres(estate: Estate) -> None:
    shared = "SELECT count(DISTINCT full_name) FROM information_request WHERE email LIKE 'info@%'"
    both = "SELECT count(*) FROM debtor d JOIN account a ON a.email = d.email"
    assert estate.ask("marketing", shared) == [(2,)]
    assert estate.ask("app", both)[0][0] > 0


def test_nobody_in_it_can_exist(estate: Estate) -> None:
    """Addresses lie in the domains that are kept for examples."""
    tables = {
        "app": ("account", "debtor"),
        "marketing": ("information_request", "consent"),
        "support": ("requester",),
    }
    for system, names in tables.items():
        for name in names:
            emails = [row[0].lower() for row in estate.ask(system, f"SELECT email FROM {name}")]
            assert emails
            assert all(f".{e.split('@')[1]}".endswith(RESERVED) for e in emails)


# --- always the same ------------------------------------------------------------------------------------


def _content(estate: Estate) -> list[Any]:
    tables = {"app": "account", "marketing": "consent", "support": "message"}
    found = [
        estate.ask(s, f"SELECT md5(string_agg(t::text, '|' ORDER BY id)) FROM {t} t")
        for s, t in tables.items()
    ]
    return [*found, _local_days(estate.urls["web"], "SELECT at FROM web_log")]


def test_the_same_seed_makes_the_same_estate_and_another_seed_another(
    new_estate: Callable[..., Estate],
) -> None:
    one, again, other = (new_estate(DAYS[0], seed) for seed in (1, 1, 2))
    assert one.planted == again.planted
    assert _content(one) == _content(again)
    assert _content(one) != _content(other)


# --- fourteen days ----------------------------------------------------------------------------------------


def test_two_weeks_bring_new_rows_and_both_missing_starts(
    new_estate: Callable[..., Estate],
) -> None:
    """Every day brings a withdrawal, a deletion, an end of a contract and a request to delete; the
    dates that were missing are entered, so that their rows end too."""
    played = new_estate(date(2026, 11, 22))
    missing = []
    for number in range(1, 15):
        day = played.today + timedelta(days=number)
        happened = play_day(played.urls, day, started=played.today)
        assert 100 < happened.rows < 1000
        assert len(happened.asked) == 1
        assert _on(played, "app", "account", "deleted_at", day) >= 2
        assert _on(played, "app", "contract", "ended_on", day) >= 1
        assert _on(played, "marketing", "consent", "withdrawn_at", day) >= 1
        missing.append(_missing(played))
    changes = [n for n in range(1, 15) if missing[n - 1] != (missing[n - 2] if n > 1 else (1, 1))]
    assert changes == [EVENT_TAKEN_UP_ON, WEBINAR_DATED_ON]
    assert missing[-1] == (0, 0)


def _on(estate: Estate, system: str, table: str, column: str, day: date) -> int:
    question = f"SELECT count(*) FROM {table} WHERE {column}::date = '{day}'"
    return int(estate.ask(system, question)[0][0])


def _missing(estate: Estate) -> tuple[int, int]:
    question = "SELECT (SELECT count(*) FROM event WHERE cancelled_at IS NOT NULL), (SELECT count(*) FROM webinar WHERE held_at IS NULL)"
    events, webinars = estate.ask("marketing", question)[0]
    return events, webinars


# --- the data map -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def datamap() -> DataMap:
    """The data map of the declaration."""
    return load_declaration(ROOT / "declarations" / "clearnox").whole.datamap


@dataclass(frozen=True)
class Live:
    """A live table: its columns, those that are never null, and those of its foreign keys."""

    columns: tuple[str, ...]
    not_null: frozenset[str]
    pointers: frozenset[str]


COPIES = {"public.contact_directory"}
"""Materialized views: the information schema does not list them."""


def _live(estate: Estate, system: str) -> dict[str, Live]:
    if system == "web":
        return _live_web(estate.urls["web"])
    columns = estate.ask(
        system,
        "SELECT 'public.' || table_name, column_name, is_nullable FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name) WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND is_generated = 'NEVER' ORDER BY ordinal_position",
    )
    pointers = estate.ask(
        system,
        "SELECT 'public.' || conrelid::regclass::text, attname FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY (conkey) WHERE contype = 'f'",
    )
    return {
        table: Live(
            tuple(c for t, c, _ in columns if t == table),
            frozenset(c for t, c, null in columns if t == table and null == "NO"),
            frozenset(c for t, c in pointers if t == table),
        )
        for table in {t for t, _, _ in columns}
    }


def _live_web(file: str) -> dict[str, Live]:
    connection = sqlite3.connect(file)
    try:
        names = [
            r[0]
            for r in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
            )
        ]
        info = {t: connection.execute(f"PRAGMA table_info({t})").fetchall() for t in names}
        keys = {t: connection.execute(f"PRAGMA foreign_key_list({t})").fetchall() for t in names}
    finally:
        connection.close()
    return {
        t: Live(
            tuple(c[1] for c in info[t]),
            frozenset(c[1] for c in info[t] if c[3]),
            frozenset(k[3] for k in keys[t]),
        )
        for t in names
    }


def test_every_table_is_decided_and_every_declared_column_exists(
    new_estate: Callable[..., Estate], datamap: DataMap
) -> None:
    estate = new_estate(DAYS[0])
    for system in SYSTEMS:
        live, declared = _live(estate, system), datamap.systems[system].datasets
        assert set(declared) == set(live) | {c for c in COPIES if c in declared}
        for name, dataset in declared.items():
            if name in COPIES:
                continue
            assert set(_named(dataset)) <= set(live[name].columns), name
            if dataset.is_personal:
                assert dataset.rest or set(live[name].columns) <= set(_named(dataset)), name


def _named(dataset: Dataset) -> list[str]:
    pointers = [c for link in dataset.links for c in link.fields]
    identities = [i.field for i in dataset.identities]
    own = [f.name for f in dataset.fields]
    return [*dataset.key, *own, *pointers, *identities, *dataset.blanks]


def test_every_foreign_key_is_declared_so_that_no_pointer_is_blanked_as_data(
    new_estate: Callable[..., Estate], datamap: DataMap
) -> None:
    estate = new_estate(DAYS[0])
    for system in SYSTEMS:
        for name, live in _live(estate, system).items():
            dataset = datamap.systems[system].datasets[name]
            declared = {c for link in dataset.links for c in link.fields}
            assert live.pointers <= declared, name


def test_every_personal_column_that_is_never_null_says_how_it_is_emptied(
    new_estate: Callable[..., Estate], datamap: DataMap
) -> None:
    estate = new_estate(DAYS[0])
    for system in SYSTEMS:
        for name, live in _live(estate, system).items():
            dataset = datamap.systems[system].datasets[name]
            if dataset.is_personal:
                personal = set(personal_columns(dataset, live.columns))
                assert personal & live.not_null <= set(dataset.blanks), name


# --- the canary ------------------------------------------------------------------------------------------------


def test_the_canary_leaves_a_mark_in_every_text_column_of_every_persons_table(
    new_estate: Callable[..., Estate], datamap: DataMap
) -> None:
    """Each mark stands in its own column and nowhere else; one address stands in all of them."""
    estate = new_estate(DAYS[0])
    numbers = iter(range(10**12, 10**13))
    bird = canary(estate.urls, lambda *_: f"mark{next(numbers)}", day=DAYS[0])
    for system in SYSTEMS[:3]:
        for name, dataset in datamap.systems[system].datasets.items():
            table = name.removeprefix("public.")
            marked = {m.column for m in bird.marks if (m.system, m.dataset) == (system, name)}
            if dataset.is_personal:
                texts = {
                    c
                    for (c,) in estate.ask(
                        system,
                        f"SELECT column_name FROM information_schema.columns WHERE table_name = '{table}' AND data_type = 'text'",
                    )
                }
                assert texts - {"deletion_asked_by", "purpose"} <= marked, name
            elif name not in COPIES:
                assert table in NOBODYS
                assert not marked
    assert {m.dataset for m in bird.marks if m.system == "web"} == {"visit", "page_view", "web_log"}
    for mark in (m for m in bird.marks if m.system != "web"):
        found = estate.ask(
            mark.system,
            f"SELECT t::text LIKE '%{mark.value}%', t.{mark.column}::text LIKE '%{mark.value}%' FROM {mark.dataset} t WHERE t::text LIKE '%{mark.value}%'",
        )
        assert found == [(True, True)], mark
