"""AV252: data are processed for customers, and the people in them are told nothing."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Need, Severity
from avow.declaration.check.found import Found, defect
from avow.declaration.check.rule import Rule, Wording
from avow.declaration.check.universe import Universe
from avow.declaration.model import Category, Declaration, InForce

ROUTE, SUB_PROCESSOR = "processor-requests", "sub-processor"
NOT_OURS = "processor-"
"""How a category of what customers put in is called where no data map shows it."""


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """One finding where a dataset or a category lies in the sphere of customers, and no right says
    how these people reach the one who answers, or no sub-processor is named."""
    del law, universe
    categories = _of_customers(declaration)
    routed = any(right["right"] == ROUTE for right in declaration.rights)
    named = any(r.role == SUB_PROCESSOR for r in declaration.recipients.values())
    missing = [] if routed else ["whom the people in it may ask"]
    missing += [] if named else ["which sub-processors there are"]
    if categories and missing:
        yield defect(
            "AV252",
            Severity.W,
            f"what is processed for customers: it is not told {' and '.join(missing)}",
            categories[0].place,
            because="they are many, never dealt with us, and the customer must be able to answer",
            hint=f"add the right `{ROUTE}`, and recipients with the role `{SUB_PROCESSOR}`",
            clauses=(clause for category in categories for clause in category.clauses),
        )


def _of_customers(declaration: Declaration) -> list[Category]:
    """What customers put in: by its name, or held in their sphere and nowhere else."""
    ours: set[str | None] = {
        item.category for point in declaration.points.values() for item in point.collects
    }
    theirs: set[str | None] = set()
    for _, dataset in declaration.datamap.datasets():
        held = {dataset.rest, *(field.category for field in dataset.fields)}
        if dataset.is_ours:
            ours |= held
        else:
            theirs |= held
    return [
        category
        for category in declaration.categories.values()
        if category.id.startswith(NOT_OURS) or category.id in theirs - ours
    ]


RULE = Rule(
    "AV252",
    "art. 28(2), 28(3)(e), 28(4) GDPR",
    Need.FIX_TEXT,
    check,
    Wording(
        fr=(
            "Les données que nos clients placent dans le service sont les leurs : adressez-vous à "
            "eux ; nous leur transmettons votre demande. Nos sous-traitants ultérieurs sont : …."
        ),
        nl=(
            "Wat onze klanten in de dienst zetten is van hen: richt u tot hen; wij geven uw vraag "
            "aan hen door. Onze subverwerkers zijn: …."
        ),
        en="What our customers put into the service is theirs: please turn to them; we pass your "
        "request on. Our sub-processors are: ….",
    ),
)
