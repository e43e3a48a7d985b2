"""A console with accounts over a real state, for tests: one person per role, requests of nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import httpx
from litestar import Litestar
from litestar.testing import TestClient

from avow.app import State
from avow.common.clock import SetClock
from avow.declaration.model import Declaration
from avow.duties.requests.book import Book
from avow.duties.requests.delivering.links import Post
from avow.engine.accounts.known import accounts_over
from avow.engine.accounts.matrix import Action
from avow.engine.db.store import Runs
from avow.engine.evidence.entries import Body
from avow.engine.evidence.ledger import Ledger
from avow.engine.planner.making import Estate
from avow.engine.planner.working import Bench
from avow.faces.cli.desk import Desk, day_of
from avow.faces.cli.serve_command import desk_of, source_of
from avow.faces.web.application import web_app
from avow.faces.web.public.desk import PublicDesk
from avow.faces.web.signin.desk import StaffDesk
from tests.accounts_room import PASSWORD, PEOPLE, QUICK, Lodge
from tests.pages.conftest import HOST
from tests.requests_room import Office
from tests.unit.declared import SOUND, reading

OURS = {"sec-fetch-site": "same-origin", "origin": "null"}


@dataclass
class Clerk(Office):
    """An office that tells the ledger of the house."""

    ledger: Ledger | None = None

    def tell(self, bodies: Sequence[Body], at: datetime, runs: Runs) -> None:
        """Tell the ledger."""
        super().tell(bodies, at, runs)
        if self.ledger is not None:
            self.ledger.append(bodies, at, runs=runs)


@dataclass
class StaffHouse:
    """The console, its accounts, its book, and a clock that is moved by hand."""

    state: State
    clock: SetClock
    declaration: Declaration
    lodge: Lodge
    office: Office
    app: Litestar
    sessions: dict[str, TestClient[Litestar]] = field(default_factory=dict)

    @contextmanager
    def browser(self, host: str = HOST, scheme: str = "https") -> Iterator[TestClient[Litestar]]:
        """A browser without a session."""
        client = TestClient(self.app, base_url=f"{scheme}://{HOST}")
        client.headers["host"] = host
        client.follow_redirects = False
        yield client

    @contextmanager
    def signed_in(self, person: str) -> Iterator[TestClient[Litestar]]:
        """A browser in which a person has signed in."""
        if person not in self.lodge.seeds:
            self.lodge.enrol(person)
        with self.browser() as client:
            answer = self.sign_in(client, person)
            assert answer.status_code == 303, answer.text
            yield client

    def fresh(self, person: str) -> str:
        """A code of the device of a person that no attempt used yet."""
        self.clock.move(timedelta(seconds=31))
        return self.lodge.code(person)

    def sign_in(self, client: TestClient[Any], person: str, **changes: str) -> httpx.Response:
        """Fill the form in."""
        code = changes.pop("code", "") or self.fresh(person)
        form = {"person": person, "password": PASSWORD, "code": code, **changes}
        return client.post("/en/sign-in/begin", data=form, headers=OURS)


def staff_of(house: StaffHouse) -> StaffDesk:
    """The desk that the pages of staff work with."""
    desk: StaffDesk = house.app.dependencies["staff"].dependency()  # type: ignore[union-attr]
    return desk


def token_of(page: str) -> str:
    """The token that the forms of a page carry."""
    found: set[str] = set(re.findall(r'name="csrf" value="([0-9a-f]{64})"', page))
    assert len(found) == 1, found
    return found.pop()


def send(client: TestClient[Any], path: str, home: str = "/en", **form: str) -> httpx.Response:
    """Send a form as our own pages do, with the token of the session."""
    data = {"csrf": token_of(client.get(home).text), **form}
    return client.post(path, data=data, headers=OURS)


def staff_house(
    state: State,
    clock: SetClock,
    declared: Declaration | None = None,
    urls: Mapping[str, str] | None = None,
) -> StaffHouse:
    """A console over this state, with nobody enrolled yet. With `urls` it reads the systems that
    were declared, and sends links."""
    declaration = replace(declared or reading(SOUND).whole, people=PEOPLE)

    def tell(bodies: Sequence[Body], at: datetime, runs: Runs) -> None:
        state.ledger.append(bodies, at, runs=runs)

    accounts = accounts_over(state.store, state.ring, PEOPLE, tell, QUICK)
    office = Clerk(state.store, declaration, state.ring, clock, ledger=state.ledger)
    lodge = Lodge(state.store, state.ring, clock, made=accounts)
    book = Book(state.store, state.ring, declaration, tell)
    source = source_of(declaration, state, accounts)
    estate = Estate(declaration, urls) if urls is not None else None
    post = Post(f"https://{HOST}", "firm.example") if urls is not None else None

    def tools() -> Bench:
        bench = Desk(state, declaration, day_of(state, declaration)).bench
        return replace(bench, estate=Estate(declaration, urls or {}))

    app = web_app(
        source,
        hosts=(HOST, "localhost"),
        asked=desk_of(source, declaration, state),
        public=PublicDesk(state.store, state.clock, declaration.controller),
        staff=StaffDesk(accounts, book, clock, estate, state.ledger, post, tools),
    )
    return StaffHouse(state, clock, declaration, lodge, office, app)


def routes(app: Litestar) -> list[tuple[str, str, Action | None]]:
    """Every path and method of the console, with the action that it declares."""
    found = []
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            methods = sorted(getattr(handler, "http_methods", ()))
            found += [
                (route.path, method, handler.opt.get("action"))
                for method in methods
                if method != "OPTIONS"
            ]
    return found
