"""Restrictions of use in the console, over a real shop: begun with their ground, carried out by
approved plans, announced, and lifted two days later."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from avow.duties.requests.acting.contesting import NOTICE
from avow.duties.requests.acting.restricting import Cause
from avow.duties.requests.acting.restriction_next import OURS, Turn
from avow.duties.requests.book import read
from avow.duties.requests.steps import Decided
from avow.duties.requests.telling.outcome import came_of, letter
from avow.duties.requests.words import ItemState, Outcome, Right
from avow.estate.datamap.restricting import Mode
from avow.faces.web.change_words import WORDS
from tests.pages.changes_house import ChangesHouse, changes_house
from tests.pages.staff_house import send
from tests.restriction_room import Shop, made

BEGIN = {"turn": str(Turn.BEGIN), "cause": str(Cause.CLAIMS)}


@pytest.fixture
def shop(tmp_path: Path, state_url: str, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """The shop; how its rows are kept from use, each test declares."""
    return made("sqlite", str(tmp_path / "shop.db"), tmp_path, state_url, monkeypatch.setenv)


def test_cells_leave_with_a_ground_and_come_back_after_the_notice(shop: Shop) -> None:
    shop.declare("vault")
    with changes_house(shop, Right.RESTRICTION) as here:
        assert here.headline("restrict") == "Restrict the use."
        assert here.acts("restrict", turn="begin", cause="") == "Choose a reason."
        assert here.acts("restrict", **BEGIN | {"code": "000000"}).startswith("The code is not")
        assert here.acts("restrict", **BEGIN) == "use-restricted"
        page = here.page("restrict")
        assert "They need the data for a legal claim" in page
        assert "the cells leave the system" in page
        assert here.headline("restrict") == "It waits for two persons who approve its plans."
        here.approves()
        assert here.headline("restrict").startswith("Carry the restriction out")
        assert here.acts("restrict", turn="enforce") == "change-made"
        assert here.item.state is ItemState.DONE
        assert shop.run("SELECT city FROM buyer ORDER BY id") == [(None,), ("Gent",)]
        assert here.headline("restrict") == "The use is restricted."
        for turn in (Turn.LIFT, Turn.PLAN_LIFTING, Turn.BEGIN):
            said = here.acts("restrict", turn=str(turn), cause="claims")
            assert said.startswith("Something changed since"), "first the person hears of it"
        assert here.acts("restrict", turn="tell") == "end-announced"
        assert here.acts("restrict", turn="plan-lifting") == "change-planned"
        here.approves()
        assert here.headline("restrict") == "It ends once the person has had two days' notice."
        early = here.acts("restrict", turn="lift")
        assert early.startswith("Something changed since"), "two days lie between"
        here.house.clock.move(NOTICE)
        assert here.headline("restrict").startswith("The data may be used again")
        assert here.acts("restrict", turn="lift") == "use-resumed"
        assert shop.run("SELECT city FROM buyer ORDER BY id") == [("Gent",), ("Gent",)]
        assert here.headline("restrict") == "The restriction has ended."


def test_a_place_that_enforces_nothing_is_said_and_a_gate_needs_no_plan(shop: Shop) -> None:
    shop.declare("")
    with changes_house(shop, Right.RESTRICTION) as here:
        here.acts("restrict", **BEGIN)
        assert "nothing is enforced here" in here.page("restrict")
        assert here.acts("restrict", turn="enforce") == "change-made"
        assert here.item.gaps == 1
        assert "Restriction of use: done in part" in letter_of(here)
        assert "Nothing yet stops their use in: “shop”." in letter_of(here)
        assert here.acts("restrict", turn="told") == "end-announced"
        assert "We keep these data" not in letter_of(here), "it ends, and they know"
        here.house.clock.move(NOTICE + timedelta(minutes=1))
        assert here.acts("restrict", turn="lift") == "use-resumed"
        assert here.headline("restrict") == "The restriction has ended."


def letter_of(here: ChangesHouse) -> str:
    """What a letter to the person would say now."""
    book, law = here.house.office.book, here.house.declaration
    state = read(book, here.request)
    return letter(law, state, came_of(book, state, 1), here.house.clock.now().date()).text


def test_what_is_contested_is_restricted_until_it_is_decided(shop: Shop) -> None:
    shop.declare("gate")
    with changes_house(shop, Right.RECTIFICATION, decided=False) as here:
        assert here.headline("restrict").startswith("The use can be restricted until")
        assert here.acts("restrict", turn="offer") == "use-restricted"
        assert here.headline("restrict").startswith("The use is restricted until")
        assert here.acts("restrict", turn="tell").startswith("Something changed since")
        here.house.office.take(here.request, Decided(item=1, outcome=Outcome.ACCEPTED))
        assert here.acts("restrict", turn="tell") == "end-announced"
        assert here.headline("restrict") == "The cells are back: carry the correction out."


def test_who_may_restrict_and_only_what_is_there(shop: Shop) -> None:
    shop.declare("gate")
    with changes_house(shop, Right.RESTRICTION) as here:
        for person in ("olivier", "rik", "aude"):
            with here.house.signed_in(person) as client:
                assert here.below("restrict", "act") not in client.get(here.below("restrict")).text
                form = {"item": "1"} | BEGIN
                path = here.below("restrict", "act")
                assert send(client, path, "/en", **form).status_code == 403
        with here.house.signed_in("agnes") as client:
            assert send(client, here.below("restrict", "act"), "/en", item="9").status_code == 404
            assert "Restrict the use." in client.get(f"/en/requests/{here.request}").text
        assert here.item.state is ItemState.ACCEPTED


def test_every_turn_ground_and_mode_has_its_words() -> None:
    codes = [f"use-{turn}" for turn in Turn] + [f"wanted-use-{turn}" for turn in OURS]
    codes += [f"cause-{cause}" for cause in Cause] + [f"mode-{mode}" for mode in Mode]
    assert set(codes) <= set(WORDS)
