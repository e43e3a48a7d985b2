"""A console over the shop whose rows are corrected and kept from use, for tests of its pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from avow.app import open_state
from avow.common.clock import SetClock
from avow.common.languages import LANGUAGES
from avow.duties.requests.book import read
from avow.duties.requests.machine import Item
from avow.duties.requests.words import Right
from avow.engine.planner import records
from avow.engine.planner.release import in_force
from tests.pages.answer_house import told
from tests.pages.document import read as read_page
from tests.pages.staff_house import StaffHouse, send, staff_house
from tests.pages.test_accessible import faults
from tests.restriction_room import Shop


@dataclass
class ChangesHouse:
    """The console, the shop, and one request."""

    house: StaffHouse
    shop: Shop
    request: str

    def below(self, page: str, what: str = "") -> str:
        """The address of a page of the request."""
        return f"/en/requests/{self.request}/{page}" + (f"/{what}" if what else "")

    def acts(self, page: str, person: str = "agnes", **form: str) -> str:
        """What came of a form, with a fresh code of the person."""
        with self.house.signed_in(person) as client:
            form = {"item": "1", "code": self.house.fresh(person)} | form
            return told(client, self.below(page, "act"), **form)

    def looks(self, person: str = "agnes", **form: str) -> str:
        """The page of corrections with what was opened."""
        with self.house.signed_in(person) as client:
            answer = send(client, self.below("correct", "look"), "/en", item="1", **form)
            assert answer.headers["cache-control"] == "no-store"
            assert faults(read_page(answer.text)) == []
            return answer.text

    def page(self, page: str, person: str = "agnes", language: str = "en") -> str:
        """A page of the request, without a fault."""
        with self.house.signed_in(person) as client:
            answer = client.get(self.below(page).replace("/en/", f"/{language}/", 1))
        assert answer.status_code == 200
        assert answer.headers["content-language"] == language
        assert faults(read_page(answer.text)) == []
        return answer.text

    def headline(self, page: str) -> str:
        """What a page says first."""
        return str(read_page(self.page(page)).all("h1")[0].text)

    def approves(self) -> str:
        """Two persons approve the one plan that waits; gives its id."""
        (plan,) = {
            each.plan.id
            for each in records.newest(self.house.state.store)
            if each.status is records.Status.WAITING
        }
        for person in ("marc", "an"):
            with self.house.signed_in(person) as client:
                text = client.get(f"/en/plans/{plan}").text
                (digest,) = set(re.findall(r'name="digest" value="([^"]+)"', text))
                code = self.house.fresh(person)
                said = send(client, f"/en/plans/{plan}/approve", "/en", digest=digest, code=code)
                assert "told=approved" in said.headers["location"], said.headers
        return plan

    @property
    def item(self) -> Item:
        """Where the first right stands."""
        return read(self.house.office.book, self.request).items[1]


@contextmanager
def changes_house(shop: Shop, right: Right, *, decided: bool = True) -> Iterator[ChangesHouse]:
    """A request of the first person of the shop, worked on in the console."""
    request = shop.asks(right, decided=decided)
    with shop.desk() as desk:
        clock = SetClock(desk.now())
    with open_state(shop.folder / "state", shop.state, clock=clock) as state:
        law = replace(in_force(state.store), languages=LANGUAGES)
        house = staff_house(state, clock, law, {"SHOP": shop.url})
        yield ChangesHouse(house, shop, request)
