"""The interface for programs: tokens, scopes, requests once per key, problems without a value."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from avow.duties.assurance.standing import Standing
from avow.duties.requests import steps
from avow.duties.requests.book import persons_of, read
from avow.duties.requests.words import Right, Rung
from avow.engine.accounts import tokens
from avow.engine.accounts.tokens import Scope, TokenError
from avow.engine.db.store import Store
from avow.faces.web.api.application import api_app
from avow.faces.web.api.desk import SCOPE, ApiDesk
from tests.requests_room import Office

Client = TestClient[Litestar]
ANNA: dict[str, Any] = {
    "persons": [{"name": "Anna Peeters", "email": "anna@mail.example"}],
    "asked": [{"right": "access"}, {"right": "erasure"}],
    "language": "nl",
    "words": "Wat weten jullie van mij?",
}


@pytest.fixture
def office(store: Store) -> Office:
    return Office(store)


@pytest.fixture
def client(office: Office) -> Iterator[Client]:
    status = Standing(office.declaration, office.store, office.clock)
    with TestClient(api_app(ApiDesk(lambda: office.book, status, office.clock))) as found:
        yield found


@pytest.fixture
def token(office: Office) -> Callable[..., dict[str, str]]:
    """The head that lets a program in with these scopes; all of them where none is named."""

    def made(*scopes: Scope, life: timedelta = timedelta(days=9)) -> dict[str, str]:
        wanted = scopes or tuple(Scope)
        now = office.clock.now()
        _, secret = tokens.make(office.store, "crm", wanted, by="an", at=now, life=life)
        return {"authorization": f"Bearer {secret.reveal()}"}

    return made


def test_a_request_is_handed_in_and_followed(
    client: Client, token: Callable[..., dict[str, str]], office: Office
) -> None:
    head = token()
    made = client.post("/api/v1/requests", json=ANNA, headers=head | {"idempotency-key": "1"})
    assert made.status_code == 201
    said = made.json()
    assert (said["status"], said["due"]) == ("identifying", "2027-04-15")
    assert [item["right"] for item in said["items"]] == ["access", "erasure"]
    assert persons_of(office.book, said["request"])[1].name == "Anna Peeters"
    shown = client.get(f"/api/v1/requests/{said['request']}", headers=head)
    assert shown.json() == said
    assert client.get("/api/v1/requests", headers=head).json() == [said]
    assert "Anna" not in made.text


def test_the_same_key_opens_it_once(
    client: Client, token: Callable[..., dict[str, str]], office: Office
) -> None:
    head = token() | {"idempotency-key": "crm-4711"}
    first = client.post("/api/v1/requests", json=ANNA, headers=head)
    again = client.post("/api/v1/requests", json=ANNA, headers=head)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    other = client.post(
        "/api/v1/requests", json=ANNA, headers=token() | {"idempotency-key": "crm-4711"}
    )
    assert other.status_code == 201, "another program's key is another key"
    assert len(office.store.run("requests_open")) == 2


def test_the_term_runs_from_the_arrival(
    client: Client, token: Callable[..., dict[str, str]], office: Office
) -> None:
    head = token() | {"idempotency-key": "1"}
    sunday = (office.clock.now() - timedelta(hours=14)).isoformat()
    early = client.post("/api/v1/requests", json=ANNA | {"arrived": sunday}, headers=head)
    assert early.json()["due"] == "2027-04-14"
    later = (office.clock.now() + timedelta(hours=1)).isoformat()
    head["idempotency-key"] = "2"
    assert (
        client.post("/api/v1/requests", json=ANNA | {"arrived": later}, headers=head).status_code
        == 400
    )
    naive = client.post(
        "/api/v1/requests", json=ANNA | {"arrived": "2027-03-01T10:00:00"}, headers=head
    )
    assert naive.status_code == 400


def test_who_is_signed_in_has_shown_who_they_are_if_the_program_may_say_so(
    client: Client, token: Callable[..., dict[str, str]], office: Office
) -> None:
    signed_in = ANNA | {"persons": [ANNA["persons"][0] | {"signed_in": True}]}
    refused = client.post(
        "/api/v1/requests",
        json=signed_in,
        headers=token(Scope.WRITE_REQUESTS) | {"idempotency-key": "1"},
    )
    assert (refused.status_code, office.store.run("requests_open")) == (403, [])
    vouching = token(Scope.WRITE_REQUESTS, Scope.VOUCH)
    nobody = signed_in | {"persons": [{"name": "Anna Peeters", "signed_in": True}]}
    unnamed = client.post(
        "/api/v1/requests", json=nobody, headers=vouching | {"idempotency-key": "1"}
    )
    assert (unnamed.status_code, office.store.run("requests_open")) == (400, [])
    made = client.post(
        "/api/v1/requests", json=signed_in, headers=vouching | {"idempotency-key": "2"}
    ).json()
    assert made["status"] == "deciding", "nothing more is asked of them (art. 12(6))"
    assert read(office.book, made["request"]).persons[1].shown is Rung.SESSION
    plain = client.post(
        "/api/v1/requests", json=ANNA, headers=vouching | {"idempotency-key": "3"}
    ).json()
    assert plain["status"] == "identifying"


def test_items_are_taken_back_and_a_step_out_of_order_says_its_code(
    client: Client, token: Callable[..., dict[str, str]], office: Office
) -> None:
    request, head = office.arrive(Right.ACCESS), token()
    path = f"/api/v1/requests/{request.id}/withdrawal"
    assert (
        client.post(path, json={"items": [1]}, headers=head).json()["items"][0]["state"]
        == "withdrawn"
    )
    again = client.post(path, json={"items": [1]}, headers=head)
    assert (again.status_code, again.json()["code"]) == (409, "AV684")
    assert again.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("POST", "/api/v1/requests", Scope.WRITE_REQUESTS),
        ("GET", "/api/v1/requests", Scope.READ_REQUESTS),
        ("GET", "/api/v1/requests/request-" + "a" * 26, Scope.READ_REQUESTS),
        ("POST", "/api/v1/requests/request-" + "a" * 26 + "/withdrawal", Scope.WRITE_REQUESTS),
        ("GET", "/api/v1/promises", Scope.READ_PROMISES),
        ("POST", "/api/v1/may-use", Scope.MAY_USE),
    ],
)
def test_every_door_opens_to_its_scope_alone(
    client: Client, token: Callable[..., dict[str, str]], method: str, path: str, scope: Scope
) -> None:
    body = (
        {"json": ANNA if path.endswith("requests") else {"items": [1]}} if method == "POST" else {}
    )
    key = {"idempotency-key": "1"}
    for each in Scope:
        answer = client.request(method, path, headers=token(each) | key, **body)  # type: ignore[arg-type]
        assert (answer.status_code == 403) is (each is not scope), (each, answer.text)
    assert client.request(method, path, headers=key, **body).status_code == 401  # type: ignore[arg-type]


def test_every_route_has_a_scope(client: Client) -> None:
    """A handler that forgets to say what it needs lets nobody in; and none forgets."""
    handlers = [h for route in client.app.routes for h in getattr(route, "route_handlers", [])]
    ours = [h for h in handlers if any(path.startswith("/api/v1") for path in h.paths)]
    asked = [h for h in ours if "OPTIONS" not in h.http_methods]
    assert len(asked) == 6
    assert all(h.opt.get(SCOPE) in set(Scope) for h in asked)


def test_what_ended_lets_nobody_in_and_nothing_tells_why(
    client: Client, token: Callable[..., dict[str, str]], office: Office
) -> None:
    short, ended = token(life=timedelta(hours=1)), token()
    for row in office.store.run("tokens"):
        if row["ends_at"] > office.clock.now() + timedelta(days=1):
            tokens.end(office.store, row["id"], office.clock.now())
    office.clock.move(timedelta(hours=1))
    never = {"authorization": "Bearer avow_" + "x" * 43}
    odd = [{"authorization": "Basic abc"}, {"authorization": "Bearer"}, {"authorization": ""}]
    answers = {
        (a.status_code, a.text, a.headers["www-authenticate"])
        for a in (client.get("/api/v1/requests", headers=h) for h in [short, ended, never, *odd])
    }
    assert len(answers) == 1
    assert answers.pop()[0] == 401


def test_bad_messages_say_what_is_wrong_and_quote_nothing(
    client: Client, token: Callable[..., dict[str, str]]
) -> None:
    head = token() | {"idempotency-key": "1"}
    wrong: list[dict[str, Any]] = [
        {},
        ANNA | {"persons": []},
        ANNA | {"asked": [{"right": "oblivion"}]},
        ANNA | {"asked": [{"right": "access", "person": 2}]},
        ANNA | {"language": "nederlands"},
        ANNA | {"birth_date": "2011-05-05"},
    ]
    for each in wrong:
        answer = client.post("/api/v1/requests", json=each, headers=head)
        assert answer.status_code == 400, each
        assert "anna@" not in answer.text
    no_key = client.post("/api/v1/requests", json=ANNA, headers=token())
    assert no_key.status_code == 400
    missing = client.get("/api/v1/requests/request-" + "b" * 26, headers=head)
    assert (missing.status_code, missing.json()["code"]) == (404, "AV610")
    assert client.get("/api/v1/requests/1;DROP", headers=head).status_code == 404


def test_promises_have_their_word(client: Client, token: Callable[..., dict[str, str]]) -> None:
    found = client.get("/api/v1/promises", headers=token(Scope.READ_PROMISES))
    assert found.json() == []


def test_the_description_is_openapi_3_1_and_needs_no_other_host(
    client: Client, token: Callable[..., dict[str, str]]
) -> None:
    found = client.get("/api/openapi.json", headers=token(Scope.READ_PROMISES))
    described = found.json()
    assert described["openapi"].startswith("3.1")
    assert set(described["paths"]) == {
        "/api/v1/may-use",
        "/api/v1/promises",
        "/api/v1/requests",
        "/api/v1/requests/{name}",
        "/api/v1/requests/{name}/withdrawal",
    }
    assert described["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    page = client.get("/api", headers=token(*Scope))
    assert page.status_code in (403, 404), "no page that fetches scripts from elsewhere"


def test_a_token_ends_within_a_year_and_may_do_something(store: Store) -> None:
    now = datetime(2027, 1, 1, tzinfo=UTC)
    for scopes, life in (((), timedelta(days=1)), (tuple(Scope), timedelta(days=367))):
        with pytest.raises(TokenError, match="AV951"):
            tokens.make(store, "crm", scopes, by="an", at=now, life=life)
    with pytest.raises(TokenError, match="AV951"):
        tokens.end(store, "token-" + "a" * 26, now)


def test_the_token_itself_is_kept_nowhere(
    office: Office, token: Callable[..., dict[str, str]]
) -> None:
    secret = token()["authorization"].partition(" ")[2]
    assert secret.startswith("avow_")
    with office.store.outside() as raw:
        rows = raw.execute("SELECT t::text AS whole FROM avow.api_token AS t").fetchall()
    assert all(secret not in row["whole"] for row in rows)


def test_a_withdrawn_step_is_the_persons_own(
    client: Client, token: Callable[..., dict[str, str]], office: Office
) -> None:
    request = office.arrive(Right.ACCESS)
    client.post(f"/api/v1/requests/{request.id}/withdrawal", json={"items": [1]}, headers=token())
    last = office.store.run("request_steps", ids=[request.id])[-1]
    assert (last["by"], last["name"]) == ("person", "withdrawn-by-person")
    assert steps.read_step(bytes(last["step"])) == steps.WithdrawnByPerson(items=(1,))
