"""Which clauses of a declaration promise something that the published notice is held to.

A declaration says it itself: `promises` of its `notice:` names a clause per kind, and the rights
that are exercised by mail and by letter name theirs. What nobody names is not looked at.
"""

from __future__ import annotations

from enum import StrEnum

from avow.declaration.model import Declaration


class Promise(StrEnum):
    """What a notice may promise of itself, by its key under `promises`; the last two are rights.

    same-notice: what is online is what was approved. dated: the printed day is that of the last
    approved change. linked: every host and form in scope links this version. identity: who answers
    is named with address and telephone. group: the members of the group are those that are listed.
    no-residue, no-page-marks: nothing of another page is left. cookie-list, cookie-settings: no key
    stands where the list of cookies, or the button for choices, should be. by-email, by-letter: the
    address for requests is printed.
    """

    SAME = "same-notice"
    DATED = "dated"
    LINKED = "linked"
    IDENTITY = "identity"
    GROUP = "group"
    RESIDUE = "no-residue"
    PAGE_MARKS = "no-page-marks"
    COOKIE_LIST = "cookie-list"
    COOKIE_SETTINGS = "cookie-settings"
    BY_EMAIL = "exercise-by-email"
    BY_LETTER = "exercise-by-letter"


RIGHTS = (Promise.BY_EMAIL, Promise.BY_LETTER)
ON_PAGES = tuple(p for p in Promise if p not in (Promise.LINKED, Promise.GROUP))
"""Those that are looked at on each page of the notice."""


def clauses_of(declaration: Declaration) -> dict[Promise, str]:
    """The clause of each promise that the declaration makes."""
    said = {} if declaration.edition is None else declaration.edition.promises
    found = {p: said[p.value] for p in Promise if p not in RIGHTS and p.value in said}
    for right in declaration.rights:
        if right["right"] in RIGHTS and right.get("address"):
            found[Promise(right["right"])] = right["clause"]
    return found


def address_of(declaration: Declaration, promise: Promise) -> str:
    """The address that a right is exercised at; empty where none is declared."""
    mine = (r for r in declaration.rights if r["right"] == promise.value)
    return next((r["address"] for r in mine if r.get("address")), "")
