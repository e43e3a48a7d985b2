"""Give back what the owner of a system found and did with the scripts of `avow plan-sql`."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from avow.common.exits import Exit
from avow.duties.retention.attested import desk as desk_of
from avow.duties.retention.attested import take
from avow.engine.planner.as_sql import packages
from avow.faces.cli.desk import opened, state_options
from avow.faces.cli.opened import json_option
from avow.faces.cli.render_plans import finding_text, made_json

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group()
def command() -> None:
    """Give back what an owner counted, or did."""


@command.command("count")
@click.argument("script")
@click.argument("file", type=_FILE)
@click.option("--by", "person", required=True, help="Id of the owner of the system.")
@json_option
@state_options
def count(
    script: str, file: Path, person: str, folder: Path, database_url: str | None, *, is_json: bool
) -> None:
    """Make a plan of what 00-count.sql printed; it is guarded and approved as any other."""
    text = file.read_text(encoding="utf-8")
    with opened(folder, database_url) as desk:
        work = desk_of(desk.office, desk.memory)
        made = packages.take_counts(work, script, text, person, desk.now())
        desk.note_plan(made.plan)
    if is_json:
        click.echo(msgspec.json.encode(made_json(made)).decode())
    else:
        if made.findings:
            click.echo(finding_text(made.findings))
        click.echo(f"{made.plan.id}: {made.plan.rows:,} rows, {made.status}, level {made.level}")
    codes = {finding.code for finding in made.findings}
    raise SystemExit(Exit.REFUSED if codes - {"AV411"} else Exit.OK)


@command.command("result")
@click.argument("script", metavar="PLAN")
@click.argument("file", type=_FILE)
@click.option("--by", "person", required=True, help="Id of the owner of the system.")
@json_option
@state_options
def result(
    script: str, file: Path, person: str, folder: Path, database_url: str | None, *, is_json: bool
) -> None:
    """Attest what the scripts printed: FILE holds it, and lies beside the scripts that were run.

    PLAN is a plan, or the id of scripts that only read.
    """
    with opened(folder, database_url) as desk:
        work = desk_of(desk.office, desk.memory)
        told = take(work, script, file, person, desk.now(), desk.note)
    if is_json:
        click.echo(msgspec.json.encode(told.plain()).decode())
    else:
        click.echo("\n".join(told.lines()))
    raise SystemExit(Exit.FINDINGS if told.findings else Exit.OK)
