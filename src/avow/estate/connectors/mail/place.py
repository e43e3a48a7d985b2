"""Where messages lie: what a kind of mailbox can do. It knows folders and bytes only."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias

from avow.estate.connectors.catalogue import ColumnKind


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder by its name. `fixed` says why no message can be removed from it alone; empty where
    one can."""

    name: str
    fixed: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as it lies in a folder: `key` names it there beside the folder, `handle` is what
    its place finds it by again. `head` are the bytes of its head."""

    folder: str
    key: tuple[str | int, ...]
    handle: Hashable
    arrived: datetime | None
    size: int
    head: bytes


Letters: TypeAlias = Mapping[Hashable, Letter]
"""The letters of a folder by their handles."""
KeyColumns: TypeAlias = tuple[tuple[str, ColumnKind], ...]
"""The columns that name a message in its folder, with their kinds."""


class Place(Protocol):
    """An open mailbox. Every error is an `Unreachable` or a `Refused` without a name of a folder, a
    file or a person.

    `rewrites`: a removal costs as much as the whole folder, so all rows should go at once.
    `separator` stands between the names of a folder and of one inside it.
    """

    @property
    def key_columns(self) -> KeyColumns: ...
    @property
    def rewrites(self) -> bool: ...
    @property
    def separator(self) -> str: ...

    def folders(self) -> Sequence[Folder]:
        """Every folder, by what the mailbox says of itself. None is opened."""

    def state(self, folder: str) -> Hashable:
        """What is another after any change of the folder."""

    def validity(self, folder: str) -> int | None:
        """What the keys of a folder hold on to: with another number, they name other messages.
        None where keys never come to name others."""

    def read(self, folder: str, known: Letters) -> Letters:
        """The letters of a folder; those that are known are not read again."""

    def content(self, letter: Letter) -> bytes:
        """A whole message, byte for byte. Reading marks nothing as seen."""

    def remove(self, letters: Sequence[Letter], dataset: Mapping[str, str]) -> list[str]:
        """Remove letters for good, folder by folder; returns in words what was not reached.
        `dataset` says under which name a folder may be spoken of. One that is gone already is
        passed over.

        Raises:
            Refused: `lock`, a folder was changed in a way that asks for a new look, before anything
                was removed from it; `lost`, `rights` or `other`, with some letters removed.
        """

    def close(self) -> None:
        """Let it go."""
