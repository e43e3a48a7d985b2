"""Stop a system, or everything; two persons release it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click
import msgspec

from avow.engine.evidence.entries import Frozen, Stopped, StopReleased, Thawed
from avow.engine.planner.guard import Every, Freeze
from avow.engine.planner.refusals import PlannerError
from avow.engine.planner.stop import freeze, freezes, release, standing, stop, thaw, touch
from avow.faces.cli.desk import Desk, opened, state_options
from avow.faces.cli.opened import Day, json_option


@click.command()
@click.argument("system", required=False)
@click.option("--as", "people", multiple=True, help="Id of a person; twice with --release.")
@click.option("--release", "is_release", is_flag=True, help="Release the stops instead.")
@click.option("--file", "is_file", is_flag=True, help="Lay the stop file; needs no database.")
@click.option("--from", "first", type=Day(), help="Freeze from this day instead of stopping now.")
@click.option("--until", "last", type=Day(), help="Last day of the freeze.")
@click.option(
    "--every", type=click.Choice([str(e) for e in Every]), help="The frozen days come back."
)
@click.option("--thaw", "frozen", metavar="FREEZE", help="End a freeze; two persons do.")
@click.option("--reason", default="", help="Why the days are frozen.")
@click.option("--list", "is_list", is_flag=True, help="Show what is stopped or frozen.")
@json_option
@state_options
def command(
    system: str | None,
    people: tuple[str, ...],
    folder: Path,
    database_url: str | None,
    first: date | None,
    last: date | None,
    every: str | None,
    frozen: str | None,
    reason: str,
    *,
    is_release: bool,
    is_file: bool,
    is_list: bool,
    is_json: bool,
) -> None:
    """Stop SYSTEM, or everything. No new batch starts from now on."""
    if (first is None) is not (last is None):
        raise click.UsageError("a freeze has a first day and a last: --from and --until")
    if is_list:
        with opened(folder, database_url) as desk:
            _list(desk, is_json=is_json)
        return
    if is_file:
        click.echo(f"stopped by {touch(folder, system)}; remove the file to release it")
        return
    if not people:
        raise click.UsageError("say who you are with --as")
    with opened(folder, database_url) as desk:
        store, at = desk.state.store, desk.now()
        if frozen is not None:
            thaw(store, desk.declaration.people, frozen, people, at)
            desk.note(Thawed(freeze=frozen, by=tuple(sorted(set(people)))), at)
            click.echo(f"{frozen}: ended")
            return
        if not is_release:
            _named(desk, system)
        if is_release:
            for name in release(store, desk.declaration.people, system, people, at):
                desk.note(StopReleased(stop=name, by=tuple(sorted(set(people)))), at)
                click.echo(f"{name}: released")
        elif first is not None and last is not None:
            days = Freeze(first, last, system, Every(every) if every else None)
            name = freeze(store, days, reason, people[0])
            desk.note(_entry(name, days, people[0]), at)
            click.echo(f"{name}: {_frozen(days)}")
        else:
            name = stop(store, system, people[0], at)
            desk.note(Stopped(stop=name, system=system, by=people[0]), at)
            click.echo(f"{name}: {system or 'everything'} is stopped")


def _entry(name: str, days: Freeze, by: str) -> Frozen:
    return Frozen(
        freeze=name,
        system=days.system,
        first=days.first,
        last=days.last,
        every=days.every.value if days.every else None,
        by=by,
    )


def _frozen(days: Freeze) -> str:
    """A freeze in words."""
    again = f", every {days.every}" if days.every else ""
    return f"{days.system or 'everything'} is frozen from {days.first} to {days.last}{again}"


def _named(desk: Desk, system: str | None) -> None:
    """Raise PlannerError AV423 for a system that nobody declared: a stop of it would stop nothing.

    What a former release named can still be stopped, by stopping everything.
    """
    if system is not None and system not in desk.declaration.datamap.systems:
        raise PlannerError(
            f"the declaration in force has no system `{system}`",
            help="without a name everything is stopped",
            code="AV423",
        )


def _list(desk: Desk, *, is_json: bool) -> None:
    """What nobody released, and the days on which nothing starts."""
    stops = [
        {"id": s.id, "system": s.system, "by": s.by, "at": s.at.isoformat()}
        for s in standing(desk.state.store)
    ]
    found = freezes(desk.state.store, desk.today)
    frozen = [
        {
            "id": f.id,
            "system": f.system,
            "from": f.first.isoformat(),
            "until": f.last.isoformat(),
            "every": f.every and str(f.every),
        }
        for f in found
    ]
    if is_json:
        said = msgspec.json.encode({"stops": stops, "freezes": frozen})
        click.echo(msgspec.json.format(said).decode())
        return
    lines = [f"{s['id']}: {s['system'] or 'everything'} is stopped by {s['by']}" for s in stops]
    lines += [f"{f.id}: {_frozen(f)}" for f in found]
    click.echo("\n".join(lines) or "nothing is stopped or frozen")
