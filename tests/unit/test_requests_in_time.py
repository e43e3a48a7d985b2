"""The check that requests are answered on the clock: green, red, red for good, and its canary."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from avow.duties.requests import steps
from avow.duties.requests.in_time import answers
from avow.duties.requests.machine import Request
from avow.duties.requests.words import Reason, Right
from avow.engine.db.store import Store
from avow.engine.evidence.checks import Answer, CheckResult
from tests.requests_room import Office

PROMISED = ({"right": "access", "clause": "9.1"}, {"right": "erasure", "clause": "9.3"})


@pytest.fixture
def office(store: Store) -> Office:
    return Office(store).with_(rights=PROMISED)


def asked(office: Office, day: date) -> dict[str, CheckResult]:
    """What the checks answer on a day, by id and case."""
    found = answers(office.book, day=day, at=office.clock.now())
    return {f"{r.check} {r.case or ''}".strip(): r for _, r in found}


def test_what_runs_is_in_time_and_what_is_over_is_not(office: Office) -> None:
    request = office.arrive(Right.ACCESS)  # due on Thursday 15 April 2027
    on_the_day = asked(office, date(2027, 4, 15))
    assert on_the_day["requests.in-time.9.1"].outcome.answer is Answer.PASS
    after = asked(office, date(2027, 4, 16))
    assert after["requests.in-time.9.1"].outcome.failed == 1
    assert after[f"requests.late.9.1 {request.id}"].outcome.bad
    assert after["requests.in-time.9.3"].outcome.count == 0


def test_an_extension_moves_it(office: Office) -> None:
    request = office.arrive(Right.ACCESS)
    office.take(request, steps.Extended(reason=Reason.COMPLEXITY))
    assert not asked(office, date(2027, 6, 15))["requests.in-time.9.1"].outcome.bad
    assert asked(office, date(2027, 6, 16))["requests.in-time.9.1"].outcome.bad


def test_what_was_answered_late_stays_late(office: Office) -> None:
    request = office.arrive(Right.ACCESS)
    office.clock.move(timedelta(days=60))
    office.take(request, steps.WithdrawnByPerson(items=(1,)), steps.Closed())
    assert asked(office, date(2027, 8, 1))["requests.in-time.9.1"].outcome.bad


def test_a_check_that_cannot_see_says_so(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: nothing is ever overdue. The canary is not seen, and green would prove nothing."""
    assert asked(office, date(2027, 4, 1))["requests.in-time.9.1"].canary_seen
    monkeypatch.setattr(Request, "is_overdue", lambda *_: False)
    assert not asked(office, date(2027, 4, 1))["requests.in-time.9.1"].canary_seen
