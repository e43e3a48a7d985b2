"""Compile verdicts and fates into a program: what a sweep would do in one system on one day.

`decide` and `fate` say it row by row; here it becomes one deletion per dataset and one blanking
per cell group, children first. A row goes iff every cell group of it is due for removal and
nothing that stays must refer to it; pointers that can be emptied are emptied just before.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from avow.common.remembered import remembered
from avow.declaration.decision.fate import REMOVING
from avow.engine.planner.dependence import Dependence, dependence
from avow.engine.planner.deriving import with_derived
from avow.engine.planner.judge import FLOOR, Cells, Judge, cell_groups, filled, without_made
from avow.engine.planner.program import Along, Move, Program, Step
from avow.engine.planner.readers_first import readers_first
from avow.engine.planner.referrers import Pointer, children_first, pointers
from avow.estate.connectors.catalogue import Catalogue
from avow.estate.datamap.copies import copy_edges, only_to, without_original
from avow.estate.datamap.derived import erased_with
from avow.estate.datamap.edges import Edge, Right, Side
from avow.estate.datamap.model import Blank, BlankKind, Dataset, System, structure
from avow.estate.datamap.paths import column_of
from avow.estate.datamap.predicates import (
    FALSE,
    TRUE,
    Predicate,
    Related,
    all_of,
    any_of,
    key_sets,
    matching,
    negate,
)
from avow.estate.datamap.readings import moment_columns
from avow.estate.datamap.spheres import inside

NULL = Blank(BlankKind.NULL)


@dataclass(frozen=True, slots=True)
class Lowering:
    """One system's map, live schema and verdicts, ready to be asked what would happen.

    `member` narrows every move to rows that satisfy it (an erasure: the rows of the persons), and
    `shared` names the rows of it whose other owners stay.
    """

    judge: Judge
    catalogue: Catalogue
    member: dict[str, Predicate] = field(default_factory=dict)
    shared: dict[str, Predicate] = field(default_factory=dict)
    narrowed: bool = False
    found: tuple[Pointer, ...] = field(init=False)
    reads: Dependence = field(init=False)
    made: dict[Hashable, Any] = field(init=False, default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "reads", dependence(self.judge.system, self.judge.law))
        found = pointers(self.judge.system, self.catalogue)
        object.__setattr__(self, "found", tuple(self._bound(p) for p in found))

    def _bound(self, pointer: Pointer) -> Pointer:
        """A pointer through which a moment is read cannot be emptied while its row stays; one of
        another sphere is not ours to empty."""
        reading = pointer.edge.name in self.reads.climbed or pointer.edge in self.reads.carried
        kept = reading or self._crosses(pointer)
        return replace(pointer, nullable=False) if kept else pointer

    def _crosses(self, pointer: Pointer) -> bool:
        ends = (pointer.edge.child, pointer.edge.parent)
        known = [self.system.datasets[d].is_ours for d in ends if d in self.system.datasets]
        return len(set(known)) > 1

    def inside(self, dataset: str) -> Predicate:
        """The rows of a dataset that are of the sphere in which is planned."""
        return inside(self.system.datasets[dataset])

    @property
    def system(self) -> System:
        """The system that is compiled for."""
        return self.judge.system

    @remembered
    def cells(self, dataset: str) -> tuple[Cells, ...]:
        """The cell groups of a dataset, with the columns that the live table really has."""
        table = self.catalogue.tables.get(dataset)
        if table is None:
            return ()
        mapped = self.system.datasets[dataset]
        columns = tuple(c.name for c in table.columns if not c.generated)
        return without_made(cell_groups(self.system, mapped, columns), mapped)

    @remembered
    def within(self, dataset: str) -> Predicate:
        """The rows that moves may touch: all of the sphere in a sweep, the persons' own in an
        erasure."""
        whole = self.inside(dataset)
        if not self.narrowed:
            return whole
        mine = self.member.get(dataset, FALSE)
        return all_of([mine, negate(self.shared.get(dataset, FALSE)), whole])

    @remembered
    def spent(self, dataset: str) -> Predicate:
        """Rows every present cell group of which is due for removal, and some group is; and those
        that go because what they are made from goes.

        A group whose every column is empty is no cell: a call that was never recorded does not
        wait for the day on which its recording would be due.
        """
        due = any_of([self._spent_itself(dataset), self.follows(dataset)])
        found = any_of([all_of([self.within(dataset), due]), self._made_from(dataset)])
        return all_of([found, self.inside(dataset)])

    @remembered
    def _made_from(self, dataset: str) -> Predicate:
        """Rows that go because something of a row that they are made from goes. Their own persons
        are not asked; a hold on them is."""
        ways = any_of(
            all_of([matching(e), Related(e, Side.PARENT, self._loses(e.parent))])
            for e in erased_with(self.system, dataset)
        )
        return all_of([ways, negate(self.judge.held(dataset))])

    def _loses(self, dataset: str) -> Predicate:
        """Rows of which something is due for removal and there."""
        mapped, parts = self.system.datasets[dataset], [self.spent(dataset)]
        for cells in self.cells(dataset):
            there = filled(mapped, cells.columns)
            parts.append(all_of([self.within(dataset), self.judge.removed(cells), there]))
        return any_of(parts)

    def _spent_itself(self, dataset: str) -> Predicate:
        groups = self.cells(dataset)
        removed = [self.judge.removed(c) for c in groups]
        if not groups or any_of(removed) == FALSE:
            return FALSE
        gone = (any_of([r, self._absent(c)]) for c, r in zip(groups, removed, strict=True))
        return all_of([any_of(removed), *gone])

    @remembered
    def follows(self, dataset: str) -> Predicate:
        """Copies that go whatever stands in them, because their original goes, is not there, or
        could not be found any more. A hold protects them; a legal minimum speaks of the
        original, and its start could not be told any more."""
        ways = any_of(w for e in copy_edges(self.system, dataset) for w in self._copied(e))
        return all_of([ways, negate(self.judge.held(dataset))])

    def _copied(self, edge: Edge) -> Iterator[Predicate]:
        yield without_original(edge)
        yield only_to(edge, self.spent(edge.parent))
        if not edge.by_value:
            return
        # What is matched by a value that goes is never found again.
        for cells in self.cells(edge.parent):
            if not set(edge.parent_fields).isdisjoint(cells.columns):
                yield only_to(edge, all_of([self.within(edge.parent), self.judge.removed(cells)]))
        for cells in self.cells(edge.child):
            if not set(edge.child_fields).isdisjoint(cells.columns):
                yield all_of([matching(edge), self.judge.removed(cells)])

    def goes_with(self, dataset: str) -> Predicate:
        """Rows that go because of others, as copies or as made from them."""
        return any_of([self.follows(dataset), self._made_from(dataset)])

    @remembered
    def orphaned(self, dataset: str) -> Predicate:
        """Copies whose original is not there, and which no hold protects: due at once."""
        gone = any_of(without_original(e) for e in copy_edges(self.system, dataset))
        return all_of([gone, negate(self.judge.held(dataset))])

    def _absent(self, cells: Cells) -> Predicate:
        """Rows in which nothing of the group is left; a group without columns is the row itself."""
        if not cells.columns:
            return FALSE
        return negate(filled(self.system.datasets[cells.place.dataset], cells.columns))

    @remembered
    def deleted(self, dataset: str, seen: frozenset[str] = frozenset()) -> Predicate:
        """Rows that will go, judged before anything has run: `counted` of a deletion."""
        spent = self.spent(dataset)
        if spent == FALSE:
            return FALSE
        free = (self._let_go(dataset, seen), self._tells_nobody(dataset))
        return all_of([spent, negate(self._blocked(dataset, seen)), *free])

    @remembered
    def _blocked(self, dataset: str, seen: frozenset[str]) -> Predicate:
        return any_of(
            Related(p.edge, Side.CHILD, self._stays(p, seen | {dataset}))
            for p in self.found
            if p.edge.parent == dataset
        )

    @remembered
    def _stays(self, pointer: Pointer, seen: frozenset[str]) -> Predicate:
        child = pointer.edge.child
        if not pointer.mapped:
            return TRUE
        if pointer.can_unlink:
            return self._clings(pointer)
        if pointer.edge in self.reads.carried:
            return negate(self._goes_along(pointer.edge, seen))
        if child in seen:
            # A circle that cannot be emptied: both ends go together or neither does.
            return negate(self.spent(child))
        return negate(self.deleted(child, seen))

    def _clings(self, pointer: Pointer) -> Predicate:
        """Rows whose pointer could be emptied and is not."""
        child = pointer.edge.child
        foreign = negate(self.inside(child))
        return any_of([self.frozen(child), self.tells(pointer.edge), foreign])

    @remembered
    def _goes_along(self, edge: Edge, seen: frozenset[str]) -> Predicate:
        """Rows that would go if only the row they give a moment to, over `edge`, went."""
        child = edge.child
        blocked = self._blocked(child, seen | {child})
        free = (self._dates_no_other(edge), self._tells_nobody(child))
        return all_of([self.spent(child), negate(blocked), *free])

    def _dates_no_other(self, edge: Edge) -> Predicate:
        """Rows that give no moment over another edge too: two rows that one row dates would have to
        go in one transaction, and so would all that they date in turn. Such rows stay as shells."""
        return all_of(
            Related(other, Side.PARENT, TRUE, negated=True)
            for other in self.reads.carried_by(edge.child)
            if other != edge
        )

    def _let_go(self, dataset: str, seen: frozenset[str]) -> Predicate:
        """Rows that give no moment to a row that stays."""
        edges = self.reads.carried_by(dataset)
        free = [
            negate(Related(e, Side.PARENT, negate(self.deleted(e.parent, seen | {dataset}))))
            for e in edges
            if e.parent not in seen
        ]
        single = [
            any_of([Related(e, Side.PARENT, TRUE, negated=True), self._dates_no_other(e)])
            for e in edges
        ]
        return all_of([*free, *single])

    @remembered
    def tells(self, edge: Edge) -> Predicate:
        """Rows that own the row they point to, and of whose persons something is known that may end
        its cells: a purpose that ended, a wish to be deleted. With the pointer, or with these rows,
        that would be forgotten, and what it ends would stay for good: both are emptied and stay.

        Not so in an erasure, which finds what a person owns before anything goes, and must not
        depend on who else asked before."""
        if self.narrowed or edge.right is not Right.OWN or edge.flows is not Side.PARENT:
            return FALSE
        facts = sorted({name.split(".", 2)[1] for name in self.judge.known} - {FLOOR})
        return any_of(self.judge.reader.held(edge.child, fact) for fact in facts)

    def _tells_nobody(self, dataset: str) -> Predicate:
        """Rows that tell nothing to a row that is there."""
        told = (
            all_of([self.tells(p.edge), Related(p.edge, Side.PARENT, TRUE)])
            for p in self.found
            if p.edge.child == dataset
        )
        return negate(any_of(told))

    @remembered
    def frozen(self, dataset: str) -> Predicate:
        """Rows under a floor, which nobody may alter, not even their pointers. A minimum on cells
        of which nothing is left retains nothing: else a row would hold what it is due to leave."""
        floors = (
            all_of([self.judge.floor(c), negate(self._absent(c))]) for c in self.cells(dataset)
        )
        return any_of([self.judge.held(dataset), *floors])

    @remembered
    def leaving(self, dataset: str) -> Predicate:
        """Rows that go once everything that points to them and is due has gone: `where`.

        Rows that give a moment to a row that is there do not go by themselves but along with it.
        """
        spent = self.spent(dataset)
        if spent == FALSE:
            return FALSE
        silent = self._tells_nobody(dataset)
        return all_of([spent, *self._free(dataset), *self._alone(dataset), silent])

    def _alone(self, dataset: str) -> Iterator[Predicate]:
        """Rows that go by themselves, and not along with a row they give a moment to."""
        return (
            Related(e, Side.PARENT, self._waited_for(e), negated=True)
            for e in self.reads.carried_by(dataset)
        )

    def _waited_for(self, edge: Edge) -> Predicate:
        """Rows that a row giving them a moment waits for: all. But an erasure is one transaction,
        and what is matched by value can be found no more once the row it matches is gone: there it
        goes before a row that goes too."""
        return negate(self.deleted(edge.parent)) if self.narrowed and edge.by_value else TRUE

    def _free(self, dataset: str, seen: frozenset[str] = frozenset()) -> Iterator[Predicate]:
        seen |= {dataset}
        return (self._free_of(p, seen) for p in self.found if p.edge.parent == dataset)

    def _free_of(self, pointer: Pointer, seen: frozenset[str]) -> Predicate:
        child = pointer.edge.child
        where: Predicate = TRUE
        if pointer.can_unlink:
            where = self._clings(pointer)
        elif pointer.edge in self.reads.carried and child not in seen:
            alone = (self._dates_no_other(pointer.edge), self._tells_nobody(child))
            where = negate(all_of([self.spent(child), *alone, *self._free(child, seen)]))
        elif child == pointer.edge.parent:
            where = negate(self.spent(child))
        return TRUE if where == FALSE else negate(Related(pointer.edge, Side.CHILD, where))

    def steps(self, clause: str | None = None) -> Iterator[Step]:
        """Every step in order: per dataset, children first, its unlinkings, deletion, blankings."""
        for name in self.order():
            if self._speaks_of(name, clause):
                yield from self._unlinkings(name)
                yield from self._deletion(name)
            yield from readers_first(self._blankings(name, clause))

    @remembered
    def order(self) -> tuple[str, ...]:
        """The datasets in the order of their steps, children first."""
        before = (
            *self._after_those_along(),
            *self._before_their_sources(),
            *self._before_what_is_known(),
        )
        return children_first(self.system.datasets, self.found, before)

    def _sources(self, name: str) -> tuple[Edge, ...]:
        """To the rows with which those of a dataset go: originals, and what they are made from."""
        return (*copy_edges(self.system, name), *erased_with(self.system, name))

    def _before_their_sources(self) -> Iterator[tuple[str, str]]:
        """These rows ask their source whether they must go, which must be there to say so."""
        for name in self.system.datasets:
            yield from ((e.child, e.parent) for e in self._sources(name))

    def _after_those_along(self) -> Iterator[tuple[str, str]]:
        """Rows that go along with one row may point to another, which can go only after them."""
        for along in self.reads.carried:
            for pointer in self.found:
                edge = pointer.edge
                others = edge.child == along.child and edge.parent != along.parent
                if others and not pointer.can_unlink:
                    yield along.parent, edge.parent

    def _before_what_is_known(self) -> Iterator[tuple[str, str]]:
        """Rows are told of a fact by those that own them, which may know it of a row that goes in
        the same sweep: their owners must still know it when it is asked whether they may go."""
        for pointer in self.found:
            told = pointer.edge.parent
            for name in sorted(key_sets(self.tells(pointer.edge))):
                knowing = name.split(".", 2)[2]
                if knowing not in (told, pointer.edge.child):
                    yield told, knowing

    def _speaks_of(self, name: str, clause: str | None) -> bool:
        groups = self._asked(name)
        return bool(groups) and (clause is None or any(clause in self.clauses(c) for c in groups))

    def _asked(self, name: str) -> tuple[Cells, ...]:
        """The cell groups on whose account rows of a dataset may go, those of their sources too."""
        theirs = (self._asked(e.parent) for e in self._sources(name))
        return (*self.cells(name), *(c for cells in theirs for c in cells))

    def clauses(self, cells: Cells) -> tuple[str, ...]:
        """The promises that may demand the removal of these cells."""
        return tuple(dict.fromkeys(r.clause for r in self.judge.rules(cells) if r.then in REMOVING))

    def _all_clauses(self, groups: tuple[Cells, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(c for g in groups for c in self.clauses(g)))

    def _rules(self, groups: tuple[Cells, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(r.id for c in groups for r in self.judge.rules(c)))

    def _deletion(self, name: str) -> Iterator[Step]:
        where = self.leaving(name)
        if where != FALSE:
            groups = self._asked(name)
            clauses = self._all_clauses(groups)
            yield Step(
                name,
                Move.DELETE,
                where,
                clauses,
                self._rules(groups),
                counted=self.deleted(name),
                along=self._along(name),
                because=_with(self._sources(name)),
            )

    def _along(self, name: str) -> tuple[Along, ...]:
        return tuple(Along(chain[0], chain[1:]) for chain in self.reads.chains(name))

    def _unlinkings(self, name: str) -> Iterator[Step]:
        """Pointers to the rows that go, and to those that go along with them, end just before."""
        leaving = self.leaving(name)
        if leaving == FALSE:
            return
        gone = all_of([self.deleted(name), *self._alone(name)])
        yield from self._pointers_end(name, name, leaving, gone)
        whole = self.deleted(name)
        for along in self._along(name):
            going, counted = along.pointing(leaving), along.pointing(whole)
            yield from self._pointers_end(name, along.edge.child, going, counted)

    def _pointers_end(
        self, name: str, parent: str, where: Predicate, counted: Predicate
    ) -> Iterator[Step]:
        """Empty the pointers to rows of `parent` that go on account of rows of `name`."""
        groups = self.cells(name)
        for pointer in self.found:
            if pointer.edge.parent != parent or not pointer.can_unlink:
                continue
            child = self.system.datasets[pointer.edge.child]
            gone_by_then = self._goes_before(child.name, name)
            stays = negate(self.deleted(child.name)) if gone_by_then else TRUE
            ours = self.inside(child.name)
            yield Step(
                child.name,
                Move.UNLINK,
                all_of([Related(pointer.edge, Side.PARENT, where), ours]),
                self._all_clauses(groups),
                self._rules(groups),
                blanks={f: child.blanks.get(f, NULL) for f in pointer.edge.child_fields},
                counted=all_of([Related(pointer.edge, Side.PARENT, counted), stays, ours]),
                because=f"the row it points to in {parent} goes",
            )

    def _goes_before(self, child: str, name: str) -> bool:
        """Whether the rows of `child` that go have gone when those of `name` do. In a circle they
        are still there, and their pointers are emptied like those of the rows that stay."""
        order = self.order()
        return order.index(child) < order.index(name)

    def _blankings(self, name: str, clause: str | None) -> Iterator[Step]:
        dataset = self.system.datasets[name]
        for cells in self.cells(name):
            more = self.goes_with(name)
            removed = any_of([self.judge.removed(cells), more])
            asked = self._asked(name) if more != FALSE else (cells,)
            clauses = self._all_clauses(asked)
            if removed == FALSE or (clause is not None and clause not in clauses):
                continue
            for columns, free in self._unneeded(name, cells.columns):
                where = all_of([self.within(name), removed, filled(dataset, columns), free])
                if where == FALSE:
                    continue
                whole = self.deleted(name)
                if self.reads.carried_by(name):
                    # Those that go along with another row are still there, and go whole.
                    where = all_of([where, negate(whole)])
                yield Step(
                    name,
                    Move.BLANK,
                    where,
                    clauses,
                    self._rules(asked),
                    blanks=blanks_of(dataset, columns),
                    counted=all_of([where, negate(whole)]),
                )

    def overdue(self, cells: Cells) -> Predicate:
        """Rows in which a sweep would find something of the group to take away: due for removal,
        still holding a value, and needed by no row that must be retained."""
        dataset, name = self.system.datasets[cells.place.dataset], cells.place.dataset
        parts = (
            all_of([filled(dataset, columns), free])
            for columns, free in self._unneeded(name, cells.columns)
        )
        present = any_of(parts) if cells.columns else self.deleted(name)
        return all_of([self.within(name), self.judge.removed(cells), present])

    def _unneeded(
        self, name: str, columns: tuple[str, ...]
    ) -> Iterator[tuple[tuple[str, ...], Predicate]]:
        """Columns grouped by the rows in which nobody who must be retained needs them."""
        parts: dict[Predicate, tuple[str, ...]] = {}
        for column in columns:
            free = negate(any_of(self._needs(name, column)))
            parts[free] = (*parts.get(free, ()), column)
        return ((names, free) for free, names in parts.items())

    def _needs(self, name: str, column: str) -> Iterator[Predicate]:
        for pointer in self.found:
            child = self.system.datasets.get(pointer.edge.child)
            if child and pointer.edge.parent == name and column in child.needs.get(name, ()):
                yield Related(pointer.edge, Side.CHILD, self.frozen(child.name))
        yield from self._inside(name, column)

    def _inside(self, name: str, column: str) -> Iterator[Predicate]:
        """A column is not emptied whole while a field inside it stays: one that is not due, or a
        pointer, identity or moment, which is no cell."""
        dataset = self.system.datasets[name]
        held = structure(dataset) | {i.field for i in dataset.identities}
        held |= moment_columns(self.system, name)
        if any(f != column and column_of(f) == column for f in held):
            yield TRUE
        for cells in self.cells(name):
            if any(c != column and column_of(c) == column for c in cells.columns):
                yield negate(self.judge.removed(cells))


def _with(edges: tuple[Edge, ...]) -> str:
    """Why rows go that are made from others; nothing where they are not."""
    ways = (f"{'a copy of' if e.copy else 'made from'} {e.parent}" for e in edges)
    named = ", ".join(dict.fromkeys(ways))
    return f"{named}, with which it goes" if named else ""


def blanks_of(dataset: Dataset, columns: tuple[str, ...]) -> dict[str, Blank]:
    """How each of these columns is emptied; NULL where the map says nothing."""
    return {c: dataset.blanks.get(c, NULL) for c in columns}


def sweep(judge: Judge, catalogue: Catalogue, clause: str | None = None) -> Program:
    """The program that removes what is due in one system on the judge's day, for every clause or
    for one."""
    steps = with_derived(judge.system, Lowering(judge, catalogue).steps(clause))
    return Program(judge.system.name, judge.day, steps, facts=needed(steps))


def needed(steps: tuple[Step, ...]) -> frozenset[str]:
    """The key sets of facts that must be put on the connection before these steps run."""
    names: set[str] = set()
    for step in steps:
        for predicate in (step.where, step.counted):
            names |= key_sets(predicate) if predicate is not None else frozenset()
    return frozenset(n for n in names if n.startswith("fact."))
