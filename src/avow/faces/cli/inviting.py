"""What commands that ask a named person share: the options, and how the address is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import click

from avow.app import State
from avow.engine.evidence.invitations import TERM, Invitation, Wanted, invite

Command = TypeVar("Command", bound=Callable[..., object])
PATH = "ask"
"""Where one-time pages lie below the address of the console."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Whom to ask, for how many days the address works, and where the pages are served."""

    person: str
    days: int
    base: str


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation with the address of its page, which is shown once."""

    invitation: Invitation
    address: str

    def lines(self) -> tuple[str, ...]:
        """What is told to who asks."""
        made = self.invitation
        return (
            self.address,
            f"hand this address to {made.person} yourself; it is shown once, and no mail is sent",
            f"it works until {made.ends_at:%Y-%m-%d %H:%M} UTC, or until the answers are sent",
        )

    def as_json(self) -> dict[str, str]:
        """The same for programs."""
        made = self.invitation
        return {
            "invitation": made.id,
            "person": made.person,
            "address": self.address,
            "until": made.ends_at.isoformat(),
        }


def ask_options(command: Command) -> Command:
    """The options that make a one-time page."""
    whom = click.option("--ask", "asked", metavar="PERSON", help="Ask PERSON on a one-time page.")
    days = click.option(
        "--days",
        type=click.IntRange(1, 90),
        default=TERM.days,
        show_default=True,
        help="How long the page of --ask can be opened.",
    )
    base = click.option(
        "--at",
        "base",
        envvar="AVOW_ADDRESS",
        default="http://127.0.0.1:8400",
        show_default=True,
        help="Address under which `avow serve` is reached, for --ask.",
    )
    return whom(days(base(command)))


def invited(state: State, wanted: Wanted, asking: Asking) -> Invited:
    """Make the invitation and its address, and tell the ledger."""
    made, token = invite(
        state.store,
        state.ring,
        wanted,
        at=state.clock.now(),
        note=lambda body, at: state.ledger.append([body], at),
        term=timedelta(days=asking.days),
    )
    return Invited(made, f"{asking.base.rstrip('/')}/{PATH}/{token.reveal()}")
