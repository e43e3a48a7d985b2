"""Two editions side by side, clause by clause, in words: what was added, removed and changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from avow.duties.notice.publishing.plain import parts_of

_WORDS = re.compile(r"\s+|[^\s]+")


class Fate(StrEnum):
    """What became of a part of the text."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class Mark(StrEnum):
    """What became of some words."""

    SAME = "same"
    NEW = "new"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Words:
    """Some words that stand together, and what became of them."""

    mark: Mark
    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the notice that is not as it was: a clause, or the title and opening of a section
    (its id begins with `# `)."""

    id: str
    fate: Fate
    words: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """Two texts of a notice: what is not as it was, in the order of the new one, and how many
    parts stayed."""

    parts: tuple[Part, ...]
    same: int

    def count(self, fate: Fate) -> int:
        """How many parts came, went or changed."""
        return sum(part.fate is fate for part in self.parts)


def compare(old: str, new: str) -> Compared:
    """Compare two canonical texts. What only moved is not told: order is no promise."""
    before, after = parts_of(old), parts_of(new)
    parts = tuple(_parts(before, after))
    return Compared(parts, len(before.keys() & after.keys()) - _changed(parts))


def _changed(parts: tuple[Part, ...]) -> int:
    return sum(part.fate is Fate.CHANGED for part in parts)


def _parts(before: dict[str, str], after: dict[str, str]) -> Iterator[Part]:
    for id_ in _in_order(list(before), list(after)):
        old, new = before.get(id_), after.get(id_)
        if old is None:
            yield Part(id_, Fate.ADDED, (Words(Mark.NEW, new or ""),))
        elif new is None:
            yield Part(id_, Fate.REMOVED, (Words(Mark.GONE, old),))
        elif old != new:
            yield Part(id_, Fate.CHANGED, in_words(old, new))


def _in_order(before: list[str], after: list[str]) -> list[str]:
    """Every id once, as in the new text; each that is gone stands after what it followed."""
    order = list(after)
    place = -1
    for id_ in before:
        if id_ in order:
            place = order.index(id_)
        else:
            place += 1
            order.insert(place, id_)
    return order


def in_words(old: str, new: str) -> tuple[Words, ...]:
    """What became of each word. The words that are not gone are the new text, those that are not
    new the old one."""
    a, b = _WORDS.findall(old), _WORDS.findall(new)
    found: list[Words] = []
    for tag, i, j, k, m in SequenceMatcher(a=a, b=b, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Words(Mark.SAME, "".join(b[k:m])))
            continue
        if j > i:
            found.append(Words(Mark.GONE, "".join(a[i:j])))
        if m > k:
            found.append(Words(Mark.NEW, "".join(b[k:m])))
    return tuple(_without_islands(found))


def _without_islands(found: list[Words]) -> Iterator[Words]:
    """Join changes that only a space parts: `<del>one two</del>` reads better than two of them."""
    gone, new = "", ""
    for at, words in enumerate(found):
        is_between = 0 < at < len(found) - 1
        if words.mark is Mark.SAME and not (is_between and words.text.isspace()):
            yield from _flushed(gone, new)
            gone, new = "", ""
            yield words
        else:
            gone += words.text if words.mark is not Mark.NEW else ""
            new += words.text if words.mark is not Mark.GONE else ""
    yield from _flushed(gone, new)


def _flushed(gone: str, new: str) -> Iterator[Words]:
    if gone:
        yield Words(Mark.GONE, gone)
    if new:
        yield Words(Mark.NEW, new)
