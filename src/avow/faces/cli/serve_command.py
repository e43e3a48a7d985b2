"""Show the console: the status of all promises in a browser."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import click
import uvicorn
from litestar import Litestar

from avow.app import State, open_state
from avow.declaration.model import Declaration
from avow.duties.assurance.standing import Standing
from avow.engine.evidence.entries import Body
from avow.faces.cli.opened import path_argument, sound
from avow.faces.web.application import LOCAL_HOSTS, asked_app, public_app, web_app
from avow.faces.web.asked.desk import AskedDesk
from avow.faces.web.engine import EngineSource
from avow.faces.web.public.desk import PublicDesk


@click.command()
@path_argument
@click.option("--port", type=click.IntRange(1, 65535), default=8400, show_default=True)
@click.option("--address", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--host",
    "hosts",
    multiple=True,
    help="Name it answers to, beside those of this machine; as often as there are names.",
)
@click.option(
    "--only-asked",
    "is_only_asked",
    is_flag=True,
    help="Show one-time pages and no console; for an address that others reach.",
)
@click.option(
    "--only-public",
    "is_only_public",
    is_flag=True,
    help="Show the published notice and its archive and no console; for everybody.",
)
@click.option(
    "--state",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(".avow"),
    envvar="AVOW_STATE",
    show_default=True,
    help="Folder of the state.",
)
@click.option("--database-url", envvar="AVOW_DATABASE_URL", help="Database of the state.")
def command(
    path: Path,
    folder: Path,
    database_url: str | None,
    *,
    address: str,
    port: int,
    hosts: tuple[str, ...],
    is_only_asked: bool,
    is_only_public: bool,
) -> None:
    """Show the console for the declaration in PATH, until it is ended with Ctrl-C.

    It has no accounts: whoever reaches the address reads it and may press stop. Put it behind
    a proxy that asks who is there before you listen on anything but this machine, and give those
    who are asked on one-time pages an address of their own with --only-asked, and the published
    notice one with --only-public.
    """
    if is_only_asked and is_only_public:
        raise click.UsageError("say --only-asked or --only-public, and serve each by itself")
    shown = Shown.ASKED if is_only_asked else Shown.PUBLIC if is_only_public else Shown.ALL
    served(path, folder, database_url, port, address, hosts, shown=shown)


class Shown(StrEnum):
    """Which pages are served."""

    ALL = "all"
    ASKED = "asked"
    PUBLIC = "public"


def served(
    path: Path,
    folder: Path,
    database_url: str | None,
    port: int,
    address: str = "127.0.0.1",
    hosts: tuple[str, ...] = (),
    *,
    shown: Shown = Shown.ALL,
) -> None:
    """Serve the pages of a declaration until Ctrl-C."""
    declaration, _ = sound(path)
    with open_state(folder, database_url) as state:
        app = app_of(shown, declaration, state, (*LOCAL_HOSTS, *hosts))
        gc.collect()
        gc.freeze()  # modules and declaration stay: looking through them again would stop a page
        click.echo(f"http://{address}:{port}")
        uvicorn.run(app, host=address, port=port, log_level="warning")


def app_of(shown: Shown, declaration: Declaration, state: State, known: Iterable[str]) -> Litestar:
    """The pages that are asked for, over an open state."""
    public = PublicDesk(state.store, state.clock, declaration.controller)
    if shown is Shown.PUBLIC:
        return public_app(public, hosts=known)
    source = source_of(declaration, state)
    desk = desk_of(source, declaration, state)
    if shown is Shown.ASKED:
        return asked_app(desk, hosts=known)
    return web_app(source, hosts=known, asked=desk, public=public)


def source_of(declaration: Declaration, state: State) -> EngineSource:
    """The console's source over an open state."""

    def note(body: Body, at: datetime) -> None:
        state.ledger.append([body], at)

    return EngineSource(Standing(declaration, state.store, state.clock), note)


def desk_of(source: EngineSource, declaration: Declaration, state: State) -> AskedDesk:
    """What one-time pages work with, over an open state."""
    zone = declaration.controller.zone
    return AskedDesk(
        state.store, state.ring, state.clock, source.note, source.house(), zone, source.text,
        os.environ,
    )  # fmt: skip
