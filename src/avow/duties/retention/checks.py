"""The checks of retention: what is asked, of which clause, and how long an answer counts.

Every retention clause has two: the planner's count of what a sweep would still find, and the
verifier's own reading of the same rows. A clause is kept only where both say so.
"""

from __future__ import annotations

from datetime import timedelta

from avow.engine.evidence.checks import MAIN_LEG, Check

FRESH = timedelta(days=2)
"""Checks run daily; one missed night does not make a promise unknown."""
READ = "independent-reading"
"""The leg of the second reading."""
NEEDLESS = "6.0-4"


def overdue(clause: str) -> Check:
    """Is any row of the clause past its end, without a start, or between two limits?"""
    return Check(f"retention.overdue.{clause}", frozenset({clause}), freshness=FRESH)


def read_again(clause: str) -> Check:
    """Does a reading of the columns themselves find the same rows past their end?"""
    return Check(
        f"retention.oldest.{clause}", frozenset({clause}), freshness=FRESH, legs=frozenset({READ})
    )


def needless(clause: str) -> Check:
    """Is any row held that no live purpose needs?"""
    return Check(f"retention.needless.{clause}", frozenset({clause}), freshness=FRESH)


def never(clause: str) -> Check:
    """Does any live column, or any mapped category, betray what is promised never to happen?"""
    legs = frozenset({MAIN_LEG})
    return Check(f"never.{clause}", frozenset({clause}), freshness=FRESH, legs=legs)
