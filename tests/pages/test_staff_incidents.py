"""Incidents in the console: reported by anyone, handled to the end, told in time; what the machine
refuses changes nothing, and who may not does not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from avow.app import open_state
from avow.common.clock import SetClock
from avow.duties.incidents.register import entries_of, every, read
from avow.engine.planner.holdings import Holding
from avow.engine.planner.making import Estate
from tests.accounts_room import NOON
from tests.pages.staff_house import StaffHouse, send, staff_house, staff_of

WORDS = "a list of Anna Peeters lay on the printer"


@pytest.fixture
def house(tmp_path: Path, state_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[StaffHouse]:
    """A console whose systems hold seven rows of four persons."""
    clock = SetClock(NOON)
    held = (
        Holding("shop", "public.buyer", ("profile",), "buyer", 4),
        Holding("shop", "public.order", ("order",), None, 3),
    )
    monkeypatch.setattr("avow.duties.incidents.concerned.holdings", lambda *_: held)
    with open_state(tmp_path / "state", state_url, clock=clock) as state:
        made = staff_house(state, clock)
        staff_of(made).estate = cast("Estate", object())
        yield made


def reported(house: StaffHouse, client: TestClient[Litestar]) -> str:
    """An incident that somebody reported by the form; its id."""
    answer = send(client, "/en/incidents/report", words=WORDS, **{"nature-confidentiality": "1"})
    assert answer.status_code == 303
    return str(next(iter(every(staff_of(house).register))).id)


def step(client: TestClient[Litestar], incident: str, name: str, **form: str) -> str:
    """Send a step; what came of it."""
    answer = send(client, f"/en/incidents/{incident}/step", step=name, **form)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].partition("told=")[2]


def heading(client: TestClient[Litestar], path: str) -> str:
    found = re.search(r"<h1>(.*?)</h1>", client.get(path).text, re.DOTALL)
    assert found is not None
    return found.group(1)


def test_an_incident_from_the_report_to_the_end(house: StaffHouse) -> None:
    """Reported, a breach, counted, judged, told, closed; each page says what is next and how many
    hours are left, and no word of the report stands on any."""
    (system,) = list(staff_of(house).book.declaration.datamap.systems)[:1]
    with house.signed_in("agnes") as client:
        assert heading(client, "/en/incidents") == "No incident is open."
        name = reported(house, client)
        here = f"/en/incidents/{name}"
        assert heading(client, "/en/incidents") == "1 report waits: is it a breach?"
        assert heading(client, here) == "Say whether it is a breach of personal data."
        assert step(client, name, "risk", risk="high", words="why") == "not-possible"
        assert step(client, name, "known") == "step-taken"
    house.clock.move(timedelta(hours=11))  # the hour in which it was known is not counted
    with house.signed_in("agnes") as client:
        assert heading(client, "/en/incidents") == "62 hours are left to tell the authority."
        assert heading(client, here) == "62 hours are left: say what is concerned."
        assert step(client, name, "scope", **{f"system-{system}": "1"}) == "step-taken"
        assert step(client, name, "risk", risk="high") == "not-possible", "a reason is missing"
        assert step(client, name, "risk", risk="high", words="addresses") == "step-taken"
        page = client.get(here).text
        assert "at most 4" in page
        assert heading(client, here) == "62 hours are left: tell the authority."
        assert step(client, name, "close", words="done") == "not-possible", "nobody was told"
        assert step(client, name, "authority") == "step-taken"
        assert heading(client, here) == "Next: tell the persons."
        assert step(client, name, "persons", number="4") == "step-taken"
        assert step(client, name, "close", words="no badge") == "step-taken"
        assert heading(client, here) == "This incident is over: closed."
        for path in ("/en/incidents", here, f"{here}.json"):
            assert "Anna" not in client.get(path).text
    steps = [e.by for e in entries_of(staff_of(house).register, name)]
    assert set(steps) == {"agnes"}


def test_after_72_hours_the_page_says_it_is_late_and_asks_why(house: StaffHouse) -> None:
    with house.signed_in("agnes") as client:
        name = reported(house, client)
        step(client, name, "known")
    house.clock.move(timedelta(hours=76))
    with house.signed_in("agnes") as client:
        assert "past its 72 hours" in heading(client, "/en/incidents")
        assert heading(client, f"/en/incidents/{name}") == "Tell the authority: it is 3 hours late."
        assert step(client, name, "authority") == "not-possible"
        assert step(client, name, "authority", words="who knew was ill") == "step-taken"
    assert read(staff_of(house).register, name).authority_at is not None


def test_the_text_for_the_authority_is_shown_once_and_kept_nowhere(house: StaffHouse) -> None:
    """It holds what was reported; without the risk it is not whole, and the page says so."""
    (system,) = list(staff_of(house).book.declaration.datamap.systems)[:1]
    with house.signed_in("agnes") as client:
        name = reported(house, client)
        step(client, name, "known")
        path = f"/en/incidents/{name}/letter"
        assert "The text is not whole" in send(client, path, measures="burnt").text
        step(client, name, "scope", **{f"system-{system}": "1"})
        step(client, name, "risk", risk="risk", words="addresses")
        answer = send(client, path, measures="burnt")
        assert WORDS in answer.text
        assert answer.headers["cache-control"] == "no-store"
        assert WORDS not in client.get(f"/en/incidents/{name}").text
    assert len(entries_of(staff_of(house).register, name)) == 4


def test_anyone_may_report_and_only_some_go_on(house: StaffHouse) -> None:
    """Who makes accounts sees no register and may report; the officer advises and judges nothing;
    the auditor reads."""
    with house.signed_in("ada") as client:
        answer = send(client, "/en/incidents/report", home="/en/accounts", words=WORDS)
        assert answer.headers["location"] == "/en?told=reported"
        assert client.get("/en/incidents").status_code == 403
    (name,) = [each.id for each in every(staff_of(house).register)]
    with house.signed_in("olivier") as client:
        assert send(client, f"/en/incidents/{name}/step", step="known").status_code == 403
        advised = send(client, f"/en/incidents/{name}/advise", words="tell them all")
        assert advised.headers["location"].endswith("told=step-taken")
    with house.signed_in("aude") as client:
        page = client.get(f"/en/incidents/{name}").text
        assert "The data-protection officer advised" in page
        assert "<form" not in page.partition("<main")[2]
    assert read(staff_of(house).register, name).is_advised


@pytest.mark.parametrize(
    "form",
    [
        {"step": "known", "since": "tomorrow"},
        {"step": "known", "since": "2999-01-01T00:00"},
        {"step": "risk", "risk": "enormous", "words": "x"},
        {"step": "scope"},
        {"step": "persons", "number": "-1"},
        {"step": "persons", "number": "9" * 40},
        {"step": "advise", "words": "x"},
        {"step": "' OR 1=1"},
        {},
    ],
)
def test_a_form_that_says_no_step_changes_nothing(house: StaffHouse, form: dict[str, str]) -> None:
    with house.signed_in("agnes") as client:
        name = reported(house, client)
        answer = send(client, f"/en/incidents/{name}/step", **form)
        assert answer.headers["location"].endswith("told=not-possible")
        assert client.get("/en/incidents/incident-none").status_code == 404
    assert len(entries_of(staff_of(house).register, name)) == 1


def test_today_names_what_is_open_for_who_may_see_it(house: StaffHouse) -> None:
    """A report to be judged, a breach whose hours run: each once, with its link; nothing for who
    makes accounts, and nothing when it is over."""
    with house.signed_in("agnes") as client:
        name = reported(house, client)
        assert f"Say whether the incident {name} is a breach." in client.get("/en").text
        step(client, name, "known")
        page = client.get("/en").text
        assert f"Go on with the incident {name}." in page
        assert f'href="/en/incidents/{name}"' in page
        step(client, name, "dismiss", words="it was a test list")
        assert name not in client.get("/en").text


def test_today_shows_hours_only_while_the_authority_waits(house: StaffHouse) -> None:
    """They run from the hour on which it is known, and end when the authority is told, though
    other duties are open still."""
    (system,) = list(staff_of(house).book.declaration.datamap.systems)[:1]
    with house.signed_in("agnes") as client:
        name = reported(house, client)
        step(client, name, "known")
        assert "hours left" in client.get("/en").text
        step(client, name, "scope", **{f"system-{system}": "1"})
        assert step(client, name, "risk", risk="high", words="names") == "step-taken"
        assert "hours left" in client.get("/en").text
        assert step(client, name, "authority") == "step-taken"
        page = client.get("/en").text
        assert f"Go on with the incident {name}" in page, "the persons wait"
        assert "hours left" not in page
