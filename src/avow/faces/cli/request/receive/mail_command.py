"""Read messages and enter them as requests: files, a folder of them, or the mailbox itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec

from avow.common.errors import AvowError
from avow.common.exits import Exit
from avow.duties.requests.book import PROGRAM
from avow.duties.requests.intake import receiving
from avow.duties.requests.intake.by_hand import known
from avow.duties.requests.intake.reading import LARGEST, Delivery
from avow.duties.requests.words import Channel
from avow.faces.cli.desk import opened, state_options
from avow.faces.cli.mailbox_rounds import AUTHSERV, MAILBOX, OURS, SERVERS, heard, read_at, trusted
from avow.faces.cli.opened import json_option


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, exists=True))
@click.option("--mailbox", "url", envvar=MAILBOX, show_envvar=True,
              help="imaps://user:${PASSWORD}@host/FOLDER; it is only read.")  # fmt: skip
@click.option("--server", "servers", multiple=True, metavar="HOST",
              envvar=SERVERS, show_envvar=True,
              help="One of our mail servers, as it writes itself into Received.")  # fmt: skip
@click.option("--authserv", default="", metavar="ID", envvar=AUTHSERV, show_envvar=True,
              help="Server whose Authentication-Results are believed.")  # fmt: skip
@click.option("--ours", multiple=True, metavar="ADDRESS", envvar=OURS, show_envvar=True,
              help="An address that letters leave by.")  # fmt: skip
@click.option("--channel", type=click.Choice(["email", "other"]), default="email",
              show_default=True, help="How the messages came.")  # fmt: skip
@click.option("--as", "by", default="", help="Id of the person who hands the files on.")
@click.option("--silent", is_flag=True, help="Write no letter that says that a request arrived.")
@click.option("--words", "own", type=click.Path(path_type=Path, file_okay=False),
              help="Folder with words of your own, `request-received.LANGUAGE.txt`.")  # fmt: skip
@json_option
@state_options
def command(
    paths: tuple[Path, ...],
    url: str | None,
    servers: tuple[str, ...],
    authserv: str,
    ours: tuple[str, ...],
    channel: str,
    by: str,
    own: Path | None,
    folder: Path,
    database_url: str | None,
    *,
    silent: bool,
    is_json: bool,
) -> None:
    """Enter the messages in PATHS (.eml files, folders, a Maildir) or in the mailbox as requests.

    Each message once, however often it is read. Prints ids and counts. Ends with 1 when a message
    could not be entered: it is tried again the next time.
    """
    if not paths and not url:
        raise click.UsageError("name files, or the mailbox with --mailbox")
    if paths and not by:
        raise click.UsageError("say with --as who hands the files on")
    with opened(folder, database_url) as desk:
        if by:
            known(desk.book, by)
        trust = trusted(desk, servers, authserv, ours)
        how = receiving.Desk(
            desk.book, trust, own, not silent, heard(desk.now()), Channel(channel), by or PROGRAM
        )
        found = receiving.receive(how, _files(paths), at=desk.now()) if paths else None
        if url:
            found = read_at(how, url, os.environ, desk.now())
    if found is not None:
        _say(found, is_json=is_json)
        raise SystemExit(Exit.FINDINGS if found.of("unread") else Exit.OK)


def _files(paths: tuple[Path, ...]) -> Iterator[Delivery]:
    for path in paths:
        folders = (path, path / "new", path / "cur") if path.is_dir() else ()
        inside = [file for each in folders if each.is_dir() for file in sorted(each.iterdir())]
        for file in inside if folders else [path]:
            if file.is_file() and (not file.name.startswith(".") or file == path):
                yield _delivery(file)


def _delivery(file: Path) -> Delivery:
    try:
        with file.open("rb") as opened_file:
            data = opened_file.read(LARGEST + 1)
    except OSError as error:
        raise AvowError(
            f"`{file.name}` cannot be read", because=error.strerror or "", code="AV690"
        ) from None
    return Delivery(data[:LARGEST], is_cut=len(data) > LARGEST)


def _say(found: receiving.Tally, *, is_json: bool) -> None:
    if is_json:
        said = {"counts": dict(found.counts), "requests": found.requests}
        click.echo(msgspec.json.encode(said).decode())
        return
    for request in found.requests:
        click.echo(request)
    click.echo(", ".join(f"{count} {what}" for what, count in found.counts) or "no message")
