"""Random and damaged messages through the whole intake, into the database: none is lost, none stops
the next one, and nothing that a person wrote enters the log."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from avow.duties.requests.book import file_of
from avow.duties.requests.intake.asked import recognised
from avow.duties.requests.intake.reading import Delivery
from avow.duties.requests.intake.receiving import Desk, receive
from avow.engine.db.store import Store
from tests.faults.test_intake_hostile import GOOD
from tests.properties.test_intake_bytes import LINES, WHOLE
from tests.requests_room import Office

CASES = max(40, int(os.environ.get("AVOW_CASES", "0")))
TRIES = settings(
    max_examples=CASES,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
DAMAGED = st.builds(
    lambda at, what: WHOLE[:at] + what + WHOLE[at + len(what) :],
    st.integers(0, len(WHOLE)),
    st.one_of(st.binary(min_size=1, max_size=12), st.just(b"\0"), st.just(b"\r\n\r\n")),
)
PRIVATE = ("renee", "Renée", "effacez", "mail.example")
"""What stands in the messages and is a person's."""


@pytest.fixture
def office(store: Store) -> Office:
    return Office(store)


def through(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    """Input: a random message, then a good one. Expected: the good one is a request; the random one
    is read, and where it is a request it is kept whole."""
    caplog.set_level(logging.DEBUG)
    numbers = count()

    @TRIES
    @given(st.one_of(DAMAGED, LINES.map(b"\r\n".join), st.binary(max_size=500)))
    @example(b"")
    @example(WHOLE.replace(b"Sun, 14 Mar 2027", b"Foo, 99 Zzz 0000"))
    @example(WHOLE.replace(b"latin-1", b"klingon"))
    @example(WHOLE.replace(b"donn", b"\0\0"))
    def received(data: bytes) -> None:
        number = next(numbers)
        good = GOOD.replace(b"<g@b>", b"<g%d@b>" % number).replace(b"bob@", b"bob%d@" % number)
        before = len(office.store.run("requests_open"))
        found = receive(Desk(office.book), [Delivery(data), Delivery(good)], at=office.clock.now())
        assert (sum(many for _, many in found.counts), found.of("unread")) == (2, 0)
        assert len(office.store.run("requests_open")) == before + len(found.requests)
        files = [
            kept[1].reveal()
            for request in found.requests
            for row in office.store.run("request_files", request=request)
            if row["what"] == "message" and (kept := file_of(office.book, row["id"]))
        ]
        assert good in files
        assert len(found.requests) == 1 or data in files

    received()
    assert not any(word in caplog.text for word in PRIVATE)


def test_every_message_is_kept_and_stops_nobody(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    through(office, caplog)


def logs(text: str) -> object:
    """The fault: what a person wrote is logged."""
    logging.getLogger("avow").debug("read %s", text)
    return recognised(text)


def breaks(text: str) -> object:
    """The fault: some words cannot be read."""
    if "effacez" in text:
        raise ValueError(text)
    return recognised(text)


@pytest.mark.parametrize("fault", [logs, breaks])
def test_a_fault_of_the_intake_is_seen(
    office: Office,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    fault: Callable[[str], object],
) -> None:
    monkeypatch.setattr("avow.duties.requests.intake.receiving.recognised", fault)
    with pytest.raises(AssertionError):
        through(office, caplog)
    assert fault is logs or "effacez" not in caplog.text, "an error quotes nothing either"
