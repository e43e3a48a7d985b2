"""Approved plans of an erasure, carried out from its page: only what two persons approved, as far
as the planner lets it run, and with a fresh code."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from avow.app import open_state
from avow.common.clock import SetClock
from avow.common.languages import LANGUAGES
from avow.duties.requests.acting.erasing import parts
from avow.engine.planner.release import in_force
from avow.engine.planner.stop import release, stop
from tests.pages.answer_house import told
from tests.pages.staff_house import StaffHouse, send, staff_house
from tests.pages.test_staff_erase import below, headline
from tests.unit.test_erasing import asked, at_desk
from tests.unit.test_request_erasure import home as home  # noqa: PLC0414 (a fixture)
from tests.unit.test_request_erasure import rows


@contextmanager
def console(home: Path, state_url: str) -> Iterator[StaffHouse]:
    """The console over the shop of the commands; its clock is the one of the state."""
    clock = SetClock(at_desk(home, state_url, lambda desk: desk.now()))
    with open_state(home / "state", state_url, clock=clock) as state:
        law = replace(in_force(state.store), languages=LANGUAGES)
        yield staff_house(state, clock, law, os.environ)


def approved(house: StaffHouse, plan: str) -> None:
    """Two persons approve a plan on its page."""
    for person in ("marc", "an"):
        with house.signed_in(person) as client:
            text = client.get(f"/en/plans/{plan}").text
            (digest,) = set(re.findall(r'name="digest" value="([^"]+)"', text))
            form = {"digest": digest, "code": house.fresh(person)}
            said = send(client, f"/en/plans/{plan}/approve", "/en", **form)
            assert "told=approved" in said.headers["location"]


def runs(house: StaffHouse, request: str, person: str = "agnes", **form: str) -> str:
    """What came of carrying it out."""
    with house.signed_in(person) as client:
        form = {"item": "1", "code": house.fresh(person)} | form
        return told(client, below(request, "run"), **form)


def test_an_erasure_is_planned_approved_carried_out_and_ended_without_a_shell(
    home: Path, state_url: str
) -> None:
    request = at_desk(home, state_url, asked)
    with console(home, state_url) as house:
        with house.signed_in("agnes") as client:
            assert told(client, below(request, "plan"), item="1") == "erasure-planned"
            assert below(request, "run") not in client.get(below(request)).text
        assert runs(house, request).startswith("Something changed since"), "nobody approved it"
        (part,) = parts(house.office.book, request, 1)
        approved(house, str(part.plan))
        assert headline(house, request) == "Carry the erasure out: its plans are approved."
        with house.signed_in("agnes") as client:
            page = client.get(f"/en/requests/{request}").text
            assert "Carry the erasure out: its plans are approved." in page
        assert runs(house, request, code="000000").startswith("The code is not right")
        assert rows(home, "buyer")[0][1] != "", "nothing ran"
        assert runs(house, request) == "plans-run"
        assert rows(home, "buyer")[0][1] == ""
        assert headline(house, request) == "End the erasure: every plan has ended."
        assert runs(house, request).startswith("Something changed since"), "it ran once"


def test_a_stop_is_heeded_and_it_goes_on_after_it(home: Path, state_url: str) -> None:
    request = at_desk(home, state_url, asked)
    with console(home, state_url) as house:
        with house.signed_in("agnes") as client:
            told(client, below(request, "plan"), item="1")
        (part,) = parts(house.office.book, request, 1)
        approved(house, str(part.plan))
        store, now = house.state.store, house.clock.now()
        stop(store, "shop", "olivier", now)
        assert runs(house, request).startswith("Somebody said stop")
        assert rows(home, "buyer")[0][1] != ""
        release(store, house.lodge.accounts.people, "shop", ["marc", "an"], now)
        (home / "state" / "STOP").touch()
        assert runs(house, request).startswith("Somebody said stop"), "also by a file"
        (home / "state" / "STOP").unlink()
        assert runs(house, request) == "plans-run"
        assert rows(home, "buyer")[0][1] == ""


def test_only_who_carries_out_does(home: Path, state_url: str) -> None:
    request = at_desk(home, state_url, asked)
    with console(home, state_url) as house:
        for person in ("olivier", "rik", "aude", "marc"):
            with house.signed_in(person) as client:
                assert send(client, below(request, "run"), "/en", item="1").status_code == 403
        with house.signed_in("agnes") as client:
            assert send(client, below(request, "run"), "/en", item="9").status_code == 404
