"""`avow publish`, from the proposal to the withdrawal, as persons type it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from avow.common.exits import Exit
from avow.faces.cli import publish_command
from tests.acceptance.notices import WORDS, House, Site

OUTSIDE = Site("https://www.example.org")


@pytest.fixture
def house(tmp_path: Path, state_url: str, monkeypatch: pytest.MonkeyPatch) -> House:
    """A house with a notice that nobody published."""
    monkeypatch.setenv("AVOW_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("AVOW_DATABASE_URL", state_url)
    (tmp_path / "house").mkdir()
    made = House(tmp_path / "house", OUTSIDE, tmp_path / "state", state_url)
    made.write()
    made.texts()
    return made


def test_from_the_proposal_to_the_withdrawal(house: House, tmp_path: Path) -> None:
    """What is shown is what is signed: numbers and digests of every page, who did what."""
    assert "no edition yet" in house.avow("publish").output
    shown = house.avow("publish", str(house.folder), "--by", "claire").output
    assert "1  publication-" in shown
    assert "proposed, waits for a second person" in shown
    assert shown.count("html ") == shown.count("plain") == len(WORDS)
    assert "nl html" in shown
    assert "draft translation" in shown
    (tmp_path / "advice.txt").write_text("Wait for the Dutch translation.")
    advised = house.avow("publish", "--advice", str(tmp_path / "advice.txt"), "--by", "olivier")
    assert "advice of olivier  sha256 " in advised.output
    shown = house.avow("publish", "--approve", "1", "--by", "marc").output
    assert "1  publication-" in shown
    assert "in force" in shown
    assert "proposed by claire, approved by marc" in shown
    assert "its declaration is not the one in force" in shown
    house.avow("publish", "--withdraw", "1", "--by", "claire", "--reason", "The wrong annex.")
    assert "waits for a second person, asked by claire: The wrong annex." in (
        house.avow("publish").output
    )
    assert "withdrawn, stays readable" in (
        house.avow("publish", "--withdraw", "1", "--by", "an").output
    )
    told = re.findall(r"notice-[a-z]+", house.avow("ledger", "show").output)
    assert told == [
        "notice-proposed", "notice-advised", "notice-approved",
        *["notice-published"] * len(WORDS), "notice-withdrawn",
    ]  # fmt: skip
    house.avow("ledger", "verify")


def test_the_advice_can_be_read_again(house: House, tmp_path: Path) -> None:
    name = house.propose()
    (tmp_path / "advice.txt").write_bytes(b"Wait.")
    house.avow("publish", "--advice", str(tmp_path / "advice.txt"), "--by", "olivier")
    house.avow("publish", "--save-advice", str(tmp_path / "saved"), "--on", name)
    (found,) = (tmp_path / "saved").iterdir()
    assert found.read_bytes() == b"Wait."


def test_killed_between_approval_and_publication_it_goes_on(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = house.propose()

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr(publish_command, "publish", dies)
        house.avow("publish", "--approve", name, "--by", "marc", expect=1)
    assert "approve again to go on" in house.avow("publish").output
    with house.served() as client:
        assert client.get("/notice/1/fr/").status_code == 404
    assert "in force" in house.avow("publish", "--approve", name, "--by", "marc").output
    with house.served() as client:
        assert client.get("/notice/1/fr/").status_code == 200


def test_refusals_say_why_and_keep_nothing(house: House) -> None:
    house.texts("privacy@example.org", "{{ address }}")
    refused = house.avow(
        "publish", str(house.folder), "--by", "claire", "--reason", "x", expect=Exit.REFUSED
    )
    assert "AV655" in refused.output
    assert "{{ address }}" in refused.output
    assert json.loads(house.avow("publish", "--json").output) == []
    house.texts()
    name = house.propose()
    assert (
        "AV420"
        in house.avow("publish", "--approve", name, "--by", "claire", expect=Exit.REFUSED).output
    )
    assert (
        "AV420"
        in house.avow("publish", "--approve", name, "--by", "olivier", expect=Exit.REFUSED).output
    )


@pytest.mark.parametrize(
    "words",
    [["--approve", "1"], ["--withdraw", "1", "--approve", "1", "--by", "an"],
     ["--save-advice", "x"]],
)  # fmt: skip
def test_what_is_asked_must_be_clear(words: list[str], house: House) -> None:
    house.avow("publish", *words, expect=Exit.USAGE)


def test_the_whole_state_as_json(house: House) -> None:
    house.publish()
    (said,) = json.loads(house.avow("publish", "--json").output)
    assert (said["version"], said["standing"], said["proposed_by"]) == ("1", "in-force", "claire")
    assert {page["language"] for page in said["pages"]} == set(WORDS)
    assert all(len(page["sha256"]) == 64 for page in said["pages"])
