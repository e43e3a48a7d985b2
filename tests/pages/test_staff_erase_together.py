"""The erasures of all open requests by one decision per step, about the very ones that were
seen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from avow.common.languages import LANGUAGES
from avow.duties.requests.acting.erasing import parts
from avow.duties.requests.book import Person, read
from avow.duties.requests.words import ItemState
from tests.pages.answer_house import wrong
from tests.pages.document import read as read_page
from tests.pages.staff_house import StaffHouse, send
from tests.pages.test_accessible import faults
from tests.pages.test_staff_erase_run import approved, console
from tests.unit.test_erasing import asked, at_desk
from tests.unit.test_request_erasure import home as home  # noqa: PLC0414 (a fixture)
from tests.unit.test_request_erasure import rows

PATH = "/en/requests/erase"
SECOND = Person(name="Two", email="p2@example.org")


def shown(house: StaffHouse, language: str = "en") -> str:
    """The page, without a fault and without anybody."""
    with house.signed_in("agnes") as client:
        answer = client.get(PATH.replace("/en/", f"/{language}/"))
    assert answer.status_code == 200
    page = read_page(answer.text)
    assert faults(page) == []
    assert "p1@example.org" not in page.text
    return answer.text


def headline(text: str) -> str:
    return str(read_page(text).all("h1")[0].text)


def seen_in(text: str, step: str) -> str:
    """How a form of the page names what it is about."""
    found = re.search(
        rf'name="step" value="{step}"><input type="hidden" name="seen" value="(\w+)"', text
    )
    assert found is not None, step
    return found.group(1)


def acts(house: StaffHouse, step: str, seen: str = "", **form: str) -> str:
    """What came of a step for all: the code in the address, or what stands beside the mistake."""
    seen = seen or seen_in(shown(house), step)
    with house.signed_in("agnes") as client:
        code = form.pop("code", "") or house.fresh("agnes")
        answer = send(client, f"{PATH}/act", "/en", step=step, seen=seen, code=code)
    if answer.status_code == 303:
        return answer.headers["location"].partition("told=")[2]
    assert answer.status_code == 422
    return wrong(answer)


def test_two_requests_go_their_whole_way_by_one_decision_per_step(
    home: Path, state_url: str
) -> None:
    first = at_desk(home, state_url, asked)
    second = at_desk(home, state_url, lambda desk: asked(desk, SECOND))
    later = at_desk(home, state_url, lambda desk: asked(desk, accepts=False))
    with console(home, state_url) as house:
        assert headline(shown(house)) == "Plan 2 erasures together."
        assert later in shown(house), "nobody said whose rows it is about"
        assert acts(house, "plan", code="000000").startswith("The code is not right")
        assert acts(house, "plan") == "done-for-all"
        (one,), (two,) = (parts(house.office.book, each, 1) for each in (first, second))
        assert one.plan == two.plan, "one plan, which two persons approve once"
        assert headline(shown(house)) == "1 plan waits for two persons."
        approved(house, str(one.plan))
        assert headline(shown(house)) == "Carry 1 plan out."
        assert rows(home, "buyer")[0][1] != ""
        assert acts(house, "run") == "done-for-all"
        assert [row[1] for row in rows(home, "buyer")[:1]] == [""]
        assert headline(shown(house)) == "End 2 erasures together."
        assert acts(house, "end") == "done-for-all"
        states = {read(house.office.book, each).items[1].state for each in (first, second)}
        assert states == {ItemState.DONE}
        assert read(house.office.book, later).items[1].state is ItemState.ACCEPTED
        assert headline(shown(house)) == "No erasure waits for anything here."


def test_where_others_wait_by_now_nothing_is_done(home: Path, state_url: str) -> None:
    first = at_desk(home, state_url, asked)
    with console(home, state_url) as house:
        seen = seen_in(shown(house), "plan")
    second = at_desk(home, state_url, lambda desk: asked(desk, SECOND))
    with console(home, state_url) as house:
        assert acts(house, "plan", seen).startswith("Something changed since")
        assert parts(house.office.book, first, 1) == parts(house.office.book, second, 1) == ()
        for stale in ("run", "end"):
            assert acts(house, stale, seen).startswith("Something changed since")
        assert acts(house, "plan") == "done-for-all"


def test_only_who_carries_out_sees_and_does_it(home: Path, state_url: str) -> None:
    at_desk(home, state_url, asked)
    with console(home, state_url) as house:
        for person in ("olivier", "rik", "aude", "marc"):
            with house.signed_in(person) as client:
                assert client.get(PATH).status_code == 403
                assert send(client, f"{PATH}/act", "/en", step="plan").status_code == 403
        with house.signed_in("agnes") as client:
            assert send(client, f"{PATH}/act", "/en", step="forget").status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_speaks_every_language(home: Path, state_url: str, language: str) -> None:
    at_desk(home, state_url, asked)
    with console(home, state_url) as house:
        assert "1" in headline(shown(house, language))
