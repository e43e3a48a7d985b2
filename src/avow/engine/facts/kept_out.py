"""Who of many persons must not come back: those who were erased, and those who objected.

A suppression is a keyed hash; values are hashed here, chunk by chunk, under every key of the ring,
and compared in one statement per chunk. No value leaves this process.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import TypeAlias

from avow.common.masked import Masked
from avow.engine.db.store import Runs
from avow.engine.facts.standing import OURS
from avow.engine.keys.ring import KeyRing

CHUNK = 2_000
"""Persons of one statement."""

Named: TypeAlias = Sequence[tuple[str, Masked[str]]]
"""What names one person: kinds and values."""
Why: TypeAlias = tuple[str, str]
"""The reason of a suppression, and the purpose; empty where it holds for all."""


def kept_out(
    runs: Runs, ring: KeyRing, persons: Iterable[Named], day: date, *, sphere: str = OURS
) -> Iterator[frozenset[Why]]:
    """For each person, in their order, why they must not come back on a day; empty where nothing
    is said against it."""
    waiting = iter(persons)
    while chunk := list(islice(waiting, CHUNK)):
        yield from _of_chunk(runs, ring, chunk, day, sphere)


def _of_chunk(
    runs: Runs, ring: KeyRing, chunk: Sequence[Named], day: date, sphere: str
) -> Iterator[frozenset[Why]]:
    hashed = [frozenset(_hashes(ring, person)) for person in chunk]
    every = sorted({h for mine in hashed for _, h in mine})
    found: dict[tuple[str, bytes], set[Why]] = {}
    for row in runs.run("suppressed", sphere=sphere, hashes=every, day=day):
        why = (row["reason"], row["purpose"])
        found.setdefault((row["key"], bytes(row["hash"])), set()).add(why)
    for mine in hashed:
        yield frozenset(why for each in mine for why in found.get(each, ()))


def _hashes(ring: KeyRing, person: Named) -> Iterator[tuple[str, bytes]]:
    """Each value as it was given and in lower case: numbers are told apart by their case, addresses
    are not."""
    for kind, value in person:
        plain = value.reveal().strip()
        for form in dict.fromkeys((plain, plain.lower())) if plain else ():
            for key in ring.hashing.by_id:
                yield kind, ring.keyed_hash(Masked(form), f"{kind}/1", key).hash
