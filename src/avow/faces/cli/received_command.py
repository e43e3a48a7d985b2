"""Enter lists of persons that came from others, and show by when they are informed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click
import msgspec

from avow.declaration.model import Declaration
from avow.duties.notice import indirect
from avow.duties.notice.indirect import ForeignList, ListError
from avow.faces.cli.desk import opened, state_options
from avow.faces.cli.opened import Day, json_option

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group()
def command() -> None:
    """Enter lists of persons that came from others (art. 14 GDPR).

    The list itself is not handed in: what is entered is where it came from, how many persons it
    names, and the document that shows that they agreed.
    """


@command.command("add")
@click.argument("source")
@click.option("--system", required=True, help="The system that took the list in.")
@click.option("--persons", type=click.IntRange(0), required=True, help="How many it names.")
@click.option("--on", "came_on", type=Day(), help="The day it came; today without it.")
@click.option("--proof", type=_FILE, help="The document that shows that the persons agreed.")
@click.option("--by", "person", required=True, help="Id of who enters it.")
@state_options
def add(
    source: str,
    system: str,
    persons: int,
    came_on: date | None,
    proof: Path | None,
    person: str,
    folder: Path,
    database_url: str | None,
) -> None:
    """Enter a list from SOURCE: the `source` of a collection point."""
    with opened(folder, database_url) as desk:
        _known(desk.declaration, source, system, person)
        came = ForeignList(source, system, came_on or desk.today, persons, _digest(proof))
        if came.came_on > desk.today:
            raise ListError("a list cannot have come on a day that has not been")
        name = indirect.enter(desk.state.store, came, by=person, at=desk.now())
    click.echo(f"{name}: {persons:,} persons, to be informed by {came.due}")
    if proof is None:
        click.echo("no document shows that they agreed: the list may not be used", err=True)


@command.command("note")
@click.argument("name", metavar="LIST")
@click.option("--contact", type=Day(), help="The day of the first letter to one of them.")
@click.option("--disclosed", type=Day(), help="The day of the first disclosure to another.")
@click.option("--told", type=Day(), help="The day by which all had been informed.")
@click.option("--proof", type=_FILE, help="The document that shows that the persons agreed.")
@state_options
def note(
    name: str,
    contact: date | None,
    disclosed: date | None,
    told: date | None,
    proof: Path | None,
    folder: Path,
    database_url: str | None,
) -> None:
    """Say what happened to LIST. Of first days the earliest stays."""
    if not any((contact, disclosed, told, proof)):
        raise click.UsageError("say --contact, --disclosed, --told or --proof")
    with opened(folder, database_url) as desk:
        store = desk.state.store
        indirect.happened(
            store,
            name,
            contact_on=contact,
            disclosed_on=disclosed,
            told_on=told,
            proof=_digest(proof),
        )
        came = next(each for each in indirect.lists(store) if each.id == name)
    click.echo(_line(came))


@command.command("list")
@json_option
@state_options
def listed(folder: Path, database_url: str | None, *, is_json: bool) -> None:
    """Show every list and by when its persons are informed."""
    with opened(folder, database_url) as desk:
        found = indirect.lists(desk.state.store)
    if is_json:
        rows = [msgspec.to_builtins(each) | {"due": each.due.isoformat()} for each in found]
        click.echo(msgspec.json.format(msgspec.json.encode(rows)))
        return
    for each in found:
        click.echo(_line(each))


def _known(declaration: Declaration, source: str, system: str, person: str) -> None:
    """Refuse what the declaration does not name."""
    sources = {point.source for point in declaration.points.values() if point.source}
    for kind, name, names in (
        ("source", source, sources),
        ("system", system, declaration.datamap.systems.keys()),
        ("person", person, declaration.people.keys()),
    ):
        if name not in names:
            raise ListError(
                f"the declaration in force has no {kind} `{name}`",
                help=f"it has: {', '.join(sorted(names)) or 'none'}",
            )


def _digest(proof: Path | None) -> str | None:
    return hashlib.sha256(proof.read_bytes()).hexdigest() if proof else None


def _line(came: ForeignList) -> str:
    said = ", ".join(_said(came))
    return f"{came.id}  {came.source}  {came.persons:,} persons  came {came.came_on}  {said}"


def _said(came: ForeignList) -> Iterator[str]:
    yield f"informed on {came.told_on}" if came.told_on else f"to be informed by {came.due}"
    if came.proof is None:
        yield "no document shows that they agreed"
