"""AV249: people are not told how soon, at what price and after which proof they get an answer."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Need, Severity
from avow.declaration.check.found import Found, defect
from avow.declaration.check.printed_rights import printed_rights
from avow.declaration.check.rule import Rule, Wording
from avow.declaration.check.universe import Universe
from avow.declaration.model import Declaration, InForce

EXERCISE = "exercise"
TERMS = {
    "within": "how soon an answer comes",
    "fee": "that it costs nothing",
    "identity": "how the person is recognised",
}


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """One finding, at the first way to exercise rights, with the terms that no right tells."""
    del law, universe
    rights = printed_rights(declaration)
    ways = [right for right in rights if right.name.startswith(EXERCISE)]
    missing = [key for key in TERMS if not any(key in right.said for right in rights)]
    if ways and missing:
        yield defect(
            "AV249",
            Severity.I,
            f"it is not told {', '.join(TERMS[key] for key in missing)}",
            ways[0].place,
            because="without it people do not know when an answer is late or a question too much",
            hint=f"say it at the right: {', '.join(f'`{key}`' for key in missing)}",
            clauses=(ways[0].clause,),
        )


RULE = Rule(
    "AV249",
    "art. 12(3), 12(5), 12(6) GDPR",
    Need.FIX_TEXT,
    check,
    Wording(
        fr=(
            "Nous répondons dans le mois, gratuitement. Nous ne demandons de preuve d’identité "
            "qu’en cas de doute sérieux."
        ),
        nl=(
            "Wij antwoorden binnen een maand en gratis. Alleen bij ernstige twijfel vragen wij te "
            "tonen wie u bent."
        ),
        en="We answer within a month, free of charge. Only in serious doubt do we ask who you are.",
    ),
)
