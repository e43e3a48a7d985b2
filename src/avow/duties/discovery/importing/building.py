"""A source put together from the stretches of a structured file."""

from __future__ import annotations

from dataclasses import dataclass, field

from avow.duties.discovery.importing.model import Hint, Piece, Source, Span, Unread
from avow.duties.discovery.importing.plain import LOST, normalised
from avow.duties.discovery.importing.refused import refuse

_LONGEST = 4_000_000
"""Characters after which building stops: more is refused anyway, and memory is finite."""


@dataclass
class Builder:
    """Grows the text; stretches are one to a line."""

    texts: list[str] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    length: int = 0
    lost: int = 0

    def add(self, text: str, hint: Hint = Hint.NONE, level: int = 0, label: str = "") -> None:
        """One stretch; empty ones are left out.

        Raises:
            NotImported: AV155, the text is too long for a statement.
        """
        clean, lost = normalised(" ".join(text.split()))
        if not clean:
            return
        self.pieces.append(Piece(Span(self.length, self.length + len(clean)), hint, level, label))
        self.texts.append(clean)
        self.length += len(clean) + 1
        self.lost += lost
        if self.length > _LONGEST:
            raise refuse("AV155", "the text is too long for a statement")

    def source(self, form: str, unread: tuple[Unread, ...]) -> Source:
        """What was built.

        Raises:
            NotImported: AV151, there is no text.
        """
        if not self.texts:
            raise refuse("AV151", "the file holds no text")
        if self.lost:
            unread = (*unread, Unread(f"{self.lost:,} characters", f"shown as {LOST}"))
        return Source(form, "\n".join(self.texts) + "\n", tuple(self.pieces), (), unread)
