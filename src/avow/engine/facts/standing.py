"""What avow knows of persons: acts and floors, written by duties and read by all.

A fact is about an identity: an address or a number that names a person in a sphere, or the key of
a row. Its value is kept encrypted only while a fact about it is open; afterwards a keyed hash is
left. Facts reach an estate only as key sets.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from avow.common.calendar import after, local_day
from avow.common.ids import new_id
from avow.common.masked import Masked
from avow.engine.db.store import Runs
from avow.engine.keys.ring import KeyRing

OURS = "ours"
"""The sphere of the controller itself; a tenant whose processor we are has its own."""
HOLD, RESTRICTION, ACCESS = "hold", "restriction", "access"
FLOORS = frozenset({HOLD, RESTRICTION, ACCESS})
"""Facts that forbid erasing while they stand."""
ENDED = "ended"
"""A purpose ended for the person by an act of theirs; the code is the purpose."""
DELETION_ASKED = "deletion-asked"
"""The event of a person who asked to be deleted; a declaration may let periods end with it."""
ROW = "row"
"""The kind of identity that names one row of one dataset by its key."""


@dataclass(frozen=True, slots=True)
class Who:
    """Whom a fact is about: `kind` names what the value is (`email`, or `row`).

    For a row, `subject` is `system.dataset` and the value its key as a JSON list of texts.
    """

    kind: str
    value: Masked[str]
    subject: str = ""
    sphere: str = OURS


@dataclass(frozen=True, slots=True)
class Fact:
    """One standing fact: its name (`hold`, `ended:newsletter`, an event), whom, since which day."""

    name: str
    who: Who
    since: date
    clause: str = ""


def row(system: str, dataset: str, key: Sequence[object]) -> Who:
    """The identity that names one row by its key."""
    value = json.dumps([str(part) for part in key], ensure_ascii=True)
    return Who(ROW, Masked(value), f"{system}.{dataset}")


def note(
    runs: Runs,
    ring: KeyRing,
    kind: str,
    who: Who,
    *,
    at: datetime,
    code: str = "",
    clause: str = "",
    since: datetime | None = None,
) -> str:
    """Write a fact down; returns its id. The value is sealed until the fact is closed.

    `kind` is a word of this module or the name of an event that only avow knows. `since`: from
    when it holds, where that is not now: what the person said counts, not when it was written.
    """
    name = new_id("fact")
    with runs.transaction() as work:
        identity = meet(work, ring, who, at)
        work.run(
            "fact_add",
            id=name,
            identity=identity,
            kind=kind,
            code=code,
            clause=clause,
            release=None,
            case_id=None,
            since=since or at,
            at=at,
        )
    return name


def meet(runs: Runs, ring: KeyRing, who: Who, at: datetime) -> str:
    """The id of an identity, its value sealed under that id."""
    normaliser = f"{who.kind}/1"
    hashed = ring.keyed_hash(who.value, normaliser)
    found = runs.one(
        "identity_add",
        id=new_id("identity"),
        sphere=who.sphere,
        subject=who.subject,
        key=who.kind,
        hash=hashed.hash,
        hash_key=hashed.key,
        normaliser=normaliser,
        sealed=None,
        at=at,
    )
    if found is None:
        raise LookupError("the database gave no identity back")
    if found["sealed"] is None:
        box = ring.seal(who.value.reveal().encode(), found["id"])
        runs.run("identity_seal", id=found["id"], sealed=box)
    return str(found["id"])


def close(runs: Runs, fact: str, at: datetime) -> bool:
    """End a fact; its identity's value is forgotten when no other fact needs it. False when it had
    ended before or is unknown."""
    with runs.transaction() as work:
        ended = work.one("fact_close", id=fact, until=at) is not None
        work.run("identities_forget")
    return ended


def standing(
    runs: Runs, ring: KeyRing, kinds: Sequence[str], zone: str, day: date
) -> tuple[Fact, ...]:
    """The facts of these kinds that stand at the end of `day`, holds included, oldest first."""
    at = after(day, zone)
    facts = [
        Fact(
            f"{found['kind']}:{found['code']}" if found["code"] else found["kind"],
            _who(ring, found, found["identity"]),
            local_day(found["since"], zone),
            found["clause"],
        )
        for found in runs.run("facts_open", kinds=list(kinds), sphere=OURS, at=at)
        if found["sealed"] is not None
    ]
    if HOLD in kinds:
        opening = date.min.replace(year=1970)
        facts += [
            Fact(HOLD, _who(ring, found, found["id"]), opening)
            for found in runs.run("hold_identities")
            if found["sealed"] is not None
        ]
    return tuple(facts)


def _who(ring: KeyRing, found: dict[str, object], identity: object) -> Who:
    sealed = found["sealed"]
    if not isinstance(sealed, bytes | memoryview):
        raise TypeError("a sealed value is bytes")
    plain = ring.open(bytes(sealed), str(identity)).decode()
    return Who(str(found["key"]), Masked(plain), str(found["subject"]), str(found["sphere"]))
