"""Clauses 9.6 and 9.7: who objects, or takes consent back, is used no more; `avow verify` sees what
was not ended in time, and what was brought to life again behind the person's back."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

from avow.common.masked import Masked
from avow.engine.facts.standing import Who, note
from avow.faces.cli.main import main
from tests.kept_room import CLAIRE, Kept, made


@pytest.fixture
def shop(
    postgres_url: str, tmp_path: Path, state_url: str, monkeypatch: pytest.MonkeyPatch
) -> Kept:
    return made(postgres_url, tmp_path, state_url, monkeypatch.setenv)


def may(shop: Kept, purpose: str) -> list[bool]:
    """Whether the two persons of the shop may be used for a purpose, as a program asks it."""
    place = ["--state", str(shop.folder / "state"), "--database-url", shop.state]
    words = ["may-use", "shop:public.buyer", "--purpose", purpose, "--as", "mailer"]
    done = CliRunner().invoke(main, [*words, *place], input="1\n2\n")
    assert done.exit_code in (0, 1), (done.output, done.exception)
    return [line == "yes" for line in done.stdout.splitlines()]


def consented(shop: Kept) -> None:
    """Both persons once agreed to the news."""
    with shop.desk() as desk:
        for address in ("p1@example.org", "p2@example.org"):
            who, at = Who("email", Masked(address)), desk.now()
            note(desk.book.runs, desk.book.ring, "consent", who, at=at, code="news", clause="1.a")
    assert may(shop, "news") == [True, True]


def test_marketing_ends_with_the_asking_and_for_nobody_else(shop: Kept) -> None:
    """No reason, no balancing, no proof of identity: the next time somebody asks, the answer is no.
    The row is as it was, and the other person is used as before."""
    consented(shop)
    before = shop.run("SELECT * FROM buyer ORDER BY id")
    request = shop.called("objection-marketing")
    shop.says("request", "object", request, "1", *CLAIRE)
    assert may(shop, "news") == [False, True]
    assert may(shop, "rank") == [True, True]
    assert shop.run("SELECT * FROM buyer ORDER BY id") == before
    assert shop.verified("9.6")["requests.ended"] == "pass"


def test_another_objection_stops_use_at_once_and_ends_it_when_decided(shop: Kept) -> None:
    """Against a legitimate interest: use stands still while somebody weighs it, and ends when it is
    accepted. What rests on the contract goes on."""
    assert may(shop, "rank") == [True, True]
    request = shop.called("objection")
    shop.known(request)
    shop.says("request", "object", request, "1", *CLAIRE)
    assert may(shop, "rank") == [False, True]
    shop.says("request", "decide", request, "1", "--accept", *CLAIRE)
    shop.says("request", "object", request, "1", *CLAIRE)
    assert may(shop, "rank") == [False, True]
    assert may(shop, "sell") == [True, True]
    assert shop.verified("9.6")["requests.ended"] == "pass"


def test_consent_taken_back_ends_what_rests_on_it(shop: Kept) -> None:
    """Nobody decides; the next minute the answer is no. The rest goes on."""
    consented(shop)
    request = shop.called("withdrawal")
    shop.known(request)
    shop.says("request", "withdraw-consent", request, "1", *CLAIRE)
    assert may(shop, "news") == [False, True]
    assert may(shop, "rank") == [True, True]
    assert shop.verified("9.7")["requests.ended"] == "pass"


@pytest.mark.parametrize(
    ("ask", "clause", "command"),
    [("objection-marketing", "9.6", "object"), ("withdrawal", "9.7", "withdraw-consent")],
)
def test_an_end_that_somebody_undid_is_red(shop: Kept, ask: str, clause: str, command: str) -> None:
    """Planted: somebody closes the fact in the state itself, so that the news goes out again."""
    request = shop.called(ask)
    shop.known(request)
    shop.says("request", command, request, "1", *CLAIRE)
    assert shop.verified(clause)["requests.ended"] == "pass"
    shop.own("UPDATE avow.fact SET until = greatest(now(), since) WHERE kind = 'ended'")
    assert shop.verified(clause)["requests.ended"] == "fail"


def test_marketing_that_goes_on_for_an_hour_is_red(shop: Kept) -> None:
    """Planted: they called two hours ago, and nobody carried it out."""
    consented(shop)
    earlier = datetime.now(ZoneInfo("Europe/Brussels")) - timedelta(hours=2)
    shop.called("objection-marketing", at=earlier.strftime("%Y-%m-%dT%H:%M%z"))
    assert may(shop, "news") == [True, True]
    assert shop.verified("9.6")["requests.ended"] == "fail"
