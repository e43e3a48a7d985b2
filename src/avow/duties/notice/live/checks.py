"""The checks of a published notice: one per promise that a declaration says its notice keeps."""

from __future__ import annotations

from datetime import timedelta

from avow.duties.notice.live.promises import Promise
from avow.engine.evidence.checks import MAIN_LEG, Check

FRESH = timedelta(days=2)
"""Pages are read daily; one missed night does not make a promise unknown."""
PRINTED = "printed"
"""The leg of what stands on the page. That a mailbox is read, or a list true, is another's."""
REGISTER = "register"
"""The leg of the list of the group. That no data flow elsewhere is another's."""
LEGS = {
    Promise.BY_EMAIL: PRINTED,
    Promise.BY_LETTER: PRINTED,
    Promise.COOKIE_LIST: PRINTED,
    Promise.COOKIE_SETTINGS: PRINTED,
    Promise.IDENTITY: PRINTED,
    Promise.GROUP: REGISTER,
}
"""Promises of which a page, or a list, can answer a part only; the others are answered whole."""


def leg_of(promise: Promise) -> str:
    """The leg of a promise that its check answers."""
    return LEGS.get(promise, MAIN_LEG)


def check_of(promise: Promise, clause: str) -> Check:
    """Is what the clause promises so on every page at which it is looked at?"""
    return Check(
        f"notice.{promise.value}.{clause}",
        frozenset({clause}),
        freshness=FRESH,
        legs=frozenset({leg_of(promise)}),
    )
