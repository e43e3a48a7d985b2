"""Labels of lists and headings: `a.`, `iv)`, `3.2`, and which one follows which."""

from __future__ import annotations

import re
from enum import StrEnum

_ROMANS = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"),
           (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
BULLETS = "●•▪■◦‣·○➢➤✓✔∙"
_ITEM = re.compile(
    rf"\(?(?P<label>[a-z]|[ivxl]{{1,7}}|[A-Z]|[IVXL]{{1,6}}|\d{{1,2}})[.)]\s+(?=\S)"
    rf"|(?P<bullet>[{BULLETS}])\s*(?=\S)|(?P<dash>[-–—*o])\s+(?=\S)"
)
_HEADING = re.compile(
    r"(?:(?:article|artikel|section|sectie|chapter|chapitre|hoofdstuk|art\.?|§)\s*)?"
    r"(?P<label>\d{1,2}(?:\.\d{1,2}){0,3}|[IVX]{1,6})(?P<dot>[.):]?)\s*[-–—:]?\s+(?P<title>\S.*)",
    re.IGNORECASE,
)


class Sort(StrEnum):
    """The sort of a list: what counts its items."""

    LETTER = "letter"
    ROMAN = "roman"
    NUMBER = "number"
    BULLET = "bullet"


def roman(number: int) -> str:
    """A number in lower-case roman figures; 0 is empty."""
    said = ""
    for value, letters in _ROMANS:
        count, number = divmod(number, value)
        said += letters * count
    return said


_FIGURES = {roman(number): number for number in range(1, 90)}


def letter(number: int) -> str:
    """1 is a, 27 is aa."""
    said = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        said = chr(ord("a") + rest) + said
    return said


def shown(kind: str, number: int) -> str:
    """The label of the item of a list of HTML or docx; bullets have none."""
    if not kind or number < 1:
        return ""
    if kind in "aA":
        return letter(number)
    return roman(number) if kind in "iI" else str(number)


def item_label(line: str) -> tuple[str, int] | None:
    """The label that an item of a list begins with, empty for a bullet, and its length in
    characters; None where the line begins with none."""
    found = _ITEM.match(line)
    if found is None:
        return None
    return (found["label"] or "").lower(), found.end()


def heading_label(line: str) -> tuple[str, str, str] | None:
    """(`3.2`, what follows the number, the title) of a line that may be a numbered heading."""
    found = _HEADING.match(line)
    if found is None or not _is_title(found["title"]):
        return None
    label = found["label"]
    if label[0] in "ivx":
        return None
    return label, found["dot"], found["title"]


def _is_title(title: str) -> bool:
    first = next((c for c in title if c.isalnum()), "")
    return first.isupper() and len(title) <= 120 and title.rstrip()[-1] not in ".;,:"


def readings(label: str) -> list[tuple[Sort, int]]:
    """What a label may count as: `i` is the ninth letter and the first roman figure."""
    if not label:
        return [(Sort.BULLET, 0)]
    if label.isdigit():
        return [(Sort.NUMBER, int(label))]
    found = []
    figure = _FIGURES.get(label, 0)
    if figure:
        found.append((Sort.ROMAN, figure))
    if len(label) == 1:
        found.append((Sort.LETTER, ord(label) - ord("a") + 1))
    return found


def rank(label: str) -> tuple[int, ...]:
    """The numbers of a heading's label, to be compared: `3.2` is (3, 2), `IV` is (4,)."""
    if label[0].isdigit():
        return tuple(int(part) for part in label.split("."))
    return (_FIGURES.get(label.lower(), 0),)


def follows(before: tuple[int, ...] | None, now: tuple[int, ...]) -> bool:
    """Whether a heading's label can come after another: the next of the same or of an outer level
    (one may be left out), or the first below."""
    if before is None:
        return now[0] <= 1 and len(now) <= 2
    if len(now) > len(before):
        return (
            now[: len(before)] == before and now[len(before)] <= 1 and len(now) == len(before) + 1
        )
    same, last = now[:-1] == before[: len(now) - 1], before[len(now) - 1]
    return same and last < now[-1] <= last + 2
