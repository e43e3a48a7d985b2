"""Letters by which persons show who they are: to whom they go, and what they prove."""

from __future__ import annotations

import hashlib
import re
import time
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from avow.common.masked import Masked
from avow.duties.correspondence.outbox import letters_to
from avow.duties.requests import steps
from avow.duties.requests.book import Person, entries_of, read
from avow.duties.requests.delivering.links import Post
from avow.duties.requests.identity import proving
from avow.duties.requests.intake import receiving
from avow.duties.requests.intake.reading import Delivery
from avow.duties.requests.machine import Request
from avow.duties.requests.words import Right, Rung, Status, Voice
from avow.engine.db.store import Row, Store
from avow.faces.cli.link_rounds import links_round
from avow.faces.cli.mailbox_rounds import heard
from tests.answers_room import ANNA, BEN, NOBODY, Shop

POST = Post("https://my.example/", "shop.example")
STRANGER = "stranger@mail.example"


@pytest.fixture
def shop(store: Store, tmp_path: Path) -> Shop:
    return Shop(tmp_path, store)


def ask(shop: Shop, person: Person, right: Right = Right.ACCESS) -> Request:
    """A request of which the round makes letters."""
    request = shop.office.arrive(right, person=person)
    now = shop.office.clock.now()
    assert proving.begin_due(shop.office.book, at=now) == 1
    proving.send(shop.office.book, shop.estate, POST, at=now)
    return request


def texts(shop: Shop, email: str) -> list[str]:
    to = letters_to(shop.store, shop.office.ring, "controller", [Masked(email)])
    return [each.content.text for each in to]


def token(text: str) -> Masked[str]:
    found = re.search(r"/your-data/prove/(\S+)", text)
    assert found is not None
    return Masked(found[1])


def opened(shop: Shop, email: str) -> bool:
    (text,) = texts(shop, email)
    return proving.use(shop.office.book, token(text), at=shop.office.clock.now())


def shown(shop: Shop, request: Request) -> Rung | None:
    return read(shop.office.book, request.id).persons[1].shown


def test_who_opens_the_link_sent_to_an_address_that_is_held_has_shown_it(shop: Shop) -> None:
    request = ask(shop, ANNA)
    assert shown(shop, request) is None
    assert opened(shop, ANNA.email)
    state = read(shop.office.book, request.id)
    assert (state.persons[1].shown, state.status) == (Rung.SIGNED_LINK, Status.DECIDING)


def test_a_link_works_once_and_for_some_days(shop: Shop) -> None:
    ask(shop, ANNA)
    (text,) = texts(shop, ANNA.email)
    assert proving.is_usable(shop.office.book, token(text), at=shop.office.clock.now())
    late = shop.office.clock.now() + timedelta(days=5)
    assert not proving.use(shop.office.book, token(text), at=late)
    assert opened(shop, ANNA.email)
    assert not opened(shop, ANNA.email)
    assert not proving.use(shop.office.book, Masked("x" * 43), at=shop.office.clock.now())


def test_only_a_hash_of_the_secret_is_kept(shop: Shop) -> None:
    ask(shop, ANNA)
    (text,) = texts(shop, ANNA.email)
    secret = token(text).reveal()
    assert len(secret) == 43  # 256 bits
    now, hashed = shop.office.clock.now(), hashlib.sha256(secret.encode()).digest()
    assert len(shop.store.run("identity_proof_found", token=hashed, at=now)) == 1
    assert shop.store.run("identity_proof_found", token=secret.encode(), at=now) == []


def test_a_stranger_gets_the_same_letter_and_proves_nothing(shop: Shop) -> None:
    """In the same words, with the same steps: who asks cannot tell whether somebody is known."""
    known, unknown = ask(shop, ANNA), ask(shop, NOBODY)
    (hers,), (theirs,) = texts(shop, ANNA.email), texts(shop, NOBODY.email)
    assert plain(hers) == plain(theirs)
    assert opened(shop, ANNA.email) == opened(shop, NOBODY.email) is True
    assert (shown(shop, known), shown(shop, unknown)) == (Rung.SIGNED_LINK, None)
    lengths = [len(entries_of(shop.office.book, each.id)) for each in (known, unknown)]
    assert lengths[0] == lengths[1]


def plain(text: str) -> str:
    """A letter without what is another one's by chance: numbers of requests and secrets."""
    return re.sub(r"request-\S+|prove/\S+", "…", text)


def test_the_letter_goes_to_the_address_that_is_held_and_not_to_the_one_that_is_claimed(
    shop: Shop,
) -> None:
    """Somebody gives Anna's name for themselves: a stranger's address and a held one."""
    claims = Person(email=STRANGER, language="nl", identities=(("email", ANNA.email),))
    request = ask(shop, claims)
    assert opened(shop, STRANGER)
    assert shown(shop, request) is None
    assert opened(shop, ANNA.email)
    assert shown(shop, request) is Rung.SIGNED_LINK


def test_who_reads_one_mailbox_is_not_taken_for_somebody_elses_too(shop: Shop) -> None:
    """Ben adds Anna's address to his own; both are held, and his link proves neither."""
    both = Person(email=BEN.email, language="nl", identities=(("email", ANNA.email),))
    request = ask(shop, both)
    assert texts(shop, ANNA.email) == []
    assert opened(shop, BEN.email)
    assert shown(shop, request) is None


def test_a_reply_to_the_letter_from_its_reader_is_enough_and_a_sender_alone_is_not(
    shop: Shop,
) -> None:
    request = ask(shop, ANNA)
    (row,) = shop.store.run("intake_letter_about", messages=[]) or (None,)
    del row
    message = message_id(shop)
    assert not replied(shop, request, ANNA.email, ())
    assert not replied(shop, request, ANNA.email, ("made-up@shop.example",))
    assert not replied(shop, request, STRANGER, (message,))
    assert replied(shop, request, " Anna@mail.example", ("other@x.example", message))
    assert shown(shop, request) is Rung.KNOWN_ADDRESS
    assert not replied(shop, request, ANNA.email, (message,))


def test_a_reply_from_an_address_that_nobody_holds_proves_nothing(shop: Shop) -> None:
    request = ask(shop, NOBODY)
    assert not replied(shop, request, NOBODY.email, (message_id(shop, NOBODY.email),))


def replied(shop: Shop, request: Request, sender: str, answers: tuple[str, ...]) -> bool:
    state = read(shop.office.book, request.id)
    return proving.answered_from(
        shop.office.book, shop.store, state, sender, answers, at=shop.office.clock.now()
    )


def message_id(shop: Shop, email: str = ANNA.email) -> str:
    (letter,) = letters_to(shop.store, shop.office.ring, "controller", [Masked(email)])
    return f"{letter.id}@shop.example"


def test_a_term_that_waited_runs_again_when_the_link_is_opened(shop: Shop) -> None:
    """Asked on the 15th of March, opened ten days later: ten days are added to the 15th of April,
    and the 25th is a Sunday (art. 12(3) and (6) GDPR; Regulation 1182/71, art. 3(4))."""
    request = ask(shop, ANNA)
    doubt = steps.IdentityAsked(person=1, rung=Rung.SIGNED_LINK, pauses=True)
    shop.office.take(request, doubt)
    calendar, day = shop.office.book.calendar, request.received
    before = request.due(calendar, day)
    shop.office.clock.move(timedelta(days=10))
    proving.begin(shop.office.book, request.id, 1, at=shop.office.clock.now())
    proving.send(shop.office.book, shop.estate, POST, at=shop.office.clock.now())
    text = max(texts(shop, ANNA.email), key=lambda t: "28 maart" in t)
    assert proving.use(shop.office.book, token(text), at=shop.office.clock.now())
    state = read(shop.office.book, request.id)
    assert not state.waits
    after = state.due(calendar, shop.office.book.day(shop.office.clock.now()))
    assert (before, after) == (date(2027, 4, 15), date(2027, 4, 26))


def test_nobody_is_written_to_twice_in_an_hour_or_after_they_showed_it(shop: Shop) -> None:
    request, book = ask(shop, ANNA), shop.office.book
    for minutes, count in ((10, 1), (70, 2)):
        later = shop.office.clock.now() + timedelta(minutes=minutes)
        proving.begin(book, request.id, 1, at=later)
        proving.send(book, shop.estate, POST, at=later)
        assert len(texts(shop, ANNA.email)) == count
    shop.office.take(request, steps.IdentityShown(person=1, rung=Rung.SESSION))
    later = shop.office.clock.now() + timedelta(days=1)
    proving.begin(book, request.id, 1, at=later)
    assert proving.send(book, shop.estate, POST, at=later) == 0


def test_the_round_asks_nobody_who_need_not_show_anything_or_cannot_be_reached(shop: Shop) -> None:
    office, book, now = shop.office, shop.office.book, shop.office.clock.now()
    office.arrive(Right.ACCESS, voice=Voice.REPRESENTATIVE)
    office.take(office.arrive(Right.ACCESS), steps.IdentityShown(person=1, rung=Rung.SESSION))
    assert proving.begin_due(book, at=now) == 0
    office.arrive(Right.ACCESS, person=Person(name="Somebody"))
    assert proving.begin_due(book, at=now) == 1
    assert proving.send(book, shop.estate, POST, at=now) == 0
    assert proving.begin_due(book, at=now) == 0


@dataclass
class Counting:
    """A database that notes the names of what is asked of it."""

    inner: Store
    asked: list[str] = field(default_factory=list)

    def run(self, name: str, **values: object) -> list[Row]:
        """Ask it."""
        self.asked.append(name)
        return self.inner.run(name, **values)


def test_wanting_a_letter_costs_the_same_for_who_is_known_who_is_not_and_no_request(
    shop: Shop,
) -> None:
    """One statement each, whose number does not depend on what is held, and as much time: of forty
    tries in turn the fastest of each, which no other program slows, lie within three times of one
    another."""
    now = shop.office.clock.now()
    known, unknown = (shop.office.arrive(Right.ACCESS, person=p).id for p in (ANNA, NOBODY))
    requests = (known, unknown, "request-" + "b" * 26)
    counting = [Counting(shop.store) for _ in requests]
    took: list[list[float]] = [[] for _ in requests]
    for _ in range(40):
        for request, counted, times in zip(requests, counting, took, strict=True):
            book = replace(shop.office.book, runs=counted)  # type: ignore[arg-type]
            began = time.perf_counter()
            proving.begin(book, request, 1, at=now)
            times.append(time.perf_counter() - began)
    assert [each.asked for each in counting] == [["proof_wish_add"] * 40] * 3
    fastest = [min(times) for times in took]
    assert max(fastest) < 3 * min(fastest)


def test_a_reply_in_the_mailbox_shows_who_somebody_is(shop: Shop) -> None:
    """From the message on the wire to the step, by what the mailbox is read with."""
    request = ask(shop, ANNA)
    reply = (
        f"From: Anna <{ANNA.email}>\r\nTo: privacy@shop.example\r\nSubject: Re: Was u dit?\r\n"
        f"Message-ID: <1@mail.example>\r\nIn-Reply-To: <{message_id(shop)}>\r\n"
        "Date: Mon, 15 Mar 2027 12:00:00 +0000\r\n\r\nJa, dat was ik.\r\n"
    )
    now = shop.office.clock.now()
    desk = receiving.Desk(shop.office.book, hears=heard(now))
    found = receiving.receive(desk, [Delivery(reply.encode())], at=now)
    assert found.of("joined") == 1
    assert shown(shop, request) is Rung.KNOWN_ADDRESS


def test_the_round_of_links_writes_these_letters(shop: Shop) -> None:
    controller = replace(shop.declaration.controller, email="privacy@shop.example")
    declaration = replace(shop.declaration, controller=controller)
    shop.office.arrive(Right.ACCESS, person=ANNA)
    desk = SimpleNamespace(
        declaration=declaration,
        book=shop.office.book,
        estate=shop.estate,
        state=SimpleNamespace(store=shop.store),
        now=shop.office.clock.now,
    )
    said = links_round(desk, {"AVOW_ADDRESS": "https://my.example"})  # type: ignore[arg-type]
    assert said == "0 letters with a link, 1 to show who somebody is"
    assert "https://my.example/nl/your-data/prove/" in texts(shop, ANNA.email)[0]
