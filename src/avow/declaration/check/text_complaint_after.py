"""AV283: a complaint is told of as if something had to come first."""

from __future__ import annotations

from avow.common.findings import Need, Severity
from avow.declaration.check.rule import Rule, Wording
from avow.declaration.check.spoken import Spoken, by_clause, saying

SAYINGS = {
    "fr": (
        saying(
            ("plainte*|réclamation*|plaindre",),
            (
                (
                    "si|s|lorsque|lorsqu|quand ~8 désaccord*|contestation*|litige*|différend*|"
                    "résolu*|demeur*|subsist*|insatisf*|satisf*"
                ),
                "reste* ~6 désaccord*|contestation*|litige*|différend*|résolu*",
                "après ~2 avoir|nous",
                "abord|préalable*|auparavant",
                "à défaut de|d ~2 réponse|accord|solution|résolution",
            ),
            unless=(
                "estim*|pens* ~1 après nous",
                "tout moment",
                "sans ~6 préalable*|abord|attendre|nous",
            ),
        ),
    ),
    "nl": (
        saying(
            ("klacht*|klagen",),
            (
                (
                    "als|indien|wanneer|blijft|blijven ~8 meningsverschil*|geschil*|"
                    "betwisting*|onopgelost*|opgelost*|tevreden|ontevreden"
                ),
                "nadat|na ~6 ons|wij|antwoord",
                "eerst|vooraf|voorafgaand*",
            ),
            unless=("ook zonder", "zonder ~6 eerst|vooraf", "op elk moment", "altijd"),
        ),
    ),
    "en": (
        saying(
            ("complain|complaint|complaints",),
            (
                (
                    "if|where|should|when ~8 dispute*|unresolved|resolved|remain*|satisfied|"
                    "unsatisfied|dissatisfied|disagree*"
                ),
                "after ~3 contact*|we|our|having|us",
                "first|beforehand|prior",
                "unresolved dispute*|issue*|matter*",
            ),
            unless=("without ~8 first|prior|beforehand|us", "at any time", "need|have|must not"),
        ),
    ),
}

RULE = Rule(
    "AV283",
    "art. 13(2)(d), 77(1) GDPR",
    Need.FIX_TEXT,
    Spoken(
        "AV283",
        Severity.W,
        SAYINGS,
        "{where} lets a complaint come only after something else: “{quote}”",
        "the right to complain has no condition: nobody must write to the controller first",
        "say that people may complain at any time",
    ),
    Wording(
        fr=("Vous pouvez à tout moment vous plaindre auprès de …, sans nous avoir écrit d’abord."),
        nl="U kunt op elk moment klacht indienen bij …, ook zonder ons eerst te schrijven.",
        en="You may complain to … at any time, without having written to us first.",
    ),
    together=by_clause,
    headline="clause {clauses} lets a complaint come only after something else, in {n} languages",
)
