"""6.a by our own form: a company asks that its users' accounts are deleted. Nothing is done and
nobody is told before somebody of ours looked at its authority; then each user is told, and their
accounts with the company are taken and nothing else."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from litestar.testing import TestClient

from avow.app import open_state
from avow.common.clock import SetClock
from avow.common.masked import Masked
from avow.duties.correspondence.outbox import letters_to
from avow.duties.requests import steps
from avow.duties.requests.machine import StepRefused
from avow.duties.requests.proposing import proposed
from avow.duties.requests.rows import accepted_of
from avow.duties.requests.words import Outcome
from avow.faces.web.application import public_app
from avow.faces.web.portal.make import PortalDesk
from avow.faces.web.public.desk import PublicDesk
from tests.pages.staff_house import StaffHouse, staff_house
from tests.pages.test_portal import form_of, number_in
from tests.pages.test_portal_review import PDF, sent
from tests.pages.test_staff_identity import below, told
from tests.requests_room import NOON
from tests.unit.test_representing import House

UTA, UNA, CONTACT = "uta@acme.example", "una@acme.example", "hr@acme.example"


@dataclass
class Firm:
    """An application with users of two companies, one of whom writes for Acme; our console."""

    house: House
    console: StaffHouse

    def asks(self, *users: str) -> str:
        """Acme fills the form in with its authority and sends it; the number of the request."""
        office = self.console.office
        notice = PublicDesk(office.store, office.clock, office.declaration.controller)
        portal = PortalDesk(lambda: office.book, office.clock)
        app = public_app(notice, hosts=("my.example",), portal=portal)
        with TestClient(app, base_url="https://my.example") as client:
            form = {"form": form_of(client), "want-1": "yes", "about": "company", "email": CONTACT,
                    "company": "Acme NV", "users": "\n".join(users)}  # fmt: skip
            return number_in(sent(client, form, ("paper", "extract.pdf", PDF)).text)

    def hears(self, request: str) -> str:
        """What an agent is told who looks at the paper and hears Acme by it."""
        (file,) = self.console.office.store.run("request_files", request=request)
        form = {"kind": "company", "file": file["id"], "right-erasure": "1"}
        with self.console.signed_in("agnes") as client:
            return told(client, request, "speaker", **form, company="app:company:1")

    def letters(self, to: str) -> list[str]:
        """What was written to an address."""
        office = self.console.office
        found = letters_to(office.store, office.ring, "controller", [Masked(to)])
        return [each.content.text for each in found]

    def page(self, request: str, *, identity: bool = False) -> str:
        with self.console.signed_in("agnes") as client:
            return client.get(below(request) if identity else f"/en/requests/{request}").text


@pytest.fixture
def firm(tmp_path: Path, state_url: str) -> Iterator[Firm]:
    clock = SetClock(NOON)
    with open_state(tmp_path / "state", state_url, clock=clock) as state:
        house = House(tmp_path, state.store)
        with closing(sqlite3.connect(tmp_path / "app.db")) as app, app:
            app.executemany(
                "INSERT INTO account (id, email, company_id) VALUES (?, ?, 1)",
                [(11, UNA), (12, CONTACT)],
            )
        console = staff_house(state, clock, house.declaration, house.urls)
        house.office = console.office
        yield Firm(house, console)


def test_before_its_authority_is_settled_nothing_is_done_and_no_user_told(firm: Firm) -> None:
    request = firm.asks(UTA, UNA)
    office = firm.console.office
    (receipt,) = firm.letters(CONTACT)
    assert "for users of your company, 2 in all:\n- deletion of their accounts" in receipt
    assert firm.letters(UTA) == firm.letters(UNA) == []
    assert accepted_of(office.book, request) is None
    assert proposed(office.book, firm.house.estate, request).unheard == (1, 2)
    with pytest.raises(StepRefused):
        office.take(request, steps.Decided(item=1, outcome=Outcome.ACCEPTED))
    wanted = "A company asks for its users: look at what shows that it may."
    assert wanted in firm.page(request)
    page = firm.page(request, identity=True)
    assert "Look at whether a company may speak for its 2 users." in page
    assert page.count("they are told nothing yet") == 2
    assert page.count('action="/en/requests/' + request + '/identity/speaker"') == 1


def test_each_user_is_told_and_their_accounts_alone_are_taken(firm: Firm) -> None:
    """Uta reads a newsletter too, and who wrote for Acme has an account: neither is asked for."""
    request = firm.asks(UTA, UNA)
    assert firm.hears(request) == "speaker-heard"
    assert [len(firm.letters(each)) for each in (UTA, UNA, CONTACT)] == [1, 1, 1]
    assert "the company through which you use" in firm.letters(UNA)[0]
    office = firm.console.office
    taken = accepted_of(office.book, request) or ()
    assert sorted((c.dataset, c.keys) for c in taken) == [
        ("account", (("10",),)),
        ("account", (("11",),)),
    ]
    again = proposed(office.book, firm.house.estate, request).looked.found.candidates
    assert {key for c in again for key in c.keys} == {(10,), (11,)}
    page = firm.page(request, identity=True)
    assert page.count("Told on") == page.count("identity shown: authority to speak") == 2
    for item in (1, 2):
        office.take(request, steps.Decided(item=item, outcome=Outcome.ACCEPTED))
    assert firm.house.check().failed == 0


def test_one_name_that_is_no_user_of_the_company_and_nobody_is_told(firm: Firm) -> None:
    request = firm.asks(UTA, "vic@other.example")
    assert "no account with that company" in firm.hears(request)
    assert firm.letters(UTA) == firm.letters("vic@other.example") == []
    assert accepted_of(firm.console.office.book, request) is None
