"""Show which promises are kept, and why the others are not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from avow.app import open_state
from avow.common.exits import Exit
from avow.common.languages import LANGUAGES, Words, words
from avow.declaration.load import load
from avow.duties.assurance import wording
from avow.duties.assurance.history import fold
from avow.duties.assurance.model import RANK, WORST_FIRST, PromiseStatus, Status
from avow.duties.assurance.source import StatusSource
from avow.duties.assurance.standing import Standing
from avow.engine.db.store import Row
from avow.engine.planner.bundle_end import rows_lying
from avow.faces.cli.desk import day_of
from avow.faces.cli.render_assessments import review_lines
from avow.faces.cli.render_plans import lying_lines
from avow.faces.cli.render_workers import worker_json, worker_lines

LOOK = {
    Status.BROKEN: ("▲", "red"),
    Status.UNKNOWN: ("◆", "magenta"),
    Status.UNENFORCED: ("○", "yellow"),
    Status.ATTESTED: ("■", "blue"),
    Status.KEPT: ("●", "green"),
}


@click.command()
@click.argument("declaration", type=click.Path(path_type=Path, exists=True), default=Path())
@click.option("--all", "show_all", is_flag=True, help="Show kept and attested promises too.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--lang", type=click.Choice(LANGUAGES), default="en", show_default=True)
@click.option(
    "--state",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(".avow"),
    envvar="AVOW_STATE",
    show_default=True,
    help="Folder of the state.",
)
@click.option("--database-url", envvar="AVOW_DATABASE_URL", help="Database of the state.")
@click.pass_context
def command(
    ctx: click.Context,
    declaration: Path,
    folder: Path,
    database_url: str | None,
    lang: str,
    *,
    show_all: bool,
    as_json: bool,
) -> None:
    """Show which promises of a DECLARATION are kept, and why the others are not.

    Ends with 1 when a promise is broken.
    """
    promised = load(declaration).whole
    with open_state(folder, database_url) as state:
        source = Standing(promised, state.store, state.clock)
        now, promises = source.now(), fold(source.evidenced(), source.now())
        workers = state.store.run("workers")
        if as_json:
            click.echo(to_json(promises, now, workers))
        else:
            show(Console(highlight=False), source, promises, words(lang), show_all=show_all)
            for line in lying_lines(rows_lying(state.store, day_of(state, promised))):
                click.echo(line)
            for line in review_lines(promised, day_of(state, promised)):
                click.echo(line)
            for line in worker_lines(workers):
                click.echo(f"worker of {line}")
    if any(promise.status is Status.BROKEN for promise in promises):
        ctx.exit(Exit.FINDINGS)


def to_json(promises: Iterable[PromiseStatus], now: datetime, workers: Iterable[Row] = ()) -> str:
    """The whole status as one line: instant, counts, promises, and when workers were heard."""
    found = tuple(promises)
    counts = Counter(promise.status for promise in found)
    said = {
        "at": now,
        "counts": {w: counts[w] for w in WORST_FIRST},
        "promises": found,
        "workers": [worker_json(row) for row in workers],
    }
    return msgspec.json.encode(said).decode()


def show(
    console: Console,
    source: StatusSource,
    promises: Iterable[PromiseStatus],
    spoken: Words,
    *,
    show_all: bool,
) -> None:
    """The counts as one line, then the promises, the worst first."""
    ordered = sorted(promises, key=lambda promise: RANK[promise.status])
    console.print(_counts(ordered, spoken))
    shown = [p for p in ordered if show_all or RANK[p.status] < RANK[Status.ATTESTED]]
    if shown:
        console.print(_table(source, shown, spoken))


def _counts(promises: Iterable[PromiseStatus], spoken: Words) -> Text:
    found = Counter(promise.status for promise in promises)
    line = Text()
    for status in WORST_FIRST:
        line.append_text(_word(status, spoken))
        line.append(f" {spoken.number(found[status])}   ")
    return line


def _word(status: Status, spoken: Words) -> Text:
    mark, colour = LOOK[status]
    return Text(f"{mark} {spoken.say(wording.WORDS[status])}", style=colour)


def _table(source: StatusSource, promises: Iterable[PromiseStatus], spoken: Words) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    for settings in ({"no_wrap": True}, {"no_wrap": True}, {"no_wrap": True}, {"ratio": 1}):
        table.add_column(**settings)
    for promise in promises:
        places = spoken.say("{n} of {total} places", n=promise.fulfilled, total=promise.total)
        table.add_row(
            Text(promise.clause, style="bold"),
            _word(promise.status, spoken),
            places,
            Text("\n").join(_why(promise, source, spoken)),
        )
    return table


def _why(promise: PromiseStatus, source: StatusSource, spoken: Words) -> Iterable[Text]:
    """The promise itself, the gravest reason with its place, and what would make it kept."""
    text = source.text(promise.clause, spoken.language)
    if text:
        yield Text(" ".join(text.text.split()))
    if promise.reasons:
        reason = promise.reasons[0]
        where = wording.place(reason.item, spoken)
        yield Text(f"{where}: {wording.say(reason, spoken)}")
        yield Text(f"→ {wording.advise(reason, spoken)}", style="dim")
