"""AV294: a transfer rests on a decision that is not there, has ended, or is about to end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from avow.common.findings import Need, Severity
from avow.declaration.check.found import Found, defect
from avow.declaration.check.rule import Rule, Wording
from avow.declaration.check.universe import Universe
from avow.declaration.countries import EEA
from avow.declaration.facts.known import Adequacy, Facts, known
from avow.declaration.model import Declaration, InForce, Recipient

ADEQUACY = "adequacy"
WARNED = ((30, Severity.E), (90, Severity.W), (180, Severity.I))
"""Days before the end of a decision, and how grave it is by then."""


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """One finding per recipient outside the EEA whose `transfer` is adequacy, or a tool that a
    judgment has ended."""
    del law
    for recipient in declaration.recipients.values():
        if (recipient.country or "") not in EEA | {""}:
            yield from _void(recipient, universe.day, known())
            if recipient.transfer == ADEQUACY:
                yield from _adequate(recipient, _printed(declaration), universe.day, known())


def _printed(declaration: Declaration) -> date | None:
    """The day of the print: that of its last change, or the one from which it counts."""
    edition = declaration.edition
    return (edition.changed or edition.effective) if edition else None


def _void(recipient: Recipient, day: date, facts: Facts) -> Iterator[Found]:
    for tool in facts.void:
        if recipient.transfer == tool.tool and tool.since <= day:
            what = f"`{recipient.id}`: `{tool.tool}` is void since {tool.since}"
            yield _told(recipient, Severity.E, what, tool.judgment)


def _adequate(
    recipient: Recipient, printed: date | None, day: date, facts: Facts
) -> Iterator[Found]:
    decisions = [d for d in facts.adequacy if d.country == recipient.country]
    now = next((d for d in decisions if d.holds(day)), None)
    if now is None:
        past = max((d.until for d in decisions if d.until and d.until < day), default=None)
        ended = f"; the last one ended on {past}" if past else ""
        what = f"`{recipient.id}`: no adequacy decision for {recipient.country} is known{ended}"
        yield _told(recipient, Severity.E, what, "without one the transfer needs another tool")
    else:
        yield from _ending(recipient, now, printed, day)
        if now.only and not recipient.copy:
            what = f"`{recipient.id}`: the decision for {recipient.country} counts for {now.only}"
            yield _told(recipient, Severity.W, what, f"{now.decision} ({now.source})")


def _ending(
    recipient: Recipient, now: Adequacy, printed: date | None, day: date
) -> Iterator[Found]:
    """The end of a decision comes near; or the print is from before it, and means another."""
    if now.until is None:
        return
    left = (now.until - day).days
    grave = next((severity for days, severity in WARNED if left <= days), None)
    because = f"{now.decision} counts until {now.until} ({now.source})"
    if grave is not None:
        what = f"`{recipient.id}`: the adequacy of {recipient.country} ends in {left} days"
        yield _told(recipient, grave, what, because)
    elif printed is None or printed < now.since:
        what = (
            f"`{recipient.id}`: the adequacy of {recipient.country} has an end, and the print does "
            "not say which decision it means"
        )
        yield _told(recipient, Severity.W, what, because)


def _told(recipient: Recipient, severity: Severity, what: str, because: str) -> Found:
    return defect(
        "AV294",
        severity,
        what,
        recipient.place,
        because=because,
        hint="name the decision with its date, and have another tool ready before it ends",
        clauses=(recipient.clause,),
        about=(recipient.id,),
    )


RULE = Rule(
    "AV294",
    "art. 13(1)(f), 45, 46 GDPR",
    Need.FIND_EVIDENCE,
    check,
    Wording(
        fr=(
            "La Commission européenne a reconnu ce pays par sa décision … du …, valable jusqu’au "
            "… ; si elle prend fin, nous n’y envoyons plus rien sans clauses types."
        ),
        nl=(
            "De Europese Commissie heeft dit land erkend met haar besluit … van …, geldig tot …; "
            "eindigt dat, dan gaat niets meer daarheen zonder modelbepalingen."
        ),
        en=(
            "The European Commission has recognised this country by its decision … of …, valid "
            "until …; should it end, nothing goes there without standard clauses."
        ),
    ),
)
