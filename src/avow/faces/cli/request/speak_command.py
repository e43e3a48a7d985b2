"""Enter what somebody asks for another person, and hear them by the paper that shows they may."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click
import msgspec

from avow.duties.requests.book import Arrival, Asking, Book, Person, open_request, persons_of, read
from avow.duties.requests.identity.representing import (
    PAPERS,
    Kind,
    Paper,
    hear,
    hear_company,
)
from avow.duties.requests.intake.entering import IntakeError, heard
from avow.duties.requests.words import Channel, Right, Voice
from avow.faces.cli.desk import Desk, opened, state_options
from avow.faces.cli.entered_by_hand import Given, as_person

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command(epilog="What shows it: " + "; ".join(f"{k}: {v}" for k, v in PAPERS.items()) + ".")
@click.argument("kind", type=click.Choice([str(kind) for kind in Kind]))
@click.option("--who", "whom", type=FILE,
              help="JSON file: for whom they speak, one person or a list of users.")  # fmt: skip
@click.option("--request", "request_id", help="A request that is entered already.")
@click.option("--ask", "rights", multiple=True, required=True,
              type=click.Choice([str(right) for right in Right]),
              help="What the paper covers, and what is asked.")  # fmt: skip
@click.option("--paper", type=FILE, required=True, help="The paper, as a PDF.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Its last day.")
@click.option("--company", help="Which client: SYSTEM:DATASET:KEY.")
@click.option("--country", default="", help="Whose law counts for heirs: FR.")
@click.option("--as", "by", required=True, help="Id of who looked at the paper.")
@state_options
def command(
    kind: str,
    whom: Path | None,
    request_id: str | None,
    rights: tuple[str, ...],
    paper: Path,
    until: datetime | None,
    company: str | None,
    country: str,
    by: str,
    folder: Path,
    database_url: str | None,
) -> None:
    """Enter what a KIND of representative asks, and hear them by a paper.

    The request stands whether or not the paper does: its term runs, and --request hears them by a
    better one. A company speaks for its users and for their accounts with it alone; each is told.
    """
    if (whom is None) == (request_id is None) or (kind == Kind.COMPANY) != bool(company):
        raise click.UsageError("say --who or --request, and of a company --company")
    shown = Paper(
        Kind(kind),
        frozenset(map(Right, rights)),
        paper.read_bytes(),
        until=until.date() if until else None,
        country=country,
    )
    with opened(folder, database_url) as desk:
        request = request_id or _entered(desk, Kind(kind), _people(whom), rights, by)
        click.echo(request)
        _hear(desk, request, shown, company, by)


def _people(whom: Path | None) -> tuple[Person, ...]:
    """Raises IntakeError AV690 when the file says nobody."""
    data = whom.read_bytes() if whom else b""
    try:
        found = msgspec.json.decode(data, type=list[Given] | Given)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise IntakeError(
            "the file does not say for whom they speak",
            because="it is no JSON with name, email, postal, language or identities",
            help='write {"name": "…", "identities": [["kind", "value"]]}, or a list of these',
        ) from None
    return tuple(map(as_person, found if isinstance(found, list) else [found]))


def _entered(
    desk: Desk, kind: Kind, people: tuple[Person, ...], rights: tuple[str, ...], by: str
) -> str:
    voice = Voice.COMPANY if kind is Kind.COMPANY else Voice.REPRESENTATIVE
    asked = tuple(Asking(n, Right(r)) for n, _ in enumerate(people, 1) for r in rights)
    language = next((p.language for p in people if p.language), desk.declaration.languages[0])
    arrival = Arrival(Channel.OTHER, desk.now(), language, people, asked, voice)
    request = open_request(desk.book, arrival, by=by, at=desk.now()).id
    heard(desk.book, request, by=by, at=desk.now())
    return request


def _hear(desk: Desk, request: str, paper: Paper, company: str | None, by: str) -> None:
    book: Book = desk.book
    if company:
        rows = hear_company(book, desk.estate, request, paper, company, by=by, at=desk.now())
        click.echo(f"{rows} rows of its users; each of them is told")
        return
    people = read(book, request).persons.values()
    spoken = [p.person for p in people if p.voice is Voice.REPRESENTATIVE]
    for number in spoken or persons_of(book, request):
        hear(book, request, number, paper, by=by, at=desk.now())
    click.echo("heard")
