"""The register of incidents: steps in order, words sealed, each step a commitment in the ledger."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

import msgspec

from avow.common.calendar import Period, add, local_day
from avow.common.ids import new_id
from avow.common.masked import Masked
from avow.duties.correspondence.outbox import Tells
from avow.duties.incidents.machine import (
    Entry,
    Incident,
    IncidentRefused,
    Reported,
    Steps,
    after,
    folded,
    name_of,
    read_step,
)
from avow.engine.db.store import Row, Runs
from avow.engine.evidence.entries import IncidentStep, commitment
from avow.engine.keys.bundles import new_bundle_key, open_in, seal_in
from avow.engine.keys.ring import KeyRing

KEPT = Period(years=5)
"""How long what people said of an incident can be read."""


@dataclass(frozen=True, slots=True)
class Register:
    """What the register works with. `tell` writes to the ledger inside a transaction."""

    runs: Runs
    ring: KeyRing
    zone: str
    tell: Tells


def report(register: Register, step: Reported, words: bytes, *, by: str, at: datetime) -> str:
    """Enter what somebody reports; gives the id. Anyone may, and nothing is a condition."""
    name, salt = new_id("incident"), secrets.token_bytes(32)
    with register.runs.transaction() as tx:
        last = add(local_day(at, register.zone), KEPT)
        key = new_bundle_key(tx, register.ring, "incident", last, at)
        entry = Entry(1, at, by, step, bool(words))
        state = after(Incident(name), entry)
        tx.run("incident_add", id=name, key=key, salt=salt, at=at, **_standing(state))
        _write(register, tx, name, (key, salt), entry, words)
    return name


def take(
    register: Register, incident: str, step: Steps, words: bytes = b"", *, by: str, at: datetime
) -> Incident:
    """Take a step in an incident.

    Raises:
        IncidentRefused: AV920 there is no such incident, AV921 to AV923; nothing was written.
    """
    with register.runs.transaction() as tx:
        row = tx.one("incident_lock", id=incident)
        if row is None:
            raise _unknown(incident)
        state = folded(incident, map(_entry, tx.run("incident_steps", id=incident)))
        entry = Entry(state.steps + 1, at, by, step, bool(words))
        state = after(state, entry)
        tx.run("incident_after", id=incident, **_standing(state))
        _write(register, tx, incident, (row["key"], bytes(row["salt"])), entry, words)
    return state


def read(register: Register, incident: str) -> Incident:
    """An incident as its steps leave it. Raises IncidentRefused AV920."""
    return folded(incident, entries_of(register, incident))


def entries_of(register: Register, incident: str) -> tuple[Entry, ...]:
    """The steps of an incident. Raises IncidentRefused AV920."""
    found = tuple(map(_entry, register.runs.run("incident_steps", id=incident)))
    if not found:
        raise _unknown(incident)
    return found


def every(register: Register, until: datetime | None = None) -> Iterator[Incident]:
    """Every incident of the register, the oldest first, as it is or as it stood at an instant."""
    rows = register.runs.run("incident_steps", id=None)
    then = (row for row in rows if until is None or row["at"] <= until)
    for name, steps in groupby(then, key=lambda row: str(row["incident"])):
        yield folded(name, map(_entry, steps))


def words_of(register: Register, incident: str, number: int) -> Masked[bytes]:
    """What people said with a step; empty when nothing."""
    for row in register.runs.run("incident_steps", id=incident):
        if row["number"] == number and row["sealed"] is not None:
            about = f"{incident} {number}"
            box = bytes(row["sealed"])
            return Masked(open_in(register.runs, register.ring, row["key"], box, about))
    return Masked(b"")


def _write(
    register: Register, runs: Runs, incident: str, under: tuple[str, bytes], entry: Entry,
    words: bytes,
) -> None:  # fmt: skip
    key, salt = under
    data, sealed = msgspec.json.encode(entry.step), None
    if words:
        sealed = seal_in(runs, register.ring, key, words, f"{incident} {entry.number}")
    runs.run(
        "incident_step_add",
        incident=incident,
        number=entry.number,
        at=entry.at,
        by=entry.by,
        step=data,
        sealed=sealed,
    )
    said = hashlib.sha256(words).hexdigest() if words else ""
    over = f"{entry.number}\n{entry.by}\n{data.decode()}\n{said}"
    body = IncidentStep(
        incident=incident,
        number=entry.number,
        step=name_of(entry.step),
        commitment=commitment(salt, over),
    )
    register.tell([body], entry.at, runs)


def _standing(state: Incident) -> dict[str, object]:
    return {
        "stage": str(state.stage),
        "known_at": state.known_at,
        "due_at": state.waits_until,
        "steps": state.steps,
    }


def _entry(row: Row) -> Entry:
    step = read_step(bytes(row["step"]))
    return Entry(row["number"], row["at"], row["by"], step, row["sealed"] is not None)


def _unknown(incident: str) -> IncidentRefused:
    return IncidentRefused(
        f"there is no incident `{incident}`",
        help="`avow incident list` names those there are",
        code="AV920",
    )
