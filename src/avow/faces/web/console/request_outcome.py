"""What a request came to, and the letters that say so: per right what is said, and what is next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from avow.duties.requests.telling.outcome import authorities
from avow.faces.web.frame import Frame
from avow.faces.web.mistakes import Mistake
from avow.faces.web.outcome_views import Next, Telling, tellings_of, wanted
from avow.faces.web.render import Pages
from avow.faces.web.request_acting import does_of, found
from avow.faces.web.request_showing import shown_at
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import StaffDesk

TEMPLATE = "staff/outcome.html"
PATH = "/{language:str}/requests/{request_id:str}/outcome"


@dataclass(frozen=True, slots=True)
class OpenLetter:
    """A letter that its reader has just opened, or the words that they typed and that were not
    kept."""

    id: str
    digest: str
    subject: str
    text: str
    is_typed: bool = False


@dataclass(frozen=True, slots=True)
class OutcomePage:
    """The context of the page of what a request came to."""

    frame: Annotated[Frame, "what surrounds the page"]
    id: Annotated[str, "the request"]
    language: Annotated[str, "the language in which the person is answered"]
    next: Annotated[Next, "what is wanted next"]
    tellings: Annotated[tuple[Telling, ...], "per person what is said and how far the letters are"]
    remedies: Annotated[tuple[tuple[str, str], ...], "where to complain: name and address"]
    letter: Annotated[OpenLetter | None, "the letter that was just opened; else none is shown"]
    mistake: Annotated[Mistake | None, "what is wrong with the form that was just sent"]
    can_prove: Annotated[bool, "whether there is a ledger here, whose proof goes with a letter"]
    does: Annotated[frozenset[str], "what the reader may do with it, in its sphere"]


def context(
    asked: Asked,
    language: str,
    request_id: str,
    pages: Pages,
    staff: StaffDesk,
    letter: OpenLetter | None = None,
    mistake: Mistake | None = None,
) -> OutcomePage:
    """Read what came of it; `NotFoundException` where there is no such request."""
    frame, state = pages.frame(asked, language, "requests"), found(staff, request_id)
    tellings = tellings_of(staff.book, state, language, staff.now())
    return OutcomePage(
        frame=frame,
        id=state.id,
        language=state.language,
        next=wanted(tellings),
        tellings=tellings,
        remedies=tuple(each.said(language) for each in authorities(staff.book.declaration)),
        letter=letter,
        mistake=mistake,
        can_prove=staff.ledger is not None,
        does=does_of(asked, state),
    )


request_outcome = shown_at(PATH, TEMPLATE, context)
