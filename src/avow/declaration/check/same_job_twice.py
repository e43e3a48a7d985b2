"""AV262: several recipients do the same work, and every right must reach all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from avow.common.findings import Need, Severity
from avow.declaration.check.found import Found, defect, listed
from avow.declaration.check.rule import Rule
from avow.declaration.check.together import all_in_one
from avow.declaration.check.universe import Universe
from avow.declaration.model import Declaration, InForce, Recipient

_BETWEEN = re.compile(r",|;|\band\b|\bet\b|\ben\b|\bby\b|\bper\b|\bpar\b")


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """Works that two processors or more are said to do, in the same words."""
    del law, universe
    doing: dict[str, list[Recipient]] = {}
    for recipient in declaration.recipients.values():
        if recipient.role == "processor":
            for work in dict.fromkeys(_works(recipient)):
                doing.setdefault(work, []).append(recipient)
    for work, several in doing.items():
        if len(several) > 1:
            yield defect(
                "AV262",
                Severity.I,
                f"{len(several)} recipients do {work}: {listed(r.id for r in several)}",
                several[0].place,
                because="a copy that one of them forgets to correct or erase lives on",
                hint="keep to one, or say in the data map how each is reached, and accept it",
                clauses=(recipient.clause for recipient in several),
                about=(recipient.id for recipient in several),
            )


def _works(recipient: Recipient) -> list[str]:
    parts = _BETWEEN.split((recipient.for_ or "").casefold())
    return [part.strip() for part in parts if part.strip()]


RULE = Rule(
    "AV262",
    "art. 19, 17(2), 5(1)(d) GDPR",
    Need.ACCEPT,
    check,
    together=all_in_one,
    headline="{n} kinds of work are done by several recipients each",
)
