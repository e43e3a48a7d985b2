"""The book of requests: what is written together, what lies sealed, what is forgotten."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from avow.common.errors import KeyringError
from avow.duties.requests import steps
from avow.duties.requests.book import (
    Person,
    UnknownRequest,
    entries_of,
    file_of,
    forget_due,
    given,
    persons_of,
    put_file,
    read,
    reference,
    same_person,
    words_of,
)
from avow.duties.requests.machine import StepRefused
from avow.duties.requests.words import Outcome, Right, Rung, Status, Way
from avow.engine.db.store import Store
from avow.engine.evidence.entries import RequestStep, commitment
from tests.requests_room import ANNA, Office


@pytest.fixture
def office(store: Store) -> Office:
    return Office(store)


def test_a_request_arrives_and_its_term_runs_from_there(office: Office) -> None:
    """It came on Sunday night, was entered on Monday: the term is Sunday's."""
    sunday = office.clock.now() - timedelta(hours=14)
    request = office.arrive(Right.ACCESS, Right.ERASURE, arrived=sunday)
    assert read(office.book, request.id) == request
    assert request.received == date(2027, 3, 14)
    row = office.store.one("request_known", id=request.id)
    assert row is not None
    assert row["due_on"] == date(2027, 4, 14)
    assert [i["asked"] for i in office.store.run("request_items_of", ids=[request.id])] == [
        "access",
        "erasure",
    ]


def test_every_step_is_a_commitment_that_the_person_can_check(office: Office) -> None:
    request = office.arrive(Right.ACCESS)
    told = [body for body in office.told if isinstance(body, RequestStep)]
    assert [each.step for each in told] == ["received", "person-named", "right-asked"]
    row = office.store.one("request_known", id=request.id)
    assert row is not None
    entry = entries_of(office.book, request.id)[0]
    words = words_of(office.book, request.id, 1).reveal()
    over = reference(entry, steps.step_bytes(entry.step), words)
    assert told[0].commitment == commitment(bytes(row["salt"]), over)


def test_who_asked_lies_sealed_and_is_found_by_hash(office: Office) -> None:
    first, second = office.arrive(Right.ACCESS), office.arrive(Right.ERASURE)
    assert persons_of(office.book, first.id) == {1: ANNA}
    assert same_person(office.book, ANNA, but=second.id) == (first.id,)
    for row in office.store.run("request_steps", ids=[first.id]):
        assert b"anna" not in bytes(row["step"]).lower()
    sealed = office.store.run("request_persons", request=first.id)[0]["sealed"]
    assert b"anna" not in bytes(sealed)


def test_a_refused_step_leaves_nothing_behind(office: Office) -> None:
    """The second of two steps may not follow: neither is written, and the ledger is told none."""
    request, told = office.arrive(Right.ACCESS), len(office.told)
    with pytest.raises(StepRefused, match="AV685"):
        office.take(
            request,
            steps.Noted(what="called-back"),
            steps.Decided(item=1, outcome=Outcome.ACCEPTED),
        )
    assert read(office.book, request.id).steps == request.steps
    assert len(office.told) == told


def test_a_whole_way(office: Office) -> None:
    request = office.arrive(Right.ACCESS)
    office.take(request, steps.IdentityShown(person=1, rung=Rung.KNOWN_ADDRESS))
    office.take(request, steps.Decided(item=1, outcome=Outcome.ACCEPTED), steps.Done(item=1))
    answer = "answer-" + "a" * 26
    digest = "0" * 64
    request = office.take(
        request,
        steps.AnswerDrafted(answer=answer, digest=digest),
        steps.AnswerReviewed(answer=answer, digest=digest),
        steps.AnswerSent(answer=answer, way=Way.MAIL),
    )
    assert request.status is Status.ANSWERED
    assert office.take(request, steps.Closed()).status is Status.CLOSED


def test_files_are_sealed_and_erased_on_their_day(office: Office) -> None:
    request = office.arrive(Right.ACCESS)
    with office.store.transaction() as tx:
        last = date(2027, 3, 20)
        name = put_file(
            office.book, tx, request.id, "identity-document", "image/png", b"face",
            at=office.clock.now(), forget_on=last,
        )  # fmt: skip
    found = file_of(office.book, name)
    assert found is not None
    assert (found[0], found[1].reveal()) == ("image/png", b"face")
    office.clock.move(timedelta(days=5))
    assert forget_due(office.book, office.store, office.clock.now()) == (0, 0)
    office.clock.move(timedelta(days=1))
    assert forget_due(office.book, office.store, office.clock.now()) == (1, 0)
    assert file_of(office.book, name) is None


def test_a_record_is_forgotten_when_it_is_proof_no_longer(office: Office) -> None:
    request = office.arrive(Right.ACCESS)
    office.take(request, steps.WithdrawnByPerson(items=(1,)), steps.Closed())
    office.clock.move(timedelta(days=5 * 365))
    assert forget_due(office.book, office.store, office.clock.now()) == (0, 0)
    office.clock.move(timedelta(days=3))
    assert forget_due(office.book, office.store, office.clock.now()) == (0, 1)
    with pytest.raises(UnknownRequest, match="AV610"):
        read(office.book, request.id)


def test_words_cannot_be_moved_to_another_request(office: Office) -> None:
    """Somebody copies the sealed words of one request into another: they do not open there."""
    one, other = office.arrive(Right.ACCESS), office.arrive(Right.ACCESS)
    with office.store.outside() as raw:
        raw.execute(
            "UPDATE avow.request_step AS s SET sealed = o.sealed FROM avow.request_step AS o"
            " WHERE s.request = %s AND o.request = %s AND s.number = 1 AND o.number = 1",
            [one.id, other.id],
        )
    with pytest.raises(KeyringError, match="AV872"):
        words_of(office.book, one.id, 1)


def test_a_value_is_looked_for_in_the_case_in_which_it_was_given() -> None:
    """Otherwise a number such as `NO-7` is not found, and nothing holds its rows."""
    who = Person(email=" Anna@mail.example ", identities=(("customer-number", "NO-7"),))
    assert given(who) == (("customer-number", "NO-7"), ("email", "Anna@mail.example"))
