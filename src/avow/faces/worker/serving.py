"""A worker at work: it asks for conversations, and holds each in a thread of its own."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from datetime import date

import msgspec

from avow.common.findings import Finding
from avow.engine.keys.session import Pair, Session, Unproven, answered
from avow.estate.connectors.base import Access, Connection, Refused, Unreachable
from avow.estate.connectors.distant.answering import Answering, Counts, Ended
from avow.estate.connectors.registry import connector_for
from avow.estate.datamap.model import System
from avow.faces.worker.bounds import OwnerBounds
from avow.faces.worker.identity import Identity
from avow.faces.worker.setting import Home, Setting, WorkerError
from avow.faces.worker.speaking import Asking, Broken, Line, NotHeard, Over

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds. `beat`: between two signs of life while a statement runs. `in_batch` and `idle`: how
    long no message may come before an open batch is undone, and before a conversation ends. `pause`
    and `longest`: the first wait and the longest when avow does not answer."""

    beat: float = 4.0
    in_batch: float = 60.0
    idle: float = 600.0
    pause: float = 0.5
    longest: float = 30.0


OK = 200
MOST = 4
"""Conversations at once; more wait at avow."""


def spoken(setting: Setting) -> None:
    """Load what speaks to the owner's kind of system, before anybody waits for it.

    Raises:
        WorkerError: AV590, it is not installed.
    """
    connector = connector_for(System(setting.system, setting.connector, setting.url))
    if isinstance(connector, Finding):
        raise WorkerError(connector.message, because=connector.because, help=connector.help)


@dataclass(slots=True)
class Serving:
    """One worker. `number` is where its questions begin to count: above all it ever asked, as the
    microseconds since 1970 are. `today` gives the day in UTC."""

    home: Home
    setting: Setting
    identity: Identity
    number: Callable[[], int]
    today: Callable[[], date]
    pace: Pace = field(default_factory=Pace)
    ends: threading.Event = field(default_factory=threading.Event)
    _free: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(MOST))

    def run(self) -> None:
        """Ask for work until `ends` is set.

        Raises:
            NotHeard: AV589, avow refuses this worker: it was revoked, or its clock is behind.
        """
        with closing(Line(self.identity.at)) as line:
            self._ask_on(Asking(self.identity, line, self.number()))

    def _ask_on(self, asking: Asking) -> None:
        said = msgspec.json.encode({"kind": self.setting.connector, "access": self.setting.access})
        wait = self.pace.pause
        while not self.ends.is_set():
            self._free.acquire()
            is_taken = False
            try:
                answer = asking.ask("/worker/calls", said)
                wait = self.pace.pause
                if answer.status == OK:
                    is_taken = self._begin(answer.conversation, answer.body)
            except Broken as broken:
                log.warning("avow does not answer (%s); asking again in %.0f s", broken, wait)
                self.ends.wait(wait)
                wait = min(2 * wait, self.pace.longest)
            finally:
                if not is_taken:
                    self._free.release()

    def _begin(self, name: str, hello: bytes) -> bool:
        """Hold a conversation in a thread of its own; False when avow did not begin it."""
        pair = Pair(name, self.identity.worker)
        try:
            reply, session = answered(pair, hello, self.identity.avow_key, self.identity.key)
        except Unproven as error:
            log.error("a conversation was not begun: %s", error)  # noqa: TRY400 (its words are enough)
            return False
        asking = Asking(self.identity, Line(self.identity.at), 0)
        talk = Talk(name, session, asking, self._answering(), self.pace)
        threading.Thread(target=self._held, args=(talk, reply), name=name, daemon=True).start()
        return True

    def _held(self, talk: Talk, reply: bytes) -> None:
        try:
            talk.hold(reply)
        finally:
            self._free.release()

    def _answering(self) -> Answering:
        bounds = OwnerBounds(self.setting, self.home, self.today)
        return Answering(self._opened, bounds)

    def _opened(self, asked: System, access: Access) -> Connection:
        """The owner's database, at the owner's address; the map's part came from avow."""
        system = replace(asked, url=self.setting.url)
        connector = connector_for(system)
        if isinstance(connector, Finding):
            log.error("%s: %s", connector.code, connector.message)
            raise Refused("worker", "", f"{connector.code}: its connector is not installed")
        try:
            return connector.connect(system, access)
        except Unreachable as error:
            log.error("%s", error)  # noqa: TRY400 (its words are enough, and are for the owner)
            raise


@dataclass(slots=True)
class Talk:
    """One conversation from its reply to its end."""

    name: str
    session: Session
    asking: Asking
    answering: Answering
    pace: Pace
    monotonic: Callable[[], float] = time.monotonic
    _turn: threading.Lock = field(default_factory=threading.Lock)
    _over: threading.Event = field(default_factory=threading.Event)
    _is_busy: bool = False

    def hold(self, reply: bytes) -> None:
        """Answer until it is over, however it ends; then nothing stays open."""
        threading.Thread(target=self._beat, name=f"{self.name} beat", daemon=True).start()
        why = "ended"
        try:
            self._answer_all(reply)
        except Over:
            why = "over"
        except (Broken, Unproven, Ended) as error:
            why = f"broken, {error}"
        except NotHeard as error:
            why = f"broken, {error.what}"
        except Exception as error:  # noqa: BLE001 (a driver's words may hold values of rows)
            why = f"broken, {type(error).__name__}"
        finally:
            self._over.set()
            try:
                self.answering.end()
            except Exception as error:  # noqa: BLE001 (as above; what was open is gone with it)
                why = f"{why}, {type(error).__name__} at its end"
            self._leave()
            log.info("%s %s: %s", self.name, why, told(self.answering.counts))

    def _leave(self) -> None:
        """Tell avow, should it still wait, and hang up."""
        with closing(self.asking.line), self._turn, suppress(Broken, Over, NotHeard):
            self.asking.ask(f"/worker/conversation/{self.name}/leave", b"")

    def _answer_all(self, reply: bytes) -> None:
        said = reply
        while True:
            message = self.session.open(self._next(said))
            self._is_busy = True
            try:
                said = self.session.seal(self.answering.answer(message))
            finally:
                self._is_busy = False

    def _next(self, said: bytes) -> bytes:
        """Send an answer, and wait for the next message as long as silence is borne."""
        since = self.monotonic()
        path = f"/worker/conversation/{self.name}"
        while True:
            with self._turn:
                answer = self.asking.ask(path, said)
            if answer.status == OK:
                return answer.body
            said = b""
            most = self.pace.in_batch if self.answering.is_in_batch else self.pace.idle
            if self.monotonic() - since > most:
                raise Ended("avow was silent for too long")

    def _beat(self) -> None:
        """While an answer is worked out, let avow hear that we are there."""
        while not self._over.wait(self.pace.beat):
            with self._turn:
                if not self._is_busy:
                    continue
                try:
                    self.asking.ask(f"/worker/conversation/{self.name}/beat", b"")
                except (Broken, Over, NotHeard):
                    return  # the answer itself will find out


def told(counts: Counts) -> str:
    """What a conversation did, in numbers."""
    return (
        f"{counts.operations} operations, {counts.read} rows read, {counts.changed} rows "
        f"removed or emptied in {counts.batches} batches, {counts.refused} refused"
    )
