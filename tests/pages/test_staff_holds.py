"""Holds in the console: placed with a law and a day of review, seen without whom they are about,
released by the accountable manager with a fresh code."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest

from avow.app import open_state
from avow.common.clock import SetClock
from avow.engine.planner import hold
from tests.accounts_room import NOON
from tests.pages.staff_house import StaffHouse, send, staff_house

LATER = "2028-01-01"
WHY = {"reason": "litigation", "law": "a court's order", "until": LATER}
SCRIPT = """
INSERT INTO avow.script (id, system, release, as_of, accepted, catalogue, tokens, files, made_at,
                         plan, valid_until, issued_at)
VALUES (%(name)s, 'system-' || %(name)s, 'none', %(day)s, '{}', '{}', '{}', '{}', %(day)s,
        'plan-' || %(name)s, %(day)s::date, %(issued)s)
"""
PERSON = {"kind": "email", "value": "anna@mail.example"}


@pytest.fixture
def house(tmp_path: Path, state_url: str) -> Iterator[StaffHouse]:
    clock = SetClock(NOON)
    with open_state(tmp_path / "state", state_url, clock=clock) as state:
        yield staff_house(state, clock)


def placed(house: StaffHouse, person: str = "agnes", **form: str) -> str:
    """A hold by the form; what came of it."""
    with house.signed_in(person) as client:
        answer = send(client, "/en/holds/place", **form)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].partition("told=")[2]


def test_a_hold_is_placed_in_effect_and_seen_without_whom_it_is_about(house: StaffHouse) -> None:
    assert placed(house, **PERSON, **WHY) == "hold-placed"
    (row,) = hold.standing(house.state.store)
    assert (row["placed_by"], row["review_on"]) == ("agnes", date(2028, 1, 1))
    assert row["effective_at"] is not None
    with house.signed_in("aude") as client:
        page = client.get("/en/holds").text
        assert "1 hold keeps data from being erased." in page
        assert "a court&#39;s order" in page
        for path in ("/en/holds", "/en/holds.json"):
            assert "anna" not in client.get(path).text.lower()
        assert "<form" not in page.partition("<main")[2]


def test_a_row_is_held_by_its_key(house: StaffHouse) -> None:
    system, dataset = next(
        (s, d) for s, d in house.declaration.datamap.datasets() if d.is_personal and d.key
    )
    key = ",".join("7" for _ in dataset.key)
    assert placed(house, place=f"{system.name}:{dataset.name}", key=key, **WHY) == "hold-placed"
    with house.signed_in("aude") as client:
        assert dataset.name in client.get("/en/holds").text


@pytest.mark.parametrize(
    "form",
    [
        {},
        WHY,
        PERSON,
        {**PERSON, **WHY, "until": "2001-01-01"},
        {**PERSON, **WHY, "until": "soon"},
        {**PERSON, **WHY, "law": " "},
        {**PERSON, **WHY, "kind": "none"},
        {**PERSON, **WHY, "place": "desk:caller", "key": "1"},
        {**WHY, "place": "none:none", "key": "1"},
        {**WHY, **PERSON, "value": "x" * 201},
    ],
)
def test_a_form_in_which_something_is_missing_holds_nothing(
    house: StaffHouse, form: dict[str, str]
) -> None:
    assert placed(house, **form) == "not-possible"
    assert hold.standing(house.state.store) == []


def test_only_who_answers_for_it_all_releases_and_shows_a_code(house: StaffHouse) -> None:
    placed(house, **PERSON, **WHY)
    (row,) = hold.standing(house.state.store)
    with house.signed_in("agnes") as client:
        answer = send(client, "/en/holds/release", hold=row["id"], code=house.fresh("agnes"))
        assert answer.status_code == 403
    with house.signed_in("an") as client:
        wrong = send(client, "/en/holds/release", hold=row["id"], code="000000")
        assert wrong.headers["location"].endswith("told=unknown-person")
        assert len(hold.standing(house.state.store)) == 1
        fine = send(client, "/en/holds/release", hold=row["id"], code=house.fresh("an"))
        assert fine.headers["location"].endswith("told=hold-released")
        twice = send(client, "/en/holds/release", hold=row["id"], code=house.fresh("an"))
        assert twice.headers["location"].endswith("told=too-late")
    assert hold.standing(house.state.store) == []
    assert house.state.store.run("hold_identities") == []


def test_the_officer_sees_and_places_nothing(house: StaffHouse) -> None:
    with house.signed_in("olivier") as client:
        assert client.get("/en/holds").status_code == 200
        assert send(client, "/en/holds/place", **PERSON, **WHY).status_code == 403


def test_a_batch_that_goes_on_makes_nobody_wait_for_ever(
    house: StaffHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: a batch that was there before goes on. The hold stands, and is said to wait."""
    batch = ("plan-x", 0, 0, NOON)
    monkeypatch.setattr(hold, "_open", lambda *_: {batch})
    monkeypatch.setattr("avow.faces.web.console.hold_place.PATIENCE", 2)
    assert placed(house, **PERSON, **WHY) == "hold-waits"
    (row,) = hold.standing(house.state.store)
    assert row["effective_at"] is None
    with house.signed_in("agnes") as client:
        assert "not yet in effect" in client.get("/en/holds").text


def test_owners_with_an_older_script_are_named(house: StaffHouse, state_url: str) -> None:
    """Planted: a script that its owner may still run was issued before the hold, and one after."""
    placed(house, **PERSON, **WHY)
    with psycopg.connect(state_url) as owner:
        owner.execute("SET session_replication_role = replica")  # neither has a release or a plan
        for name, days in (("old", -1), ("new", 1)):
            owner.execute(
                SCRIPT, {"name": name, "day": NOON, "issued": NOON + timedelta(days=days)}
            )
    with house.signed_in("aude") as client:
        page = client.get("/en/holds").text
    assert "Tell these owners of it" in page
    assert "system-old" in page
    assert "system-new" not in page
