"""The copy that a person asked for: how far it is, where was looked, what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from litestar import Response
from litestar.exceptions import NotFoundException

from avow.duties.requests.answering import drafting
from avow.duties.requests.answering.drafting import Draft
from avow.duties.requests.answering.marks import AnswerRefused
from avow.duties.requests.machine import Request
from avow.faces.web.answer_views import WAYS, Copying, Want, copies_of, wanted
from avow.faces.web.console.request_outcome import OpenLetter
from avow.faces.web.frame import Frame
from avow.faces.web.mistakes import Mistake
from avow.faces.web.render import Pages
from avow.faces.web.request_acting import does_of, found
from avow.faces.web.request_showing import shown_at
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import StaffDesk

TEMPLATE = "staff/answer.html"
PATH = "/{language:str}/requests/{request_id:str}/answer"


@dataclass(frozen=True, slots=True)
class AnswerPage:
    """The context of the page of the copies of a request."""

    frame: Annotated[Frame, "what surrounds the page"]
    id: Annotated[str, "the request"]
    next: Annotated[Want, "what is wanted next"]
    copies: Annotated[tuple[Copying, ...], "per person who asks for a copy, how far it is"]
    ways: Annotated[tuple[str, ...], "how an answer can leave from here"]
    letter: Annotated[OpenLetter | None, "the letter that was just opened; else none is shown"]
    mistake: Annotated[Mistake | None, "what is wrong with the form that was just sent"]
    code: Annotated[str, "the code of the link that just left, shown once; else empty"]
    can_draw: Annotated[bool, "whether systems can be read from here"]
    can_prove: Annotated[bool, "whether there is a ledger here, whose proof goes with an answer"]
    does: Annotated[frozenset[str], "what the reader may do with it, in its sphere"]


def context(
    asked: Asked,
    language: str,
    request_id: str,
    pages: Pages,
    staff: StaffDesk,
    letter: OpenLetter | None = None,
    mistake: Mistake | None = None,
    code: str = "",
) -> AnswerPage:
    """Read how far it is; `NotFoundException` where there is no such request."""
    frame, state = pages.frame(asked, language, "requests"), found(staff, request_id)
    copies = copies_of(staff.book, state)
    return AnswerPage(
        frame=frame,
        id=state.id,
        next=wanted(copies),
        copies=copies,
        ways=tuple(str(way) for way in WAYS[0 if staff.post else 1 :]),
        letter=letter,
        mistake=mistake,
        code=code,
        can_draw=staff.estate is not None,
        can_prove=staff.ledger is not None,
        does=does_of(asked, state),
    )


request_answer = shown_at(PATH, TEMPLATE, context)


def refused(
    asked: Asked,
    language: str,
    pages: Pages,
    staff: StaffDesk,
    mistake: Mistake,
    request_id: str,
    letter: OpenLetter | None = None,
) -> Response[bytes]:
    """The page again, with what is wrong beside its form."""
    page = context(asked, language, request_id, pages, staff, letter, mistake)
    answer = pages.answer(asked, TEMPLATE, page, 422)
    answer.headers["cache-control"] = "no-store"
    return answer


def answer_of(staff: StaffDesk, request: Request, form: dict[str, str]) -> Draft:
    """The answer to this request that a form names; `NotFoundException` where there is none."""
    name = form.get("answer", "")
    try:
        draft = drafting.opened(staff.book, name)
    except AnswerRefused:
        raise NotFoundException(name) from None
    if draft.request != request.id:
        raise NotFoundException(name)
    return draft
