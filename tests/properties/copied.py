"""Random worlds with copies, and what becomes of a copy, row by row."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import strategies as st

from avow.declaration.decision.fate import Fate, FateKind, fate, removes
from avow.engine.planner.judge import FLOOR
from avow.estate.connectors.catalogue import Catalogue, Column, ColumnKind, ForeignKey, Table
from avow.estate.datamap.copies import copy_edges
from avow.estate.datamap.derived import erased_with
from avow.estate.datamap.edges import Edge, Side
from avow.estate.datamap.model import (
    Blank,
    BlankKind,
    Dataset,
    Derivation,
    Field,
    Link,
    LinkWord,
    Normaliser,
    Then,
)
from avow.estate.datamap.reach import Row, across, applies
from tests.properties.oracle import Mark, Oracle, holds_some
from tests.properties.test_readings_and_verdicts import estate
from tests.properties.worlds import ID, TODAY, World, worlds

TEXT = ("email", "note", "extra", "sort")


@st.composite
def copied_worlds(draw: st.DrawFn) -> World:
    """A world with one to three datasets of copies, of copies too, and rows that point to one."""
    world = draw(worlds())
    for number in range(draw(st.integers(1, 3))):
        names = sorted(world.rows)
        world = draw(_with_copies(world, f"x{number}", draw(st.sampled_from(names))))
    if draw(st.booleans()):
        names = [n for n in sorted(world.rows) if n != "x0" or draw(st.booleans())]
        world = draw(_with_made(world, draw(st.sampled_from(names))))
    if draw(st.integers(0, 2)) == 0:
        held = draw(st.sampled_from([n for n in sorted(world.rows) if n.startswith("x")]))
        floor: dict[tuple[object, ...], date] = {(1,): TODAY}
        world = replace(world, known={**world.known, (FLOOR, held): floor})
    return draw(_pointed_to(world)) if draw(st.booleans()) else world


@st.composite
def _with_copies(draw: st.DrawFn, world: World, name: str, of: str) -> World:
    """Copies of the rows of `of`, by key or by address; some name no row, some are stale."""
    by_value = draw(st.booleans())
    sorts = (("sort", "a"),) if draw(st.integers(0, 5)) == 0 else ()
    link = Link(
        LinkWord.COPY_OF,
        of,
        ("address",) if by_value else ("source",),
        ("email",) if by_value else (),
        sorts,
        normalise=Normaliser.ASCII_LOWER if by_value else Normaliser.EXACT,
    )
    fields = [Field("email", "mail"), Field("note", draw(st.sampled_from(("text", "mail"))))]
    if by_value and draw(st.booleans()):
        fields.append(Field("address", "mail"))
    dataset = Dataset(
        name,
        key=("id",),
        links=(link,),
        fields=tuple(fields),
        rest=draw(st.sampled_from(("rest", "other"))),
        blanks={"note": Blank(BlankKind.CONSTANT, "-")},
    )
    enforced = not (by_value or sorts) and draw(st.booleans())
    rows: list[dict[str, object]] = [
        draw(_copy(world, of, number, enforced)) for number in range(1, draw(st.integers(0, 4)) + 1)
    ]
    return _joined(world, dataset, rows, ("source", of) if enforced else None)


@st.composite
def _copy(draw: st.DrawFn, world: World, of: str, number: int, enforced: bool) -> dict[str, object]:
    there = [r["id"] for r in world.rows[of]]
    loose = [] if enforced else [99]
    return {
        "id": number,
        "source": draw(st.sampled_from([None, *there, *there, *loose])),
        "address": draw(
            st.sampled_from([None, "", *("A@example.com", " b@example.com") * 3, "c@x"])
        ),
        "sort": draw(st.sampled_from([None, "a", "b"])),
        "email": draw(st.sampled_from([None, "a@example.com"])),
        "note": draw(st.sampled_from(["-", "n"])),
        "extra": draw(st.sampled_from([None, "e"])),
    }


def _joined(
    world: World, dataset: Dataset, rows: list[dict[str, object]], key: tuple[str, str] | None
) -> World:
    columns = (
        ID,
        Column("source", "integer", ColumnKind.INTEGER),
        Column("address", "text", ColumnKind.TEXT),
        *(Column(c, "text", ColumnKind.TEXT, nullable=c != "note") for c in TEXT),
    )
    table = Table(dataset.name, columns, key=("id",))
    keys = world.catalogue.foreign_keys
    if key is not None:
        keys += (ForeignKey(f"fk_{dataset.name}", dataset.name, (key[0],), key[1], ("id",)),)
    return replace(
        world,
        system=replace(world.system, datasets={**world.system.datasets, dataset.name: dataset}),
        catalogue=Catalogue({**world.catalogue.tables, dataset.name: table}, keys),
        rows={**world.rows, dataset.name: rows},
    )


@st.composite
def _with_made(draw: st.DrawFn, world: World, of: str) -> World:
    """Rows of nobody's, each made from one row of `of`, or from all with the same `sort`."""
    own, theirs = draw(st.sampled_from((("source", "id"), ("sort", "sort"))))
    how = Derivation(of, Then.ERASE, (own,), (theirs,))
    dataset = Dataset("y", key=("id",), nobody="made from others", derived=(how,))
    rows = [
        draw(_copy(world, of, number, False)) for number in range(1, draw(st.integers(2, 5)) + 1)
    ]
    return _joined(world, dataset, rows, None)


@st.composite
def _pointed_to(draw: st.DrawFn, world: World) -> World:
    """Rows of nobody's that must point to a copy, which therefore cannot go."""
    name = draw(st.sampled_from([n for n in sorted(world.rows) if n.startswith("x")]))
    targets = [r["id"] for r in world.rows[name]]
    rows: list[dict[str, object]] = (
        [{"id": 1, "to": draw(st.sampled_from(targets))}] if targets else []
    )
    link = Link(LinkWord.NO_RIGHT, name, ("to",))
    dataset = Dataset("z", key=("id",), links=(link,), nobody="a list")
    made = _joined(world, dataset, rows, ("to", name))
    pointer = Column("to", "integer", ColumnKind.INTEGER, nullable=False)
    table = Table("z", (ID, pointer), key=("id",))
    tables = {**made.catalogue.tables, "z": table}
    return replace(made, catalogue=replace(made.catalogue, tables=tables))


class CopyOracle(Oracle):
    """The specification, with copies: a copy has the verdicts of its original's cells, and goes
    when its original goes, is not there, or could not be found any more."""

    def fate(self, mark: Mark, going: set[Mark]) -> Fate:
        if self.world.system.datasets[mark[0]].derived:
            return fate({}, follows=self.is_made_of_what_goes(mark))
        found = super().fate(mark, going)
        outside = self.mine is not None and mark not in self.mine
        if found.kind is FateKind.DELETE or outside or not self.follows(mark):
            return found
        named = {str(n): v for n, v in enumerate(self.verdicts[mark].values())}
        return fate(named, self._referrers(mark, going), follows=True)

    def follows(self, mark: Mark) -> bool:
        """Whether the row is a copy that has to go whatever stands in it."""
        edges, row = copy_edges(self.world.system, mark[0]), self.rows[mark]
        if estate(self.world).held(mark[0], row, FLOOR):
            return False
        return any(applies(e, row) and self._with(e, mark, row) for e in edges)

    def is_made_of_what_goes(self, mark: Mark) -> bool:
        """Whether something goes of a row that this one is made from."""
        sources = (
            (edge.parent, row["id"])
            for edge in erased_with(self.world.system, mark[0])
            for row in across(edge, self.world.rows, self.rows[mark], Side.CHILD)
        )
        return any(self._ends(s) or (self._may(s) and self._has_due(s)) for s in sources)

    def _has_due(self, mark: Mark) -> bool:
        dataset = self.world.system.datasets[mark[0]]
        return any(
            removes(v) and c.columns and holds_some(dataset, c, self.rows[mark])
            for c, v in self.verdicts[mark].items()
        )

    def _with(self, edge: Edge, mark: Mark, row: Row) -> bool:
        found = across(edge, self.world.rows, row, Side.CHILD)
        originals: list[Mark] = [(edge.parent, r["id"]) for r in found]
        if all(self._ends(o) for o in originals):
            return True
        if not edge.by_value:
            return False
        lost = self._loses(mark, edge.child_fields)
        return lost or all(self._may(o) and self._loses(o, edge.parent_fields) for o in originals)

    def _may(self, mark: Mark) -> bool:
        return self.mine is None or mark in self.mine

    def _ends(self, mark: Mark) -> bool:
        """Whether a row is due whole, whether or not something keeps it as a shell."""
        spent = all(removes(v) for v in self.verdicts[mark].values()) and self.verdicts[mark]
        return self._may(mark) and (bool(spent) or self.follows(mark))

    def _loses(self, mark: Mark, columns: tuple[str, ...]) -> bool:
        return any(
            removes(v) and not set(columns).isdisjoint(c.columns)
            for c, v in self.verdicts[mark].items()
        )
