"""The shop whose rows are corrected and kept from use, with its two sites, for journeys in a
browser: what a person asks is planned, approved by two, carried out and told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from playwright.sync_api import Browser

from avow.app import open_state
from avow.common.clock import SetClock
from avow.common.languages import LANGUAGES
from avow.engine.planner import records
from avow.engine.planner.making import Estate
from avow.engine.planner.release import in_force
from tests.pages.staff_house import staff_house
from tests.pages.town import Town, approved, town_of
from tests.restriction_room import Shop

ONE = "p1@example.org"
"""The first of the two buyers, who live in the same city."""


@contextmanager
def change_town(shop: Shop, browser: Browser, language: str) -> Iterator[Town]:
    """The sites of the shop, which are written in every language."""
    with shop.desk() as desk:
        clock = SetClock(desk.now())
    with open_state(shop.folder / "state", shop.state, clock=clock) as state:
        law = replace(in_force(state.store), languages=LANGUAGES)
        house = staff_house(state, clock, law, {"SHOP": shop.url})
        estate = Estate(house.declaration, {"SHOP": shop.url})
        with town_of(house, estate, browser, language, ONE) as town:
            yield town


def approved_by_two(town: Town) -> str:
    """Two persons read the one plan that waits and approve it; gives its id."""
    (plan,) = (
        each.plan.id
        for each in records.newest(town.house.state.store)
        if each.status is records.Status.WAITING
    )
    for who in ("marc", "an"):
        approved(town, plan, who)
    return plan
