"""Apply an approved plan, or take up one that was interrupted."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec
from rich.console import Console

from avow.common.exits import Exit
from avow.engine.planner import records
from avow.engine.planner.apply import Applied
from avow.engine.planner.records import Status
from avow.engine.planner.refusals import Away
from avow.engine.planner.working import carry_out
from avow.faces.cli.desk import Desk, opened, state_options
from avow.faces.cli.opened import json_option
from avow.faces.cli.render_plans import applied_json, applied_lines


@click.command()
@click.argument("plan", required=False)
@click.option("--due", is_flag=True, help="Every plan that may run or was interrupted.")
@json_option
@state_options
def command(
    plan: str | None, folder: Path, database_url: str | None, *, due: bool, is_json: bool
) -> None:
    """Apply PLAN, or every plan that is due."""
    if (plan is None) is not due:
        raise click.UsageError("name one plan, or say --due")
    with opened(folder, database_url) as desk:
        names = [plan] if plan else records.waiting(desk.state.store)
        done = [_one(desk, name) for name in names]
    if is_json:
        click.echo(msgspec.json.format(msgspec.json.encode([applied_json(d) for d in done])))
    else:
        click.echo("\n".join(line for each in done for line in applied_lines(each)) or "nothing")
    blocked = any(each.status is Status.BLOCKED for each in done)
    raise SystemExit(Exit.INCOMPLETE if blocked else Exit.OK)


def _one(desk: Desk, plan: str) -> Applied:
    """Apply one plan with a line of progress; a system that goes away ends the command."""
    with Console(stderr=True).status(f"applying {plan}"):
        try:
            return carry_out(desk.office, desk.bench, plan)
        except Away as error:
            click.echo(str(error), err=True)
            raise SystemExit(Exit.UNREACHABLE) from None
