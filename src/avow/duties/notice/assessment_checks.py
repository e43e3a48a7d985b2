"""The checks of assessments: is every legitimate interest weighed in writing, and is it still?

The answer rests on the word of the person who approved, until the day of the review.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from avow.declaration.assessing import COUNTS, Stands, digest_of
from avow.declaration.model import Declaration, InForce
from avow.declaration.publishing import AssessmentKind
from avow.duties.notice.assessments import Entry, register
from avow.engine.evidence.checks import (
    HUMAN_LEG,
    MAIN_LEG,
    ORGANISATION,
    WEIGHED_LEG,
    Attested,
    Check,
    CheckResult,
    Item,
    Outcome,
    failed,
    passed,
)

FRESH = timedelta(days=2)
PROMISE = "assessed"
"""The key of `notice: {promises: …}` that names the clause which promises the balancings."""
OWN = "notice.weighed."
"""Checks of the purposes' own clauses begin so."""


def weighed(clause: str) -> Check:
    """Is the interest of this clause's purpose weighed? A leg beside what the clause promises."""
    legs = frozenset({WEIGHED_LEG})
    return Check(
        f"{OWN}{clause}", frozenset({clause}), freshness=FRESH, legs=legs, everywhere=False
    )


def promised(clause: str, leg: str) -> Check:
    """Are all interests weighed, as this clause promises?"""
    id_ = f"notice.assessed.{clause}"
    return Check(id_, frozenset({clause}), freshness=FRESH, legs=frozenset({leg}), everywhere=False)


def answers(
    declaration: Declaration, law: InForce, day: date, at: datetime
) -> Iterator[tuple[Check, CheckResult]]:
    """One answer per balancing for the clause of its purpose, and one more for the clause that
    promises them all."""
    promise = _promise(declaration)
    for entry in register(declaration, law, day):
        if entry.needed.kind is AssessmentKind.BALANCING:
            yield _answer(weighed(entry.needed.clause), entry, at)
            if promise is not None:
                yield _answer(promise, entry, at)


def _promise(declaration: Declaration) -> Check | None:
    """A clause that asks for a person's document has it in these assessments."""
    edition = declaration.edition
    clause = edition.promises.get(PROMISE) if edition else None
    if clause is None:
        return None
    is_document = "H" in declaration.clauses[clause].kinds
    return promised(clause, HUMAN_LEG if is_document else MAIN_LEG)


def _answer(check: Check, entry: Entry, at: datetime) -> tuple[Check, CheckResult]:
    (leg,) = check.legs
    item = Item(ORGANISATION.system, f"assessment-of-{entry.needed.of}")
    found = entry.stands
    counts = found.state in COUNTS
    outcome = passed(1) if counts else _failed(entry)
    word = _word(found) if counts else None
    return check, check.answered(item, outcome, at, leg=leg, attested=word)


def _failed(entry: Entry) -> Outcome:
    about = f"the balancing of `{entry.needed.of}` is {entry.stands.state}"
    why = entry.stands.why
    return failed(1, f"{about}: {why}" if why else about)


def _word(found: Stands) -> Attested | None:
    """Who approved, the digest of what they approved, and the last day on which it counts."""
    one = found.assessment
    if one is None or one.approver is None or one.review is None:
        return None
    return Attested(one.approver, digest_of(one), one.review)
