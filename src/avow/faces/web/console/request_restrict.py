"""The restrictions of use of a request: why each stands, how places keep rows from use, what is
next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from avow.duties.requests.acting.restricting import Cause
from avow.duties.requests.acting.restriction_next import Turn
from avow.faces.web.change_views import RestrictLine, restrict_next, restrictions_of
from avow.faces.web.frame import Frame
from avow.faces.web.mistakes import Mistake
from avow.faces.web.render import Pages
from avow.faces.web.request_acting import does_of, found
from avow.faces.web.request_showing import shown_at
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import StaffDesk

TEMPLATE, BELOW = "staff/restrict.html", "restrict"
PATH = "/{language:str}/requests/{request_id:str}/restrict"


@dataclass(frozen=True, slots=True)
class RestrictPage:
    """The context of the page of restrictions."""

    frame: Annotated[Frame, "what surrounds the page"]
    id: Annotated[str, "the request"]
    next: Annotated[Turn, "what is wanted next"]
    restrictions: Annotated[tuple[RestrictLine, ...], "each restriction with its places and plans"]
    causes: Annotated[tuple[str, ...], "why a restriction may stand, by article 18(1)"]
    mistake: Annotated[Mistake | None, "what is wrong with the form that was just sent"]
    can_act: Annotated[bool, "whether systems can be reached from here"]
    does: Annotated[frozenset[str], "what the reader may do with it, in its sphere"]


def context(
    asked: Asked,
    language: str,
    request_id: str,
    pages: Pages,
    staff: StaffDesk,
    mistake: Mistake | None = None,
) -> RestrictPage:
    """Read where they stand; `NotFoundException` where there is no such request."""
    frame, state = pages.frame(asked, language, "requests"), found(staff, request_id)
    lines = restrictions_of(staff.book, state, staff.now())
    return RestrictPage(
        frame=frame,
        id=state.id,
        next=restrict_next(lines),
        restrictions=lines,
        causes=tuple(str(cause) for cause in Cause),
        mistake=mistake,
        can_act=staff.estate is not None,
        does=does_of(asked, state),
    )


request_restrict = shown_at(PATH, TEMPLATE, context)
