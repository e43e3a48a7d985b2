"""Killed at any write between the draft of a letter and its departure, and called again as people
would: exactly one letter left, no step is missing or taken twice, nothing is half done."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import count

import pytest

from avow.common.masked import Masked
from avow.duties.correspondence.letters import State as LetterState
from avow.duties.correspondence.outbox import letters_to
from avow.duties.correspondence.sending import Hands, send
from avow.duties.requests import steps
from avow.duties.requests.acting.handing_over import ByLetter, HandOver, hand_over
from avow.duties.requests.book import entries_of, read
from avow.duties.requests.deciding.refusing import refused_of, tell
from avow.duties.requests.delivering.links import Post
from avow.duties.requests.tasks.kept import of_request
from avow.duties.requests.telling import letters
from avow.duties.requests.words import Ground, Outcome, Right, Rung, Way
from avow.engine.db.store import Store
from avow.engine.evidence.verify import verify_ledger
from avow.estate.datamap.model import Dataset, System
from tests.answers_room import Telling
from tests.faults.boundaries import killed_at_write
from tests.letters_room import SENDER
from tests.post_office import PostOffice, post_office
from tests.requests_room import SMALL, Office
from tests.tasks_room import known, room, writes_to

PAGES = Post("https://my.example/", "firm.example")
TENANT = "tenant:app:42"


def every_write(
    prepare: Callable[[], str],
    work: Callable[[str], object],
    child: Callable[[Callable[[], object]], object],
    whole: Callable[[str], object],
    step: int = 1,
) -> int:
    """Begin anew, die at the nth write, call it again, look; until it dies no more. Gives n;
    `step` leaves places out where there are many."""
    for nth in count(1, step):
        name = prepare()
        died = killed_at_write(nth, partial(child, partial(work, name)))
        work(name)
        whole(name)
        if not died:
            return nth
    raise AssertionError


@contextmanager
def of_its_own(office: Office, url: str) -> Iterator[None]:
    """In the child: connections of its own, as another process has them."""
    with Store(url, largest=3) as store:
        office.store = store
        yield


@pytest.fixture
def post() -> Iterator[PostOffice]:
    with post_office() as made:
        yield made


def sent(office: Office, post: PostOffice) -> None:
    """Rounds of the sender until nothing waits: the server may need a moment to see that the one
    before is dead, and until then its letters are its own."""
    hands = Hands(office.store, office.ring, office.clock, SENDER, post.relay, office.tell)
    for _ in range(100):
        send(hands)
        rows = office.store.run("letters_counted")
        if {row["state"] for row in rows} <= {LetterState.SENT, LetterState.BOUNCED}:
            return
        time.sleep(0.02)


def arrived(post: PostOffice) -> Counter[str]:
    """How often each letter arrived, by Message-ID; the same id is always the same bytes."""
    by_id: dict[str, set[bytes]] = {}
    for message, (_, _, data) in zip(post.messages, post.taken, strict=True):
        by_id.setdefault(message["Message-ID"], set()).add(data)
    assert {len(each) for each in by_id.values()} <= {1}
    return Counter(message["Message-ID"] for message in post.messages)


def taken(office: Office, request: str) -> Counter[str]:
    """How often each step of a request was taken."""
    return Counter(type(each.step).__name__ for each in entries_of(office.book, request))


def is_in_ledger(office: Telling) -> None:
    """The chain holds, and has every step of every request once."""
    assert verify_ledger(office.ledger).broken_at is None
    told = [row for row in office.ledger.entries() if row["kind"] == "request-step"]
    with office.store.outside() as owner:
        (row,) = owner.execute("SELECT count(*) AS many FROM avow.request_step").fetchall()
    assert len(told) == row["many"]


def telling(store: Store) -> Telling:
    controller = replace(SMALL.controller, email="privacy@firm.example")
    return Telling(store, replace(SMALL, controller=controller))


def test_the_letter_of_what_came_of_it(store: Store, state_url: str, post: PostOffice) -> None:
    """Drafted, looked through, sent with its proof."""
    office = telling(store)
    before: list[int] = []

    def prepare() -> str:
        before.append(len(arrived(post)))
        request = office.arrive(Right.RECTIFICATION)
        return office.take(
            request,
            steps.IdentityShown(person=1, rung=Rung.KNOWN_ADDRESS),
            steps.Decided(item=1, outcome=Outcome.ACCEPTED),
            steps.Begun(item=1, record="plan-" + "a" * 26),
            steps.Done(item=1),
        ).id

    def work(request: str) -> None:
        book, now = office.book, office.clock.now()
        if not letters.letters_of(book, request):
            letters.draft(book, request, 1, by="claire", at=now)
        (answer,) = read(book, request).answers.values()
        if not answer.is_reviewed:
            letters.review(book, answer.answer, by="an", at=now)
        if answer.sent is None:
            letters.send(book, office.ledger, answer.answer, by="claire", at=now)
        sent(office, post)

    def whole(request: str) -> None:
        found = taken(office, request)
        once = ("AnswerDrafted", "AnswerReviewed", "AnswerSent")
        assert {name: found[name] for name in once} == dict.fromkeys(once, 1)
        assert len(arrived(post)) == before[-1] + 1, "exactly one letter"

    def child(go: Callable[[], object]) -> None:
        with of_its_own(office, state_url):
            go()

    assert every_write(prepare, work, child, whole) > 20
    is_in_ledger(office)


def test_a_refusal(store: Store, state_url: str, post: PostOffice) -> None:
    """Letter and steps are one: told once, or not at all and then again."""
    office = telling(store)
    before: list[int] = []
    kept = steps.Refusal(ground=Ground.LEGAL_DUTY, law="Art. 17(3)(b) GDPR")

    def prepare() -> str:
        before.append(len(arrived(post)))
        request = office.arrive(Right.ERASURE)
        return office.take(
            request,
            steps.IdentityShown(person=1, rung=Rung.KNOWN_ADDRESS),
            steps.Decided(item=1, outcome=Outcome.REFUSED, refusals=(kept,)),
        ).id

    def work(request: str) -> None:
        state = read(office.book, request)
        if refused_of(state, 1) and not state.answers:
            tell(office.book, request, 1, by="claire", at=office.clock.now())
        sent(office, post)

    def whole(request: str) -> None:
        (answer,) = read(office.book, request).answers.values()
        assert answer.sent is Way.MAIL
        assert taken(office, request)["AnswerSent"] == 1
        assert len(arrived(post)) == before[-1] + 1, "exactly one letter"

    def child(go: Callable[[], object]) -> None:
        with of_its_own(office, state_url):
            go()

    assert every_write(prepare, work, child, whole) > 10
    is_in_ledger(office)


@pytest.mark.parametrize("only", [True, False])
def test_a_request_that_is_handed_over(store: Store, state_url: str, *, only: bool) -> None:
    """The controller has one task and the person one letter that says whom to ask; also where the
    item itself went and cannot be handed over again."""
    held = Dataset("debtor", ("id",), "debtor", "company_id", rest="debts")
    app = System("app", "sqlite", "sqlite:///nowhere.db", owner="marc", datasets={"debtor": held})
    office = room(store, app)
    writes_to(office, TENANT, "privacy@creditor.example")

    def prepare() -> str:
        return known(office, Right.ACCESS).id

    def work(request: str) -> None:
        what = HandOver(request, 1, TENANT, only)
        at = office.clock.now()
        hand_over(office.book, what, ByLetter("example.be"), by="claire", at=at)

    def whole(request: str) -> None:
        (task,) = of_request(office.book, request)
        assert taken(office, request)["Transmitted"] == 1
        there = letters_to(office.store, office.ring, "controller", [Masked("anna@mail.example")])
        assert len([each for each in there if request in each.content.text]) == 1, task.task.id

    def child(go: Callable[[], object]) -> None:
        with of_its_own(office, state_url):
            go()

    assert every_write(prepare, work, child, whole) > 5
