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


@dataclass(frozen=True, slots=True)
class Noting:
    """A fact to write down. `kind` is a word of this module or the name of an event that only avow
    knows; `since`: from when it holds, where that is not now: what the person said counts, not when
    it was written."""

    kind: str
    who: Who
    code: str = ""
    clause: str = ""
    since: datetime | None = None


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
    """Write a fact down; returns its id. The value is sealed until the fact is closed."""
    return note_all(runs, ring, [Noting(kind, who, code, clause, since)], at=at)[0]


def note_all(
    runs: Runs, ring: KeyRing, notings: Sequence[Noting], *, at: datetime
) -> tuple[str, ...]:
    """Write facts down in one go, however many rows they are about; their ids, in their order."""
    names = tuple(new_id("fact") for _ in notings)
    with runs.transaction() as work:
        met = meet_all(work, ring, [each.who for each in notings], at)
        work.many(
            "fact_add",
            [
                {
                    "id": name,
                    "identity": identity,
                    "kind": each.kind,
                    "code": each.code,
                    "clause": each.clause,
                    "release": None,
                    "case_id": None,
                    "since": each.since or at,
                    "at": at,
                }
                for name, identity, each in zip(names, met, notings, strict=True)
            ],
        )
    return names


def meet(runs: Runs, ring: KeyRing, who: Who, at: datetime) -> str:
    """The id of an identity, its value sealed under that id."""
    return meet_all(runs, ring, [who], at)[0]


def meet_all(runs: Runs, ring: KeyRing, whos: Sequence[Who], at: datetime) -> tuple[str, ...]:
    """The ids of identities in their order, each value sealed under its id."""
    hashes = [ring.keyed_hash(who.value, f"{who.kind}/1") for who in whos]
    places = [
        (who.sphere, who.subject, who.kind, hashed.hash)
        for who, hashed in zip(whos, hashes, strict=True)
    ]
    met = dict(zip(places, zip(whos, hashes, strict=True), strict=True))
    found = runs.run(
        "identities_add",
        ids=[new_id("identity") for _ in met],
        spheres=[who.sphere for who, _ in met.values()],
        subjects=[who.subject for who, _ in met.values()],
        keys=[who.kind for who, _ in met.values()],
        hashes=[hashed.hash for _, hashed in met.values()],
        hash_keys=[hashed.key for _, hashed in met.values()],
        at=at,
    )
    known = {(r["sphere"], r["subject"], r["key"], bytes(r["hash"])): r for r in found}
    unsealed = [(known[p]["id"], met[p][0]) for p in met if known[p]["sealed"] is None]
    runs.many(
        "identity_seal",
        [
            {"id": name, "sealed": ring.seal(who.value.reveal().encode(), name)}
            for name, who in unsealed
        ],
    )
    return tuple(str(known[place]["id"]) for place in places)


def close(runs: Runs, fact: str, at: datetime) -> bool:
    """End a fact; its identity's value is forgotten when no other fact needs it. False when it had
    ended before or is unknown."""
    return close_all(runs, [fact], at) == 1


def close_all(runs: Runs, facts: Sequence[str], at: datetime) -> int:
    """End facts in one go; how many had not ended before."""
    with runs.transaction() as work:
        ended = work.run("facts_close", ids=list(facts), until=at)
        work.run("identities_forget", ids=sorted({row["identity"] for row in ended}))
    return len(ended)


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


def held_by(runs: Runs, ring: KeyRing, hold: str) -> tuple[Who, ...]:
    """Whom and what a standing hold is about; empty where no such hold stands."""
    return tuple(
        _who(ring, found, found["id"])
        for found in runs.run("hold_identities")
        if found["hold"] == hold and found["sealed"] is not None
    )


def _who(ring: KeyRing, found: dict[str, object], identity: object) -> Who:
    sealed = found["sealed"]
    if not isinstance(sealed, bytes | memoryview):
        raise TypeError("a sealed value is bytes")
    plain = ring.open(bytes(sealed), str(identity)).decode()
    return Who(str(found["key"]), Masked(plain), str(found["subject"]), str(found["sphere"]))
