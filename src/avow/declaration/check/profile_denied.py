"""AV258: no profile is promised, and somebody is there to build one."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Need, Severity
from avow.declaration.check.found import Found, defect, listed
from avow.declaration.check.jobs import SCORING
from avow.declaration.check.rule import Rule, Wording
from avow.declaration.check.universe import Universe
from avow.declaration.model import Declaration, InForce, Never

PROFILING = frozenset(
    {
        "dpv:Personalisation",
        "dpv:PersonalisedAdvertising",
        "dpv:ServicePersonalisation",
        "dpv:TargetedAdvertising",
    }
)
"""DPV purposes that need to know what a person is like."""
_BETRAYED_BY = frozenset({"score", "segment", "persona", "lead_score", "propensity"})


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """One finding per promise of no profile, with the recipients whose trade it is and the purposes
    that profile or hand data to them."""
    del universe
    tools = [r for r in declaration.recipients.values() if SCORING.is_done_by(r)]
    names = {tool.id for tool in tools}
    purposes = [p for p in law.purposes if p.dpv in PROFILING or not names.isdisjoint(p.recipients)]
    said = [*(f"{tool.id}: {tool.for_}" for tool in tools), *(purpose.id for purpose in purposes)]
    for never in declaration.nevers if said else ():
        if _is_of_profiles(never):
            clauses = [*(tool.clause for tool in tools), *(p.clause for p in purposes)]
            yield defect(
                "AV258",
                Severity.E,
                f"clause {never.clause} promises no profile, and profiles are what these are for",
                never.place,
                because=listed(said),
                hint="show that it is switched off and say so under `for`, or tell of profiles",
                clauses=(never.clause, *clauses),
                about=(never.clause, "profile"),
            )


def _is_of_profiles(never: Never) -> bool:
    return "profil" in never.id.casefold() or not _BETRAYED_BY.isdisjoint(never.fields_named)


RULE = Rule(
    "AV258",
    "art. 4(4), 5(1)(a), 13(2)(f) GDPR",
    Need.DECIDE,
    check,
    Wording(
        fr="Nous regroupons les contacts selon … pour leur écrire à propos ; aucune décision n’en "
        "dépend, et vous pouvez vous y opposer.",
        nl=(
            "Wij delen contacten in volgens … om hen gericht te schrijven; er hangt geen "
            "beslissing van af, en u kunt bezwaar maken."
        ),
        en=(
            "We group contacts by … to write to them fittingly; no decision depends on it, and "
            "you may object."
        ),
    ),
)
