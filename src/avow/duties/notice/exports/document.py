"""What an export gives: files with their hashes, and what the format could not say."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Loss:
    """Something that the declaration says and a format has no place for, or that the format asks
    for and the declaration does not say. `about` names the ids concerned; empty means all of it."""

    what: str
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exported:
    """One file of an export: its name without folder, and its bytes."""

    name: str
    content: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Export:
    """All files of an export, with what is lost in them."""

    files: tuple[Exported, ...]
    losses: tuple[Loss, ...]


def as_json(value: object) -> bytes:
    """JSON for people and for hashes: keys in the order given, text not escaped, one line end."""
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
