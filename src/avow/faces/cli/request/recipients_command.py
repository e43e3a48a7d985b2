"""Say which recipients got a person's data, and tell them what became of them."""

from __future__ import annotations

from pathlib import Path

import click

from avow.common.exits import Exit
from avow.duties.requests.acting.telling_recipients import recipients_of, tell_recipients
from avow.duties.requests.book import read
from avow.faces.cli.desk import opened, state_options


@click.command()
@click.argument("request_id", metavar="REQUEST")
@click.option("--item", type=click.IntRange(1), help="Tell them about this item (art. 19).")
@click.option("--by", default="avow", metavar="PERSON", help="Who does this.")
@state_options
def command(
    request_id: str, item: int | None, by: str, folder: Path, database_url: str | None
) -> None:
    """List who really got data of the persons of REQUEST, by the log of transmissions.

    With --item each recipient gets a task: `avow request tasks --send` writes to them.
    """
    with opened(folder, database_url) as desk:
        for person in read(desk.book, request_id).persons:
            got = recipients_of(desk.book, request_id, person)
            if got is None:
                click.echo(f"person {person}: no log of transmissions is kept")
            for each in got or ():
                kinds = ", ".join(each.categories)
                click.echo(f"person {person}: {each.recipient} ({kinds}), last on {each.last}")
        if item is None:
            return
        told = tell_recipients(desk.book, request_id, item, by=by, at=desk.now())
    for task in told.tasks:
        click.echo(task)
    for name in told.nobody:
        click.echo(f"AV667: nobody accountable can find out about `{name}`", err=True)
    raise SystemExit(Exit.FINDINGS if told.nobody else Exit.OK)
