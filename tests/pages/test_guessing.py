"""Guessing leads nowhere: every page that a secret opens says the same for every secret that does
not work, and changes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from avow.common.masked import Masked
from avow.duties.requests.acting.unsubscribing import Reader, links
from avow.duties.requests.delivering.links import make, new
from avow.duties.requests.words import Right
from avow.engine.db.store import Store, Transaction
from avow.faces.web.application import public_app
from avow.faces.web.portal.make import PortalDesk
from avow.faces.web.public.desk import PublicDesk
from tests.answers_room import ANNA, NOBODY, Shop
from tests.facts_room import Market
from tests.pages.staff_house import routes
from tests.unit.test_delivering_answers import delivered, ready

HERE = {"sec-fetch-site": "same-origin"}
TABLES = ("request_step", "fact", "purpose_end", "incident", "letter", "ledger_entry", "fact_check")

PICKED = {f"question-{n}": "none" for n in range(3)}


@pytest.fixture
def shop(store: Store, tmp_path: Path) -> Market:
    return Market(tmp_path, store)


def app_of(shop: Shop) -> Litestar:
    office = shop.office
    portal = PortalDesk(lambda: office.book, office.clock)
    notice = PublicDesk(office.store, office.clock, office.declaration.controller)
    return public_app(notice, hosts=("my.example",), portal=portal)


@pytest.fixture
def client(shop: Shop) -> Iterator[TestClient[Any]]:
    with TestClient(app_of(shop), base_url="https://my.example") as it:
        yield it


def doors(shop: Shop) -> list[tuple[str, str]]:
    """Method and path of every page that a secret opens."""
    found = [
        (method, path.replace("{language:str}", "en"))
        for path, method, _ in routes(app_of(shop))
        if "{token:str}" in path and method in ("GET", "POST")
    ]
    assert len(found) >= 10
    return found


def secrets_of(shop: Market) -> dict[str, str]:
    """Secrets that open one door each, by the word in its path; and one that is too old."""
    book, now = shop.office.book, shop.office.clock.now()
    request = shop.office.arrive(Right.ACCESS, person=ANNA)
    with book.runs.transaction():
        follow = make(book, new(book, request.id, 1, None, now), at=now)
    _, answer = delivered(shop, ready(shop))
    (stop,) = links(book, "news", [Reader("email", Masked(ANNA.email))], at=now)
    shop.asked(NOBODY)
    found = {"follow": follow, "answer": answer, "stop": stop, "know": shop.token(NOBODY)}
    return {kind: secret.reveal() for kind, secret in found.items()}


def counted(shop: Shop) -> dict[str, int]:
    """How much is written in every table that such a page could write to."""
    with shop.store.outside() as link:
        found = {}
        for table in TABLES:
            row = link.execute(f"SELECT count(*) AS n FROM avow.{table}".encode()).fetchone()
            assert row is not None
            found[table] = row["n"]
        return found


def test_every_wrong_secret_gets_the_same_answer_and_changes_nothing(
    shop: Market, client: TestClient[Any]
) -> None:
    """Random, too short, too long, of another page, and one that expired: at every door."""
    good = secrets_of(shop)
    wrong = {"random": "A" * 43, "short": "a", "long": "A" * 400, "strange": "é%27;--", **good}
    every = doors(shop)
    shop.office.clock.move(timedelta(days=5))
    before = counted(shop)
    for method, path in every:
        said = set()
        for kind, token in wrong.items():
            if kind == "stop" and f"/{kind}/" in path:
                continue  # the link of a letter works for years
            portal = TestClient(app_of(shop), base_url="https://my.example")
            typed = {"code": "12345678", **PICKED} if method == "POST" else None
            answer = portal.request(
                method, path.replace("{token:str}", token), headers=HERE, data=typed
            )
            body = re.sub(r"/(en|fr|nl)/[^\"']*", "…", answer.text)
            said.add((answer.status_code, body))
        assert len(said) == 1, (method, path, [status for status, _ in said])
    assert counted(shop) == before


def test_a_secret_opens_its_own_door_and_no_other(shop: Market) -> None:
    """Fresh ones: that of a request opens no answer, that of an answer follows no request.

    The page of the link in a letter is the same button for every secret: looking there tells nobody
    anything, and only pressing the button asks whether there is such a link.
    """
    good = secrets_of(shop)
    opened = set()
    for method, path in doors(shop):
        if method != "GET" or "/stop/" in path:
            continue
        for kind, token in good.items():
            portal = TestClient(app_of(shop), base_url="https://my.example")
            if portal.get(path.replace("{token:str}", token)).status_code == 200:
                opened.add((path, kind))
    assert {kind for path, kind in opened if f"/{kind}" in path} == {"follow", "answer", "know"}
    assert {(path, kind) for path, kind in opened if f"/{kind}" not in path} == set()


@contextmanager
def asked_of_the_database(patch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The names of the statements that our database is asked meanwhile, in order."""
    names: list[str] = []
    run, many = Transaction.run, Transaction.many

    def one_more(self: Transaction, name: str, **values: object) -> object:
        names.append(name)
        return run(self, name, **values)

    def many_more(self: Transaction, name: str, rows: Any) -> int:  # noqa: ANN401 (rows of any)
        names.append(name)
        return many(self, name, rows)

    with patch.context() as only:
        only.setattr(Transaction, "run", one_more)
        only.setattr(Transaction, "many", many_more)
        yield names


def test_a_wrong_secret_costs_the_same_whether_or_not_there_ever_was_one(
    shop: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A random one, one that opens another door, one that has expired: our database is asked the
    same, in the same order, so that no clock tells them apart."""
    good = secrets_of(shop)
    shop.office.clock.move(timedelta(days=5))
    for method, path in doors(shop):
        asked: dict[str, list[str]] = {}
        for kind, token in {"random": "A" * 43, **good}.items():
            if kind == "stop" and f"/{kind}/" in path:
                continue  # the link of a letter works for years
            portal = TestClient(app_of(shop), base_url="https://my.example")
            typed = {"code": "12345678", **PICKED} if method == "POST" else None
            with asked_of_the_database(monkeypatch) as names:
                portal.request(method, path.replace("{token:str}", token), headers=HERE, data=typed)
            asked[kind] = names
        assert len({tuple(names) for names in asked.values()}) == 1, (method, path, asked)
        # The page of the link in a letter is one button for every secret: it asks nothing.
        assert all(asked.values()) or (method == "GET" and "/stop/" in path), path
