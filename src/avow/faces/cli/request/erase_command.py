"""Erase what persons asked to be erased: plan it in every system, then end it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from avow.common.exits import Exit
from avow.duties.requests.acting.erasing import Hands, Left, Part, begin, finish, left
from avow.duties.requests.acting.erasing_together import begin_all, finish_all, plans_of
from avow.faces.cli.desk import Desk, opened, state_options


@click.command()
@click.argument("request_id", metavar="REQUEST", required=False)
@click.argument("item", type=click.IntRange(1), required=False)
@click.option("--all", "is_all", is_flag=True, help="Every accepted erasure of an open request.")
@click.option("--finish", "is_end", is_flag=True, help="End it: every plan of it has ended.")
@click.option("--as", "by", required=True, help="Id of who does it.")
@state_options
def command(
    request_id: str | None,
    item: int | None,
    by: str,
    folder: Path,
    database_url: str | None,
    *,
    is_all: bool,
    is_end: bool,
) -> None:
    """Plan the erasure of an accepted ITEM in every system with rows of the person.

    First the person is kept from coming back, then there is a plan per system, which two persons
    approve. Called again it makes what is missing. With --finish recipients are told, it is looked
    again, and what could not be done is counted. With --all this is done for all requests: there
    is one plan per system for up to a thousand of them, and each ends by itself.
    """
    if is_all is (request_id is not None and item is not None):
        raise click.UsageError("name a REQUEST and an ITEM, or --all of them")
    with opened(folder, database_url) as desk:
        hands = hands_of(desk)
        if request_id is None or item is None:
            raise SystemExit(_end_all(desk, by) if is_end else _begin_all(desk, by))
        if is_end:
            done = finish(hands, request_id, item, by=by, at=desk.now())
            for gap in done.gaps:
                click.echo(f"not done: {gap}")
            click.echo(f"{done.retained} kinds of data stay")
            click.echo(f"the last answer may leave from {done.answer_from:%Y-%m-%d %H:%M} UTC")
            raise SystemExit(Exit.INCOMPLETE if done.gaps else Exit.OK)
        found = begin(hands, request_id, item, by=by, at=desk.now())
        stays = left(desk.book, request_id, item)
    _show(found, stays)
    raise SystemExit(Exit.INCOMPLETE if any(part.gap for part in found) else Exit.OK)


def hands_of(desk: Desk) -> Hands:
    """What erasing works with, over an opened state."""
    return Hands(desk.book, desk.office, desk.estate, desk.memory)


def _begin_all(desk: Desk, by: str) -> Exit:
    placed = begin_all(hands_of(desk), by=by, at=desk.now())
    for plan, system, many in plans_of(placed):
        click.echo(f"{system}: {plan} for {many} requests")
    missing = Counter((p.system, p.gap) for each in placed for p in each.parts if p.gap)
    for (system, gap), many in sorted(missing.items()):
        click.echo(f"{system}: no plan for {many} requests, {gap}")
    for each in placed:
        if each.code:
            click.echo(f"not begun: {each.request} item {each.item}, {each.code}")
    return Exit.INCOMPLETE if missing or any(each.code for each in placed) else Exit.OK


def _end_all(desk: Desk, by: str) -> Exit:
    closed = finish_all(hands_of(desk), by=by, at=desk.now())
    for each in closed:
        for gap in each.gaps:
            click.echo(f"not done: {each.request} item {each.item}, {gap}")
        if each.code:
            click.echo(f"not ended: {each.request} item {each.item}, {each.code}")
    click.echo(f"{sum(not each.code for each in closed)} erasures ended")
    return Exit.INCOMPLETE if any(each.gaps or each.code for each in closed) else Exit.OK


def _show(found: tuple[Part, ...], stays: tuple[Left, ...]) -> None:
    for part in found:
        click.echo(f"{part.system}: {part.plan or f'no plan, {part.gap}'} {part.status}".rstrip())
    if not stays:
        return
    table = Table("stays in", "kinds of data", "why", "clauses", "rows", "until")
    for each in stays:
        kinds = ", ".join(each.categories) or "the row"
        until, clauses = each.until or each.ends, " ".join(each.clauses)
        place = f"{each.system}.{each.dataset}"
        table.add_row(place, kinds, each.why, clauses, str(each.rows), until)
    Console().print(table)
