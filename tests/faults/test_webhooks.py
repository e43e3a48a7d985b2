"""Webhooks: in order, at least once, signed, and with nothing of a person in them."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from avow.duties.requests.words import Right
from avow.engine.db.store import Runs, Store
from avow.engine.evidence.entries import Body
from avow.engine.evidence.ledger import Ledger
from avow.faces.rounds import webhooks
from avow.faces.rounds.webhooks import Origin, WebhookError, client, signature
from tests.requests_room import Office


@dataclass
class Ear:
    """A server that listens: what it heard, and what it answers."""

    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    url: str = ""


@contextmanager
def listening() -> Iterator[Ear]:
    ear = Ear()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            code = ear.answers.pop(0) if ear.answers else 204
            if code < 300:
                ear.heard.append(({k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(code)
            if code == 302:
                self.send_header("location", ear.url)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            del format, args

    server = HTTPServer(("127.0.0.1", 0), Handler)
    ear.url = f"http://127.0.0.1:{server.server_port}/hook"
    beside = Thread(target=server.serve_forever)
    beside.start()
    try:
        yield ear
    finally:
        server.shutdown()
        beside.join()
        server.server_close()


@dataclass
class Told(Office):
    """An office whose ledger is a real one."""

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.store, self.ring, "avow/test")
        self.store.run("ledger_open", origin="avow/test", at=self.clock.now())

    def tell(self, bodies: Sequence[Body], at: datetime, runs: Runs) -> None:
        self.ledger.append(bodies, at, runs=runs)

    def register(self, url: str) -> bytes:
        store, ring, now = self.store, self.ring, self.clock.now()
        _, secret = webhooks.register(store, ring, url, ["request-step"], by="an", at=now)
        return base64.b64decode(secret.reveal().removeprefix("whsec_"))

    def deliver(self) -> str:
        origin = Origin("avow/test", client)
        return webhooks.deliver(self.store, self.ring, self.clock, origin)


@pytest.fixture
def office(store: Store) -> Told:
    return Told(store)


def steps_of(ear: Ear) -> list[tuple[int, str]]:
    bodies = [json.loads(body) for _, body in ear.heard]
    return [(body["number"], body["data"]["step"]) for body in bodies]


def test_what_happens_from_now_on_is_told_in_order_and_once(office: Told) -> None:
    office.arrive(Right.ERASURE)  # before: never told
    with listening() as ear:
        secret = office.register(ear.url)
        request = office.arrive(Right.ACCESS)
        assert office.deliver() == "3 messages taken, 0 addresses refused"
        assert [step for _, step in steps_of(ear)] == ["received", "person-named", "right-asked"]
        assert office.deliver() == "0 messages taken, 0 addresses refused"
        head, body = ear.heard[0]
        said = json.loads(body)
        assert said["type"] == "request-step"
        assert said["data"] == {"request": request.id, "number": 1, "step": "received"}
        wanted = signature(secret, head["webhook-id"], head["webhook-timestamp"], body)
        assert head["webhook-signature"] == wanted
        assert signature(b"x" * 32, head["webhook-id"], head["webhook-timestamp"], body) != wanted
        assert b"anna" not in body.lower()
        assert b"commitment" not in body


def test_what_is_refused_is_told_again_later_and_nothing_overtakes_it(office: Told) -> None:
    with listening() as ear:
        office.register(ear.url)
        office.arrive(Right.ACCESS)
        ear.answers[:] = [204, 500]
        assert office.deliver() == "1 messages taken, 1 addresses refused"
        assert office.deliver() == "0 messages taken, 0 addresses refused", "not before a minute"
        office.clock.move(timedelta(minutes=1))
        assert office.deliver() == "2 messages taken, 0 addresses refused"
        assert [step for _, step in steps_of(ear)] == ["received", "person-named", "right-asked"]


def test_an_address_that_leads_on_or_is_away_holds_no_other_up(office: Told) -> None:
    with listening() as ear, listening() as other:
        office.register(ear.url)
        office.register("http://127.0.0.1:9/nobody")
        office.register(other.url)
        office.arrive(Right.ACCESS)
        ear.answers[:] = [302]
        assert office.deliver() == "3 messages taken, 2 addresses refused"
        assert (len(ear.heard), len(other.heard)) == (0, 3)


def test_a_message_sent_twice_has_the_same_id(office: Told) -> None:
    """The cursor was lost, as by a machine that died between the answer and our note of it."""
    with listening() as ear:
        office.register(ear.url)
        office.arrive(Right.ACCESS)
        office.deliver()
        with office.store.outside() as raw:
            raw.execute("UPDATE avow.webhook SET cursor = -1")
        office.deliver()
        ids = [head["webhook-id"] for head, _ in ear.heard]
        assert ids[:3] == ids[3:]
        assert len(set(ids)) == 3


@pytest.mark.parametrize(
    "url",
    ["http://elsewhere.example/x", "ftp://127.0.0.1/x", "https://u:p@firm.example/", "https:///x"],
)
def test_only_safe_addresses_are_registered(office: Told, url: str) -> None:
    with pytest.raises(WebhookError, match="AV952"):
        office.register(url)


def test_an_ended_address_hears_nothing(office: Told) -> None:
    with listening() as ear:
        office.register(ear.url)
        (row,) = office.store.run("webhooks")
        webhooks.end(office.store, row["id"], office.clock.now())
        office.arrive(Right.ACCESS)
        office.deliver()
        assert ear.heard == []
    with pytest.raises(WebhookError, match="AV952"):
        webhooks.end(office.store, row["id"], office.clock.now())
