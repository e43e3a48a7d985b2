"""Tell a person what was done: draft, show, edit, review, send, write."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from avow.duties.requests.answering.extract import write_new
from avow.duties.requests.answering.proving import checker, proof_of
from avow.duties.requests.telling import letters
from avow.duties.requests.telling.letters import Letter
from avow.faces.cli.desk import opened, state_options

WHO = click.option("--as", "by", required=True, help="Id of the person who does it.")


@click.group()
def command() -> None:
    """Tell a person what was done, what stays and until when, who was told, what is missing.

    A copy of data is answered by `avow request answer`. The letter holds no name and no value.
    """


@command.command()
@click.argument("request_id", metavar="REQUEST")
@click.option("--person", type=click.IntRange(1), default=1, show_default=True,
              help="Number of the person in the request.")  # fmt: skip
@WHO
@state_options
def draft(request_id: str, person: int, by: str, folder: Path, database_url: str | None) -> None:
    """Write the letter about everything of a person of a REQUEST that is settled."""
    with opened(folder, database_url) as desk:
        _show(letters.draft(desk.book, request_id, person, by=by, at=desk.now()))


@command.command()
@click.argument("answer")
@state_options
def show(answer: str, folder: Path, database_url: str | None) -> None:
    """Print the letter ANSWER as it is now."""
    with opened(folder, database_url) as desk:
        click.echo(letters.as_text(letters.opened(desk.book, answer).words).decode())


@command.command()
@click.argument("answer")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@WHO
@state_options
def edit(answer: str, file: Path, by: str, folder: Path, database_url: str | None) -> None:
    """Put the words of a FILE (subject, empty line, text) into ANSWER; earlier ones are kept."""
    with opened(folder, database_url) as desk:
        text = file.read_text(encoding="utf-8")
        _show(letters.edit(desk.book, answer, text, by=by, at=desk.now()))


@command.command()
@click.argument("answer")
@WHO
@state_options
def review(answer: str, by: str, folder: Path, database_url: str | None) -> None:
    """Let ANSWER leave as it is now."""
    with opened(folder, database_url) as desk:
        _show(letters.review(desk.book, answer, by=by, at=desk.now()))


@command.command()
@click.argument("answer")
@WHO
@state_options
def send(answer: str, by: str, folder: Path, database_url: str | None) -> None:
    """Send ANSWER with its proof; not while an erasure can still be taken back."""
    with opened(folder, database_url) as desk:
        sent = letters.send(desk.book, desk.state.ledger, answer, by=by, at=desk.now())
    click.echo(f"{sent.answer}: by {sent.way}; {sent.request.id} is {sent.request.status}")


@command.command()
@click.argument("answer")
@click.argument("out", type=click.Path(path_type=Path))
@state_options
def write(answer: str, out: Path, folder: Path, database_url: str | None) -> None:
    """Write ANSWER, its proof and what checks it into a new folder OUT, for the person."""
    with opened(folder, database_url) as desk:
        found = letters.opened(desk.book, answer)
        proof = proof_of(desk.book, desk.state.ledger, found.request, answer)
    out.mkdir(mode=0o700)
    write_new(letters.as_text(found.words), out / "letter.txt")
    write_new(msgspec.json.format(msgspec.json.encode(proof)), out / "proof.json")
    write_new(checker(), out / "check.py")
    click.echo(f"{out}: letter.txt, proof.json, check.py")


def _show(found: Letter) -> None:
    items = ", ".join(map(str, found.items))
    click.echo(f"{found.id}: person {found.person}, items {items}, wording {found.version}")
