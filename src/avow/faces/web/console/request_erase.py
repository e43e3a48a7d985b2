"""The erasures of a request: the plan in each system, what each waits for, and what stays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from avow.faces.web.erase_views import Erasing, Want, erasures_of, wanted
from avow.faces.web.frame import Frame
from avow.faces.web.mistakes import Mistake
from avow.faces.web.render import Pages
from avow.faces.web.request_acting import does_of, found
from avow.faces.web.request_showing import shown_at
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import StaffDesk

TEMPLATE = "staff/erase.html"
PATH = "/{language:str}/requests/{request_id:str}/erase"


@dataclass(frozen=True, slots=True)
class ErasePage:
    """The context of the page of the erasures of a request."""

    frame: Annotated[Frame, "what surrounds the page"]
    id: Annotated[str, "the request"]
    next: Annotated[Want, "what is wanted next"]
    erasures: Annotated[tuple[Erasing, ...], "each erasure with its plans and what stays"]
    mistake: Annotated[Mistake | None, "what is wrong with the form that was just sent"]
    can_plan: Annotated[bool, "whether systems can be read from here"]
    does: Annotated[frozenset[str], "what the reader may do with it, in its sphere"]


def context(
    asked: Asked,
    language: str,
    request_id: str,
    pages: Pages,
    staff: StaffDesk,
    mistake: Mistake | None = None,
) -> ErasePage:
    """Read where they stand; `NotFoundException` where there is no such request."""
    frame, state = pages.frame(asked, language, "requests"), found(staff, request_id)
    erasures = erasures_of(staff.book, state, language, staff.now())
    return ErasePage(
        frame=frame,
        id=state.id,
        next=wanted(erasures),
        erasures=erasures,
        mistake=mistake,
        can_plan=staff.estate is not None,
        does=does_of(asked, state),
    )


request_erase = shown_at(PATH, TEMPLATE, context)
