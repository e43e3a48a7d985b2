"""Carry out a withdrawal of consent."""

from __future__ import annotations

from pathlib import Path

import click

from avow.duties.requests.acting.withdrawing import withdraw
from avow.faces.cli.desk import opened, state_options


@click.command()
@click.argument("request_id", metavar="REQUEST")
@click.argument("item", type=click.IntRange(1))
@click.option("--as", "by", required=True, help="Id of the person who acts.")
@state_options
def command(request_id: str, item: int, by: str, folder: Path, database_url: str | None) -> None:
    """Carry out ITEM of REQUEST, a withdrawal of consent (art. 7(3) GDPR), since its arrival.

    Nobody decides it: it is enough that it is settled who asks. What was done before stays lawful.
    """
    with opened(folder, database_url) as desk:
        done = withdraw(desk.book, request_id, item, by=by, at=desk.now())
    click.echo(f"ended: {', '.join(done.purposes)}")
