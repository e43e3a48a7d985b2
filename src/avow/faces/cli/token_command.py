"""Let programs in: make tokens with scopes, list them, end them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from avow.app import open_state
from avow.engine.accounts import tokens
from avow.engine.accounts.tokens import Scope
from avow.faces.cli.desk import state_options


@click.group()
def command() -> None:
    """Let programs in to the interface under /api, by tokens with scopes and an end."""


@command.command()
@click.argument("label")
@click.option("--scope", "scopes", multiple=True, type=click.Choice([str(s) for s in Scope]))
@click.option("--days", type=click.IntRange(1, 366), default=90, show_default=True)
@click.option("--as", "by", required=True, help="Id of who makes it.")
@state_options
def add(
    label: str, scopes: tuple[str, ...], days: int, by: str, folder: Path, database_url: str | None
) -> None:
    """Make a token for the program LABEL. It is printed once and kept nowhere."""
    with open_state(folder, database_url) as state:
        wanted = [Scope(scope) for scope in scopes]
        life, now = timedelta(days=days), state.clock.now()
        name, token = tokens.make(state.store, label, wanted, by=by, at=now, life=life)
    click.echo(f"{name}: until {now + life:%Y-%m-%d}")
    click.echo(token.reveal())


@command.command("list")
@state_options
def list_(folder: Path, database_url: str | None) -> None:
    """List the tokens: who made them, until when, when they were last used."""
    with open_state(folder, database_url) as state:
        rows = state.store.run("tokens")
    table = Table("token", "program", "may", "made by", "until", "last used")
    for row in rows:
        until = "ended" if row["ended_at"] else f"{row['ends_at']:%Y-%m-%d}"
        used = str(row["used_on"] or "never")
        table.add_row(row["id"], row["label"], " ".join(row["scopes"]), row["made_by"], until, used)
    Console().print(table)


@command.command()
@click.argument("token")
@state_options
def end(token: str, folder: Path, database_url: str | None) -> None:
    """End TOKEN (its id): it lets nobody in any more."""
    with open_state(folder, database_url) as state:
        tokens.end(state.store, token, state.clock.now())
    click.echo(f"{token}: ended")
