"""What the example organisation is asked in its two weeks is left as its story says."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from avow.duties.incidents.machine import Stage
from avow.duties.requests.answering import paper
from avow.duties.requests.book import read
from avow.duties.requests.tasks.machine import Act
from avow.duties.requests.words import ItemState, Right, Status, Waits, Way
from avow.faces.cli.desk import Desk
from examples.clearnox.asking import STORY, asked_on
from tests.acceptance.town import TODAY, environment, town

MADE, LATE = 2, 13
"""The day on which the owner of a system is asked, and the last one."""


def test_the_story_leaves_work_for_everybody(
    postgres_server: Path, state_template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of each: accepted, waiting for the person, handed over, done at once, new; one that is
    answered and whose copy was fetched, a task of an owner, and a breach whose hours run."""
    with town(postgres_server, state_template, tmp_path) as made:
        for name, address in environment(made.urls).items():
            monkeypatch.setenv(name, address)
        desk = Desk(made.state, made.declaration, TODAY)
        said = [asked_on(desk, made.urls["app"], day) for day in range(14)]
        assert [bool(line) for line in said] == [day in STORY for day in range(14)]
        book = desk.book
        found = [read(book, row["id"]) for row in book.runs.run("requests_open")]
        by_right = {(r.channel.value, i.right): (r, i) for r in found for i in r.items.values()}
        assert by_right["email", Right.ACCESS][1].state is ItemState.ACCEPTED
        assert by_right["phone", Right.ERASURE][0].waits == {Waits.IDENTITY}
        assert by_right["letter", Right.ACCESS][1].state is ItemState.TRANSMITTED
        assert by_right["portal", Right.OBJECTION][1].state is ItemState.DONE
        assert by_right["email", Right.PORTABILITY][0].status is Status.IDENTIFYING
        with made.state.store.outside() as owner:
            every = [row["id"] for row in owner.execute("SELECT id FROM avow.request").fetchall()]
        answers = [a for name in every for a in read(book, name).answers.values()]
        assert [(a.sent, a.is_collected) for a in answers] == [(Way.PORTAL, True)]
        (task,) = [row for row in book.runs.run("tasks_open") if row["act"] == Act.INSTRUCTED]
        assert task["asks"] == "person:marc"
        assert task["due_on"] < TODAY + timedelta(days=LATE - MADE), "overdue on the last day"
        (incident,) = book.runs.run("incidents_open")
        assert incident["stage"] == Stage.KNOWN
        assert incident["due_at"] is not None


def test_where_no_pdf_can_be_made_the_story_goes_on(
    postgres_server: Path, state_template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What `make demo` installs has no typesetter: the copy is drafted, and says what it lacks."""
    monkeypatch.setattr(paper, "can_typeset", lambda: False)
    with town(postgres_server, state_template, tmp_path) as made:
        for name, address in environment(made.urls).items():
            monkeypatch.setenv(name, address)
        desk = Desk(made.state, made.declaration, TODAY)
        (day,) = [n for n, story in STORY.items() if story.__name__ == "_answered"]
        assert "avow[paper]" in asked_on(desk, made.urls["app"], day)
