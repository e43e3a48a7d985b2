"""One system while it is only looked at: its cells, and counts with the facts that they need.

Writes nothing; facts are put as key sets, which a connection for reading takes as bound values.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from avow.engine.planner.judge import Cells, Judge, cell_groups, filled, without_made
from avow.engine.planner.keysets import Known
from avow.engine.planner.tally import lean
from avow.estate.connectors.base import Connection
from avow.estate.datamap.predicates import FALSE, TRUE, Predicate, all_of, any_of, key_sets


@dataclass(slots=True)
class Sight:
    """A connection, the verdicts of a law in its system, and what is known of persons.

    `put` are key sets that are on the connection, `empty` those of them that hold nothing.
    """

    connection: Connection
    judge: Judge
    known: Known
    put: set[str] = field(default_factory=set)
    empty: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        """The system's name."""
        return self.judge.system.name

    def cells(self, dataset: str) -> tuple[Cells, ...]:
        """The cell groups of a dataset, with the columns that the live table has."""
        mapped = self.judge.system.datasets[dataset]
        table = self.connection.catalogue().tables.get(dataset)
        columns = tuple(c.name for c in table.columns if not c.generated) if table else ()
        return without_made(cell_groups(self.judge.system, mapped, columns), mapped)

    def there(self, cells: Cells) -> Predicate:
        """Rows in which something of the group is left."""
        if not cells.columns:
            return TRUE
        return filled(self.judge.system.datasets[cells.place.dataset], cells.columns)

    def any(self, dataset: str, where: Callable[[Cells], Predicate]) -> Predicate:
        """Rows of which some group satisfies `where` and is there."""
        return any_of(all_of([where(c), self.there(c)]) for c in self.cells(dataset))

    def ready(self, where: Predicate) -> Predicate:
        """The predicate with its facts on the connection, as short as they allow."""
        for fresh in self.known.key_sets(self.name, key_sets(where) - self.put):
            self.connection.put_keys(fresh.name, fresh.dataset, fresh.rows)
            self.put.add(fresh.name)
            if not fresh.rows:
                self.empty.add(fresh.name)
        return lean(where, frozenset(self.empty))

    def count(self, dataset: str, where: Predicate) -> int:
        """Rows of the dataset that satisfy `where`."""
        asked = self.ready(where)
        return 0 if asked == FALSE else self.connection.count(dataset, asked)
