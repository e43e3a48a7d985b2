"""The words of IMAP (RFC 9051, RFC 3501) as bytes: names of folders, sets of numbers, answers."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

Answer: TypeAlias = Sequence[object]
"""What the library hands out: lines, and pairs of a line and the literal that it announced."""

_LISTED = re.compile(rb'\(([^)]*)\) ("(?:[^"\\]|\\.)*"|NIL) (.*)', re.DOTALL)
_LITERAL = re.compile(rb"\{\d+\}$")
_UID = re.compile(rb"\bUID (\d+)")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
_ARRIVED = re.compile(rb'\bINTERNALDATE "([^"]+)"')
_ENCODED = re.compile("&([^-&]*)-")
_PLAIN = re.compile("[^\x20-\x7e]+|&")


@dataclass(frozen=True, slots=True)
class Listed:
    """A folder as the server lists it; `flags` in small letters."""

    name: str
    separator: str
    flags: frozenset[str]


@dataclass(frozen=True, slots=True)
class Fetched:
    """What the server says of one message; `text` is the literal that was asked for."""

    uid: int
    size: int
    arrived: datetime | None
    text: bytes | None


def quoted(folder: str) -> str:
    """The name of a folder as an argument: modified UTF-7 (RFC 3501, 5.1.3) in quotes.

    Raises:
        ValueError: the name holds what no quoted text may hold.
    """
    return quoted_text(_PLAIN.sub(_to_utf7, folder))


def quoted_text(text: str) -> str:
    """A text in quotes, so that nothing of it is read as a command."""
    if not text.isascii() or any(c in text for c in "\r\n\0"):
        raise ValueError("no quoted text")
    return '"{}"'.format(text.replace("\\", "\\\\").replace('"', '\\"'))


def _to_utf7(found: re.Match[str]) -> str:
    if found[0] == "&":
        return "&-"
    packed = base64.b64encode(found[0].encode("utf-16-be")).rstrip(b"=").decode()
    return f"&{packed.replace('/', ',')}-"


def folder_name(text: bytes) -> str:
    """The name of a folder as people read it; a name that is no modified UTF-7 stays as it is."""
    plain = text.decode("utf-8", "replace")
    try:
        return _ENCODED.sub(_from_utf7, plain)
    except (binascii.Error, UnicodeDecodeError):
        return plain


def _from_utf7(found: re.Match[str]) -> str:
    packed = found[1].replace(",", "/")
    if not packed:
        return "&"
    padded = packed + "=" * (-len(packed) % 4)
    return base64.b64decode(padded, validate=True).decode("utf-16-be")


def listed(answer: Answer) -> Iterator[Listed]:
    """The folders of a LIST that can be opened."""
    for each in answer:
        line, literal = each if isinstance(each, tuple) else (each, None)
        found = _LISTED.match(line) if isinstance(line, bytes) else None
        if found is None:
            continue
        flags = frozenset(found[1].decode("ascii", "replace").lower().split())
        if not flags & {r"\noselect", r"\nonexistent"}:
            name = _LITERAL.sub(b"", found[3]) + literal if literal else _unquoted(found[3])
            separator = "" if found[2] == b"NIL" else _unquoted(found[2]).decode("ascii", "replace")
            yield Listed(folder_name(name), separator, flags)


def _unquoted(text: bytes) -> bytes:
    if text.startswith(b'"') and text.endswith(b'"'):
        return re.sub(rb"\\(.)", rb"\1", text[1:-1])
    return text


def numbers(answer: Answer) -> Mapping[str, int]:
    """The numbers of a STATUS."""
    text = b"".join(e for e in answer if isinstance(e, bytes)).rpartition(b"(")[2]
    return {word.decode(): int(n) for word, n in re.findall(rb"([A-Z]+) (\d+)", text)}


def uids(answer: Answer) -> list[int]:
    """The numbers of the messages that an answer speaks of."""
    return [int(found[1]) for line in answer if (found := _UID.search(_line(line)))]


def _line(each: object) -> bytes:
    if isinstance(each, tuple):
        return bytes(each[0])
    return each if isinstance(each, bytes) else b""


def fetched(answer: Answer) -> Iterator[Fetched]:
    """The messages of a FETCH with one literal each. What follows a literal belongs to it."""
    for place, each in enumerate(answer):
        if not isinstance(each, tuple):
            continue
        rest = answer[place + 1] if place + 1 < len(answer) else b""
        line = bytes(each[0]) + b" " + (rest if isinstance(rest, bytes) else b"")
        uid, size, at = _UID.search(line), _SIZE.search(line), _ARRIVED.search(line)
        if uid is not None:
            yield Fetched(int(uid[1]), int(size[1]) if size else 0, _moment(at), bytes(each[1]))


def _moment(found: re.Match[bytes] | None) -> datetime | None:
    if found is None:
        return None
    try:
        return datetime.strptime(found[1].decode("ascii").strip(), "%d-%b-%Y %H:%M:%S %z")
    except ValueError:
        return None


def ranges(wanted: Iterable[int]) -> str:
    """Numbers as a set of IMAP: `1:3,7`."""
    found: list[list[int]] = []
    for number in sorted(set(wanted)):
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return ",".join(str(a) if a == b else f"{a}:{b}" for a, b in found)
