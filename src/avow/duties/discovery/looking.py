"""Look at a database, read-only and in bounded samples, and pick the one table to begin with.

The best tables by name are sampled, and the best of those is counted. How much is read does not
depend on how many tables or rows there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from avow.common.errors import AvowError
from avow.common.findings import Finding
from avow.duties.discovery.columns import (
    DIRECT,
    day_in,
    guesses_of,
    holds_persons,
    text_columns,
)
from avow.duties.discovery.proposal import (
    Candidate,
    Gap,
    Measure,
    Moment,
    Proposal,
    Source,
)
from avow.duties.discovery.sampling import sample, zone_of
from avow.duties.discovery.survey import Prospect, Survey, prospects, survey
from avow.estate.connectors.base import Access, Refused, Unreachable
from avow.estate.connectors.registry import connector_for
from avow.estate.connectors.sql import SqlConnection
from avow.estate.connectors.sqlite import SqliteConnection, SqliteConnector
from avow.estate.datamap.model import System
from avow.estate.datamap.predicates import TRUE

if TYPE_CHECKING:
    from avow.estate.connectors.mariadb import MariadbConnection
    from avow.estate.connectors.postgresql import PostgresqlConnection

MOST_SAMPLES, MOST_MEASURES = 12, 3
"""Tables that are sampled, and tables that are counted, at most."""
SECONDS = 15
"""How long one statement may take."""
PERIODS = {"recorded": "6 months", "logged": "1 year", "started": "1 year"}
"""The period that is put as a question, by the event that starts it."""
_OTHERS = "3 years"
_FIXED_ZONES = frozenset({"UTC", "Etc/UTC", "GMT", "Etc/GMT", "localtime", ""})


class Away(AvowError):
    """The system does not answer, refuses us, or does not show its catalogue (AV503)."""

    code = "AV503"


class NothingToPropose(AvowError):
    """The system was looked at, and no table of it can be proposed (AV505). `tables` there are."""

    code = "AV505"
    tables = 0


def propose(source: Source, address: str, today: date) -> Proposal:
    """Look at the system at `address` (with its password) and propose one table of it.

    Raises:
        Away: it does not answer (AV503).
        NothingToPropose: it is empty, or no table qualifies (AV505).
    """
    connection = connect(System(source.system, source.connector, address))
    try:
        return _proposal(connection, source, today)
    except Refused as error:
        what = f"the catalogue of `{source.system}` cannot be read"
        raise Away(what, because=f"it was refused: {error.kind}") from None
    finally:
        connection.close()


def connect(system: System) -> MariadbConnection | PostgresqlConnection | SqliteConnection:
    """A connection that only reads, and whose statements end after `SECONDS`. Raises Away."""
    try:
        if system.connector == "sqlite":
            return SqliteConnector(statement=SECONDS).connect(system, Access.READ)
        if system.connector == "mariadb":
            return _mariadb(system)
        return _postgresql(system)
    except Unreachable as error:
        what = "check the address: host, port, database or file, account and password"
        raise Away(str(error), help=what) from None


def _postgresql(system: System) -> PostgresqlConnection:
    from avow.estate.connectors.postgresql import (  # noqa: PLC0415 (loads a driver)
        Limits,
        PostgresqlConnector,
    )

    return PostgresqlConnector(Limits(statement=SECONDS * 1000)).connect(system, Access.READ)


def _mariadb(system: System) -> MariadbConnection:
    if isinstance(missing := connector_for(system), Finding):
        raise Away(missing.message, help=missing.help)
    from avow.estate.connectors.mariadb import MariadbConnector  # noqa: PLC0415 (loads a driver)
    from avow.estate.connectors.mariadb_session import Limits  # noqa: PLC0415 (loads a driver)

    return MariadbConnector(Limits(statement=SECONDS * 1000)).connect(system, Access.READ)


def _proposal(connection: SqlConnection, source: Source, today: date) -> Proposal:
    said = zone_of(connection)
    source = source if said in _FIXED_ZONES else replace(source, zone=said)
    seen = survey(connection)
    gaps = list(seen.gaps)
    found = list(_candidates(connection, seen, today, gaps))
    found.sort(key=lambda c: -c.score(today))
    for candidate in found[:MOST_MEASURES]:
        measure = _measure(connection, candidate, source.zone)
        if measure is not None and measure.rows:
            others = tuple(c.table.name for c in found if c is not candidate)
            at_most = PERIODS.get(candidate.moment.event, _OTHERS)
            tables = len(seen.catalogue.tables)
            return Proposal(source, tables, candidate, measure, at_most, others, tuple(gaps), today)
    nothing = NothingToPropose(
        f"nothing in `{source.system}` can be proposed",
        because=_why(seen),
        help="begin with one table by hand, as docs/reference/language.md shows, or with the "
        "example: `avow init` without an address",
    )
    nothing.tables = len(seen.catalogue.tables)
    raise nothing


def _why(seen: Survey) -> str:
    """Why no table qualifies, in words and numbers."""
    tables, gaps = len(seen.catalogue.tables), len(seen.gaps)
    if not tables:
        return "there is no table in it"
    looked = f"of its {tables:,} tables none has rows, a key, a moment, and signs of persons"
    return f"{looked}; {gaps:,} of them could not be looked into" if gaps else looked


def _candidates(
    connection: SqlConnection, seen: Survey, today: date, gaps: list[Gap]
) -> Iterator[Candidate]:
    for prospect in prospects(connection, seen)[:MOST_SAMPLES]:
        try:
            candidate = _candidate(connection, seen, prospect, today)
        except Refused as error:
            gaps.append(Gap(prospect.table.name, f"no sample: {error.kind}"))
            continue
        if candidate is not None:
            yield candidate


def _candidate(
    connection: SqlConnection, seen: Survey, prospect: Prospect, today: date
) -> Candidate | None:
    """The prospect after a look at a sample; None when its values speak against it."""
    table = prospect.table
    moments = seen.moments(table)
    fields = tuple(dict.fromkeys([*moments, *text_columns(table)]))
    rows = sample(connection, table, fields, seen.pages(table.name))
    values = dict(zip(fields, zip(*rows, strict=True), strict=True)) if rows else {}
    guesses = guesses_of(table, values)
    moment = next(
        (m for f in moments if (m := _moment(f, values.get(f, ()), prospect.event, today))), None
    )
    is_personal = prospect.owner or any(g.category in DIRECT for g in guesses)
    if moment is None or not is_personal:
        return None
    persons = holds_persons(table, guesses)
    return Candidate(table, moment, guesses, prospect.owner, prospect.rows, persons)


def _moment(field: str, values: Sequence[object], event: str, today: date) -> Moment | None:
    """The column as a moment that began: days in all its values, and most of them past."""
    given = [v for v in values if v is not None]
    days = sorted(day for v in given if (day := day_in(v)))
    if not days or len(days) < len(given) or days[len(days) // 2] > today:
        return None
    return Moment(field, event, days[0])


def _measure(connection: SqlConnection, candidate: Candidate, zone: str) -> Measure | None:
    """Rows and oldest day, counted; the estimate where counting takes too long; None where the
    column cannot be compared with days."""
    table, field = candidate.table.name, candidate.moment.field
    try:
        found = connection.oldest(table, field, None, zone, TRUE)
    except Refused as error:
        if error.kind == "time":
            return Measure(candidate.rows, candidate.moment.oldest, is_exact=False)
        return None
    return Measure(found.rows + found.empty, found.day, found.empty)
