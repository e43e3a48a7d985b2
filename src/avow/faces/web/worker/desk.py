"""Where workers that dial in are served: who asks, whether they may, and what waits for them.

Nothing here can read a message or change one unnoticed: it is encrypted for the two ends, and only
passed on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Generic, TypeVar

from litestar.di import NamedDependency
from litestar.exceptions import NotAuthorizedException

from avow.common.clock import Clock
from avow.engine.db.store import Store
from avow.engine.evidence.entries import Body
from avow.engine.keys.ring import KeyRing
from avow.engine.keys.signed import HEADER, Signed, signed
from avow.faces.web.security import Asked
from avow.faces.web.worker.bell import Bell

Found = TypeVar("Found")
HOLD = 20.0
"""Seconds for which a question is held open when nothing waits: less than proxies allow."""
LOOK = 1.0
"""Seconds between two looks, should a notice be lost or who opened a conversation be gone."""
LARGEST = 64 * 1024 * 1024
"""Bytes of one question."""


@dataclass(frozen=True, slots=True)
class Wish(Generic[Found]):
    """What a question waits for. `called` is the name that the database calls. `before` is done
    once, when nothing that is called can be missed any more; where it passes an answer on, nothing
    can wait yet (`is_answer`). `look` looks for it, `check` whether waiting still has a sense."""

    called: str
    before: Callable[[], object]
    look: Callable[[], Found | None]
    check: Callable[[], object]
    is_answer: bool = False


@dataclass(frozen=True, slots=True)
class WorkerDesk:
    """The web server's side of workers. `note` writes an entry to the ledger."""

    store: Store
    ring: KeyRing
    clock: Clock
    note: Callable[[Body, datetime], object]
    bell: Bell
    hold: float = HOLD

    async def waited(self, wish: Wish[Found]) -> Found | None:
        """What is wished for, as soon as it is there; None when it does not come, or we end."""
        loop = asyncio.get_running_loop()
        end = loop.time() + self.hold
        with self.bell.waiting(wish.called) as rung:
            await asyncio.to_thread(wish.before)
            found = None if wish.is_answer else await asyncio.to_thread(wish.look)
            while found is None and loop.time() < end and not self.bell.is_ending:
                with suppress(TimeoutError):
                    await asyncio.wait_for(rung.wait(), LOOK)
                rung.clear()
                found = await asyncio.to_thread(wish.look)
                if found is None:
                    await asyncio.to_thread(wish.check)
        return found


GivenDesk = NamedDependency[WorkerDesk]


@dataclass(frozen=True, slots=True)
class Question:
    """A question whose signature is right."""

    who: Signed
    body: bytes = field(repr=False)


async def question(request: Asked, desk: WorkerDesk) -> Question:
    """What a worker asks.

    Raises:
        NotAuthorizedException: nobody signed it, or one who may not speak (401).
    """
    who = signed(request.headers.get(HEADER, ""))
    if who is None:
        raise refusal("the question is not signed")
    key = await asyncio.to_thread(partial(desk.store.one, "worker_key", id=who.worker))
    if key is None:
        raise refusal("no such worker may speak here: it was revoked, or never enrolled")
    body = await request.body()
    if not who.is_of(key["public_key"], request.url.path, body):
        raise refusal("the signature is not the worker's")
    return Question(who, body)


def refusal(why: str) -> NotAuthorizedException:
    """The refusal of a question, in words for whoever looks after the worker."""
    return NotAuthorizedException(f"AV589: {why}")
