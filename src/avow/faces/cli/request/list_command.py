"""List the requests that are open, the most urgent first."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.table import Table

from avow.duties.requests.book import Book, read_many
from avow.faces.cli.desk import opened, state_options
from avow.faces.cli.opened import json_option


class Listed(msgspec.Struct, frozen=True):
    """One line of the list."""

    request: str
    arrived: date
    channel: str
    rights: tuple[str, ...]
    status: str
    due: date
    waits: tuple[str, ...]
    overdue: bool


@click.command()
@json_option
@state_options
def command(folder: Path, database_url: str | None, *, is_json: bool) -> None:
    """List the requests that are open, the most urgent first. No name is printed."""
    with opened(folder, database_url) as desk:
        shown = _listed(desk.book, desk.today)
    if is_json:
        click.echo(msgspec.json.format(msgspec.json.encode(shown)))
        return
    table = Table("request", "arrived", "by", "asks", "is", "due")
    for each in shown:
        due = f"{each.due}{' waits' if each.waits else ''}{' OVERDUE' if each.overdue else ''}"
        asks = ", ".join(each.rights)
        table.add_row(each.request, str(each.arrived), each.channel, asks, each.status, due)
    Console().print(table)


def _listed(book: Book, today: date) -> list[Listed]:
    rows = book.runs.run("requests_open")
    found = read_many(book, [row["id"] for row in rows])
    return [
        Listed(
            request.id,
            request.received,
            str(request.channel),
            tuple(str(item.right) for item in request.items.values()),
            str(request.status),
            request.due(book.calendar, today),
            tuple(sorted(request.waits)),
            request.is_overdue(book.calendar, today),
        )
        for request in (found[row["id"]] for row in rows)
    ]
