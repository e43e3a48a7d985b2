"""AV297: a supervisory authority stands under a name, or at an address, that it has lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from avow.common.findings import Need, Severity
from avow.declaration.check.found import Found
from avow.declaration.check.rule import Rule, Wording
from avow.declaration.check.spoken import by_clause, clauses, told
from avow.declaration.check.universe import Universe
from avow.declaration.check.words import find, phrase, plain, sentences
from avow.declaration.facts.known import Former, known
from avow.declaration.model import Declaration, InForce


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """One thing found per clause and language."""
    del law
    for said in clauses(declaration):
        for old in known().former:
            name = _named(said.text, old, universe.day)
            if name:
                yield told(
                    "AV297",
                    Severity.W,
                    said,
                    f"{said.where} names an authority as it was to {old.until}: “{name}”",
                    because=f"it is now: {', '.join(old.now)}",
                    hint="print its name and address of today",
                )


def _named(text: str, old: Former, day: date) -> str:
    if day <= old.until:
        return ""
    site = next((site for site in old.sites if site in plain(text)), "")
    words = ((name, phrase(" ".join(_words(name)))) for name in old.names)
    return site or next((n for n, p in words if any(find(p, s.words) for s in sentences(text))), "")


def _words(name: str) -> tuple[str, ...]:
    return sentences(name)[0].words


RULE = Rule(
    "AV297",
    "art. 13(2)(d), 77(1) GDPR",
    Need.FIX_TEXT,
    check,
    Wording(
        fr="Vous pouvez vous plaindre à tout moment auprès de … (https://…).",
        nl="U kunt op elk moment klacht indienen bij … (https://…).",
        en="You may complain to … (https://…) at any time.",
    ),
    together=by_clause,
    headline="clause {clauses} names, in {n} languages, an authority as it was",
)
