"""A file is read in a process of its own, with bounded memory and time: it may be anything.

The parent sends the content, and gets either what was imported or why nothing was.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec

from avow.common.errors import AvowError
from avow.duties.discovery.importing.formats import read
from avow.duties.discovery.importing.model import Imported
from avow.duties.discovery.importing.proposing import imported
from avow.duties.discovery.importing.refused import NotImported, refuse

MOST_BYTES = 64_000_000
MEMORY = 1_000_000_000
"""Bytes of address space of the process that reads."""
SECONDS = 60
_MODULE = "avow.duties.discovery.importing.child"
_FULL = 77
"""The exit code of a reader that has no memory left."""


class Answer(msgspec.Struct):
    """What a reader answers: what was imported, or the parts of a refusal."""

    imported: Imported | None = None
    refusal: tuple[str, str, str, str] | None = None


def read_apart(
    content: bytes, name: str, language: str | None = None, *, seconds: float = SECONDS
) -> Imported:
    """The statement in a file's content, read in a process of its own.

    Raises:
        NotImported: AV150 too large, AV157 stopped by its bounds, and what reading itself refuses.
    """
    if len(content) > MOST_BYTES:
        raise refuse(
            "AV150",
            f"the file has {len(content) // 1_000_000:,} MB",
            f"{MOST_BYTES // 1_000_000} MB are read at most",
        )
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as said:
        given.write(content)
        given.seek(0)
        words = [sys.executable, "-m", _MODULE, name, language or "-", str(int(seconds) + 1)]
        code = _run(words, given.fileno(), said.fileno(), seconds)
        said.seek(0)
        return _answered(code, said.read())


def _run(words: list[str], given: int, said: int, seconds: float) -> int | None:
    """The exit code, None when the time was over."""
    path = os.pathsep.join(entry for entry in sys.path if entry)
    try:
        done = subprocess.run(  # noqa: S603  # fixed words, no shell
            words,
            stdin=given,
            stdout=said,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
            env={**os.environ, "PYTHONPATH": path},
        )
    except subprocess.TimeoutExpired:
        return None
    return done.returncode


def _answered(code: int | None, said: bytes) -> Imported:
    if code is None:
        raise _stopped(f"it was not read in {SECONDS} seconds")
    if code == _FULL:
        raise _stopped(f"it asks for more than {MEMORY // 1_000_000:,} MB of memory")
    if code == -signal.SIGXCPU:
        raise _stopped(f"it was not read in {SECONDS} seconds")
    if code:
        raise _stopped(f"the reader ended with {code}")
    answer = msgspec.json.decode(said, type=Answer)
    if answer.imported is None:
        what, because, help_, number = answer.refusal or ("", "", "", "AV157")
        raise refuse(number, what, because, help_)
    return answer.imported


def _stopped(because: str) -> NotImported:
    return refuse(
        "AV157",
        "the file could not be read within bounds",
        because,
        "save the statement as a plain text, and import that",
    )


# --- in the child --------------------------------------------------------------------------------


def answer(content: bytes, name: str, language: str | None) -> Answer:
    """What one file gives; refusals are values here."""
    try:
        return Answer(imported(read(content, name), language))
    except AvowError as error:
        return Answer(None, (error.what, error.because, error.help, error.code))
    except ModuleNotFoundError as error:
        return Answer(None, _missing(error))


def _missing(error: ModuleNotFoundError) -> tuple[str, str, str, str]:
    return (
        "the libraries that read this format are not installed",
        f"`{error.name}` is missing",
        "install `avow[documents]`",
        "AV158",
    )


def main(arguments: list[str]) -> int:
    """Read standard input within bounds and answer on standard output."""
    name, language, seconds = arguments
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds)))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        said = answer(sys.stdin.buffer.read(), name, None if language == "-" else language)
        sys.stdout.buffer.write(msgspec.json.encode(said))
    except MemoryError:
        return _FULL
    return 0


def content_of(file: Path) -> bytes:
    """The bytes of a file, no more than are read.

    Raises:
        NotImported: AV150, it cannot be opened, is no file, or is too large.
    """
    try:
        with file.open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise refuse("AV150", f"`{file.name}` cannot be opened", error.strerror or "") from None


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
