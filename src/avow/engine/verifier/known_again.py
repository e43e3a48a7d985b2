"""Whose erasure was taken back: what was remembered of them, so that nobody looks for them as
somebody who should be gone, and no restored backup is erased again for them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from avow.engine.db.store import Runs
from avow.engine.keys.bundles import open_in, seal_in
from avow.engine.keys.ring import KeyRing
from avow.engine.verifier.erased import IDENTITY, Erased, about_to_go
from avow.estate.connectors.base import Access, Connection

Key = tuple[Any, ...]
_BACK = "back."


@dataclass(frozen=True, slots=True)
class _There:
    """Rows of persons by dataset, as the key sets that name them."""

    roots: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Back:
    """Whose rows came back: in which system, of which plan, and the rows that name them."""

    system: str
    plan: str
    roots: Mapping[str, Sequence[Key]]


def forget_gone(
    runs: Runs,
    ring: KeyRing,
    connect: Callable[[str, Access], Connection],
    back: Back,
    at: datetime,
) -> int:
    """Forget that these persons were erased by the plan; gives how many hashes went.

    What names them is read where they are again. Called twice it finds nothing more.

    Raises:
        what `connect` raises, and Refused: the system does not answer; nothing is forgotten.
    """
    there = _There({dataset: f"{_BACK}{dataset}" for dataset in back.roots})
    with closing(connect(back.system, Access.READ)) as connection:
        for dataset, keys in back.roots.items():
            rows = [(n, key, None) for n, key in enumerate(keys)]
            connection.put_keys(there.roots[dataset], dataset, rows)
        found = about_to_go(connection, there)
    hashes = [ring.keyed_hash(each.value, each.form).hash for each in found]
    with runs.transaction() as tx:
        gone = tx.run("erasures_drop", plan=back.plan, hashes=hashes)
        _seek_no_more(tx, ring, back, found, at)
    return len(gone)


def _seek_no_more(
    runs: Runs, ring: KeyRing, back: Back, found: Iterable[Erased], at: datetime
) -> None:
    """Take their values out of what the next census looks for."""
    theirs = {each.value.reveal() for each in found if each.kind == IDENTITY}
    for row in runs.run("census_secrets", system=back.system, at=at):
        if row["plan"] != back.plan:
            continue
        values = json.loads(open_in(runs, ring, row["key"], bytes(row["sealed"]), row["id"]))
        left = [value for value in values if value not in theirs]
        if len(left) < len(values):
            box = seal_in(runs, ring, row["key"], json.dumps(left).encode(), row["id"])
            runs.run("census_secret_set", id=row["id"], sealed=box, values=len(left))
