"""Checked: the look at a batch from inside its transaction, before anything of it is kept.

What a batch did is taken from the system: from what the engine counts of its own work, or from the
rows of every table before and after. It must be what the steps said and nothing else. Pointers are
those of the live catalogue and of the map.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Protocol, TypeAlias, runtime_checkable

from avow.engine.verifier.made import Makes, Tale, still_told, tale
from avow.engine.verifier.rows import among
from avow.estate.connectors.base import Connection, Refused, ShowsSome
from avow.estate.datamap.edges import Edge, Right, Side, edges
from avow.estate.datamap.predicates import (
    FALSE,
    TRUE,
    And,
    InKeys,
    Null,
    Or,
    Predicate,
    Related,
    all_of,
    any_of,
    key_sets,
    matching,
    negate,
)

DELETE = "delete"
SAMPLE = 20
"""Rows of others per table that are compared before and after."""

HELD = "fact."
"""How the names of key sets begin that hold what is known of persons."""

PLANS = 7
"""Earlier plans of which it is remembered which rows were looked at."""


class Goes(Protocol):
    """Rows that go in one transaction with those of a step."""

    @property
    def edge(self) -> Edge: ...
    @property
    def through(self) -> Sequence[Edge]: ...


class Step(Protocol):
    """What the verifier must know of a step: where, what, which rows."""

    @property
    def dataset(self) -> str: ...
    @property
    def move(self) -> str: ...
    @property
    def where(self) -> Predicate: ...
    @property
    def counted(self) -> Predicate | None: ...
    @property
    def along(self) -> Sequence[Goes]: ...
    @property
    def derives(self) -> Sequence[Makes]: ...


class Program(Protocol):
    """What the verifier must know of a program."""

    @property
    def steps(self) -> Sequence[Step]: ...
    @property
    def roots(self) -> Mapping[str, str]: ...
    @property
    def day(self) -> date: ...
    @property
    def within(self) -> Mapping[str, tuple[str, str]]: ...


@runtime_checkable
class CountsItself(Protocol):
    """A connection whose engine says how many rows were inserted, updated and deleted per table."""

    def changes(self) -> Mapping[str, tuple[int, int, int]]: ...


@runtime_checkable
class Tallies(Protocol):
    """A connection that knows which tables its engine can change in a batch on `tables`: of each
    a number that moves with its rows, between two readings inside the batch."""

    def tally(self, tables: Sequence[str]) -> Mapping[str, int]: ...


@runtime_checkable
class Compares(Tallies, Protocol):
    """A connection that, for its tally, compares all that stays of a table with what was, where
    rows are only taken out of it: a change of any row shows in the number."""

    def compares(self, table: str) -> bool: ...


@runtime_checkable
class SeesAside(Protocol):
    """A connection that can look from outside of its open batch: there others change rows too."""

    def seen_by_others(
        self, dataset: str, where: Predicate, fields: Sequence[str], limit: int
    ) -> Sequence[Row]: ...


Row: TypeAlias = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """Some rows of a table that no step names: their keys, and the hash of all their columns."""

    key: tuple[str, ...]
    columns: tuple[str, ...]
    hashes: Mapping[Row, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Before:
    """What must be the same afterwards, or differ by exactly what was moved. `made`: of each table
    the rows that may be computed again, because they are made from rows that go; `tales` is what
    they must not say any more."""

    tables: tuple[str, ...]
    counts: Mapping[str, int]
    changes: Mapping[str, tuple[int, int, int]] | None
    dangling: Mapping[Edge, int]
    others: Mapping[str, Kept]
    made: Mapping[str, int] = field(default_factory=dict)
    tales: tuple[Tale, ...] = ()


Seen: TypeAlias = dict[str, tuple[Row, ...]]
"""Dataset -> keys of the rows that were looked at last."""


@dataclass(slots=True)
class Checked:
    """Looks at every batch for orphans, survivors, collateral, and changed rows of others.

    The rows of others that were found for one batch are looked at again for the next of the same
    plan, as long as it does not name them: finding them anew means passing by all that is due.
    """

    seen: dict[str, Seen] = field(default_factory=dict)

    def before(
        self, connection: Connection, program: Program, plan: str, place: int | None = None
    ) -> object:
        """Remember what must not change.

        Where the engine counts its own work, or it is known what it can change, rows in tables that
        the batch does not name cannot change unseen, and only those of the step at `place` are
        looked at.
        """
        seen = self._of(plan)
        itself = connection.changes() if isinstance(connection, CountsItself) else None
        trusting = itself is not None or isinstance(connection, Tallies)
        steps = program.steps
        if trusting and place is not None:
            steps = [program.steps[place]]
        return Before(
            tables=_touched(steps),
            counts=_counts(connection, _touched(steps)) if itself is None else {},
            changes=itself,
            dangling=dict(_dangling(connection, steps, trusting=trusting)),
            others={n: _others(connection, steps, n, seen) for n in _sampled(connection, steps)},
            made=_made(connection, steps),
            tales=tuple(_tales(connection, steps)),
        )

    def _of(self, plan: str) -> Seen:
        """What was seen of a plan; a process that lives long forgets the plans of long ago."""
        if plan not in self.seen:
            self.seen = {**dict(list(self.seen.items())[-PLANS:]), plan: {}}
        return self.seen[plan]

    def after(
        self, connection: Connection, program: Program, moved: Mapping[int, int], memory: object
    ) -> Sequence[str]:
        """What is wrong with the batch, in words without a personal value."""
        if not isinstance(memory, Before):
            return ["the check remembers nothing of the time before the batch"]
        return [
            *_collateral(connection, program, moved, memory),
            *_orphans(connection, memory),
            *_survivors(connection, program, moved),
            *_changed(connection, memory),
            *still_told(connection, memory.tales),
        ]


def _touched(steps: Sequence[Step]) -> tuple[str, ...]:
    along = [each.edge.child for s in steps for each in s.along]
    made = [d for s in steps for d in _remade(s)]
    return tuple(dict.fromkeys([*(s.dataset for s in steps), *along, *made]))


def _remade(step: Step) -> frozenset[str]:
    """The tables of which a step has rows computed again."""
    return frozenset(each.dataset for each in step.derives if each.edge is not None)


def _made(connection: Connection, steps: Sequence[Step]) -> dict[str, int]:
    """Rows by table that may be computed again in this batch, each as often as a step may."""
    found = Counter[str]()
    for step in steps:
        for each in step.derives:
            if each.edge is not None:
                found[each.dataset] += connection.count(each.dataset, any_of(_of(step, each)))
    return dict(found)


def _tales(connection: Connection, steps: Sequence[Step]) -> Iterator[Tale]:
    for step in steps:
        for each in step.derives:
            if each.of == step.dataset:
                found = tale(connection, each, step.where)
                yield from () if found is None else (found,)


def _of(step: Step, made: Makes) -> Iterator[Predicate]:
    """The rows that are made from those a step may touch, however early it is asked."""
    for where in _named(step, made.of, remade=False):
        if made.edge is not None:
            yield Related(made.edge, Side.PARENT, where)


def _counts(connection: Connection, touched: Sequence[str]) -> Mapping[str, int]:
    """Rows of every table that can be written to, or of all that can change with those touched."""
    if isinstance(connection, Tallies):
        return connection.tally(touched)
    tables = (t.name for t in connection.catalogue().tables.values() if t.writable)
    return {name: connection.count(name, TRUE) for name in tables}


# --- collateral: rows gone, added or changed that no step names --------------------------------


def _collateral(
    connection: Connection, program: Program, moved: Mapping[int, int], memory: Before
) -> Iterator[str]:
    if memory.changes is not None and isinstance(connection, CountsItself):
        did = _difference(memory.changes, connection.changes())
        yield from _added({table: i for table, (i, _, _) in did.items()})
        yield from _unequal(
            {table: u for table, (_, u, _) in did.items()},
            _said(program, moved, delete=False),
            "were changed",
            memory.made,
        )
        gone = Counter({table: d for table, (_, _, d) in did.items()})
    else:
        now = _counts(connection, memory.tables)
        delta = {table: memory.counts.get(table, 0) - rows for table, rows in now.items()}
        yield from _added({table: -rows for table, rows in delta.items()})
        gone = Counter({table: rows for table, rows in delta.items() if rows > 0})
    yield from _unequal(gone, _said(program, moved, delete=True), "went")


def _difference(
    old: Mapping[str, tuple[int, int, int]], new: Mapping[str, tuple[int, int, int]]
) -> dict[str, tuple[int, int, int]]:
    none = (0, 0, 0)
    return {
        table: (
            i - old.get(table, none)[0],
            u - old.get(table, none)[1],
            d - old.get(table, none)[2],
        )
        for table, (i, u, d) in new.items()
    }


def _added(rows: Mapping[str, int]) -> Iterator[str]:
    for table, count in rows.items():
        if count > 0:
            yield f"{count:,} rows were added to `{table}` by the system itself"


def _said(
    program: Program, moved: Mapping[int, int], *, delete: bool
) -> list[tuple[frozenset[str], int]]:
    """What the steps of the batch say they moved: tables that are told together, and the rows."""
    told: dict[frozenset[str], int] = {}
    for place, rows in moved.items():
        step = program.steps[place]
        if (str(step.move) == DELETE) is delete:
            tables = frozenset([step.dataset, *(each.edge.child for each in step.along)])
            told[tables] = told.get(tables, 0) + rows
    return _merged(told)


def _merged(told: Mapping[frozenset[str], int]) -> list[tuple[frozenset[str], int]]:
    """Groups of tables that overlap are one."""
    found: list[tuple[frozenset[str], int]] = []
    for tables, rows in told.items():
        for other in [f for f in found if f[0] & tables]:
            found.remove(other)
            tables, rows = tables | other[0], rows + other[1]  # noqa: PLW2901 (they grow)
        found.append((tables, rows))
    return found


def _unequal(
    did: Mapping[str, int],
    said: Sequence[tuple[frozenset[str], int]],
    what: str,
    more: Mapping[str, int] | None = None,
) -> Iterator[str]:
    """Tables where other rows than the steps say were moved; of some `more` may be, so many."""
    may = more or {}
    left = {table: rows for table, rows in did.items() if rows}
    for tables, rows in said:
        really = sum(left.pop(table, 0) for table in tables)
        if not rows <= really <= rows + sum(may.get(table, 0) for table in tables):
            names = ", ".join(f"`{t}`" for t in sorted(tables))
            yield f"{really:,} rows of {names} {what}, and the steps say {rows:,}"
    for table, rows in left.items():
        if rows > may.get(table, 0):
            yield f"{rows:,} rows of `{table}` {what} that no step names"


# --- orphans: pointers that name nothing any more ----------------------------------------------


def _dangling(
    connection: Connection, steps: Sequence[Step], *, trusting: bool
) -> Iterator[tuple[Edge, int]]:
    """Rows whose pointer names no row, for every pointer to a table from which rows may go.

    A pointer that the database enforces is left to it where we can see that it counts for itself.
    """
    catalogue = connection.catalogue()
    parents = {s.dataset for s in steps if str(s.move) == DELETE}
    parents |= {e.edge.child for s in steps for e in s.along}
    enforced = {
        Edge(k.child, k.child_fields, k.parent, k.parent_fields, Right.NONE, Side.CHILD): True
        for k in catalogue.foreign_keys
    }
    known = {_ends(e) for e in enforced}
    declared = [e for e in edges(connection.system) if not e.by_value and _ends(e) not in known]
    for edge in [*(() if trusting else enforced), *declared]:
        if edge.parent in parents and {edge.child, edge.parent} <= set(catalogue.tables):
            yield edge, connection.count(edge.child, _loose(edge))


def _ends(edge: Edge) -> tuple[str, frozenset[tuple[str, str]], str]:
    pairs = frozenset(zip(edge.child_fields, edge.parent_fields, strict=True))
    return edge.child, pairs, edge.parent


def _loose(edge: Edge) -> Predicate:
    named = [Null(f, negated=True) for f in edge.child_fields]
    return all_of([*named, matching(edge), Related(edge, Side.PARENT, TRUE, negated=True)])


def _orphans(connection: Connection, memory: Before) -> Iterator[str]:
    for edge, before in memory.dangling.items():
        more = connection.count(edge.child, _loose(edge)) - before
        if more > 0:
            fields = ", ".join(edge.child_fields)
            yield f"{more:,} rows of `{edge.child}` ({fields}) now name no row of `{edge.parent}`"


# --- survivors: rows that a step should have removed -------------------------------------------


def _survivors(connection: Connection, program: Program, moved: Mapping[int, int]) -> Iterator[str]:
    """In an erasure every step runs to its end, so nothing that it selects may be left. A sweep
    goes window by window: there the count of rows that went is compared."""
    if not program.roots:
        return
    for place in moved:
        step = program.steps[place]
        if str(step.move) == DELETE and step.where != FALSE:
            left = connection.count(step.dataset, step.where)
            if left:
                yield f"{left:,} rows of `{step.dataset}` are still there and should be gone"


# --- rows of others -----------------------------------------------------------------------------


def _sampled(connection: Connection, steps: Sequence[Step]) -> Iterator[str]:
    """The tables of which some rows of others are looked at: those not compared as a whole."""
    changing = {s.dataset for s in steps if str(s.move) != DELETE}
    changing |= {name for s in steps for name in _remade(s)}
    for name in _touched(steps):
        whole = isinstance(connection, Compares) and connection.compares(name)
        if name in changing or not whole:
            yield name


def _others(connection: Connection, steps: Sequence[Step], dataset: str, seen: Seen) -> Kept:
    """Some rows of a table that none of the steps names: those seen last, where they still are."""
    catalogue = connection.catalogue()
    mapped, table = connection.system.datasets.get(dataset), catalogue.tables.get(dataset)
    key = (mapped.key if mapped else ()) or (table.key if table else ())
    if table is None or not key:
        return Kept((), ())
    columns = tuple(c.name for c in table.columns)
    mine = [s for s in steps if dataset in {s.dataset, *_along(s), *_remade(s)}]
    named = dict.fromkeys(_around(p) for s in mine for p in _named(s, dataset))
    strange = negate(any_of(named))
    # A few rows by their keys cost nothing; only where most of those are named by a step, all rows
    # have to be passed by to find others.
    few = seen.get(dataset) or tuple(connection.fetch(dataset, TRUE, key, 2 * SAMPLE))
    kept = Kept(key, columns)
    if few:
        kept = _hashed(connection, dataset, kept, all_of([among(key, few), strange]))
    if len(kept.hashes) < min(SAMPLE, len(few)) and isinstance(connection, ShowsSome):
        fields = (*key, *columns)
        kept = _with_hashes(kept, connection.some(dataset, strange, fields, SAMPLE))
    if len(kept.hashes) < min(SAMPLE, len(few)):
        kept = _hashed(connection, dataset, kept, strange)
    seen[dataset] = tuple(kept.hashes)
    return kept


def _around(where: Predicate) -> Predicate:
    """Where nothing is held: rows among which are all that a step names, told by one look into the
    key sets that it goes by. What is outside is surely not named, and a whole question costs more
    than the step. Where something is held, rows that it keeps are the ones to look at."""
    if not isinstance(where, And) or any(name.startswith(HELD) for name in key_sets(where)):
        return where
    return next((part for part in where.parts if _is_in_keys(part)), where)


def _is_in_keys(part: Predicate) -> bool:
    if isinstance(part, Or):
        return bool(part.parts) and all(map(_is_in_keys, part.parts))
    return isinstance(part, InKeys) and not part.negated and part.until is None


def _hashed(connection: Connection, dataset: str, kept: Kept, where: Predicate) -> Kept:
    """The first rows that satisfy `where`, as keys and hashes."""
    rows = connection.fetch(dataset, where, (*kept.key, *kept.columns), SAMPLE)
    return _with_hashes(kept, rows)


def _with_hashes(kept: Kept, rows: Iterable[Row]) -> Kept:
    size = len(kept.key)
    return replace(kept, hashes={row[:size]: _hash(row[size:]) for row in rows})


def _along(step: Step) -> frozenset[str]:
    return frozenset(each.edge.child for each in step.along)


def _named(step: Step, dataset: str, *, remade: bool = True) -> Iterator[Predicate]:
    """The rows that a step may touch in a dataset, however early it is asked."""
    for each in step.derives if remade else ():
        if each.dataset == dataset:
            yield from _of(step, each)
    for where in (step.where, *([step.counted] if step.counted is not None else [])):
        if step.dataset == dataset:
            yield where
        yield from (_pointing(each, where) for each in step.along if each.edge.child == dataset)


def _pointing(along: Goes, to: Predicate) -> Predicate:
    """The rows whose pointer, over one row or several, names one of those."""
    for edge in (*reversed(along.through), along.edge):
        to = Related(edge, Side.PARENT, to)
    return to


def _hash(row: Row) -> bytes:
    return hashlib.sha256(repr(row).encode()).digest()


def _changed(connection: Connection, memory: Before) -> Iterator[str]:
    for dataset, kept in memory.others.items():
        if not kept.hashes:
            continue
        now = _hashed(connection, dataset, kept, among(kept.key, kept.hashes)).hashes
        wrong = {key for key, before in kept.hashes.items() if now.get(key) != before}
        ours = len(_by_us(connection, dataset, kept, wrong)) if wrong else 0
        if ours:
            yield f"{ours:,} sampled rows of `{dataset}` changed or went that no step names"


def _by_us(connection: Connection, dataset: str, kept: Kept, wrong: set[Row]) -> set[Row]:
    """Those of the rows that this batch changed. What somebody else changed and committed meanwhile
    looks alike from outside of it and from inside; what the batch did is not seen outside."""
    if not isinstance(connection, SeesAside):
        return wrong
    where, fields = among(kept.key, wrong), (*kept.key, *kept.columns)
    try:
        outside = _with_hashes(kept, connection.seen_by_others(dataset, where, fields, SAMPLE))
    except Refused:
        return wrong
    inside = _hashed(connection, dataset, kept, where)
    return {key for key in wrong if inside.hashes.get(key) != outside.hashes.get(key)}
