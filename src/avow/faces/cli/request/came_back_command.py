"""Note that somebody who was erased became known again by an act of their own."""

from __future__ import annotations

from pathlib import Path

import click

from avow.duties.requests.book import Said, read, take
from avow.duties.requests.steps import Noted
from avow.duties.requests.telling.left_checks import CAME_BACK, erased_of
from avow.faces.cli.desk import opened, state_options

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command("came-back")
@click.argument("request_id", metavar="REQUEST")
@click.option("--text", type=FILE, required=True, help="File that says how they came back.")
@click.option("--as", "by", required=True, help="Id of who found it out.")
@state_options
def command(request_id: str, text: Path, by: str, folder: Path, database_url: str | None) -> None:
    """Note that the person of an erasure REQUEST came back by an act of their own, such as a new
    account. They are not looked for any more; how it came about lies sealed with the request.
    """
    with opened(folder, database_url) as desk:
        if not any(erased_of(read(desk.book, request_id))):
            raise click.UsageError("nothing of the request was erased")
        said = Said(Noted(what=CAME_BACK), text.read_bytes())
        take(desk.book, request_id, [said], by=by, at=desk.now())
    click.echo(f"{request_id}: {CAME_BACK}")
