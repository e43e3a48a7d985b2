"""AV278: something that belongs to the page, and not to the statement, is printed as text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from avow.common.findings import Need, Severity
from avow.declaration.check.found import Found
from avow.declaration.check.rule import Rule
from avow.declaration.check.spoken import clauses, shortened, told
from avow.declaration.check.together import all_in_one
from avow.declaration.check.universe import Universe
from avow.declaration.model import Declaration, InForce

_RESIDUE = re.compile(
    r"\barrow[ _-](?:up|down|left|right)\b"
    r"|\b(?:pg|pag|page|pagina|bladzijde)\s{0,3}\.?\s{0,3}(?:\d{1,3}|n)\s{0,3}"
    r"(?:/|sur|van|of|de)\s{0,3}\d{1,3}\b"
    r"|\b(?:scroll\s+to\s+top|back\s+to\s+top|retour\s+en\s+haut|skip\s+to\s+(?:main\s+)?content)\b"
    r"|&(?:nbsp|amp|quot|lt|gt);",
    re.IGNORECASE,
)


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """One thing found per clause and language: page marks, names of symbols, left-over markup."""
    del law, universe
    for said in clauses(declaration):
        residue = _RESIDUE.search(said.text)
        if residue:
            yield told(
                "AV278",
                Severity.I,
                said,
                f"{said.where} prints a piece of the page: “{shortened(residue.group())}”",
                because="it promises nothing and stands between what does",
                hint="leave it out",
            )


RULE = Rule(
    "AV278",
    "art. 12(1) GDPR",
    Need.FIX_TEXT,
    check,
    together=all_in_one,
    headline="pieces of the page are printed in {clauses}",
)
