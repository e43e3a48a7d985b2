"""Staff in the browser: who comes in, what each role reaches, what a form may do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from litestar import get
from litestar.params import FromPath
from litestar.testing import TestClient

from avow.app import State, open_state
from avow.common.clock import SetClock
from avow.common.languages import LANGUAGES
from avow.declaration.model import Level
from avow.duties.requests.book import entries_of, read
from avow.duties.requests.steps import IdentityShown, Paused
from avow.duties.requests.words import ItemState, Right, Rung, Voice, Waits
from avow.engine.accounts import making
from avow.engine.accounts.known import AccountError
from avow.engine.accounts.matrix import Action, Role, allowed
from avow.engine.accounts.signing_in import prove
from avow.engine.accounts.views import newest
from avow.engine.planner import records
from avow.engine.planner.approve import message
from avow.engine.planner.plan import Measure, Part, Plan, PlanKind, PlannedStep
from avow.engine.planner.program import Move, Program, Step
from avow.engine.planner.stop import stop
from avow.estate.datamap.predicates import TRUE
from avow.faces.cli.serve_command import refuse_strangers
from avow.faces.web.console.requests import RequestLine, coming
from tests.accounts_room import NOON, PASSWORD, ROLES
from tests.pages.document import read as read_page
from tests.pages.staff_house import OURS, StaffHouse, routes, send, staff_house, token_of
from tests.pages.test_accessible import faults
from tests.requests_room import ANNA

VALUES = ("Anna", "Peeters", "anna@mail.example")
"""What must be on no page that nobody opened."""


@pytest.fixture
def house(tmp_path: Path, state_url: str) -> Iterator[StaffHouse]:
    clock = SetClock(NOON)
    with open_state(tmp_path / "state", state_url, clock=clock) as state:
        yield staff_house(state, clock)


def planned(state: State, author: str = "claire") -> Plan:
    """A sweep of the desk that waits for approval."""
    step = PlannedStep(Step("caller", Move.DELETE, TRUE, ("3.a",), ("contacts",)), Measure(2, 9), 2)
    part = Part(Program("desk", NOON.date(), (step.step,)), (step,), "c")
    plan = Plan(f"plan-{'a' * 26}", PlanKind.SWEEP, "desk", "f" * 64, NOON.date(), (part,), author)
    state.store.run("release_add", digest=plan.release, declaration="small", language="1", at=NOON)
    records.keep(state.store, plan, (), Level.APPROVE, NOON)
    return plan


# --- who comes in -----------------------------------------------------------------------------


def test_before_the_first_account_this_machine_reads_and_every_page_says_so(
    house: StaffHouse,
) -> None:
    request = house.office.arrive(Right.ACCESS)
    with house.browser() as client:
        for path in ("/en", "/en/requests", f"/en/requests/{request.id}", "/en/stop"):
            page = client.get(path)
            assert page.status_code == 200
            assert "Nobody has an account yet: this console answers only this machine" in page.text
            assert not [value for value in VALUES if value in page.text]
        form = {"person": "1", "what": "identity", "why": "answer"}
        opened = client.post(f"/en/requests/{request.id}/open", data=form, headers=OURS)
        assert opened.status_code == 403
        assert client.get("/en/accounts").status_code == 403
        assert client.post("/en/stop/now", headers=OURS).status_code == 303
    with pytest.raises(AccountError) as refusal:
        refuse_strangers("0.0.0.0", house.lodge.accounts)  # noqa: S104
    assert refusal.value.code == "AV904"
    refuse_strangers("127.0.0.1", house.lodge.accounts)
    refuse_strangers("::1", house.lodge.accounts)
    house.lodge.enrol("ada")
    refuse_strangers("0.0.0.0", house.lodge.accounts)  # noqa: S104


def test_with_an_account_nobody_reads_anything_without_signing_in(house: StaffHouse) -> None:
    """Every page that is not open leads to signing in, and tells nothing of what is there."""
    house.lodge.enrol("agnes")
    request = house.office.arrive(Right.ACCESS)
    stop(house.state.store, "desk", "claire", NOON)
    with house.browser() as client:
        for path, method, action in routes(house.app):
            if action is not Action.OPEN and method == "GET":
                answer = client.get(filled(path, request.id))
                assert (answer.status_code, answer.headers["location"]) == (303, "/en/sign-in")
        page = client.get("/en/sign-in").text
        assert "stop is in effect" not in page
        assert 'href="/en/promises"' not in page
        missing = client.get("/en/no-such-page").text
        assert 'href="/en/promises"' not in missing
        assert "stop is in effect" not in missing


def test_signing_in_sets_a_cookie_that_only_this_host_gets_over_https(house: StaffHouse) -> None:
    house.lodge.enrol("agnes")
    with house.browser() as client:
        answer = house.sign_in(client, "agnes")
        assert (answer.status_code, answer.headers["location"]) == (303, "/en")
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-avow=")
        for word in ("; Secure", "; HttpOnly", "; Path=/", "; SameSite=strict"):
            assert word in cookie
        assert "Domain" not in cookie
        assert client.get("/en").status_code == 200
    with house.browser("localhost", "http") as client:
        cookie = house.sign_in(client, "agnes").headers["set-cookie"]
        assert cookie.startswith("avow-here=")
        assert "Secure" not in cookie
        assert client.get("/en").status_code == 200


@pytest.mark.parametrize("wrong", [{"password": "x" * 14}, {"code": "000000"}, {"person": "zoe"}])
def test_whatever_is_wrong_the_answer_is_the_same_page(
    wrong: dict[str, str], house: StaffHouse
) -> None:
    house.lodge.enrol("agnes")
    with house.browser() as client:
        who, wrong = wrong.get("person", "agnes"), {"code": house.lodge.code("agnes"), **wrong}
        wrong.pop("person", None)
        answer = house.sign_in(client, who, **wrong)
        house.clock.at = NOON
        other = house.sign_in(client, "agnes", password="other than that")
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert answer.text.replace("12:00", "12:01") == other.text.replace("12:00", "12:01")
    assert PASSWORD not in answer.text


def test_enrolment_shows_a_picture_then_recovery_codes_once(house: StaffHouse) -> None:
    secret = making.add(house.lodge.accounts, "agnes", by=making.COMMAND, at=NOON)
    with house.browser() as client:
        assert client.get("/fr/enrol").status_code == 200
        wrong = client.post(
            "/en/enrol/begin", data={"person": "agnes", "secret": "a-b"}, headers=OURS
        )
        assert wrong.status_code == 403
        form = {"person": "agnes", "secret": secret}
        page = client.post("/en/enrol/begin", data=form, headers=OURS).text
        assert "<svg" in page
        house.lodge.seeds["agnes"] = page.split('class="seed">')[1].split("<")[0]
        form |= {"password": PASSWORD, "again": PASSWORD, "code": house.lodge.code("agnes")}
        differ = client.post("/en/enrol/finish", data={**form, "again": "x" * 14}, headers=OURS)
        assert "Nothing was kept" in differ.text
        done = client.post("/en/enrol/finish", data=form, headers=OURS)
        assert done.text.count("<li><code>") == 8
        assert client.post("/en/enrol/finish", data=form, headers=OURS).status_code == 403
        assert house.sign_in(client, "agnes").status_code == 303


def test_a_session_ends_by_silence_here_and_everywhere(house: StaffHouse) -> None:
    with house.signed_in("agnes") as one, house.signed_in("agnes") as two:
        assert send(one, "/en/sign-out").headers["location"] == "/en/sign-in"
        assert one.get("/en").status_code == 303
        assert two.get("/en").status_code == 200
        house.clock.move(timedelta(minutes=31))
        assert two.get("/en").status_code == 303
    with house.signed_in("agnes") as one, house.signed_in("agnes") as two:
        send(one, "/en/sign-out", everywhere="1")
        assert two.get("/en").status_code == 303


# --- role × route -----------------------------------------------------------------------------


def filled(path: str, request: str) -> str:
    """The path of a route with values in it."""
    for name, value in (
        ("{language:str}", "en"), ("{request_id:str}", request), ("{clause:str}", "3.a"),
        ("{plan_id:str}", f"plan-{'a' * 26}"), ("{shown:str}", "fr"), ("{item:int}", "1"),
    ):  # fmt: skip
        path = path.replace(name, value)
    return path


def test_every_route_of_the_console_declares_its_action(house: StaffHouse) -> None:
    found = routes(house.app)
    assert [(path, method) for path, method, action in found if action is None] == []
    opens = {path for path, _, action in found if action is Action.OPEN}
    locked = {path for path, _, action in found if action is not Action.OPEN}
    assert opens & locked == set()
    signs = {
        "/{language:str}/sign-in",
        "/{language:str}/enrol",
        "/{language:str}/enrol/finish",
        "/{language:str}/sign-in/begin",
        "/{language:str}/enrol/begin",
    }
    for path in opens - signs - {"/"}:
        own = ("/ask/", "/static/", "/notice", "/.well-known/", "/{language:str}/ask/{token:str}",
               "/{language:str}/task/{token:str}", "/{language:str}/thanks")  # fmt: skip
        assert path.startswith(own), f"{path} is open to everybody"


@pytest.mark.parametrize("person", ROLES)
def test_each_role_reaches_exactly_what_the_matrix_says(person: str, house: StaffHouse) -> None:
    """Every route, read and sent: 403 without the right, and never with it."""
    request, plan = house.office.arrive(Right.ACCESS), planned(house.state)
    mine = allowed({ROLES[person]})
    with house.signed_in(person) as client:
        home = "/en" if Action.SEE_STATUS in mine else "/en/accounts"
        token, seen = token_of(client.get(home).text), 0
        for path, method, action in routes(house.app):
            if action in (Action.OPEN, Action.OWN, None):
                continue
            where, seen = filled(path, request.id), seen + 1
            if method == "GET":
                answer = client.get(where)
            else:
                answer = client.post(where, data={"csrf": token}, headers=OURS)
            # An account form without a code is refused by its own page, in its own words.
            own = "account" in path and "Accounts" in answer.text
            refused = answer.status_code == 403 and not own
            assert refused is (action not in mine), f"{ROLES[person]} {method} {where}"
    assert seen > 30
    assert records.read(house.state.store, plan.id).approved_by == ()


def test_a_route_without_an_action_is_closed(house: StaffHouse) -> None:
    """Planted: a page that somebody forgot to guard lets nobody in."""

    @get("/{language:str}/forgotten", sync_to_thread=True)
    def forgotten(language: FromPath[str]) -> str:
        return language

    house.app.register(forgotten)
    assert ("/{language:str}/forgotten", "GET", None) in routes(house.app)
    with house.signed_in("an") as client:
        assert client.get("/en/forgotten").status_code == 403


@pytest.mark.parametrize("token", ["", "0" * 64, None])
def test_a_form_without_the_token_of_the_session_is_refused(
    token: str | None, house: StaffHouse
) -> None:
    with house.signed_in("agnes") as one, house.signed_in("agnes") as other:
        wrong = token_of(other.get("/en").text) if token is None else token
        answer = one.post("/en/stop/now", data={"csrf": wrong}, headers=OURS)
        assert answer.status_code == 403
        assert house.state.store.run("stops_standing", system=None) == []
        assert send(one, "/en/stop/now").status_code == 303


# --- plans and stops --------------------------------------------------------------------------


def test_a_plan_is_approved_with_a_fresh_code_and_stays_verifiable(house: StaffHouse) -> None:
    plan = planned(house.state)
    home = f"/en/plans/{plan.id}"
    with house.signed_in("marc") as client:
        path = f"{home}/approve"
        used = house.lodge.code("marc")
        told = [
            send(client, path, home, digest="x", code=house.fresh("marc")),
            send(client, path, home, digest=plan.digest, code=used),
            send(client, path, home, digest=plan.digest, code=house.fresh("marc"), person="an"),
        ]
    assert [t.headers["location"].split("told=")[1] for t in told] == [
        "plan-changed", "unknown-person", "approved-first",
    ]  # fmt: skip
    with house.signed_in("an") as client:
        last = send(client, path, home, digest=plan.digest, code=house.fresh("an"))
    assert last.headers["location"].endswith("told=approved")
    kept = records.read(house.state.store, plan.id)
    assert set(kept.approved_by) == {"marc", "an"}, "who is signed in speaks for themselves"
    for row in house.state.store.run("approvals", plan=plan.id):
        signed = message(plan.digest, row["person"])
        assert house.state.ring.verify(signed, bytes(row["signature"]), row["key"])


def test_nobody_approves_what_they_wrote_and_the_form_is_not_shown(house: StaffHouse) -> None:
    plan = planned(house.state, author="an")
    home = f"/en/plans/{plan.id}"
    with house.signed_in("an") as client:
        assert 'class="approve"' not in client.get(home).text
        told = send(client, f"{home}/approve", home, digest=plan.digest, code=house.fresh("an"))
        assert told.headers["location"].endswith("told=same-person")
    with house.signed_in("olivier") as client:
        assert 'class="approve"' not in client.get(home).text
        assert send(client, f"{home}/approve", home, digest=plan.digest).status_code == 403


def test_two_persons_release_a_stop_each_with_a_code(house: StaffHouse) -> None:
    name = stop(house.state.store, "desk", "claire", NOON)
    told = []
    for person in ("marc", "marc", "an"):
        with house.signed_in(person) as client:
            code = house.fresh(person)
            answer = send(client, "/en/stop/release", "/en/stop", stop=name, code=code)
            told.append(answer.headers["location"].split("told=")[1])
            if len(told) == 1:
                assert "Released so far by marc." in client.get("/en/stop").text
    assert told == ["release-asked", "same-person", "released"]
    assert house.state.store.run("stops_standing", system=None) == []


# --- requests ---------------------------------------------------------------------------------


def test_a_term_that_stands_says_why_and_since_when(house: StaffHouse) -> None:
    """In the list and on its own page, in words; no day of an end, which moves as long as it
    stands."""
    request = house.office.arrive(Right.ACCESS)
    house.office.take(request, Paused(waits=Waits.SCOPE))
    since = f"since {NOON:%d %B}".replace(" 0", " ")
    with house.signed_in("agnes") as client:
        listed = client.get("/en/requests").text
        alone = client.get(f"/en/requests/{request.id}").text
    assert "until it is known what is asked, since" in listed
    assert "It stands " + since in alone
    assert "On the day the person answers it runs again by itself." in alone


def test_what_comes_is_drawn_by_its_last_day(house: StaffHouse) -> None:
    """Three that end soon, one later than five weeks, one overdue: each bar is a day, and what is
    overdue is not drawn."""

    def line(left: int, *, waits: bool = False) -> RequestLine:
        due = NOON.date() + timedelta(days=left)
        return RequestLine(
            "r", "email", NOON.date(), due, left, "deciding", waits, (), left < 0, ()
        )

    found = coming([line(0), line(5), line(5), line(40), line(-3)], NOON.date())
    assert found is not None
    assert (found.days[0], found.days[5], sum(found.days)) == (1, 2, 3)
    assert (found.most, found.later, len(found.days)) == (2, 1, 35)
    assert coming([line(-3)], NOON.date()) is None
    house.office.arrive(Right.ACCESS)
    with house.signed_in("agnes") as client:
        page = client.get("/en/requests").text
        assert "1 request ends within five weeks, by its last day; at most 1 on one day." in page
        assert page.count('<rect class="run"') == 1


def test_the_list_puts_the_overdue_first_and_counts_what_waits(house: StaffHouse) -> None:
    old = house.office.arrive(Right.ERASURE, arrived=NOON - timedelta(days=40))
    new = house.office.arrive(Right.ACCESS)
    with house.signed_in("agnes") as client:
        page = client.get("/en/requests").text
        assert "1 request is overdue." in page
        assert page.index(old.id) < page.index(new.id)
        only = client.get("/en/requests?right=access").text
        assert old.id not in only
        assert new.id in only
        assert not [value for value in VALUES if value in page]
        today = client.get("/en").text
        assert f"Find out who asks in the request {old.id}." in today
        assert f'href="/en/requests/{old.id}/identity"' in today, "it leads to where that is done"
    with house.signed_in("sofie") as client:
        assert old.id not in client.get("/en").text


def test_who_opens_a_person_reads_who_speaks_for_them(house: StaffHouse) -> None:
    """The addresses are those of who speaks; whoever writes to them must know it."""
    child = msgspec.structs.replace(ANNA, name="Lou", speaker="Mother of Lou")
    request = house.office.arrive(Right.ACCESS, person=child)
    home = f"/en/requests/{request.id}"
    with house.signed_in("agnes") as client:
        opened = send(client, f"{home}/open", home, person="1", what="identity", why="answer")
    assert "Mother of Lou" in opened.text


def test_a_person_is_masked_until_opened_and_opening_is_a_logged_view(house: StaffHouse) -> None:
    request = house.office.arrive(Right.ACCESS)
    home = f"/en/requests/{request.id}"
    with house.signed_in("agnes") as client:
        page = client.get(home).text
        assert not [value for value in VALUES if value in page]
        opened = send(client, f"{home}/open", home, person="1", what="identity", why="answer")
        assert opened.status_code == 200
        assert "Anna Peeters" in opened.text
        assert opened.headers["cache-control"] == "no-store"
        assert "What do you know" not in opened.text
        said = send(client, f"{home}/open", home, person="1", what="words", why="answer")
        assert "what do you know of me?" in said.text
        assert not [value for value in VALUES if value in client.get(home).text]
        wrong = send(client, f"{home}/open", home, person="9", what="identity", why="answer")
        assert wrong.status_code == 404
    views = newest(house.lodge.accounts)
    seen = {(v.by, v.what, v.why) for v in views}
    assert seen == {("agnes", "words", "answer"), ("agnes", "identity", "answer")}
    assert len(views) == 2
    for reader in ("olivier", "aude"):
        with house.signed_in(reader) as client:
            log = client.get("/en/views").text
            assert "who the person is" in log
            assert not [value for value in VALUES if value in log]
            assert "Who opened data of it" in client.get(home).text


def test_values_of_a_category_that_the_task_does_not_need_stay_masked(house: StaffHouse) -> None:
    person = msgspec.structs.replace(
        ANNA, identities=(("email", ANNA.email), ("customer", "C-4711"))
    )
    request = house.office.arrive(Right.ACCESS, person=person)
    home = f"/en/requests/{request.id}"
    with house.signed_in("agnes") as client:
        page = send(client, f"{home}/open", home, person="1", what="identity", why="answer").text
    assert "C-4711" not in page
    assert "masked: your task does not need it" in page


def test_notes_pauses_and_extensions_are_steps_by_who_is_signed_in(house: StaffHouse) -> None:
    request = house.office.arrive(Right.ACCESS)
    home = f"/en/requests/{request.id}"
    with house.signed_in("agnes") as client:
        told = [
            send(client, f"{home}/{what}", home, **form).headers["location"].split("told=")[1]
            for what, form in (
                ("note", {"words": "called back"}),
                ("note", {"words": "  "}),
                ("wait", {"waits": "scope"}),
                ("wait", {"waits": "scope"}),
                ("wait", {"waits": "lunch"}),
                ("extend", {"reason": "complexity", "words": "nine systems"}),
                ("extend", {"reason": "complexity", "words": "again"}),
                ("extend", {"reason": "holidays", "words": "x"}),
            )
        ]
        page = client.get(home).text
    assert told == [
        "noted", "not-possible", "waits", "runs-again", "not-possible", "extended",
        "not-possible", "not-possible",
    ]  # fmt: skip
    entries = entries_of(house.office.book, request.id)[-4:]
    assert [e.by for e in entries] == ["agnes"] * 4
    assert "called back" not in page, "what was written is opened, not shown"
    assert "The term was extended by two months" in page


def test_who_is_accountable_decides_with_a_code_and_a_ground(house: StaffHouse) -> None:
    request = house.office.arrive(Right.ACCESS, Right.ERASURE)
    house.office.take(request, IdentityShown(person=1, rung=Rung.KNOWN_ADDRESS))
    home = f"/en/requests/{request.id}"

    def decide(**form: str) -> str:
        code = house.fresh("an")
        answer = send(client, f"{home}/decide", home, **{"code": code, **form})
        return answer.headers["location"].split("told=")[1]

    with house.signed_in("an") as client:
        assert decide(item="1", outcome="accepted", code="000000") == "unknown-person"
        assert decide(item="1", outcome="accepted") == "decided"
        assert decide(item="2", outcome="refused") == "not-possible"
        law = {"ground": "compelling-grounds", "law": "GDPR 21(1)"}
        assert decide(item="2", outcome="refused", **law) == "not-possible"
        law = {"ground": "legal-obligation", "law": "CTVA 60", "until": "2030-12-31"}
        assert decide(item="2", outcome="partly", **law) == "decided"
        assert decide(item="7", outcome="accepted") == "not-possible"
        assert "a legal obligation" in client.get(home).text
    found = read(house.office.book, request.id)
    assert [i.state for i in found.items.values()] == [ItemState.ACCEPTED, ItemState.ACCEPTED]


def test_what_a_client_company_asks_is_not_decided_here(house: StaffHouse) -> None:
    request = house.office.arrive(Right.ERASURE, voice=Voice.COMPANY)
    house.office.take(request, IdentityShown(person=1, rung=Rung.AUTHORITY))
    home = f"/en/requests/{request.id}"
    with house.signed_in("an") as client:
        page = client.get(home).text
        assert "it decides, we carry out" in page
        assert f'action="{home}/decide"' not in page
        form = {"item": "1", "outcome": "accepted", "code": house.fresh("an")}
        assert send(client, f"{home}/decide", home, **form).status_code == 403
        assert send(client, f"{home}/note", home, words="passed on").status_code == 303
    assert read(house.office.book, request.id).items[1].state is ItemState.ASKED


# --- accounts ---------------------------------------------------------------------------------


def test_an_administrator_makes_and_ends_accounts_with_a_code(house: StaffHouse) -> None:
    house.lodge.enrol("agnes")
    with house.signed_in("ada") as client:
        home = "/en/accounts"
        refused = send(client, f"{home}/add", home, person="rik", code="000000")
        assert refused.status_code == 403
        own = send(client, f"{home}/add", home, person="ada", code=house.fresh("ada"))
        assert own.status_code == 403
        made = send(client, f"{home}/add", home, person="rik", code=house.fresh("ada"))
        assert made.status_code == 200
        assert "Hand this secret to rik yourself." in made.text
        ended = send(client, f"{home}/end", home, person="agnes", code=house.fresh("ada"))
        assert ended.headers["location"].endswith("told=ended")
        mine = send(client, f"{home}/end", home, person="ada", code=house.fresh("ada"))
        assert mine.headers["location"].endswith("told=not-allowed")
    assert not prove(house.lodge.accounts, "agnes", house.fresh("agnes"), house.clock.now())


# --- the pages themselves ---------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_staff_speaks_every_language(language: str, house: StaffHouse) -> None:
    request = house.office.arrive(*Right)
    for person, paths in (
        ("an", ("requests", f"requests/{request.id}")),
        ("olivier", ("views", f"requests/{request.id}.json", "requests.json")),
        ("ada", ("accounts",)),
    ):
        with house.signed_in(person) as client:
            for path in paths:
                answer = client.get(f"/{language}/{path}")
                assert answer.status_code == 200
                assert answer.headers["content-language"] == language
                if not path.endswith(".json"):
                    assert token_of(answer.text)
                    assert faults(read_page(answer.text)) == [], path
                assert not [value for value in VALUES if value in answer.text]


def test_pages_that_are_open_and_pages_that_opened_something_have_no_fault(
    house: StaffHouse,
) -> None:
    request = house.office.arrive(Right.ACCESS)
    home = f"/en/requests/{request.id}"
    with house.signed_in("agnes") as client:
        opened = send(client, f"{home}/open", home, person="1", what="words", why="review").text
    secret = making.add(house.lodge.accounts, "rik", by=making.COMMAND, at=house.clock.now())
    with house.browser() as client:
        form = {"person": "rik", "secret": secret}
        second = client.post("/fr/enrol/begin", data=form, headers=OURS).text
        pages = [opened, second, *(client.get(f"/nl/{p}").text for p in ("sign-in", "enrol"))]
    assert [faults(read_page(page)) for page in pages] == [[], [], [], []]


def test_the_list_takes_as_many_statements_for_fifty_as_for_one(
    house: StaffHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And it stays light: under sixty kilobytes, as every page."""
    run = type(house.state.store).run
    counted: list[str] = []

    def counting(self: object, name: str, **params: object) -> object:
        counted.append(name)
        return run(self, name, **params)  # type: ignore[arg-type]

    with house.signed_in("agnes") as client:
        house.office.arrive(Right.ACCESS)
        client.get("/en/requests")
        monkeypatch.setattr(type(house.state.store), "run", counting)
        client.get("/en/requests")
        few = len(counted)
        counted.clear()
        monkeypatch.undo()
        for _ in range(49):
            house.office.arrive(Right.ERASURE)
        monkeypatch.setattr(type(house.state.store), "run", counting)
        page = client.get("/en/requests").text
    assert len(counted) == few > 0
    assert len(page) < 60_000


def test_the_json_of_a_page_holds_no_token(house: StaffHouse) -> None:
    with house.signed_in("agnes") as client:
        token = token_of(client.get("/en/requests").text)
        assert token not in client.get("/en/requests.json").text


def test_the_console_is_closed_to_whom_the_declaration_no_longer_names(house: StaffHouse) -> None:
    assert set(ROLES.values()) == set(Role)
    with house.signed_in("agnes") as client:
        assert isinstance(client, TestClient)
        people = dict(house.lodge.accounts.people)
        del people["agnes"]
        object.__setattr__(house.lodge.accounts, "people", people)
        assert client.get("/en").status_code == 303
