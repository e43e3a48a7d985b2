"""Plans and their ends as people read them in a terminal, and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from avow.common.findings import Finding
from avow.engine.planner.apply import Applied
from avow.engine.planner.bundle_end import ErasuresLying, RowsLying
from avow.engine.planner.counting import ABOUT
from avow.engine.planner.making import Made
from avow.engine.planner.plan import Plan, PlannedStep, plan_json
from avow.engine.planner.refusals import said
from avow.engine.planner.undo import Undoing


def plan_table(plan: Plan) -> Table:
    """Every step that would move a row, with its counts."""
    title = f"{plan.system} on {plan.day}: {plan.rows:,} rows"
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for name in ("what", "dataset", "clauses", "rules"):
        table.add_column(name)
    for name in ("rows", "of", "most", "oldest", "held"):
        table.add_column(name, justify="right")
    for _, each in plan.steps:
        if each.measure.rows or each.measure.retained:
            table.add_row(*_cells(plan, each))
    return table


def _cells(plan: Plan, each: PlannedStep) -> Iterable[str]:
    measure = each.measure
    is_about = bool(plan.persons) and measure.of >= ABOUT
    return (
        plan.does(each),
        each.step.dataset,
        " ".join(each.step.clauses),
        " ".join(each.step.rules),
        f"{measure.rows:,}",
        f"{'about ' if is_about else ''}{measure.of:,}",
        f"{each.bound:,}",
        str(measure.oldest or ""),
        f"{measure.retained:,}" if measure.retained else "",
    )


def beside(plan: Plan) -> list[str]:
    """What the plan touches beside its rows, one line each."""
    lines = [f"unknown: {gap}" for part in plan.parts for gap in part.gaps]
    if plan.undo_hours:
        lines.append(f"can be taken back for {plan.undo_hours} hours, request by request")
    for _, each in plan.steps:
        name, measure = each.step.dataset, each.measure
        if not measure.rows:
            continue
        lines += [
            f"{name}: the database would {c.does} {'?' if c.rows is None else c.rows} rows "
            f"of {c.table} ({c.constraint})"
            for c in each.cascades
            if c.rows != 0
        ]
        lines += [f"{name}: {p.rows:,} rows go with partition {p.name}" for p in each.partitions]
        if each.triggers:
            lines.append(f"{name}: triggers will fire: {', '.join(each.triggers)}")
        lines += [
            f"{name}: no index on {u.table} ({', '.join(u.fields)})"
            + ("" if u.seconds is None else f", about {u.seconds:,.0f} s lost")
            + (f"; {u.remedy}" if u.remedy and u.seconds else "")
            for u in each.unindexed
        ]
        if each.step.undo_days:
            lines.append(f"{name}: can be undone; leaves {each.step.undo_days} days early")
        if measure.others:
            lines.append(f"{name}: {measure.others:,} rows are of other persons too")
    return list(dict.fromkeys(lines))


def made_json(made: Made) -> dict[str, Any]:
    """A plan with what the guard says, for machines."""
    return {
        "plan": plan_json(made.plan),
        "digest": made.plan.digest,
        "rows": made.plan.rows,
        "level": str(made.level),
        "status": str(made.status) if made.status else "preview",
        "findings": [finding_json(f) for f in made.findings],
    }


def finding_json(finding: Finding) -> dict[str, Any]:
    """A finding of the guard, for machines."""
    return {
        "code": finding.code,
        "message": finding.message,
        "because": finding.because,
        "help": finding.help,
        "clauses": list(finding.clauses),
    }


def finding_text(findings: Sequence[Finding]) -> Text:
    """The findings of the guard, every one with its parts."""
    return Text("\n".join(line for f in findings for line in said(f)), style="red")


def applied_json(applied: Applied) -> dict[str, Any]:
    """How an application ended, for machines. Blocked rows are told by place, never by key."""
    return {
        "plan": applied.plan,
        "status": str(applied.status),
        "rows": applied.rows,
        "at_least": applied.at_least,
        "cut": applied.cut,
        "small_organisation": applied.small,
        "blocked": [
            {"dataset": b.dataset, "table": b.table, "constraint": b.constraint}
            for b in applied.blocked
        ],
        "effects": list(applied.effects),
    }


def applied_lines(applied: Applied) -> list[str]:
    """How an application ended, one line per thing to know."""
    least = "at least " if applied.at_least else ""
    lines = [f"{applied.plan}: {applied.status}, {least}{applied.rows:,} rows"]
    if applied.cut:
        lines.append("  the ramp lets no more go in one plan; plan again for the rest")
    lines += [f"  blocked: {b.dataset}, by {b.constraint} of {b.table}" for b in applied.blocked]
    lines += [f"  {effect}" for effect in applied.effects]
    if applied.small:
        lines.append("  two persons instead of three: the organisation has no second approver")
    return lines


def lying_lines(lying: Sequence[RowsLying]) -> list[str]:
    """Rows that lie in bundles and can still be brought back, one line per plan and dataset."""
    return [
        f"{each.system}.{each.dataset}: {each.rows:,} rows lie in a bundle until {each.last} "
        f"(`avow undo {each.plan}` brings them back)"
        for each in lying
    ]


def lying_json(lying: RowsLying) -> dict[str, Any]:
    """Rows that lie in bundles, for machines."""
    return {
        "plan": lying.plan,
        "system": lying.system,
        "dataset": lying.dataset,
        "rows": lying.rows,
        "until": lying.last.isoformat(),
    }


def erased_line(erased: ErasuresLying) -> str:
    """Erasures on request that can be taken back, in one line for each plan."""
    return (
        f"{erased.system}: what {erased.cases:,} erasures took out, {erased.rows:,} rows, lies in"
        f" bundles of {erased.plan} until {erased.ends_at:%Y-%m-%d %H:%M} UTC and later"
        " (`avow request bring-back REQUEST ITEM` brings one back)"
    )


def erased_json(erased: ErasuresLying) -> dict[str, Any]:
    """The same for machines."""
    return {
        "plan": erased.plan,
        "system": erased.system,
        "erasures": erased.cases,
        "rows": erased.rows,
        "until": erased.ends_at.isoformat(),
    }


def undone_lines(done: Undoing) -> list[str]:
    """How an undo ended, one line per thing to know."""
    lines = [f"{done.plan}: {done.rows:,} of {done.kept:,} rows came back ({done.undo})"]
    if done.rows < done.kept and not done.blocked:
        lines.append("  the others are there again, or were written since")
    lines += [f"  blocked: {n:,} rows, by {name} of {table}" for table, name, n in done.blocked]
    lines += [f"  {rule} is at observe now" for rule in done.lowered]
    return lines


def undone_json(done: Undoing) -> dict[str, Any]:
    """How an undo ended, for machines. Blocked rows are told by place, never by key."""
    return {
        "plan": done.plan,
        "undo": done.undo,
        "status": str(done.status),
        "rows": done.rows,
        "kept": done.kept,
        "blocked": [{"table": t, "constraint": c, "rows": n} for t, c, n in done.blocked],
        "lowered": list(done.lowered),
    }
