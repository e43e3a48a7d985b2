"""Enter many requests from a CSV file: one per line, or per word in `person`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from avow.common.exits import Exit
from avow.duties.requests.intake.bulk import enter_list
from avow.faces.cli.desk import opened, state_options
from avow.faces.cli.opened import Day
from avow.faces.cli.render_findings import as_text


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--arrived", type=Day(), required=True, help="Day on which the requests came to us.")
@click.option("--as", "by", required=True, help="Id of the person who enters them.")
@click.option("--words", "own", type=click.Path(path_type=Path, file_okay=False),
              help="Folder with words of your own, `request-received.LANGUAGE.txt`.")  # fmt: skip
@state_options
def command(
    file: Path, arrived: date, by: str, own: Path | None, folder: Path, database_url: str | None
) -> None:
    """Enter the requests of a FILE: `right` and `email`, or `kind` and `value`; perhaps `person`.

    Bad lines are named by their number. The same file is entered once.
    """
    with opened(folder, database_url) as desk:
        made, findings = enter_list(
            desk.book, file.read_bytes(), file.name, arrived, by=by, at=desk.now(), words=own
        )
    if findings:
        click.echo(as_text(findings, {}), err=True)
    for request in made:
        click.echo(request)
    raise SystemExit(Exit.FINDINGS if findings else Exit.OK)
