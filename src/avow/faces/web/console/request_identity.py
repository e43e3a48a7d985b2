"""Who a request is about: per person what settled it, what was tried, and what would be next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from litestar import Response

from avow.declaration.known_facts import askable
from avow.duties.requests.book import entries_of
from avow.duties.requests.files import Came, came
from avow.duties.requests.identity.documents import Waiting, waiting
from avow.duties.requests.identity.proving import Sent, sent
from avow.duties.requests.identity.representing import COMPANY_MAY, Kind, users_told
from avow.duties.requests.identity.standing import Standing, standings
from avow.duties.requests.machine import Request
from avow.duties.requests.words import Right, Rung, Voice, Waits
from avow.faces.web.frame import Frame
from avow.faces.web.identity_views import CheckLine, QuestionsDraft, checks_of
from avow.faces.web.mistakes import Mistake
from avow.faces.web.render import Pages
from avow.faces.web.request_acting import does_of, found
from avow.faces.web.request_showing import shown_at
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import StaffDesk

TEMPLATE = "staff/identity.html"
PATH = "/{language:str}/requests/{request_id:str}/identity"
PAPER_RUNGS = frozenset({Rung.MANDATE, Rung.AUTHORITY})
"""What is shown by a paper alone, in a form of its own."""


@dataclass(frozen=True, slots=True)
class IdentityPage:
    """The context of the page of who a request is about."""

    frame: Annotated[Frame, "what surrounds the page"]
    id: Annotated[str, "the request"]
    waits: Annotated[bool, "whether the term stands until they show who they are"]
    is_over: Annotated[bool, "whether the request is answered or closed"]
    persons: Annotated[tuple[Standing, ...], "where each person stands"]
    documents: Annotated[tuple[Waiting, ...], "documents that nobody has judged yet"]
    soonest: Annotated[date | None, "the first last day of one of these documents"]
    letters: Annotated[tuple[Sent, ...], "letters with a link by which they can show it"]
    checks: Annotated[tuple[CheckLine, ...], "questions about known facts, in counts"]
    draft: Annotated[QuestionsDraft | None, "questions that would be sent, just looked at"]
    can_ask: Annotated[bool, "whether questions can be made and sent from here"]
    told: Annotated[dict[int, date], "when users were told that a company speaks for them"]
    heard_at: Annotated[int | None, "the person at whom a company is heard for all of its users"]
    papers: Annotated[tuple[Came, ...], "files that came and may show who speaks for somebody"]
    choices: Annotated[dict[str, tuple[str, ...]], "words that the forms offer, by field"]
    mistake: Annotated[Mistake | None, "what is wrong with the form that was just sent"]
    does: Annotated[frozenset[str], "what the reader may do with it, in its sphere"]


def context(
    asked: Asked,
    language: str,
    request_id: str,
    pages: Pages,
    staff: StaffDesk,
    mistake: Mistake | None = None,
    draft: QuestionsDraft | None = None,
) -> IdentityPage:
    """Read where it stands; `NotFoundException` where there is no such request."""
    frame, state = pages.frame(asked, language, "requests"), found(staff, request_id)
    documents = waiting(staff.book, state.id)
    known = standings(state, entries_of(staff.book, state.id))
    speaks = any(person.voice is not Voice.SELF for person in state.persons.values())
    return IdentityPage(
        frame=frame,
        id=state.id,
        waits=Waits.IDENTITY in state.waits,
        is_over=state.answered_on is not None or state.closed_on is not None,
        persons=known,
        documents=documents,
        soonest=min((each.last for each in documents), default=None),
        letters=sent(staff.book, state.id, at=staff.now()),
        checks=tuple(checks_of(staff.book, state.id, staff.now())),
        draft=draft,
        can_ask=_can_ask(staff),
        told=users_told(staff.book, state.id),
        heard_at=next((p.person for p in known if p.voice is Voice.COMPANY), None),
        papers=came(staff.book, state.id) if speaks else (),
        choices=choices_of(state),
        mistake=mistake,
        does=does_of(asked, state),
    )


request_identity = shown_at(PATH, TEMPLATE, context)


def _can_ask(staff: StaffDesk) -> bool:
    reads = staff.estate is not None and staff.post is not None
    return reads and any(askable(staff.book.declaration))


def choices_of(request: Request) -> dict[str, tuple[str, ...]]:
    """What can be shown without a paper, asked for, and by which paper somebody is heard."""
    company = any(person.voice is Voice.COMPANY for person in request.persons.values())
    kinds = [kind for kind in Kind if (kind is Kind.COMPANY) is company]
    rights = [right for right in Right if not company or right in COMPANY_MAY]
    return {
        "shown": tuple(str(rung) for rung in Rung if rung not in PAPER_RUNGS),
        "asked": tuple(str(rung) for rung in Rung),
        "kind": tuple(str(kind) for kind in kinds),
        "right": tuple(str(right) for right in rights),
    }


def answered_with(
    asked: Asked,
    language: str,
    request_id: str,
    pages: Pages,
    staff: StaffDesk,
    mistake: Mistake,
    draft: QuestionsDraft | None = None,
) -> Response[bytes]:
    """The page again, with what is wrong beside its form and everything that was typed."""
    page = context(asked, language, request_id, pages, staff, mistake, draft)
    answer = pages.answer(asked, TEMPLATE, page, 422)
    answer.headers["cache-control"] = "no-store"
    return answer
