"""Deliver an answer: a letter with a link, and a code for another way."""

from __future__ import annotations

from pathlib import Path

import click

from avow.duties.requests.delivering.answers import deliver
from avow.duties.requests.delivering.links import Post
from avow.faces.cli.desk import opened, state_options


@click.command()
@click.argument("answer")
@click.option("--at", "base", envvar="AVOW_ADDRESS", default="http://127.0.0.1:8400",
              show_default=True, help="Address of the pages of persons.")  # fmt: skip
@click.option("--words", type=click.Path(path_type=Path, exists=True, file_okay=False),
              help="Folder with words of your own for the letter.")  # fmt: skip
@click.option("--as", "by", required=True, help="Id of the person who does it.")
@state_options
def command(
    answer: str, base: str, words: Path | None, by: str, folder: Path, database_url: str | None
) -> None:
    """Deliver an ANSWER that was looked through: a letter with a link goes to its person.

    The code without which nothing is handed out is printed here and nowhere else. Tell it by
    another way than the letter goes: on the telephone, or on paper when the letter is a mail.
    Called again, the earlier link ends, and there is a new code.
    """
    with opened(folder, database_url) as desk:
        domain = desk.declaration.controller.email.rpartition("@")[2]
        if not domain:
            raise click.UsageError("the controller of the declaration has no `email`")
        post = Post(base, domain, words)
        done = deliver(desk.book, post, answer, by=by, at=desk.now())
    click.echo(f"{done.request}: {done.link} goes by letter")
    click.echo(f"code: {done.code.reveal()} (tell it by another way than the letter)")
