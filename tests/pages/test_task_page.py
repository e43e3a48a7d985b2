"""The page of a task: one reader, one person's data, one answer, in three languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from litestar.testing import TestClient

from avow.common.languages import LANGUAGES
from avow.duties.requests.book import put_person
from avow.duties.requests.tasks import kept
from avow.duties.requests.tasks.machine import State
from avow.duties.requests.tasks.making import make_tasks
from avow.duties.requests.tasks.sending import send_round
from avow.duties.requests.words import Right
from avow.engine.db.store import Store
from avow.faces.web.application import asked_app
from avow.faces.web.asked import task as page
from avow.faces.web.asked.desk import AskedDesk
from avow.faces.web.source import House
from tests.properties.worlds import cases
from tests.requests_room import ANNA, Office
from tests.tasks_room import MARC, POST, known, mail_to, room

Browser = TestClient[Any]
HERE = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def office(store: Store, monkeypatch: pytest.MonkeyPatch) -> Office:
    found = room(store)
    monkeypatch.setattr(page, "in_force", lambda _: found.declaration)
    return found


@pytest.fixture
def client(office: Office) -> Iterator[Browser]:
    desk = AskedDesk(
        office.store, office.ring, office.clock, lambda body, at: office.told.append(body),  # noqa: ARG005
        House("Example NV"), "Europe/Brussels", lambda *_: None, tell=office.tell,
    )  # fmt: skip
    with TestClient(asked_app(desk, hosts=("ask.example",)), base_url="https://ask.example") as it:
        yield it


def asked(office: Office) -> tuple[str, str]:
    """A task that was sent: its id, and the path in the letter."""
    request = known(office, Right.ACCESS)
    (task,), _ = make_tasks(office.book, request.id, by="claire", at=office.clock.now())
    send_round(office.book, POST, at=office.clock.now())
    found = re.search(r"https://ask.example(\S+)", mail_to(office, "person:marc", MARC)[-1])
    assert found is not None
    return task, found[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_whom_it_is_about(office: Office, client: Browser, language: str) -> None:
    _, path = asked(office)
    shown = client.get(path.replace("/en/", f"/{language}/"))
    assert shown.status_code == 200
    assert "Anna Peeters" in shown.text
    assert f'<html lang="{language}">' in shown.text
    assert shown.headers["cache-control"] == "no-store"
    assert "noindex" in shown.headers["x-robots-tag"]


def test_an_answer_with_a_file_ends_the_address(office: Office, client: Browser) -> None:
    task, path = asked(office)
    said = client.post(
        f"{path}/answer", data={"outcome": "done", "words": "In map 3."}, headers=HERE,
        files={"file": ("map3.pdf", b"%PDF-1", "application/pdf")}, follow_redirects=False,
    )  # fmt: skip
    assert (said.status_code, said.headers["location"]) == (303, "/en/thanks")
    found = kept.evidence_of(office.book, task)
    assert found is not None
    assert (found.reveal().content, found.reveal().words) == (b"%PDF-1", "In map 3.")
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "said", [{}, {"outcome": "cannot"}, {"outcome": "disproportionate", "words": "x"}]
)
def test_half_an_answer_is_asked_again(
    office: Office, client: Browser, said: dict[str, str]
) -> None:
    task, path = asked(office)
    answer = client.post(f"{path}/answer", data=said, headers=HERE, files={"file": ("", b"")})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert kept.read(office.book, task).task.state is State.ASKED


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("large.pdf", b"%PDF-1" + b" " * (11 << 20), id="more than is taken"),
        pytest.param("map.pdf", b"MZ\x90\x00program", id="no document whatever it is called"),
    ],
)
def test_a_file_that_is_not_taken_is_no_answer(
    office: Office, client: Browser, name: str, content: bytes
) -> None:
    task, path = asked(office)
    files = {"file": (name, content, "application/pdf")}
    answer = client.post(f"{path}/answer", data={"outcome": "done"}, headers=HERE, files=files)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert kept.read(office.book, task).task.state is State.ASKED


KINDS = (
    "multipart/form-data; boundary=b",
    "multipart/form-data",
    "application/x-www-form-urlencoded",
    "text/plain",
)


def test_whatever_is_sent_breaks_nothing_and_answers_nothing(
    office: Office, client: Browser
) -> None:
    """Any bytes under any name: refused by the page, never an error of ours."""
    task, path = asked(office)
    head = b'--b\r\nContent-Disposition: form-data; name="outcome"\r\n\r\n'

    @settings(deadline=None, max_examples=cases(60))
    @given(body=st.binary(max_size=400), kind=st.sampled_from(KINDS))
    def sent(body: bytes, kind: str) -> None:
        headers = HERE | {"content-type": kind}
        for whole in (body, head + body + b"\r\n--b--\r\n", head + body):
            answer = client.post(f"{path}/answer", content=whole, headers=headers)
            assert answer.status_code in (400, 422)

    sent()
    assert kept.read(office.book, task).task.state is State.ASKED


def test_another_site_answers_nothing(office: Office, client: Browser) -> None:
    task, path = asked(office)
    from_there = {"sec-fetch-site": "cross-site", "origin": "https://evil.example"}
    answer = client.post(f"{path}/answer", data={"outcome": "done"}, headers=from_there)
    assert answer.status_code == 403
    assert kept.read(office.book, task).task.state is State.ASKED


def test_a_task_that_ended_or_never_was_looks_the_same(office: Office, client: Browser) -> None:
    task, path = asked(office)
    kept.withdraw(office.book, task, by="claire", at=office.clock.now())
    over, never = client.get(path), client.get("/en/task/" + "x" * 43)
    assert (over.status_code, never.status_code) == (404, 404)
    assert over.text == never.text


def test_the_address_of_a_task_opens_no_other_page(office: Office, client: Browser) -> None:
    _, path = asked(office)
    assert client.get(path.replace("/task/", "/ask/")).status_code == 404


def test_only_the_person_of_the_task_is_shown(office: Office, client: Browser) -> None:
    """Planted: another person in the same request. The page of a task about Anna names only her."""
    _, path = asked(office)
    row = office.store.run("requests_open")[0]
    other = msgspec.structs.replace(ANNA, name="Bert Claes", email="bert@mail.example")
    put_person(office.book, office.store, row["id"], row["key"], 2, other)
    assert "Bert Claes" not in client.get(path).text
