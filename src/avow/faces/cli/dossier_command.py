"""Print a dossier for an authority: what was promised, what is in place, the proof, the gaps."""

from __future__ import annotations

import os
from datetime import date, datetime
from pathlib import Path

import click

from avow.common.languages import LANGUAGES
from avow.duties.assurance.dossier import scopes
from avow.duties.assurance.dossier.gather import Files, declaration_on, dossier, end_of
from avow.duties.assurance.dossier.model import Moment, Scope
from avow.duties.assurance.dossier.printed import as_json, as_pdf
from avow.duties.requests.book import read
from avow.faces.cli.desk import Desk, opened, state_options
from avow.faces.cli.incident_command import register_of
from avow.faces.cli.opened import Day


@click.command()
@click.option("--request", "request_id", help="About one request.")
@click.option("--clause", help="About a clause and those below it, such as 6 or 9.3.")
@click.option("--topic", type=click.Choice(sorted(scopes.TOPICS)), help="About a topic.")
@click.option("--as-of", "day", type=Day(), help="As it stood at the end of this day; today.")
@click.option("--language", type=click.Choice(LANGUAGES), default="fr", show_default=True)
@click.option("--json", "is_json", is_flag=True, help="Write JSON in place of a PDF.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True)
@state_options
def command(
    request_id: str | None,
    clause: str | None,
    topic: str | None,
    day: date | None,
    language: str,
    out: Path,
    folder: Path,
    database_url: str | None,
    *,
    is_json: bool,
) -> None:
    """Write a dossier for a supervisory authority into a new file.

    At most twelve pages, then annexes. It holds no name of a person who asked.
    """
    if [request_id, clause, topic].count(None) != 2:
        raise click.UsageError("say one of --request, --clause and --topic")
    with opened(folder, database_url) as desk:
        files = Files(desk.book, register_of(desk), desk.state.ledger)
        on = day or desk.today
        if on > desk.today:
            raise click.UsageError("a dossier tells what was, and that day has not been")
        moment = Moment(min(end_of(on, desk.book), desk.now()), desk.now())
        declaration, release = declaration_on(files, moment.as_of)
        scope = _scope(desk, request_id, clause, topic, on, moment.as_of)
        made = dossier(files, declaration, release, scope, moment, language)
    content = as_json(made) if is_json else as_pdf(made)
    with os.fdopen(os.open(out, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as handle:
        handle.write(content)
    click.echo(f"{out}: {len(made.parts)} parts, {len(made.annexes)} annexes")


def _scope(
    desk: Desk,
    request_id: str | None,
    clause: str | None,
    topic: str | None,
    on: date,
    until: datetime,
) -> Scope:
    if request_id:
        request = read(desk.book, request_id, until)
        rights = {str(item.right) for item in request.items.values()}
        return scopes.of_request(desk.declaration, request_id, rights, request.received, on)
    if clause:
        return scopes.of_clause(desk.declaration, clause, on)
    return scopes.of_topic(desk.declaration, topic or "", on)
