"""Objections and withdrawals of consent: what each asks to end, and what is next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from avow.faces.web.end_views import WAITING, EndLine, endings_of
from avow.faces.web.frame import Frame
from avow.faces.web.mistakes import Mistake
from avow.faces.web.render import Pages
from avow.faces.web.request_acting import does_of, found
from avow.faces.web.request_showing import shown_at
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import StaffDesk

TEMPLATE = "staff/end.html"
PATH = "/{language:str}/requests/{request_id:str}/end"


@dataclass(frozen=True, slots=True)
class EndPage:
    """The context of the page of what ends."""

    frame: Annotated[Frame, "what surrounds the page"]
    id: Annotated[str, "the request"]
    waiting: Annotated[int, "how many of them somebody can carry out now"]
    items: Annotated[tuple[EndLine, ...], "each objection and withdrawal, and what is next"]
    mistake: Annotated[Mistake | None, "what is wrong with the form that was just sent"]
    does: Annotated[frozenset[str], "what the reader may do with it, in its sphere"]


def context(
    asked: Asked,
    language: str,
    request_id: str,
    pages: Pages,
    staff: StaffDesk,
    mistake: Mistake | None = None,
) -> EndPage:
    """Read what is asked to end; `NotFoundException` where there is no such request."""
    frame, state = pages.frame(asked, language, "requests"), found(staff, request_id)
    items = endings_of(staff.book, state, language, staff.now())
    return EndPage(
        frame=frame,
        id=state.id,
        waiting=sum(line.turn not in WAITING for line in items),
        items=items,
        mistake=mistake,
        does=does_of(asked, state),
    )


request_end = shown_at(PATH, TEMPLATE, context)
