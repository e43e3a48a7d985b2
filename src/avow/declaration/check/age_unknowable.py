"""AV259: an age is promised that nothing can show."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Need, Severity
from avow.declaration.check.found import Found, defect, listed
from avow.declaration.check.rule import Rule, Wording
from avow.declaration.check.universe import Universe
from avow.declaration.model import Declaration, InForce, Never

_BIRTH = ("birth", "naissance", "geboorte", "dob")


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """One finding per promise never to ask for the date of birth whose clause also names something
    that would show an age, when no point collects that either."""
    del law, universe
    collected = {i.category for point in declaration.points.values() for i in point.collects}
    for never in declaration.nevers:
        shown = [
            category.id
            for category in declaration.categories.values()
            if never.clause in category.clauses and category.id != never.category
        ]
        if _is_of_birth(never) and shown and collected.isdisjoint(shown):
            yield defect(
                "AV259",
                Severity.I,
                f"clause {never.clause} sets an age, and nothing shows it",
                never.place,
                because=(
                    f"the date of birth is never asked, and {listed(shown)} is collected nowhere"
                ),
                hint="collect it where people sign up, with its clause",
                clauses=(never.clause,),
                about=(never.clause, "age"),
            )


def _is_of_birth(never: Never) -> bool:
    said = (never.id, never.category or "", *never.fields_named)
    return any(word in name.casefold() for name in said for word in _BIRTH)


RULE = Rule(
    "AV259",
    "art. 5(1)(a), 24(1) GDPR",
    Need.DECIDE,
    check,
    Wording(
        fr=(
            "En ouvrant un compte, vous confirmez avoir … ans ; nous ne demandons pas votre date "
            "de naissance."
        ),
        nl=(
            "Bij het openen van een account bevestigt u dat u … jaar bent; uw geboortedatum vragen "
            "wij niet."
        ),
        en=(
            "When opening an account you confirm that you are …; we do not ask for your date "
            "of birth."
        ),
    ),
)
