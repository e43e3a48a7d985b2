"""Speak to a system from its owner's side: run a worker, enrol one, see when it was heard."""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, date
from pathlib import Path
from types import FrameType

import click

from avow.common.clock import SystemClock
from avow.faces.worker.enrolling import enrol as register
from avow.faces.worker.identity import read_identity
from avow.faces.worker.serving import Serving, spoken
from avow.faces.worker.setting import EXAMPLE, Home, read_setting


class WithAvow(click.Group):
    """A group whose subcommands are those at avow's side. They are loaded when one is asked for,
    as the worker itself needs nothing of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names."""
        del ctx
        return sorted(_at_avow())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One of them; None for another name."""
        del ctx
        return _at_avow().get(cmd_name)


def _at_avow() -> Mapping[str, click.Command]:
    from avow.faces.cli.worker_at_avow import COMMANDS  # noqa: PLC0415 (loads planner and server)

    return COMMANDS


@click.group(cls=WithAvow, invoke_without_command=True)
@click.option("--system", help="The system that this worker speaks for.")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(".avow-worker"),
    envvar="AVOW_WORKER",
    show_default=True,
    help="Folder of the worker: what its owner wrote, and its key.",
)
@click.option("--enrol", "code", help="Register with this code of `avow worker enrol`.")
@click.option("--at", "address", help="With --enrol: where `avow worker serve` is reached.")
@click.option("--stop", "is_stop", is_flag=True, help="Open nothing and begin no batch any more.")
@click.option("--example", "is_example", is_flag=True, help="Print the file that the owner writes.")
@click.pass_context
def command(
    ctx: click.Context,
    folder: Path,
    system: str | None,
    code: str | None,
    address: str | None,
    *,
    is_stop: bool,
    is_example: bool,
) -> None:
    """Run the worker of one system where its owner wants it, until it is ended.

    It dials out only, reads its address and its limits from a file of its own, and needs neither
    avow's database nor the declaration.
    """
    if ctx.invoked_subcommand is not None:
        return
    if system is None:
        raise click.UsageError("say which system with --system")
    home = Home(folder, system)
    if is_example:
        click.echo(EXAMPLE.format(system=system), nl=False)
    elif is_stop:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        home.stop.touch()
        click.echo(f"stopped by {home.stop}; remove the file to release it")
    elif code is not None:
        if address is None:
            raise click.UsageError("say where avow is with --at")
        read_setting(home)
        click.echo(f"{register(home, code, address).worker}: enrolled for {system}")
    else:
        run(home)


def run(home: Home) -> None:
    """Serve until a signal ends it. What is open then is undone by the database."""
    setting, identity = read_setting(home), read_identity(home)
    spoken(setting)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    serving = Serving(home, setting, identity, _number, _today)
    click.echo(f"{identity.worker}: {setting.access} on {setting.system}, by {identity.at}")

    def ended(number: int, frame: FrameType | None) -> None:
        del number, frame
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, ended)
    with suppress(KeyboardInterrupt):
        serving.run()


def _number() -> int:
    return time.time_ns() // 1000


def _today() -> date:
    return SystemClock().now().astimezone(UTC).date()
