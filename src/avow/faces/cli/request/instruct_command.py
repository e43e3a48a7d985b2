"""Enter what a controller instructs us to do with its data, or print the log of instructions."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.table import Table

from avow.duties.requests.processor.instructed import restored as brought_back
from avow.duties.requests.tasks.instructing import Instruction, Instructs, instruct, log_of
from avow.faces.cli.desk import Desk, opened, state_options


@click.command()
@click.argument("tenant", metavar="[TENANT]", required=False)
@click.argument("what", type=click.Choice([str(each) for each in Instructs]), required=False)
@click.option("--words", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="File with the instruction as it was written.")  # fmt: skip
@click.option(
    "--restored",
    metavar="SYSTEM",
    help="A backup of this system was restored: what was removed since is removed again.",
)
@click.option("--since", type=click.DateTime(), help="When that backup was taken.")
@click.option("--by", default="avow", metavar="PERSON", help="Who enters it.")
@state_options
def command(
    tenant: str | None,
    what: str | None,
    words: Path | None,
    restored: str | None,
    since: datetime | None,
    by: str,
    folder: Path,
    database_url: str | None,
) -> None:
    """Enter an instruction of TENANT (`tenant:SYSTEM:VALUE`), or print the log of instructions.

    Nothing is done before its registered contact confirmed it: `avow request tasks --send`. Then
    `avow request carry-out` plans it, or says that it is held to be unlawful. With --restored, each
    instruction that removed rows of SYSTEM after its backup was taken waits to be planned anew.
    """
    with opened(folder, database_url) as desk:
        if restored is not None:
            _restored(desk, restored, since, by)
            return
        if tenant is not None:
            if what is None or words is None:
                raise click.UsageError("say what is instructed, and give its words with --words")
            now = desk.now()
            said = Instruction(tenant, Instructs(what), now, words.read_bytes())
            click.echo(instruct(desk.book, said, by=by, at=now))
            return
        table = Table("instruction", "tenant", "what", "arrived", "due", "is", "plan")
        for each in log_of(desk.book):
            table.add_row(
                each.id, each.tenant, each.what, f"{each.arrived:%Y-%m-%d}", str(each.due),
                each.state, each.plan or "",
            )  # fmt: skip
        Console().print(table)


def _restored(desk: Desk, system: str, since: datetime | None, by: str) -> None:
    if since is None or system not in desk.declaration.datamap.systems:
        raise click.UsageError("name a system of the data map, and --since when was its backup")
    taken = since.replace(tzinfo=ZoneInfo(desk.book.zone))
    again = brought_back(desk.book, system, taken, by=by, at=desk.now())
    for name in again:
        click.echo(f"{name}: plan it again")
    click.echo(f"{len(again)} instructions removed rows there since", err=True)
