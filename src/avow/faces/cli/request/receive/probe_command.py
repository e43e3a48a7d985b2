"""Send a message of our own to the mailbox that persons write to, to see that it is read."""

from __future__ import annotations

from pathlib import Path

import click

from avow.duties.requests.intake.probing import send_probe
from avow.faces.cli.desk import opened, state_options


@click.command()
@state_options
def command(folder: Path, database_url: str | None) -> None:
    """Write a message of our own to the mailbox; `avow letters --send` sends it.

    Once a day. `avow request receive mail` finds it again, and `avow verify` says whether it came.
    """
    with opened(folder, database_url) as desk:
        token = send_probe(desk.book, at=desk.now())
    click.echo(f"{token}: written; `avow letters --send` sends it")
