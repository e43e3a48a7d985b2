"""Enter a letter: a scan of it, its date, the day of its arrival, whether it is signed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from avow.duties.requests.intake.by_hand import ByHand, enter_by_hand
from avow.duties.requests.words import Channel
from avow.faces.cli.desk import opened, state_options
from avow.faces.cli.entered_by_hand import about_whom, asked, entered, person
from avow.faces.cli.opened import Day


@click.command()
@click.option("--scan", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="Image or PDF of it; kept sealed.")  # fmt: skip
@click.option("--arrived", type=Day(), required=True, help="Day on the stamp of its arrival.")
@click.option("--dated", type=Day(), default=None, help="Date that the letter bears.")
@click.option("--signed/--unsigned", "is_signed", default=None, help="Whether a signature is seen.")
@about_whom
@state_options
def command(
    scan: Path | None,
    arrived: date,
    dated: date | None,
    rights: tuple[str, ...],
    whom: Path | None,
    text: Path | None,
    by: str,
    own: Path | None,
    folder: Path,
    database_url: str | None,
    *,
    is_signed: bool | None,
) -> None:
    """Enter a letter as a request: the term runs from the day it arrived, however late it is read.

    Who wrote it and what it says come from files, never from the command line. An unsigned letter
    is a request too.
    """
    with opened(folder, database_url) as desk:
        given = ByHand(
            Channel.LETTER,
            arrived,
            person(whom),
            asked(rights),
            text.read_text("utf-8") if text else "",
            scan.read_bytes() if scan else b"",
            written_on=dated,
            is_signed=is_signed,
        )
        entered(enter_by_hand(desk.book, given, by=by, at=desk.now(), words=own))
