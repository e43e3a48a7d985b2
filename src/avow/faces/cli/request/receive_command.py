"""Enter what persons ask, on whatever channel: mail, letter, telephone, a list."""

from __future__ import annotations

from pathlib import Path

from avow.faces.cli.main import LazyGroup

command = LazyGroup(
    "receive",
    folder=Path(__file__).parent / "receive",
    package="avow.faces.cli.request.receive",
    about="Enter what persons ask, on whatever channel: mail, letter, telephone, a list.",
)
