"""Whose rows a request is about: what somebody accepted, and what a search finds now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from avow.duties.requests.rows import accepted_of
from avow.engine.planner.unspoken import unspoken
from avow.faces.web.frame import Frame
from avow.faces.web.render import Pages
from avow.faces.web.request_acting import does_of, found
from avow.faces.web.request_showing import shown_at
from avow.faces.web.request_views import PersonLine, persons_in
from avow.faces.web.rows_views import RowsLine, Searched, lines_of
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import StaffDesk

TEMPLATE, BELOW = "staff/rows.html", "rows"
PATH = "/{language:str}/requests/{request_id:str}/rows"


@dataclass(frozen=True, slots=True)
class RowsPage:
    """The context of the page of the rows of a request."""

    frame: Annotated[Frame, "what surrounds the page"]
    id: Annotated[str, "the request"]
    persons: Annotated[tuple[PersonLine, ...], "who it is about, as numbers"]
    theirs: Annotated[tuple[RowsLine, ...] | None, "rows accepted as theirs; None: nobody said"]
    searched: Annotated[Searched | None, "what was just found; else nothing is searched"]
    wrong: Annotated[str, "what is wrong with the form that was just sent, as a code"]
    by_hand: Annotated[tuple[str, ...], "systems that people are asked about, not searched"]
    can_look: Annotated[bool, "whether the systems can be read from here"]
    does: Annotated[frozenset[str], "what the reader may do with it, in its sphere"]


def context(
    asked: Asked,
    language: str,
    request_id: str,
    pages: Pages,
    staff: StaffDesk,
    searched: Searched | None = None,
    wrong: str = "",
) -> RowsPage:
    """Read the request; `NotFoundException` where there is none of that id."""
    frame, state = pages.frame(asked, language, "requests"), found(staff, request_id)
    accepted = accepted_of(staff.book, state.id)
    return RowsPage(
        frame=frame,
        id=state.id,
        persons=tuple(persons_in(state)),
        theirs=None if accepted is None else lines_of(accepted),
        searched=searched,
        wrong=wrong,
        by_hand=unspoken(staff.book.declaration),
        can_look=staff.estate is not None,
        does=does_of(asked, state),
    )


request_rows = shown_at(PATH, TEMPLATE, context)
