"""AV267: a right is limited on a ground that the law does not know for it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from avow.common.findings import Need, Severity
from avow.declaration.check.found import Found, defect
from avow.declaration.check.printed_rights import printed_rights
from avow.declaration.check.rule import Rule, Wording
from avow.declaration.check.universe import Universe
from avow.declaration.model import Declaration, InForce

GROUNDS = {
    "access": ("12(5)", "12(6)", "15(4)"),
    "rectification": ("12(5)", "12(6)"),
    "erasure": ("12(5)", "12(6)", "17(3)"),
    "restriction": ("12(5)", "12(6)", "18(2)"),
    "portability": ("12(5)", "12(6)", "15(4)", "20(3)", "20(4)"),
    "objection": ("12(5)", "12(6)", "21(1)", "21(6)"),
    "withdrawal": (),
}
"""The paragraphs of the GDPR that limit each right."""
_PARAGRAPH = re.compile(r"\b(\d{1,2}\(\d\))")


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """One finding per printed limit (`limits`) and right whose `law` names no paragraph that limits
    that right. A limit that names no law at all has no ground either."""
    del law, universe
    for limit in printed_rights(declaration):
        named = set(_PARAGRAPH.findall(limit.said.get("law", "")))
        for right in limit.said.get("limits", "").replace(",", " ").split():
            if right in GROUNDS and named.isdisjoint(GROUNDS[right]):
                yield defect(
                    "AV267",
                    Severity.E,
                    f"`{limit.name}` limits `{right}` on a ground that the law does not know",
                    limit.place,
                    because=_why(right),
                    hint="take it away, or name the paragraph under which it holds",
                    clauses=(limit.clause,),
                    about=(limit.clause, right),
                )


def _why(right: str) -> str:
    grounds = ", ".join(GROUNDS[right])
    return f"what limits `{right}` is in art. {grounds}" if grounds else "nothing limits it"


RULE = Rule(
    "AV267",
    "art. 12(4), 15(4), 17(3), 18(2), 20(4), 21(1) GDPR",
    Need.FIX_TEXT,
    check,
    Wording(
        fr=(
            "Nous ne refusons d’effacer que ce dont la loi nous impose la conservation ou ce "
            "qu’il faut pour défendre un droit en justice, et nous vous disons pourquoi."
        ),
        nl=(
            "Wij weigeren alleen te wissen wat de wet ons doet bewaren of wat nodig is om een "
            "recht voor de rechter te verdedigen, en wij zeggen u waarom."
        ),
        en="We refuse to erase only what the law makes us keep or what a legal claim needs, and we "
        "tell you why.",
    ),
)
