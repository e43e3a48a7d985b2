"""The whole database after a sweep, worked out row by row with `decide` and `fate` alone."""

from __future__ import annotations

from avow.declaration.decision.decide import Verdict, decide, running_minimums
from avow.declaration.decision.fate import Fate, FateKind, Referrer, fate, removes
from avow.engine.planner.judge import Cells, cell_groups
from avow.engine.planner.lower import Lowering, blanks_of
from avow.engine.planner.referrers import Pointer
from avow.estate.connectors.base import Access
from avow.estate.connectors.twin import TwinConnector, TwinDatabase
from avow.estate.datamap.model import BlankKind, Dataset
from avow.estate.datamap.predicates import FALSE
from avow.estate.datamap.reach import Row, applies, pointer
from tests.properties.test_readings_and_verdicts import columns, group
from tests.properties.worlds import TODAY, World, copy, key_sets

Mark = tuple[str, object]
"""A row: dataset and id."""


def holds_some(dataset: Dataset, cells: Cells, row: Row) -> bool:
    """Whether some column of the group still says something."""
    blanks = blanks_of(dataset, cells.columns)
    values = ((row[c], blanks[c].value) for c in cells.columns)
    return not cells.columns or any(v is not None and v != empty for v, empty in values)


class Oracle:
    """Verdicts once, then the largest set of rows that may go together.

    `asked` are the purposes ended by the erasure request of the owners of the rows in `mine`; in a
    sweep there is no request and every row is looked at.
    """

    def __init__(
        self,
        world: World,
        lowering: Lowering,
        asked: frozenset[str] | None = None,
        mine: frozenset[Mark] | None = None,
    ) -> None:
        self.world, self.lowering, self.asked, self.mine = world, lowering, asked, mine
        self.rows: dict[Mark, Row] = {
            (name, r["id"]): r for name, table in world.rows.items() for r in table
        }
        self.groups = {
            name: cell_groups(world.system, world.system.datasets[name], columns(world, name))
            for name in world.rows
        }
        self.verdicts = {m: self._verdicts(m) for m in self.rows}
        self.telling = self._telling()

    def _verdicts(self, mark: Mark) -> dict[Cells, Verdict]:
        row = self.rows[mark]
        dataset = self.world.system.datasets[mark[0]]
        found = {
            c: decide(group(self.world, c, row, self.asked), self.world.law, TODAY)
            for c in self.groups[mark[0]]
        }
        # A group in which nothing is left is no cell, unless nothing at all is left and due.
        present = {c: v for c, v in found.items() if removes(v) or holds_some(dataset, c, row)}
        return present if any(removes(v) for v in present.values()) else found

    def _telling(self) -> dict[str, set[Mark]]:
        """Per pointer that gives ownership of the row it names, the rows of whose persons something
        is known; none in an erasure."""
        database = TwinDatabase(copy(self.world.rows), self.world.catalogue)  # type: ignore[arg-type]
        connection = TwinConnector({"w": database}).connect(self.world.system, Access.WRITE)
        for name, keys in key_sets(self.world.known).items():
            connection.put_keys(name, name.split(".", 2)[2], keys)
        found: dict[str, set[Mark]] = {}
        for p in self.lowering.found:
            tells = self.lowering.tells(p.edge) if self.mine is None else FALSE
            rows = connection.fetch(p.edge.child, tells, ("id",))
            found[p.edge.name] = {(p.edge.child, row[0]) for row in rows}
        return found

    def frozen(self, mark: Mark) -> bool:
        """Whether a floor stands on any cell of the row; a minimum only where something is left."""
        row, dataset = self.rows[mark], self.world.system.datasets[mark[0]]
        return any(
            g.facts.floors
            or (running_minimums(g, self.world.law, TODAY) and holds_some(dataset, c, row))
            for c in self.groups[mark[0]]
            for g in [group(self.world, c, row)]
        )

    def fate(self, mark: Mark, going: set[Mark]) -> Fate:
        """The row's fate if the rows of `going` go."""
        if self.mine is not None and mark not in self.mine:
            return Fate(FateKind.KEEP)
        named = {str(n): v for n, v in enumerate(self.verdicts[mark].values())}
        found = fate(named, self._referrers(mark, going))
        if found.kind is FateKind.DELETE and self._needed(mark, going):
            return Fate(FateKind.BLANK, frozenset(named))
        return found

    def _referrers(self, mark: Mark, going: set[Mark]) -> list[Referrer]:
        found = []
        for p in self.lowering.found:
            if p.edge.parent != mark[0]:
                continue
            found += [
                Referrer(
                    self.frozen(other),
                    p.can_unlink and other not in self.telling[p.edge.name],
                    p.edge.gone,
                )
                for other in self._pointing(p, mark)
                if other not in going
            ]
        return found

    def _pointing(self, p: Pointer, mark: Mark) -> list[Mark]:
        target = pointer(p.edge, self.rows[mark], p.edge.parent_fields)
        return [
            m
            for m, r in self.rows.items()
            if m[0] == p.edge.child
            and applies(p.edge, r)
            and pointer(p.edge, r, p.edge.child_fields) == target
        ]

    def _needed(self, mark: Mark, going: set[Mark]) -> bool:
        """Whether the row gives a moment to a row that stays, or tells one what is known."""
        row, dated = self.rows[mark], []
        for p in self.lowering.found if self.mine is None else ():
            if mark in self.telling[p.edge.name] and applies(p.edge, row):
                told = pointer(p.edge, row, p.edge.child_fields)
                if told is not None and (p.edge.parent, told[0]) in self.rows:
                    return True
        for edge in self.lowering.reads.carried_by(mark[0]):
            named = pointer(edge, row, edge.child_fields) if applies(edge, row) else None
            if named is not None and (edge.parent, named[0]) in self.rows:
                dated.append((edge.parent, named[0]))
        return len(dated) > 1 or any(parent not in going for parent in dated)

    def going(self) -> set[Mark]:
        """The largest set of rows each of which is deleted given that the others are."""
        going = set(self.rows)
        while True:
            kept = {m for m in going if self.fate(m, going).kind is not FateKind.DELETE}
            if not kept:
                return going
            going -= kept

    def after(self) -> dict[str, list[Row]]:
        """Every row of every dataset after the sweep."""
        going = self.going()
        result: dict[str, list[Row]] = {name: [] for name in self.world.rows}
        for mark, row in self.rows.items():
            if mark not in going:
                result[mark[0]].append(self._left(mark, dict(row), going))
        return result

    def _number(self, mark: Mark, cells: Cells) -> str:
        return str(list(self.verdicts[mark]).index(cells))

    def _left(self, mark: Mark, row: dict[str, object], going: set[Mark]) -> Row:
        dataset = self.world.system.datasets[mark[0]]
        blanked = self.fate(mark, going).blank
        for cells in self.groups[mark[0]]:
            if cells in self.verdicts[mark] and self._number(mark, cells) in blanked:
                for column, how in blanks_of(dataset, cells.columns).items():
                    if row[column] is not None:
                        row[column] = None if how.kind is BlankKind.NULL else how.value
        for p in self.lowering.found:
            if p.edge.child == mark[0] and p.can_unlink and applies(p.edge, self.rows[mark]):
                named = pointer(p.edge, self.rows[mark], p.edge.child_fields)
                if named is not None and (p.edge.parent, named[0]) in going:
                    row |= dict.fromkeys(p.edge.child_fields)
        return row
