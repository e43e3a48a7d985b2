"""What the commands about plans share: the opened state, what is in force, who works."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

import click

from avow.app import State, open_state
from avow.common.calendar import local_day
from avow.declaration.model import Declaration
from avow.duties.requests.book import Book
from avow.engine.db.store import Runs
from avow.engine.evidence.entries import Body
from avow.engine.planner.apply import Office
from avow.engine.planner.making import Estate, Memory, noted
from avow.engine.planner.plan import Plan
from avow.engine.planner.release import in_force
from avow.engine.planner.working import Bench
from avow.engine.verifier.remembering import Remembering

Command = TypeVar("Command", bound=Callable[..., object])


def state_options(command: Command) -> Command:
    """The options that say where the state lies."""
    folder = click.option(
        "--state",
        "folder",
        type=click.Path(path_type=Path, file_okay=False),
        default=Path(".avow"),
        envvar="AVOW_STATE",
        show_default=True,
        help="Folder of the state.",
    )
    url = click.option("--database-url", envvar="AVOW_DATABASE_URL", help="Database of the state.")
    return folder(url(command))


@dataclass(frozen=True, slots=True)
class Desk:
    """An opened state with the declaration in force on a day."""

    state: State
    declaration: Declaration
    today: date

    @property
    def office(self) -> Office:
        """Who answers for permission."""
        return Office(self.state.store, self.state.ring, self.declaration, self.today)

    @property
    def estate(self) -> Estate:
        """The systems of the declaration in force."""
        return Estate(self.declaration, os.environ)

    @property
    def memory(self) -> Memory:
        """What is known of persons today."""
        return Memory(self.state.store, self.state.ring, self.declaration, self.today)

    @property
    def book(self) -> Book:
        """The book of requests."""
        return Book(self.state.store, self.state.ring, self.declaration, self.tell)

    @property
    def bench(self) -> Bench:
        """What this process works with."""
        state = self.state
        checker = Remembering(state.store, state.ring, state.clock)
        return Bench(
            self.estate, self.memory, state.clock, state.folder, self.note, self.tell, checker
        )

    def note(self, body: Body, at: datetime) -> None:
        """Write to the ledger."""
        self.state.ledger.append([body], at)

    def tell(self, bodies: Sequence[Body], at: datetime, runs: Runs) -> None:
        """Write a group to the ledger, inside a transaction of the state's database."""
        self.state.ledger.append(bodies, at, runs=runs)

    def note_plan(self, plan: Plan) -> None:
        """Tell the ledger that a plan was made."""
        self.note(noted(plan), self.now())

    def now(self) -> datetime:
        """The instant of the state's clock."""
        return self.state.clock.now()


@contextmanager
def opened(folder: Path, database_url: str | None) -> Iterator[Desk]:
    """The state with the declaration in force. Raises PlannerError AV430 when nothing is."""
    with open_state(folder, database_url) as state:
        declaration = in_force(state.store)
        yield Desk(state, declaration, day_of(state, declaration))


def day_of(state: State, declaration: Declaration) -> date:
    """Today where the controller is."""
    return local_day(state.clock.now(), declaration.controller.zone)
