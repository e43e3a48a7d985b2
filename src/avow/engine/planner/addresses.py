"""The addresses that the systems hold for persons: where a letter reaches them, and nobody else.

An address counts that names rows of a person in the data map. Rows that may be several persons'
give none: a letter to a stranger would tell them that somebody asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from avow.common.masked import Masked
from avow.engine.planner.identities import EMAIL, Candidate
from avow.engine.planner.making import Estate
from avow.engine.planner.refusals import Away, Guarded
from avow.estate.connectors.base import Access, Connection, Refused
from avow.estate.datamap.predicates import InKeys

HELD = "held"
"""The key set of the rows whose addresses are read."""
_DIRECT = 2
"""Length of the way to a row that was found by a value that was given, and over no other row."""


@dataclass(frozen=True, slots=True)
class Held:
    """The addresses by which a person's rows are named, each once. `unnamed` counts rows that were
    found by a given value and hold no address: whoever reads a mailbox has not shown that these are
    theirs. So do systems that did not answer."""

    values: tuple[Masked[str], ...]
    unnamed: int

    @property
    def only(self) -> Masked[str] | None:
        """The one address that names everything that was found; None where there is no such."""
        return self.values[0] if len(self.values) == 1 and not self.unnamed else None


def addresses_of(estate: Estate, candidates: Iterable[Candidate]) -> Held:
    """The addresses in the rows found for one person. Reads only."""
    by_system: dict[str, list[Candidate]] = {}
    for each in candidates:
        by_system.setdefault(each.system, []).append(each)
    values: dict[str, None] = {}
    unnamed = 0
    for system, mine in by_system.items():
        try:
            with closing(estate.open(system, Access.READ)) as connection:
                rows = [(c, row) for c in mine for row in _rows(connection, c)]
        except (Away, Guarded, Refused):
            unnamed += 1
            continue
        for candidate, row in rows:
            values |= dict.fromkeys(row)
            unnamed += not row and len(candidate.path) == _DIRECT
    return Held(tuple(map(Masked, values)), unnamed)


def _rows(connection: Connection, candidate: Candidate) -> Iterator[Sequence[str]]:
    """The addresses in each row of a candidate, in one form; empty where a row holds none."""
    dataset = connection.system.datasets[candidate.dataset]
    fields = [i.field for i in dataset.identities if i.kind == EMAIL]
    if not fields:
        yield from ((),) * len(candidate.keys)
        return
    key = dataset.key or connection.catalogue().tables[dataset.name].key
    connection.put_keys(HELD, dataset.name, [(0, each, None) for each in candidate.keys])
    rows = list(connection.fetch(dataset.name, InKeys(key, HELD), fields))
    connection.drop_keys(HELD)
    yield from ([str(v).strip().lower() for v in row if v and str(v).strip()] for row in rows)
