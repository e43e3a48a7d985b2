"""How much work a page does says nothing of whether somebody is known: the statements that are sent
for a person of the systems and for a stranger are the same in number, and the same texts.

Statements are counted instead of seconds: they do not depend on how busy the machine is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from litestar.testing import TestClient

from avow.duties.requests.book import take
from avow.engine.db.store import Store
from tests.answers_room import ANNA, NOBODY, Shop
from tests.facts_room import Market
from tests.pages.test_guessing import HERE, PICKED, app_of
from tests.unit.test_proving import ask, texts, token

Browser = TestClient[Any]


@pytest.fixture
def shop(store: Store, tmp_path: Path) -> Shop:
    return Shop(tmp_path, store)


SENDING = (
    (psycopg.Cursor, ("execute", "executemany", "stream", "copy")),
    (psycopg.ServerCursor, ("execute",)),  # a method of its own
)
"""All by which a statement leaves."""


@contextmanager
def counted() -> Iterator[Counter[str]]:
    """The texts of the statements that are sent meanwhile, without their values."""
    sent: Counter[str] = Counter()

    def listening(original: Any) -> Any:  # noqa: ANN401 (a method of a cursor)
        def sending(self: Any, query: Any, *args: Any, **named: Any) -> Any:  # noqa: ANN401
            sent[query.decode() if isinstance(query, bytes) else str(query)] += 1
            return original(self, query, *args, **named)

        return sending

    with pytest.MonkeyPatch.context() as patch:
        for cursor, names in SENDING:
            for name in names:
                patch.setattr(cursor, name, listening(getattr(cursor, name)))
        yield sent


def test_nothing_is_sent_unseen(store: Store) -> None:
    """One by one, many at once, as a stream, by COPY and from a cursor of the server."""
    with store.outside() as owner, counted() as sent, owner.transaction():
        owner.execute("CREATE TEMPORARY TABLE seen (n integer) ON COMMIT DROP")
        cursor = owner.cursor()
        cursor.executemany("INSERT INTO seen VALUES (%s)", [(1,), (2,)])
        with cursor.copy("COPY seen FROM STDIN") as lines:
            lines.write_row((3,))
        assert len(list(cursor.stream("SELECT n FROM seen"))) == 3
        with owner.cursor("named") as named:
            assert len(named.execute("SELECT n + 1 AS m FROM seen").fetchall()) == 3
    said = "\n".join(sent)
    for word in ("CREATE", "INSERT", "COPY", "SELECT n FROM", "SELECT n + 1"):
        assert word in said


def browser(shop: Shop) -> Browser:
    return TestClient(app_of(shop), base_url="https://my.example")


def path_of(shop: Shop, email: str) -> str:
    (text,) = texts(shop, email)
    return f"/en/your-data/prove/{token(text).reveal()}"


def work(shop: Shop) -> dict[str, list[Counter[str]]]:
    """For somebody known and for a stranger: looking at the page, pressing, pressing again."""
    ask(shop, ANNA)
    ask(shop, NOBODY)
    found: dict[str, list[Counter[str]]] = {}
    for name, person in (("warm", None), ("known", ANNA), ("unknown", NOBODY)):
        path = path_of(shop, person.email) if person else "/en/your-data/prove/none"
        found[name] = []
        for method, there in (("GET", path), ("POST", f"{path}/yes"), ("POST", f"{path}/yes")):
            with counted() as sent:
                browser(shop).request(method, there, headers=HERE)
            found[name].append(sent)
    return found


def test_a_link_costs_the_same_for_somebody_known_and_for_a_stranger(shop: Shop) -> None:
    found = work(shop)
    assert all(sum(sent.values()) for sent in found["known"])
    assert found["known"] == found["unknown"]


def test_an_early_return_for_strangers_is_seen(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fault: nothing is written down when the link of a stranger is pressed."""
    original = take

    def hasty(book: Any, request: str, said: Any, **named: Any) -> Any:  # noqa: ANN401
        if type(said[0].step).__name__ == "Noted":
            return None
        return original(book, request, said, **named)

    monkeypatch.setattr("avow.duties.requests.identity.proving.take", hasty)
    found = work(shop)
    assert found["known"][1] != found["unknown"][1]


# --- questions about known facts ------------------------------------------------------------------


@pytest.fixture
def market(store: Store, tmp_path: Path) -> Market:
    return Market(tmp_path, store)


def answering(market: Market) -> dict[str, list[Counter[str]]]:
    """For the right answers of somebody known, and the same of a stranger: looking at the page,
    sending one answer only, sending all, sending them again."""
    market.asked(ANNA)
    market.asked(NOBODY)
    all_of_them = dict.fromkeys(PICKED, "0")
    found: dict[str, list[Counter[str]]] = {}
    for name, person in (("warm", None), ("known", ANNA), ("unknown", NOBODY)):
        secret = market.token(person).reveal() if person else "none"
        path = f"/en/your-data/know/{secret}"
        found[name] = []
        for data in (None, {"question-0": "0"}, all_of_them, all_of_them):
            with counted() as sent:
                visitor = browser(market)
                if data is None:
                    visitor.get(path)
                else:
                    visitor.post(f"{path}/answers", data=data, headers=HERE)
            found[name].append(sent)
    return found


def test_right_answers_cost_the_same_as_wrong_ones(market: Market) -> None:
    """The answers that are right for the first are wrong for the second, of whom nothing is held;
    what comes of it is written by a round, later."""
    found = answering(market)
    assert all(sum(sent.values()) for sent in found["known"])
    assert found["known"] == found["unknown"]


def test_a_doubt_that_is_written_at_once_is_seen(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fault: one step less is taken where nothing was right."""

    def hasty(book: Any, request: str, said: Any, **named: Any) -> Any:  # noqa: ANN401
        if getattr(said[0].step, "what", "").endswith(".0-of-3"):
            return None
        return take(book, request, said, **named)

    monkeypatch.setattr("avow.duties.requests.identity.knowing.take", hasty)
    found = answering(market)
    assert found["known"][2] != found["unknown"][2]
