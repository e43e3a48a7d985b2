"""What turns a declaration into pages; handed in, so that publishing knows nothing of layout."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from avow.declaration.model import Declaration


class Renderer(Protocol):
    """Renders the notice of a declaration in a language. The same input gives the same words."""

    def html(self, declaration: Declaration, language: str, day: date) -> bytes:
        """The page, whole: it needs nothing else to be read."""
        ...

    def pdf(self, declaration: Declaration, language: str, day: date) -> bytes | None:
        """The same as a PDF document; None where there is none."""
        ...
