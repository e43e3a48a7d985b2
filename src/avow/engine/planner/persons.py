"""Compile the erasure of named persons: key sets along ownership, then the same fates as a sweep.

Rights start at the person's row and at rows whose link names the person's key, and run along owning
links. A row goes only when no owner outside the batch is left, decided on persons; a shared row
loses the leaver's link and the cells that speak of it. Who owns a row only through the row of a
leaver is no other owner: else a firm would keep for ever what its former employees leave behind,
and erasing two persons would not be erasing one after the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter

from avow.common.findings import Finding
from avow.declaration.model import InForce
from avow.engine.planner.dependence import dependence
from avow.engine.planner.deriving import with_derived
from avow.engine.planner.judge import Judge, filled
from avow.engine.planner.known import WITHDRAWABLE
from avow.engine.planner.lower import NULL, Lowering, needed
from avow.engine.planner.program import Move, Pick, Program, Spread, Step
from avow.estate.connectors.catalogue import Catalogue
from avow.estate.datamap.copies import copy_edges
from avow.estate.datamap.edges import Edge, Right, Side, edges
from avow.estate.datamap.model import Blank, Normaliser, System
from avow.estate.datamap.predicates import (
    FALSE,
    TRUE,
    InKeys,
    Predicate,
    Related,
    all_of,
    any_of,
    matching,
    negate,
)


def ended_by_erasure(law: InForce) -> frozenset[str]:
    """The purposes that an accepted erasure request ends: those on consent (it is withdrawn) and on
    legitimate interest (the objection is upheld), art. 17(1)(b)(c). A contract or a legal duty
    ends by its own event only."""
    return frozenset(p.id for p in law.purposes if p.basis in WITHDRAWABLE)


def named(dataset: str) -> str:
    """The name of the key set of the persons of the batch whose rows stand in `dataset`."""
    return f"root.{dataset}"


def owned(dataset: str) -> str:
    """The name of the key set of the rows of `dataset` that these persons own by a link."""
    return f"own.{dataset}"


def kin(dataset: str) -> str:
    """The name of the key set of the rows of `dataset` above rows that these persons own."""
    return f"kin.{dataset}"


def theirs(dataset: str) -> str:
    """The name of the key set of those of them that somebody who stays owns."""
    return f"theirs.{dataset}"


@dataclass(frozen=True, slots=True)
class Ownership:
    """Which rows of one system belong to the persons of a batch, as key sets and predicates.

    `roots` are the datasets in which persons of the batch are named. `loops` are owning edges on a
    circle of rows that are no persons: whose other owners a finite predicate cannot name. (A
    person's row ends a circle: whoever stays, stays.) `under` are the datasets of things on such
    circles or below them, `again` those on any circle or below it. `late` are datasets whose steps
    run after those of a dataset that owns their rows: by then their pointers may be empty.
    """

    system: System
    roots: frozenset[str]
    late: frozenset[str] = frozenset()
    lowered: tuple[Edge, ...] = field(init=False)
    loops: tuple[Edge, ...] = field(init=False, default=())
    under: frozenset[str] = field(init=False, default=frozenset())
    again: frozenset[str] = field(init=False, default=frozenset())

    def __post_init__(self) -> None:
        own = tuple(e for e in edges(self.system) if e.right is Right.OWN and self._inside(e))
        object.__setattr__(self, "lowered", own)
        if not _is_acyclic((e.giver, e.taker) for e in own):
            things = self._among_things()
            loops = tuple(e for e in things if e.giver in self._below(e.taker, things))
            under = (d for e in loops for d in self._below(e.taker, things))
            circles = (e for e in own if e.giver in self._below(e.taker))
            object.__setattr__(self, "loops", loops)
            object.__setattr__(self, "under", frozenset(under))
            again = frozenset(d for e in circles for d in self._below(e.taker))
            object.__setattr__(self, "again", again)

    def _inside(self, edge: Edge) -> bool:
        datasets = self.system.datasets
        return datasets[edge.child].is_ours == datasets[edge.parent].is_ours

    def _among_things(self) -> tuple[Edge, ...]:
        datasets = self.system.datasets
        ends = ((e, {datasets[e.giver].subject, datasets[e.taker].subject}) for e in self.lowered)
        return tuple(e for e, subjects in ends if subjects == {None})

    def looped(self) -> frozenset[str]:
        """The datasets on such circles."""
        return frozenset(e.taker for e in self.loops)

    def kinship(self) -> tuple[Spread, ...]:
        """How the rows above those of the batch are found, as far as circles make them matter."""
        under, reachable = self.under, self.reachable()
        waiting = [
            Spread(e, _back(e), keys, kin(e.giver), True)
            for e in self.lowered
            if e.giver in under and self.system.datasets[e.taker].subject is None
            for keys, is_asked in (
                (owned(e.taker), e.taker in reachable),
                (kin(e.taker), e.taker in under),
            )
            if is_asked
        ]
        return _in_order(waiting, (s.taker for s in self.spreads()))

    def picks(self) -> tuple[Pick, ...]:
        """Which rows on circles somebody who stays owns otherwise than over the circle."""
        filled = {s.taker for s in (*self.spreads(), *self.kinship())}
        return tuple(
            Pick(d, all_of([any_of(asked), self._outside(d, self.loops)]), theirs(d))
            for d in sorted(self.looped())
            for key in (self.system.datasets[d].key,)
            if (asked := [InKeys(key, keys) for keys in (owned(d), kin(d)) if keys in filled])
        )

    def downs(self) -> tuple[Spread, ...]:
        """How their ownership runs on over the circles."""
        picked = {p.dataset for p in self.picks()}
        return tuple(
            Spread(e, e.flows, theirs(e.giver), theirs(e.taker), True)
            for e in self.loops
            if {e.giver, e.taker} <= picked
        )

    def _below(self, dataset: str, over: tuple[Edge, ...] | None = None) -> frozenset[str]:
        found, todo = {dataset}, [dataset]
        while todo:
            giver = todo.pop()
            for edge in self.lowered if over is None else over:
                if edge.giver == giver and edge.taker not in found:
                    found.add(edge.taker)
                    todo.append(edge.taker)
        return frozenset(found)

    def reachable(self) -> frozenset[str]:
        """Every dataset that may hold rows of these persons."""
        return frozenset(d for root in self.roots for d in self._below(root))

    def spreads(self) -> tuple[Spread, ...]:
        """How the key sets of the datasets that give rights on are filled, parents first."""
        waiting = [e for e in self.lowered if self._gives(e.taker) and e.giver in self.reachable()]
        order: list[Edge] = []
        while waiting:
            ready = [e for e in waiting if not any(o.taker == e.giver for o in waiting)]
            order += ready or waiting[:1]
            waiting = [e for e in waiting if e not in order]
        return _in_order([s for e in order for s in self._spread(e)], map(named, self.roots))

    def _gives(self, dataset: str) -> bool:
        """Whether a key set of its rows is needed: they give rights on, stand below a circle, or
        lose what says whose they are before their own step: the row that points to them, or their
        pointer."""
        return any(
            e.giver == dataset
            or (
                e.taker == dataset
                and (e.giver in self.under or e.flows is Side.PARENT or dataset in self.late)
            )
            for e in self.lowered
        )

    def _spread(self, edge: Edge) -> Iterator[Spread]:
        for keys in self._sets(edge.giver):
            yield Spread(edge, edge.flows, keys, owned(edge.taker), edge.giver in self.again)

    def _sets(self, dataset: str) -> tuple[str, ...]:
        """The key sets that together hold the batch's rows of a dataset that gives rights on."""
        persons = (named(dataset),) if dataset in self.roots else ()
        links = any(e.taker == dataset and e.giver in self.reachable() for e in self.lowered)
        return (*persons, owned(dataset)) if links and self._gives(dataset) else persons

    def member(self, dataset: str) -> Predicate:
        """Rows that the persons of the batch own: their own, and those they own by links."""
        key = self.system.datasets[dataset].key
        held = [InKeys(key, keys) for keys in self._sets(dataset)]
        if self._gives(dataset):
            return any_of(held)
        return any_of([*held, *(self.through(e) for e in self.lowered if e.taker == dataset)])

    def holders(self, dataset: str, taker: str) -> tuple[tuple[str, ...], tuple[Spread, ...]]:
        """What says whose each of these rows is: key sets that hold them with their person, and
        how the others are found into the key set `taker`. Together they hold what `member` does."""
        known = self._sets(dataset)
        if self._gives(dataset):
            return known, ()
        own = (e for e in self.lowered if e.taker == dataset)
        return known, tuple(
            Spread(e, e.flows, giver, taker, False) for e in own for giver in self._sets(e.giver)
        )

    def through(self, edge: Edge) -> Predicate:
        """Rows that the batch owns over this one edge. A pointer to a key is compared with the key
        set itself, so that it counts even where the row it names is gone."""
        return any_of(self._through(edge, keys) for keys in self._sets(edge.giver))

    def naming(self, edge: Edge) -> Predicate:
        """Rows whose pointer over this edge names a person of the batch."""
        return self._through(edge, named(edge.giver)) if edge.giver in self.roots else FALSE

    def _through(self, edge: Edge, keys: str) -> Predicate:
        giver = self.system.datasets[edge.giver].key
        if edge.flows is Side.PARENT:
            return Related(edge, Side.CHILD, InKeys(giver, keys))
        if edge.parent_fields == giver and edge.normalise is Normaliser.EXACT:
            return all_of([matching(edge), InKeys(edge.child_fields, keys)])
        return Related(edge, Side.PARENT, InKeys(giver, keys))

    def outside(self, dataset: str) -> Predicate:
        """Rows that some existing person outside the batch owns, by a link."""
        if dataset in self.looped():
            return InKeys(self.system.datasets[dataset].key, theirs(dataset))
        return self._outside(dataset, ())

    def _outside(self, dataset: str, without: tuple[Edge, ...]) -> Predicate:
        return any_of(
            Related(e, _back(e), self._theirs(e.giver))
            for e in self.lowered
            if e.taker == dataset and e not in without
        )

    def _theirs(self, dataset: str) -> Predicate:
        """Rows through which somebody who stays passes ownership on. The row of a person who stays
        does; that of a leaver does not, whoever owns it: it goes, and what hangs on it with it."""
        if self.system.datasets[dataset].subject is None:
            return self.outside(dataset)
        mine = InKeys(self.system.datasets[dataset].key, named(dataset))
        return negate(mine) if dataset in self.roots else TRUE


def _in_order(waiting: list[Spread], filled: Iterable[str]) -> tuple[Spread, ...]:
    """The spreads in such an order that each begins from a key set that is there. One whose key set
    is never filled has nothing to spread."""
    known, order = set(filled), list[Spread]()
    while ready := [s for s in waiting if s.giver in known]:
        first = ready[0]
        order.append(first)
        known.add(first.taker)
        waiting = [s for s in waiting if s is not first]
    return tuple(order)


def _is_acyclic(pairs: Iterable[tuple[str, str]]) -> bool:
    """Whether no chain of these pairs comes back to where it began."""
    known, sorter = list(pairs), TopologicalSorter[str]()
    for one, other in known:
        sorter.add(other, one)
    try:
        sorter.prepare()
    except CycleError:
        return False
    return all(one != other for one, other in known)


def _back(edge: Edge) -> Side:
    """The side from which an edge gives."""
    return Side.PARENT if edge.flows is Side.CHILD else Side.CHILD


def erasure(judge: Judge, catalogue: Catalogue, roots: frozenset[str]) -> Program | Finding:
    """The program that erases the persons named in the key sets of `roots`, or the finding that
    says why ownership in this system cannot be decided yet."""
    ownership = ownership_of(judge, catalogue, roots)
    keyless = [e for e in ownership.loops if not judge.system.datasets[e.taker].key]
    if keyless:
        return _undecided(
            judge.system,
            keyless[0],
            f"`{keyless[0].taker}` has no key, so who else owns its rows cannot be found",
            "declare its `key`, or the link as `accessed_by` or `no_right`",
        )
    carried = dependence(judge.system, judge.law).carried
    if not _is_acyclic((e.child, e.parent) for e in carried):
        return _undecided(
            judge.system,
            carried[0],
            "the moments of these rows are read over the circle, so none can go before the others",
            "read the event from a column of the dataset itself",
        )
    names = ownership.reachable()
    members = {d: ownership.member(d) for d in names}
    shared = {d: shared_rows(judge.system, ownership, d) for d in names}
    lowering = Lowering(judge, catalogue, members, shared, narrowed=True)
    whole = (*_unshare(lowering, ownership), *lowering.steps())
    steps = with_derived(judge.system, whole)
    root_sets = {d: named(d) for d in sorted(roots)}
    return Program(
        judge.system.name,
        judge.day,
        steps,
        root_sets,
        (*ownership.spreads(), *ownership.kinship()),
        needed(steps),
        ownership.picks(),
        ownership.downs(),
    )


def ownership_of(judge: Judge, catalogue: Catalogue, roots: frozenset[str]) -> Ownership:
    """Which rows are those of the persons whom `erasure` erases."""
    return Ownership(judge.system, roots, _late(judge, catalogue))


def _late(judge: Judge, catalogue: Catalogue) -> frozenset[str]:
    """Datasets whose steps run after those of a dataset that owns their rows: on a circle of
    pointers not every child can go first."""
    order = Lowering(judge, catalogue).order()
    own = (e for e in edges(judge.system) if e.right is Right.OWN and e.flows is Side.CHILD)
    return frozenset(e.child for e in own if order.index(e.parent) < order.index(e.child))


def _undecided(system: System, edge: Edge, because: str, help_: str) -> Finding:
    what = f"rows depend on each other in a circle in `{system.name}`: `{edge.name}`"
    return Finding("AV451", what, because=because, help=help_)


def shared_rows(system: System, ownership: Ownership, dataset: str) -> Predicate:
    """Rows of the batch that another existing person owns too. A person's own row is never shared,
    and the row of another person is never the batch's alone."""
    if system.datasets[dataset].subject is None:
        return ownership.outside(dataset)
    if dataset not in ownership.roots:
        return TRUE
    return negate(InKeys(system.datasets[dataset].key, named(dataset)))


def _unshare(lowering: Lowering, ownership: Ownership) -> Iterator[Step]:
    """For rows that stay with another owner: the leaver's pointer and the cells about them end.
    Rows under a floor are not altered, and rows in which all of it has ended are not shown."""
    for edge in ownership.lowered:
        if edge.flows is not Side.CHILD or edge.taker not in lowering.member:
            continue
        free = negate(lowering.frozen(edge.taker))
        blanks = _leavers_cells(lowering, edge)
        speaks = _still_speaking(lowering, edge, blanks)
        named = all_of([ownership.naming(edge), lowering.shared[edge.taker], free])
        yield from _unshare_copies(lowering, edge.taker, edge.of, named)
        where = all_of([named, speaks, lowering.inside(edge.taker)])
        if where != FALSE and blanks:
            yield Step(edge.taker, Move.UNLINK, where, (), blanks=blanks, because="shared row")


def _unshare_copies(
    lowering: Lowering, dataset: str, of: str | None, named: Predicate
) -> Iterator[Step]:
    """The same cells end in the copies of those rows, while the rows still say whose they are."""
    system = lowering.system
    for copy in system.datasets.values() if of and named != FALSE else ():
        about = tuple(f.name for f in copy.fields if f.of == of)
        for edge in copy_edges(system, copy.name):
            if edge.parent != dataset:
                continue
            theirs = all_of([matching(edge), Related(edge, Side.PARENT, named)])
            yield from _unshare_copies(lowering, copy.name, of, theirs)
            free = negate(lowering.judge.held(copy.name))
            where = all_of([theirs, filled(copy, about), free, lowering.inside(copy.name)])
            if where != FALSE:
                blanks = {c: copy.blanks.get(c, NULL) for c in about}
                because = "copy of a shared row"
                yield Step(copy.name, Move.UNLINK, where, (), blanks=blanks, because=because)


def _still_speaking(lowering: Lowering, edge: Edge, blanks: Mapping[str, Blank]) -> Predicate:
    """Rows in which some of these cells says something; a pointer that names somebody does."""
    if set(edge.child_fields) <= set(blanks):
        return TRUE
    return filled(lowering.system.datasets[edge.taker], tuple(blanks))


def _leavers_cells(lowering: Lowering, edge: Edge) -> Mapping[str, Blank]:
    dataset = lowering.system.datasets[edge.taker]
    about = [f.name for f in dataset.fields if edge.of is not None and f.of == edge.of]
    pointer = [
        c
        for p in lowering.found
        if p.edge.name == edge.name and p.can_unlink
        for c in edge.child_fields
    ]
    return {c: dataset.blanks.get(c, NULL) for c in dict.fromkeys([*about, *pointer])}
