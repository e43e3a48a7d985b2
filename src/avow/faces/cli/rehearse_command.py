"""Carry a plan out on a copy of its system, and see what would really happen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.table import Table

from avow.common.exits import Exit
from avow.engine.planner.refusals import Away
from avow.engine.planner.rehearsal import Rehearsal
from avow.engine.planner.rehearsal_run import rehearse
from avow.engine.verifier.checked import Checked
from avow.faces.cli.desk import opened, state_options
from avow.faces.cli.opened import json_option
from avow.faces.cli.render_plans import finding_text


@click.command()
@click.argument("plan")
@click.option(
    "--on",
    "url",
    required=True,
    envvar="AVOW_REHEARSAL_URL",
    metavar="URL",
    help="Address of a restored copy; `${NAME}` in it is taken from the environment.",
)
@json_option
@state_options
def command(plan: str, url: str, folder: Path, database_url: str | None, *, is_json: bool) -> None:
    """Carry PLAN out on a copy, which is changed by it, and compare with what was planned."""
    with opened(folder, database_url) as desk, Console(stderr=True).status(f"rehearsing {plan}"):
        try:
            done = rehearse(desk.office, replace(desk.bench, checker=Checked()), plan, url)
        except Away as error:
            click.echo(str(error), err=True)
            raise SystemExit(Exit.UNREACHABLE) from None
    if is_json:
        click.echo(msgspec.json.format(msgspec.json.encode(_json(done))))
    else:
        console = Console()
        console.print(_table(done))
        for line in _lines(done):
            console.print(line, markup=False, highlight=False)
        if done.findings:
            console.print(finding_text(done.findings))
    raise SystemExit(Exit.OK if done.passed else Exit.FINDINGS)


def _table(done: Rehearsal) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), title_justify="left")
    for name in ("dataset", "move"):
        table.add_column(name)
    for name in ("planned", "on the copy", "moved", "still due", "held"):
        table.add_column(name, justify="right")
    for each in done.steps:
        rows = (each.planned, each.counted, each.moved, each.remaining, each.held)
        if any(rows):
            table.add_row(each.dataset, each.move, *(f"{n:,}" for n in rows))
    return table


def _lines(done: Rehearsal) -> Iterator[str]:
    for line in done.differences:
        yield f"schema: {line}"
    for (table, reason), rows in done.blocked.items():
        yield f"refused: {rows:,} rows by {table} ({reason})"
    verdict = "passed" if done.passed else "failed"
    yield (
        f"{done.id}: {verdict}; {done.moved:,} rows moved, {done.remaining:,} still due, "
        f"longest batch {done.longest_ms:,} ms"
    )


def _json(done: Rehearsal) -> dict[str, object]:
    said = {
        f: getattr(done, f)
        for f in ("id", "plan", "plan_digest", "system", "release", "schema", "copy_schema",
                  "differences", "longest_ms", "passed", "moved", "remaining")
    }  # fmt: skip
    blocked = [{"table": t, "reason": r, "rows": n} for (t, r), n in done.blocked.items()]
    found = [{"code": f.code, "message": f.message, "because": f.because} for f in done.findings]
    steps = [asdict(step) for step in done.steps]
    return {**said, "steps": steps, "blocked": blocked, "findings": found}
