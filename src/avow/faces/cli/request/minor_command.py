"""Ask the erasure of a minor who was found where only adults may be."""

from __future__ import annotations

from pathlib import Path

import click

from avow.duties.requests.identity.minors import minor_found
from avow.faces.cli.desk import opened, state_options
from avow.faces.cli.entered_by_hand import person

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.option("--who", "whom", type=FILE, required=True,
              help="JSON file: name, email, postal, language, identities.")  # fmt: skip
@click.option("--text", type=FILE, required=True, help="File that says how it was found.")
@click.option("--as", "by", required=True, help="Id of who found it.")
@state_options
def command(whom: Path, text: Path, by: str, folder: Path, database_url: str | None) -> None:
    """Open the erasure of a minor: a request that we make ourselves, with term and two approvals.

    Go on with `avow request rows`, `decide` and `erase`. Close the account where it signs in.
    """
    found = person(whom)
    with opened(folder, database_url) as desk:
        language = found.language or desk.declaration.languages[0]
        how = text.read_bytes()
        done = minor_found(desk.book, found, how, language=language, by=by, at=desk.now())
    click.echo(done.id)
