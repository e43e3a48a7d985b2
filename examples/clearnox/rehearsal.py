"""What a rehearsal in the demonstration needs: copies of the systems, and a person who judges."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg

from avow.declaration.model import Declaration, InForce
from avow.declaration.scope import rule_covers
from avow.engine.planner.judge import cell_groups
from avow.engine.planner.sampling import Judgement, Sample

COPY = "rehearsal"
"""What the name of a database or file begins with that holds a copy."""


def governing(declaration: Declaration, law: InForce, name: str) -> tuple[str, ...]:
    """The rules that reach some cells of a system."""
    system = declaration.datamap.systems[name]
    cells = [c for d in system.datasets.values() for c in cell_groups(system, d, ())]
    return tuple(r.id for r in law.rules if any(rule_covers(r, c.place) for c in cells))


@contextmanager
def copied(url: str, server: str) -> Iterator[str]:
    """A copy of a system, dropped at the end; gives its address. `server` is an address at which
    databases may be made."""
    made = _database(url, server) if "://" in url else _file(url)
    with made as address:
        yield address


@contextmanager
def _file(path: str) -> Iterator[str]:
    copy = Path(path).with_name(f"{COPY}_{Path(path).name}")
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as into:
        source.backup(into)
    try:
        yield str(copy)
    finally:
        copy.unlink()


@contextmanager
def _database(url: str, server: str) -> Iterator[str]:
    with psycopg.connect(url) as there:
        name = there.info.dbname
    copy = f"{COPY}_{name}"
    with psycopg.connect(server, autocommit=True) as owner:
        owner.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{name}"'.encode())
        try:
            yield url.replace(f"/{name}?", f"/{copy}?")
        finally:
            owner.execute(f'DROP DATABASE "{copy}" WITH (FORCE)'.encode())


def judged(sample: Sample) -> dict[int, Judgement]:
    """What the person of the demonstration says: a row is right where its own verdict, which
    shares no question with the plan, says what the plan would do. Of the others nobody is sure."""
    return {row.number: Judgement.RIGHT if row.agrees else Judgement.UNSURE for row in sample.rows}
