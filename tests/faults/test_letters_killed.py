"""A sender killed anywhere loses no letter; only what was in the air goes twice, as the same."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from avow.common.clock import SetClock
from avow.duties.correspondence.letters import State
from avow.duties.correspondence.sending import send
from avow.engine.db.store import Store
from avow.engine.evidence.entries import LettersEnded
from tests.faults.killed import killed_at
from tests.letters_room import NOON, Room, people
from tests.post_office import PostOffice, post_office

LETTERS = 12


@pytest.fixture
def room(store: Store) -> Room:
    made = Room(store)
    made.write(people(LETTERS))
    return made


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as made:
        yield made


def sender(room: Room, url: str, office: PostOffice, crash: Callable[[str], None]) -> None:
    """A whole run of a sender with connections of its own, as another process has them."""
    with Store(url, largest=3) as store:
        theirs = Room(store, room.ring, SetClock(NOON))
        send(theirs.hands(office.relay, crash))


def arrived(office: PostOffice) -> Counter[str]:
    """How often each letter arrived, by Message-ID; the same id is always the same bytes."""
    by_id: dict[str, set[bytes]] = {}
    for message, (_, _, data) in zip(office.messages, office.taken, strict=True):
        by_id.setdefault(message["Message-ID"], set()).add(data)
    assert {len(each) for each in by_id.values()} == {1}
    return Counter(message["Message-ID"] for message in office.messages)


@pytest.mark.parametrize(
    ("place", "nth", "twice"),
    [
        ("leased", 1, 0),
        ("begun", 1, 0),
        ("begun", 7, 0),
        ("answered", 1, 1),
        ("answered", 8, 1),
        ("noted", 1, 0),
        ("noted", 12, 0),
        ("leased", 2, 0),
    ],
)
def test_killed_at_any_step_every_letter_arrives(
    room: Room, state_url: str, office: PostOffice, place: str, nth: int, twice: int
) -> None:
    """Killed, then run again: all arrive, and `twice` of them two times."""
    assert killed_at(place, nth, lambda crash: sender(room, state_url, office, crash))
    room.send(office.relay)
    counts = arrived(office)
    assert len(counts) == LETTERS
    assert max(counts.values()) == 1 + twice
    assert len(office.taken) == LETTERS + twice
    assert room.in_state(State.SENT) == LETTERS


@pytest.mark.parametrize("answers", [True, False])
def test_killed_while_the_server_reads_a_letter(
    room: Room, state_url: str, office: PostOffice, *, answers: bool
) -> None:
    """The sender dies before the answer; the server keeps the letter or throws it away."""
    child: list[int] = []

    def kill(_: str) -> str | None:
        if len(office.taken) == 4 and child:
            os.kill(child.pop(), signal.SIGKILL)
            return None if answers else "451 4.3.0 lost it"
        return None

    office.on_data = kill
    child.append(os.fork())
    if child[0] == 0:
        try:
            sender(room, state_url, office, lambda _: None)
        finally:
            os._exit(0)
    _, status = os.waitpid(child[0], 0)
    assert os.WIFSIGNALED(status)
    room.send(office.relay)
    counts = arrived(office)
    assert len(counts) == LETTERS
    assert len(office.taken) == LETTERS + (1 if answers else 0)


def test_what_a_killed_sender_did_enters_the_ledger_once(
    room: Room, state_url: str, office: PostOffice
) -> None:
    """It dies before it tells the ledger anything; the next one tells all of it."""
    assert killed_at("noted", 5, lambda crash: sender(room, state_url, office, crash))
    room.send(office.relay)
    room.send(office.relay)
    ended = [body for body in room.told if isinstance(body, LettersEnded)]
    assert sum(body.accepted for body in ended) == LETTERS
    assert len({c for body in ended for c in body.commitments}) == LETTERS


def test_a_sender_that_only_stands_still_is_never_overtaken(
    room: Room, state_url: str, office: PostOffice
) -> None:
    """Stopped right after the server's answer, for as long as you like: another sender takes none
    of its letters, and it goes on where it was."""

    def stop(place: str, seen: list[str] = []) -> None:  # noqa: B006 (counts within one process)
        seen.append(place)
        if place == "answered" and seen.count(place) == 3:
            os.kill(os.getpid(), signal.SIGSTOP)

    child = os.fork()
    if child == 0:
        try:
            sender(room, state_url, office, stop)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, os.WUNTRACED)
    assert os.WIFSTOPPED(status)
    assert room.in_state(State.SENDING) == 8
    assert room.send(office.relay).taken == LETTERS - 10
    os.kill(child, signal.SIGCONT)
    os.waitpid(child, 0)
    assert set(arrived(office).values()) == {1}
    assert len(office.taken) == LETTERS


def test_several_senders_at_once_share_the_letters(
    store: Store, state_url: str, office: PostOffice
) -> None:
    room = Room(store)
    room.write(people(90))
    with ThreadPoolExecutor(3) as pool:
        for done in [
            pool.submit(sender, room, state_url, office, lambda _: None) for _ in range(3)
        ]:
            done.result()
    assert set(arrived(office).values()) == {1}
    assert len(office.taken) == 90


def test_our_own_database_breaks_off_while_a_letter_is_in_the_air(
    room: Room, state_url: str, office: PostOffice
) -> None:
    """Every connection is cut while the server reads the fifth letter. The sender has lost its lock
    and can note nothing; the letter goes again as the same one, the others once."""
    cut: list[bool] = []

    def cut_off(_: str) -> str | None:
        if len(office.taken) == 4 and not cut:
            with psycopg.connect(state_url, autocommit=True) as owner:
                owner.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            cut.append(True)
        return None

    office.on_data = cut_off
    with pytest.raises(psycopg.OperationalError):
        sender(room, state_url, office, lambda _: None)
    with Store(state_url, largest=3) as store:
        again = Room(store, room.ring, SetClock(NOON))
        again.send(office.relay)
        assert again.in_state(State.SENT) == LETTERS
    assert len(arrived(office)) == LETTERS
    assert len(office.taken) == LETTERS + 1
