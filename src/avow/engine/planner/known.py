"""Bring what avow knows of persons to one system, as key sets of the rows it finds there.

A fact about an address is looked up where the data map says that addresses name a person; a fact
about a row names it itself. The lookup is read only, and no value leaves this process otherwise
than bound.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from avow.declaration.model import Basis, Declaration, InForce
from avow.engine.facts.standing import ENDED, FLOORS, ROW, Fact
from avow.engine.planner.judge import FLOOR
from avow.engine.planner.keysets import KeySet
from avow.estate.connectors.base import Connection
from avow.estate.datamap.model import Dataset, EventMode, System
from avow.estate.datamap.reach import Key

PROBE = "probe"
WITHDRAWABLE = (Basis.CONSENT, Basis.LEGITIMATE_INTEREST)
"""Bases whose purposes an act of the person can end: withdrawal, objection (art. 7(3), 21)."""


def fact_events(declaration: Declaration) -> frozenset[str]:
    """The events that avow knows and no system does."""
    return frozenset(e.id for e in declaration.events.values() if e.mode is EventMode.FACT)


def set_names(system: System, law: InForce, events: Iterable[str]) -> frozenset[str]:
    """The key sets a program for this system may use, whether or not anything is known today.

    Floors may concern every dataset with a key, so that a hold placed after a plan was approved
    still protects; events and ended purposes concern persons, so only datasets that name them.
    """
    floors = {f"fact.{FLOOR}.{d.name}" for d in _ours(system) if d.key}
    acts = {*events, *(f"{ENDED}:{p.id}" for p in law.purposes if p.basis in WITHDRAWABLE)}
    roots = [d.name for d in _ours(system) if d.identities]
    return frozenset(floors | {f"fact.{act}.{name}" for act in acts for name in roots})


def _ours(system: System) -> list[Dataset]:
    return [d for d in system.datasets.values() if d.is_personal and d.is_ours]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known, for one connection. `facts` reads the standing facts afresh at every call.

    Whose rows they are about is looked up again as soon as some fact changed, and with every new
    connection.
    """

    connection: Connection
    facts: Callable[[], Sequence[Fact]]
    looked_up: dict[str, tuple[Sequence[Fact], KeySet]] = field(
        default_factory=dict, compare=False, repr=False
    )

    def key_sets(self, system: str, names: frozenset[str]) -> tuple[KeySet, ...]:
        """The named key sets as they stand now; one per name, empty where nothing is known."""
        standing = self.facts()
        return tuple(self._key_set(system, name, standing) for name in sorted(names))

    def _key_set(self, system: str, name: str, standing: Sequence[Fact]) -> KeySet:
        _, fact, dataset = name.split(".", 2)
        wanted = FLOORS if fact == FLOOR else frozenset({fact})
        about = [f for f in standing if f.name in wanted]
        if name not in self.looked_up or self.looked_up[name][0] != about:
            rows, persons = self._named_rows(system, dataset, about), self._persons(dataset, about)
            keys = enumerate(sorted(_joined(rows, persons).items(), key=str))
            entries = tuple((n, key, day) for n, (key, day) in keys)
            self.looked_up[name] = (about, KeySet(name, dataset, entries))
        return self.looked_up[name][1]

    def _named_rows(self, system: str, dataset: str, about: Sequence[Fact]) -> dict[Key, date]:
        mine = [f for f in about if f.who.kind == ROW and f.who.subject == f"{system}.{dataset}"]
        return {tuple(json.loads(f.who.value.reveal())): f.since for f in mine}

    def _persons(self, dataset: str, about: Sequence[Fact]) -> dict[Key, date]:
        found: dict[Key, date] = {}
        for identity in self.connection.system.datasets[dataset].identities:
            mine = [f for f in about if f.who.kind == identity.kind]
            if not mine:
                continue
            values = {n: f.who.value.reveal() for n, f in enumerate(mine)}
            self.connection.find(PROBE, dataset, identity, values)
            for ordinal, key in self.connection.keys(PROBE):
                found[key] = min(found.get(key, date.max), mine[ordinal].since)
            self.connection.drop_keys(PROBE)
        return found


def _joined(rows: Mapping[Key, date], persons: Mapping[Key, date]) -> Mapping[Key, date]:
    """Rows that facts name themselves, and rows that were found by what names a person, each once
    and since its first day. The former are written as text; where there are both, all are, because
    no engine compares one key set in two types."""
    if not rows:
        return persons
    found = dict(rows)
    for key, day in persons.items():
        written = tuple(str(part) for part in key)
        found[written] = min(day, found.get(written, day))
    return found
