"""Whatever a mail server says, drops and forgets: what we say became of a letter is what it did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from itertools import cycle
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from avow.common.ids import new_id
from avow.duties.correspondence.letters import State
from avow.duties.correspondence.outbox import unsealed
from avow.duties.correspondence.relay import RelayError
from avow.engine.db.store import Store
from tests.letters_room import Room, mailing, people
from tests.post_office import PostOffice, post_office

RCPT = st.sampled_from(
    [None, None, None, "450 4.2.0 later", "421 4.7.0 bye", "550 5.1.1 nobody", "554 5.7.1 denied",
     "550 no"]
)  # fmt: skip
DATA = st.sampled_from(
    [None, None, None, "451 4.3.0 later", "552 5.3.4 large", "drop", "vanish", "554 spam"]
)
ROUNDS = 8


@pytest.fixture(scope="module")
def office() -> Iterator[PostOffice]:
    with post_office() as made:
        yield made


def shuffled(office: PostOffice, rcpt: list[str | None], data: list[str | None]) -> list[str]:
    """Let the server answer in turn from these lists. Gives, as they come, what must not happen and
    whose letter was kept without an answer."""
    at_rcpt, at_data, seen = cycle(rcpt), cycle(data), list[str]()
    gone: set[str] = set()

    def recipient(to: str) -> str | None:
        if to in gone:
            seen.append("asked again for an address that does not exist")
        said = next(at_rcpt)
        if said is not None and said.startswith("550 5.1.1"):
            gone.add(to)
        return said

    def content(to: str) -> str | None:
        said = next(at_data)
        if said == "vanish":
            seen.append(to)
        return said

    office.on_rcpt, office.on_data = recipient, content
    return seen


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    count=st.integers(1, 8),
    rcpt=st.lists(RCPT, min_size=1, max_size=9),
    data=st.lists(DATA, min_size=1, max_size=7),
)
def test_no_letter_is_lost_and_none_is_said_to_be_what_it_is_not(
    store: Store, office: PostOffice, count: int, rcpt: list[str | None], data: list[str | None]
) -> None:
    """A letter that is `sent` was accepted, one that is not was not; more than once only as often
    as the server kept it and broke the line; an address that does not exist is asked for once."""
    with store.outside() as connection:
        connection.execute("DELETE FROM avow.letter")
    room = Room(store)
    office.taken.clear()
    seen = shuffled(office, rcpt, data)
    room.write(people(count), mailing(about=new_id("telling")))
    for _ in range(ROUNDS):
        with suppress(RelayError):
            room.send(office.relay, batch=3)
        room.later(timedelta(hours=5))
        assert room.in_state(State.SENDING) == 0
    assert "asked again for an address that does not exist" not in seen
    accepted = Counter(office.recipients)
    states = {
        letter.content.to: row["state"]
        for row, letter in zip(rows(room), unsealed(room.store, room.ring, rows(room)), strict=True)
    }
    assert len(states) == count
    for to, state in states.items():
        unanswered = seen.count(to)
        assert state in {"sent", "waiting", "failed", "given-up"}
        assert accepted[to] == unanswered + (state == "sent")
    by_reader = {to: {m["Message-ID"] for m in office.messages if m["To"] == to} for to in accepted}
    assert all(len(ids) == 1 for ids in by_reader.values())


def rows(room: Room) -> list[dict[str, Any]]:
    """The rows of all letters."""
    return room.rows()
