"""AV203: something is declared and nothing uses it."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Need, Severity
from avow.common.places import Place
from avow.declaration.check.found import Found, defect
from avow.declaration.check.rule import Rule
from avow.declaration.check.together import all_in_one
from avow.declaration.check.universe import Universe
from avow.declaration.interpretation import proposed
from avow.declaration.model import Declaration, InForce


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """Categories, events and processors that nothing uses, decisions counted whether signed or not;
    and, once there is a data map, points whose data no dataset says it holds."""
    del law
    decided = proposed(declaration)
    ruled = {c for rule in decided.rules for c in rule.applies_to.category}
    ruled |= {never.category or "" for never in declaration.nevers}
    for cell in universe.idle:
        if cell.category not in ruled:
            place = declaration.categories[cell.category].place
            yield _unused("category", cell.category, place, "nothing collects or stores it")
    events = _events(decided)
    for event in declaration.events.values():
        if event.id not in events:
            yield _unused("event", event.id, event.place, "it starts and ends nothing")
    used = {recipient for purpose in decided.purposes for recipient in purpose.recipients}
    for recipient in declaration.recipients.values():
        if recipient.role == "processor" and recipient.id not in used:
            place = recipient.place
            yield _unused("recipient", recipient.id, place, "no purpose hands anything to it")
    yield from _unmapped(declaration, universe)


def _unmapped(declaration: Declaration, universe: Universe) -> Iterator[Found]:
    mapped = {cell.collected_at for cell in universe.mapped}
    for point in declaration.points.values() if universe.mapped else ():
        if point.id not in mapped:
            why = "no dataset says that it holds what is collected there"
            yield _unused("collection point", point.id, point.place, why)


def _events(law: InForce) -> set[str | None]:
    events = {end.starts for rule in law.rules for end in rule.ends}
    events |= {end.otherwise for rule in law.rules for end in rule.ends}
    events |= {minimum.starts for minimum in law.minimums}
    return events | {purpose.ends for purpose in law.purposes}


def _unused(kind: str, name: str, place: Place, because: str) -> Found:
    what = f"the {kind} `{name}` is used by nothing"
    return defect("AV203", Severity.I, what, place, because=because, about=(name,))


RULE = Rule(
    "AV203",
    "art. 5(2) GDPR",
    Need.FIX_TEXT,
    check,
    together=all_in_one,
    headline="{n} things that are declared are used by nothing",
)
