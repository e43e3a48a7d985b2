"""Restricted rows through the eyes of a declared reader: what do they see of them?

Beside what we read ourselves: another account, with its own rights, really reads. Of a policy it
must see no row, of a flag the mark, of a vault empty cells.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from avow.engine.planner.changing import keys_name
from avow.engine.planner.hiding import through
from avow.engine.planner.making import Estate
from avow.engine.planner.restricting_cells import is_open, restricted
from avow.estate.connectors.as_reader import connect_as
from avow.estate.connectors.base import Access, Connection, Refused, Unreachable
from avow.estate.datamap.model import Dataset
from avow.estate.datamap.predicates import TRUE, InKeys
from avow.estate.datamap.reach import Key
from avow.estate.datamap.restricting import Mode

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


@dataclass(frozen=True, slots=True)
class ReadBy:
    """Restricted rows of a dataset that a reader was to find out of use, and how many they could
    use. `ways`: how roles pass by a policy. `blind`: why nothing can be said."""

    dataset: str
    rows: int
    open: int = 0
    ways: tuple[str, ...] = ()
    blind: str = ""


def read_by_others(estate: Estate, system: str, rows: Mapping[str, Sequence[Key]]) -> list[ReadBy]:
    """What declared readers of a system see of restricted rows (by dataset).

    Raises:
        Away: the system does not answer us.
    """
    with closing(estate.open(system, Access.READ)) as connection:
        datasets = connection.system.datasets
        return [
            _read(estate, connection, datasets[name], keys)
            for name, keys in rows.items()
            if name in datasets and _is_looked_at(datasets[name])
        ]


def _is_looked_at(dataset: Dataset) -> bool:
    how = dataset.restriction
    return how is not None and (how.mode is Mode.POLICY or bool(how.reads)) and how.writes


def _read(estate: Estate, ours: Connection, dataset: Dataset, keys: Sequence[Key]) -> ReadBy:
    how = dataset.restriction
    rows = len(keys)
    try:
        found = through(ours, dataset.name)
    except Refused as refused:
        return ReadBy(dataset.name, rows, blind=str(refused))
    is_policy = how is not None and how.mode is Mode.POLICY
    ways = tuple(f"{w.role or 'everybody'}: {w.why}" for w in found or ()) if is_policy else ()
    if how is None or not how.reads:
        return ReadBy(dataset.name, rows, ways=ways, blind="no reader is declared to look")
    missing = [n for n in _VARIABLE.findall(how.reads) if not estate.environment.get(n)]
    if missing:
        return ReadBy(dataset.name, rows, ways=ways, blind=f"`{missing[0]}` is not set")
    address = _VARIABLE.sub(lambda m: estate.environment[m[1]], how.reads)
    try:
        with closing(connect_as(ours.system, address)) as reader:
            bad, blind = _seen(ours, reader, dataset, keys)
    except (Unreachable, Refused) as error:
        return ReadBy(dataset.name, rows, ways=ways, blind=f"the reader is refused: {error}")
    return ReadBy(dataset.name, rows, bad, ways, blind)


def _seen(
    ours: Connection, reader: Connection, dataset: Dataset, keys: Sequence[Key]
) -> tuple[int, str]:
    """Rows that the reader could use, and why the look proves nothing, where it does not."""
    name, n = dataset.name, len(dataset.key)
    put = [(1, key, None) for key in keys]
    mine = InKeys(dataset.key, keys_name(name))
    is_policy = dataset.restriction is not None and dataset.restriction.mode is Mode.POLICY
    blanks = {} if is_policy else restricted(dataset, ours.catalogue())
    reader.put_keys(keys_name(name), name, put)
    now = list(reader.fetch(name, mine, [*dataset.key, *blanks]))
    if is_policy:
        return len(now), _vacuous(ours, reader, dataset, len(keys))
    table = ours.catalogue().tables[name]
    columns = [c for b in blanks if (c := table.column(b)) is not None]
    bad = sum(is_open(columns, blanks, row[:n], row[n:], name) for row in now)
    return bad, "" if now or not keys else "the reader sees none of these rows"


def _vacuous(ours: Connection, reader: Connection, dataset: Dataset, hidden: int) -> str:
    """A reader who sees no row at all proves no policy: some row that is free must be seen."""
    free = ours.count(dataset.name, TRUE) - hidden
    seen = list(reader.fetch(dataset.name, TRUE, dataset.key, limit=1))
    return "the reader sees no row at all" if free > 0 and not seen else ""
