"""Tell a person what is refused: why, under which law, and to whom they can complain."""

from __future__ import annotations

from pathlib import Path

import click

from avow.duties.requests.book import read
from avow.duties.requests.deciding.refusing import letter, tell
from avow.faces.cli.desk import opened, state_options


@click.command()
@click.argument("request_id", metavar="REQUEST")
@click.option("--person", type=click.IntRange(1), default=1, show_default=True)
@click.option("--send", "is_sent", is_flag=True, help="Write it to the person.")
@click.option("--as", "by", default="", help="Id of who sends it.")
@state_options
def command(
    request_id: str, person: int, by: str, folder: Path, database_url: str | None, *, is_sent: bool
) -> None:
    """Show the letter that tells a person what is refused; with --send it goes to the outbox.

    It holds no name: reasons, law, the authority to complain to and the way to a court.
    """
    if is_sent and not by:
        raise click.UsageError("say with --as who sends it")
    with opened(folder, database_url) as desk:
        if not is_sent:
            said = letter(desk.declaration, read(desk.book, request_id), person, desk.today)
            click.echo(f"Subject: {said.subject}\n\n{said.text}")
            return
        told = tell(desk.book, request_id, person, by=by, at=desk.now())
    click.echo(f"{told.answer}: by {told.way}; {request_id} is {told.request.status}")
