"""Keep a document that shows who somebody is until it was looked at, and no longer."""

from __future__ import annotations

import mimetypes
from pathlib import Path

import click

from avow.duties.requests.identity.documents import judge, keep, look
from avow.faces.cli.desk import Desk, opened, state_options


@click.command()
@click.argument("request_id", metavar="REQUEST")
@click.option("--person", type=click.IntRange(1), default=1, show_default=True)
@click.option("--add", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="A scan that came; destroy it afterwards.")  # fmt: skip
@click.option("--see", metavar="FILE-ID", help="Write it to the file of --to.")
@click.option("--to", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--enough", metavar="FILE-ID", help="It shows who they are; it is erased.")
@click.option("--not-enough", metavar="FILE-ID", help="It does not; it is erased.")
@click.option("--as", "by", required=True, help="Id of who looks.")
@state_options
def command(
    request_id: str,
    person: int,
    add: Path | None,
    see: str | None,
    to: Path | None,
    enough: str | None,
    not_enough: str | None,
    by: str,
    folder: Path,
    database_url: str | None,
) -> None:
    """Keep, see or judge a document that a person of REQUEST was asked for.

    It is erased with the judgement, and after seven days whatever happens. Who looked is written
    down. Nothing of it is printed.
    """
    if [add, see, enough, not_enough].count(None) != 3 or bool(see) != bool(to):
        raise click.UsageError("say one of --add, --see (with --to), --enough and --not-enough")
    if to and to.exists():
        raise click.UsageError("--to names a file that is there already")
    with opened(folder, database_url) as desk:
        if add:
            kind = mimetypes.guess_type(add.name)[0] or "application/octet-stream"
            data = add.read_bytes()
            click.echo(keep(desk.book, request_id, person, kind, data, by=by, at=desk.now()))
        elif see and to:
            _, content = look(desk.book, request_id, see, by=by, at=desk.now())
            to.touch(mode=0o600)
            to.write_bytes(content.reveal())
        else:
            _judged(desk, request_id, person, enough, not_enough, by)


def _judged(
    desk: Desk, request: str, person: int, enough: str | None, not_enough: str | None, by: str
) -> None:
    judge(
        desk.book,
        desk.state.store,
        request,
        person,
        enough or not_enough or "",
        is_enough=enough is not None,
        by=by,
        at=desk.now(),
    )
    click.echo("erased")
