"""A stage on which an example is played: a state of its own, a clock that is moved, a console."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import psycopg
from psycopg import sql
from rich.console import Console

from avow.app import State, open_state
from avow.common.calendar import local_day
from avow.common.clock import SetClock
from avow.common.errors import StateError
from avow.declaration.load import Loaded, load
from avow.engine.db.launcher import embedded, url
from avow.engine.db.store import Runs
from avow.engine.evidence.entries import Body
from avow.faces.cli.desk import Desk

MARK = "played"
"""A file that says a state was made by an example, so that the next play may make it anew."""
ENVIRONMENT = "environment"
"""A file with the addresses of the example's systems, to be read by a shell."""


@dataclass
class Stage:
    """Where an example is played. `started` is the first simulated day, `now` the real instant.

    Everything lies in `folder`; the state is dropped by removing it.
    """

    folder: Path
    console: Console
    now: datetime
    scale: float
    seed: int
    days: int = 14
    clock: SetClock = field(init=False)
    url: str = field(init=False, default="")
    _state: State | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.clock = SetClock(self.now - timedelta(days=self.days - 1))

    @property
    def state(self) -> State:
        """The opened state."""
        if self._state is None:
            raise StateError("the stage is not open")
        return self._state

    @property
    def declaration_folder(self) -> Path:
        """The example's own copy of the declaration, in which signatures are written."""
        return self.folder / "declaration"

    def today(self, zone: str) -> date:
        """The simulated day where the controller is."""
        return local_day(self.clock.now(), zone)

    def clear(self) -> None:
        """Remove what an earlier play left.

        Raises:
            StateError: AV866, the folder holds a state that no example made.
        """
        if not self.folder.exists():
            return
        if not (self.folder / MARK).exists():
            raise StateError(
                f"`{self.folder}` holds a state that is not an example's",
                because="it would be made anew, and what it remembers lost",
                help="name another folder with `--state`",
                code="AV866",
            )
        shutil.rmtree(self.folder)  # a database that lies elsewhere is replaced at the next start

    @contextmanager
    def opened(self) -> Iterator[None]:
        """The stage with its state, in a PostgreSQL of its own; ended when the block ends."""
        self.folder.mkdir(parents=True)
        (self.folder / MARK).touch()
        with (
            embedded(self.folder) as self.url,
            open_state(self.folder, self.url, clock=self.clock) as self._state,
        ):
            yield

    def database(self, name: str) -> str:
        """A new database beside the state's own: its address."""
        with psycopg.connect(self.url, autocommit=True) as owner:
            owner.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            directories = owner.execute("SHOW unix_socket_directories").fetchone()
        if directories is None:
            raise StateError("the server does not say where it listens")
        return url(Path(directories[0]), name)

    def addresses(self, found: Mapping[str, str]) -> None:
        """Set the addresses of the example's systems, here and for a shell."""
        os.environ.update(found)
        lines = "".join(f"export {name}='{value}'\n" for name, value in found.items())
        file = self.folder / ENVIRONMENT
        file.write_text(lines, encoding="utf-8")
        file.chmod(0o600)

    def take(self, folder: Path) -> Loaded:
        """Copy a declaration onto the stage and load it."""
        shutil.copytree(folder, self.declaration_folder)
        return load(self.declaration_folder)

    def desk(self, loaded: Loaded) -> Desk:
        """The desk of whoever works with the declaration today."""
        declaration = loaded.whole
        return _SimulatedDesk(self.state, declaration, self.today(declaration.controller.zone))


@dataclass(frozen=True, slots=True)
class _SimulatedDesk(Desk):
    """A desk whose entries in the ledger are marked simulated."""

    def note(self, body: Body, at: datetime) -> None:
        """Write to the ledger, marked as simulated."""
        self.state.ledger.append([body], at, simulated=True)

    def tell(self, bodies: Sequence[Body], at: datetime, runs: Runs) -> None:
        """Write a group to the ledger, marked as simulated."""
        self.state.ledger.append(bodies, at, simulated=True, runs=runs)
