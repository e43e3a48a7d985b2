"""AV257: something is asked that is rarely needed, and not said to be voluntary."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Need, Severity
from avow.declaration.check.found import Found, defect, listed
from avow.declaration.check.rule import Rule, Wording
from avow.declaration.check.universe import Universe
from avow.declaration.model import Collected, Declaration, InForce

RARELY_NEEDED = frozenset(
    "revenue turnover income salary wealth gender sex nationality birthplace marital children "
    "hobbies photo".split()
)
"""Words in the names of categories that few forms need to do what they are for."""


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """One finding per such category, with the points that ask for it without `required: no`."""
    del law, universe
    asked: dict[str, list[tuple[str, Collected]]] = {}
    for point in declaration.points.values():
        for item in point.collects:
            rare = RARELY_NEEDED & set(item.category.split("-"))
            if rare and item.required is not False:
                asked.setdefault(item.category, []).append((point.id, item))
    for category, items in asked.items():
        yield defect(
            "AV257",
            Severity.I,
            f"`{category}` is asked for at {listed(point for point, _ in items)}",
            items[0][1].place,
            because="what is asked there can most likely be given without it",
            hint="leave it out, or say `required: no`",
            clauses=(item.clause for _, item in items),
            about=(category,),
        )


RULE = Rule(
    "AV257",
    "art. 5(1)(c), 25(2) GDPR",
    Need.DECIDE,
    check,
    Wording(
        fr="Vous pouvez nous indiquer … si vous le souhaitez ; ce n’est pas nécessaire.",
        nl="U mag ons … meedelen als u dat wilt; nodig is het niet.",
        en="You may tell us … if you like; it is not needed.",
    ),
)
