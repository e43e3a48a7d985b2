"""AV261: work that the purposes need, and that no named recipient does."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Need, Severity
from avow.declaration.check.found import Found, defect
from avow.declaration.check.jobs import ACCOUNTING, ADVERTISING, BACKUPS, EVENTS, HOSTING, Job
from avow.declaration.check.rule import Rule, Wording
from avow.declaration.check.together import all_in_one
from avow.declaration.check.universe import Universe
from avow.declaration.model import Declaration, InForce

PROVIDING = frozenset({"dpv:ServiceProvision", "dpv:ServiceRegistration"})
SHOWING = frozenset({"dpv:Advertising", "dpv:PersonalisedAdvertising", "dpv:TargetedAdvertising"})


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """Work that somebody must do and nobody is named for, at the first recipient. A statement that
    names no processor makes no list that could have gaps."""
    del universe
    recipients = tuple(declaration.recipients.values())
    if not any(recipient.role == "processor" for recipient in recipients):
        return
    for job, clauses in _needed(declaration, law):
        if clauses and not any(job.is_done_by(recipient) for recipient in recipients):
            yield defect(
                "AV261",
                Severity.W,
                f"nobody is named for {job.name}",
                recipients[0].place,
                because="the purposes and periods need somebody who does it",
                hint="name who does it under `recipients`, or your own `staff` with the words",
                clauses=clauses,
                about=(job.name.replace(" ", "-"),),
            )


def _needed(declaration: Declaration, law: InForce) -> Iterator[tuple[Job, list[str]]]:
    """What somebody must do, with the clauses that need it."""
    yield HOSTING, [p.clause for p in law.purposes if p.dpv in PROVIDING]
    yield BACKUPS, _clauses(declaration, "backup")
    yield ACCOUNTING, _clauses(declaration, "invoice")
    yield EVENTS, [p.clause for p in declaration.points.values() if "event" in p.id.split("-")]
    yield ADVERTISING, [p.clause for p in law.purposes if p.dpv in SHOWING]


def _clauses(declaration: Declaration, word: str) -> list[str]:
    return [
        category.clauses[0]
        for category in declaration.categories.values()
        if word in category.id.split("-") and category.clauses
    ]


RULE = Rule(
    "AV261",
    "art. 13(1)(e) GDPR",
    Need.FIND_EVIDENCE,
    check,
    Wording(
        fr=(
            "Reçoivent aussi des données : … (hébergement du service), … (sauvegardes), … "
            "(comptabilité)."
        ),
        nl="Ook ontvangen gegevens: … (hosting van de dienst), … (back-ups), … (boekhouding).",
        en="Data also go to: … (hosting the service), … (backups), … (accounting).",
    ),
    together=all_in_one,
    headline="nobody is named for {n} kinds of work that the purposes need",
)
