"""Every page in Chromium, looked at by axe-core: no violation, nothing from elsewhere, no scrolling
sideways.

A page is answered by the application in this process: whatever the browser asks for goes through
it, and what it asks of another host is written down and refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from litestar import Litestar, Response, get
from litestar.testing import TestClient
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Route,
    sync_playwright,
)

from avow.app import open_state
from avow.common.clock import SetClock
from avow.common.languages import LANGUAGES
from avow.duties.incidents.machine import Decided, Known, Nature, Reported, Risk, Scoped
from avow.duties.incidents.register import report, take
from avow.duties.requests import steps
from avow.duties.requests.delivering.links import make, new
from avow.duties.requests.telling import letters
from avow.duties.requests.words import Ground, Outcome, Right, Rung
from avow.engine.facts.standing import row
from avow.engine.planner import hold
from avow.faces.cli.serve_command import desk_of, source_of
from avow.faces.web.application import web_app
from avow.faces.web.portal.make import PortalDesk
from avow.faces.web.public.desk import PublicDesk
from avow.faces.web.signin.desk import StaffDesk
from tests.accounts_room import NOON
from tests.pages.answer_house import answer_house, told
from tests.pages.changes_house import changes_house
from tests.pages.conftest import HOST, PATHS
from tests.pages.house import HouseSource
from tests.pages.staff_house import StaffHouse, staff_house, staff_of
from tests.pages.test_crawl import addresses
from tests.pages.test_staff_erase_run import approved
from tests.pages.test_staff_instructions import acts, confirmed, console, drawn, entered, plan_of
from tests.pages.test_staff_task import asked as task_of
from tests.pages.test_staff_task import below, owners
from tests.processor_room import opened_for_tenants
from tests.restriction_room import made

HOME = f"https://{HOST}"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
VIEWS = ((1280, "light"), (400, "dark"), (400, "light"), (1280, "dark"), (320, "light"))
"""How a page is looked at; each in another way than the one before."""
ID = re.compile(
    r"/[a-z]+-[a-z2-7]{26}|/[A-Za-z0-9_-]{43}|/\d{4}-\d\d-\d\d|/[0-9a-f]{64}|/[0-9][\w.-]*"
)
WHO = ("ada", "an", "olivier", "agnes", "aude")
"""An administrator, a manager, the officer, an agent, an auditor."""


@dataclass
class Eyes:
    """A browser that sees what the application answers, and what went wrong on the way."""

    browser: Browser
    contexts: dict[tuple[int, str], BrowserContext] = field(default_factory=dict)
    client: TestClient[Litestar] | None = None
    faults: list[str] = field(default_factory=list)
    seen: int = 0

    def page(self, path: str) -> Page:
        """A page in the next view, loaded."""
        width, scheme = VIEWS[self.seen % len(VIEWS)]
        self.seen += 1
        if (width, scheme) not in self.contexts:
            made = self.browser.new_context(
                viewport={"width": width, "height": 900},
                color_scheme=scheme,  # type: ignore[arg-type]
                reduced_motion="reduce",
            )
            made.route("**/*", self.answer)
            self.contexts[width, scheme] = made
        page = self.contexts[width, scheme].new_page()
        page.on("console", self.hear)
        page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        page.goto(f"{HOME}{path}")
        return page

    def hear(self, said: ConsoleMessage) -> None:
        """What the browser complains of; that a page says it is not there is no complaint."""
        if "status of 404" not in said.text:
            self.faults.append(f"console: {said.text[:200]}")

    def answer(self, route: Route) -> None:
        """What the application says; nothing from elsewhere."""
        url = route.request.url
        if not url.startswith(HOME) or self.client is None:
            self.faults.append(f"asks another host: {url.split('/')[2]}")
            route.abort()
            return
        found = self.client.get(url.removeprefix(HOME), follow_redirects=True)
        route.fulfill(status=found.status_code, headers=dict(found.headers), body=found.content)

    def look(self, path: str) -> list[str]:
        """What is wrong with a page."""
        before = len(self.faults)
        page = self.page(path)
        found = Axe().run(page, options=RULES).response["violations"]
        said = [f"{each['id']}: {each['nodes'][0]['html'][:160]}" for each in found]
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        page.close()
        said += [f"{wide} px too wide"] if wide > 0 else []
        return [*said, *self.faults[before:]]


@pytest.fixture(scope="module")
def eyes(chromium: Path) -> Iterator[Eyes]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield Eyes(browser)
        browser.close()


@contextmanager
def read_by(eyes: Eyes, client: TestClient[Any]) -> Iterator[None]:
    """What the application answers to this reader is what the browser sees."""
    eyes.client = client
    for each in eyes.contexts.values():
        each.clear_cookies()
    yield
    eyes.client = None


def test_the_made_up_house(eyes: Eyes) -> None:
    """The pages of promises, plans and stops, with everything on them that there can be."""
    source = HouseSource()
    source.stop("phone")
    wrong: dict[str, list[str]] = {}
    with TestClient(web_app(source, hosts=(HOST,)), base_url=HOME) as client, read_by(eyes, client):
        for n, path in enumerate(PATHS):
            language = LANGUAGES[n % len(LANGUAGES)]
            if found := eyes.look(f"/{language}{path}"):
                wrong[path] = found
    assert wrong == {}


@pytest.fixture
def house(tmp_path: Path, state_url: str) -> Iterator[StaffHouse]:
    clock = SetClock(NOON)
    with open_state(tmp_path / "state", state_url, clock=clock) as state:
        yield furnished(staff_house(state, clock))


def furnished(house: StaffHouse) -> StaffHouse:
    """The house with the pages of persons, and requests at every stage of their way."""
    office = house.office
    fresh = office.arrive(Right.ACCESS)
    acts = (Right.ERASURE, Right.OBJECTION, Right.RESTRICTION, Right.ACCESS, Right.RECTIFICATION)
    known = office.arrive(*acts)
    office.take(known, steps.IdentityShown(person=1, rung=Rung.SIGNED_LINK))
    refusal = steps.Refusal(ground=Ground.UNFOUNDED, law="Art. 12(5) GDPR")
    office.take(
        known.id,
        steps.Decided(item=1, outcome=Outcome.ACCEPTED),
        steps.Decided(item=3, outcome=Outcome.REFUSED, refusals=(refusal,)),
    )
    letters.draft(office.book, known.id, 1, by="an", at=house.clock.now())
    office.take(fresh, steps.IdentityAsked(person=1, rung=Rung.SIGNED_LINK, pauses=True))
    register, now = staff_of(house).register, house.clock.now()
    astray = (Nature.CONFIDENTIALITY, Nature.AVAILABILITY)
    name = report(register, Reported(nature=astray), b"a list on a printer", by="an", at=now)
    scope = Scoped(systems=("desk",), categories=("contact",), rows=9, persons=4, uncounted=1)
    for step in (Known(since=now), scope, Decided(risk=Risk.HIGH)):
        take(register, name, step, b"addresses", by="an", at=now)
    report(register, Reported(), b"", by="an", at=now)
    why = hold.Reason("litigation", "a court's order", now.date())
    hold.place(office.store, house.state.ring, [row("desk", "caller", ["1"])], why, by="an", at=now)
    return house


def reachable(client: TestClient[Any], start: str) -> Iterator[str]:
    """One address per kind of page that links lead to, from a first one."""
    todo, seen = [start], set()
    while todo:
        address = todo.pop(0)
        kind = ID.sub("/…", re.sub(r"^/(fr|nl|en)\b", "", address).partition("?")[0])
        if kind in seen or address.endswith((".json", ".css", ".pdf", ".zip")):
            continue
        seen.add(kind)
        answer = client.get(address, follow_redirects=True)
        if answer.headers.get("content-type", "").startswith("text/html"):
            if answer.status_code == 200:
                yield address
            todo += addresses(answer.text)[0]


def test_what_each_role_sees(eyes: Eyes, house: StaffHouse) -> None:
    """Everything that links lead to, for five roles, in three languages in turn."""
    wrong: dict[str, list[str]] = {}
    looked: set[str] = set()
    with ExitStack() as stack:
        for n, person in enumerate(WHO):
            client = stack.enter_context(house.signed_in(person))
            with read_by(eyes, client):
                for m, address in enumerate(reachable(client, "/en")):
                    kind = ID.sub("/…", address[3:].partition("?")[0])
                    if kind in looked and kind not in ("", "/requests"):
                        continue
                    looked.add(kind)
                    path = f"/{LANGUAGES[(n + m) % 3]}{address[3:]}"
                    if found := eyes.look(path):
                        wrong[f"{person} {path}"] = found
    assert wrong == {}
    assert {"", "/requests", "/requests/…", "/accounts", "/plans", "/promises"} <= looked
    assert {"/incidents", "/incidents/…", "/holds", "/systems", "/systems/desk"} <= looked
    assert {"/requests/enter", "/requests/erase"} <= looked
    assert {"/letters", "/letters/task", "/instructions"} <= looked
    below = ("outcome", "answer", "erase", "end", "hand-over", "identity", "rows", "files")
    assert {f"/requests/…/{page}" for page in (*below, "correct", "restrict")} <= looked


def test_a_copy_that_is_drawn_and_read(eyes: Eyes, tmp_path: Path, state_url: str) -> None:
    """Over real systems, with places in it, at each stage of its way."""
    wrong: dict[str, list[str]] = {}
    with answer_house(tmp_path, state_url) as there:
        request = there.asked()
        path = f"/requests/{request}/answer"
        people = dict(there.house.lodge.accounts.people)
        both = frozenset({"agent", "redactor"})
        people["agnes"] = replace(people["agnes"], roles=both)
        object.__setattr__(there.house.lodge.accounts, "people", people)
        with there.house.signed_in("agnes") as client, read_by(eyes, client):
            told(client, f"/en{path}/draw", person="1")
            for n, language in enumerate(LANGUAGES):
                if n == 1:
                    there.hide_all(request)
                    told(client, f"/en{path}/write", **there.named(request))
                if language == LANGUAGES[-1]:
                    told(client, f"/en{path}/review", **there.named(request))
                for each in (path, path.replace("/answer", "/redact")):
                    if found := eyes.look(f"/{language}{each}"):
                        wrong[f"{language} {each[-6:]}"] = found
    assert wrong == {}


def test_a_correction_and_a_restriction_at_each_stage(
    eyes: Eyes, tmp_path: Path, state_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over a real system: to be planned, approved, and carried out; what is contested beside it."""
    shop = made("sqlite", str(tmp_path / "shop.db"), tmp_path, state_url, monkeypatch.setenv)
    shop.declare("gate")
    wrong: dict[str, list[str]] = {}
    form = {"place": "shop:buyer", "field-1": "city", "value-1": "Brugge"}
    with changes_house(shop, Right.RECTIFICATION) as there:
        for n, language in enumerate(LANGUAGES):
            if n == 1:
                assert there.acts("correct", what="plan", **form) == "change-planned"
                there.approves()
            if n == 2:
                assert there.acts("correct", what="carry-out") == "change-made"
            with there.house.signed_in("agnes") as client, read_by(eyes, client):
                path = f"/{language}/requests/{there.request}/correct"
                if found := eyes.look(path):
                    wrong[f"correct {language}"] = found
    assert wrong == {}


def test_an_instruction_of_a_controller_at_each_stage(
    eyes: Eyes, postgres_url: str, state_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To be planned, carried out and told, and one that is held to be unlawful beside it."""
    shop = opened_for_tenants(postgres_url, tmp_path, state_url, monkeypatch.setenv)
    wrong: dict[str, list[str]] = {}
    with console(shop) as there:
        unlawful = confirmed(there, entered(there, "delete-all"))
        assert acts(there, unlawful, "contest", "an", because="a court") == "instruction-contested"
        name = confirmed(there, entered(there))
        copy = confirmed(there, entered(there, "return"))
        wrong_field = confirmed(there, entered(there, "correct"))
        for n, language in enumerate(LANGUAGES):
            if n == 1:
                said = acts(there, name, "plan", kind="email", values="p1@example.org")
                assert said == "instruction-planned"
                approved(there, plan_of(there))
            if n == 2:
                assert acts(there, name, "run") == "plans-run"
                drawn(there, copy)
            with there.signed_in("an") as client, read_by(eyes, client):
                for path in ("", *(f"/{each}" for each in (name, unlawful, copy, wrong_field))):
                    if found := eyes.look(f"/{language}/instructions{path}"):
                        wrong[f"{language} {path}"] = found
    assert wrong == {}


def test_a_task_of_an_owner(eyes: Eyes, tmp_path: Path, state_url: str) -> None:
    """The page of their system and of what is asked of them."""
    wrong: dict[str, list[str]] = {}
    with owners(tmp_path, state_url) as there:
        path = below(task_of(there)["archive"]).removeprefix("/en")
        with there.signed_in("sofie") as client, read_by(eyes, client):
            for language in LANGUAGES:
                for each in ("/systems/archive", path):
                    if found := eyes.look(f"/{language}{each}"):
                        wrong[f"{language} {each}"] = found
    assert wrong == {}


def test_what_persons_see(eyes: Eyes, house: StaffHouse) -> None:
    """Signing in, and the pages of persons: the form, a request followed by its secret link, and
    what who has a wrong one sees."""
    wrong: dict[str, list[str]] = {}
    book, now = house.office.book, house.clock.now()
    request = house.office.arrive(Right.ACCESS, Right.ERASURE)
    house.office.take(request, steps.IdentityAsked(person=1, rung=Rung.SIGNED_LINK, pauses=True))
    with book.runs.transaction():
        link = make(book, new(book, request.id, 1, None, now), at=now).reveal()
    paths = (
        "/sign-in",
        "/your-data",
        "/your-data/link",
        f"/your-data/follow/{link}",
    )
    wrong_links = [f"/your-data/{each}/{'A' * 43}" for each in ("follow", "prove", "answer")]
    with TestClient(with_portal(house), base_url=HOME) as client, read_by(eyes, client):
        every = [f"/{language}{path}" for language in LANGUAGES for path in paths]
        every += [
            f"/{language}{path}" for language, path in zip(LANGUAGES, wrong_links, strict=True)
        ]
        for path in every:
            if found := eyes.look(path):
                wrong[path[:24]] = found
    assert wrong == {}


def with_portal(house: StaffHouse) -> Litestar:
    """The pages of persons beside those of staff."""
    declaration, state, accounts = house.declaration, house.state, house.lodge.accounts
    source = source_of(declaration, state, accounts)
    return web_app(
        source,
        hosts=(HOST,),
        asked=desk_of(source, declaration, state),
        public=PublicDesk(state.store, house.clock, declaration.controller),
        staff=StaffDesk(accounts, house.office.book, house.clock),
        portal=PortalDesk(lambda: house.office.book, house.clock),
    )


PLANTED = """<!doctype html><html><head><title>x</title></head><body><main><img src="/x.png">
<p style="color:#999;background:#aaa">pale</p><div style="width:3000px">wide</div>
<img alt="a" src="https://elsewhere.example/x.png"></main>
<script>document.title = "x"</script></body></html>"""
SAID = {"content-type": "text/html", "content-security-policy": "script-src 'none'"}


@get("/{path:path}", media_type="text/html")
async def planted() -> Response[str]:
    """A page with a fault of every kind."""
    return Response(PLANTED, headers=SAID)


def test_planted_faults_are_found(eyes: Eyes) -> None:
    """No language, no alternative text, pale letters, a page too wide, a picture from elsewhere, a
    script that the policy forbids."""
    with TestClient(Litestar([planted]), base_url=HOME) as client, read_by(eyes, client):
        found = eyes.look("/planted")
    kinds = {each.partition(":")[0] for each in found}
    assert {"html-has-lang", "image-alt", "color-contrast", "asks another host"} <= kinds, found
    assert any("too wide" in each for each in found)
    assert any("Content Security Policy" in each for each in found)
