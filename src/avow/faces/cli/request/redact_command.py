"""Decide the places of an answer that may be somebody else's or are protected."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from avow.common.exits import Exit
from avow.duties.requests.answering import drafting
from avow.duties.requests.answering.marks import GROUNDS, Keeps
from avow.duties.requests.words import Ground
from avow.faces.cli.desk import opened, state_options


@click.command()
@click.argument("answer")
@click.option("--hide", type=click.Choice([str(g) for g in GROUNDS]), help="Hide, on this ground.")
@click.option("--show", type=click.Choice([str(k) for k in Keeps]), help="Show, for this reason.")
@click.option("--place", "numbers", multiple=True, type=click.IntRange(1), help="Which; all else.")
@click.option("--as", "by", default="", help="Id of the person who decides.")
@state_options
def command(
    answer: str,
    hide: str | None,
    show: str | None,
    numbers: tuple[int, ...],
    by: str,
    folder: Path,
    database_url: str | None,
) -> None:
    """List the places of an ANSWER, or decide them with --hide or --show.

    No value is printed: what stands in a place is seen on the pages. Without --place every place
    that nobody has decided is meant.
    """
    if hide and show:
        raise click.UsageError("a place is either hidden or shown")
    if (hide or show) and not by:
        raise click.UsageError("say with --as who decides")
    with opened(folder, database_url) as desk:
        found = drafting.opened(desk.book, answer)
        decision: Ground | Keeps | None = Ground(hide) if hide else Keeps(show) if show else None
        if decision is not None:
            wanted = numbers or tuple(m.number for m in found.marks if not m.decision)
            found = drafting.redact(desk.book, answer, wanted, decision, by=by, at=desk.now())
    table = Table("place", "dataset", "column", "kind", "decision", "by")
    for m in found.marks:
        row = (str(m.number), m.place, m.column, str(m.kind), m.decision or "open", m.by)
        table.add_row(*row)
    Console().print(table)
    raise SystemExit(Exit.FINDINGS if found.undecided else Exit.OK)
