"""Wakes questions that wait for a row: one listener for the whole server."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg

from avow.common.errors import StateError
from avow.engine.db.store import Store
from avow.engine.keys.conversation import CHANNEL

log = logging.getLogger(__name__)
PAUSE = 0.5
"""Seconds between two looks whether the server ends, and before the database is asked again."""


@dataclass(slots=True)
class Bell:
    """Who waits for what. `start` and `stop` belong to the server's own beginning and end."""

    store: Store
    _waiting: dict[str, set[asyncio.Event]] = field(default_factory=lambda: defaultdict(set))
    _loop: asyncio.AbstractEventLoop | None = None
    _thread: threading.Thread | None = None
    _ends: threading.Event = field(default_factory=threading.Event)

    async def start(self) -> None:
        """Begin to listen."""
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._listen, name="worker bell", daemon=True)
        self._thread.start()

    @property
    def is_ending(self) -> bool:
        """Whether the server ends, so that nobody waits any more."""
        return self._ends.is_set()

    def end(self) -> None:
        """Wake whoever waits, for good; may be called from anywhere."""
        self._ends.set()
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._ring_all)

    def _ring_all(self) -> None:
        for name in list(self._waiting):
            self._ring(name)

    async def stop(self) -> None:
        """Listen no more."""
        self.end()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join)

    @contextmanager
    def waiting(self, name: str) -> Iterator[asyncio.Event]:
        """An event that is set whenever the database calls this name."""
        event = asyncio.Event()
        self._waiting[name].add(event)
        try:
            yield event
        finally:
            self._waiting[name].discard(event)
            if not self._waiting[name]:
                del self._waiting[name]

    def _ring(self, name: str) -> None:
        for event in self._waiting.get(name, ()):
            event.set()

    def _listen(self) -> None:
        while not self._ends.is_set():
            try:
                self._heard()
            except (psycopg.Error, StateError) as error:
                # Questions look for themselves every second; they are only slower until then.
                log.warning("workers are not called at once: %s", type(error).__name__)
                time.sleep(PAUSE)

    def _heard(self) -> None:
        with self.store.outside() as connection:
            connection.execute(f"LISTEN {CHANNEL}")
            try:
                while not self._ends.is_set():
                    for notice in connection.notifies(timeout=PAUSE):
                        if self._loop is not None:
                            self._loop.call_soon_threadsafe(self._ring, notice.payload)
            finally:
                if not connection.closed:
                    connection.execute("UNLISTEN *")
