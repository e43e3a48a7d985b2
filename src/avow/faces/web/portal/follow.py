"""Following a request by its secret link, and asking for a new link.

Every link that does not work gets one same page, and whoever asks for a new one is told the same
whether or not there is such a request.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from avow.common.languages import LANGUAGES, words
from avow.common.masked import Masked
from avow.duties.requests.adding import Needs, Part, needs, part_of, wants_paper
from avow.duties.requests.book import Book
from avow.duties.requests.delivering.links import PATH, Link, followed, wish
from avow.duties.requests.machine import Item, Request
from avow.duties.requests.told import told
from avow.duties.requests.words import ItemState
from avow.faces.web.asked.desk import TooMany
from avow.faces.web.asked.frame import frame, html
from avow.faces.web.console.plan_approve import Form
from avow.faces.web.portal.adding import ADDINGS, Adding
from avow.faces.web.portal.filled import LONGEST
from avow.faces.web.portal.following import FOLLOWINGS, Following
from avow.faces.web.portal.make import GivenPortal, PortalDesk
from avow.faces.web.portal.of_company import OF_COMPANY, OfCompany
from avow.faces.web.portal.reviewing import REVIEWINGS, limits
from avow.faces.web.portal.saying import SAYINGS
from avow.faces.web.security import Asked

OPEN = frozenset({ItemState.ASKED, ItemState.ACCEPTED, ItemState.ACTING})
"""What can be taken back."""


@get(f"/{{language:str}}/{PATH}/follow/{{token:str}}", sync_to_thread=True)
def follow(
    request: Asked, language: FromPath[str], token: FromPath[str], portal: GivenPortal
) -> Response[bytes]:
    """Show how far a request is, to the person whose link it is."""
    reached = reach(request, portal, language, token)
    if reached is None:
        return gone(portal, language)
    return page(portal, language, token, *reached)


@dataclass(frozen=True, slots=True)
class Problem:
    """What was wrong with what a person wanted to add: the sentences by their place in the form,
    and what was typed, so that it is not lost."""

    sentences: tuple[tuple[str, str], ...]
    words: str = field(repr=False)
    form: str

    @property
    def is_file(self) -> bool:
        """Whether it is about a file, which has to be chosen again."""
        return any(place != "words" for place, _ in self.sentences)


def page(
    portal: PortalDesk,
    language: str,
    token: str,
    link: Link,
    state: Request,
    problem: Problem | None = None,
) -> Response[bytes]:
    """The page of a request: where it stands, what is needed, and a form to answer or to add."""
    book, say = portal.book(), FOLLOWINGS[language]
    part, needed = part_of(book, state, link.person), needs(book, state, link.person)
    name, mine = name_of(language, part), items_of(state, part)
    return html(
        "portal/follow.html",
        frame(language, book.declaration.controller.name, f"{PATH}/follow/{token}"),
        422 if problem else 200,
        say=say,
        number=say.number.format(number=state.id),
        term=_term(book, say, state, language, portal.clock.now()),
        waits=[say.waits[each] for each in needed.waits],
        needed=_needed(language, part, needed),
        rows=[(name(item), say.states[item.state]) for item in mine],
        left=[(item.item, name(item)) for item in mine if item.state in OPEN],
        token=token,
        add=ADDINGS[language],
        mistake=SAYINGS[language].mistake,
        bad_lead=REVIEWINGS[language].bad_lead,
        limits=limits(REVIEWINGS[language]),
        problem=problem or Problem((), "", secrets.token_urlsafe(32)),
        uploads=_uploads(language, part, state, needed),
        most=LONGEST,
        is_closed=state.closed_on is not None,
        has_letters=any(told(book, state, n) for n in part.persons),
    )


def _needed(language: str, part: Part, needed: Needs) -> list[str]:
    """What is needed beside an answer, in words."""
    say: Adding | OfCompany = OF_COMPANY[language] if part.is_company else ADDINGS[language]
    found = [ADDINGS[language].document_needed] if needed.document else []
    return [*found, *([say.paper_needed] if needed.paper else [])]


def _uploads(
    language: str, part: Part, state: Request, needed: Needs
) -> list[tuple[str, str, str]]:
    """The places for files: its name, its label, and what is to be known of it."""
    say = ADDINGS[language]
    of: Adding | OfCompany = OF_COMPANY[language] if part.is_company else say
    found = [("document", say.document, say.document_why)] if needed.document else []
    found += [("paper", of.paper, of.paper_why)] if wants_paper(state, part) else []
    return [*found, ("files", say.files, "")]


def _term(book: Book, say: Following, state: Request, language: str, now: datetime) -> str:
    today, spoken = book.day(now), words(language)
    term = say.last_day.format(day=spoken.day(state.due(book.calendar, today)))
    for sentence, day in ((say.closed, state.closed_on), (say.answered, state.answered_on)):
        term = sentence.format(day=spoken.day(day)) if day else term
    return term


@get(f"/{{language:str}}/{PATH}/link", sync_to_thread=True)
def wishing(language: FromPath[str], portal: GivenPortal) -> Response[bytes]:
    """Ask for the number of a request."""
    house = portal.book().declaration.controller.name
    say = FOLLOWINGS[spoken_in(language)]
    return html("portal/link.html", frame(language, house, f"{PATH}/link"), say=say)


@post(f"/{{language:str}}/{PATH}/link/send", sync_to_thread=True, status_code=200)
def wished(
    request: Asked, language: FromPath[str], data: Form, portal: GivenPortal
) -> Response[bytes]:
    """Note the wish; the answer is the same whatever was given.

    Raises:
        TooMany: this reader asked too often within a minute.
    """
    book, say = portal.book(), FOLLOWINGS[spoken_in(language)]
    _counted(request, portal)
    wish(book.runs, data.get("number", "")[:100], portal.clock.now())
    around = frame(language, book.declaration.controller.name, f"{PATH}/link")
    return html("portal/told.html", around, title=say.wished, lead=say.wished_lead, back=None)


def reach(
    request: Asked, portal: PortalDesk, language: str, token: str
) -> tuple[Link, Request] | None:
    """The request that a link follows; None for every link that does not work, which counts as a
    guess.

    Raises:
        NotFoundException: a language that there is not.
        TooMany: this reader guesses.
    """
    spoken_in(language)
    reader, now = request.client.host if request.client else "", portal.clock.now()
    if portal.guesses.is_over(reader, now):
        raise TooMany
    reached = followed(portal.book(), Masked(token), now)
    if reached is None:
        portal.guesses.note(reader)
    return reached


def _counted(request: Asked, portal: PortalDesk) -> None:
    reader, now = request.client.host if request.client else "", portal.clock.now()
    if portal.guesses.is_over(reader, now):
        raise TooMany
    portal.guesses.note(reader)


def gone(portal: PortalDesk, language: str) -> Response[bytes]:
    """The one page of every link that does not work. It repeats nothing of the address."""
    house, say = portal.book().declaration.controller.name, FOLLOWINGS[language]
    return html("portal/gone.html", frame(language, house, f"{PATH}/link"), 404, say=say)


def items_of(state: Request, part: Part) -> list[Item]:
    """What was asked in the part of a link: nobody sees what another person of the request did."""
    return [item for item in state.items.values() if item.person in part.persons]


def name_of(language: str, part: Part) -> Callable[[Item], str]:
    """How an item is called in plain words; of a company's users by their place in its list."""
    say, company = FOLLOWINGS[language], OF_COMPANY[language]

    def named(item: Item) -> str:
        plain = say.marketing if item.marketing else say.rights[item.right]
        if not part.is_company:
            return plain
        return company.user.format(what=company.rights.get(item.right, plain), n=item.person)

    return named


def spoken_in(language: str) -> str:
    """The language. Raises NotFoundException for one that there is not."""
    if language not in LANGUAGES:
        raise NotFoundException
    return language
