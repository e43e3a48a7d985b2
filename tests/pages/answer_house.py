"""A console over the shop of `answers_room`: two real systems, and requests for copies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from litestar.testing import TestClient

from avow.app import open_state
from avow.common.clock import SetClock
from avow.declaration.model import Declaration
from avow.duties.requests.answering import drafting
from avow.duties.requests.answering.drafting import Draft
from avow.duties.requests.book import Person
from avow.duties.requests.words import Ground, Right
from tests.accounts_room import NOON
from tests.answers_room import ANNA, SHOP, Shop, declared
from tests.pages.document import read
from tests.pages.staff_house import StaffHouse, send, staff_house


@dataclass
class AnswerHouse:
    """The console, and the shop that it answers for."""

    house: StaffHouse
    shop: Shop

    def asked(self, *rights: Right, person: Person = ANNA) -> str:
        """A request for a copy of which rows and items are accepted."""
        return self.shop.accepted(*(rights or (Right.ACCESS,)), person=person).id

    def draft(self, request: str) -> Draft:
        """The newest answer to the person of a request."""
        found = drafting.newest(self.house.office.book, request, 1)
        assert found is not None
        return found

    def named(self, request: str) -> dict[str, str]:
        """The answer as the forms of its page name it."""
        draft = self.draft(request)
        return {"answer": draft.id, "digest": draft.digest}

    def hide_all(self, request: str) -> None:
        """Every place is hidden for the rights of others."""
        draft, now = self.draft(request), self.house.clock.now()
        places = [mark.number for mark in draft.marks]
        book, why = self.house.office.book, Ground.OTHERS_RIGHTS
        drafting.redact(book, draft.id, places, why, by="rik", at=now)


@contextmanager
def answer_house(
    home: Path, state_url: str, law: Declaration | None = None
) -> Iterator[AnswerHouse]:
    """A house over the shop, with nobody enrolled yet; under another declaration of it where one is
    given."""
    clock = SetClock(NOON)
    with open_state(home / "state", state_url, clock=clock) as state:
        shop = Shop(home, state.store)
        house = staff_house(state, clock, law or declared(SHOP), shop.urls)
        shop.office, shop.declaration = house.office, house.declaration
        yield AnswerHouse(house, shop)


def told(client: TestClient[Any], path: str, **form: str) -> str:
    """What came of a form: the code in the address that follows, or what stands beside the
    mistake in it."""
    answer = send(client, path, "/en", **form)
    if answer.status_code == 303:
        return answer.headers["location"].partition("told=")[2]
    assert answer.status_code == 422, answer.text
    return wrong(answer)


def wrong(answer: httpx.Response) -> str:
    """What stands beside a form that was refused."""
    roles = read(answer.text).having("role")
    (found,) = [node for node in roles if node.attributes["role"] == "alert"]
    return found.text
