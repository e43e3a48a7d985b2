"""Put a declaration in force, after showing what that changes on the live systems."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import click
import msgspec
from rich.console import Console

from avow.app import State, open_state
from avow.common.exits import Exit
from avow.common.findings import Finding
from avow.declaration.difference.held import findings
from avow.declaration.model import Declaration
from avow.engine.evidence.entries import Activated
from avow.engine.planner.consequences import consequences
from avow.engine.planner.impact import held
from avow.engine.planner.making import Estate, Memory
from avow.engine.planner.refusals import Guarded
from avow.engine.planner.release import (
    Activation,
    Consequence,
    activate,
    active,
    digest_in,
    may_activate,
    released,
    take_in,
    unkept_by,
)
from avow.faces.cli.desk import day_of, state_options
from avow.faces.cli.opened import json_option, sound


@click.command()
@click.argument("path", type=click.Path(path_type=Path, exists=True), default=Path())
@click.option("--author", help="Id of who wrote it.")
@click.option("--as", "people", multiple=True, help="Id of an approver; two are needed.")
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
@json_option
@state_options
def command(
    path: Path,
    author: str | None,
    people: tuple[str, ...],
    folder: Path,
    database_url: str | None,
    *,
    dry_run: bool,
    is_json: bool,
) -> None:
    """Put the declaration at PATH in force. Rules that reach more begin again at observe."""
    declaration, loaded = sound(path)
    if author is not None and not dry_run:
        may_activate(declaration, author, people)
    elif not dry_run:
        raise click.UsageError("name the author with --author, or say --dry-run")
    with open_state(folder, database_url) as state:
        day = day_of(state, declaration)
        with Console(stderr=True).status("counting what changes"):
            refused = _unkept(state, declaration, day)
            found = _counted(state, declaration, day)
        _show(found, is_json=is_json)
        if refused:
            error = Guarded(refused)
            click.echo("\n".join(error.lines()), err=True)
            raise SystemExit(Exit.REFUSED)
        if dry_run or author is None:
            return
        root = path if path.is_dir() else path.parent
        at, before = state.clock.now(), active(state.store)
        take_in(state.store, loaded, root, at)
        met = activate(state.store, declaration, Activation(author, people, found), at)
        entry = Activated(release=digest_in(declaration), previous=before, by=(author, *people))
        state.ledger.append([entry], at)
    if not is_json:
        click.echo(f"in force: {digest_in(declaration)}")
        if met.small:
            click.echo("two persons instead of three: the organisation has no second approver")


def _counted(state: State, declaration: Declaration, day: date) -> tuple[Consequence, ...]:
    before = active(state.store)
    old = None if before is None else _side(state, released(state.store, before), day)
    return consequences(old, _side(state, declaration, day), day)


def _unkept(state: State, declaration: Declaration, day: date) -> list[Finding]:
    """What refuses the activation because of data held already, with their rows."""
    before = active(state.store)
    old = None if before is None else released(state.store, before)
    rules = unkept_by(old, declaration, day)
    estate, memory = _side(state, declaration, day)
    return findings(rules, (held(estate, memory, each, day) for each in rules))


def _side(state: State, declaration: Declaration, day: date) -> tuple[Estate, Memory]:
    memory = Memory(state.store, state.ring, declaration, day)
    return Estate(declaration, os.environ), memory


def _show(found: tuple[Consequence, ...], *, is_json: bool) -> None:
    if is_json:
        click.echo(msgspec.json.format(msgspec.json.encode(found)))
        return
    for each in found:
        before = "?" if each.before is None else f"{each.before:,}"
        after = "?" if each.after is None else f"{each.after:,}"
        falls = f"; begins at observe: {each.because}" if each.falls_back else ""
        click.echo(
            f"{each.clause}  {each.rule} in {each.system}: {before} -> {after} rows due{falls}"
        )
