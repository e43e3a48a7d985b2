"""An erasure beside three ways by hand, in turn in the same database, chunk by chunk alike."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from statistics import median

from avow.faces.cli.desk import Desk
from bench.figure import Figure, beside
from bench.stand import Stand
from bench.worlds.persons import Linked, Supply, rows_each

ByHand = Mapping[str, Callable[[Sequence[Sequence[int]]], int]]
"""What deletes persons, given chunk by chunk, and says how many rows went."""
NAME = "avow"


def chunked(ids: Sequence[int], sizes: Sequence[int]) -> list[Sequence[int]]:
    """The ids in chunks of these sizes."""
    found, at = [], 0
    for size in sizes:
        found.append(ids[at : at + size])
        at += size
    return found


def rounds(
    stand: Stand, desk: Desk, tables: Sequence[Linked], supply: Supply, ways: ByHand, many: int,
    times: int, root: str = "person",
) -> tuple[dict[str, list[float]], list[int]]:  # fmt: skip
    """Seconds of each way, round by round, and the chunks that avow took last.

    Avow goes first in each round, since the ways by hand take chunks of the same sizes.
    """
    found: defaultdict[str, list[float]] = defaultdict(list)
    sizes: list[int] = []
    for _ in range(times):
        plan = stand.erasure(desk, "app", {root: [(each,) for each in supply.take(many)]})
        done, seconds = stand.apply(desk, plan)
        assert done.rows == many * rows_each(tables), f"{done.status}: {done.rows}"
        found[NAME].append(seconds)
        sizes = taken(desk, plan)
        for name, way in ways.items():
            chunks = chunked(supply.take(many), sizes)
            began = time.perf_counter()
            rows = way(chunks)
            found[name].append(time.perf_counter() - began)
            assert rows == many * rows_each(tables), f"{name} deleted {rows}"
    return dict(found), sizes


def taken(desk: Desk, plan: str) -> list[int]:
    """How many persons went in each batch of an erasure, as the journal says."""
    rows = desk.memory.runs.run("journal_chunks", plan=plan)
    return [int(row["counts"]["persons"]) for row in rows if "persons" in row["counts"]]


def figure(name: str, found: Mapping[str, list[float]], sizes: list[int], target: float) -> Figure:
    """The median of whole times beside that of the best way by hand."""
    middle = {way: median(seconds) for way, seconds in found.items()}
    ours = middle.pop(NAME)
    told = ", ".join(f"{way} {seconds:.2f}" for way, seconds in middle.items())
    return beside(
        name,
        ours,
        "s",
        list(middle.values()),
        target=target,
        note=f"whole times; by hand: {told}; chunks of {', '.join(map(str, sizes))} persons",
    )
