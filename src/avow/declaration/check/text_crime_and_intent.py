"""AV285: crimes and mere intentions are to be reported, in the widest words."""

from __future__ import annotations

from avow.common.findings import Need, Severity
from avow.declaration.check.rule import Rule, Wording
from avow.declaration.check.spoken import Spoken, by_clause, saying

SAYINGS = {
    "fr": (
        saying(
            (
                "crime*|délit*|infraction*|criminel* ~8 intention*|projet*|tentative*|soupçon*",
                "intention*|projet*|soupçon* ~5 crime*|criminel*|délit*|délictue*|infraction*",
            ),
        ),
    ),
    "nl": (
        saying(
            (
                (
                    "misdrijf|misdrijven|misdaad|misdaden|strafba*|crimine* ~8 plan|plannen|"
                    "voornemen*|intentie*|opzet|bedoeling*|vermoeden*"
                ),
                (
                    "plan|plannen|voornemen*|intentie*|opzet|vermoeden* ~6 misdrijf|"
                    "misdrijven|misdaad|misdaden|strafba*|crimine*"
                ),
            ),
        ),
    ),
    "en": (
        saying(
            (
                "crime*|criminal*|offence*|offense* ~8 intent*|plan|plans|suspicion*|suspected",
                "intent*|suspicion*|suspected ~6 crime*|criminal*|offence*|offense*",
            ),
        ),
    ),
}

RULE = Rule(
    "AV285",
    "art. 10, 6(1)(c), 5(1)(c) GDPR",
    Need.FIX_TEXT,
    Spoken(
        "AV285",
        Severity.I,
        SAYINGS,
        "{where} speaks of crimes and of intentions: “{quote}”",
        "data about offences may be processed only where a law allows it, and no law is named",
        "name the law that asks for it, or leave the example out",
    ),
    Wording(
        fr="Lorsque la loi nous y oblige : … (loi du …, article …).",
        nl="Wanneer de wet ons daartoe verplicht: … (wet van …, artikel …).",
        en="Where the law obliges us to: … (law of …, article …).",
    ),
    together=by_clause,
    headline="clause {clauses} speaks of crimes and of intentions, in {n} languages",
)
