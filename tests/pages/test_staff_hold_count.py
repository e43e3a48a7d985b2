"""What a hold keeps, counted in the console over real systems: what it names, what that owns, and
nothing of anybody else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from avow.common.languages import LANGUAGES
from avow.common.masked import Masked
from avow.engine.facts.standing import Who, row
from avow.engine.planner import hold
from tests.answers_room import ANNA
from tests.pages.answer_house import AnswerHouse, answer_house
from tests.pages.document import read
from tests.pages.staff_house import send
from tests.pages.test_accessible import faults

ANNAS = Who("email", Masked(ANNA.email))
BENS = Who("email", Masked("ben@mail.example"))


@pytest.fixture
def here(tmp_path: Path, state_url: str) -> Iterator[AnswerHouse]:
    with answer_house(tmp_path, state_url) as house:
        yield house


def held(here: AnswerHouse, *about: Who) -> str:
    """A hold; its id."""
    office, now = here.house.office, here.house.clock.now()
    why = hold.Reason("litigation", "a court's order", now.date())
    return hold.place(office.store, here.house.state.ring, about, why, by="an", at=now)


def counted(here: AnswerHouse, name: str, language: str = "en") -> str:
    """The words of the page after somebody had it counted: what is said of the hold."""
    with here.house.signed_in("aude") as client:
        answer = send(client, f"/{language}/holds/count", "/en", hold=name)
    assert answer.status_code == 200
    page = read(answer.text)
    assert faults(page) == []
    assert ANNA.email not in page.text
    (found,) = [node for node in page.having("id") if node.attributes["id"] == "counted"]
    return " ".join(found.text.split())


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ((ANNAS,), "It keeps 3 rows. shop.customer 1 row shop.orders 2 rows"),
        ((BENS,), "It keeps 1 row. news.subscriber 1 row"),
        ((ANNAS, BENS), "It keeps 4 rows."),
        ((row("shop", "orders", ["3"]),), "It keeps 1 row. shop.orders 1 row"),
        ((row("shop", "customer", ["2"]),), "It keeps 2 rows."),
        ((Who("email", Masked("zoe@mail.example")),), "It keeps no row that is there now."),
    ],
)
def test_what_it_names_and_what_that_owns_is_counted(
    here: AnswerHouse, about: tuple[Who, ...], said: str
) -> None:
    held(here, row("shop", "orders", ["1"]))  # another hold, which counts for nothing here
    assert said in counted(here, held(here, *about))


def test_a_row_that_comes_or_goes_is_counted_as_it_is_now(here: AnswerHouse) -> None:
    name = held(here, ANNAS)
    here.shop.run("shop", "DELETE FROM orders WHERE id = 1")
    assert "It keeps 2 rows." in counted(here, name)


def test_a_system_that_does_not_answer_is_not_known_and_never_nothing(here: AnswerHouse) -> None:
    name = held(here, BENS)
    (here.shop.home / "news.db").write_bytes(b"no database at all, whatever it is called")
    said = counted(here, name)
    assert "It keeps nothing where it could be counted." in said
    assert "news not known: it could not be counted" in said


def test_only_a_hold_that_stands_is_counted_by_who_sees_holds(here: AnswerHouse) -> None:
    name, office = held(here, ANNAS), here.house.office
    with here.house.signed_in("ada") as client:
        assert send(client, "/en/holds/count", "/en", hold=name).status_code == 403
    hold.release(office.store, name, by="an", at=here.house.clock.now())
    with here.house.signed_in("aude") as client:
        for wrong in (name, "hold-none", ""):
            assert send(client, "/en/holds/count", "/en", hold=wrong).status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_counts_speak_every_language(here: AnswerHouse, language: str) -> None:
    assert "3" in counted(here, held(here, ANNAS), language)
