"""The page that asks what only the person knows: radio buttons, one sending, the same for all."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from avow.common.languages import LANGUAGES
from avow.declaration.model import Declaration
from avow.duties.requests.book import Person, entries_of
from avow.duties.requests.identity.knowing import fact_checks
from avow.duties.requests.identity.questions import Part, Question
from avow.duties.requests.steps import Noted
from avow.engine.db.store import Store
from avow.estate.datamap.model import Coarse
from avow.faces.web.portal.knowing import KNOWINGS, choice, sentence
from tests.answers_room import ANNA, NOBODY
from tests.facts_room import PRODUCTS, Market, declared
from tests.pages.document import read as read_page
from tests.pages.test_accessible import faults
from tests.pages.test_guessing import HERE, app_of

Browser = TestClient[Any]
ALL = {f"question-{n}": "0" for n in range(3)}


@pytest.fixture
def shop(store: Store, tmp_path: Path) -> Market:
    return Market(tmp_path, store)


@pytest.fixture
def client(shop: Market) -> Iterator[Browser]:
    with TestClient(app_of(shop), base_url="https://my.example") as it:
        yield it


def link(shop: Market, person: Person = ANNA, language: str = "en") -> str:
    return f"/{language}/your-data/know/{shop.token(person).reveal()}"


def answers(client: Browser, path: str, **changed: str) -> Any:  # noqa: ANN401
    return client.post(f"{path}/answers", data={**ALL, **changed}, headers=HERE)


def test_every_question_has_its_answers_and_none_of_these(shop: Market, client: Browser) -> None:
    """Three questions with six answers each, none of them chosen beforehand."""
    shop.asked()
    page = html.unescape(client.get(link(shop)).text)
    assert page.count("<fieldset") == page.count("<legend") == 3
    assert page.count('type="radio"') == 3 * 7
    assert page.count("None of these") == 3
    assert not re.search(r"\bchecked\b|<script|style=", page)
    for words in ("Up to January 2026", "From June 2026", "20", "From 60", *PRODUCTS):
        assert f"<span>{words}</span>" in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_and_its_mistakes_can_be_read_in_every_language(
    shop: Market, client: Browser, language: str
) -> None:
    shop.asked()
    path, say = link(shop, language=language), KNOWINGS[language]
    for answer in (client.get(path), client.post(f"{path}/answers", data={}, headers=HERE)):
        assert faults(read_page(answer.text)) == []
        assert say.title in html.unescape(answer.text)
    done = answers(client, path)
    assert faults(read_page(done.text)) == []
    assert say.done in html.unescape(done.text)


def test_the_page_is_the_same_for_somebody_known_and_for_a_stranger(
    shop: Market, client: Browser
) -> None:
    """Byte by byte but for the secret, before and after, and when something is missing."""
    shop.asked(ANNA)
    shop.asked(NOBODY)
    seen = []
    for person in (ANNA, NOBODY):
        path = link(shop, person)
        there = [client.get(path), client.post(f"{path}/answers", data={}, headers=HERE)]
        there += [answers(client, path), answers(client, path)]
        seen.append([(a.status_code, re.sub(r"know/[\w-]{43}", "…", a.text)) for a in there])
    assert seen[0] == seen[1]
    assert [status for status, _ in seen[0]] == [200, 422, 200, 404]


def test_right_and_wrong_are_thanked_alike(shop: Market, client: Browser) -> None:
    """Two persons with questions; Anna's right answers, and the same with one wrong."""
    shop.asked(ANNA)
    carla = Person(name="Carla", language="nl", email="c2@mail.example")
    shop.asked(carla)
    right, wrong = answers(client, link(shop)), answers(client, link(shop, carla))
    assert right.content == wrong.content
    assert right.status_code == wrong.status_code == 200


def test_a_missing_answer_uses_nothing_and_keeps_the_others(shop: Market, client: Browser) -> None:
    request = shop.asked()
    path = link(shop)
    for bad in ("", "6", "-1", "x" * 300):
        page = answers(client, path, **{"question-1": bad})
        assert page.status_code == 422
        assert page.text.count(" checked") == 2
        assert 'href="#question-1-0"' in page.text
    (check,) = fact_checks(shop.office.book, request.id)
    assert check.correct is None
    assert answers(client, path, **{"question-1": "none"}).status_code == 200
    (check,) = fact_checks(shop.office.book, request.id)
    assert check.correct == 2


def test_it_is_answered_once_and_before_its_last_day(shop: Market, client: Browser) -> None:
    request = shop.asked()
    path = link(shop)
    assert client.get(path).status_code == client.get(path).status_code == 200
    assert answers(client, path).status_code == 200
    assert answers(client, path).status_code == client.get(path).status_code == 404
    taken = entries_of(shop.office.book, request.id)
    assert len([e for e in taken if isinstance(e.step, Noted)]) == 1
    shop.asked(NOBODY)
    late = link(shop, NOBODY)
    shop.office.clock.move(timedelta(days=5))
    assert client.get(late).text == client.get(path).text


def test_who_guesses_links_is_slowed_down(shop: Market, client: Browser) -> None:
    shop.asked()
    tried = [client.get(f"/en/your-data/know/{n:043}").status_code for n in range(60)]
    assert tried[0] == 404
    assert tried[-1] == 429
    assert client.get(link(shop)).status_code == 429


def test_the_organisation_asks_in_its_own_words_where_it_has_some(shop: Market) -> None:
    before = "    category: {name: name"
    words = (before, f"    question: {{order: What did you buy?}}\n{before}")
    own: Declaration = declared(words)
    asked = Question("order", Coarse.VALUE, (Part("tea", "tea"),), 0.2)
    assert sentence(own, "en", asked) == "What did you buy?"
    assert sentence(shop.declaration, "fr", asked) == "Commande : qu’est-ce qui vous concerne ?"
    unnamed = Question("town", Coarse.START, (), 0.2)
    assert sentence(shop.declaration, "nl", unnamed).startswith("“town”: met welke twee")


@pytest.mark.parametrize(
    ("language", "coarse", "part", "said"),
    [
        ("fr", Coarse.MONTH, Part("2026-03", "2026-04"), "De mars 2026 à avril 2026"),
        ("nl", Coarse.MONTH, Part("", "2026-04"), "Tot en met april 2026"),
        ("en", Coarse.MONTH, Part("2026-03", "2026-03"), "March 2026"),
        ("en", Coarse.START, Part("10", "19"), "10 to 19"),
        ("fr", Coarse.START, Part("90", ""), "À partir de 90"),
        ("nl", Coarse.VALUE, Part("thé <b>", "thé <b>"), "thé <b>"),
    ],
)
def test_answers_are_said_as_the_language_says_them(
    language: str, coarse: Coarse, part: Part, said: str
) -> None:
    assert choice(language, Question("order", coarse, (part,), 0.2), part) == said
