"""Show the console: the status of all promises in a browser."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from threading import Event, Thread

import click
import uvicorn
from litestar import Litestar

from avow.app import State, open_state
from avow.common.calendar import local_day
from avow.declaration.model import Declaration
from avow.duties.assurance.standing import Standing
from avow.duties.requests.book import Book
from avow.duties.requests.delivering.links import Post
from avow.engine.accounts.known import AccountError, Accounts
from avow.engine.evidence.entries import Body
from avow.engine.planner.release import in_force
from avow.engine.planner.working import Bench
from avow.faces.cli.configuration import configuration
from avow.faces.cli.desk import Desk, day_of
from avow.faces.cli.opened import path_argument, sound
from avow.faces.cli.render_findings import as_text
from avow.faces.cli.rounds import rounds_of
from avow.faces.cli.staff import staff
from avow.faces.cli.task_rounds import ADDRESS
from avow.faces.rounds.turning import Round, keep_turning
from avow.faces.web.api.application import api_app
from avow.faces.web.api.desk import ApiDesk
from avow.faces.web.application import LOCAL_HOSTS, asked_app, public_app, web_app
from avow.faces.web.asked.desk import AskedDesk
from avow.faces.web.engine import EngineSource
from avow.faces.web.health import watched
from avow.faces.web.portal.make import PortalDesk
from avow.faces.web.public.desk import PublicDesk
from avow.faces.web.signin.desk import StaffDesk


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
    "--no-rounds",
    "is_alone",
    is_flag=True,
    help="Do no rounds here; `avow rounds --keep` does them elsewhere.",
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
    is_alone: bool,
) -> None:
    """Show the console for the declaration in PATH, until it is ended with Ctrl-C.

    Before anybody has an account it answers this machine only, to whoever sits there; make the
    first with `avow account add`. Sessions need https on every other address: put a proxy with a
    certificate before it. Give those who are asked on one-time pages an address of their own with
    --only-asked, and the published notice one with --only-public.
    """
    if is_only_asked and is_only_public:
        raise click.UsageError("say --only-asked or --only-public, and serve each by itself")
    shown = Shown.ASKED if is_only_asked else Shown.PUBLIC if is_only_public else Shown.ALL
    served(path, folder, database_url, port, address, hosts, shown=shown, does_rounds=not is_alone)


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
    does_rounds: bool = False,
) -> None:
    """Serve the pages of a declaration until Ctrl-C, and do the rounds beside them."""
    declaration, _ = sound(path)
    with open_state(folder, database_url) as state:
        if shown is Shown.ALL:
            refuse_strangers(address, staff(state, declaration))
        if does_rounds:
            said = configuration(declaration, os.environ)
            click.echo(as_text(said, {}), nl=bool(said), err=True)
        app = app_of(shown, declaration, state, (*LOCAL_HOSTS, *hosts))
        gc.collect()
        gc.freeze()  # modules and declaration stay: looking through them again would stop a page
        click.echo(f"http://{address}:{port}")
        with turning(state, does_rounds=does_rounds):
            api = api_of(declaration, state) if shown is Shown.ALL else None
            beside = watched(app, state.store, state.clock, api)
            uvicorn.run(beside, host=address, port=port, log_level="warning")


@contextmanager
def turning(state: State, *, does_rounds: bool) -> Iterator[None]:
    """Do the rounds in a thread of their own until the block ends; a round that runs is waited
    for, since it may hold a system open."""
    ended = Event()

    def rounds() -> tuple[Round, ...]:
        return rounds_of(state) if does_rounds else ()

    beside = Thread(target=keep_turning, args=(state.store, state.clock, rounds, ended))
    beside.start()
    try:
        yield
    finally:
        ended.set()
        beside.join()


def refuse_strangers(address: str, accounts: Accounts) -> None:
    """Refuse to show the console to other machines before anybody has an account.

    Raises:
        AccountError: AV904.
    """
    if not _is_this_machine(address) and not accounts.exist():
        raise AccountError(
            f"the console is not shown on `{address}`",
            because="nobody has an account, so whoever reaches it would read everything",
            help="`avow account add PERSON`, or listen on 127.0.0.1",
            code="AV904",
        )


def _is_this_machine(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"


def app_of(shown: Shown, declaration: Declaration, state: State, known: Iterable[str]) -> Litestar:
    """The pages that are asked for, over an open state."""
    public = PublicDesk(state.store, state.clock, declaration.controller)
    portal = portal_desk_of(state)
    if shown is Shown.PUBLIC:
        return public_app(public, hosts=known, portal=portal)
    accounts = staff(state, declaration)
    source = source_of(declaration, state, accounts)
    desk = desk_of(source, declaration, state)
    if shown is Shown.ASKED:
        return asked_app(desk, hosts=known)
    room = staff_desk_of(declaration, state, accounts)
    return web_app(source, hosts=known, asked=desk, public=public, staff=room, portal=portal)


def staff_desk_of(declaration: Declaration, state: State, accounts: Accounts) -> StaffDesk:
    """What the pages of staff work with, over an open state."""
    desk = Desk(state, declaration, day_of(state, declaration))

    def tools() -> Bench:
        return Desk(state, declaration, day_of(state, declaration)).bench

    post = _post(declaration)
    return StaffDesk(accounts, desk.book, state.clock, desk.estate, state.ledger, post, tools)


def _post(declaration: Declaration) -> Post | None:
    """How links to answers go: where the pages are, and whom the letters are from."""
    base, domain = os.environ.get(ADDRESS, ""), declaration.controller.email.rpartition("@")[2]
    return Post(base, domain) if base and domain else None


def portal_desk_of(state: State) -> PortalDesk:
    """What the form of persons works with, over an open state."""
    return PortalDesk(lambda: book_in_force(state), state.clock)


def book_in_force(state: State) -> Book:
    """The book of requests under what is in force now."""
    now = in_force(state.store)
    return Desk(state, now, local_day(state.clock.now(), now.controller.zone)).book


def api_of(declaration: Declaration, state: State) -> Litestar:
    """The interface for programs, over an open state: what is in force is read anew each time."""

    def book() -> Book:
        return book_in_force(state)

    return api_app(ApiDesk(book, Standing(declaration, state.store, state.clock), state.clock))


def source_of(
    declaration: Declaration, state: State, accounts: Accounts | None = None
) -> EngineSource:
    """The console's source over an open state."""

    def note(body: Body, at: datetime) -> None:
        state.ledger.append([body], at)

    return EngineSource(Standing(declaration, state.store, state.clock), note, accounts)


def desk_of(source: EngineSource, declaration: Declaration, state: State) -> AskedDesk:
    """What one-time pages work with, over an open state."""
    zone = declaration.controller.zone
    return AskedDesk(
        state.store, state.ring, state.clock, source.note, source.house(), zone, source.text,
        os.environ, tell=lambda bodies, at, runs: state.ledger.append(bodies, at, runs=runs),
    )  # fmt: skip
