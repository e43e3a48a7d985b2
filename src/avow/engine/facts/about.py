"""What is known of one person, by what names them: facts, and what keeps them from coming back.

Values are found again by their keyed hashes, under every key of the ring.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from avow.declaration.decision.facts import Facts, Floor, FloorKind
from avow.engine.db.store import Runs
from avow.engine.facts.standing import ACCESS, ENDED, HOLD, RESTRICTION, Who
from avow.engine.keys.ring import KeyRing

FLOOR_KINDS = {
    HOLD: FloorKind.HOLD,
    RESTRICTION: FloorKind.RESTRICTION,
    ACCESS: FloorKind.ACCESS,
}
"""What each fact that forbids erasing is to a decision."""
OBJECTED, UNSUBSCRIBED = "objected", "unsubscribed"
"""Why somebody must not come back into a purpose."""


@dataclass(frozen=True, slots=True)
class Open:
    """A fact that stands: its id, its name (`restriction`, `ended:newsletter`) and since when."""

    id: str
    name: str
    since: datetime


def about(runs: Runs, ring: KeyRing, whos: Iterable[Who], at: datetime) -> tuple[Open, ...]:
    """The facts that stand at an instant about any of these identities, oldest first."""
    found = {each.id: each for mine in about_each(runs, ring, whos, at) for each in mine}
    return tuple(sorted(found.values(), key=lambda each: (each.since, each.id)))


def about_each(
    runs: Runs, ring: KeyRing, whos: Iterable[Who], at: datetime
) -> tuple[tuple[Open, ...], ...]:
    """What stands at an instant about each of these identities, in their order; asked in one go."""
    places = [frozenset(_places(ring, who)) for who in whos]
    asked = sorted(frozenset().union(*places))
    found = runs.run(
        "identities_find",
        spheres=[place[0] for place in asked],
        subjects=[place[1] for place in asked],
        keys=[place[2] for place in asked],
        hashes=[place[3] for place in asked],
    )
    met = {(r["sphere"], r["subject"], r["key"], bytes(r["hash"])): r["id"] for r in found}
    facts: dict[str, list[Open]] = {}
    for fact in runs.run("facts_about", identities=sorted(met.values()), at=at):
        name = f"{fact['kind']}:{fact['code']}" if fact["code"] else fact["kind"]
        facts.setdefault(fact["identity"], []).append(Open(fact["id"], name, fact["since"]))
    return tuple(
        tuple(each for place in mine if place in met for each in facts.get(met[place], ()))
        for mine in places
    )


def as_facts(standing: Iterable[Open]) -> Facts:
    """What a decision and the usage check make of facts that stand about a person."""
    names = [each.name for each in standing]
    ended = frozenset(n.partition(":")[2] for n in names if n.startswith(f"{ENDED}:"))
    floors = tuple(Floor(FLOOR_KINDS[n], n) for n in dict.fromkeys(names) if n in FLOOR_KINDS)
    return Facts(ended=ended, floors=floors, restricted=RESTRICTION in names)


def suppress(
    runs: Runs,
    ring: KeyRing,
    who: Who,
    reason: str,
    purpose: str,
    clause: str,
    ends_on: date,
    since: datetime,
) -> None:
    """Keep somebody from coming back into a purpose, by a keyed hash that outlives their data."""
    normaliser = f"{who.kind}/1"
    hashed = ring.keyed_hash(who.value, normaliser)
    runs.run(
        "suppression_add",
        sphere=who.sphere,
        subject=who.subject,
        key=who.kind,
        hash=hashed.hash,
        hash_key=hashed.key,
        normaliser=normaliser,
        reason=reason,
        purpose=purpose,
        clause=clause,
        since=since,
        ends_on=ends_on,
    )


def suppressed(runs: Runs, ring: KeyRing, who: Who, day: date) -> frozenset[tuple[str, str]]:
    """(reason, purpose) of everything that keeps somebody from coming back on a day."""
    rows = runs.run("suppressed", sphere=who.sphere, hashes=_hashes(ring, who), day=day)
    return frozenset((row["reason"], row["purpose"]) for row in rows if row["key"] == who.kind)


def _places(ring: KeyRing, who: Who) -> Iterator[tuple[str, str, str, bytes]]:
    for hashed in _hashes(ring, who):
        yield who.sphere, who.subject, who.kind, hashed


def _hashes(ring: KeyRing, who: Who) -> list[bytes]:
    form = f"{who.kind}/1"
    return [ring.keyed_hash(who.value, form, key).hash for key in ring.hashing.by_id]
