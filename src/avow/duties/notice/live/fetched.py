"""What a reader of pages answers: handed in, so that no duty opens a connection by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page as it was read: the status of the server, the bytes, and the address at which it
    stood in the end. `why` says why there is none; then the status is 0."""

    address: str
    status: int = 0
    content: bytes = b""
    why: str = ""

    @property
    def is_read(self) -> bool:
        """Whether the page itself was read."""
        return self.status == 200

    @property
    def is_absent(self) -> bool:
        """Whether the server answered that nothing stands there."""
        return self.status in (404, 410)

    @property
    def text(self) -> str:
        """The content as text; what is no UTF-8 is replaced and cannot match anything."""
        return self.content.decode("utf-8", errors="replace")


Reads = Callable[[str], Fetched]
"""Reads the page at an address. Never raises: what cannot be read says why."""
