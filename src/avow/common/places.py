"""Places in a document: file, line, column and width, so that a finding can point at its cause."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A span on one line of a file. `line` and `column` count from 1; `width` is in characters."""

    file: str
    line: int
    column: int
    width: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


NOWHERE = Place("", 0, 0, 0)
"""The place of things that were made in memory and stand in no document."""
