"""The part of `avow map` that asks a named person on a one-time page, and takes answers up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from avow.app import State, open_state
from avow.common.calendar import local_day
from avow.common.errors import AvowError
from avow.declaration.loading.nodes import meant
from avow.declaration.model import Declaration
from avow.duties.discovery.triage import memory
from avow.duties.discovery.triage.answering import Standpoint
from avow.duties.discovery.triage.inviting import (
    content_of,
    left_to,
    noted,
    questions_for,
    read_answer,
    read_questions,
    taken_up,
)
from avow.engine.evidence.invitations import (
    Invitation,
    Kind,
    Wanted,
    answered,
    arrived,
    take,
)
from avow.faces.cli.inviting import Asking, Invited, invited


@dataclass(frozen=True, slots=True)
class Arrived:
    """Answers of one-time pages that were taken up, and what is told of them. `close` says to the
    state that they are in the file now."""

    standpoint: Standpoint
    invitations: tuple[Invitation, ...] = ()
    lines: tuple[str, ...] = ()

    def close(self, state: State) -> None:
        """The answers are written down: they are not taken up again."""
        for each in self.invitations:
            take(state.store, each, state.clock.now())


def is_waiting(standpoint: Standpoint) -> bool:
    """Whether questions stand on a one-time page whose answers may have arrived."""
    asked = memory.State.ASKED
    return any(r.invitation and r.state is asked for r in standpoint.known.values())


@contextmanager
def state_if_there(folder: Path, database_url: str | None) -> Iterator[State | None]:
    """The state where there is one; asking for answers makes none."""
    if not database_url and not folder.exists():
        click.echo(
            f"answers on one-time pages were not looked for: there is no state in `{folder}`",
            err=True,
        )
        yield None
        return
    with open_state(folder, database_url) as state:
        yield state


def taken(standpoint: Standpoint, state: State, declaration: Declaration) -> Arrived:
    """Take up what was answered about the system. Raises ChangedInvitation (AV547)."""
    found = arrived(state.store, state.ring, Kind.MAP, standpoint.signals.system)
    lines: list[str] = []
    for each in found:
        said = answered(state.store, state.ring, each)
        sent = each.sent_at or state.clock.now()
        came = taken_up(
            standpoint,
            read_questions(each.content),
            {number: read_answer(answer) for number, answer in said.items()},
            local_day(sent, declaration.controller.zone),
        )
        standpoint = came.standpoint
        lines += (*came.lines, *came.refused)
    return Arrived(standpoint, tuple(found), tuple(lines))


def asked_on_page(
    standpoint: Standpoint, state: State, declaration: Declaration, asking: Asking
) -> tuple[Standpoint, Invited]:
    """Put the open questions to a person on a one-time page.

    Raises:
        AvowError: nobody of the declaration has that id (AV543); nothing is open (AV546).
    """
    people = declaration.people
    if asking.person not in people:
        raise AvowError(
            f"`{asking.person}` is nobody of this declaration, and cannot be asked",
            help=meant(asking.person, people) or "name the person under `people`",
            code="AV543",
        )
    standpoint = left_to(standpoint, asking.person)
    names = {i: member.name or i for i, member in people.items()}
    asker = declaration.controller.name or declaration.id
    questions = questions_for(standpoint, asking.person, asker, names)
    wanted = Wanted(Kind.MAP, questions.system, asking.person, content_of(questions))
    made = invited(state, wanted, asking)
    return noted(standpoint, questions, made.invitation.id), made
