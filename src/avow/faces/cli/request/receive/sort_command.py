"""Say what a request asks where no word told it, or that it asks nothing."""

from __future__ import annotations

from pathlib import Path

import click

from avow.duties.requests.book import Book
from avow.duties.requests.intake.bulk import asking
from avow.duties.requests.intake.by_hand import known
from avow.duties.requests.intake.entering import acknowledge, heard, name_person, sort
from avow.faces.cli.desk import opened, state_options
from avow.faces.cli.entered_by_hand import RIGHTS
from avow.faces.cli.entered_by_hand import person as who


@click.command()
@click.argument("request_id", metavar="REQUEST")
@click.option("--ask", "rights", multiple=True, type=click.Choice(RIGHTS), help="What is asked.")
@click.option("--person", type=click.IntRange(1), default=1, show_default=True,
              help="Number of the person of the request.")  # fmt: skip
@click.option("--who", "whom", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="JSON file that says who the person really is.")  # fmt: skip
@click.option("--nothing", "is_nothing", is_flag=True, help="Nothing is asked: it is closed.")
@click.option("--acknowledge", "is_written", is_flag=True, help="Write that it arrived.")
@click.option("--told", "is_heard", is_flag=True, help="The person was told in another way.")
@click.option("--as", "by", required=True, help="Id of the person who says so.")
@state_options
def command(
    request_id: str,
    rights: tuple[str, ...],
    person: int,
    whom: Path | None,
    by: str,
    folder: Path,
    database_url: str | None,
    *,
    is_nothing: bool,
    is_written: bool,
    is_heard: bool,
) -> None:
    """Say what REQUEST asks, with --nothing that it asks nothing, or who asks. The term stays."""
    if not (rights or is_nothing or is_written or is_heard or whom):
        raise click.UsageError("say what is asked with --ask, or --nothing")
    if is_nothing and rights:
        raise click.UsageError("either --ask or --nothing")
    with opened(folder, database_url) as desk:
        book: Book = desk.book
        known(book, by)
        if whom is not None:
            linked = name_person(book, request_id, person, who(whom), by=by, at=desk.now())
            click.echo(f"{request_id}: person {person} named, linked to {len(linked)} more")
        if rights or is_nothing:
            found = [asking(right, person) for right in dict.fromkeys(rights)]
            state = sort(book, request_id, found, by=by, at=desk.now())
            click.echo(f"{request_id}: {state.status}, asks {len(state.items)} rights")
        if is_heard:
            heard(book, request_id, by=by, at=desk.now())
        letters = acknowledge(book, request_id, by=by, at=desk.now()) if is_written else 0
    click.echo(f"{letters} letters written to say that it arrived")
