"""Enter where somebody is written to about tasks."""

from __future__ import annotations

from pathlib import Path

import click

from avow.common.languages import LANGUAGES
from avow.duties.requests.tasks.mailboxes import Mailbox, put_mailbox
from avow.faces.cli.desk import opened, state_options


@click.command()
@click.argument("who", metavar="WHO")
@click.argument("address")
@click.option("--name", default="", help="How they are addressed, or the name of a tenant.")
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True)
@click.option(
    "--may-instruct",
    "may_instruct",
    is_flag=True,
    help="Instructions of this tenant may come from it; say so after checking who it is.",
)
@click.option("--by", required=True, metavar="PERSON", help="Who enters it.")
@state_options
def command(
    who: str,
    address: str,
    name: str,
    language: str,
    by: str,
    folder: Path,
    database_url: str | None,
    *,
    may_instruct: bool,
) -> None:
    """Enter the mail ADDRESS of WHO: `person:ID`, `system:ID`, `recipient:ID` or
    `tenant:SYSTEM:VALUE`. It lies sealed and is never printed."""
    box = Mailbox(who=who, name=name, address=address, language=language, may_instruct=may_instruct)
    with opened(folder, database_url) as desk:
        put_mailbox(desk.book, box, by=by, at=desk.now())
    click.echo(f"{who}: entered")
