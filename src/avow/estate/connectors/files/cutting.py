"""Which bytes of a log stay: its rows are decided in stretches of lines, and never put together.

A stretch in which surely nothing is due (`Glance`) is passed by whole. In all others every line is
matched, and its moment decides where its text can (`Times`); only near the bound, or where more is
asked than the moment, is the row itself asked.
"""

from __future__ import annotations

import io
import os
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from avow.common.clock import Clock
from avow.estate.connectors.base import Refused
from avow.estate.connectors.files import asking
from avow.estate.connectors.files.asking import All, Question, Test
from avow.estate.connectors.files.log_form import Head, LogForm
from avow.estate.connectors.files.log_times import (
    DUE,
    NEAR,
    Find,
    Glance,
    Times,
    finding,
    glance,
    much,
    times,
)
from avow.estate.connectors.files.source import LONGEST_LINE, Source
from avow.estate.datamap.predicates import Until

STRETCH = 256 * 1024
"""Bytes that are decided together."""
MOST = 1_000_000
"""Kept stretches that are remembered: 16 MB. Beyond them the log is decided once more."""

SETTLED = 2
"""Seconds after which the next change of a file shows in its times on every file system."""

Run: TypeAlias = tuple[int, int]
"""Bytes of a file from the first to before the second."""


@dataclass(slots=True)
class Cut:
    """What a question takes out of one log: rows met, and the bytes that stay, in order.

    `kept` are begins and ends, one after the other; None where they were too many to remember.
    `open_end`: the last row goes and has no end of line, so nothing may be appended to it.
    """

    hit: int = 0
    kept: array[int] | None = None
    stay: int = 0
    open_end: bool = False

    @property
    def runs(self) -> Iterator[Run]:
        """The stretches that stay."""
        kept = self.kept if self.kept is not None else array("Q")
        return zip(kept[::2], kept[1::2], strict=True)


def cut(form: LogForm, source: Source, asked: Question, test: Test) -> Cut | None:
    """Decide a whole log for a question; None where its rows have to be read one by one.

    Raises:
        Refused: `form`, a moment cannot be read, or a line is too long.
    """
    if source.packed or not asking.columns(asked) <= set(form.names):
        return None
    return _Cutting(form, source, asked, test).run()


class Cuts:
    """What was decided of logs lately. It holds as long as the question and the file are the same;
    of a file that was written to just now nothing is remembered, since its clock may not have
    moved on."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: dict[tuple[int, ...], tuple[Question, Cut]] = {}

    def of(self, form: LogForm, source: Source, asked: Question, test: Test) -> Cut | None:
        """See `cut`."""
        about = _stamp(source)
        known = self._known.get(about)
        if known is not None and known[0] == asked:
            return known[1]
        settled = self._clock.now().timestamp() - max(about[3:]) / 1e9 > SETTLED
        found = cut(form, source, asked, test)
        if found is not None and found.kept is not None and settled:
            self._known[about] = asked, found
            self._forget()
        return found

    def clear(self) -> None:
        """Forget everything."""
        self._known.clear()

    def _forget(self) -> None:
        """Of what is too much for the memory, the oldest."""
        held = sum(len(c.kept) for _, c in self._known.values() if c.kept is not None)
        while held > 2 * MOST:
            _, old = self._known.pop(next(iter(self._known)))
            held -= len(old.kept) if old.kept is not None else 0


def _stamp(source: Source) -> tuple[int, ...]:
    now = os.fstat(source.fd)
    return (now.st_dev, now.st_ino, source.member.size, now.st_mtime_ns, now.st_ctime_ns)


class _Cutting:
    """One log on its way. `goes`: whether the row that the last line belongs to goes."""

    def __init__(self, form: LogForm, source: Source, asked: Question, test: Test) -> None:
        self.form, self.source, self.test = form, source, test
        self.match = form.pattern.match
        parts = asked.parts if isinstance(asked, All) else (asked,)
        self.times, self.glance, self.group, self.find = _quick(form, parts)
        self.alone = self.times is not None and len(parts) == 1
        self.all = not parts
        self.done, self.kept = Cut(), array("Q")
        self.goes, self.started = False, False

    def run(self) -> Cut:
        at, last = 0, b""
        for stretch in stretches(self.source):
            self._stretch(stretch, at)
            at, last = at + len(stretch), stretch
        self.done.kept = self.kept if len(self.kept) <= 2 * MOST else None
        self.done.open_end = self.goes and not last.endswith(b"\n")
        return self.done

    def _stretch(self, lines: bytes, at: int) -> None:
        if self._stays(lines):
            self.goes = False
            self._keep(at, at + len(lines))
        else:
            self._lines(lines, at)

    def _at_once(self, text: str, lines: int) -> int:
        """What all lines decide, where each begins a row and the moment decides alone."""
        if self.find is None or self.times is None or not self.alone:
            return NEAR
        found = self.find(text)
        return self.times.alike(found) if len(found) == lines else NEAR

    def _stays(self, lines: bytes) -> bool:
        """Whether surely all of it stays."""
        if self.glance is None or not self.started or not self.glance.nothing_due(lines):
            return False
        return not self.goes or self._begins(lines)

    def _begins(self, lines: bytes) -> bool:
        """Whether the first line begins a row."""
        first = lines[: lines.find(b"\n") + 1] or lines
        return self.match(first.decode(self.form.encoding, self.form.errors)) is not None

    def _keep(self, begin: int, end: int) -> None:
        kept = self.kept
        self.done.stay += end - begin
        if kept and kept[-1] == begin:
            kept[-1] = end
        elif len(kept) <= 2 * MOST:
            kept.extend((begin, end))

    # --- line by line --------------------------------------------------------------------

    def _lines(self, stretch: bytes, at: int) -> None:
        text = stretch.decode(self.form.encoding, self.form.errors)
        many = much(stretch, b"\n") + (not stretch.endswith(b"\n"))
        by_all = self._at_once(text, many)
        if by_all != NEAR:
            self._alike(stretch, at, many, by_all)
            return
        lines = split(text)
        found = list(map(self.match, lines))
        said = self._said(found)
        one = said[0] if said else NEAR
        if one != NEAR and said.count(one) == len(said):
            self._alike(stretch, at, len(said), one)
            return
        wide = None if text.isascii() else [
            len(line.encode(self.form.encoding, self.form.errors)) for line in lines
        ]  # fmt: skip
        self._each(lines, found, said, list(map(len, lines)) if wide is None else wide, at)

    def _said(self, found: list[Any]) -> list[int]:
        """What the moment of each line decides, where every line begins a row; else nothing."""
        if None in found:
            return []
        if self.all:
            return [DUE] * len(found)
        if self.times is None:
            return []
        group = self.group
        try:
            said = self.times.decided([row[group] for row in found])
        except TypeError:  # a group that takes no part in the match has no text
            return []
        return said if self.alone else [NEAR if each == DUE else each for each in said]

    def _alike(self, stretch: bytes, at: int, rows: int, said: int) -> None:
        self.started, self.goes = True, said == DUE
        if self.goes:
            self.done.hit += rows
        else:
            self._keep(at, at + len(stretch))

    def _each(
        self, lines: list[str], found: list[Any], said: list[int], wide: list[int], at: int
    ) -> None:
        for number, row in enumerate(found):
            if row is not None:
                decided = said[number] if said else NEAR
                self._row(lines[number], row, decided)
            elif not self.started:
                self._row(lines[number], Head(), NEAR)
            end = at + wide[number]
            if not self.goes:
                self._keep(at, end)
            at = end

    def _row(self, line: str, row: object, said: int) -> None:
        self.started = True
        self.goes = self.test((line, row)) if said == NEAR else said == DUE
        self.done.hit += self.goes


def _quick(
    form: LogForm, parts: tuple[Question, ...]
) -> tuple[Times | None, Glance | None, int, Find | None]:
    """The first of the parts, all of which have to hold, that texts of moments can decide."""
    for part in parts:
        if isinstance(part, Until) and part.field in form.cells:
            cell = form.cells[part.field]
            known = times(cell, part)
            if known is not None:
                ahead = glance(form.pattern, part.field, cell, part)
                group = form.pattern.groupindex[part.field]
                return known, ahead, group, finding(form.pattern, part.field)
    return None, None, 0, None


def split(text: str) -> list[str]:
    """The lines of a text with their ends; nothing but a line feed ends one."""
    return list(io.StringIO(text, newline="\n"))


def stretches(source: Source, begin: int = 0, end: int | None = None) -> Iterator[bytes]:
    """The bytes of a plain file between two places, in pieces that end with a line, but for the
    last one.

    Raises:
        Refused: `form`, a line is too long; `lost`, the file cannot be read.
    """
    at, until, left = begin, source.member.size if end is None else end, bytearray()
    while at < until:
        block = _read(source, at, min(STRETCH, until - at))
        if not block:
            break
        at += len(block)
        whole = block.rfind(b"\n") + 1
        if whole and left:
            yield bytes(left) + block[:whole]
        elif whole:
            yield block[:whole]
        if whole:
            left.clear()
        left += block[whole:]
        if len(left) > LONGEST_LINE:
            raise Refused("form", source.dataset, "a line that is too long")
    if left:
        yield bytes(left)


def _read(source: Source, at: int, size: int) -> bytes:
    try:
        return os.pread(source.fd, size, at)
    except OSError:
        raise Refused("lost", source.dataset, "a file cannot be read") from None
