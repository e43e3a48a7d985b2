"""The erasures of a request: the plan in each system, what each waits for, and what stays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from litestar import Response
from litestar.params import FromPath

from avow.engine.accounts.matrix import Action
from avow.faces.web.erase_views import Erasing, Want, erasures_of, wanted
from avow.faces.web.frame import Frame
from avow.faces.web.mistakes import Mistake
from avow.faces.web.render import GivenPages, Pages, with_twin
from avow.faces.web.request_acting import does_of, found
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import StaffDesk
from avow.faces.web.signin.sign_in import GivenStaff

TEMPLATE = "staff/erase.html"


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


def show(
    request: Asked,
    language: FromPath[str],
    request_id: FromPath[str],
    pages: GivenPages,
    staff: GivenStaff,
) -> Response[bytes]:
    """Show where the erasures stand."""
    page = context(request, language, request_id, pages, staff)
    return pages.answer(request, TEMPLATE, page)


PATH = "/{language:str}/requests/{request_id:str}/erase"
request_erase = with_twin(PATH, show, Action.SEE_REQUESTS)


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
