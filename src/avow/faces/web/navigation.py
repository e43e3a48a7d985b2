"""Which pages every page of the console leads to: what a day's work asks for in one row, the rest
in a list below `More`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from avow.common.languages import mark
from avow.engine.accounts.matrix import Action


@dataclass(frozen=True, slots=True)
class Entry:
    """A page, who may see it, and whether it is for people with an account alone."""

    page: str
    action: Action
    has_account: bool = False


@dataclass(frozen=True, slots=True)
class Entries:
    """The pages that somebody may go to, by their words in `PAGES`: `row` beside each other, `more`
    in a list of their own. A page that is looked at stands in the row."""

    row: tuple[str, ...] = ()
    more: tuple[str, ...] = ()


NONE = Entries()
ENTRIES = (
    Entry("today", Action.SEE_STATUS),
    Entry("requests", Action.SEE_REQUESTS),
    Entry("incidents", Action.SEE_INCIDENTS),
    Entry("promises", Action.SEE_STATUS),
    Entry("plans", Action.SEE_PLANS),
    Entry("systems", Action.SEE_STATUS, has_account=True),
    Entry("instructions", Action.SEE_REQUESTS, has_account=True),
    Entry("letters", Action.SEE_STATUS, has_account=True),
    Entry("holds", Action.SEE_HOLDS, has_account=True),
    Entry("notice", Action.SEE_STATUS),
    Entry("views", Action.SEE_VIEWS),
    Entry("accounts", Action.MANAGE_ACCOUNTS),
    Entry("stop", Action.STOP),
)
"""Every page of the navigation, what is wanted most often first."""
PAGES: Mapping[str, str] = {
    "today": mark("Today"),
    "requests": mark("Requests"),
    "incidents": mark("Incidents"),
    "promises": mark("Promises"),
    "plans": mark("Plans"),
    "systems": mark("Systems"),
    "instructions": mark("Instructions"),
    "letters": mark("Letters"),
    "holds": mark("Holds"),
    "notice": mark("Notice"),
    "views": mark("Views"),
    "accounts": mark("Accounts"),
    "stop": mark("Stops"),
}
ROW = 5
"""How many stand in the row where not all do: with one more they are one line of a window 1280 px
wide, in each language."""


def entries_for(may: frozenset[str], page: str, *, is_signed: bool) -> Entries:
    """The entries of somebody who may do `may`, on the page `page`. Where one more than the row
    holds is all that is left, it has its place there: a list of one hides without need."""
    mine = [e.page for e in ENTRIES if e.action in may and (is_signed or not e.has_account)]
    if len(mine) <= ROW + 1:
        return Entries(tuple(mine))
    row = mine[:ROW] if page in mine[:ROW] or page not in mine else [*mine[:ROW], page]
    return Entries(tuple(row), tuple(name for name in mine if name not in row))
