"""avow's end of conversations with workers: messages are rows of our own database.

The process that plans or applies and the web server that the worker dials are two processes, so
they meet in the database. A message lies there encrypted, from when it is sent until it is taken. A
conversation is held open by an advisory lock of the process that opened it: when that process dies,
however it dies, the database gives the lock back, and the worker is told that all is over.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field

import psycopg
from psycopg.rows import DictRow

from avow.common.clock import Clock
from avow.common.errors import AvowError
from avow.common.ids import new_id
from avow.engine.db.store import Row, Store
from avow.engine.keys.enrolment import signing_key
from avow.engine.keys.ring import KeyRing
from avow.engine.keys.session import Beginning, Pair, Session, Unproven

CHANNEL = "avow_worker"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long silence is borne, in seconds.

    `away`: since the worker last asked for work, before a conversation is begun. `reply`: until it
    takes the conversation up. `silence`: in a conversation, where a worker that is busy says so.
    `look`: between two looks at the database, should a notice be lost.
    """

    away: float = 60.0
    reply: float = 15.0
    silence: float = 15.0
    look: float = 1.0


@dataclass(frozen=True, slots=True)
class Conversations:
    """Opens conversations with the workers that are enrolled."""

    store: Store
    ring: KeyRing
    clock: Clock
    patience: Patience = field(default_factory=Patience)

    def open(self, system: str) -> Conversation:
        """A conversation with the worker of a system, whose keys are agreed.

        Raises:
            ConnectionError: there is no worker, it is silent, or another one answers.
        """
        worker = self.store.one("worker_of", system=system)
        if worker is None:
            raise ConnectionError(f"AV587: no worker is enrolled for `{system}`")
        if worker["silent"] is None or worker["silent"] > self.patience.away:
            raise ConnectionError(f"AV587: the worker of `{system}` {_last_heard(worker)}")
        with ExitStack() as stack:
            name = new_id("conversation")
            listening = stack.enter_context(_held(self.store, name))
            made = Conversation(self.store, name, listening, self.patience, stack.pop_all())
        try:
            made.agree(worker, self.ring, self.clock)
        except BaseException:
            made.close()
            raise
        return made


def _last_heard(worker: Row) -> str:
    heard = worker["heard_at"]
    return "was never heard" if heard is None else f"was last heard at {heard:%Y-%m-%d %H:%M} UTC"


@contextmanager
def _held(store: Store, name: str) -> Iterator[psycopg.Connection[DictRow]]:
    """A connection of our own that listens, and whose lock keeps the conversation alive."""
    with store.outside() as connection:
        connection.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [name])
        connection.execute(f"LISTEN {CHANNEL}")
        try:
            yield connection
        finally:
            if not connection.closed:
                connection.execute("UNLISTEN *")
                connection.execute("SELECT pg_advisory_unlock_all()")


@dataclass(slots=True)
class Conversation:
    """An open conversation; see `Channel` of the connectors."""

    store: Store
    name: str
    listening: psycopg.Connection[DictRow]
    patience: Patience
    held: ExitStack
    monotonic: Callable[[], float] = time.monotonic
    _session: Session | None = None
    _sent: int = 0

    def agree(self, worker: Row, ring: KeyRing, clock: Clock) -> None:
        """Say hello and take the reply.

        Raises:
            ConnectionError: the worker does not reply, or is not the one that was enrolled.
        """
        beginning = Beginning(Pair(self.name, worker["id"]))
        with _broken():
            hello = beginning.hello(signing_key(ring, worker))
            self.store.run(
                "worker_call_add", id=self.name, worker=worker["id"], hello=hello, at=clock.now()
            )
            try:
                reply = self._awaited(self.patience.reply)
            except ConnectionError:
                raise ConnectionError("AV587: the worker did not take it up, or is busy") from None
            self._session = beginning.agreed(reply, worker["public_key"])

    def ask(self, message: bytes) -> bytes:
        """See `Channel.ask`."""
        if self._session is None:
            raise ConnectionError("the conversation is over")
        try:
            with _broken():
                self._send(self._session.seal(message))
                return self._session.open(self._awaited(self.patience.silence))
        except BaseException:
            # What was asked may have been done and may not: nothing more is said here.
            self._session = None
            raise

    def _send(self, box: bytes) -> None:
        self._sent += 1
        sent = self.store.run(
            "worker_message_put",
            conversation=self.name,
            to_worker=True,
            number=self._sent,
            box=box,
        )
        if not sent:
            raise ConnectionError("the conversation is over")

    def _awaited(self, silence: float) -> bytes:
        """The next message of the worker; ConnectionError when it is silent for so many seconds."""
        found = None
        while found is None:  # nothing is there before the database called
            self._wait()
            found = self._taken()
            if found is None:
                self._look(silence)
        return found

    def _taken(self) -> bytes | None:
        found = self.store.one("worker_message_take", conversation=self.name, to_worker=False)
        return None if found is None else bytes(found["box"])

    def _look(self, silence: float) -> None:
        stands = self.store.one("worker_call_stands", id=self.name)
        if stands is None:
            raise ConnectionError("the conversation is over")
        if stands["silent"] > silence:
            raise ConnectionError("the worker is silent")

    def _wait(self) -> None:
        """Until the database calls for this conversation, or for a while."""
        end = self.monotonic() + self.patience.look
        while (left := end - self.monotonic()) > 0:
            for notice in self.listening.notifies(timeout=left, stop_after=1):
                if notice.payload == f"{self.name} <":
                    return

    def close(self) -> None:
        """See `Channel.close`."""
        self._session = None
        # Where our own database is gone, so is the lock that kept the conversation alive.
        with suppress(AvowError, psycopg.Error), self.held:
            self.store.run("worker_call_end", id=self.name)


@contextmanager
def _broken() -> Iterator[None]:
    """Whatever ends a conversation is one thing to who speaks in it."""
    try:
        yield
    except Unproven as error:
        raise ConnectionError(f"AV589: {error}") from None
    except (AvowError, psycopg.Error) as error:
        raise ConnectionError("our own database or keys gave out") from error
