"""Letters on paper: tagged, with the address in the window, and marked only when they exist."""

from __future__ import annotations

import stat
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from avow.common.masked import Masked
from avow.duties.correspondence.letters import Content, Draft, Letter, State, Words
from avow.duties.correspondence.outbox import tell_ended
from avow.duties.correspondence.paper import (
    PaperError,
    Sheet,
    Window,
    pdf,
    posted,
    print_waiting,
)
from avow.engine.db.store import Store
from avow.engine.evidence.entries import LettersEnded, LettersPosted
from tests.letters_room import NOON, Room

SHEET = Sheet("Example NV, Rue Haute 9, 1000 Bruxelles", "Europe/Brussels")
POSTAL = "Ada Lovelace\nGrote Markt 1 bus 2\n1000 Brussel"
TEXT = """Bonjour,

ce qui change :
 * une durée #import "x"
   plus courte
 * $un$ *autre* @point

Fin
"""


def letter(number: int, language: str = "fr") -> Letter:
    """A letter to be printed."""
    return Letter(
        f"letter-{number}", "notice-change", "x", language, "m", NOON.replace(microsecond=7),
        Content(POSTAL.replace("1 bus 2", f"{number}"), f"Sujet {number}", TEXT),
    )  # fmt: skip


def placed(data: bytes, word: str) -> tuple[float, float]:
    """Where a word begins on its page, in millimetres from the left and from the top."""
    found: list[tuple[float, float]] = []

    def visit(text: str, cm: list[float], tm: list[float], *_: object) -> None:
        if word in text:
            x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
            y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
            found.append((x * 25.4 / 72, 297 - y * 25.4 / 72))

    for page in PdfReader(BytesIO(data)).pages:
        page.extract_text(visitor_text=visit)
    return found[0]


def test_each_letter_has_its_sheet_and_the_file_is_tagged() -> None:
    read = PdfReader(BytesIO(pdf([letter(1), letter(2, "nl")], SHEET)))
    root: Any = read.trailer["/Root"]
    assert len(read.pages) == 2
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712 (an object of the file)
    assert "/StructTreeRoot" in root
    first, second = (page.extract_text() for page in read.pages)
    assert "Sujet 1" in first
    assert "15 mars 2027" in first
    assert "15 maart 2027" in second


def test_what_a_letter_says_is_text_and_never_a_program() -> None:
    """Planted: marks of the language that makes the file."""
    text = PdfReader(BytesIO(pdf([letter(1)], SHEET))).pages[0].extract_text()
    assert 'une durée #import "x" plus courte' in text
    assert "$un$ *autre* @point" in text


@pytest.mark.parametrize(("window", "left"), [(Window.LEFT, 20), (Window.RIGHT, 110)])
def test_the_address_stands_in_the_window(window: Window, left: float) -> None:
    """A window of C5/6 begins 20 mm from the left, or 110, and 45 mm from the top (ISO 269, DIN
    680); the address stays inside its 90 by 45 mm."""
    data = pdf([letter(1)], Sheet(SHEET.sender, SHEET.zone, window))
    x, top = placed(data, "Ada Lovelace")
    _, bottom = placed(data, "1000 Brussel")
    assert left <= x <= left + 5
    assert 45 <= top <= 55
    assert bottom <= 85


@pytest.fixture
def room(store: Store) -> Room:
    """Three persons without a mail address."""
    made = Room(store)
    made.put(
        [Draft(Masked(str(n)), "fr", Words("Sujet", TEXT), postal=Masked(POSTAL)) for n in range(3)]
    )
    return made


def test_printed_then_posted(room: Room, tmp_path: Path) -> None:
    out = tmp_path / "letters.pdf"
    assert print_waiting(room.store, room.ring, SHEET, out, at=NOON) == 3
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert len(PdfReader(out).pages) == 3
    assert room.in_state(State.PRINTED) == 3
    assert print_waiting(room.store, room.ring, SHEET, tmp_path / "more.pdf", at=NOON) == 0
    assert not (tmp_path / "more.pdf").exists()
    assert posted(room.store, "paul", at=NOON, tell=room.tell) == 3
    assert posted(room.store, "paul", at=NOON, tell=room.tell) == 0
    (word,) = [body for body in room.told if isinstance(body, LettersPosted)]
    assert (word.letters, word.by) == (3, "paul")
    tell_ended(room.store, NOON, room.tell)
    (ended,) = [body for body in room.told if isinstance(body, LettersEnded)]
    assert ended.accepted == 3


def test_a_file_that_is_there_is_never_written_over(room: Room, tmp_path: Path) -> None:
    out = tmp_path / "letters.pdf"
    out.write_text("mine")
    with pytest.raises(PaperError, match="AV629"):
        print_waiting(room.store, room.ring, SHEET, out, at=NOON)
    assert out.read_text() == "mine"
    assert room.in_state(State.WAITING) == 3


def test_without_the_extra_it_is_said(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(PaperError, match=r"AV628[\s\S]*avow\[paper\]"):
        print_waiting(room.store, room.ring, SHEET, tmp_path / "x.pdf", at=NOON)
    assert room.in_state(State.WAITING) == 3
