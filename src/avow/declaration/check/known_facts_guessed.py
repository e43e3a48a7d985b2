"""AV935: questions by which somebody shows who they are that a guess would pass, or too few."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Need, Severity
from avow.declaration.check.found import Found, defect
from avow.declaration.check.rule import Rule
from avow.declaration.check.universe import Universe
from avow.declaration.known_facts import ANSWERS, MOST_CHANCE, askable, chance
from avow.declaration.model import Declaration, InForce


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """At most one finding: what would be asked is too little. How even the answers really are is
    known only when questions are made, and counts then."""
    del law, universe
    asked = declaration.requests.known_facts
    facts = len(list(askable(declaration)))
    if facts == 0:
        return
    because = ""
    if min(asked.ask, facts) < asked.right:
        because = f"{asked.right} right answers are wanted of {min(asked.ask, facts)} questions"
    elif (by_luck := chance([1 / ANSWERS] * asked.ask, asked.right)) > MOST_CHANCE:
        because = f"somebody who guesses passes {by_luck:.0%} of the time at best"
    if because:
        yield defect(
            "AV935",
            Severity.W,
            "known facts do not show who somebody is",
            asked.place,
            because=because,
            hint="declare more columns in `known_facts`, or ask for more right answers",
            about=("known-facts",),
        )


RULE = Rule("AV935", "art. 12(6), 32 GDPR", Need.DECIDE, check)
