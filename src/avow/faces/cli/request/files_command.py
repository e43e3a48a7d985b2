"""List the files that came with a request, and look at one."""

from __future__ import annotations

from pathlib import Path

import click

from avow.duties.requests.files import came, see
from avow.faces.cli.desk import opened, state_options


@click.command()
@click.argument("request_id", metavar="REQUEST")
@click.option("--see", "file", metavar="FILE-ID", help="Write it to the file of --to.")
@click.option("--to", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--as", "by", help="Id of who looks.")
@state_options
def command(
    request_id: str,
    file: str | None,
    to: Path | None,
    by: str | None,
    folder: Path,
    database_url: str | None,
) -> None:
    """List the files that came with REQUEST, or write one of them down to look at it.

    A stranger made them: look at them where nothing else is open, and destroy the copy. Who looked
    is written down.
    """
    if not bool(file) == bool(to) == bool(by):
        raise click.UsageError("say --see, --to and --as together, or none of them")
    if to and to.exists():
        raise click.UsageError("--to names a file that is there already")
    with opened(folder, database_url) as desk:
        if not (file and to and by):
            for each in came(desk.book, request_id):
                click.echo(f"{each.id}  {each.day}  {each.what}, {each.kind}, {each.size} bytes")
            return
        _, content = see(desk.book, request_id, file, by=by, at=desk.now())
    to.touch(mode=0o600)
    to.write_bytes(content.reveal())
