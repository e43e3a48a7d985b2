"""Print what hides restricted rows from roles, as SQL for the owner of a database, or check it."""

from __future__ import annotations

import os
from pathlib import Path

import click

from avow.common.exits import Exit
from avow.engine.planner.hiding import findings, statements
from avow.engine.planner.making import Estate
from avow.faces.cli.opened import path_option, sound
from avow.faces.cli.render_findings import as_text


@click.command()
@click.argument("system")
@click.option("--check", "is_check", is_flag=True, help="Say who still sees restricted rows.")
@path_option
def command(system: str, path: Path, *, is_check: bool) -> None:
    """Print what the owner of SYSTEM's database runs once, so that rows whose use is restricted are
    hidden from the roles that the data map names (`restriction: {policy: …}`).

    With `--check` the catalogue is read instead: it ends with 1 where somebody still sees them.
    """
    declaration, loaded = sound(path)
    if system not in declaration.datamap.systems:
        raise click.UsageError(f"no system `{system}` in the data map")
    estate = Estate(declaration, os.environ)
    if is_check:
        found = findings(estate, system)
        click.echo(as_text(found, loaded.sources) or "restricted rows are hidden from these roles")
        raise SystemExit(Exit.FINDINGS if found else Exit.OK)
    for statement in statements(estate, system) or ["-- no dataset is kept by a policy"]:
        click.echo(statement)
