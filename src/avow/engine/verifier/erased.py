"""What an erasure took away, remembered for as long as it must be looked for, and no longer.

Two memories. The census needs the values themselves, encrypted, until it has looked for them. The
erasure journal keeps keyed hashes, so that a restored backup can be erased again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from avow.common.ids import new_id
from avow.common.masked import Masked
from avow.engine.db.store import Runs
from avow.engine.keys.bundles import destroy, new_bundle_key, open_in, seal_in
from avow.engine.keys.ring import KeyRing
from avow.estate.connectors.base import Connection
from avow.estate.connectors.values import plain_all
from avow.estate.datamap.model import Strength
from avow.estate.datamap.predicates import InKeys

WAIT = timedelta(days=7)
"""A census that sees nothing for this long does not keep values alive: their key is destroyed."""
IDENTITY, ROOT_KEY = "identity", "root-key"
KEY_FORM = "key/1"
"""Name and version of how a key is written before it is hashed: a JSON list of texts."""


class Rooted(Protocol):
    """A program that names the key sets of the persons to erase."""

    @property
    def roots(self) -> Mapping[str, str]: ...


@dataclass(frozen=True, slots=True)
class Erased:
    """One value that named a person, or the key of a person's row: where it was, and how it is
    written before it is compared. `alone`: it names one person, so it may stand nowhere else."""

    dataset: str
    kind: str
    key: str
    value: Masked[str]
    form: str
    alone: bool = True


@dataclass(frozen=True, slots=True)
class Batch:
    """Which batch erased them: system, plan, instant, and the last day a backup may hold them."""

    system: str
    plan: str
    at: datetime
    keep_until: date


def about_to_go(connection: Connection, program: Rooted) -> tuple[Erased, ...]:
    """The identities and keys of the persons of a batch, read before anything is moved."""
    return tuple(
        each for dataset, keys in program.roots.items() for each in _of(connection, dataset, keys)
    )


def _of(connection: Connection, dataset: str, keys: str) -> Iterator[Erased]:
    mapped = connection.system.datasets[dataset]
    fields = tuple(i.field for i in mapped.identities)
    rows = connection.fetch(dataset, InKeys(mapped.key, keys), (*mapped.key, *fields))
    for row in rows:
        key = plain_all(row[: len(mapped.key)])
        yield Erased(dataset, ROOT_KEY, "+".join(mapped.key), Masked(json.dumps(key)), KEY_FORM)
        for identity, value in zip(mapped.identities, row[len(mapped.key) :], strict=True):
            (text,) = plain_all((value,)) or ("",)
            if text:
                alone = identity.strength is Strength.UNIQUE
                form = f"{identity.normalise}/1"
                yield Erased(dataset, IDENTITY, identity.kind, Masked(text), form, alone)


def remember(runs: Runs, ring: KeyRing, batch: Batch, erased: Sequence[Erased]) -> None:
    """Write both memories in one transaction. Called inside the batch, just before its commit: a
    batch that is then undone is known by its journal, and its values are not looked for."""
    sought = [e.value.reveal() for e in erased if e.kind == IDENTITY and e.alone]
    with runs.transaction() as tx:
        tx.many("erasure_add", [_journalled(ring, batch, each) for each in erased])
        if sought:
            name, by = new_id("secret"), batch.at.date() + WAIT
            key = new_bundle_key(tx, ring, "census", by, batch.at)
            tx.run(
                "census_secret_add",
                id=name,
                system=batch.system,
                plan=batch.plan,
                key=key,
                sealed=seal_in(tx, ring, key, json.dumps(sought).encode(), name),
                values=len(sought),
                at=batch.at,
            )


def _journalled(ring: KeyRing, batch: Batch, each: Erased) -> dict[str, Any]:
    hashed = ring.keyed_hash(each.value, each.form)
    return {
        "system": batch.system,
        "dataset": each.dataset,
        "kind": each.kind,
        "key": each.key,
        "hash": hashed.hash,
        "hash_key": hashed.key,
        "normaliser": hashed.normaliser,
        "action": "delete",
        "plan": batch.plan,
        "at": batch.at,
        "keep_until": batch.keep_until,
    }


@dataclass(frozen=True, slots=True)
class Sought:
    """What a census looks for: the values of batches that were committed, and which rows and keys
    end with it. `batches` is how many there were."""

    values: frozenset[str]
    batches: int
    secrets: tuple[str, ...]
    keys: tuple[str, ...]


def sought(runs: Runs, ring: KeyRing, system: str, at: datetime) -> Sought:
    """The values that were erased from a system and not looked for yet."""
    values: set[str] = set()
    over: list[tuple[str, str]] = []
    batches = 0
    for row in runs.run("census_secrets", system=system, at=at):
        state = _state(runs, row["plan"], row["made_at"])
        if state == "started":
            continue  # its commit is not known yet
        over.append((row["id"], row["key"]))
        if state in ("committed", "checked"):
            batches += 1
            box = open_in(runs, ring, row["key"], bytes(row["sealed"]), row["id"])
            values.update(json.loads(box))
    return Sought(frozenset(values), batches, tuple(s for s, _ in over), tuple(k for _, k in over))


def _state(runs: Runs, plan: str, at: datetime) -> str:
    """How the batch ended inside which something was remembered."""
    for chunk in runs.run("journal_chunks", plan=plan):
        ended = chunk["ended_at"]
        if chunk["started_at"] <= at and (ended is None or at <= ended):
            return str(chunk["state"])
    return "failed"


def forget(runs: Runs, ended: Sought, at: datetime) -> None:
    """Destroy the values a census has looked for, with their keys."""
    if ended.secrets:
        with runs.transaction() as tx:
            tx.run("census_secrets_end", ids=list(ended.secrets))
            destroy(tx, ended.keys, at)
