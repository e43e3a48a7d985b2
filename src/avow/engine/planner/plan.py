"""A plan: what would be done, on which rows, why, and what else it would touch. Never a row's key.

Planning changes nothing. A plan can be printed, stored, approved and applied later; its digest is
what persons sign.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any

import msgspec

from avow.engine.planner.program import Program, Step
from avow.engine.planner.written import Json, digest_of, program_json, program_of
from avow.estate.connectors.base import Partition
from avow.estate.connectors.catalogue import Closed

OURS = "controller"
"""The sphere of a plan in the controller's own data."""


class PlanKind(StrEnum):
    """A sweep moves what is due, whoever's it is; an erasure moves the rows of named persons; an
    undo brings back what a sweep took out, and its `case` is that sweep. A restriction and a
    correction change cells of named rows (`changing`); a lifting puts back what one of them
    changed, and its `case` is that plan. An instruction removes what a controller, whose processor
    we are, wants removed from its own sphere: of named persons, or all."""

    SWEEP = "sweep"
    ERASURE = "erasure"
    UNDO = "undo"
    RESTRICTION = "restriction"
    CORRECTION = "correction"
    LIFTING = "lifting"
    INSTRUCTION = "instruction"


@dataclass(frozen=True, slots=True)
class Cascade:
    """What the database itself would do to another table when a step deletes rows.

    `rows` are the rows hit that no step of the plan takes; None when they cannot be counted.
    """

    table: str
    constraint: str
    does: str
    rows: int | None


@dataclass(frozen=True, slots=True)
class Unindexed:
    """A link of `table` without an index: the whole table is read for it, again and again.

    `read` rows are read in vain for the step, which takes `seconds`; None when the table's size is
    unknown. `remedy` is the statement that makes the index, where the engine has one.
    """

    table: str
    fields: tuple[str, ...]
    seconds: float | None
    read: int | None = None
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """What was counted for one step when the plan was made.

    `rows` would be moved, of `of` in the table (in an erasure, of a large table the engine's own
    guess). `oldest` is the oldest moment among them.
    `retained` more are due but held. `others`: rows that other persons also own or see. `moved`:
    rows that the last plan's own predicate selects now and did not then. `batches` and `lock_ms`
    are estimates.
    """

    rows: int
    of: int
    oldest: date | None = None
    retained: int = 0
    others: int = 0
    moved: int = 0
    batches: int = 0
    lock_ms: int = 0


_DOES = {
    PlanKind.RESTRICTION: "restrict-fields",
    PlanKind.CORRECTION: "correct-fields",
    PlanKind.LIFTING: "give-fields-back",
}


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One step with its counts, its SQL for the eyes of who approves, and its side effects.

    `bound` is the most rows that may be moved: the count, or less on the ramp of a young rule.
    `partitions` hold rows of the step and no others, and go whole if that is still so. `knotted`
    are the pointers that hold rows of the step in a ring; these rows are not counted.
    """

    step: Step
    measure: Measure
    bound: int = 0
    sql: str = ""
    cascades: tuple[Cascade, ...] = ()
    triggers: tuple[str, ...] = ()
    unindexed: tuple[Unindexed, ...] = ()
    unblankable: tuple[str, ...] = ()
    partitions: tuple[Partition, ...] = ()
    closed: tuple[tuple[str, Closed], ...] = ()
    underivable: tuple[str, ...] = ()
    knotted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One program of a plan. `catalogue` is the digest of the schema it was made for.

    `gaps` say in words what could not be known.
    """

    program: Program
    steps: tuple[PlannedStep, ...]
    catalogue: str = ""
    gaps: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """A whole plan for one system. `release` is the digest of the active declaration; `preview`
    plans are of one that is not active and can be neither approved nor applied. `author` wrote the
    release and so approves nothing of it. `case` refers to the request of an erasure of `persons`
    persons; `accepted` maps a rule to the number of rows that somebody accepted above the guard's
    share. Where there are several parts they run one after the other, each reaching further.
    `sphere` is the tenant's, `tenant:SYSTEM:VALUE`, or ours. `undo_hours`: how long what it takes
    out lies in bundles, from when it went; 0: it is kept nowhere."""

    id: str
    kind: PlanKind
    system: str
    release: str
    day: date
    parts: tuple[Part, ...]
    author: str
    preview: bool = False
    case: str | None = None
    clause: str | None = None
    accepted: tuple[tuple[str, int], ...] = ()
    persons: int = 0
    sphere: str = OURS
    undo_hours: int = 0

    @property
    def is_asked(self) -> bool:
        """Whether somebody asked for it: then two persons approve it, whatever the level of a rule,
        and it is never cut."""
        return self.kind in (PlanKind.ERASURE, PlanKind.INSTRUCTION)

    @property
    def rows(self) -> int:
        """Rows that would be moved. A part reaches what the one before did: the widest counts."""
        return max((sum(s.measure.rows for s in part.steps) for part in self.parts), default=0)

    @property
    def steps(self) -> tuple[tuple[Part, PlannedStep], ...]:
        """Every step with its part, in the order in which they run: its place is its number."""
        return tuple((part, step) for part in self.parts for step in part.steps)

    def does(self, planned: PlannedStep) -> str:
        """What a step does to its rows, by the word for people. A change of cells is called by what
        it is for: a correction empties nothing, though it is written as one that might."""
        return _DOES.get(self.kind, str(planned.step.move))

    @property
    def is_cut(self) -> bool:
        """Whether the ramp lets only some of the rows go."""
        return any(s.bound < s.measure.rows for _, s in self.steps)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the plan: what an approval signs."""
        return digest_of(plan_json(self))


def plan_json(plan: Plan) -> Json:
    """A plan as plain data, as it is stored and signed."""
    data = {f.name: getattr(plan, f.name) for f in fields(plan) if f.name != "parts"}
    plain: Json = msgspec.to_builtins(data)
    if plan.sphere == OURS:  # as plans were written before there were others
        del plain["sphere"]
    if not plan.undo_hours:  # as they were written before there were any
        del plain["undo_hours"]
    plain["parts"] = [_part_json(part) for part in plan.parts]
    return plain


def plan_of(data: Json) -> Plan:
    """The plan that was stored."""
    plain = msgspec.convert({k: v for k, v in data.items() if k != "parts"}, _Head)
    head = {f: getattr(plain, f) for f in _Head.__slots__}
    return Plan(**head, parts=tuple(_part_of(p) for p in data["parts"]))


@dataclass(frozen=True, slots=True)
class _Head:
    """The plain fields of a plan, for typed reading."""

    id: str
    kind: PlanKind
    system: str
    release: str
    day: date
    author: str
    preview: bool = False
    case: str | None = None
    clause: str | None = None
    accepted: tuple[tuple[str, int], ...] = ()
    persons: int = 0
    sphere: str = OURS
    undo_hours: int = 0


@dataclass(frozen=True, slots=True)
class _Beside:
    """What a planned step carries beside its step, for typed reading."""

    measure: Measure
    bound: int = 0
    sql: str = ""
    cascades: tuple[Cascade, ...] = ()
    triggers: tuple[str, ...] = ()
    unindexed: tuple[Unindexed, ...] = ()
    unblankable: tuple[str, ...] = ()
    partitions: tuple[Partition, ...] = ()
    closed: tuple[tuple[str, Closed], ...] = ()
    underivable: tuple[str, ...] = ()
    knotted: tuple[str, ...] = ()


def _part_json(part: Part) -> Json:
    return {
        "program": program_json(part.program),
        "catalogue": part.catalogue,
        "gaps": list(part.gaps),
        "steps": [_step_json(s) for s in part.steps],
    }


def _step_json(step: PlannedStep) -> Json:
    """As plans were written before they told more, where they do not."""
    plain: Json = msgspec.to_builtins({f: getattr(step, f) for f in _Beside.__slots__})
    for link in plain["unindexed"]:
        for late in ("read", "remedy"):
            if not link[late]:
                del link[late]
    for late in ("partitions", "closed", "underivable", "knotted"):
        if not plain[late]:
            del plain[late]
    return plain


def _part_of(data: Json) -> Part:
    program = program_of(data["program"])
    beside: list[Any] = [msgspec.convert(s, _Beside) for s in data["steps"]]
    return Part(
        program=program,
        steps=tuple(
            PlannedStep(step, **{f: getattr(b, f) for f in _Beside.__slots__})
            for step, b in zip(program.steps, beside, strict=True)
        ),
        catalogue=data["catalogue"],
        gaps=tuple(data["gaps"]),
    )
