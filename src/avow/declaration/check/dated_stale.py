"""AV298: what is known of a recipient was looked up long ago."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from avow.common.findings import Need, Severity
from avow.declaration.check.dated import is_called
from avow.declaration.check.found import Found, defect
from avow.declaration.check.rule import Rule
from avow.declaration.check.together import all_in_one
from avow.declaration.check.universe import Universe
from avow.declaration.facts.known import Company, known
from avow.declaration.model import Declaration, InForce

FRESH = 730
"""Days for which what somebody has seen is taken as still true."""


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """One finding per recipient whose company was seen more than two years before."""
    del law
    for recipient in declaration.recipients.values():
        for company in known().companies:
            if is_called(recipient, company.names) and is_stale(company, universe.day):
                yield defect(
                    "AV298",
                    Severity.I,
                    f"what is known of `{recipient.id}` is from {company.source.seen}",
                    recipient.place,
                    because="seats, owners and names change",
                    hint="look it up again; a newer version of avow may know more",
                    clauses=(recipient.clause,),
                    about=(recipient.id,),
                )


def is_stale(company: Company, day: date) -> bool:
    """Whether somebody has seen it, and too long before the day."""
    seen = company.source.seen
    return seen is not None and (day - seen).days > FRESH


RULE = Rule(
    "AV298",
    "art. 5(1)(d), 5(2) GDPR",
    Need.FIND_EVIDENCE,
    check,
    together=all_in_one,
    headline="what is known of {n} recipients was looked up more than two years ago",
)
