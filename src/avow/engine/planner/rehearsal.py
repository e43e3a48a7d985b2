"""A rehearsal: what a plan did on a copy of its system, and whether that speaks for it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from avow.common.findings import Finding
from avow.declaration.model import Level
from avow.engine.planner.guard import FEW, SHARE, governing
from avow.engine.planner.plan import Plan, PlanKind
from avow.engine.planner.trust import LADDER, Standing
from avow.estate.connectors.catalogue import Catalogue, ForeignKey, Table


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What one step did on the copy, in rows.

    `planned` were counted in the system when the plan was made, `counted` on the copy just before.
    `moved` went; `remaining` are still due afterwards and nothing holds them, `held` are and
    something does.
    """

    dataset: str
    move: str
    planned: int
    counted: int
    moved: int
    remaining: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """One plan carried out on a copy. `blocked` counts rows by (table, what refused them).

    `schema` is the digest of the system's catalogue, `copy_schema` that of the copy; `differences`
    say in words how they differ. `longest_ms` is the longest batch, from its first lock to its
    commit. `findings` are all reasons why it does not speak for the plan.
    """

    id: str
    plan: str
    plan_digest: str
    system: str
    release: str
    clause: str | None
    rules: tuple[str, ...]
    schema: str
    copy_schema: str
    differences: tuple[str, ...] = ()
    steps: tuple[Rehearsed, ...] = ()
    blocked: Mapping[tuple[str, str], int] = field(default_factory=dict)
    longest_ms: int = 0
    findings: tuple[Finding, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether it speaks for the plan."""
        return not self.findings

    @property
    def moved(self) -> int:
        """Rows that went."""
        return sum(step.moved for step in self.steps)

    @property
    def remaining(self) -> int:
        """Rows that should have gone and did not."""
        return sum(step.remaining for step in self.steps)


def rules_of(plan: Plan) -> tuple[str, ...]:
    """The rules of a plan's steps, whether or not rows were due by them."""
    return tuple(sorted({rule for _, each in plan.steps for rule in each.step.rules}))


def unfit_plan(plan: Plan, standings: Mapping[str, Standing]) -> tuple[Finding, ...]:
    """Why this plan is not rehearsed; empty when it is."""
    if plan.kind is PlanKind.UNDO:
        return (
            Finding(
                "AV573",
                f"`{plan.id}` brings rows back, and is not rehearsed",
                help="rehearse the plan that takes them out",
            ),
        )
    if plan.is_asked:
        return ()
    below = [
        rule
        for rule in sorted(governing(plan))
        if LADDER.index(standings.get(rule, Standing(plan.system, rule)).level)
        < LADDER.index(Level.REHEARSE)
    ]
    return tuple(_below(plan, rule) for rule in below)


def _below(plan: Plan, rule: str) -> Finding:
    return Finding(
        "AV570",
        f"`{rule}` is at level observe in `{plan.system}`",
        because="nothing is carried out below level rehearse, on a copy neither",
        help=f"raise it with `avow level {plan.system} {rule} rehearse …`, "
        "or plan another clause apart",
    )


def verdict(rehearsal: Rehearsal, faults: tuple[Finding, ...] = ()) -> tuple[Finding, ...]:
    """Every reason why the rehearsal does not speak for the plan. `faults` ended it early."""
    return (*faults, *_schema(rehearsal), *_steps(rehearsal), *_blocked(rehearsal))


def _schema(rehearsal: Rehearsal) -> Iterator[Finding]:
    if rehearsal.schema != rehearsal.copy_schema:
        yield Finding(
            "AV574",
            f"the copy of `{rehearsal.system}` has another schema",
            because="; ".join(rehearsal.differences[:10]) or "the digests of the schemas differ",
            help="restore a copy of today's schema; a rehearsal speaks for the same schema only",
        )


def _steps(rehearsal: Rehearsal) -> Iterator[Finding]:
    for step in rehearsal.steps:
        where = f"`{rehearsal.system}.{step.dataset}`"
        if step.remaining:
            yield Finding(
                "AV577",
                f"{step.remaining:,} rows of {where} are still due on the copy",
                because=f"the step ({step.move}) said that it moved {step.moved:,}, and nothing "
                "holds these",
                help="a trigger or a rule of the database may keep them; look at the copy",
            )
        elif step.moved < step.counted and not rehearsal.blocked:
            yield Finding(
                "AV576",
                f"{step.moved:,} rows of {where} were moved ({step.move}), and "
                f"{step.counted:,} were counted before",
                because="the plan does not say what really happens",
                help="look at triggers and at the links of the data map",
            )
        if _is_far(step):
            yield Finding(
                "AV575",
                f"the copy is not like `{rehearsal.system}`: {step.counted:,} rows of {where} are "
                f"due there ({step.move}), and {step.planned:,} are planned",
                because="what it shows says little about the system as it is",
                help="restore a fresh copy, plan again, and rehearse that plan",
            )


def _is_far(step: Rehearsed) -> bool:
    """Whether the copy differs too much to say anything: nothing due where something is planned,
    or a difference beyond the guard's share."""
    if step.planned and not step.counted:
        return True
    return abs(step.planned - step.counted) > max(FEW, SHARE * step.planned)


def _blocked(rehearsal: Rehearsal) -> Iterator[Finding]:
    for (table, reason), rows in rehearsal.blocked.items():
        yield Finding(
            "AV578",
            f"{rows:,} rows were refused by `{rehearsal.system}.{table}` ({reason})",
            because="the database says no to each of them alone",
            help="declare the link or the `blank:` that the constraint asks for",
        )


def schema_differences(original: Catalogue, copy: Catalogue) -> tuple[str, ...]:
    """How the schema of a copy differs, in words: names of tables, columns, keys, triggers."""
    return tuple(_schema_differences(original, copy))


def _schema_differences(original: Catalogue, copy: Catalogue) -> Iterator[str]:
    for name in sorted({*original.tables, *copy.tables}):
        mine, theirs = original.tables.get(name), copy.tables.get(name)
        if mine is None or theirs is None:
            yield f"only {'the copy' if mine is None else 'the system'} has table `{name}`"
        else:
            yield from _table_differences(mine, theirs)
    yield from _only("foreign key", _keys(original.foreign_keys), _keys(copy.foreign_keys))


def _keys(keys: tuple[ForeignKey, ...]) -> set[str]:
    return {f"{k.child}.{k.name} ({k.on_delete})" for k in keys}


def _table_differences(mine: Table, theirs: Table) -> Iterator[str]:
    yield from _only("column", _columns(mine), _columns(theirs))
    yield from _only("trigger", _named(mine, mine.triggers), _named(theirs, theirs.triggers))
    if set(mine.indexes) != set(theirs.indexes):
        yield f"`{mine.name}` has other indexes"
    if (mine.key, mine.row_security) != (theirs.key, theirs.row_security):
        yield f"`{mine.name}` has another key or row security"


def _columns(table: Table) -> set[str]:
    return {
        f"{table.name}.{c.name} {c.native}{'' if c.nullable else ' not null'}"
        for c in table.columns
    }


def _named(table: Table, names: tuple[str, ...]) -> set[str]:
    return {f"{table.name}.{name}" for name in names}


def _only(what: str, mine: set[str], theirs: set[str]) -> Iterator[str]:
    for name in sorted(mine ^ theirs):
        yield f"only {'the system' if name in mine else 'the copy'} has {what} `{name}`"
