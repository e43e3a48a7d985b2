"""Who may sign in to the console: make accounts, list them, end them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import msgspec

from avow.app import State, open_state
from avow.engine.accounts import making, sessions
from avow.engine.accounts.known import Accounts
from avow.faces.cli.desk import state_options
from avow.faces.cli.opened import json_option, path_option, sound
from avow.faces.cli.staff import staff


@click.group()
def command() -> None:
    """Who may sign in to the console: declared people, each with an account of their own.

    The first account is made here; from then on nobody reads the console without one.
    """


@contextmanager
def _opened(path: Path, folder: Path, database_url: str | None) -> Iterator[tuple[State, Accounts]]:
    declaration, _ = sound(path)
    with open_state(folder, database_url) as state:
        yield state, staff(state, declaration)


@command.command()
@click.argument("person")
@path_option
@state_options
def add(person: str, path: Path, folder: Path, database_url: str | None) -> None:
    """Make an account for PERSON, or make it anew when their device is lost.

    It prints a secret that works once and for a day. Hand it over yourself; with it they choose a
    password on the page /en/enrol, and nobody else ever sees it.
    """
    with _opened(path, folder, database_url) as (state, accounts):
        secret = making.add(accounts, person, by=making.COMMAND, at=state.clock.now())
    click.echo(f"{person}: open /en/enrol (or /fr/enrol, /nl/enrol) of the console within 24 hours")
    click.echo(f"one-time secret: {secret}")


@command.command()
@click.argument("person")
@path_option
@state_options
def end(person: str, path: Path, folder: Path, database_url: str | None) -> None:
    """End the account of PERSON and every session of it. What they did stays."""
    with _opened(path, folder, database_url) as (state, accounts):
        making.end(accounts, person, by=making.COMMAND, at=state.clock.now())
    click.echo(f"{person}: ended")


@command.command("sign-out")
@click.argument("person")
@path_option
@state_options
def sign_out(person: str, path: Path, folder: Path, database_url: str | None) -> None:
    """Sign PERSON out everywhere; the account stays."""
    with _opened(path, folder, database_url) as (state, accounts):
        sessions.end_all(accounts, person, by=making.COMMAND, at=state.clock.now())
    click.echo(f"{person}: signed out")


@command.command("list")
@json_option
@path_option
@state_options
def list_(path: Path, folder: Path, database_url: str | None, *, is_json: bool) -> None:
    """List the accounts: roles, whether enrolled, sessions, recovery codes that are left."""
    with _opened(path, folder, database_url) as (state, accounts):
        rows = state.store.run("accounts_listed")
        found = [
            {
                "person": row["person"],
                "roles": sorted(accounts.roles(row["person"])),
                "state": "ended"
                if row["ended_at"]
                else "enrolled"
                if row["enrolled_at"]
                else "waits for its person",
                "sessions": row["sessions"],
                "recovery": row["recovery"],
            }
            for row in rows
        ]
    if is_json:
        click.echo(msgspec.json.format(msgspec.json.encode(found)))
        return
    for each in found:
        roles = ", ".join(each["roles"]) or "no role any more"
        click.echo(f"{each['person']}: {each['state']}, {roles}, {each['sessions']} sessions")
    if not found:
        click.echo("nobody has an account: the console is for this machine only")
