"""Stop a system, or everything; two persons release it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from avow.engine.evidence.entries import Stopped, StopReleased
from avow.engine.planner.guard import Freeze
from avow.engine.planner.stop import freeze, release, stop, touch
from avow.faces.cli.desk import opened, state_options
from avow.faces.cli.opened import Day


@click.command()
@click.argument("system", required=False)
@click.option("--as", "people", multiple=True, help="Id of a person; twice with --release.")
@click.option("--release", "is_release", is_flag=True, help="Release the stops instead.")
@click.option("--file", "is_file", is_flag=True, help="Lay the stop file; needs no database.")
@click.option("--from", "first", type=Day(), help="Freeze from this day instead of stopping now.")
@click.option("--until", "last", type=Day(), help="Last day of the freeze.")
@click.option("--reason", default="", help="Why the days are frozen.")
@state_options
def command(
    system: str | None,
    people: tuple[str, ...],
    folder: Path,
    database_url: str | None,
    first: date | None,
    last: date | None,
    reason: str,
    *,
    is_release: bool,
    is_file: bool,
) -> None:
    """Stop SYSTEM, or everything. No new batch starts from now on."""
    if is_file:
        click.echo(f"stopped by {touch(folder, system)}; remove the file to release it")
        return
    if not people:
        raise click.UsageError("say who you are with --as")
    with opened(folder, database_url) as desk:
        store, at = desk.state.store, desk.now()
        if is_release:
            for name in release(store, desk.declaration.people, system, people, at):
                desk.note(StopReleased(stop=name, by=tuple(sorted(set(people)))), at)
                click.echo(f"{name}: released")
        elif first is not None and last is not None:
            name = freeze(store, Freeze(first, last, system), reason, people[0])
            click.echo(f"{name}: {system or 'everything'} is frozen from {first} to {last}")
        else:
            name = stop(store, system, people[0], at)
            desk.note(Stopped(stop=name, system=system, by=people[0]), at)
            click.echo(f"{name}: {system or 'everything'} is stopped")
