"""AV287: the same statistics are called simple in one clause and advanced in another."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Need, Severity
from avow.declaration.check.found import Found, defect
from avow.declaration.check.rule import Rule, Wording
from avow.declaration.check.spoken import READ, clauses, heard, saying
from avow.declaration.check.together import all_in_one
from avow.declaration.check.universe import Universe
from avow.declaration.model import Declaration, InForce

SIMPLE = {
    "fr": saying(
        (
            "statistique* ~2 simple|simples|basique*|élémentaire*",
            "simple|simples ~2 statistique*|comptage",
        ),
    ),
    "nl": saying(
        (
            "eenvoudig*|simpel*|elementair* ~2 statistiek*|telling*|statistisch*",
            "statistiek* ~3 eenvoudig*|simpel*",
        ),
    ),
    "en": saying(("simple|basic|elementary|plain ~2 statistic*|count|counts",)),
}
ADVANCED = {
    "fr": saying(
        (
            "statistique*|analyse* ~3 avancé*|poussé*|détaillé*|approfondi*",
            "avancé*|approfondi* ~2 statistique*|analyse*",
        ),
    ),
    "nl": saying(
        (
            (
                "geavanceerd*|uitgebreid*|gedetailleerd*|diepgaand* ~2 statistiek*|analyse*|"
                "statistisch*"
            ),
        ),
    ),
    "en": saying(
        (
            "advanced|detailed|extensive|in depth ~2 statistic*|analytics|analysis",
            "advanced|detailed|extensive ~2 statistic*|analytics|analysis",
        ),
    ),
}


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """One thing found per language: the first clause that says the one, and the first that says
    the other."""
    del law, universe
    for language in READ:
        spoken = tuple(s for s in clauses(declaration) if s.language == language)
        simple = next(((s, q) for s in spoken if (q := heard(SIMPLE[language], s.text))), None)
        other = next(((s, q) for s in spoken if (q := heard(ADVANCED[language], s.text))), None)
        if simple and other and simple[0].clause != other[0].clause:
            yield defect(
                "AV287",
                Severity.W,
                f"statistics are “{simple[1]}” in {simple[0].clause} and “{other[1]}” in "
                f"{other[0].clause} [{language}]",
                simple[0].place,
                because="what is counted about visitors is told in two ways, one of them too small",
                hint="say once what is measured, with which tool, and what it is for",
                clauses=(simple[0].clause, other[0].clause),
            )


RULE = Rule(
    "AV287",
    "art. 5(1)(a), 13(1)(c) GDPR",
    Need.DECIDE,
    check,
    Wording(
        fr=(
            "Avec votre accord, … compte les visites, les pages vues et les retours ; il ne "
            "mesure rien d’autre."
        ),
        nl=(
            "Met uw akkoord telt … de bezoeken, de bekeken pagina’s en de terugkeer; verder "
            "meet het niets."
        ),
        en=(
            "With your consent, … counts visits, pages seen and returning visitors; it "
            "measures nothing else."
        ),
    ),
    together=all_in_one,
    headline="statistics about visitors are told in two ways, in {n} languages",
)
