"""Show whose rows a request is about, and accept them."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import click
from rich.console import Console

from avow.common.exits import Exit
from avow.duties.requests.book import persons_of
from avow.duties.requests.choosing import Choice, accepted, choice, left_out
from avow.duties.requests.proposing import proposed
from avow.duties.requests.rows import accept
from avow.duties.requests.rows_together import accept_all
from avow.faces.cli.desk import opened, state_options
from avow.faces.cli.render_requests import candidate_table

ALL = "all"


@click.command()
@click.argument("request_id", metavar="REQUEST")
@click.option(
    "--accept",
    "choices",
    multiple=True,
    metavar="PERSON[:SYSTEM.DATASET]",
    help="These candidates are the person's.",
)
@click.option("--accept-all", "clean", is_flag=True, help="All of whom nothing has to be asked.")
@click.option("--as", "by", default="", help="Id of the person who accepts.")
@state_options
def command(
    request_id: str,
    choices: tuple[str, ...],
    by: str,
    folder: Path,
    database_url: str | None,
    *,
    clean: bool,
) -> None:
    """Show the rows that may be those of a request's persons; accept them with --accept.

    Values of persons are never printed. Without --accept or --accept-all nothing is done. `all` in
    place of a REQUEST, with --accept-all: every open request of which nobody has said it yet, in
    one search; what raises a question waits.
    """
    if (choices or clean) and not by:
        raise click.UsageError("say with --as who accepts")
    if request_id == ALL:
        if choices or not clean:
            raise click.UsageError("`all` goes with --accept-all")
        _all(folder, database_url, by)
    with opened(folder, database_url) as desk:
        shown = proposed(desk.book, desk.estate, request_id)
        looked = shown.looked
        console = Console()
        console.print(candidate_table(looked, len(persons_of(desk.book, request_id))))
        for gap in looked.gaps:
            console.print(f"unknown: {gap}", markup=False)
        for number in shown.unheard:
            console.print(f"person {number}: a company speaks for them; `avow request speak` first")
        if not (choices or clean) or shown.unheard:
            raise SystemExit(Exit.REFUSED)
        chosen = accepted(looked.found, [_choice(text) for text in choices], clean=clean)
        accept(desk.book, request_id, chosen, by=by, at=desk.now())
        left = left_out(looked.found, chosen)
    if left:
        click.echo(f"left out, not accepted: {', '.join(f'person {n}' for n in left)}")
    raise SystemExit(Exit.FINDINGS if left or looked.gaps else Exit.OK)


def _all(folder: Path, database_url: str | None, by: str) -> NoReturn:
    with opened(folder, database_url) as desk:
        done = accept_all(desk.book, desk.estate, by=by, at=desk.now())
    for each in done:
        click.echo(f"{each.request}: {each.why or f'{each.rows} rows accepted'}")
    left = sum(bool(each.why) for each in done)
    click.echo(f"{len(done) - left} accepted, {left} wait for somebody to look")
    raise SystemExit(Exit.FINDINGS if left else Exit.OK)


def _choice(text: str) -> Choice:
    try:
        return choice(text)
    except ValueError:
        raise click.BadParameter("write --accept 3, or --accept 3:app.account") from None
