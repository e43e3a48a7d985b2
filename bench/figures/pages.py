"""The pages of the console from a real server over loopback, after days and after months."""

from __future__ import annotations

import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import uvicorn

from avow.app import open_state
from avow.declaration.load import load
from bench.figure import Say, Scale, bare, beside
from bench.figures.check import COMMAND
from bench.floors.pages import FLOORS, Page
from bench.stand import Stand
from bench.worlds.declared import STATEMENT
from bench.worlds.standing import fill

TURNS = 20
TARGET = 100.0
"""Milliseconds in which a page has to be answered."""
PAGES = {"today": "/en", "promises": "/en/promises", "plans": "/en/plans"}
SIZES: Mapping[str, Mapping[str, tuple[int, int]]] = {
    "small": {"two weeks": (14, 20), "a month": (30, 1_000)},
    "full": {"two weeks": (14, 20), "three months": (90, 5_000)},
}
"""Days of answers and plans, by scale; two weeks are what `avow demo` plays."""


def measure(stand: Stand, scale: Scale, say: Say) -> None:
    """The median of twenty requests of each page, by size of the state."""
    declaration = load(STATEMENT).whole
    for number, (size, (days, plans)) in enumerate(SIZES[scale.name].items()):
        url, folder = stand.database(f"pages_{number}"), stand.folder / f"pages_{number}"
        with open_state(folder, url) as state:
            answers = fill(state, declaration, datetime.now(UTC), days, plans)
        said = f"{size}: {answers:,} answers of {days} days, {plans:,} plans"
        floors = _by_hand(url)
        told = ", ".join(f"{name} {spent:.0f}" for name, spent in floors.items())
        with _served(folder, url) as address:
            for name, path in PAGES.items():
                first, warm = _asked(f"{address}{path}")
                note = f"{said}; the first request {first:.0f} ms"
                if name == "promises":
                    say(beside(f"page `{name}`, {size}", warm, "ms", list(floors.values()),
                               note=f"by hand: {told}"))  # fmt: skip
                say(bare(f"page `{name}`, {size}, at most", warm, "ms", target=TARGET, note=note))


def _asked(url: str) -> tuple[float, float]:
    """Milliseconds of the first request, and the median of twenty after it."""
    spent: list[float] = []
    for _ in range(TURNS + 1):
        began = time.perf_counter()
        with urllib.request.urlopen(url) as answer:  # noqa: S310 (our own loopback)
            answer.read()
        spent.append(1000 * (time.perf_counter() - began))
    return spent[0], statistics.median(spent[1:])


def _by_hand(url: str) -> dict[str, float]:
    with psycopg.connect(url, autocommit=True) as link:
        return {name: _of(page, link) for name, page in FLOORS.items()}


def _of(page: Page, link: psycopg.Connection[tuple[object, ...]]) -> float:
    async def app(scope: Any, receive: object, send: Callable[[Any], Awaitable[None]]) -> None:  # noqa: ANN401 (ASGI)
        del receive
        if scope["type"] == "http":
            body = page(link)
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": body})

    with _serving(app) as address:
        return _asked(f"{address}/")[1]


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def _served(state: Path, url: str) -> Iterator[str]:
    """`avow serve` as a process of its own; ended with the block."""
    port = _free_port()
    words = ["serve", str(STATEMENT), "--port", str(port), "--state", str(state)]
    server = subprocess.Popen(  # noqa: S603  # our own words, no shell
        [sys.executable, *COMMAND, *words, "--database-url", url], stdout=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address)
        yield address
    finally:
        server.terminate()
        server.wait(20)


def _wait(address: str) -> None:
    """Until somebody listens; half a minute at most."""
    for _ in range(300):
        try:
            urllib.request.urlopen(address).close()  # noqa: S310 (our own loopback)
        except urllib.error.URLError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server does not answer")


@contextmanager
def _serving(app: Any) -> Iterator[str]:  # noqa: ANN401 (ASGI)
    """A hand-written page behind the same kind of server; ended with the block."""
    port = _free_port()
    settings = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", lifespan="off")
    server = uvicorn.Server(settings)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)
