"""A controller lets us keep its data from use, and use them again, in the console: to lift, it is
said which instruction ends, and no value is typed. The rows lie in PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from avow.common.languages import LANGUAGES
from tests.kept_room import Kept
from tests.pages.document import read
from tests.pages.staff_house import StaffHouse
from tests.pages.test_accessible import faults
from tests.pages.test_staff_erase_run import approved
from tests.pages.test_staff_instructions import (
    acts,
    below,
    confirmed,
    console,
    entered,
    page,
    plan_of,
)
from tests.processor_room import CREDITOR, ONE, OURS, letters, locked, opened_with_flags


@pytest.fixture
def shop(
    postgres_url: str, state_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Kept:
    return opened_with_flags(postgres_url, tmp_path, state_url, monkeypatch.setenv)


@pytest.fixture
def house(shop: Kept) -> Iterator[StaffHouse]:
    with console(shop) as house:
        yield house


def done(house: StaffHouse, name: str, **form: str) -> None:
    """Planned with this form, approved by two, carried out and told."""
    assert acts(house, name, "plan", **form) == "instruction-planned"
    assert acts(house, name, "run").startswith("Something changed since"), "nobody approved it"
    approved(house, plan_of(house))
    assert acts(house, name, "run") == "plans-run"
    assert acts(house, name, "tell") == "controller-told"


def test_kept_from_use_and_used_again_as_its_controller_says(house: StaffHouse, shop: Kept) -> None:
    name = confirmed(house, entered(house, "restrict"))
    done(house, name, kind="email", values=OURS)
    assert locked(shop) == ([1], [1, 2])
    assert "What is kept from use" in page(house, name)
    house.clock.move(timedelta(hours=1))
    again = confirmed(house, entered(house, "lift"))
    assert [each.attributes["value"] for each in read(page(house, again)).all("option")] == [name]
    assert acts(house, again, "plan", lifts="instruction-none") != "instruction-planned"
    done(house, again, lifts=name)
    assert locked(shop) == ([], [])
    assert "What may be used again" in page(house, again)
    assert len(letters(shop, ONE, CREDITOR)) == 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_form_that_lifts_speaks_every_language(house: StaffHouse, language: str) -> None:
    name = confirmed(house, entered(house, "lift"))
    with house.signed_in("agnes") as client:
        answer = client.get(below(name).replace("/en/", f"/{language}/", 1))
    assert faults(read(answer.text)) == []
