"""Were data of restricted persons used after their use was restricted? Counted on live rows.

A dataset says in which columns it writes that data were used (`uses`): a mailing sent, an export, a
view. Rows that belong to a restricted row are found anew here, and their moments compared with the
moment of the restriction; what plans wrote or believe is not asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from avow.common.findings import Finding
from avow.estate.connectors.base import Access, Connection, Refused, Unreachable
from avow.estate.connectors.below import put_below
from avow.estate.connectors.registry import connector_for
from avow.estate.datamap.model import Dataset, System
from avow.estate.datamap.predicates import InKeys


@dataclass(frozen=True, slots=True)
class Locked:
    """Rows of one dataset whose use is restricted since an instant."""

    dataset: str
    keys: tuple[tuple[object, ...], ...]
    since: datetime


@dataclass(frozen=True, slots=True)
class Looked:
    """One column of moments: rows of restricted persons with a moment, how many of these lie after
    the restriction, and how many cannot be compared."""

    dataset: str
    column: str
    purpose: str
    rows: int
    after: int
    unread: int = 0


class CannotLook(Exception):
    """The system does not answer, or refuses to be read so."""


def used_after(system: System, zone: str, locked: Sequence[Locked]) -> tuple[Looked, ...]:
    """Every column of `uses` in a system, counted for these rows and all that belong to them.

    `zone` is the controller's: a column of days counts from the day after the restriction.

    Raises:
        CannotLook: nothing can be said.
    """
    if not any(d.uses for d in system.datasets.values()):
        return ()
    connector = connector_for(system)
    if isinstance(connector, Finding):
        raise CannotLook(connector.code)
    try:
        with closing(connector.connect(system, Access.READ)) as connection:
            return tuple(_looked(connection, zone, locked))
    except (Unreachable, Refused) as error:
        raise CannotLook(str(error)) from None


def _looked(connection: Connection, zone: str, locked: Sequence[Locked]) -> Iterator[Looked]:
    roots: dict[str, list[tuple[int, tuple[object, ...]]]] = {}
    for n, lock in enumerate(locked):
        roots.setdefault(lock.dataset, []).extend((n, key) for key in lock.keys)
    names = put_below(connection, roots, "locked")
    since = {n: lock.since for n, lock in enumerate(locked)}
    for dataset in connection.system.datasets.values():
        for column, purpose in dataset.uses.items():
            if dataset.name not in names:
                yield Looked(dataset.name, column, purpose, 0, 0)
                continue
            theirs = _since(connection, names[dataset.name], since)
            yield _counted(connection, dataset, names[dataset.name], column, theirs, zone)


def _since(
    connection: Connection, keys: str, since: Mapping[int, datetime]
) -> dict[tuple[str, ...], datetime]:
    """Row -> since when it is restricted: the first restriction of all that reach it."""
    found: dict[tuple[str, ...], datetime] = {}
    for ordinal, key in connection.keys(keys):
        name = tuple(map(str, key))
        found[name] = min(found.get(name, since[ordinal]), since[ordinal])
    return found


def _counted(
    connection: Connection,
    dataset: Dataset,
    keys: str,
    column: str,
    since: Mapping[tuple[str, ...], datetime],
    zone: str,
) -> Looked:
    own = ZoneInfo(dataset.zone or connection.system.zone)
    n, rows, after, unread = len(dataset.key), 0, 0, 0
    for row in connection.fetch(dataset.name, InKeys(dataset.key, keys), [*dataset.key, column]):
        if row[n] is None:
            continue
        rows += 1
        moment = moment_of(row[n])
        if moment is None:
            unread += 1
        else:
            after += is_after(moment, since[tuple(map(str, row[:n]))], own, ZoneInfo(zone))
    return Looked(dataset.name, column, dataset.uses[column], rows, after, unread)


def moment_of(value: object) -> date | datetime | None:
    """A moment as the engine gave it, also one that it keeps as text; None for anything else."""
    if isinstance(value, date):
        return value
    if not isinstance(value, str):
        return None
    try:
        return date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
    except ValueError:
        return None


def is_after(moment: date | datetime, since: datetime, own: ZoneInfo, zone: ZoneInfo) -> bool:
    """Whether a moment lies after the restriction; a naive one is of the column's own zone."""
    if isinstance(moment, datetime):
        return (moment if moment.tzinfo else moment.replace(tzinfo=own)) > since
    return moment > since.astimezone(zone).date()


def finds_after() -> bool:
    """The canary: whether moments after a restriction are found, and those before are not."""
    brussels = ZoneInfo("Europe/Brussels")
    since = datetime(2026, 3, 1, 12, tzinfo=brussels)
    later = (datetime(2026, 3, 1, 12, 1), date(2026, 3, 2), moment_of("2026-03-01 12:00:01"))  # noqa: DTZ001 (naive on purpose)
    before = (datetime(2026, 3, 1, 11, 59), date(2026, 3, 1), moment_of("2026-03-01"))  # noqa: DTZ001
    found = [m is not None and is_after(m, since, brussels, brussels) for m in (*later, *before)]
    return found == [True] * 3 + [False] * 3
