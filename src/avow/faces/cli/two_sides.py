"""The two declarations that a command compares: a folder, a file, a release or an edition."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from avow.app import open_state
from avow.declaration.model import Declaration
from avow.duties.notice.publishing.records import edition
from avow.engine.db.store import Runs
from avow.engine.planner.release import known_releases, released
from avow.faces.cli.opened import sound

_SHORTEST = 6
"""Digits of a digest that name a release."""


def declarations(
    names: Sequence[str], folder: Path, database_url: str | None
) -> tuple[Declaration, ...]:
    """The declarations of these names; the state is opened only where one is a release."""
    if all(Path(name).exists() for name in names):
        return tuple(sound(Path(name))[0] for name in names)
    with open_state(folder, database_url) as state:
        return tuple(declaration_of(state.store, name) for name in names)


def declaration_of(runs: Runs, name: str) -> Declaration:
    """One declaration: of a path that exists, of a release whose digest begins so, or of an edition
    of the notice by its id.

    Raises:
        click.UsageError: there is none, or several releases begin so.
        PublishingError: AV666, there is no such edition.
    """
    path = Path(name)
    if path.exists():
        return sound(path)[0]
    if name.startswith("publication-"):
        return released(runs, edition(runs, name).release)
    digits = name.removeprefix("sha256:").lower()
    found = [d for d in known_releases(runs) if d.startswith(digits)]
    if len(digits) < _SHORTEST or not found:
        raise click.UsageError(f"`{name}` is no folder, no file and no release that was taken in")
    if len(found) > 1:
        raise click.UsageError(f"{len(found)} releases begin with `{name}`; write more of it")
    return released(runs, found[0])
