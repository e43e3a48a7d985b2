"""The phrases of answers: every one in every language, with the same facts, and none left over."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import avow
from avow.common.languages import LANGUAGES
from avow.duties.requests.answering.saying import phrases

FACT = re.compile(r"\{\w+\}")
ROOM = Path(str(avow.__file__)).parent / "duties" / "requests" / "answering"
ROOMS = (ROOM, ROOM.with_name("telling"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_the_same_things(language: str) -> None:
    mine, english = phrases(language), phrases("en")
    assert mine.keys() == english.keys()
    for key, phrase in mine.items():
        assert phrase.strip(), key
        assert set(FACT.findall(phrase)) == set(FACT.findall(english[key])), key


def test_no_phrase_is_left_over() -> None:
    """Each key stands in the code, or is made there from a word of a closed list."""
    code = "\n".join(
        path.read_text(encoding="utf-8") for room in ROOMS for path in room.glob("*.py")
    )
    made = ("basis_", "given_", "reason_", "role_", "status_", "tool_")
    unsaid = [
        k
        for k in phrases("en")
        if not re.search(rf"[\"']{k}[\"']", code) and not k.startswith(made)
    ]
    assert unsaid == []
