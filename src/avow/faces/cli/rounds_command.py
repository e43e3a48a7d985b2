"""Do the rounds: look, send, forget, each once per period, without anybody's asking."""

from __future__ import annotations

import signal
from pathlib import Path
from threading import Event
from types import FrameType

import click
from rich.console import Console
from rich.table import Table

from avow.app import State, open_state
from avow.common.exits import Exit
from avow.faces.cli.desk import state_options
from avow.faces.cli.rounds import rounds_of
from avow.faces.rounds.turning import keep_turning, turn_all


@click.command()
@click.option("--once", "is_once", is_flag=True, help="Do what is due and end; for a timer.")
@click.option("--keep", "is_kept", is_flag=True, help="Go on until Ctrl-C.")
@state_options
def command(folder: Path, database_url: str | None, *, is_once: bool, is_kept: bool) -> None:
    """Show when each round was last done; with --once or --keep, do what is due.

    `avow serve` does them too, unless --no-rounds is said. On several machines with one database
    each round is done by one of them at a time.
    """
    with open_state(folder, database_url) as state:
        if is_kept:
            _kept(state)
        failed = is_once and _once(state)
        if not is_once and not is_kept:
            _show(state)
    raise SystemExit(Exit.FINDINGS if failed else Exit.OK)


def _once(state: State) -> bool:
    """Do what is due; says whether a round failed."""
    done = turn_all(state.store, state.clock, rounds_of(state))
    for each in done:
        click.echo(f"{each.name}: {each.said or f'failed, {each.code}'}")
    if not done:
        click.echo("nothing is due")
    return any(each.code for each in done)


def _kept(state: State) -> None:
    ended = Event()

    def end(number: int, frame: FrameType | None) -> None:
        del number, frame
        ended.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    keep_turning(state.store, state.clock, lambda: rounds_of(state), ended)


def _show(state: State) -> None:
    table = Table("round", "every", "last done", "said", "failures")
    known = {row["name"]: row for row in state.store.run("rounds")}
    for each in rounds_of(state):
        row = known.get(each.name)
        at = f"{row['done_at']:%Y-%m-%d %H:%M} UTC" if row and row["done_at"] else "never"
        failures = f"{row['failures']} ({row['code']})" if row and row["failures"] else ""
        table.add_row(each.name, str(each.every), at, row["said"] if row else "", failures)
    Console().print(table)
