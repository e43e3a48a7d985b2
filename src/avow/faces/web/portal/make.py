"""The form by which a person asks: what they want, whom it is about, how they are reached.

Who sends it is not looked up: the page and its time are the same for everybody.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from avow.common.clock import Clock
from avow.common.languages import LANGUAGES
from avow.declaration.model import Declaration
from avow.duties.requests.book import Book
from avow.duties.requests.identity.company_checks import PROMISED
from avow.faces.web.asked.desk import Guesses
from avow.faces.web.asked.frame import frame, html
from avow.faces.web.portal.filled import LONGEST, MOST_USERS, About, kinds, no_addresses
from avow.faces.web.portal.of_company import OF_COMPANY
from avow.faces.web.portal.saying import SAYINGS

PATH = "your-data"
MOST_NAMED = 5
"""Of what is no address, how much is named in one sentence."""
_FIELDS = {
    "no_wish": "want-0",
    "too_long": "words",
    "no_other": "other-name",
    "bad_other": "other-email",
    "no_right": "want-0",
    "no_company": "company",
    "no_users": "users",
    "bad_users": "users",
    "too_many_users": "users",
    "bad_email": "email",
    "no_address": "email",
    "wrong": "main",
}
"""Where each sentence about something that is missing leads."""


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
    return form_page(portal.book(), spoken(language), {})


def spoken(language: str) -> str:
    """The language. Raises NotFoundException for one that there is not."""
    if language not in LANGUAGES:
        raise NotFoundException
    return language


def form_page(
    book: Book, language: str, data: Mapping[str, str], wrong: tuple[str, ...] = ()
) -> Response[bytes]:
    """The form with everything that was typed, and what is wrong beside it and at its top."""
    house, say = book.declaration.controller, SAYINGS[language]
    given = {"about": str(About.ME), **data}
    abouts = list(_abouts(book.declaration, language, given["about"]))
    given["form"] = given.get("form") or secrets.token_urlsafe(32)
    return html(
        "portal/make.html",
        frame(language, house.name, PATH),
        422 if wrong else 200,
        say=say,
        given=given,
        wrong=_sentences(language, given, wrong),
        leads=_FIELDS,
        kinds=kinds(book.declaration, language),
        abouts=abouts,
        company=OF_COMPANY[language] if About.COMPANY in dict(abouts) else None,
        most_users=MOST_USERS,
        most=LONGEST,
        ways=[way for way in (book.declaration.mailbox, house.address) if way],
    )


def _abouts(declaration: Declaration, language: str, given: str) -> Iterator[tuple[str, str]]:
    """Whom a request may be about, in words. A company is offered where the notice says that
    companies may ask for their users."""
    for each in (About.ME, About.OTHER, About.BOTH):
        yield str(each), getattr(SAYINGS[language], f"about_{each}")
    edition = declaration.edition
    if given == About.COMPANY or (edition is not None and PROMISED in edition.promises):
        yield str(About.COMPANY), OF_COMPANY[language].about


def _sentences(language: str, data: Mapping[str, str], wrong: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for name in wrong:
        say = SAYINGS[language] if hasattr(SAYINGS[language], name) else OF_COMPANY[language]
        bad = ", ".join(no_addresses(data)[:MOST_NAMED])
        found[name] = str(getattr(say, name)).format(most=LONGEST, users=MOST_USERS, bad=bad)
    return found
