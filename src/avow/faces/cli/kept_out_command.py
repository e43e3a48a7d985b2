"""Look through a list of persons before it is read in anywhere."""

from __future__ import annotations

import csv
import os
from contextlib import ExitStack
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from avow.common.exits import Exit
from avow.duties.requests.acting.keeping_out import Lines, Through, look_through, nowhere
from avow.duties.requests.answering.extract import new_file
from avow.faces.cli.desk import opened, state_options


@click.command("kept-out")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--column", "columns", multiple=True, required=True, metavar="NAME=KIND",
              help="A column, and the kind of identity that it holds: `mail=email`.")  # fmt: skip
@click.option("--purpose", "purposes", multiple=True, metavar="ID",
              help="What the list is for; without it every objection counts.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), help="New file with the other lines.")
@state_options
def command(
    file: Path,
    columns: tuple[str, ...],
    purposes: tuple[str, ...],
    out: Path | None,
    folder: Path,
    database_url: str | None,
) -> None:
    """Count the lines of a CSV FILE that are of persons who were erased or objected, before it is
    imported; with --out the others are written to a new file that only you may read.

    Ends with 1 when there are such lines. Nobody is named; the file is copied nowhere else.
    """
    kinds = dict(_pair(each) for each in columns)
    with ExitStack() as stack:
        desk = stack.enter_context(opened(folder, database_url))
        source = stack.enter_context(file.open(encoding="utf-8", newline=""))
        writes: Lines = nowhere
        if out is not None:
            target = stack.enter_context(
                os.fdopen(new_file(out), "w", encoding="utf-8", newline="")
            )
            writes = csv.writer(target).writerow
        wanted = frozenset(purposes) or None
        found = look_through(desk.book, source, kinds, desk.today, purposes=wanted, out=writes)
    _show(found)
    raise SystemExit(Exit.FINDINGS if found.kept_out else Exit.OK)


def _pair(text: str) -> tuple[str, str]:
    name, _, kind = text.partition("=")
    if not name or not kind:
        raise click.BadParameter("write NAME=KIND, such as `mail=email`")
    return name, kind


def _show(found: Through) -> None:
    click.echo(f"{found.lines:,} lines, {found.kept_out:,} of persons who must not come back")
    if found.reasons:
        table = Table("why", "purpose", "lines")
        for (reason, purpose), count in sorted(found.reasons.items()):
            table.add_row(reason, purpose or "all", f"{count:,}")
        Console().print(table)
