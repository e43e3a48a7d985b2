"""Print the least rights that avow needs on a system, as SQL for its owner.

The statements are for the level asked; where the database answers, its live columns are used, and
otherwise those that the data map names. With `--check` its own word on our rights is compared.
"""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from avow.common.exits import Exit
from avow.common.findings import Finding
from avow.declaration.load import load
from avow.declaration.model import Declaration, Level
from avow.engine.planner.rights import differences, least_rights, need_of
from avow.estate.datamap.model import System
from avow.faces.cli.opened import json_option, on, path_option
from avow.faces.cli.render_findings import as_text


@click.command()
@click.argument("system")
@click.option(
    "--level",
    type=click.Choice([level.value for level in Level]),
    default=Level.OBSERVE.value,
    show_default=True,
    help="What avow may do there.",
)
@click.option(
    "--check", "is_check", is_flag=True, help="Say what the database gives too little or too much."
)
@click.option(
    "--bring-back",
    "is_back",
    is_flag=True,
    help="Also insert, so that an erasure on request can be taken back.",
)
@path_option
@json_option
def command(
    system: str, level: str, path: Path, *, is_check: bool, is_back: bool, is_json: bool
) -> None:
    """Print what the owner of SYSTEM's database runs, so that avow may do as much as LEVEL.

    Rows may only be inserted where a rule has `undo`, and receipts be left in a table of their own.
    Erasures on request are kept for their hours in any case; without --bring-back the owner has to
    give the right to insert before one can be taken back.
    """
    declaration = load(path).whole
    there = _system(declaration, system)
    need = need_of(declaration, there, Level(level), on(None, declaration), bring_back=is_back)
    if is_check:
        _compared(there, level, differences(there, need), is_json=is_json)
        return
    statements, live = least_rights(there, need)
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


def _compared(system: System, level: str, found: list[Finding] | None, *, is_json: bool) -> None:
    """Say the differences; the command ends with 1 where there are any."""
    if is_json:
        told = [{"code": f.code, "message": f.message} for f in found or ()]
        said = {"system": system.name, "level": level, "asked": found is not None, "findings": told}
        click.echo(msgspec.json.encode(said).decode())
    elif found:
        click.echo(as_text(found, {}))
    else:
        none = "systems of this kind have no rights of their own"
        click.echo(none if found is None else f"`{system.name}` gives what {level} needs")
    if found:
        raise SystemExit(Exit.FINDINGS)


def _system(declaration: Declaration, name: str) -> System:
    systems = declaration.datamap.systems
    if name not in systems:
        known = ", ".join(systems) or "none"
        raise click.UsageError(f"no system `{name}` in the data map; there are: {known}")
    return systems[name]
