"""Enter what somebody asked by telephone, at the counter or in a message elsewhere."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from avow.duties.requests.intake.by_hand import ByHand, enter_by_hand
from avow.duties.requests.words import Channel
from avow.faces.cli.desk import opened, state_options
from avow.faces.cli.entered_by_hand import about_whom, asked, entered, person


@click.command()
@click.option("--at", "arrived", type=click.DateTime(["%Y-%m-%dT%H:%M%z"]), default=None,
              help="When it was said: 2027-03-15T14:30+0100; now without it.")  # fmt: skip
@click.option("--channel", type=click.Choice(["phone", "other", "email"]), default="phone",
              show_default=True, help="How it came.")  # fmt: skip
@click.option("--told", "is_heard", is_flag=True,
              help="The person was told at once until when we answer.")  # fmt: skip
@about_whom
@state_options
def command(
    arrived: datetime | None,
    channel: str,
    rights: tuple[str, ...],
    whom: Path | None,
    text: Path | None,
    by: str,
    own: Path | None,
    folder: Path,
    database_url: str | None,
    *,
    is_heard: bool,
) -> None:
    """Enter what somebody asked without writing to the mailbox; --as took the call.

    Who it was and what was said come from files, never from the command line.
    """
    with opened(folder, database_url) as desk:
        given = ByHand(
            Channel(channel),
            arrived or desk.now(),
            person(whom),
            asked(rights),
            text.read_text("utf-8") if text else "",
            is_heard=is_heard,
        )
        entered(enter_by_hand(desk.book, given, by=by, at=desk.now(), words=own))
