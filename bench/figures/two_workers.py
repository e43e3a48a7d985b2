"""Two workers with a plan each on one PostgreSQL, beside two connections by hand."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import Connection as Pipe
from pathlib import Path

from avow.app import open_state
from avow.common.clock import SetClock
from avow.engine.planner.release import in_force
from avow.engine.planner.working import carry_out
from avow.faces.cli.desk import Desk
from bench.figure import Better, Say, Scale, bare
from bench.floors.erasure import FLOORS
from bench.floors.two_workers import erased
from bench.stand import NOW, TODAY, Stand
from bench.worlds.persons import ELEVEN, Supply, declaration, fill_postgresql, rows_each

FASTER = 1.7


def measure(stand: Stand, scale: Scale, say: Say) -> None:
    """How many times faster two are than one, for avow and for the best way by hand."""
    many = 1_000 if scale.name == "small" else 10_000
    persons = many * 2 * (len(FLOORS) + 1) + 1_000
    url = stand.database("workers")
    fill_postgresql(url, ELEVEN, persons)
    text = declaration(ELEVEN, "postgresql", "${BENCH_WORKERS}", "public.")
    desk = stand.in_force(text, {"BENCH_WORKERS": url})
    supply = Supply(persons)
    alone: dict[str, float] = {}
    both: dict[str, float] = {}
    for name in FLOORS:
        hands = [partial(_by_hand, url, name) for _ in range(2)]
        alone[name] = _timed([_said(supply.take(many))], hands[:1], many)
        both[name] = _timed([_said(supply.take(many // 2)) for _ in hands], hands, many)
    roots = "public.person"
    workers = [partial(_by_avow, stand.stage.folder, stand.stage.url) for _ in range(2)]

    def plan(some: int) -> str:
        return stand.erasure(desk, "app", {roots: [(each,) for each in supply.take(some)]})

    one = _timed([plan(many)], workers[:1], many)
    two = _timed([plan(many // 2), plan(many // 2)], workers, many)
    best = min(both, key=lambda name: both[name])
    allows = alone[best] / both[best]
    told = ", ".join(f"{name} {alone[name] / both[name]:.2f}" for name in FLOORS)
    say(
        bare(
            f"two workers: times one, {many:,} persons",
            one / two,
            "times",
            target=min(FASTER, allows),
            better=Better.HIGHER,
            note=f"{one:.2f} s alone, {two:.2f} s together; the target is {FASTER}, or what two "
            f"connections by hand reach, where that is less: {told}",
        )
    )
    say(bare(f"two connections by hand: times one (`{best}`)", allows, "times"))
    stand.drop("workers")


def _said(ids: Sequence[int]) -> str:
    return ",".join(map(str, ids))


def _timed(told: Sequence[str], jobs: Sequence[Callable[[Pipe], None]], many: int) -> float:
    """Seconds until every worker has done what it was told; all are ready before."""
    with _ready(jobs) as pipes:
        began = time.perf_counter()
        for pipe, what in zip(pipes, told, strict=True):
            pipe.send(what)
        rows = sum(int(pipe.recv()) for pipe in pipes)
        seconds = time.perf_counter() - began
    assert rows == many * rows_each(ELEVEN), f"{rows} rows went"
    return seconds


@contextmanager
def _ready(jobs: Sequence[Callable[[Pipe], None]]) -> Iterator[list[Pipe]]:
    spawn = multiprocessing.get_context("spawn")
    pipes: list[Pipe] = []
    processes = []
    for job in jobs:
        here, there = multiprocessing.Pipe()
        process = spawn.Process(target=job, args=(there,))
        process.start()
        pipes.append(here)
        processes.append(process)
    for pipe in pipes:
        pipe.recv()
    yield pipes
    for process in processes:
        process.join()


def _by_hand(url: str, name: str, pipe: Pipe) -> None:
    pipe.send(None)
    ids = [int(each) for each in str(pipe.recv()).split(",")]
    pipe.send(erased(url, name, ELEVEN, ids))


def _by_avow(folder: Path, url: str, pipe: Pipe) -> None:
    with open_state(folder, url, clock=SetClock(NOW)) as state:
        desk = Desk(state, in_force(state.store), TODAY)
        pipe.send(None)
        pipe.send(carry_out(desk.office, desk.bench, str(pipe.recv())).rows)
