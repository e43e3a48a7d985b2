"""The subcommands of `avow worker` at avow's side: codes, revocation, who was heard, the server."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import FrameType

import click
import msgspec
import uvicorn

from avow.app import State, open_state
from avow.engine.evidence.entries import Body, WorkerRevoked
from avow.engine.keys.enrolment import LIFE, make_code
from avow.engine.planner.refusals import PlannerError
from avow.faces.cli.desk import Desk, opened, state_options
from avow.faces.cli.opened import json_option
from avow.faces.cli.render_workers import worker_json, worker_lines
from avow.faces.web.application import LOCAL_HOSTS
from avow.faces.web.worker.application import worker_app
from avow.faces.web.worker.bell import Bell
from avow.faces.web.worker.desk import WorkerDesk

GRACE = 2
"""Seconds that questions which are held open get when the server ends."""


@click.command()
@click.argument("system")
@click.option("--by", "person", required=True, help="Id of the declared person who lets it in.")
@json_option
@state_options
def enrol(
    system: str, person: str, folder: Path, database_url: str | None, *, is_json: bool
) -> None:
    """Print a code with which one worker of SYSTEM can be enrolled, once and soon.

    A worker that is enrolled takes the place of the one before.
    """
    with opened(folder, database_url) as desk:
        _known(desk, system, person)
        code = make_code(desk.state.store, desk.state.ring, system, person, desk.now())
    minutes = LIFE.seconds // 60
    if is_json:
        click.echo(msgspec.json.encode({"code": str(code), "minutes": minutes}).decode())
        return
    click.echo(str(code))
    click.echo(f"for one worker of `{system}`, within {minutes} minutes:", err=True)
    click.echo(f"avow worker --system {system} --enrol CODE --at ADDRESS", err=True)


@click.command()
@click.argument("system")
@click.option("--by", "person", required=True, help="Id of the declared person who revokes it.")
@state_options
def revoke(system: str, person: str, folder: Path, database_url: str | None) -> None:
    """Let the worker of SYSTEM speak no more; what it has open is undone."""
    with opened(folder, database_url) as desk:
        _known(desk, None, person)
        store, at = desk.state.store, desk.now()
        store.run("worker_code_end", system=system)
        gone = store.run("worker_retire", system=system, by=person, at=at)
        for row in gone:
            desk.note(WorkerRevoked(worker=row["id"], system=system, by=person), at)
            click.echo(f"{row['id']}: revoked")
    if not gone:
        raise PlannerError(
            f"no worker is enrolled for `{system}`",
            help="`avow worker list` names those that are",
            code="AV587",
        )


@click.command("list")
@json_option
@state_options
def listed(folder: Path, database_url: str | None, *, is_json: bool) -> None:
    """Every worker that may speak, and when it was last heard."""
    with open_state(folder, database_url) as state:
        rows = state.store.run("workers")
    if is_json:
        click.echo(msgspec.json.encode([worker_json(row) for row in rows]).decode())
        return
    click.echo("\n".join(worker_lines(rows)) or "no worker is enrolled")


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8401, show_default=True)
@click.option("--address", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--host", "hosts", multiple=True, help="Name it answers to, beside this machine's.")
@click.option("--certificate", type=click.Path(dir_okay=False, exists=True), help="PEM, for TLS.")
@click.option("--key", type=click.Path(dir_okay=False, exists=True), help="The key of it, PEM.")
@state_options
def serve(
    folder: Path,
    database_url: str | None,
    port: int,
    address: str,
    hosts: tuple[str, ...],
    certificate: str | None,
    key: str | None,
) -> None:
    """Answer the workers that dial in, until it is ended with Ctrl-C.

    Nothing of the console is behind this address. Without a certificate, put a proxy with TLS
    before it: workers speak plain http only to their own machine.
    """
    with open_state(folder, database_url) as state:
        desk = desk_of(state)
        config = uvicorn.Config(
            worker_app(desk, hosts=(*LOCAL_HOSTS, *hosts)),
            host=address,
            port=port,
            log_level="warning",
            ssl_certfile=certificate,
            ssl_keyfile=key,
            timeout_graceful_shutdown=GRACE,
        )
        click.echo(f"{'https' if certificate else 'http'}://{address}:{port}")
        with suppress(KeyboardInterrupt):
            _Server(config, desk.bell).run()


class _Server(uvicorn.Server):
    """A server that first sends home who waits, so that it can end at once."""

    def __init__(self, config: uvicorn.Config, bell: Bell) -> None:
        super().__init__(config)
        self._bell = bell

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._bell.end()
        super().handle_exit(sig, frame)


def desk_of(state: State) -> WorkerDesk:
    """Where workers are served, over an open state."""

    def note(body: Body, at: datetime) -> None:
        state.ledger.append([body], at)

    return WorkerDesk(state.store, state.ring, state.clock, note, Bell(state.store))


def _known(desk: Desk, system: str | None, person: str) -> None:
    """Raise PlannerError for a system or a person that nobody declared."""
    if system is not None and system not in desk.declaration.datamap.systems:
        raise PlannerError(f"the declaration in force has no system `{system}`", code="AV423")
    if person not in desk.declaration.people:
        raise PlannerError(
            f"the declaration in force has no person `{person}`",
            because="who lets a worker in answers for it",
            code="AV587",
        )


COMMANDS: Mapping[str, click.Command] = {
    "enrol": enrol,
    "list": listed,
    "revoke": revoke,
    "serve": serve,
}
"""The subcommands by name."""
