"""Show a request: its rights, its term, and every step taken."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.table import Table

from avow.duties.requests.book import entries_of, read
from avow.duties.requests.machine import Answer
from avow.duties.requests.steps import name_of
from avow.faces.cli.desk import opened, state_options
from avow.faces.cli.opened import json_option


@click.command()
@click.argument("request_id", metavar="REQUEST")
@json_option
@state_options
def command(request_id: str, folder: Path, database_url: str | None, *, is_json: bool) -> None:
    """Show a request: its rights, its term, its answers, and every step taken. No name is
    printed."""
    with opened(folder, database_url) as desk:
        book = desk.book
        request, entries = read(book, request_id), entries_of(book, request_id)
        due = request.due(book.calendar, desk.today)
    steps = [
        {"number": e.number, "day": e.day, "by": e.by, "step": msgspec.to_builtins(e.step)}
        for e in entries
    ]
    if is_json:
        said = {"request": request.id, "status": request.status, "due": due, "steps": steps}
        click.echo(msgspec.json.format(msgspec.json.encode(said)))
        return
    console = Console()
    waits = f", waits for {', '.join(sorted(request.waits))}" if request.waits else ""
    console.print(f"{request.id}: {request.status}, due {due}{waits}", markup=False)
    table = Table("item", "person", "right", "is", "grounds")
    for item in request.items.values():
        grounds = ", ".join(dict.fromkeys(f"{r.ground} ({r.law})" for r in item.refusals))
        table.add_row(str(item.item), str(item.person), item.right, item.state, grounds)
    console.print(table)
    for name, answer in request.answers.items():
        console.print(f"{name}: {_how_far(answer)}", markup=False)
    for entry in entries:
        console.print(
            f"{entry.number:>4}  {entry.day}  {entry.by}: {name_of(entry.step)}", markup=False
        )


def _how_far(answer: Answer) -> str:
    """How far an answer is."""
    if answer.sent is None:
        return "read, not sent" if answer.is_reviewed else "drafted, to be read"
    return f"sent ({answer.sent}){', fetched' if answer.is_collected else ''}"
