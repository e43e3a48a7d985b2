"""One request: what has to happen until when, its rights, its persons masked, its timeline."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated
from zoneinfo import ZoneInfo

from litestar import Response
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from avow.duties.requests.book import UnknownRequest, entries_of
from avow.duties.requests.machine import folded
from avow.duties.requests.words import Outcome, Reason, Waits
from avow.engine.accounts import views
from avow.engine.accounts.matrix import Action
from avow.engine.accounts.views import View
from avow.faces.web.frame import Frame
from avow.faces.web.render import GivenPages, Pages, with_twin
from avow.faces.web.request_acting import does_of
from avow.faces.web.request_views import (
    ItemLine,
    PersonLine,
    StepLine,
    Term,
    items_of,
    persons_in,
    steps_of,
    term_of,
)
from avow.faces.web.request_work import Work, work_of
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import StaffDesk
from avow.faces.web.signin.sign_in import GivenStaff


@dataclass(frozen=True, slots=True)
class Opened:
    """What somebody opened: lines of (name, value), and what was said, step by step."""

    person: int
    lines: tuple[tuple[str, str], ...]
    masked: tuple[str, ...]
    said: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class RequestPage:
    """The context of the page of one request."""

    frame: Annotated[Frame, "what surrounds the page"]
    id: Annotated[str, "the request"]
    status: Annotated[str, "where it stands"]
    channel: Annotated[str, "how it arrived"]
    language: Annotated[str, "the language in which the person is answered"]
    term: Annotated[Term, "until when it is answered, as a plot"]
    items: Annotated[tuple[ItemLine, ...], "the rights that are asked and what became of each"]
    persons: Annotated[tuple[PersonLine, ...], "who it is about, as numbers"]
    links: Annotated[tuple[str, ...], "other requests that belong to it"]
    steps: Annotated[tuple[StepLine, ...], "every step, the newest first"]
    work: Annotated[tuple[Work, ...], "pages to work on it, what needs somebody first"]
    views: Annotated[tuple[View, ...] | None, "who opened data of it; None for who may not see it"]
    opened: Annotated[Opened | None, "what the reader has just opened; else masked"]
    does: Annotated[frozenset[str], "what the reader may do with it, in its sphere"]
    choices: Annotated[dict[str, tuple[str, ...]], "words that the forms offer, by field"]


CHOICES = {
    "reason": tuple(str(reason) for reason in Reason),
    "waits": tuple(str(waits) for waits in Waits),
    "outcome": tuple(str(outcome) for outcome in Outcome),
}


def show(
    request: Asked,
    language: FromPath[str],
    request_id: FromPath[str],
    pages: GivenPages,
    staff: GivenStaff,
) -> Response[bytes]:
    """Show one request."""
    page = context(request, language, request_id, pages, staff)
    return pages.answer(request, "staff/request.html", page)


request = with_twin("/{language:str}/requests/{request_id:str}", show, Action.SEE_REQUESTS)


def context(
    asked: Asked,
    language: str,
    request_id: str,
    pages: Pages,
    staff: StaffDesk,
    opened: Opened | None = None,
) -> RequestPage:
    """Read the request; `NotFoundException` where there is none of that id."""
    frame, name = pages.frame(asked, language, "requests"), request_id.removesuffix(".json")
    try:
        entries = entries_of(staff.book, name)
    except UnknownRequest:
        raise NotFoundException(name) from None
    calendar, day, zone = staff.book.calendar, staff.today(), ZoneInfo(staff.book.zone)
    found = folded(name, entries, calendar)
    seen = Action.SEE_VIEWS in frame.may
    return RequestPage(
        frame=frame,
        id=name,
        status=str(found.status),
        channel=str(found.channel),
        language=found.language,
        term=term_of(found, calendar, day),
        items=items_of(found),
        persons=tuple(persons_in(found)),
        links=found.links,
        steps=steps_of(entries, zone),
        work=work_of(staff.book, found, staff.now()),
        views=_views(staff, name, zone) if seen else None,
        opened=opened,
        does=does_of(asked, found),
        choices=CHOICES,
    )


def _views(staff: StaffDesk, name: str, zone: ZoneInfo) -> tuple[View, ...]:
    found = views.of_request(staff.accounts, name)
    return tuple(replace(view, at=view.at.astimezone(zone)) for view in found)
