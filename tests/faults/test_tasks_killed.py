"""A round of tasks killed at any write, and run again: no letter to an owner, or to who answers for
it all, is lost, and none goes twice. The same where another round, or an answer, comes between.

What was in the air when the sender died goes again as the same letter, with the same Message-ID.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from avow.common.masked import Masked
from avow.duties.requests import steps
from avow.duties.requests.book import Book
from avow.duties.requests.tasks import kept, sending
from avow.duties.requests.tasks.kept import Evidence, answer
from avow.duties.requests.tasks.machine import Outcome, State
from avow.duties.requests.tasks.sending import Post, Went, send_round
from avow.duties.requests.words import Right
from avow.engine.db.store import Store
from avow.engine.evidence.invitations import found
from avow.engine.evidence.verify import verify_ledger
from avow.estate.datamap.model import DataMap, System
from avow.faces.cli.task_rounds import tasks_round
from tests.answers_room import Telling
from tests.faults.test_requests_killed import every_write, of_its_own, sent
from tests.post_office import PostOffice, post_office
from tests.requests_room import SMALL
from tests.tasks_room import ARCHIVE, MARC, PAULA, PEOPLE, POST, known, mail_to, writes_to
from tests.unit.test_task_rounds import HERE, desk

CELLAR = System("cellar", "by-hand", owner="marc")
LATE = timedelta(days=11)
"""After it a task that was made before is overdue: it is to be done within ten days."""


@dataclass
class Owned:
    """Two systems that people look into, who owns them, and a post office that takes letters."""

    store: Store
    url: str
    post: PostOffice
    office: Telling = field(init=False)

    def __post_init__(self) -> None:
        both = DataMap({each.name: each for each in (ARCHIVE, CELLAR)})
        self.office = Telling(self.store, replace(SMALL, people=PEOPLE, datamap=both))
        writes_to(self.office, "person:marc", MARC)
        writes_to(self.office, "person:paula", PAULA)

    def round(self, _: str = "") -> None:
        """All that the worker does about tasks: make them, write about them, send the letters."""
        tasks_round(desk(self.office), HERE)  # type: ignore[arg-type]
        sent(self.office, self.post)

    def tasks(self, request: str) -> dict[str, State]:
        """The tasks of a request, and where each stands."""
        return {k.task.id: k.task.state for k in kept.of_request(self.office.book, request)}

    def asked(self) -> str:
        """A request whose two tasks are asked for; the one before has been taken back."""
        book, now = self.office.book, self.office.clock.now()
        for each in kept.open_tasks(book):
            answer(book, each.task.id, Outcome.NOTHING, Evidence(), by="marc", at=now)
        for row in self.store.run("requests_open"):
            self.office.take(row["id"], steps.WithdrawnByPerson(items=(1,)), steps.Closed())
        return known(self.office, Right.ACCESS).id

    def overdue(self) -> str:
        """Both were asked, and nobody answered until the last day was over."""
        request = self.asked()
        self.round()
        self.office.clock.move(LATE)
        return request

    def returned(self) -> str:
        """Both were asked, and each letter came back."""
        request = self.asked()
        self.round()
        for task in self.tasks(request):
            ((_, name),) = self.letters(task)
            found = self.store.one("letter_by_message", message_id=name.strip("<>"))
            assert found is not None
            why, now = "no-such-address", self.office.clock.now()
            self.store.run("letter_returned", id=found["id"], reason=why, at=now)
        return request

    def letters(self, task: str) -> dict[tuple[str, str], str]:
        """What arrived about a task: the text of each letter, by recipient and Message-ID."""
        texts = (
            (to, message["Message-ID"], message.get_payload(decode=True).decode())  # type: ignore[union-attr]
            for to, message in zip(self.post.recipients, self.post.messages, strict=True)
        )
        return {(to, name): text for to, name, text in texts if task in text}

    def counted(self, task: str) -> Counter[str]:
        """How many different letters about a task each got."""
        return Counter(to for to, _ in self.letters(task))

    def opens(self, task: str) -> bool:
        """Whether the address in the last letter to the owner is the one that works."""
        *_, text = (text for (to, _), text in self.letters(task).items() if to == MARC)
        (token,) = re.findall(r"/task/(\S+)", text)
        book = self.office.book
        page = found(book.runs, book.ring, Masked(token), self.office.clock.now())
        return page is not None and page.subject == task

    def child(self, go: Callable[[], object]) -> None:
        """A process of its own."""
        with of_its_own(self.office, self.url):
            go()

    def killed_everywhere(self, prepare: Callable[[], str], whole: Callable[[str], None]) -> int:
        """A round killed at each of its writes in turn, and run again; gives how many there are."""
        return every_write(prepare, self.round, self.child, whole)


@pytest.fixture
def owned(store: Store, state_url: str) -> Iterator[Owned]:
    with post_office() as post:
        yield Owned(store, state_url, post)


def nothing_broken(owned: Owned) -> None:
    """The chain holds, and has each step of each task once."""
    assert verify_ledger(owned.office.ledger).broken_at is None
    told = [row for row in owned.office.ledger.entries() if row["kind"] == "task-step"]
    with owned.store.outside() as owner:
        (row,) = owner.execute("SELECT count(*) AS many FROM avow.task_step").fetchall()
    assert len(told) == row["many"] > 0


@pytest.mark.parametrize(
    ("before", "got", "state"),
    [
        (Owned.asked, {MARC: 1}, State.ASKED),
        (Owned.overdue, {MARC: 2, PAULA: 1}, State.ASKED),
        (Owned.returned, {MARC: 1, PAULA: 1}, State.UNREACHABLE),
    ],
    ids=["asked", "reminded and told on", "came back and told on"],
)
def test_killed_at_any_write(
    owned: Owned, before: Callable[[Owned], str], got: dict[str, int], state: State
) -> None:
    """Input: a round killed at its nth write, and run again. Expected: of each of both tasks these
    letters, each once, and the address in the owner's last one works."""

    def whole(request: str) -> None:
        tasks = owned.tasks(request)
        assert list(tasks.values()) == [state, state]
        assert [owned.counted(task) for task in tasks] == [got, got]
        assert all(owned.opens(task) for task in tasks)

    assert owned.killed_everywhere(lambda: before(owned), whole) > 20
    nothing_broken(owned)


class Torn:
    """A database in which every statement is a transaction of its own."""

    def __init__(self, runs: Any) -> None:  # noqa: ANN401 (a store, or a transaction)
        self.whole = runs

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self.whole, name)

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        """None."""
        yield self.whole


def test_a_letter_outside_the_transaction_of_its_step_is_seen(
    owned: Owned, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fault: a letter and the step that says that it was written are no transaction."""

    def torn(book: Book, post: Post, *, at: datetime) -> Went:
        return send_round(replace(book, runs=Torn(book.runs)), post, at=at)

    def whole(request: str) -> None:
        assert [owned.counted(task) for task in owned.tasks(request)] == [{MARC: 1}, {MARC: 1}]

    monkeypatch.setattr("avow.faces.cli.task_rounds.send_round", torn)
    with pytest.raises(AssertionError):
        owned.killed_everywhere(owned.asked, whole)


# --- somebody comes between -----------------------------------------------------------------------


def listed_before(owned: Owned, monkeypatch: pytest.MonkeyPatch) -> None:
    """A round that goes on with the tasks as they stand now, whatever happens to them meanwhile."""
    stale = kept.open_tasks(owned.office.book)
    monkeypatch.setattr(kept, "open_tasks", lambda _: stale)


def went(owned: Owned) -> tuple[int, int, int, int]:
    """What a round did: asked, reminded, told on, came back."""
    done = send_round(owned.office.book, POST, at=owned.office.clock.now())
    return done.asked, done.reminded, done.escalated, done.came_back


@pytest.mark.parametrize(
    ("before", "first"),
    [
        (Owned.overdue, (0, 2, 2, 0)),
        (Owned.returned, (0, 0, 2, 2)),
    ],
)
def test_another_round_comes_between(
    owned: Owned,
    monkeypatch: pytest.MonkeyPatch,
    before: Callable[[Owned], str],
    first: tuple[int, ...],
) -> None:
    """Two rounds read the same list; the second writes nothing once more, and fails at nothing."""
    before(owned)
    listed_before(owned, monkeypatch)
    assert went(owned) == first
    assert went(owned) == (0, 0, 0, 0)


def test_a_round_that_trusts_its_list_is_seen(
    owned: Owned, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fault: what is due is not asked again once the task is locked."""
    owned.overdue()
    listed_before(owned, monkeypatch)
    monkeypatch.setattr(sending, "_still", lambda _book, _runs, each, _what, _at: each)
    assert went(owned) == went(owned) == (0, 2, 2, 0)


def test_an_owner_answers_while_the_round_runs(
    owned: Owned, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was answered is not reminded of, and the other one is: the round goes on."""
    first, _ = owned.tasks(owned.overdue())
    listed_before(owned, monkeypatch)
    now = owned.office.clock.now()
    answer(owned.office.book, first, Outcome.NOTHING, Evidence(), by="marc", at=now)
    assert went(owned) == (0, 1, 1, 0)


def test_an_answer_comes_as_the_letter_came_back(
    owned: Owned, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody told the owner by another way: the answer stands, nobody is told on of it."""
    first, _ = owned.tasks(owned.returned())
    listed_before(owned, monkeypatch)
    now = owned.office.clock.now()
    answer(owned.office.book, first, Outcome.NOTHING, Evidence(), by="marc", at=now)
    assert went(owned) == (0, 0, 1, 1)
    assert kept.read(owned.office.book, first).task.state is State.NOTHING


def test_rounds_at_once_write_each_letter_once(owned: Owned) -> None:
    """Three workers begin together: of each task one question."""
    request = known(owned.office, Right.ACCESS).id
    with ThreadPoolExecutor(3) as pool:
        rounds = [pool.submit(tasks_round, desk(owned.office), HERE) for _ in range(3)]  # type: ignore[arg-type]
        assert all(each.result() for each in rounds)
    assert len(owned.tasks(request)) == 2
    assert len(mail_to(owned.office, "person:marc", MARC)) == 2
