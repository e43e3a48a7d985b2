"""A task is answered while a round holds its request and goes on to the task: one waits for the
other, and never both for each other."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from avow.duties.requests.book import Said, take
from avow.duties.requests.steps import Noted
from avow.duties.requests.tasks import kept
from avow.duties.requests.tasks.answering import TaskAnswer, answer_task
from avow.duties.requests.tasks.kept import Evidence
from avow.duties.requests.tasks.machine import Outcome, State
from avow.duties.requests.tasks.making import make_tasks
from avow.duties.requests.words import Right
from avow.engine.db.store import Runs, Store
from tests.requests_room import Office
from tests.tasks_room import known, room

WAITS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
"""
Answer = Callable[[Office, Runs, TaskAnswer], object]


def crossed(store: Store, url: str, answer: Answer) -> State:
    """Where the task stands after both. A deadlock is an error of the database, after a second."""
    office = room(store)
    request = known(office, Right.ACCESS)
    (task,), _ = make_tasks(office.book, request.id, by="claire", at=office.clock.now())
    said = TaskAnswer(task, Outcome.NOTHING, Evidence(words="nobody is there"), "claire")

    def answered() -> None:
        with store.transaction() as tx:
            answer(office, tx, said)

    with ThreadPoolExecutor(1) as beside:
        with store.transaction() as tx:
            tx.one("request_lock", id=request.id)
            waits = beside.submit(answered)
            with psycopg.connect(url, autocommit=True) as eye:
                while not waits.done() and eye.execute(WAITS).fetchone() == (0,):
                    time.sleep(0.01)
            tx.one("task_lock", id=task)
        waits.result(timeout=30)
    return kept.read(office.book, task).task.state


def ours(office: Office, runs: Runs, said: TaskAnswer) -> object:
    return answer_task(office.book, runs, said, at=office.clock.now())


def task_first(office: Office, runs: Runs, said: TaskAnswer) -> object:
    """Planted: the task is locked before its request is."""
    now = office.clock.now()
    kept.answer(office.book, said.task, said.outcome, said.evidence, by=said.by, at=now, runs=runs)
    request = str(kept.read(office.book, said.task).request)
    return take(office.book, request, [Said(Noted(what="note"))], by=said.by, at=now, runs=runs)


def test_an_answer_waits_for_who_holds_the_request(store: Store, state_url: str) -> None:
    assert crossed(store, state_url, ours) is State.NOTHING


def test_the_other_order_is_seen(store: Store, state_url: str) -> None:
    with pytest.raises(psycopg.errors.DeadlockDetected):
        crossed(store, state_url, task_first)
