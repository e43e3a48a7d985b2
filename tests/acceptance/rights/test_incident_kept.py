"""Clause 6.0-2, the part of the register: whatever goes astray is written down, judged within a
day, and told within 72 hours; `avow verify` sees what nobody judged and who was told late. A letter
that reached the wrong person is such an incident by itself."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.kept_room import CLAIRE, Kept, made


@pytest.fixture
def shop(
    postgres_url: str, tmp_path: Path, state_url: str, monkeypatch: pytest.MonkeyPatch
) -> Kept:
    return made(postgres_url, tmp_path, state_url, monkeypatch.setenv)


def reported(shop: Kept) -> str:
    """Somebody says that a list lay open; nothing more is a condition."""
    words = shop.file("what.txt", "a list of buyers lay on the printer of the third floor")
    out = shop.says("incident", "report", "--nature", "confidentiality", "--words", words,
                    "--as", "marc").output  # fmt: skip
    return next(word.strip("`:,.") for word in out.split() if word.startswith("incident-"))


def said(shop: Kept, *words: str, text: str = "") -> None:
    """One step about an incident, with what is said of it."""
    more = ("--words", shop.file("words.txt", text)) if text else ()
    shop.says("incident", *words, *more, *CLAIRE)


def status(shop: Kept) -> str:
    """The word of the promise on the page of promises."""
    folder = str(shop.folder / "declaration")
    shown = json.loads(shop.says("status", folder, "--json", ends=None).stdout)
    return next(str(p["status"]) for p in shown["promises"] if p["clause"] == "6.0-2")


def test_an_incident_is_judged_and_told_and_the_promise_is_kept(shop: Kept) -> None:
    """From the report to the end: who is concerned is counted from the live rows, the notification
    holds every element of art. 33(3), and nobody's name is in it."""
    incident = reported(shop)
    said(shop, "known", incident)
    said(shop, "scope", incident, "--system", "shop")
    said(shop, "decide", incident, "risk", text="addresses of buyers, on paper, for an hour")
    out = shop.folder / "told.txt"
    done = shop.file("done.txt", "the list was burnt; the printer asks for a badge")
    shop.says("incident", "notify", incident, "--measures", done, "--language", "en",
              "--out", str(out))  # fmt: skip
    told = out.read_text()
    assert "2" in told, "both buyers are counted"
    assert "example.org" not in told
    said(shop, "told", incident, "authority")
    said(shop, "close", incident, text="a job without a badge; it needs one now")
    assert shop.verified("6.0-2") == {"incidents.in-time": "pass"}
    assert status(shop) == "kept"


def test_a_report_that_nobody_judged_within_a_day_is_red(shop: Kept) -> None:
    """Planted: it was reported two days ago, and lies there."""
    reported(shop)
    assert shop.verified("6.0-2")["incidents.in-time"] == "pass"
    shop.own("UPDATE avow.incident_step SET at = at - interval '2 days'")
    assert shop.verified("6.0-2")["incidents.in-time"] == "fail"
    assert status(shop) == "broken"


def test_an_authority_that_is_not_told_within_72_hours_is_red_for_good(shop: Kept) -> None:
    """Planted: known since four days. Told late, with the reasons, it stays a case."""
    incident = reported(shop)
    since = datetime.now(UTC) - timedelta(days=4)
    shop.own("UPDATE avow.incident_step SET at = at - interval '5 days'")
    said(shop, "known", incident, "--since", since.strftime("%Y-%m-%dT%H:%M:%S"))
    said(shop, "scope", incident, "--system", "shop")
    said(shop, "decide", incident, "risk", text="addresses of buyers")
    assert shop.verified("6.0-2")["incidents.in-time"] == "fail"
    said(shop, "told", incident, "authority", text="the one who knew was ill")
    found = shop.verified("6.0-2")
    assert found["incidents.in-time"] == "pass"
    assert found["incidents.late"] == "fail"
    assert status(shop) == "broken"
