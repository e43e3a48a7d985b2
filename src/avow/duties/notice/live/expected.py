"""What must stand on the live page of a notice, and whether it does. Pure.

Each question knows how to be asked wrongly (`planted`): an answer counts only when the same
comparison, handed something that is not so, says no.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from avow.common.languages import LANGUAGES, words
from avow.declaration.model import Declaration
from avow.declaration.publishing import Shown
from avow.duties.notice.live.promises import Promise, address_of
from avow.duties.notice.publishing.model import Form, Publication
from avow.duties.notice.publishing.reading import Read, all_missing, read
from avow.duties.notice.publishing.residue import Residue, is_cookie_key, left

NOWHERE = "0f6c1b8e4a2d"
"""A word that stands on no page."""
Says = Callable[[bytes, Read], str]
"""What is wrong with a page; empty when nothing is."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a promise wants of a page, and the same with a fault that must be found."""

    says: Says
    planted: Says


def wanted(
    promise: Promise, declaration: Declaration, edition: Publication | None, language: str
) -> Wanted | str:
    """What a promise wants of the page in a language; why nothing can be wanted, otherwise."""
    makers: Mapping[Promise, Callable[[], Wanted | str]] = {
        Promise.SAME: lambda: _same(edition, language),
        Promise.DATED: lambda: _dated(edition, language),
        Promise.IDENTITY: lambda: _identity(declaration),
        Promise.BY_EMAIL: lambda: _printed_address(declaration, promise),
        Promise.BY_LETTER: lambda: _printed_address(declaration, promise),
        Promise.RESIDUE: lambda: _nothing_left(declaration, Residue.ARROW),
        Promise.PAGE_MARKS: lambda: _nothing_left(declaration, Residue.PAGE_MARK),
        Promise.COOKIE_LIST: lambda: _cookies(declaration),
        Promise.COOKIE_SETTINGS: lambda: _settings(declaration),
    }
    return makers[promise]()


def _same(edition: Publication | None, language: str) -> Wanted | str:
    page = edition.page(language, Form.HTML) if edition else None
    if page is None:
        return "nothing is published in this language"
    return Wanted(_same_as(page.digest), _same_as("0" * 64))


def _same_as(digest: str) -> Says:
    def says(content: bytes, page: Read) -> str:
        del page
        is_same = hashlib.sha256(content).hexdigest() == digest
        return "" if is_same else "the page is not the one that was approved"

    return says


def _dated(edition: Publication | None, language: str) -> Wanted | str:
    if edition is None:
        return "nothing is published"
    return Wanted(_shows_day(edition.changed, language), _shows_day(date(1901, 2, 3), language))


def _shows_day(day: date, language: str) -> Says:
    forms = "|".join(map(re.escape, sorted(ways_to_write(day, language))))
    whole = re.compile(rf"(?<!\d)(?:{forms})(?!\d)")

    def says(content: bytes, page: Read) -> str:
        del content
        if whole.search(page.words.casefold()):
            return ""
        return f"the day of the last approved change ({day}) does not stand there"

    return says


def ways_to_write(day: date, language: str) -> frozenset[str]:
    """A day as a notice may print it: with its month in letters, or in figures."""
    month = {words(language).day(day)} if language in LANGUAGES else set()
    first = {form.replace("1 ", "1er ", 1) for form in month if language == "fr" and day.day == 1}
    figures = {f"{day:%d}{s}{day:%m}{s}{day:%Y}" for s in "/.-"} | {day.isoformat()}
    short = {f"{day.day}{s}{day.month}{s}{day.year}" for s in "/.-"}
    return frozenset(form.casefold() for form in month | first | figures | short)


def _identity(declaration: Declaration) -> Wanted | str:
    controller = declaration.controller
    named = (
        ("name", controller.name),
        ("address", controller.address),
        ("telephone", controller.phone),
    )
    declared = tuple(pair for pair in named if pair[1])
    if not controller.name:
        return "the declaration does not name the controller"
    return Wanted(_carries(declared), _carries((("name", NOWHERE),)))


def _printed_address(declaration: Declaration, promise: Promise) -> Wanted | str:
    address = address_of(declaration, promise)
    things = [("address for requests", address)]
    if promise is Promise.BY_EMAIL and declaration.controller.officer:
        things.append(("address of the officer", declaration.controller.officer))
    return Wanted(_carries(tuple(things)), _carries((("address", NOWHERE),)))


def _carries(things: tuple[tuple[str, str], ...]) -> Says:
    def says(content: bytes, page: Read) -> str:
        del content
        missing = all_missing(page.words, things)
        return f"missing on the page: {', '.join(missing)}" if missing else ""

    return says


_SAMPLES = {Residue.ARROW: "arrow up", Residue.PAGE_MARK: "pg. 3/8"}


def _nothing_left(declaration: Declaration, kind: Residue) -> Wanted:
    known = _cookie_names(declaration)

    def says(content: bytes, page: Read) -> str:
        del content
        found = [each for each in left(page.words, known) if each.kind is kind]
        return f"left on the page: {', '.join(each.words for each in found)}" if found else ""

    return Wanted(says, _with(says, _SAMPLES[kind]))


def _with(says: Says, fault: str) -> Says:
    """The same question about the page with a fault planted at its end."""

    def planted(content: bytes, page: Read) -> str:
        del page
        whole = content.decode("utf-8", errors="replace") + f"<p>{fault}</p>"
        return says(content, read(whole))

    return planted


def _cookies(declaration: Declaration) -> Wanted:
    """No key where the list should be, and every declared cookie is named."""
    known = _cookie_names(declaration)
    things = tuple((f"cookie {name}", name) for name in sorted(known))

    def says(content: bytes, page: Read) -> str:
        keys = _keys(page, known, "list")
        return keys or _carries(things)(content, page)

    return Wanted(says, _with(says, "cookie_list_text"))


def _settings(declaration: Declaration) -> Wanted:
    """No key where the button should be; and a button or link, where the notice says it has one."""
    known = _cookie_names(declaration)
    shown = (s.shows for s in declaration.sections.values())
    has_button = any(Shown.COOKIE_SETTINGS in each for each in shown)

    def says(content: bytes, page: Read) -> str:
        del content
        keys = _keys(page, known, "button")
        if keys or not has_button:
            return keys
        is_there = bool(page.buttons) or any("cookie" in link.address for link in page.links)
        return "" if is_there else "no button reopens the choices"

    return Wanted(says, _with(says, "cookie_button_settings_text"))


def _keys(page: Read, known: frozenset[str], part: str) -> str:
    found = [
        each.words
        for each in left(page.words, known)
        if each.kind is Residue.PLACEHOLDER and is_cookie_key(each.words, part)
    ]
    return f"a key that nobody filled in: {', '.join(found)}" if found else ""


def _cookie_names(declaration: Declaration) -> frozenset[str]:
    return frozenset(cookie.name for cookie in declaration.cookies)
