"""A program: what would be done in one system, in order, as predicates and never as ids.

A *sweep* moves rows that are due whoever they belong to, in windows of key order. An *erasure*
moves the rows of named persons, in chunks of persons: their keys are put as a key set, spread
along the edges of ownership, and every step is a semi-join on those sets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from avow.declaration.model import Action
from avow.estate.datamap.edges import Edge, Side
from avow.estate.datamap.model import Blank
from avow.estate.datamap.predicates import Predicate, Related


class Move(StrEnum):
    """What a step does to the rows it selects."""

    DELETE = "delete"
    BLANK = "blank"
    UNLINK = "unlink"


@dataclass(frozen=True, slots=True)
class Along:
    """Rows that go in the same transaction as the rows of a step, just before them: they give the
    moment by which those rows are due, so neither may go without the other.

    They are the rows of `edge.child` whose pointer names a row of the step; or, with `through`, a
    row that goes along itself: the edges from there to the step's dataset.
    """

    edge: Edge
    through: tuple[Edge, ...] = ()

    def pointing(self, to: Predicate) -> Predicate:
        """The rows along with the rows `to` of the step's dataset."""
        for edge in (*reversed(self.through), self.edge):
            to = Related(edge, Side.PARENT, to)
        return to

    def taking(self, rows: Predicate) -> Predicate:
        """The rows of the step's dataset that take some of these rows along."""
        for edge in (self.edge, *self.through):
            rows = Related(edge, Side.CHILD, rows)
        return rows


@dataclass(frozen=True, slots=True)
class Derives:
    """What is made again when rows of the dataset `of` change or go, in the same transaction: the
    `columns` of those rows of `dataset` that are made from them, over `edge`. Without an edge the
    dataset is a view, and is refreshed after the last step."""

    dataset: str
    of: str
    edge: Edge | None = None
    columns: Mapping[str, str] = field(default_factory=dict)

    def made_from(self, rows: Predicate) -> Predicate:
        """The rows of `dataset` that are made from some of these."""
        return rows if self.edge is None else Related(self.edge, Side.PARENT, rows)


@dataclass(frozen=True, slots=True)
class Step:
    """One set-based action on one dataset, with the promises that demand it.

    `blanks` maps columns to how they are emptied (for `blank` and `unlink`). `rules` are the ids
    whose level in the system governs the step. Steps run children first: `where` counts on the
    earlier steps having run, `counted` says beforehand which rows that will be. With `along` the
    keys of the step's rows are read first, then the rows along go, the last of `along` first, then
    the step's own. What is made from these rows is in `derives`. With
    `undo_days` rows go as many days before their maximum, and are kept until then.
    """

    dataset: str
    move: Move
    where: Predicate
    clauses: tuple[str, ...]
    rules: tuple[str, ...] = ()
    action: Action = Action.ERASE
    blanks: Mapping[str, Blank] = field(default_factory=dict)
    counted: Predicate | None = None
    along: tuple[Along, ...] = ()
    because: str = ""
    undo_days: int = 0
    derives: tuple[Derives, ...] = ()


@dataclass(frozen=True, slots=True)
class Spread:
    """Fill key set `taker` from `giver` over an edge; `cyclic` ones run until nothing is new."""

    edge: Edge
    to: Side
    giver: str
    taker: str
    cyclic: bool = False


@dataclass(frozen=True, slots=True)
class Pick:
    """Fill key set `taker` with the rows of `dataset` that satisfy `where`."""

    dataset: str
    where: Predicate
    taker: str


@dataclass(frozen=True, slots=True)
class Program:
    """Everything for one system at one day. `roots` maps a root dataset to the key set of the
    persons to erase (empty in a sweep); `facts` names the key sets of facts that must be put
    before; `spreads` then fill the others, in order. Where rows own rows of their own kind, `picks`
    and `downs` then say which of them somebody who stays owns. `within` holds, in a tenant's
    sphere, the datasets that may be touched, with the column and value that say it is its row."""

    system: str
    day: date
    steps: tuple[Step, ...]
    roots: Mapping[str, str] = field(default_factory=dict)
    spreads: tuple[Spread, ...] = ()
    facts: frozenset[str] = frozenset()
    picks: tuple[Pick, ...] = ()
    downs: tuple[Spread, ...] = ()
    within: Mapping[str, tuple[str, str]] = field(default_factory=dict)
