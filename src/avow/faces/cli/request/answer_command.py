"""Answer a request for a copy: begin, draft, edit, review, write, send."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.table import Table

from avow.common.exits import Exit
from avow.duties.requests.answering import drafting
from avow.duties.requests.answering.drafting import Draft
from avow.duties.requests.answering.extract import write_new
from avow.duties.requests.answering.gathering import Sources
from avow.duties.requests.answering.leaving import taken
from avow.duties.requests.answering.marks import AnswerRefused
from avow.duties.requests.answering.records import Records
from avow.duties.requests.answering.together import answer_all
from avow.duties.requests.words import Way
from avow.engine.planner.reading import MOST
from avow.faces.cli.desk import opened, state_options

WHO = click.option("--as", "by", required=True, help="Id of the person who does it.")


@click.group()
def command() -> None:
    """Answer a request for a copy: begin, draft, edit, review, write, send.

    Values of persons are never printed; `write` puts them into a new file that only you may read.
    """


@command.command()
@click.argument("request_id", metavar="REQUEST")
@click.option("--person", type=click.IntRange(1), default=1, show_default=True,
              help="Number of the person in the request.")  # fmt: skip
@click.option("--limit", "most", type=click.IntRange(1), default=MOST, show_default=True,
              help="Rows of one dataset that are read.")  # fmt: skip
@WHO
@state_options
def begin(
    request_id: str, person: int, most: int, by: str, folder: Path, database_url: str | None
) -> None:
    """Draw a copy for a person of a REQUEST, and propose what may be somebody else's in it."""
    with opened(folder, database_url) as desk:
        book, records = desk.book, Records(desk.book)
        sources = Sources(desk.estate, records, records, most)
        made = drafting.begin(book, sources, request_id, person, by=by, at=desk.now())
    _show(made)
    raise SystemExit(Exit.OK if made.copy.is_whole else Exit.INCOMPLETE)


@command.command("all")
@click.option("--limit", "most", type=click.IntRange(1), default=MOST, show_default=True,
              help="Rows of one dataset that are read at once.")  # fmt: skip
@WHO
@state_options
def every(most: int, by: str, folder: Path, database_url: str | None) -> None:
    """Begin every answer that can be begun, and draft those where nothing is to be decided.

    Systems are asked once for a group of persons. Called again it goes on where it ended.
    """
    with opened(folder, database_url) as desk:
        book, records = desk.book, Records(desk.book)
        sources = Sources(desk.estate, records, records, most)
        done = answer_all(book, sources, by=by, at=desk.now())
    for each in done:
        if each.code or each.undecided:
            why = each.code or f"{each.undecided} places to decide"
            click.echo(f"{each.request}: person {each.person}, {each.answer or 'no answer'}, {why}")
    drafted, failed = sum(d.is_drafted for d in done), sum(bool(d.code) for d in done)
    begun = sum(bool(d.answer) for d in done)
    click.echo(f"{begun} begun, {drafted} of them drafted, {failed} refused")
    raise SystemExit(Exit.OK if drafted == len(done) else Exit.INCOMPLETE)


@command.command()
@click.argument("answer")
@state_options
def show(answer: str, folder: Path, database_url: str | None) -> None:
    """Show how far an ANSWER is, what each system gave, and how its letter was changed."""
    with opened(folder, database_url) as desk:
        found, lines = drafting.opened(desk.book, answer), drafting.changed(desk.book, answer)
    _show(found)
    click.echo(f"letter: {len(lines)} lines of difference to the first wording")


@command.command()
@click.argument("answer")
@click.option("--last", "is_last", is_flag=True, help="No more will come, though it is partial.")
@WHO
@state_options
def draft(answer: str, by: str, folder: Path, database_url: str | None, *, is_last: bool) -> None:
    """Write an ANSWER, once every place is decided."""
    with opened(folder, database_url) as desk:
        done = drafting.draft(desk.book, answer, by=by, at=desk.now(), is_last=is_last)
    _show(done)


@command.command()
@click.argument("answer")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@WHO
@state_options
def edit(answer: str, file: Path, by: str, folder: Path, database_url: str | None) -> None:
    """Put the words of a FILE into the letter of an ANSWER; the earlier ones are kept too."""
    with opened(folder, database_url) as desk:
        words = file.read_text(encoding="utf-8")
        _show(drafting.edit(desk.book, answer, words, by=by, at=desk.now()))


@command.command()
@click.argument("answer")
@WHO
@state_options
def review(answer: str, by: str, folder: Path, database_url: str | None) -> None:
    """Let an ANSWER leave: it gets its proof, and what its PDF is made of."""
    with opened(folder, database_url) as desk:
        ledger = desk.state.ledger
        drafting.review(desk.book, ledger, answer, by=by, at=desk.now())
        _show(drafting.opened(desk.book, answer))


@command.command()
@click.argument("answer")
@click.argument("way", type=click.Choice([str(w) for w in Way]))
@WHO
@state_options
def send(answer: str, way: str, by: str, folder: Path, database_url: str | None) -> None:
    """Say on which WAY an ANSWER left."""
    with opened(folder, database_url) as desk:
        state = drafting.send(desk.book, answer, Way(way), by=by, at=desk.now())
    click.echo(f"{state.id}: {state.status}")


@command.command()
@click.argument("answer")
@click.argument("part", type=click.Choice(["letter", "package"]))
@click.argument("out", type=click.Path(path_type=Path))
@WHO
@state_options
def write(
    answer: str, part: str, out: Path, by: str, folder: Path, database_url: str | None
) -> None:
    """Write the letter or the package of an ANSWER to a new file that only you may read. Who took
    the package is a step of the request.
    """
    with opened(folder, database_url) as desk:
        found = drafting.opened(desk.book, answer)
        content = found.letter.encode()
        if part == "package":
            package = taken(desk.book, answer, by=by, at=desk.now())
            if package is None:
                raise AnswerRefused(f"the package of `{answer}` was erased", code="AV615")
            content = package.reveal()
    write_new(content, out)
    click.echo(f"{out}: {os.stat(out).st_size:,} bytes")  # noqa: PTH116 -- the size alone


def _show(found: Draft) -> None:
    console, copy = Console(), found.copy
    whole = "complete" if copy.is_whole else "partial"
    console.print(f"{found.id}: person {found.person}, {whole}, {copy.rows} rows", markup=False)
    table = Table("system", "is", "rows", "searched by", "canary")
    for each in copy.reports:
        canary = {True: "seen", False: "not seen", None: "-"}[each.seen]
        by = ", ".join(each.kinds) or each.way
        table.add_row(each.system, each.state, str(each.rows), by, canary)
    console.print(table)
    hidden = sum(m.is_hidden for m in found.marks)
    said: dict[str, Any] = {
        "places": len(found.marks),
        "undecided": found.undecided,
        "hidden": hidden,
        "wording": found.version,
        "digest": found.digest,
    }
    console.print(msgspec.json.encode(said).decode(), markup=False)
