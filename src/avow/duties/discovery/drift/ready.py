"""Patches of the data map that are ready: tried on the declaration before they are offered.

A patch that could not be written, or after which the declaration would not load, is not offered.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from avow.declaration.load import Loaded, load_texts
from avow.duties.discovery.drift.change import Change
from avow.duties.discovery.drift.edit import Edit, changed, edits, patch
from avow.duties.discovery.drift.nodes import Unwritable

_TEXT = ".md"


@dataclass(frozen=True, slots=True)
class Ready:
    """The changes that can be made, together and in order; `sources` are the files as they are."""

    changes: Mapping[Change, None]
    sources: Mapping[str, str]

    def whole(self) -> str:
        """All of them as one unified diff, for `git apply` or `patch -p1` in this folder."""
        return self._diff(self.changes)

    def of(self, change: Change | None) -> str:
        """One of them as a unified diff; empty when it is not among them."""
        return self._diff([change]) if change is not None and change in self.changes else ""

    def edits_of(self, change: Change | None) -> dict[str, list[Edit]]:
        """One of them as edits by file; none when it is not among them."""
        is_ready = change is not None and change in self.changes
        return edits(self.sources, [change]) if change is not None and is_ready else {}

    def _diff(self, changes: Iterable[Change]) -> str:
        return patch(self.sources, changed(self.sources, changes), _named)


def ready(loaded: Loaded, changes: Iterable[Change | None]) -> Ready:
    """Those of the changes that fit what is written and leave a declaration that loads."""
    asked = list(dict.fromkeys(change for change in changes if change is not None))
    if _loads(loaded, asked):
        return Ready(dict.fromkeys(asked), loaded.sources)
    kept: list[Change] = []
    for change in asked:
        if _loads(loaded, [*kept, change]):
            kept.append(change)
    return Ready(dict.fromkeys(kept), loaded.sources)


def _loads(loaded: Loaded, changes: Iterable[Change]) -> bool:
    try:
        new = {**loaded.sources, **changed(loaded.sources, changes)}
    except Unwritable:
        return False
    documents = {file: text for file, text in new.items() if not file.endswith(_TEXT)}
    texts = {file: text for file, text in new.items() if file.endswith(_TEXT)}
    return load_texts(documents, texts).declaration is not None


def _named(file: str) -> str:
    """A file as it is called from the folder where the command runs."""
    return Path(os.path.relpath(file)).as_posix()
