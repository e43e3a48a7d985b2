"""Find which controllers a request concerns, and hand it over to one of them."""

from __future__ import annotations

from pathlib import Path

import click

from avow.common.exits import Exit
from avow.duties.requests.acting.handing_over import (
    ByLetter,
    HandOver,
    NotLookedFor,
    hand_over,
    tenants_named,
    tenants_of,
)
from avow.faces.cli.desk import Desk, opened, state_options


@click.command()
@click.argument("request_id", metavar="REQUEST")
@click.option("--item", type=click.IntRange(1), default=1, show_default=True)
@click.option("--to", "tenant", metavar="TENANT", help="Hand over to `tenant:SYSTEM:VALUE`.")
@click.option(
    "--only",
    "is_only",
    is_flag=True,
    help="The item is about the other's data alone; else it goes on for ours.",
)
@click.option("--words", type=click.Path(path_type=Path, exists=True, file_okay=False),
              help="Folder with words of your own for the letter.")  # fmt: skip
@click.option("--by", default="avow", metavar="PERSON", help="Who does this.")
@state_options
def command(
    request_id: str,
    item: int,
    tenant: str | None,
    words: Path | None,
    by: str,
    folder: Path,
    database_url: str | None,
    *,
    is_only: bool,
) -> None:
    """List the tenants that REQUEST concerns, or hand an item over to one of them.

    Only keys of tenants and counts are printed. The controller gets a task, the person a letter
    that says whom to ask. Ends with 1 when something could not be looked into.
    """
    with opened(folder, database_url) as desk:
        if tenant is None:
            raise SystemExit(_listed(desk, request_id))
        domain = desk.declaration.controller.email.rpartition("@")[2]
        if not domain:
            raise click.UsageError("the controller of the declaration has no `email`")
        what = HandOver(request_id, item, tenant, is_only)
        task = hand_over(desk.book, what, ByLetter(domain, words), by=by, at=desk.now())
    click.echo(task)


def _listed(desk: Desk, request: str) -> Exit:
    for who in tenants_named(desk.book, request):
        click.echo(f"{who}: named by the person")
    try:
        found = tenants_of(desk.book, desk.estate, request)
    except NotLookedFor as refused:
        click.echo(str(refused), err=True)
        return Exit.FINDINGS
    for each in found.found:
        click.echo(f"{each.tenant}: person {each.person}, {each.rows} rows")
    for gap in found.gaps:
        click.echo(f"unknown: {gap}")
    return Exit.FINDINGS if found.gaps else Exit.OK
