"""AV296: a period is one that a tool offers, and was perhaps never decided."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Need, Severity
from avow.declaration.check.dated import is_called
from avow.declaration.check.found import Found, defect
from avow.declaration.check.rule import Rule as Looked
from avow.declaration.check.rule import Wording
from avow.declaration.check.universe import Universe
from avow.declaration.facts.known import known
from avow.declaration.model import Declaration, InForce, Recipient, Rule
from avow.declaration.scope import purpose_uses, rule_covers


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """One finding per retention rule with exactly such a period, over data that a purpose gives to
    that tool."""
    for preset in known().presets:
        tools = [r for r in declaration.recipients.values() if is_called(r, preset.names)]
        for rule in law.rules:
            if any(end.period in preset.periods for end in rule.ends):
                for tool in tools:
                    if _reaches(rule, tool, law, universe):
                        yield _told(rule, tool, f"{preset.source}")


def _reaches(rule: Rule, tool: Recipient, law: InForce, universe: Universe) -> bool:
    given = [p for p in law.purposes if tool.id in p.recipients]
    return any(rule_covers(rule, c) and purpose_uses(p, c) for p in given for c in universe.cells)


def _told(rule: Rule, tool: Recipient, source: str) -> Found:
    periods = " or ".join(str(end.period) for end in rule.ends)
    return defect(
        "AV296",
        Severity.I,
        f"clause {rule.clause} keeps for {periods}, which is a setting that `{tool.id}` offers",
        rule.place,
        because=f"a period follows from what the data are for, not from a menu ({source})",
        hint="say why it is needed for so long; the shortest setting may do",
        clauses=(rule.clause,),
        about=(rule.id, tool.id),
    )


RULE = Looked(
    "AV296",
    "art. 5(1)(e), 25(2) GDPR",
    Need.DECIDE,
    check,
    Wording(
        fr="Nous gardons ces chiffres … mois, le temps de comparer une saison à la précédente.",
        nl="Wij bewaren deze cijfers … maanden, om een seizoen met het vorige te vergelijken.",
        en="We keep these figures for … months, to compare a season with the one before.",
    ),
)
