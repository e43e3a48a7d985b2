"""How answers about known facts are spread in a real PostgreSQL, and what one person's rows say."""

from __future__ import annotations

from collections import Counter

import psycopg
import pytest

from avow.common.masked import Masked
from avow.declaration.model import Declaration
from avow.duties.requests.identity.questions import question
from avow.engine.planner.fact_shares import Fact, facts, own, spreads
from avow.engine.planner.identities import Asked
from avow.engine.planner.making import Estate
from avow.engine.planner.requested import look
from tests.unit.declared import SOUND, reading

TABLES = """
CREATE TABLE caller (id bigint PRIMARY KEY, email text UNIQUE, town integer, answered_at timestamptz);
CREATE TABLE invoice (id bigint PRIMARY KEY, caller_id bigint REFERENCES caller,
    sent_at timestamptz, day date);
INSERT INTO caller SELECT n, 'c' || n || '@mail.example', 1000 + n * 10 % 600, now()
    FROM generate_series(1, 60) AS n;
INSERT INTO invoice SELECT n, n % 60 + 1, timestamptz '2026-01-31 23:30:00+00' + n % 6 * interval '1 month',
    CASE WHEN n % 2 = 0 THEN date '2026-01-15' + n % 6 * 31 END FROM generate_series(1, 120) AS n;
INSERT INTO invoice VALUES (999, NULL, now(), NULL);
"""  # noqa: E501
MAP = """\
        fields: {email: email, town: message}
        known_facts: {town: start}
        rest: message
        events: {answered: answered_at}
      public.invoice:
        owned_by: {public.caller: caller_id}
        key: [id]
        collected_at: contact
        fields: {sent_at: message, day: message}
        known_facts: {sent_at: month, day: month}
        rest: message
"""


def declared() -> Declaration:
    """Callers and their invoices, in PostgreSQL."""
    before, _, _ = SOUND.partition("        fields: {email: email}\n")
    text = (before + MAP).replace("connector: sqlite", "connector: postgresql")
    loaded = reading(text.replace("      caller:\n", "      public.caller:\n"))
    assert [f for f in loaded.findings if f.is_error] == []
    return loaded.whole


@pytest.fixture
def estate(postgres_url: str) -> Estate:
    with psycopg.connect(postgres_url) as owner:
        owner.execute(TABLES.encode())
    return Estate(declared(), {"DESK_URL": postgres_url})


def by_column(estate: Estate) -> dict[str, Fact]:
    return {fact.column: fact for fact in facts(estate)}


def test_every_owner_counts_once_and_of_months_the_newest(
    estate: Estate, postgres_url: str
) -> None:
    """As the database itself says, in the controller's days: half past eleven in the evening in
    UTC is the next day, and here the next month."""
    asked, found = by_column(estate), spreads(estate, facts(estate))
    with psycopg.connect(postgres_url) as owner:
        rows = owner.execute(
            b"SELECT to_char(max(sent_at AT TIME ZONE 'Europe/Brussels'), 'YYYY-MM'),"
            b" to_char(max(day), 'YYYY-MM') FROM invoice WHERE caller_id IS NOT NULL"
            b" GROUP BY caller_id"
        ).fetchall()
    for column, n in (("sent_at", 0), ("day", 1)):
        wanted = Counter(frozenset({row[n]}) for row in rows if row[n])
        assert found[asked[column]].owners == wanted
    towns = found[asked["town"]].owners
    assert sum(towns.values()) == 60
    assert question("message", asked["town"].coarse, towns) is not None


def test_a_person_is_asked_about_rows_that_they_own(estate: Estate) -> None:
    """The invoices are found over the caller whom the address names; a stranger has nothing."""
    asked = by_column(estate)
    for email, is_there in (("c7@mail.example", True), ("zoe@mail.example", False)):
        found = look(estate, [Asked(1, "email", Masked(email))]).found.candidates
        said = own(estate, found, list(asked.values()))
        assert bool(said[asked["sent_at"]]) is is_there
        assert said[asked["town"]] == (frozenset({"10"}) if is_there else frozenset())


def test_a_table_that_is_not_there_is_said(estate: Estate, postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as owner:
        owner.execute(b"DROP TABLE invoice")
        owner.execute(b"ALTER TABLE caller DROP COLUMN town")
    assert {spread.gap for spread in spreads(estate, facts(estate)).values()} == {
        "`sent_at` is not there",
        "`day` is not there",
        "`town` is not there",
    }
