"""Answer persons: what they asked, whose rows are meant, and how far each request is."""

from __future__ import annotations

from pathlib import Path

from avow.faces.cli.main import LazyGroup

command = LazyGroup(
    "request",
    folder=Path(__file__).parent / "request",
    package="avow.faces.cli.request",
    about="Answer persons: what they asked, whose rows are meant, and how far each request is.",
)
