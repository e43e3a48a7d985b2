"""Bring back what a plan took out before its maximum, or destroy the bundles whose day has come."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from avow.common.exits import Exit
from avow.engine.planner.bundle_end import destroy_due, erasures_lying, rows_lying
from avow.engine.planner.records import Status
from avow.engine.planner.refusals import Away
from avow.engine.planner.working import bring_back
from avow.faces.cli.desk import Desk, opened, state_options
from avow.faces.cli.opened import json_option
from avow.faces.cli.render_plans import (
    erased_json,
    erased_line,
    lying_json,
    lying_lines,
    undone_json,
    undone_lines,
)


@click.command()
@click.argument("plan", required=False)
@click.option("--as", "people", multiple=True, help="Id of a person; twice.")
@click.option("--destroy-due", "is_destroying", is_flag=True, help="Destroy what has come due.")
@json_option
@state_options
def command(
    plan: str | None,
    people: tuple[str, ...],
    folder: Path,
    database_url: str | None,
    *,
    is_destroying: bool,
    is_json: bool,
) -> None:
    """Undo PLAN, by two persons. Without one, show what can still be brought back."""
    if plan is not None and is_destroying:
        raise click.UsageError("name a plan, or say --destroy-due")
    with opened(folder, database_url) as desk:
        if plan is not None:
            _undo(desk, plan, people, is_json=is_json)
            return
        store = desk.state.store
        if is_destroying:
            ended = destroy_due(store, desk.state.folder, desk.today, desk.now(), desk.note)
            lines = [f"{name}: destroyed" for name in ended]
            _say(list(ended), lines, is_json=is_json)
            return
        found, erased = rows_lying(store, desk.today), erasures_lying(store, desk.now())
        _say(
            [*map(lying_json, found), *map(erased_json, erased)],
            [*lying_lines(found), *map(erased_line, erased)],
            is_json=is_json,
        )


def _undo(desk: Desk, plan: str, people: tuple[str, ...], *, is_json: bool) -> None:
    try:
        done = bring_back(desk.office, desk.bench, plan, people)
    except Away as error:
        click.echo(str(error), err=True)
        raise SystemExit(Exit.UNREACHABLE) from None
    _say(undone_json(done), undone_lines(done), is_json=is_json)
    raise SystemExit(Exit.INCOMPLETE if done.status is Status.BLOCKED else Exit.OK)


def _say(data: object, lines: list[str], *, is_json: bool) -> None:
    if is_json:
        click.echo(msgspec.json.format(msgspec.json.encode(data)))
    else:
        click.echo("\n".join(lines) or "nothing")
