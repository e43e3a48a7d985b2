"""AV247: somebody gives data about other persons, and nobody tells these."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Need, Severity
from avow.declaration.check.found import Found, defect, listed
from avow.declaration.check.rule import Rule, Wording
from avow.declaration.check.universe import Universe
from avow.declaration.model import Collected, Declaration, InForce


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """One finding per category that is `of_others`, with the points that collect it as if from the
    person. A point with a `source` is one where art. 14 is thought of."""
    del law, universe
    items: dict[str, list[tuple[str, Collected]]] = {}
    for point in declaration.points.values():
        for item in point.collects if point.source is None else ():
            declared = declaration.categories.get(item.category)
            if declared and declared.of_others:
                items.setdefault(item.category, []).append((point.id, item))
    for category, several in items.items():
        yield defect(
            "AV247",
            Severity.W,
            f"`{category}` is about other persons than the one who gives it",
            several[0][1].place,
            because=f"at {listed(point for point, _ in several)} it is collected, and they are not "
            "told within a month, or at the first word to them",
            hint="ask for a number only, or collect it at a point of its own with its `source`",
            clauses=(item.clause for _, item in several),
            about=(category,),
        )


RULE = Rule(
    "AV247",
    "art. 14(1) to (3), 5(1)(c) GDPR",
    Need.DECIDE,
    check,
    Wording(
        fr="Nous demandons combien de personnes se serviront du service, et non qui elles sont.",
        nl="Wij vragen hoeveel mensen de dienst zullen gebruiken, niet wie zij zijn.",
        en="We ask how many people will use the service, and not who they are.",
    ),
)
