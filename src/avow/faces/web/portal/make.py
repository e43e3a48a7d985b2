"""The form by which a person asks: what they want, how they are reached, and that it arrived.

Who sends it is not looked up: the page and its time are the same for everybody.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from avow.common.clock import Clock
from avow.common.languages import LANGUAGES, words
from avow.common.masked import Masked
from avow.duties.correspondence.addresses import address
from avow.duties.requests.book import Arrival, Asking, Book, Person
from avow.duties.requests.intake.by_form import enter_form
from avow.duties.requests.words import Channel, Right
from avow.faces.web.asked.desk import Guesses, TooMany
from avow.faces.web.asked.frame import frame, html
from avow.faces.web.console.plan_approve import Form
from avow.faces.web.portal.following import FOLLOWINGS
from avow.faces.web.portal.saying import SAYINGS, Saying
from avow.faces.web.security import Asked

PATH = "your-data"
TRAP = "website"
"""A field that people do not see, and that programs fill in."""
LONGEST, SHORT = 8000, 400
"""Letters of the free words, and of a name or an address, that are taken."""
CHOICES = (
    (Right.ACCESS, False),
    (Right.ERASURE, False),
    (Right.RECTIFICATION, False),
    (Right.RESTRICTION, False),
    (Right.PORTABILITY, False),
    (Right.OBJECTION, False),
    (Right.OBJECTION, True),
    (Right.WITHDRAWAL, False),
    (Right.AUTOMATED_DECISION, False),
)
"""What can be chosen: a right, and whether it is about marketing."""


@dataclass(frozen=True, slots=True)
class PortalDesk:
    """What the form works with. `book` reads what is in force anew each time; `tries` counts the
    forms that one reader sends, `guesses` the links that do not work; both are written nowhere."""

    book: Callable[[], Book]
    clock: Clock
    tries: Guesses = field(default_factory=Guesses)
    guesses: Guesses = field(default_factory=Guesses)


GivenPortal = NamedDependency[PortalDesk]


@get(f"/{{language:str}}/{PATH}", sync_to_thread=True)
def ask(language: FromPath[str], portal: GivenPortal) -> Response[bytes]:
    """Show the form."""
    return _form(portal.book(), _spoken(language), {"form": secrets.token_urlsafe(32)}, ())


@post(f"/{{language:str}}/{PATH}/send", sync_to_thread=True, status_code=200)
def asked(
    request: Asked, language: FromPath[str], data: Form, portal: GivenPortal
) -> Response[bytes]:
    """Enter the request, or show the form again with every word in it.

    Raises:
        TooMany: this reader sent too many within a minute.
    """
    reader, now = request.client.host if request.client else "", portal.clock.now()
    if portal.tries.is_over(reader, now):
        raise TooMany
    portal.tries.note(reader)
    book, language = portal.book(), _spoken(language)
    wrong = _wrong(data)
    if wrong:
        return _form(book, language, data, wrong)
    arrival = Arrival(
        Channel.PORTAL,
        now,
        language,
        (_person(data, language),),
        tuple(Asking(1, right, marketing=m) for n, (right, m) in _chosen(data)),
        words=data.get("words", "").strip()[:LONGEST].encode(),
    )
    trapped = bool(data.get(TRAP, "").strip())
    entered = enter_form(book, arrival, Masked(data["form"]), at=now, looks_automatic=trapped)
    due = words(language).day(entered.due(book.calendar, book.day(now)))
    around = frame(language, book.declaration.controller.name, PATH)
    said = SAYINGS[language]
    track = FOLLOWINGS[language].track
    return html("portal/thanks.html", around, say=said, number=entered.id, due=due, track=track)


def _spoken(language: str) -> str:
    if language not in LANGUAGES:
        raise NotFoundException
    return language


def _chosen(data: Mapping[str, str]) -> list[tuple[int, tuple[Right, bool]]]:
    return [(n, each) for n, each in enumerate(CHOICES) if data.get(f"want-{n}")]


def _person(data: Mapping[str, str], language: str) -> Person:
    email = data.get("email", "").strip()
    return Person(
        name=data.get("name", "").strip()[:SHORT],
        language=language,
        email=email,
        postal=data.get("postal", "").strip()[:SHORT],
        identities=(("email", email),) if email else (),
    )


def _wrong(data: Mapping[str, str]) -> tuple[str, ...]:
    """What keeps a form from being a request, by the names of the sentences that say so."""
    email, wrong = data.get("email", "").strip(), []
    if not _chosen(data) and not data.get("words", "").strip():
        wrong.append("no_wish")
    if email and (len(email) > SHORT or address(email) is None):
        wrong.append("bad_email")
    if not email and not data.get("postal", "").strip():
        wrong.append("no_address")
    return (*wrong, *(("wrong",) if len(data.get("form", "")) < 32 else ()))


def _form(
    book: Book, language: str, data: Mapping[str, str], wrong: tuple[str, ...]
) -> Response[bytes]:
    house, say = book.declaration.controller, SAYINGS[language]
    given = {**data, "form": data.get("form") or secrets.token_urlsafe(32)}
    around = frame(language, house.name, PATH)
    return html(
        "portal/make.html",
        around,
        422 if wrong else 200,
        say=say,
        given=given,
        wrong=_sentences(say, wrong),
        ways=[way for way in (book.declaration.mailbox, house.address) if way],
    )


def _sentences(say: Saying, wrong: tuple[str, ...]) -> dict[str, str]:
    return {name: str(getattr(say, name)) for name in wrong}
