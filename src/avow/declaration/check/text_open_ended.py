"""AV282: what is collected is printed with an open end."""

from __future__ import annotations

from avow.common.findings import Need, Severity
from avow.declaration.check.rule import Rule, Wording
from avow.declaration.check.spoken import Spoken, by_clause, collecting, saying

SAYINGS = {
    "fr": (
        saying(
            (
                (
                    "tout|toute|toutes|tous autre|autres ~1 information*|donnée*|élément*|"
                    "renseignement*|chose*|détail*"
                ),
                "etc",
                "et cetera",
                "et autres|ainsi|similaires ~2 information*|donnée*",
                "entre autres|autre",
            ),
            unless=("pour tout|toute|toutes",),
        ),
    ),
    "nl": (
        saying(
            (
                (
                    "elk|elke|enige|eventuele|alle andere|verdere|overige ~1 informatie|"
                    "gegevens|info|inlichting*|gegeven"
                ),
                "al het overige|andere",
                "enz|enzovoort|enzovoorts|etc",
                "en dergelijke|dies",
                "onder andere|meer",
                "en andere informatie|gegevens",
            ),
            unless=("voor alle|elke|verdere",),
        ),
    ),
    "en": (
        saying(
            (
                "any|every other|further|additional ~1 information|data|detail*|thing*|item*",
                "any other personal information|data",
                "anything else",
                "etc",
                "and so on|forth",
                "and other|similar information|data|details",
                "among others|other",
            ),
            unless=("for any|further",),
        ),
    ),
}

RULE = Rule(
    "AV282",
    "art. 5(1)(b), 5(1)(c), 13(1)(c) GDPR",
    Need.FIX_TEXT,
    Spoken(
        "AV282",
        Severity.W,
        SAYINGS,
        "{where} collects without an end: “{quote}”",
        "no form can be held to it, and nobody can be told what it means",
        "list what is collected; what a person adds of their own accord is another thing",
        within=collecting,
    ),
    Wording(
        fr="Pour cet événement, nous demandons en plus : …, et rien d’autre.",
        nl="Voor dit evenement vragen wij daarnaast: …, en niets meer.",
        en="For this event we ask in addition for: …, and for nothing else.",
    ),
    together=by_clause,
    headline="clause {clauses} collects without an end, in {n} languages",
)
