"""Messages become requests: when they arrived, which they join, and which are none."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from avow.declaration.requesting import Requesting
from avow.duties.correspondence.outbox import counted, take, write
from avow.duties.requests import steps
from avow.duties.requests.book import (
    Arrival,
    Asking,
    Person,
    entries_of,
    file_of,
    persons_of,
    same_person,
    words_of,
)
from avow.duties.requests.book import read as read_request
from avow.duties.requests.intake.entering import KIND, SORT, enter, name_person, sort
from avow.duties.requests.intake.reading import Delivery, Message, Trust, own_addresses
from avow.duties.requests.intake.receiving import Desk, Tally, receive
from avow.duties.requests.machine import Request
from avow.duties.requests.words import Channel, Right, Status
from avow.engine.db.store import Store
from tests.letters_room import draft, mailing
from tests.requests_room import ANNA, NOON, SMALL, Office

MAILBOX = "privacy@firm.example"
TRUST = Trust(("mx.firm.example",), "mx.firm.example", own_addresses([MAILBOX]))
ASKS = "Hello, please send me a copy of the data that you have on me. Thanks, Anna"


@pytest.fixture
def office(store: Store) -> Office:
    return Office(store, replace(SMALL, requests=Requesting(mailbox=MAILBOX)))


def mail(
    text: str = ASKS,
    *heads: str,
    subject: str = "My data",
    sender: str = "Anna Peeters <anna@mail.example>",
    message_id: str = "<1@mail.example>",
    received: str = "Mon, 15 Mar 2027 10:00:00 +0100",
    kind: str = "text/plain; charset=utf-8",
) -> bytes:
    """A message as it lies in the mailbox."""
    top = [
        f"Received: from out.example by mx.firm.example with ESMTPS; {received}",
        *heads,
        f"From: {sender}",
        f"To: {MAILBOX}",
        f"Subject: {subject}",
        f"Message-ID: {message_id}",
        "Date: Sat, 1 Jan 2000 00:00:00 +0000",
        f"Content-Type: {kind}",
    ]
    return ("\r\n".join([*(line for line in top if line), "", text])).encode("utf-8")


def got(office: Office, *messages: bytes | Delivery) -> Tally:
    """What the office makes of messages that it reads now."""
    given = [m if isinstance(m, Delivery) else Delivery(m) for m in messages]
    return receive(Desk(office.book, TRUST), given, at=office.clock.now())


def opened(office: Office, *messages: bytes | Delivery) -> Request:
    """The one request that messages open."""
    (name,) = got(office, *messages).requests
    return read_request(office.book, name)


def asked(request: Request) -> list[Right]:
    return [item.right for item in request.items.values()]


def noted(office: Office, request: str) -> list[str]:
    entries = entries_of(office.book, request)
    return [e.step.what for e in entries if isinstance(e.step, steps.Noted)]


def letters(office: Office) -> int:
    """How many persons hear that their request arrived."""
    return sum(each.letters for each in counted(office.store) if each.kind == KIND)


def test_a_message_is_a_request_of_its_sender(office: Office) -> None:
    request = opened(office, mail())
    assert asked(request) == [Right.ACCESS]
    assert (request.channel, request.language) == (Channel.EMAIL, "en")
    person = persons_of(office.book, request.id)[1]
    assert (person.name, person.email) == ("Anna Peeters", "anna@mail.example")
    assert b"copy of the data" in words_of(office.book, request.id, 1).reveal()


class TestArrival:
    def test_sunday_at_23_50_counts_that_day(self, office: Office) -> None:
        """What the sender writes as Date is not believed, nor is the day of reading used."""
        request = opened(office, mail(received="Sun, 14 Mar 2027 23:50:00 +0100"))
        assert request.arrived == datetime(2027, 3, 14, 22, 50, tzinfo=UTC)
        assert request.received == date(2027, 3, 14)

    def test_a_head_that_the_sender_wrote_is_not_believed(self, office: Office) -> None:
        """Planted below ours: a head that names our server, ten years earlier, and one above it
        of a server that is not ours."""
        forged = "Received: from a by mx.firm.example; Mon, 16 Mar 2020 10:00:00 +0100"
        request = opened(office, mail(ASKS, forged))
        assert request.received == date(2027, 3, 15)

    def test_without_a_head_of_ours_the_mailbox_says_it(self, office: Office) -> None:
        data = mail().replace(b"mx.firm.example", b"elsewhere.example")
        request = opened(office, Delivery(data, NOON - timedelta(days=2)))
        assert request.received == date(2027, 3, 13)

    def test_a_copy_in_another_mailbox_arrived_no_later(self, office: Office) -> None:
        data = mail(received="Fri, 12 Mar 2027 10:00:00 +0100")
        assert opened(office, Delivery(data, NOON)).received == date(2027, 3, 12)

    def test_the_future_is_not_believed_and_nothing_known_is_said(self, office: Office) -> None:
        request = opened(office, mail(received="Mon, 15 Mar 2055 10:00:00 +0100"))
        assert request.received == date(2027, 3, 15)
        assert "arrival-not-known" in noted(office, request.id)


class TestNotRequests:
    @pytest.mark.parametrize(
        ("head", "what"),
        [
            ("Auto-Submitted: auto-replied", "machine"),
            ("X-Autoreply: yes", "machine"),
            ("Return-Path: <>", "machine"),
            (f"X-Loop: {MAILBOX}", "loop"),
        ],
    )
    def test_machines_and_loops(self, office: Office, head: str, what: str) -> None:
        """No request, no letter; counted."""
        found = got(office, mail(ASKS, head))
        assert (found.counts, found.requests, letters(office)) == (((what, 1),), (), 0)

    def test_our_own_address_asks_nothing(self, office: Office) -> None:
        assert got(office, mail(sender=MAILBOX)).of("loop") == 1

    def test_a_bounce(self, office: Office) -> None:
        report = (
            "--x\r\n\r\nfailed\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\n"
            "Reporting-MTA: dns; a.example\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n--x--"
        )
        kind = 'multipart/report; report-type=delivery-status; boundary="x"'
        assert got(office, mail(report, kind=kind)).of("bounce") == 1

    def test_a_newsletter_that_speaks_of_leaving_it(self, office: Office) -> None:
        text = "Great offers! To unsubscribe from this newsletter click here."
        assert got(office, mail(text, "Precedence: bulk")).of("machine") == 1

    def test_a_mailbox_that_is_a_list_loses_nobody(self, office: Office) -> None:
        """Planted: the head that lists write. It is a request that nothing answers by itself."""
        found = got(office, mail(ASKS, "Precedence: list"))
        (name,) = found.requests
        assert letters(office) == 0
        assert "not-answered-by-itself" in noted(office, name)

    def test_the_same_words_within_minutes(self, office: Office) -> None:
        """A loop without any mark, and a second click, end at the first one."""
        again = mail(message_id="<2@mail.example>", received="Mon, 15 Mar 2027 10:04:00 +0100")
        later = mail(message_id="<3@mail.example>", received="Mon, 15 Mar 2027 11:00:00 +0100")
        found = got(office, mail(), again, later)
        assert (found.of("request"), found.of("repeated")) == (2, 1)

    def test_after_three_requests_in_an_hour_nothing_is_answered_by_itself(
        self, office: Office
    ) -> None:
        """Whoever writes in another's name cannot make us fill their mailbox."""
        many = [mail(f"{ASKS} {n}", message_id=f"<{n}@mail.example>") for n in range(6)]
        assert len(got(office, *many).requests) == 6
        assert letters(office) == 3


class TestOnce:
    def test_the_same_message_twice_is_one(self, office: Office) -> None:
        """From a file and from the mailbox: other heads of transport, the same message."""
        again = b"Received: from x by y; Mon, 15 Mar 2027 11:00:00 +0100\r\n" + mail()
        found = got(office, mail(), mail(), again)
        assert (found.of("request"), found.of("known")) == (1, 2)
        assert got(office, mail()).counts == (("known", 1),)

    def test_another_message_under_the_same_id_is_not_lost(self, office: Office) -> None:
        other = mail("Please delete my account.", sender="bob@mail.example")
        assert len(got(office, mail(), other).requests) == 2

    def test_two_readers_at_a_time_enter_it_once(self, office: Office) -> None:
        """A timer and a person read the same mailbox; neither order nor luck makes two of one."""
        given = [mail(f"{ASKS} {n}", message_id=f"<{n}@mail.example>") for n in range(4)]
        with ThreadPoolExecutor(3) as pool:
            runs = list(pool.map(lambda _: got(office, *given), range(3)))
        assert sum(len(run.requests) for run in runs) == 4
        assert len(office.store.run("requests_open")) == 4

    def test_after_a_new_key_it_is_known_too(self, office: Office) -> None:
        got(office, mail())
        office.ring = (
            office.ring.with_new("hash") if hasattr(office.ring, "with_new") else office.ring
        )
        assert got(office, mail()).of("known") == 1


class TestThreads:
    def test_a_reply_to_our_letter_joins(self, office: Office) -> None:
        request = opened(office, mail())
        (letter,) = take(office.store, office.ring, "test", 1, office.clock.now())
        office.clock.move(timedelta(days=1))
        reply = mail(
            "My customer number is 7.\r\n\r\n> To erase my data write to us",
            f"In-Reply-To: <{letter.message_id}>",
            message_id="<2@mail.example>",
            received="Tue, 16 Mar 2027 10:00:00 +0100",
        )
        found = got(office, reply)
        assert (found.counts, found.requests) == ((("joined", 1),), ())
        after = read_request(office.book, request.id)
        assert asked(after) == [Right.ACCESS]  # what it quotes is not asked
        last = entries_of(office.book, request.id)[-1]
        assert last.by == "person"
        assert b"customer number is 7" in words_of(office.book, request.id, last.number).reveal()

    def test_a_reply_to_any_letter_about_the_request_joins(self, office: Office) -> None:
        """A question of ours, which another room wrote into the outbox."""
        request = opened(office, mail())
        about = replace(mailing("a-question"), about=request.id)
        question = draft("anna@mail.example")
        write(office.store, office.ring, about, [question], at=NOON, tell=office.tell)
        found = take(office.store, office.ring, "test", 9, NOON)
        (letter,) = [each for each in found if each.kind == "a-question"]
        answer = mail("Yes.", f"In-Reply-To: <{letter.message_id}>", message_id="<2@mail.example>")
        assert got(office, answer).of("joined") == 1

    def test_what_a_reply_asks_besides_is_asked(self, office: Office) -> None:
        request = opened(office, mail())
        more = mail("And delete my account.", "References: <1@mail.example>",
                    message_id="<2@mail.example>")  # fmt: skip
        assert got(office, more).of("joined") == 1
        assert asked(read_request(office.book, request.id)) == [Right.ACCESS, Right.ERASURE]

    def test_the_number_in_the_subject_is_enough(self, office: Office) -> None:
        request = opened(office, mail())
        late = mail("Any news?", subject=f"Re: [{request.id}]", message_id="<2@mail.example>")
        assert got(office, late).of("joined") == 1

    def test_somebody_else_in_the_thread_asks_for_themselves(self, office: Office) -> None:
        request = opened(office, mail())
        other = mail("I want access to my data as well.", "In-Reply-To: <1@mail.example>",
                     sender="bob@mail.example", message_id="<2@mail.example>")  # fmt: skip
        theirs = opened(office, other)
        assert theirs.links == (request.id,)
        assert persons_of(office.book, theirs.id)[1].email == "bob@mail.example"

    def test_words_of_another_sender_are_kept_as_such(self, office: Office) -> None:
        request = opened(office, mail())
        other = mail("He is right.", "In-Reply-To: <1@mail.example>",
                     sender="bob@mail.example", message_id="<2@mail.example>")  # fmt: skip
        assert got(office, other).of("joined") == 1
        assert noted(office, request.id)[-1] == "message-of-another-sender"

    def test_after_the_end_it_is_a_new_request_linked_to_it(self, office: Office) -> None:
        request = opened(office, mail())
        office.take(request, steps.WithdrawnByPerson(items=(1,)), steps.Closed())
        reply = mail("I changed my mind.", "In-Reply-To: <1@mail.example>",
                     message_id="<2@mail.example>")  # fmt: skip
        assert opened(office, reply).links == (request.id,)

    def test_whoever_waits_for_an_answer_hears_of_it(self, office: Office) -> None:
        heard: list[str] = []
        request = opened(office, mail())
        reply = mail("Here I am.", "In-Reply-To: <1@mail.example>", message_id="<2@mail.example>")

        def hears(_: object, __: object, request: Request, message: Message) -> None:
            heard.append(f"{request.id} {message.own}")

        desk = Desk(office.book, TRUST, hears=hears)
        receive(desk, [Delivery(reply)], at=office.clock.now())
        assert heard == [f"{request.id} Here I am."]


class TestNothingRecognised:
    def test_it_is_a_request_for_a_person_to_sort(self, office: Office) -> None:
        request = opened(office, mail("Could you help me with something private?"))
        assert (request.status, asked(request)) == (Status.IDENTIFYING, [])
        assert SORT in noted(office, request.id)
        assert letters(office) == 1  # the person hears all the same
        after = sort(office.book, request.id, [], by="claire", at=office.clock.now())
        assert after.status is Status.CLOSED

    def test_somebody_says_what_is_asked(self, office: Office) -> None:
        request = opened(office, mail("Tell me everything, please."))
        later = [Asking(1, Right.ACCESS)]
        after = sort(office.book, request.id, later, by="claire", at=office.clock.now())
        assert asked(after) == [Right.ACCESS]
        assert after.received == date(2027, 3, 15)


class TestDuplicates:
    def test_the_same_right_of_the_same_person_is_linked(self, office: Office) -> None:
        first = opened(office, mail())
        office.clock.move(timedelta(days=3))
        second = opened(office, mail(f"{ASKS}!", message_id="<2@mail.example>",
                                     received="Thu, 18 Mar 2027 10:00:00 +0100"))  # fmt: skip
        assert second.links == (first.id,)
        found = take(office.store, office.ring, "test", 9, office.clock.now())
        (letter,) = [each for each in found if each.about == second.id]
        assert first.id in letter.content.text  # answered together

    def test_what_another_address_asked_is_not_told(self, office: Office) -> None:
        """Whoever gives the customer number of somebody else learns nothing of their request."""
        known = msgspec.structs.replace(ANNA, identities=(*ANNA.identities, ("customer", "7")))
        first = office.arrive(Right.ACCESS, person=known)
        stranger = Person(email="eve@mail.example", identities=(("customer", "7"),))
        came = Arrival(Channel.OTHER, NOON, "en", (stranger,), (Asking(1, Right.ACCESS),))
        done = enter(office.book, came, by="claire", at=NOON)
        assert done.linked == (first.id,)  # somebody of ours sees it
        (letter,) = take(office.store, office.ring, "test", 9, NOON)
        assert first.id not in letter.content.text

    def test_one_that_is_over_is_not_linked(self, office: Office) -> None:
        first = opened(office, mail())
        office.take(first, steps.WithdrawnByPerson(items=(1,)), steps.Closed())
        assert opened(office, mail(f"{ASKS}!", message_id="<2@mail.example>")).links == ()

    def test_another_right_is_not(self, office: Office) -> None:
        opened(office, mail())
        second = opened(office, mail("Please delete my account.", message_id="<2@mail.example>"))
        assert second.links == ()


class TestAttachments:
    def test_they_are_sealed_and_their_types_kept(self, office: Office) -> None:
        text = (
            f"--x\r\nContent-Type: text/html\r\n\r\n<p>{ASKS}</p><script>steal()</script>"
            '<img src="https://tracker.example/1">\r\n'
            "--x\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; "
            'filename="anna.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0=\r\n--x--'
        )
        request = opened(office, mail(text, kind='multipart/mixed; boundary="x"'))
        rows = office.store.run("request_files", request=request.id)
        assert sorted((r["what"], r["media_type"]) for r in rows) == [
            ("attachment", "application/pdf"),
            ("message", "message/rfc822"),
        ]
        pdf = next(r for r in rows if r["what"] == "attachment")
        found = file_of(office.book, pdf["id"])
        assert found is not None
        assert found[1].reveal() == b"%PDF-"
        words = words_of(office.book, request.id, 1).reveal()
        assert b"steal" not in words
        assert asked(request) == [Right.ACCESS]

    def test_more_than_can_be_kept_is_said(self, office: Office) -> None:
        part = "--x\r\nContent-Type: image/png\r\n\r\nabc\r\n"
        text = f"--x\r\nContent-Type: text/plain\r\n\r\n{ASKS}\r\n{part * 45}--x--"
        request = opened(office, mail(text, kind='multipart/mixed; boundary="x"'))
        assert "attachments-in-the-message-only.5" in noted(office, request.id)


class TestChecksOfTheSender:
    HEAD = "Authentication-Results: mx.firm.example; dkim=pass header.d=mail.example; spf=softfail"

    def test_only_our_own_server_is_believed(self, office: Office) -> None:
        forged = "Authentication-Results: elsewhere.example; spf=pass; dkim=pass; dmarc=pass"
        request = opened(office, mail(ASKS, forged, self.HEAD))
        assert "sender-checked.spf-softfail.dkim-pass" in noted(office, request.id)
        assert request.persons[1].shown is None  # evidence, and no proof of who it is

    def test_nobody_else(self, office: Office) -> None:
        forged = "Authentication-Results: elsewhere.example; spf=pass"
        request = opened(office, mail(ASKS, forged))
        assert not [n for n in noted(office, request.id) if n.startswith("sender")]


def test_a_colleague_who_hands_a_message_on_is_not_the_person(office: Office) -> None:
    """What named the colleague names the request no longer; the person's other one is linked."""
    first = opened(office, mail())
    handed = mail(
        "FYI\n\nFrom: Anna\nSent: Monday\n\nPlease send me a copy of my data.",
        subject="FW: question",
        sender="sam@firm.example",
        message_id="<2@firm.example>",
    )
    request = opened(office, handed)
    assert asked(request) == [Right.ACCESS]
    assert "sender-of-our-own-domain" in noted(office, request.id)
    anna = persons_of(office.book, first.id)[1]
    linked = name_person(office.book, request.id, 1, anna, by="claire", at=office.clock.now())
    assert linked == (first.id,)
    assert persons_of(office.book, request.id)[1] == anna
    assert same_person(office.book, Person(email="sam@firm.example")) == ()
