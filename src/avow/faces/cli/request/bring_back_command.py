"""Take an erasure back in the hours in which that can be done."""

from __future__ import annotations

from pathlib import Path

import click

from avow.common.exits import Exit
from avow.duties.requests.acting.bringing_back import bring_back, lying_of
from avow.engine.planner.refusals import Away
from avow.faces.cli.desk import opened, state_options
from avow.faces.cli.request.erase_command import hands_of


@click.command()
@click.argument("request_id", metavar="REQUEST")
@click.argument("item", type=click.IntRange(1))
@click.option("--as", "people", multiple=True, help="Id of a person; twice.")
@state_options
def command(
    request_id: str, item: int, people: tuple[str, ...], folder: Path, database_url: str | None
) -> None:
    """Bring back what the erasure of an ITEM took out, by two persons, while its hours run.

    Without persons, say what can be brought back and until when. What came in since is never
    overwritten. The person is kept out no more and the item is decided anew; whom we told or asked
    meanwhile is named.
    """
    with opened(folder, database_url) as desk:
        if not people:
            found = lying_of(desk.book, request_id, item, desk.now())
            for each in found:
                click.echo(
                    f"{each.system}: {each.rows:,} rows until {each.ends_at:%Y-%m-%d %H:%M} UTC"
                    + (f"; {each.unkept:,} lie nowhere" if each.unkept else "")
                )
            if not found:
                click.echo("nothing can be brought back")
            return
        undo = desk.bench.hands()
        try:
            came = bring_back(hands_of(desk), undo, request_id, item, people, desk.now())
        except Away as error:
            click.echo(str(error), err=True)
            raise SystemExit(Exit.UNREACHABLE) from None
    for system, rows in came.rows.items():
        click.echo(f"{system}: {rows:,} rows came back")
    for system, rows in came.left.items():
        click.echo(f"{system}: {rows:,} rows did not come back")
    for system in came.nothing:
        click.echo(f"{system}: nothing of it lay in a bundle")
    for place in came.told:
        click.echo(f"tell {place}: it answered that it had done its part")
    click.echo(f"decide item {item} anew: `avow request decide`")
    raise SystemExit(Exit.INCOMPLETE if came.left or came.nothing else Exit.OK)
