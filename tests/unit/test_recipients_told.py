"""Who really got data is told what became of them, and who never had them learns nothing."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from avow.common.masked import Masked
from avow.declaration.model import Basis, Purpose, Recipient, Scope
from avow.duties.requests import steps
from avow.duties.requests.acting.others_checks import answers
from avow.duties.requests.acting.telling_recipients import (
    Disclosure,
    Got,
    disclosed,
    forget_disclosures,
    recipients_of,
    tell_recipients,
)
from avow.duties.requests.tasks import kept
from avow.duties.requests.tasks.kept import Evidence, answer
from avow.duties.requests.tasks.machine import Act, Outcome, State
from avow.duties.requests.tasks.sending import send_round
from avow.duties.requests.words import Right
from avow.engine.db.store import Store
from avow.engine.evidence.checks import CheckResult
from avow.estate.datamap.model import System
from tests.requests_room import Office
from tests.tasks_room import POST, came_back, known, mail_to, room, writes_to

DAY = date(2027, 2, 1)
PROMISED = ({"right": "erasure", "clause": "9.3"},)


@pytest.fixture
def office(store: Store) -> Office:
    """Three recipients are in the log, one is declared and has none."""
    office = room(store, System("crm", "sqlite")).with_(
        rights=PROMISED,
        recipients={n: Recipient(n, "5", n.title(), "processor") for n in ("mailer", "audit")},
        purposes={
            "news": Purpose("news", "4", Basis.CONSENT, Scope(), recipients=("mailer", "audit"))
        },
    )
    for name in ("mailer", "printer", "bank"):
        logged(office, name)
        writes_to(office, f"recipient:{name}", f"privacy@{name}.example")
    return office


def logged(office: Office, recipient: str, value: str = "Anna@mail.example ") -> None:
    what = Disclosure(recipient, ("email", "name"), DAY, (Masked(value),))
    disclosed(office.book, what, by="newsletter")


def verdict(office: Office) -> CheckResult:
    now = office.clock.now()
    found = answers(office.book, day=office.book.day(now), at=now)
    return next(r for c, r in found if c.id == "requests.recipients-told.9.3")


def test_a_person_can_be_told_who_really_got_their_data(office: Office) -> None:
    request = office.arrive(Right.ACCESS)
    assert recipients_of(office.book, request.id, 1) == tuple(
        Got(name, ("email", "name"), DAY) for name in ("bank", "mailer", "printer")
    )


def test_no_log_is_said_and_is_not_nobody(store: Store) -> None:
    empty = room(store)
    request = empty.arrive(Right.ACCESS)
    assert recipients_of(empty.book, request.id, 1) is None
    logged(empty, "mailer", "somebody@else.example")
    assert recipients_of(empty.book, request.id, 1) == ()


def test_the_log_holds_no_address_and_ends(office: Office) -> None:
    rows = office.store.run("disclosures_logged")
    assert len(rows) == 3
    assert forget_disclosures(office.book, date(2032, 2, 1)) == 0
    assert forget_disclosures(office.book, date(2032, 2, 2)) == 3


def test_three_recipients_and_one_bounced_leave_one_open_item(office: Office) -> None:
    request = known(office, Right.ERASURE, accepted=True)
    made = tell_recipients(office.book, request.id, 1, by="claire", at=office.clock.now(),
                           purposes=frozenset())  # fmt: skip
    assert len(made.tasks) == 3
    send_round(office.book, POST, at=office.clock.now())
    tasks = {k.task.place: k.task.id for k in kept.of_request(office.book, request.id)}
    came_back(office, tasks["recipient:bank"])
    for name in ("mailer", "printer"):
        answer(office.book, tasks[f"recipient:{name}"], Outcome.DONE, Evidence(words="Erased."),
               by=f"recipient:{name}", at=office.clock.now())  # fmt: skip
    send_round(office.book, POST, at=office.clock.now())
    (open_one,) = kept.open_tasks(office.book)
    assert (open_one.task.place, open_one.task.state) == ("recipient:bank", State.UNREACHABLE)
    assert verdict(office).outcome.failed == 1


def test_impossible_with_a_reason_ends_it_and_without_one_does_not(office: Office) -> None:
    request = known(office, Right.ERASURE, accepted=True)
    tell_recipients(office.book, request.id, 1, by="claire", at=office.clock.now(),
                    purposes=frozenset())  # fmt: skip
    send_round(office.book, POST, at=office.clock.now())
    for each in kept.of_request(office.book, request.id):
        answer(office.book, each.task.id, Outcome.CANNOT, Evidence(words="Printed and posted."),
               by=each.task.asks, at=office.clock.now())  # fmt: skip
    assert kept.open_tasks(office.book) == ()
    assert not verdict(office).outcome.bad


def test_who_may_never_have_had_the_data_is_told_nothing(office: Office) -> None:
    """`audit` is declared and no log is kept of it: who is accountable finds out."""
    request = known(office, Right.ERASURE, accepted=True)
    writes_to(office, "recipient:audit", "privacy@audit.example")
    tell_recipients(office.book, request.id, 1, by="claire", at=office.clock.now())
    found = {k.task.place: k for k in kept.of_request(office.book, request.id)}
    assert (found["recipient:audit"].basis, found["recipient:audit"].task.asks) == (
        "declared", "person:paula",
    )  # fmt: skip
    assert found["recipient:mailer"].basis == "log"
    send_round(office.book, POST, at=office.clock.now())
    assert mail_to(office, "recipient:audit", "privacy@audit.example") == []


def test_telling_again_tells_only_who_is_new(office: Office) -> None:
    request = known(office, Right.ERASURE, accepted=True)
    at = office.clock.now()
    assert len(tell_recipients(office.book, request.id, 1, by="claire", at=at).tasks) == 4
    assert tell_recipients(office.book, request.id, 1, by="claire", at=at).tasks == ()
    logged(office, "new-one")
    assert len(tell_recipients(office.book, request.id, 1, by="claire", at=at).tasks) == 1


def test_an_objection_and_what_was_refused_tell_nobody(office: Office) -> None:
    at = office.clock.now()
    objection = known(office, Right.OBJECTION, accepted=True)
    assert tell_recipients(office.book, objection.id, 1, by="claire", at=at).tasks == ()
    asked = known(office, Right.ERASURE)
    assert tell_recipients(office.book, asked.id, 1, by="claire", at=at).tasks == ()


def test_an_erasure_that_told_nobody_is_red(office: Office) -> None:
    """Planted: the item is done, the log names three, and no task was ever made."""
    request = known(office, Right.ERASURE, accepted=True)
    assert not verdict(office).outcome.bad
    begun = steps.Begun(item=1, record="plan-" + "a" * 26)
    office.take(request, begun, steps.Done(item=1))
    assert verdict(office).outcome.failed == 3
    assert verdict(office).canary_seen
    made = tell_recipients(office.book, request.id, 1, by="claire", at=office.clock.now())
    assert {kept.read(office.book, t).task.act for t in made.tasks} == {Act.TELL_ERASED}
    assert not verdict(office).outcome.bad
    office.clock.move(timedelta(days=11))
    assert verdict(office).outcome.failed == 4, "silence is overdue from the next day"
