"""One open file as it was when it was opened: later growth is not seen by its readers."""

from __future__ import annotations

import gzip
import io
import os
import zlib
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, TextIO, cast

from avow.estate.connectors.base import Refused
from avow.estate.connectors.files.root import Member

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

LONGEST_LINE = 64 * 1024 * 1024
"""Characters of a line; a longer one is refused, so that no row can fill the memory."""
_BLOCK = 1024 * 1024


class Stretch(io.RawIOBase):
    """The first `size` bytes of an open file, with a position of its own."""

    def __init__(self, fd: int, size: int) -> None:
        super().__init__()
        self._fd, self._size, self._at = fd, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)
        wanted = view[: max(0, self._size - self._at)]
        read = os.preadv(self._fd, [wanted], self._at) if len(wanted) else 0
        self._at += read
        return read

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        return self._at


class Source:
    """An open member of a dataset. It is read as often as needed, always the same bytes."""

    def __init__(self, fd: int, member: Member, dataset: str, *, packed: bool) -> None:
        self.fd, self.member, self.dataset = fd, member, dataset
        self.packed = packed

    def close(self) -> None:
        """Let go of the file."""
        os.close(self.fd)

    def stretch(self) -> Stretch:
        """Its bytes as they lie on the disk."""
        return Stretch(self.fd, self.member.size)

    def binary(self) -> BinaryIO:
        """Its bytes from the beginning, unpacked."""
        buffered = io.BufferedReader(self.stretch(), _BLOCK)
        return cast("BinaryIO", gzip.GzipFile(fileobj=buffered)) if self.packed else buffered

    def text(self, encoding: str, errors: str) -> TextIO:
        """Its text; only a line feed ends a line, and nothing is translated."""
        return io.TextIOWrapper(self.binary(), encoding, errors, newline="\n")

    def lines(self, encoding: str, errors: str = "strict") -> Iterator[str]:
        """Its lines with their ends.

        Raises:
            Refused: `form`: the text is not in this encoding, a line is too long, or what is
                packed cannot be unpacked.
        """
        with self.text(encoding, errors) as text:
            try:
                for line in iter(partial(text.readline, LONGEST_LINE), ""):
                    if len(line) == LONGEST_LINE:
                        raise Refused("form", self.dataset, "a line that is too long")
                    yield line
            except UnicodeDecodeError:
                raise Refused("form", self.dataset, "a text in another encoding") from None
            except (EOFError, gzip.BadGzipFile, zlib.error):
                raise Refused("form", self.dataset, "a damaged gzip file") from None
            except OSError:
                raise Refused("lost", self.dataset, "a file cannot be read") from None
