"""Place, list and release holds: legal reasons that forbid erasing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click
import msgspec
from rich.console import Console

from avow.common.masked import Masked
from avow.engine.facts.standing import Who, row
from avow.engine.planner import hold
from avow.faces.cli.desk import opened, state_options
from avow.faces.cli.opened import Day, json_option


@click.group()
def command() -> None:
    """Place, list and release holds."""


@command.command()
@click.option("--system", help="System of the row.")
@click.option("--dataset", help="Dataset of the row.")
@click.option("--key", "keys", multiple=True, help="Key of the row; once per column of the key.")
@click.option("--identity", "identities", multiple=True, metavar="KIND=VALUE", help="A person.")
@click.option("--reason", required=True, help="A short word: litigation, audit, authority-request.")
@click.option("--law", required=True, help="The law or the decision it rests on.")
@click.option(
    "--until", "review_on", type=Day(), required=True, help="Looked at again on this day."
)
@click.option("--as", "person", required=True, help="Id of who places it.")
@state_options
def add(
    system: str | None,
    dataset: str | None,
    keys: tuple[str, ...],
    identities: tuple[str, ...],
    reason: str,
    law: str,
    review_on: date,
    person: str,
    folder: Path,
    database_url: str | None,
) -> None:
    """Place a hold, and wait until it is effective."""
    about = list(_about(system, dataset, keys, identities))
    with opened(folder, database_url) as desk:
        why = hold.Reason(reason, law, review_on)
        state = desk.state
        name = hold.place(
            state.store, state.ring, about, why, by=person, at=desk.now(), note=desk.note
        )
        with Console(stderr=True).status("waiting for the batches that are going on"):
            since = hold.wait(state.store, name, state.clock, time.sleep)
        out = state.store.run("scripts_out", day=desk.today)
    click.echo(f"{name}: effective since {since:%Y-%m-%d %H:%M:%S} UTC")
    for each in out:
        # Nobody can call back a text that lies with somebody else.
        click.echo(
            f"{each['plan']}: the owner of `{each['system']}` may run its script until "
            f"{each['valid_until']}, and it does not know of this hold: tell them",
            err=True,
        )


def _about(
    system: str | None, dataset: str | None, keys: tuple[str, ...], identities: tuple[str, ...]
) -> Iterator[Who]:
    if system and dataset and keys:
        yield row(system, dataset, keys)
    elif system or dataset or keys:
        raise click.UsageError("a row needs --system, --dataset and --key")
    for each in identities:
        kind, _, value = each.partition("=")
        if not value:
            # The text is not repeated: it may be somebody's address.
            raise click.UsageError("an identity is KIND=VALUE")
        yield Who(kind, Masked(value))


@command.command("release")
@click.argument("name")
@click.option("--as", "person", required=True, help="Id of who releases it.")
@state_options
def release_hold(name: str, person: str, folder: Path, database_url: str | None) -> None:
    """Release the hold NAME, and forget whom it was about."""
    with opened(folder, database_url) as desk:
        hold.release(desk.state.store, name, by=person, at=desk.now(), note=desk.note)
    click.echo(f"{name}: released")


@command.command("list")
@json_option
@state_options
def listed(folder: Path, database_url: str | None, *, is_json: bool) -> None:
    """Show the holds that stand; whom they are about is not said."""
    with opened(folder, database_url) as desk:
        rows = hold.standing(desk.state.store)
    names = ("id", "reason", "law", "placed_by", "placed_at", "effective_at", "review_on")
    found = [{name: each[name] for name in names} for each in rows]
    if is_json:
        click.echo(msgspec.json.format(msgspec.json.encode(found)))
        return
    for each in found:
        click.echo(f"{each['id']}  {each['reason']}  {each['law']}  until {each['review_on']}")
