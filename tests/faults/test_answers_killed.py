"""Killed at any write between the drawing of an answer and its letter's departure, or in the round
that asks owners: exactly one letter, every step once, and no answer without its proof."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from avow.duties.requests.answering import drafting
from avow.duties.requests.answering.packing import unzipped
from avow.duties.requests.answering.together import answer_all
from avow.duties.requests.book import file_of, read
from avow.duties.requests.delivering.answers import NotDelivered, deliver
from avow.duties.requests.tasks import kept, sending
from avow.duties.requests.tasks.kept import of_request
from avow.duties.requests.tasks.making import make_tasks
from avow.duties.requests.words import Right
from avow.engine.db.store import Store
from tests.answers_room import BEN, Shop
from tests.faults.test_requests_killed import PAGES, arrived, every_write, of_its_own, sent, taken
from tests.faults.test_requests_killed import post as post  # noqa: PLC0414 (a fixture)
from tests.post_office import PostOffice
from tests.tasks_room import MARC, POST, known, mail_to, room


def test_an_answer_from_its_drawing_to_its_letter(
    store: Store, state_url: str, tmp_path: Path, post: PostOffice
) -> None:
    """A review that was broken off after its step is done again before anything leaves. Where a
    letter was taken and the sender died before it could note that, it goes twice, as the same."""
    shop = Shop(tmp_path, store)
    office, before = shop.office, list[int]()

    def prepare() -> str:
        before.append(len(arrived(post)))
        return shop.accepted(Right.ACCESS, person=BEN).id

    def work(request: str) -> None:
        book, now, ledger = office.book, office.clock.now(), shop.ledger
        answer_all(book, shop.sources, by="claire", at=now)
        (answer,) = read(book, request).answers.values()
        if not answer.is_reviewed:
            drafting.review(book, ledger, answer.answer, by="an", at=now)
        if answer.sent is None:
            try:
                deliver(book, PAGES, answer.answer, by="claire", at=now)
            except NotDelivered:
                drafting.review(book, ledger, answer.answer, by="an", at=now)
                deliver(book, PAGES, answer.answer, by="claire", at=now)
        sent(office, post)

    def whole(request: str) -> None:
        found, once = taken(office, request), ("Begun", "Done", "AnswerDrafted", "AnswerSent")
        assert {name: found[name] for name in once} == dict.fromkeys(once, 1)
        assert 1 <= found["AnswerReviewed"] <= 2
        (answer,) = read(office.book, request).answers.values()
        held = file_of(office.book, drafting.opened(office.book, answer.answer).package)
        assert held is not None
        proof = json.loads(unzipped(held[1].reveal())["proof.json"])
        assert [s["name"] for s in proof["steps"]] == ["received", "answer-reviewed"]
        assert len(arrived(post)) == before[-1] + 1, "exactly one letter"

    def child(go: Callable[[], object]) -> None:
        with of_its_own(office, state_url):
            shop.store, shop.ledger = office.store, office.ledger  # type: ignore[attr-defined]
            go()

    assert every_write(prepare, work, child, whole, 5) > 60
    assert sum(n > 1 for n in arrived(post).values()) <= 1, "only what was in the air"


def test_the_round_that_asks_owners(store: Store, state_url: str, post: PostOffice) -> None:
    """Each owner is asked once, by a letter that its task knows."""
    office, before = room(store), list[int]()

    def prepare() -> str:
        request = known(office, Right.ACCESS)
        make_tasks(office.book, request.id, by="claire", at=office.clock.now())
        before.append(len(mail_to(office, "person:marc", MARC)))
        return request.id

    def work(_: str) -> None:
        sending.send_round(office.book, POST, at=office.clock.now())

    def whole(request: str) -> None:
        (task,) = of_request(office.book, request)
        assert len(task.task.letters) == 1
        assert len(mail_to(office, "person:marc", MARC)) == before[-1] + 1, "asked once"
        # The round looks at every open task: this one is not to be in the next.
        at = office.clock.now()
        kept.withdraw(office.book, task.task.id, by="claire", at=at, runs=office.store)

    def child(go: Callable[[], object]) -> None:
        with of_its_own(office, state_url):
            go()

    assert every_write(prepare, work, child, whole) > 5
