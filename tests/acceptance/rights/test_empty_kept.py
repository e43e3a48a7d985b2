"""A world in which nothing was asked and nothing is held: each promise of sections 9 and 10, of
3.3-P, 6.a and 6.0-2 has its word without an error, and none is called kept by somebody who could
not look."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.kept_room import Kept, made
from tests.verified_room import KEPT, UNENFORCED, UNKNOWN

BY_REQUESTS = (
    "3.3-P", "6.a", "6.0-2", "9.1", "9.2", "9.3", "9.4", "9.5", "9.6", "9.7", "9.9", "9.10-a",
    "9.10-b", "9.10-c", "10.2",
)  # fmt: skip
BLIND = {"9.11": "the link of the authority is not reached", "10.1": "no mailbox is read"}
NOBODY_LOOKS = "9.8"


@pytest.fixture
def shop(
    postgres_url: str, tmp_path: Path, state_url: str, monkeypatch: pytest.MonkeyPatch
) -> Kept:
    return made(postgres_url, tmp_path, state_url, monkeypatch.setenv)


def words(shop: Kept) -> dict[str, str]:
    """The word of each promise, as `avow status` says it."""
    said = shop.says("status", str(shop.folder / "declaration"), "--json", ends=None)
    return {each["clause"]: each["status"] for each in json.loads(said.stdout)["promises"]}


@pytest.mark.parametrize("rows", ["some", "none"])
def test_with_no_request_every_promise_says_what_is_true(shop: Kept, rows: str) -> None:
    if rows == "none":
        shop.run("TRUNCATE buyer, message")
    looked = shop.looked()
    found = looked.words()
    assert {clause: found[clause] for clause in BY_REQUESTS} == dict.fromkeys(BY_REQUESTS, KEPT)
    assert {clause: found[clause] for clause in BLIND} == dict.fromkeys(BLIND, UNKNOWN)
    assert NOBODY_LOOKS not in found
    assert looked.unexplained() == set()
    status = words(shop)
    assert {status[clause] for clause in BY_REQUESTS if clause != "3.3-P"} == {KEPT}
    assert status["3.3-P"] == UNKNOWN, (
        "nothing is held for others in which a crossing would be seen"
    )
    assert status[NOBODY_LOOKS] == UNENFORCED
