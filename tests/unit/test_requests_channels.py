"""Letters, telephone notes, lists, the round trip of the mailbox, and the checks of all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from avow.declaration.model import Member
from avow.declaration.requesting import Requesting
from avow.duties.correspondence.letters import Channel as Paper
from avow.duties.correspondence.message import envelope
from avow.duties.correspondence.outbox import counted, take
from avow.duties.requests import steps
from avow.duties.requests.book import Person, entries_of, persons_of, read
from avow.duties.requests.intake import judging
from avow.duties.requests.intake.bulk import enter_list
from avow.duties.requests.intake.by_hand import ByHand, enter_by_hand
from avow.duties.requests.intake.entering import KIND, IntakeError, acknowledge, heard
from avow.duties.requests.intake.probing import send_probe
from avow.duties.requests.intake.reading import Delivery, Trust
from avow.duties.requests.intake.receiving import Desk, read_mailbox
from avow.duties.requests.machine import Request
from avow.duties.requests.words import Channel, Right, Status
from avow.engine.db.store import Store
from avow.engine.evidence.checks import Answer, CheckResult
from tests.letters_room import SENDER
from tests.requests_room import NOON, SMALL, Office

MAILBOX = "privacy@firm.example"
PRINTED = (
    {"right": "exercise", "clause": "9.9"},
    {"right": "exercise-by-email", "clause": "10.1", "address": MAILBOX},
    {"right": "exercise-by-letter", "clause": "10.2"},
)
LEA = Person(name="Lea Dubois", postal="Rue Haute 1, 1000 Bruxelles", language="fr")
FRIDAY = date(2027, 3, 12)


@pytest.fixture
def office(store: Store) -> Office:
    people = {"claire": Member("claire", "Claire", frozenset({"author"}))}
    return Office(
        store,
        replace(SMALL, requests=Requesting(mailbox=MAILBOX), rights=PRINTED, people=people),
    )


def letter(office: Office, **changes: Any) -> Request:  # noqa: ANN401 (fields of ByHand)
    """A letter that came on Friday and is entered now, on Monday."""
    given = ByHand(Channel.LETTER, FRIDAY, LEA, words="Je demande l'accès à mes données.")
    done = enter_by_hand(office.book, replace(given, **changes), by="claire", at=office.clock.now())
    return done.request


def notes(office: Office, request: str) -> list[str]:
    entries = entries_of(office.book, request)
    return [e.step.what for e in entries if isinstance(e.step, steps.Noted)]


class TestLetter:
    def test_the_term_runs_from_the_stamp(self, office: Office) -> None:
        request = letter(office, written_on=date(2027, 3, 9), is_signed=True, scan=b"%PDF-1.7 ...")
        assert request.received == FRIDAY
        assert [i.right for i in request.items.values()] == [Right.ACCESS]
        assert {"letter-dated.2027-03-09", "signature-seen"} <= set(notes(office, request.id))
        (file,) = office.store.run("request_files", request=request.id)
        assert (file["what"], file["media_type"]) == ("scan", "application/pdf")

    def test_it_is_acknowledged_on_paper_and_once(self, office: Office) -> None:
        request = letter(office)
        (written,) = [each for each in counted(office.store) if each.kind == KIND]
        assert (written.channel, written.letters) == (Paper.PAPER, 1)
        assert acknowledge(office.book, request.id, by="claire", at=office.clock.now()) == 0
        assert notes(office, request.id).count("acknowledged") == 1

    def test_an_unsigned_letter_is_a_request(self, office: Office) -> None:
        request = letter(office, is_signed=False)
        assert request.status is Status.IDENTIFYING
        assert "no-signature" in notes(office, request.id)

    def test_it_cannot_arrive_before_it_was_written_or_tomorrow(self, office: Office) -> None:
        with pytest.raises(IntakeError) as refused:
            letter(office, written_on=date(2027, 3, 13))
        assert refused.value.code == "AV690"
        with pytest.raises(IntakeError) as refused:
            letter(office, arrived=date(2027, 3, 16))
        assert refused.value.code == "AV690"

    def test_somebody_enters_it(self, office: Office) -> None:
        given = ByHand(Channel.LETTER, FRIDAY, LEA)
        with pytest.raises(IntakeError) as refused:
            enter_by_hand(office.book, given, by="nobody", at=NOON)
        assert refused.value.code == "AV694"


def test_a_language_that_we_do_not_write_is_answered_in_our_first_one(office: Office) -> None:
    given = ByHand(Channel.OTHER, NOON, Person(email="a@mail.example", language="de"))
    done = enter_by_hand(office.book, given, by="claire", at=NOON)
    assert (done.request.language, done.letters) == ("fr", 1)


def test_what_was_said_on_the_telephone(office: Office) -> None:
    at = NOON - timedelta(hours=2)
    given = ByHand(
        Channel.PHONE, at, Person(name="Jan", language="nl"), ((Right.OBJECTION, True),),
        "Hij wil geen reclame meer.", is_heard=True,
    )  # fmt: skip
    done = enter_by_hand(office.book, given, by="claire", at=NOON)
    assert done.request.arrived == at
    assert done.request.items[1].marketing
    assert "acknowledged" in notes(office, done.request.id)
    assert done.letters == 0


class TestList:
    ROWS = (
        b"person,name,email,right,language,arrived\n"
        b"a,Anna,anna@mail.example,access,nl,\n"
        b"a,,,erasure,,\n"
        b"b,Bob,bob@mail.example,objection-marketing,en,2027-03-11\n"
        b"c,Carl,no address,access,en,\n"
        b"d,Dora,dora@mail.example,everything,en,\n"
        b"d,Dora\n"
    )

    def entered(self, office: Office, rows: bytes) -> tuple[list[Request], list[tuple[int, str]]]:
        made, findings = enter_list(
            office.book, rows, "list.csv", FRIDAY, by="claire", at=office.clock.now()
        )
        found = [(f.place.line, f.code) for f in findings]
        return [read(office.book, name) for name in made], found

    def test_a_request_per_person_and_findings_by_line(self, office: Office) -> None:
        rows = self.ROWS.replace(b"a,,,erasure", b"a,,anna@mail.example,erasure")
        requests, findings = self.entered(office, rows)
        assert [[i.right for i in r.items.values()] for r in requests] == [
            [Right.ACCESS, Right.ERASURE],
            [Right.OBJECTION],
        ]
        assert [r.received for r in requests] == [FRIDAY, date(2027, 3, 11)]
        assert findings == [(5, "AV692"), (6, "AV692"), (7, "AV692")]
        assert persons_of(office.book, requests[0].id)[1].language == "nl"

    def test_of_several_days_the_first_counts(self, office: Office) -> None:
        rows = b"person,email,right,arrived\n" + b"".join(
            b"a,anna@mail.example,%s,2027-03-%02d\n" % each
            for each in ((b"access", 11), (b"erasure", 9), (b"restriction", 10))
        )
        ((request,), _) = self.entered(office, rows)
        assert request.received == date(2027, 3, 9)

    def test_no_finding_holds_a_value(self, office: Office) -> None:
        _, findings = enter_list(office.book, self.ROWS, "list.csv", FRIDAY, by="claire", at=NOON)
        assert not [f for f in findings if "Dora" in str(f) or "no address" in str(f)]

    def test_the_same_file_is_entered_once(self, office: Office) -> None:
        self.entered(office, self.ROWS)
        with pytest.raises(IntakeError) as refused:
            self.entered(office, self.ROWS)
        assert refused.value.code == "AV692"
        assert len(office.store.run("requests_open")) == 2

    @pytest.mark.parametrize("rows", [b"", b"name\nAnna\n", b"right\naccess\n", b"\xff\xfe"])
    def test_what_is_no_list(self, office: Office, rows: bytes) -> None:
        with pytest.raises(IntakeError) as refused:
            self.entered(office, rows)
        assert refused.value.code == "AV692"


Answers = Callable[[], dict[str, CheckResult]]


@pytest.fixture
def answers(office: Office) -> Answers:
    def now() -> dict[str, CheckResult]:
        at = office.clock.now()
        found = judging.answers(office.book, day=office.book.day(at), at=at)
        return {f"{r.check} {r.case or ''}".strip(): r for _, r in found}

    return now


class TestChecks:
    def test_who_does_not_hear_in_time_turns_it_red(self, office: Office, answers: Answers) -> None:
        """Planted: a request that nobody acknowledges."""
        request = office.arrive(Right.ACCESS)
        assert not answers()["requests.acknowledged.9.9"].outcome.bad
        office.clock.move(timedelta(hours=26))
        assert answers()["requests.acknowledged.9.9"].outcome.failed == 1
        heard(office.book, request.id, by="claire", at=office.clock.now())
        after = answers()
        assert not after["requests.acknowledged.9.9"].outcome.bad
        assert after[f"requests.acknowledged-late.9.9 {request.id}"].outcome.bad  # it stays late

    def test_a_letter_that_only_waits_is_no_word(self, office: Office, answers: Answers) -> None:
        """Planted: the relay is down, and the letter lies in the outbox."""
        request = office.arrive(Right.ACCESS)
        assert acknowledge(office.book, request.id, by="avow", at=office.clock.now()) == 1
        office.clock.move(timedelta(hours=26))
        assert answers()["requests.acknowledged.9.9"].outcome.bad

    def test_a_letter_that_came_back_is_no_word(self, office: Office, answers: Answers) -> None:
        """Planted: the address is wrong, and the server sent our letter back."""
        request = office.arrive(Right.ACCESS)
        acknowledge(office.book, request.id, by="avow", at=office.clock.now())
        for state, is_red in (("sent", False), ("bounced", True)):
            with office.store.outside() as owner:
                owner.execute("UPDATE avow.letter SET state = %s, ended_at = %s", [state, NOON])
            office.clock.move(timedelta(hours=26))
            assert answers()["requests.acknowledged.9.9"].outcome.bad is is_red

    def test_what_nobody_sorts_turns_it_red(self, office: Office, answers: Answers) -> None:
        """Planted: a message of which nobody says what it asks. It arrived on a Monday."""
        office.arrive()
        office.clock.move(timedelta(days=3))
        assert not answers()["requests.sorted.9.9"].outcome.bad
        office.clock.move(timedelta(days=1))
        assert answers()["requests.sorted.9.9"].outcome.failed == 1

    def test_a_letter_is_a_request_on_the_day_it_comes(
        self, office: Office, answers: Answers
    ) -> None:
        """Planted: one of Friday, entered on Monday."""
        letter(office, arrived=NOON.date())
        assert not answers()["requests.letters.10.2"].outcome.bad
        late = letter(office)
        found = answers()
        assert found["requests.letters.10.2"].outcome.failed == 1
        assert found[f"requests.letter-late.10.2 {late.id}"].outcome.bad

    def test_a_letter_of_saturday_is_entered_on_monday(
        self, office: Office, answers: Answers
    ) -> None:
        letter(office, arrived=date(2027, 3, 13))
        assert not answers()["requests.letters.10.2"].outcome.bad

    def test_each_sees_what_is_planted(
        self, office: Office, answers: Answers, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A check that is blind says so by its canary, and green would prove nothing."""
        office.arrive(Right.ACCESS)
        assert all(r.canary_seen for r in answers().values() if r.case is None)
        for name in ("is_unheard", "is_unsorted", "is_entered_late"):
            monkeypatch.setattr(judging, name, lambda *_: False)
        monkeypatch.setattr(judging, "_is_over", lambda *_: False)
        assert not any(r.canary_seen for r in answers().values() if r.case is None)


class TestRoundTrip:
    def there_and_back(self, office: Office, *, is_lost: bool = False) -> None:
        """One probe goes out; the mailbox is read, with it or without."""
        send_probe(office.book, at=office.clock.now())
        (out,) = take(office.store, office.ring, "test", 1, office.clock.now())
        sent = envelope(SENDER, out)
        assert sent is not None
        assert str(sent.to) == MAILBOX
        office.clock.move(timedelta(minutes=5))
        found = [] if is_lost else [Delivery(sent.data, office.clock.now())]
        desk = Desk(office.book, Trust(own=frozenset({MAILBOX})))
        read_mailbox(desk, found, at=office.clock.now())

    def test_it_comes_back_as_a_request_of_our_own(self, office: Office, answers: Answers) -> None:
        assert answers()["requests.mailbox.10.1"].outcome.answer is Answer.BLIND
        self.there_and_back(office)
        assert answers()["requests.mailbox.10.1"].outcome.answer is Answer.PASS
        (row,) = office.store.run("intake_probes", since=datetime(2027, 1, 1, tzinfo=NOON.tzinfo))
        assert row["found_at"] - row["sent_at"] == timedelta(minutes=5)
        assert office.store.run("requests_open") == []  # it counts nowhere

    def test_what_is_lost_turns_it_red(self, office: Office, answers: Answers) -> None:
        """Planted: a mailbox that swallows the message."""
        self.there_and_back(office, is_lost=True)
        office.clock.move(timedelta(hours=20))
        read_mailbox(Desk(office.book), [], at=office.clock.now())
        office.clock.move(timedelta(hours=6))
        assert answers()["requests.mailbox.10.1"].outcome.bad

    def test_a_mailbox_that_nobody_reads_turns_it_red(
        self, office: Office, answers: Answers
    ) -> None:
        self.there_and_back(office)
        office.clock.move(timedelta(hours=26))
        assert answers()["requests.mailbox.10.1"].outcome.bad

    def test_a_message_that_lay_there_unread_turns_it_red(
        self, office: Office, answers: Answers
    ) -> None:
        """Planted: a message of two days ago, read only now."""
        self.there_and_back(office)
        old = Delivery(b"From: a@mail.example\r\n\r\naccess to my data", NOON - timedelta(days=2))
        read_mailbox(Desk(office.book), [old], at=office.clock.now())
        assert answers()["requests.mailbox.10.1"].outcome.failed == 1

    def test_a_guessed_token_is_a_message_of_a_person(self, office: Office) -> None:
        data = f"From: a@mail.example\r\n\r\nprobe-{'a' * 26} my data".encode()
        found = read_mailbox(Desk(office.book), [Delivery(data)], at=office.clock.now())
        assert found.of("request") == 1

    def test_without_an_address_there_is_none(self, office: Office) -> None:
        office.with_(requests=Requesting(), rights=())
        with pytest.raises(IntakeError) as refused:
            send_probe(office.book, at=NOON)
        assert refused.value.code == "AV693"


def test_the_letter_says_what_the_person_needs(office: Office) -> None:
    """In the three languages: its number, the day it counts from, the last day, what is asked."""
    for language, says, last in (
        ("fr", "l'accès", "15 avril 2027"),
        ("nl", "inzage", "15 april 2027"),
        ("en", "access", "15 April 2027"),
    ):
        person = Person(email=f"{language}@mail.example", language=language)
        given = ByHand(Channel.OTHER, NOON, person, ((Right.ACCESS, False),))
        enter_by_hand(office.book, given, by="claire", at=NOON)
        (out,) = take(office.store, office.ring, "test", 1, NOON)
        text = out.content.text
        assert all(word in text for word in (says, out.about, last, MAILBOX))
        sent = envelope(SENDER, out)
        assert sent is not None
        assert b"Auto-Submitted: auto-replied" in sent.data
