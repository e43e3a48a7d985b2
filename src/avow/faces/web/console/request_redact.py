"""The places of a copy that may be somebody else's: masked, each with what was decided and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from avow.engine.accounts.matrix import Action
from avow.faces.web.frame import Frame
from avow.faces.web.mistakes import Mistake
from avow.faces.web.redact_views import DECISIONS, Redacting, SeenTable, redacting_of
from avow.faces.web.render import Pages
from avow.faces.web.request_acting import does_of, found
from avow.faces.web.request_showing import shown_at
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import StaffDesk

TEMPLATE = "staff/redact.html"
PATH = "/{language:str}/requests/{request_id:str}/redact"
MOST_CHOSEN = 100_000
"""Bytes of a form with places."""


@dataclass(frozen=True, slots=True)
class RedactPage:
    """The context of the page of the places of a request's copies."""

    frame: Annotated[Frame, "what surrounds the page"]
    id: Annotated[str, "the request"]
    undecided: Annotated[int, "places that nobody has decided, in all copies"]
    copies: Annotated[tuple[Redacting, ...], "per person the places of the newest copy"]
    hides: Annotated[tuple[str, ...], "grounds on which a place may be hidden"]
    keeps: Annotated[tuple[str, ...], "reasons for which a place is shown"]
    table: Annotated[SeenTable | None, "the table that was just opened, as the person will see it"]
    form: Annotated[Mapping[str, str], "what was filled in and refused, else nothing"]
    mistake: Annotated[Mistake | None, "what is wrong with the form that was just sent"]
    does: Annotated[frozenset[str], "what the reader may do with it, in its sphere"]


def context(
    asked: Asked,
    language: str,
    request_id: str,
    pages: Pages,
    staff: StaffDesk,
    *,
    opened: frozenset[int] = frozenset(),
    table: SeenTable | None = None,
    form: Mapping[str, str] | None = None,
    mistake: Mistake | None = None,
) -> RedactPage:
    """Read the places; `NotFoundException` where there is no such request."""
    frame, state = pages.frame(asked, language, "requests"), found(staff, request_id)
    does, sees = does_of(asked, state), sees_of(asked, staff)
    copies = redacting_of(
        staff.book, state, language, sees, decides=Action.REDACT in does, opened=opened
    )
    return RedactPage(
        frame=frame,
        id=state.id,
        undecided=sum(each.undecided for each in copies),
        copies=copies,
        hides=DECISIONS[0],
        keeps=DECISIONS[1],
        table=table,
        form=form or {},
        mistake=mistake,
        does=does,
    )


request_redact = shown_at(PATH, TEMPLATE, context)


def sees_of(asked: Asked, staff: StaffDesk) -> frozenset[str]:
    """The kinds of data that the declaration lets who is signed in see; none where nobody is."""
    signed = asked.state.get("signed")
    member = staff.accounts.people.get(signed.person) if signed is not None else None
    return member.sees if member else frozenset()
