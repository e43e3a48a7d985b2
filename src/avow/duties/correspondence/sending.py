"""Sending what waits: one letter after the other over connections that are used again.

What a server answered is committed before the next letter is begun. So a sender that is killed
leaves one letter at most of which nobody knows whether it was taken; it is sent again with the same
Message-ID and the same bytes, and all others exactly once.

A sender holds a lock of our database as long as it lives. Only letters of a sender whose lock is
gone are taken from it: a slow one is never overtaken, and no clock decides who is dead.
"""

from __future__ import annotations

import smtplib
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta

import psycopg
from psycopg.rows import DictRow

from avow.common.clock import Clock
from avow.common.ids import new_id
from avow.duties.correspondence.letters import PATIENCE, Letter, Reason, State
from avow.duties.correspondence.message import Sender, envelope, forget_words
from avow.duties.correspondence.outbox import Tells, take, tell_ended
from avow.duties.correspondence.relay import (
    Fate,
    Relay,
    RelayError,
    Reply,
    connected,
    hand_over,
)
from avow.engine.db.store import Runs, Store, Transaction
from avow.engine.keys.ring import KeyRing

FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=5), timedelta(hours=4)
"""After a first 4xx, which is often greylisting, and at most (RFC 5321, 4.5.4.1)."""
CUTS = 3
"""Broken connections in a row after which the run ends."""
BRAKE = 20
"""Letters refused for good in a row, before any was taken, after which the run ends."""
_POLICY = frozenset({Reason.REFUSED, Reason.OTHER})


def nothing(_: str) -> None:
    """The default of `crash`."""


@dataclass(frozen=True, slots=True)
class Hands:
    """What sending works with.

    `batch`: letters leased at a time. `per_connection`: letters after which a new connection is
    made; many servers close one sooner or later. `connect` opens a connection; `crash` is called
    with the name of each step.
    """

    store: Store
    ring: KeyRing
    clock: Clock
    sender: Sender
    relay: Relay
    tell: Tells
    batch: int = 50
    per_connection: int = 100
    connect: Callable[[Relay], smtplib.SMTP] = connected
    crash: Callable[[str], None] = nothing


@dataclass(frozen=True, slots=True)
class Sent:
    """What a run did: letters taken by the server, put off, refused for good, cut off. Those that
    were put off or cut off for the last time are `given_up` too."""

    taken: int = 0
    later: int = 0
    refused: int = 0
    cut: int = 0
    given_up: int = 0


@dataclass(slots=True)
class _Run:
    """One run of one sender."""

    hands: Hands
    lease: str
    kept: Runs
    client: smtplib.SMTP | None = None
    carried: int = 0
    cuts: int = 0
    fates: Counter[Fate] = field(default_factory=Counter)
    in_a_row: int = 0
    given_up: int = 0

    def send(self, letter: Letter) -> None:
        """Hand one letter over and commit what the server said."""
        self.hands.crash("begun")
        reply = self._reply(letter)
        self.hands.crash("answered")
        self._note(letter, reply)
        self.hands.crash("noted")
        self._look_at(reply)

    def _reply(self, letter: Letter) -> Reply:
        try:
            made = envelope(self.hands.sender, letter)
        except (ValueError, LookupError):  # what no mail can be made of is no reason to stop
            return Reply(Fate.NEVER, reason=Reason.OTHER)
        if made is None:
            return Reply(Fate.NEVER, reason=Reason.INVALID_ADDRESS)
        reply = hand_over(self._connection(), made)
        self.carried += 1
        is_ours = reply.reason in _POLICY and self.fates[Fate.TAKEN] == 0
        if reply.fate is Fate.NEVER and is_ours:
            # A server that has taken nothing yet may refuse us, and not this letter.
            return Reply(Fate.LATER, reply.code, reply.reason)
        return reply

    def _connection(self) -> smtplib.SMTP:
        if self.client is not None and self.carried >= self.hands.per_connection:
            self.close()
        if self.client is None or self.client.sock is None:
            self.client, self.carried = self.hands.connect(self.hands.relay), 0
        return self.client

    def close(self) -> None:
        """Say goodbye, whether anybody listens or not."""
        if self.client is not None:
            with suppress(OSError, smtplib.SMTPException):
                self.client.quit()
            self.client.close()
        self.client = None

    def _note(self, letter: Letter, reply: Reply) -> None:
        now = self.hands.clock.now()
        state, reason = _outcome(letter, reply, now)
        self.given_up += state is State.GIVEN_UP
        # On the connection that holds the lock: who has lost it can write nothing any more.
        self.kept.run(
            "letter_answered",
            id=letter.id,
            lease=self.lease,
            state=str(state),
            reason=str(reason) if reason else "",
            code=reply.code,
            not_before=now + waiting(letter.attempts),
            give_up_at=now + PATIENCE if reply.fate is Fate.LATER else None,
            at=now,
        )

    def _look_at(self, reply: Reply) -> None:
        """Count, and end the run when the server is of no use."""
        self.fates[reply.fate] += 1
        is_cut = reply.fate in {Fate.CUT, Fate.UNSURE}
        self.cuts = self.cuts + 1 if is_cut else 0
        refuses = reply.reason in _POLICY and self.fates[Fate.TAKEN] == 0
        self.in_a_row = self.in_a_row + 1 if refuses else 0
        if self.cuts >= CUTS:
            raise RelayError(
                f"the mail server `{self.hands.relay.host}` hangs up",
                because=f"it broke {CUTS} connections in a row",
                help="no letter is lost: they wait, and the next run tries again",
            )
        if self.in_a_row >= BRAKE:
            raise RelayError(
                f"the mail server `{self.hands.relay.host}` refuses every letter",
                because=f"{BRAKE} in a row, and it took none: it is more likely about us",
                help="look at the sender's address, at the sign-in, and at the server's log",
                code="AV627",
            )


def _outcome(letter: Letter, reply: Reply, now: datetime) -> tuple[State, Reason | None]:
    if reply.fate is Fate.TAKEN:
        return State.SENT, None
    if reply.fate is Fate.NEVER:
        return State.FAILED, reply.reason or Reason.OTHER
    reason = reply.reason or Reason.NO_ANSWER
    # Only after one more attempt: days in which nobody ran a sender are no attempts.
    if letter.give_up_at is not None and letter.give_up_at <= now:
        return State.GIVEN_UP, reason
    return State.WAITING, reason


def waiting(attempts: int) -> timedelta:
    """How long a letter rests after so many earlier attempts: 5, 20, 80, then 240 minutes."""
    times: int = 4 ** min(attempts, 8)
    return min(FIRST_WAIT * times, LONGEST_WAIT)


def send(hands: Hands, *, most: int | None = None) -> Sent:
    """Send what waits and may be tried now, up to `most` letters, and tell the ledger.

    Raises:
        RelayError: the server cannot be used (AV622, AV623, AV627); what was not sent waits.
    """
    with _alive(hands.store) as (connection, lease):
        taken_back(hands.store, connection)
        run = _Run(hands, lease, Transaction(connection, hands.store.schema()))
        try:
            _all(run, hands.batch, most)
        finally:
            run.close()
            forget_words()
            hands.store.run("letter_put_back", lease=lease)
            tell_ended(hands.store, hands.clock.now(), hands.tell)
    fates = run.fates
    return Sent(
        fates[Fate.TAKEN], fates[Fate.LATER], fates[Fate.NEVER],
        fates[Fate.CUT] + fates[Fate.UNSURE], run.given_up,
    )  # fmt: skip


def send_together(hands: Hands, senders: int) -> Sent:
    """Several senders at once, each with its own connection; what `send` says, added up.

    A mail server far away answers slowly, and most of a sender's time is waiting. Killed, as many
    letters are in doubt as there are senders.

    Raises:
        RelayError: see `send`; the first, once all have ended.
    """
    with ThreadPoolExecutor(senders) as pool:
        runs = [pool.submit(send, hands) for _ in range(senders)]
    done = [run.result() for run in runs]
    return Sent(*(sum(getattr(each, part.name) for each in done) for part in fields(Sent)))


def _all(run: _Run, batch: int, most: int | None) -> None:
    left = most
    while left is None or left > 0:
        size = batch if left is None else min(batch, left)
        hands = run.hands
        letters = take(hands.store, hands.ring, run.lease, size, hands.clock.now())
        hands.crash("leased")
        for letter in letters:
            run.send(letter)
        if len(letters) < size:
            return
        left = None if left is None else left - len(letters)


@contextmanager
def _alive(store: Store) -> Iterator[tuple[psycopg.Connection[DictRow], str]]:
    """A sender's name, and the connection whose lock says that the sender lives."""
    lease = new_id("sender")
    with store.outside() as connection:
        connection.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [lease])
        try:
            yield connection, lease
        finally:
            if not connection.closed:
                connection.execute("SELECT pg_advisory_unlock_all()")


def taken_back(store: Store, connection: psycopg.Connection[DictRow]) -> int:
    """Put letters of senders that died back into the box; gives how many."""
    back = 0
    for row in store.run("letter_leases"):
        found = connection.execute(
            "SELECT pg_try_advisory_lock(hashtextextended(%s, 0)) AS is_free", [row["lease"]]
        ).fetchone()
        if found is None or not found["is_free"]:
            continue
        back += len(store.run("letter_put_back", lease=row["lease"]))
        connection.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [row["lease"]])
    return back
