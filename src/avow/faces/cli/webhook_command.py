"""Tell programs elsewhere what happens: register addresses, list them, end them."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from avow.app import open_state
from avow.faces.cli.desk import state_options
from avow.faces.rounds import webhooks


@click.group()
def command() -> None:
    """Tell programs elsewhere what happens: ids and names of steps, signed, nobody's data."""


@command.command()
@click.argument("url")
@click.option("--kind", "kinds", multiple=True, type=click.Choice(webhooks.KINDS),
              default=["request-step"], show_default=True)  # fmt: skip
@click.option("--as", "by", required=True, help="Id of who registers it.")
@state_options
def add(url: str, kinds: tuple[str, ...], by: str, folder: Path, database_url: str | None) -> None:
    """Register URL. The secret its messages are signed with is printed once."""
    with open_state(folder, database_url) as state:
        store, ring, now = state.store, state.ring, state.clock.now()
        name, secret = webhooks.register(store, ring, url, kinds, by=by, at=now)
    click.echo(f"{name}: told of {', '.join(kinds)} from now on, by the round `webhooks`")
    click.echo(secret.reveal())


@command.command("list")
@state_options
def list_(folder: Path, database_url: str | None) -> None:
    """List the addresses, and how often each has refused in a row."""
    with open_state(folder, database_url) as state:
        rows = state.store.run("webhooks")
    table = Table("webhook", "address", "told of", "refused")
    for row in rows:
        state_ = "ended" if row["ended_at"] else str(row["failures"])
        table.add_row(row["id"], row["url"], " ".join(row["kinds"]), state_)
    Console().print(table)


@command.command()
@click.argument("webhook")
@state_options
def end(webhook: str, folder: Path, database_url: str | None) -> None:
    """Tell WEBHOOK (its id) nothing any more."""
    with open_state(folder, database_url) as state:
        webhooks.end(state.store, webhook, state.clock.now())
    click.echo(f"{webhook}: ended")
