"""Somebody else who writes to the same table meanwhile, in a process of their own."""

from __future__ import annotations

import multiprocessing
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection as Pipe

import psycopg

PAUSE = 0.002
"""Seconds between two writes."""


@dataclass
class Waits:
    """Milliseconds each write of the bystander took."""

    ms: list[float] = field(default_factory=list)

    @property
    def p99(self) -> float:
        """The time that 99 of 100 writes stayed below."""
        return statistics.quantiles(self.ms, n=100)[98] if len(self.ms) > 1 else 0.0

    @property
    def longest(self) -> float:
        """The longest write: nobody was locked out for longer."""
        return max(self.ms, default=0.0)


@contextmanager
def writing(url: str, insert: str, update: str, rows: int) -> Iterator[Waits]:
    """A bystander who inserts and updates in turn while the block runs; `update` takes a number
    below `rows`."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=_write, args=(there, url, insert, update, rows)
    )
    process.start()
    here.recv()
    waits = Waits()
    try:
        yield waits
    finally:
        here.send(None)
        waits.ms += here.recv()
        process.join()


def _write(pipe: Pipe, url: str, insert: str, update: str, rows: int) -> None:
    found: list[float] = []
    with psycopg.connect(url, autocommit=True) as link:
        pipe.send(None)
        turn = 0
        while not pipe.poll():
            began = time.perf_counter()
            if turn % 2:
                link.execute(update.encode(), ((turn * 104_729) % rows,))
            else:
                link.execute(insert.encode())
            found.append((time.perf_counter() - began) * 1000)
            turn += 1
            time.sleep(PAUSE)
    pipe.send(found)
