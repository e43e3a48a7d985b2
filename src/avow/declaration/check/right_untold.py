"""AV241: a right that the law gives and the statement does not tell."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Need, Severity
from avow.declaration.check.found import Found, defect
from avow.declaration.check.printed_rights import first_place
from avow.declaration.check.rule import Rule, Wording
from avow.declaration.check.universe import Universe
from avow.declaration.model import Basis, Declaration, InForce

ALWAYS = {
    "access": "art. 15",
    "rectification": "art. 16",
    "erasure": "art. 17",
    "restriction": "art. 18",
    "complaint": "art. 77",
}
BY_BASIS = {
    "portability": ("art. 20", frozenset({Basis.CONSENT, Basis.CONTRACT})),
    "objection": ("art. 21", frozenset({Basis.LEGITIMATE_INTEREST})),
    "withdrawal": ("art. 7(3)", frozenset({Basis.CONSENT})),
}


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """One finding per right that follows from the purposes and is not under `rights`
    (art. 13(2)(b) to (d) GDPR)."""
    del universe
    bases = {purpose.basis for purpose in law.purposes}
    told = {right["right"] for right in declaration.rights}
    due = ALWAYS | {name: a for name, (a, needs) in BY_BASIS.items() if needs & bases}
    place = first_place(declaration)
    for right, article in due.items() if law.purposes else ():
        if right not in told:
            yield defect(
                "AV241",
                Severity.E,
                f"the right `{right}` is not told",
                place,
                because=f"{article} GDPR gives it for the purposes declared here",
                hint="add it under `rights`, with its clause",
                about=(right,),
            )


RULE = Rule(
    "AV241",
    "art. 13(2)(b) to (d) GDPR",
    Need.FIX_TEXT,
    check,
    Wording(
        fr="Vous avez en outre le droit de ….",
        nl="U hebt daarnaast het recht om ….",
        en="You also have the right to ….",
    ),
)
