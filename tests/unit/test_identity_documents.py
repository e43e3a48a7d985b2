"""Copies of documents: asked for last, looked at by somebody, gone with the judgement."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from avow.common.errors import KeyringError
from avow.duties.requests import steps
from avow.duties.requests.book import entries_of, file_of, forget_due, put_file, read
from avow.duties.requests.identity import identity_checks
from avow.duties.requests.identity.documents import NotKept, judge, keep, look
from avow.duties.requests.machine import Request
from avow.duties.requests.words import Right, Rung, Status, Waits
from avow.engine.db.store import Store
from avow.engine.keys.bundles import open_in
from tests.requests_room import SMALL, Office

SCAN = b"%PDF-1.7 a card with a face"
EXERCISE = {"right": "exercise", "clause": "9.9"}


@pytest.fixture
def office(store: Store) -> Office:
    return Office(store, replace(SMALL, rights=(EXERCISE,)))


def doubted(office: Office) -> Request:
    """Somebody whose link was not enough, and who is asked for a document."""
    return office.take(
        office.arrive(Right.ACCESS),
        steps.IdentityAsked(person=1, rung=Rung.SIGNED_LINK),
        steps.IdentityDoubted(person=1, rung=Rung.SIGNED_LINK),
        steps.IdentityAsked(person=1, rung=Rung.DOCUMENT, pauses=True),
    )


def handed_in(office: Office, request: Request) -> str:
    now = office.clock.now()
    return keep(office.book, request.id, 1, "application/pdf", SCAN, by="an", at=now)


def judged(office: Office, request: Request, file: str, *, is_enough: bool) -> Request:
    now, store = office.clock.now(), office.store
    judge(office.book, store, request.id, 1, file, is_enough=is_enough, by="an", at=now)
    return read(office.book, request.id)


def red(office: Office) -> dict[str, int]:
    """How much is wrong by check; those that count saw their canary."""
    now = office.clock.now()
    found = list(identity_checks.answers(office.book, day=office.book.day(now), at=now))
    assert all(r.canary_seen for _, r in found if r.case is None)
    return {check.id: result.outcome.bad for check, result in found}


def test_with_the_judgement_the_document_and_its_key_are_gone(office: Office) -> None:
    request = doubted(office)
    file = handed_in(office, request)
    row = office.store.one("request_file", id=file)
    assert row is not None
    key, box = row["key"], bytes(row["sealed"])
    state = judged(office, request, file, is_enough=True)
    assert (state.persons[1].shown, state.status, state.waits) == (
        Rung.DOCUMENT,
        Status.DECIDING,
        frozenset(),
    )
    assert file_of(office.book, file) is None
    with pytest.raises(KeyringError, match="AV875"):
        open_in(office.store, office.ring, key, box, file)


def test_what_is_not_enough_is_erased_too_and_nothing_more_is_asked(office: Office) -> None:
    request = doubted(office)
    file = handed_in(office, request)
    state = judged(office, request, file, is_enough=False)
    assert (state.persons[1].is_given_up, file_of(office.book, file)) == (True, None)
    with pytest.raises(NotKept, match="AV697"):
        judged(office, request, file, is_enough=True)


def test_who_looked_and_when_is_written_down(office: Office) -> None:
    request = doubted(office)
    file = handed_in(office, request)
    office.clock.move(timedelta(hours=2))
    kind, content = look(office.book, request.id, file, by="marc", at=office.clock.now())
    assert (kind, content.reveal()) == ("application/pdf", SCAN)
    last = entries_of(office.book, request.id)[-1]
    assert (last.by, last.at) == ("marc", office.clock.now())
    assert last.step == steps.Noted(what="identity-document-seen")


def test_a_document_that_nobody_asked_for_is_not_kept(office: Office) -> None:
    request = office.arrive(Right.ACCESS)
    with pytest.raises(NotKept, match="nobody asked"):
        handed_in(office, request)
    shown = office.take(doubted(office), steps.IdentityShown(person=1, rung=Rung.SESSION))
    with pytest.raises(NotKept, match="shown who they are"):
        handed_in(office, shown)


def test_nobody_looks_at_the_document_of_another_request_by_it(office: Office) -> None:
    file = handed_in(office, doubted(office))
    other = doubted(office)
    with pytest.raises(NotKept, match="another request"):
        look(office.book, other.id, file, by="an", at=office.clock.now())


def test_one_that_nobody_looks_at_is_gone_after_a_week(office: Office) -> None:
    file = handed_in(office, doubted(office))
    office.clock.move(timedelta(days=8))
    assert red(office)["requests.documents.9.9"] == 1
    assert forget_due(office.book, office.store, office.clock.now())[0] == 1
    assert file_of(office.book, file) is None
    assert red(office)["requests.documents.9.9"] == 0


def test_a_document_that_stayed_after_the_judgement_is_found(office: Office) -> None:
    """Planted past `judge`: the person is known, and the document is still there."""
    request = doubted(office)
    handed_in(office, request)
    assert red(office)["requests.documents.9.9"] == 0
    office.take(request, steps.IdentityShown(person=1, rung=Rung.DOCUMENT))
    assert red(office)["requests.documents.9.9"] == 1


def test_a_document_without_a_last_day_is_found(office: Office) -> None:
    request, now = doubted(office), office.clock.now()
    put_file(office.book, office.store, request.id, "identity-document", "image/png", SCAN, at=now)
    assert red(office)["requests.documents.9.9"] == 1


def test_a_doubt_that_came_after_five_days_is_a_case(office: Office) -> None:
    ask = steps.IdentityAsked(person=1, rung=Rung.SIGNED_LINK, pauses=True)
    early, late = office.arrive(Right.ACCESS), office.arrive(Right.ACCESS)
    office.clock.move(timedelta(days=5))
    assert office.take(early, ask).waits == {Waits.IDENTITY}
    assert "requests.asked-late.9.9" not in red(office)
    office.clock.move(timedelta(days=1))
    office.take(late, ask)
    now = office.clock.now()
    cases = [
        result.case
        for _, result in identity_checks.answers(office.book, day=office.book.day(now), at=now)
        if result.case
    ]
    assert cases == [late.id]
