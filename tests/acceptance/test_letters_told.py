"""From a published edition to a promise that is kept: told from a whole list, sent, and counted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.test_tell_command import avow, home
from tests.post_office import PostOffice, post_office

__all__ = ["home"]
TELL = ("tell", "2", "--enqueue", "--by", "paul", "--pages", "https://shop.example")


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as made:
        yield made


def standing() -> dict[str, object]:
    """The one change that persons are told of."""
    (found,) = json.loads(avow("letters", "--told", "--json").output)
    return dict(found)


def test_a_list_without_a_system_is_not_whole_and_goes_on_when_it_is_back(
    home: Path,
    office: PostOffice,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Planted: the shop is away. Nobody may say that everybody was told; with the shop back and
    the letters taken, everybody has a letter or a reason."""
    shop = home / "shop.db"
    monkeypatch.setenv("SHOP", str(home / "nowhere" / "shop.db"))
    avow(*TELL, expect=4)
    assert standing()["complete"] is False
    monkeypatch.setenv("SHOP", str(shop))
    avow(*TELL)
    avow("letters", "--send", "--smtp-url", f"smtp://127.0.0.1:{office.port}")
    told = standing()
    assert (told["complete"], told["own_letter_taken"]) == (True, True)
    assert isinstance(told["persons"], list)
    counts = {(p["state"], p["reason"]): p["persons"] for p in told["persons"]}
    assert counts == {("none", "group-mailbox"): 1, ("none", "no-address"): 1, ("sent", ""): 3}
    assert len(office.taken) == 4
    letter = office.messages[-1].get_payload(decode=True)
    assert isinstance(letter, bytes)
    assert b"https://shop.example/notice/1/2/" in letter
