"""Corrections in the console, over a real shop: what stands there is opened and logged, planned,
approved by two, carried out, and looked for elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from avow.common.languages import LANGUAGES
from avow.duties.requests.acting.correcting_next import Turn
from avow.duties.requests.acting.rectifying import Stays
from avow.duties.requests.book import read
from avow.duties.requests.steps import Decided, RightAsked
from avow.duties.requests.words import ItemState, Outcome, Right
from avow.engine.accounts import views
from avow.engine.accounts.views import Kind
from avow.engine.planner import records
from avow.faces.web.change_views import corrections_of
from avow.faces.web.change_words import WORDS
from tests.pages.changes_house import ChangesHouse, changes_house
from tests.pages.document import read as read_page
from tests.pages.staff_house import send, staff_of
from tests.pages.test_accessible import faults
from tests.restriction_room import ROOT, Shop, made

CITY = {"place": "shop:buyer", "field-1": "city", "value-1": "Brugge"}


@pytest.fixture
def shop(tmp_path: Path, state_url: str, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """The shop, with a list of newsletters beside it."""
    found = made("sqlite", str(tmp_path / "shop.db"), tmp_path, state_url, monkeypatch.setenv)
    found.run("CREATE TABLE newsletter (id integer PRIMARY KEY, email varchar(90), city"
              " varchar(90), joined_on date)")  # fmt: skip
    found.run("INSERT INTO newsletter VALUES (7, 'p1@example.org', 'Gent', '2026-01-02')")
    found.declare("vault", ROOT.replace("NAME", "newsletter"))
    return found


def seen(here: ChangesHouse) -> list[str]:
    """What the log of views says was opened."""
    return [view.what for view in views.of_request(staff_of(here.house).accounts, here.request)]


def test_a_correction_goes_its_whole_way_in_the_console(shop: Shop) -> None:
    with changes_house(shop, Right.RECTIFICATION) as here:
        assert here.headline("correct") == "Say what is right, and plan it."
        assert "Gent" not in here.page("correct"), "no value without an entry in the log"
        assert "Gent" in here.looks(what="stands", **CITY)
        assert seen(here) == [Kind.CORRECTION]
        assert here.acts("correct", what="plan", **CITY) == "change-planned"
        assert here.headline("correct") == "It waits for two persons who approve its plans."
        early = here.acts("correct", what="carry-out")
        assert early.startswith("Something changed since")
        plan = here.approves()
        page = here.looks(what="changes", plan=plan)
        assert all(f'<dd class="said">{value}</dd>' in page for value in ("Gent", "Brugge"))
        assert seen(here) == [Kind.CORRECTION, Kind.CORRECTION]
        assert here.headline("correct").startswith("Carry the correction out")
        wrong = here.acts("correct", what="carry-out", code="000000")
        assert wrong == "The code is not right, or it was used before."
        assert shop.run("SELECT city FROM buyer ORDER BY id") == [("Gent",), ("Gent",)]
        assert here.acts("correct", what="carry-out") == "change-made"
        assert shop.run("SELECT city FROM buyer ORDER BY id") == [("Brugge",), ("Gent",)]
        assert shop.run("SELECT place FROM address_book ORDER BY id") == [("Brugge",), ("Gent",)]
        assert here.headline("correct") == "It is corrected."
        assert here.item.state is ItemState.DONE
        assert "Nowhere that was looked at." in here.looks(what="left")
        then = here.looks(what="changes", plan=plan)
        assert '<dd class="said">Gent</dd>' in then, "what stood there, from what was sealed"


def test_who_approves_a_correction_sees_what_it_changes(shop: Shop) -> None:
    """Values before and after on the page of the plan, as an entry in the log of views, and nothing
    else of whom it is about; for who approves plans alone, and only while it is not over."""
    with changes_house(shop, Right.RECTIFICATION) as here:
        here.acts("correct", what="plan", **CITY)
        (kept,) = records.newest(here.house.state.store)
        path = f"/en/plans/{kept.plan.id}"

        def opens(person: str) -> Any:  # noqa: ANN401
            with here.house.signed_in(person) as client:
                assert "Brugge" not in client.get(path).text, "no value without an entry in the log"
                return send(client, f"{path}/changes", "/en")

        for person in ("agnes", "aude", "olivier", "rik"):
            assert opens(person).status_code == 403, person
        assert seen(here) == []
        page = opens("marc")
        assert [
            v for v in ("Gent", "Brugge") if f'<dd class="said">{v}</dd>' not in page.text
        ] == []
        assert "p1@example.org" not in page.text
        assert "correct fields" in page.text, "a correction empties nothing"
        assert "blank fields" not in page.text
        assert page.headers["cache-control"] == "no-store"
        assert faults(read_page(page.text)) == []
        assert seen(here) == [Kind.CORRECTION]
        assert 'name="digest"' in page.text, "what was seen is approved on the same page"
        here.approves()
        here.acts("correct", what="carry-out")
        assert opens("marc").status_code == 404, "nobody needs it any more"
        assert seen(here) == [Kind.CORRECTION]


def test_an_old_value_that_stands_elsewhere_is_named_and_somebody_says_that_it_stays(
    shop: Shop,
) -> None:
    with changes_house(shop, Right.RECTIFICATION) as here:
        shop.accept_also(here.request, "newsletter", 7)
        here.acts("correct", what="plan", **CITY)
        here.approves()
        here.acts("correct", what="carry-out")
        assert here.headline("correct").startswith("It is corrected, and the old value still")
        place = "shop.newsletter.city"
        page = here.looks(what="left")
        assert place in page
        assert seen(here) == [], "where it stands is no value"
        wrong = here.acts("correct", what="stays", place="shop.buyer.city", why="historic")
        assert wrong == "No old value stands there any more."
        assert here.acts("correct", what="stays", place=place, why="?") == "Choose a reason."
        assert here.acts("correct", what="stays", place=place, why="historic") == "acted"
        assert place not in here.looks(what="left")


def test_two_corrections_of_a_request_keep_their_plans_apart(shop: Shop) -> None:
    """Else the plans of one would be carried out, and remembered, as the other's."""
    with changes_house(shop, Right.RECTIFICATION) as here:
        second = RightAsked(item=2, person=1, right=Right.RECTIFICATION)
        office = here.house.office
        office.take(here.request, second, Decided(item=2, outcome=Outcome.ACCEPTED))
        for item, field in (("1", "city"), ("1", "email"), ("2", "city")):
            form = CITY | {"item": item, "field-1": field}
            assert here.acts("correct", what="plan", **form) == "change-planned"
        first, other = corrections_of(office.book, read(office.book, here.request))
        assert [len(first.plans), len(other.plans)] == [2, 1]
        assert {p.plan for p in first.plans}.isdisjoint({p.plan for p in other.plans})
        assert not {p.plan for p in first.plans} - set(here.item.records)


def test_what_lets_somebody_in_is_shown_to_nobody(shop: Shop) -> None:
    shop.run("ALTER TABLE buyer ADD COLUMN password varchar(90)")
    secret = "$2b$12$abcdefghijklmnopqrstuv"
    shop.run(f"UPDATE buyer SET password = '{secret}'")
    with changes_house(shop, Right.RECTIFICATION) as here:
        page = here.looks(what="stands", **CITY | {"field-1": "password"})
        assert secret not in page
        assert "•••••" in page
        here.acts("correct", what="plan", **CITY | {"field-1": "password", "value-1": ""})
        assert secret not in here.looks(what="changes", plan=here.approves())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"field-1": "id"}, "It is a key, or other rows point to it"),
        ({"field-1": "nowhere"}, "The field cannot take this value"),
        ({"field-1": " "}, "Name a field that is there."),
        ({"place": "shop:mailing", "field-1": "buyer_id"}, "It is a key, or other rows"),
        ({"place": "shop:newsletter"}, "No row there was accepted as theirs."),
        ({"place": "nowhere"}, "No row there was accepted as theirs."),
    ],
)
def test_what_cannot_be_corrected_is_said_beside_the_form_with_what_was_typed(
    shop: Shop, change: dict[str, str], said: str
) -> None:
    with changes_house(shop, Right.RECTIFICATION) as here, here.house.signed_in("agnes") as client:
        form = {"item": "1", "what": "plan"} | CITY | change
        answer = send(client, here.below("correct", "act"), "/en", **form)
        assert answer.status_code == 422
        assert said in answer.text
        assert f'value="{form["value-1"]}"' in answer.text
        assert here.item.state is ItemState.ACCEPTED


def test_who_may_open_and_who_may_correct(shop: Shop) -> None:
    """Nothing is corrected before it is decided; nobody opens a value without an entry."""
    with changes_house(shop, Right.RECTIFICATION, decided=False) as here:
        assert here.headline("correct") == "Decide first whether it is corrected."
        assert here.acts("correct", what="plan", **CITY).startswith("Something changed since")
        for person in ("olivier", "rik", "aude"):
            with here.house.signed_in(person) as client:
                assert here.below("correct", "act") not in client.get(here.below("correct")).text
                form = {"item": "1", "what": "plan"} | CITY
                for what in ("act",) if person != "aude" else ("act", "look"):
                    path = here.below("correct", what)
                    assert send(client, path, "/en", **form).status_code == 403
        with here.house.signed_in("agnes") as client:
            for wrong in ("9", ""):
                answer = send(client, here.below("correct", "act"), "/en", item=wrong, what="plan")
                assert answer.status_code == 404
        assert seen(here) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_pages_speak_every_language_without_a_fault(shop: Shop, language: str) -> None:
    with changes_house(shop, Right.RECTIFICATION) as here:
        texts = [here.page(page, language=language) for page in ("correct", "restrict")]
    assert all(here.request in text and "Example" in text for text in texts)


def test_every_turn_and_reason_has_its_words() -> None:
    assert {f"fix-{code}" for code in (*Turn, *Stays)} <= set(WORDS)
