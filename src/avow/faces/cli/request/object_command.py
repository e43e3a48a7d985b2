"""Carry out an objection, or let data be used again after one was refused."""

from __future__ import annotations

from pathlib import Path

import click

from avow.duties.requests.acting.objecting import (
    Turn,
    let_go,
    restrict_meanwhile,
    stop_marketing,
    turn_of,
    uphold,
)
from avow.duties.requests.book import read
from avow.faces.cli.desk import Desk, opened, state_options


@click.command()
@click.argument("request_id", metavar="REQUEST")
@click.argument("item", type=click.IntRange(1))
@click.option("--as", "by", required=True, help="Id of the person who acts.")
@click.option("--let-go", "is_over", is_flag=True, help="It was refused and they were told.")
@state_options
def command(
    request_id: str, item: int, by: str, folder: Path, database_url: str | None, *, is_over: bool
) -> None:
    """Carry out ITEM of REQUEST, an objection (art. 21 GDPR).

    To direct marketing: it ends at once, whatever else is open. Otherwise all use stands still
    until `avow request decide`; after it, what was objected to ends, or with --let-go goes on.
    """
    with opened(folder, database_url) as desk:
        click.echo(_done(desk, request_id, item, by, is_over=is_over))


def _done(desk: Desk, request: str, number: int, by: str, *, is_over: bool) -> str:
    book, at = desk.book, desk.now()
    if is_over:
        return f"{let_go(book, request, number, by=by, at=at)} facts ended; the use goes on"
    state = read(book, request)
    asked = state.items.get(number)
    turn = turn_of(book, state, asked, at) if asked is not None else Turn.NOTHING
    if turn is Turn.END_MARKETING:
        done = stop_marketing(book, request, number, by=by, at=at)
    elif turn is Turn.END:
        done = uphold(book, request, number, by=by, at=at)
    else:
        is_new = restrict_meanwhile(book, request, number, by=by, at=at)
        return "the use stands still until it is decided" + ("" if is_new else ", as before")
    return f"ended: {', '.join(done.purposes)}"
