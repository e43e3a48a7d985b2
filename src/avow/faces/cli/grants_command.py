"""Print the least rights that avow needs on a system, as SQL for its owner.

The statements are for the level asked; where the database answers, its live columns are used, and
otherwise those that the data map names.
"""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from avow.app import least_rights
from avow.declaration.load import load
from avow.declaration.model import Level
from avow.estate.datamap.model import System
from avow.faces.cli.opened import json_option, path_option


@click.command()
@click.argument("system")
@click.option(
    "--level",
    type=click.Choice([level.value for level in Level]),
    default=Level.OBSERVE.value,
    show_default=True,
    help="What avow may do there.",
)
@path_option
@json_option
def command(system: str, level: str, path: Path, *, is_json: bool) -> None:
    """Print what the owner of SYSTEM's database runs, so that avow may do as much as LEVEL."""
    statements, live = least_rights(_system(path, system), Level(level))
    if is_json:
        said = {"system": system, "level": level, "live": live, "statements": statements}
        click.echo(msgspec.json.encode(said).decode())
        return
    click.echo(f"-- avow on `{system}`, level {level}")
    if statements and not live:
        click.echo(
            "-- the database was not asked: columns that the data map does not name are missing"
        )
    for statement in statements or ["-- systems of this kind have no rights of their own"]:
        click.echo(statement)


def _system(path: Path, name: str) -> System:
    systems = load(path).whole.datamap.systems
    if name not in systems:
        known = ", ".join(systems) or "none"
        raise click.UsageError(f"no system `{name}` in the data map; there are: {known}")
    return systems[name]
