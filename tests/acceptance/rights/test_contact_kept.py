"""Clauses 9.9 and 10.2: whoever writes, by mail or by letter, is a request from the day it arrives
and hears of it; `avow verify` sees who heard nothing, what nobody sorted, and a letter that lay
in a tray. (The mailbox of 10.1 has its scenario with a real IMAP server: `test_intake_command`.)"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.kept_room import CLAIRE, WHO, Kept, made
from tests.post_office import PostOffice, post_office
from tests.today import today

MAIL = """\
From: One <p1@example.org>
To: privacy@shop.example
Message-ID: <1@mail.example>
Subject: my data
Content-Type: text/plain; charset=utf-8

Please send me a copy of my personal data.
"""


@pytest.fixture
def shop(
    postgres_url: str, tmp_path: Path, state_url: str, monkeypatch: pytest.MonkeyPatch
) -> Kept:
    return made(postgres_url, tmp_path, state_url, monkeypatch.setenv)


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as open_one:
        yield open_one


def mailed(shop: Kept, *more: str) -> None:
    """The first person writes to somebody of sales, who hands the message on."""
    shop.says("request", "receive", "mail", shop.file("mail.eml", MAIL), *CLAIRE, *more)


def lettered(shop: Kept, days: int = 0) -> None:
    """A letter of the first person, signed and dated, that came so many days ago."""
    who, scan = shop.file("who.json", json.dumps(WHO)), shop.file("scan.pdf", "%PDF-1.7")
    came = (today() - timedelta(days=days)).isoformat()
    shop.says("request", "receive", "letter", "--arrived", came, "--dated", came, "--signed",
              "--scan", scan, "--who", who, "--ask", "access", *CLAIRE)  # fmt: skip


def heard(shop: Kept, office: PostOffice) -> list[str]:
    """Who got a letter, after those that wait were sent."""
    shop.says("letters", "--send", "--smtp-url", f"smtp://127.0.0.1:{office.port}")
    return office.recipients


def test_who_writes_to_anybody_is_a_request_and_hears_of_it(shop: Kept, office: PostOffice) -> None:
    """No form, no word of law, no special address: the right is recognised, the letter names the
    last day."""
    mailed(shop)
    (request,) = json.loads(shop.says("request", "list", "--json").output)
    assert request["rights"] == ["access"]
    assert heard(shop, office) == ["p1@example.org"]
    assert request["request"] in office.messages[0]["Subject"].replace("\r\n ", "")
    found = shop.verified("9.9")
    assert (found["requests.acknowledged"], found["requests.sorted"]) == ("pass", "pass")


def test_who_heard_nothing_is_red(shop: Kept, office: PostOffice) -> None:
    """Planted: the letter that says it arrived waits since two days, because nobody sends."""
    mailed(shop)
    assert shop.verified("9.9")["requests.acknowledged"] == "pass", "there are hours left"
    shop.own("UPDATE avow.request SET arrived_at = arrived_at - interval '2 days'")
    assert shop.verified("9.9")["requests.acknowledged"] == "fail"
    assert office.recipients == []


def test_what_nobody_sorted_is_red(shop: Kept) -> None:
    """Planted: a message says nothing clear, and lies there for two weeks."""
    text = MAIL.replace("Please send me a copy of my personal data.", "Could you help me?")
    shop.says("request", "receive", "mail", shop.file("mail.eml", text), *CLAIRE)
    assert shop.verified("9.9")["requests.sorted"] == "pass"
    shop.own("UPDATE avow.request SET arrived_on = arrived_on - 14")
    assert shop.verified("9.9")["requests.sorted"] == "fail"


def test_a_letter_is_a_request_on_the_day_it_comes(shop: Kept, office: PostOffice) -> None:
    """The scan lies sealed with the request, the term counts from the stamp, and the person hears
    of it."""
    lettered(shop)
    (request,) = json.loads(shop.says("request", "list", "--json").output)
    assert (request["channel"], request["arrived"]) == ("letter", today().isoformat())
    assert heard(shop, office) == ["p1@example.org"]
    assert shop.verified("10.2")["requests.letters"] == "pass"


def test_a_letter_that_lay_in_a_tray_is_red(shop: Kept) -> None:
    """Planted: it was stamped ten days ago and entered today."""
    lettered(shop, days=10)
    found = shop.verified("10.2")
    assert found["requests.letters"] == "fail"
    assert found["requests.letter-late"] == "fail"
