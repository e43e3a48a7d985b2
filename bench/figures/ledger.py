"""The ledger: entries written in groups and alone, and read again with every check."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import psycopg

from avow.common.ids import new_id
from avow.engine.evidence.entries import BatchApplied, BatchChecked, Body
from avow.engine.evidence.ledger import Ledger
from avow.engine.evidence.verify import verify_ledger
from bench.figure import Better, Say, Scale, bare, beside
from bench.floors.ledger import READERS, TABLE, WRITERS, Write, by_copy
from bench.stand import NOW, Stand

GROUP = 1_000
"""Entries of a group: what a run tells of a step of some hundred chunks."""
ALONE = 100
"""One entry of so many is written alone, in a group of its own."""
FILL = 10_000
"""Entries of a group where only their number matters."""
MILLION = 1_000_000
LONGEST = 30.0
"""Seconds in which a million entries have to be verified."""


def measure(stand: Stand, scale: Scale, say: Say) -> None:
    """Entries per second, written in groups and alone, then verified."""
    ledger, bodies = stand.stage.state.ledger, _bodies(scale.entries)
    for name, size, most in (("in groups", GROUP, None), ("alone", 1, scale.entries // ALONE)):
        part = bodies[:most]
        floors = {
            each: _rate(len(part), _by_hand(stand, f"{each}_{size}".replace(" ", "_"), write),
                        part, size)
            for each, write in WRITERS.items()
        }  # fmt: skip
        ours = _rate(len(part), lambda group: ledger.append(group, NOW), part, size)
        told = ", ".join(f"{each} {rate:,.0f}" for each, rate in floors.items())
        say(
            beside(
                f"ledger: entries written per second, {name}",
                ours,
                "entries/s",
                list(floors.values()),
                better=Better.HIGHER,
                note=f"{len(part):,} entries, {size:,} to a group; by hand: {told}",
            )
        )
    _verified(stand, ledger, scale, say)


def _bodies(count: int) -> list[Body]:
    """What a run writes: of each chunk what was done, and that the verifier looked."""
    plan = new_id("plan")
    return [
        BatchApplied(plan=plan, step=0, chunk=n // 2, dataset="public.visit", deleted=10_000)
        if n % 2 == 0
        else BatchChecked(plan=plan, step=0, chunk=n // 2, passed=True)
        for n in range(count)
    ]


def _groups(bodies: Sequence[Body], size: int) -> Iterator[Sequence[Body]]:
    yield from (bodies[at : at + size] for at in range(0, len(bodies), size))


def _rate(
    count: int, write: Callable[[Sequence[Body]], object], bodies: Sequence[Body], size: int
) -> float:
    began = time.perf_counter()
    for group in _groups(bodies, size):
        write(group)
    return count / (time.perf_counter() - began)


def _by_hand(stand: Stand, name: str, write: Write) -> Callable[[Sequence[Body]], None]:
    """A log of its own; its connection ends with the stand's server."""
    link = psycopg.connect(stand.database(f"log_{name}"), autocommit=True)
    link.execute(TABLE)
    return lambda group: write(link, group)


def _verified(stand: Stand, ledger: Ledger, scale: Scale, say: Say) -> None:
    """All that lies in the ledger, a million at full scale, beside a log of as many rows."""
    is_full = scale.entries >= MILLION // 10
    _fill(partial(ledger.append, at=NOW), MILLION - ledger.size() if is_full else 0)
    size = ledger.size()
    with psycopg.connect(stand.database("log_read"), autocommit=True) as link:
        link.execute(TABLE)
        _fill(partial(by_copy, link), size)
        floors = {name: _best(partial(read, link), size, scale) for name, read in READERS.items()}
    ours = _best(partial(_good, ledger), size, scale)
    told = ", ".join(f"{name} {size / spent:,.0f}" for name, spent in floors.items())
    say(
        beside(
            "ledger: entries verified per second",
            size / ours,
            "entries/s",
            [size / spent for spent in floors.values()],
            better=Better.HIGHER,
            note=f"{size:,} entries, one core; only the chain, by hand: {told}",
        )
    )
    if is_full:
        say(bare("ledger: a million entries verified", ours, "s", target=LONGEST))
    else:
        target, rate = MILLION / LONGEST, size / ours
        say(bare("ledger: entries verified per second, at least", rate, "entries/s",
                 target=target, better=Better.HIGHER))  # fmt: skip


def _fill(write: Callable[[Sequence[Body]], object], count: int) -> None:
    for at in range(0, count, FILL):
        write(_bodies(min(FILL, count - at)))


def _best(read: Callable[[], int], size: int, scale: Scale) -> float:
    """The least seconds of some turns; each has to see every entry."""
    spent: list[float] = []
    for _ in range(scale.repeats if size < MILLION else 1):
        began = time.perf_counter()
        assert read() == size
        spent.append(time.perf_counter() - began)
    return min(spent)


def _good(ledger: Ledger) -> int:
    verdict = verify_ledger(ledger)
    assert verdict.good, verdict.what
    return verdict.size
