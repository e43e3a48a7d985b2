"""The file that says whom a request is about: JSON Lines or CSV, with `kind` and `value`.

A column `person` groups lines that the same person gave; without it each line is a person of their
own, and nothing is merged. Bad lines are findings with their number and never with their text.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from avow.common.errors import AvowError
from avow.common.findings import Finding
from avow.common.masked import Masked
from avow.common.places import Place
from avow.engine.planner.identities import Asked

COLUMNS = frozenset({"kind", "value", "person"})


class RequestError(AvowError):
    """A request cannot go on (AV6xx)."""

    code = "AV601"


@dataclass(frozen=True, slots=True)
class Named:
    """Whom a file names: values in the order of the lines, persons numbered from 1 as they first
    appear; and what is wrong with the lines that were left out."""

    asked: tuple[Asked, ...]
    findings: tuple[Finding, ...]

    @property
    def persons(self) -> int:
        """How many persons are named."""
        return len({a.person for a in self.asked})


def read_named(content: bytes, name: str, kinds: frozenset[str]) -> Named:
    """Read the content of a file called `name`; `kinds` are those the data map knows.

    Raises:
        RequestError: AV601, the file as a whole cannot be read.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _unread(name, "it is no UTF-8 text") from None
    lines = _json_lines(text) if text.lstrip().startswith("{") else _csv_lines(text, name)
    asked: list[Asked] = []
    findings: list[Finding] = []
    ordinals: dict[str, int] = {}
    seen: set[tuple[str, str]] = set()
    for number, line in lines:
        wrong = _wrong(line, kinds, seen)
        if wrong or line is None:
            findings.append(_bad(name, number, *(wrong or ("the line cannot be read", ""))))
            continue
        kind, value = line["kind"].strip(), line["value"].strip()
        seen.add((kind, value))
        label = line.get("person", "").strip()
        person = ordinals.setdefault(f"={label}" if label else f"#{number}", len(ordinals) + 1)
        asked.append(Asked(person, kind, Masked(value)))
    return Named(tuple(asked), tuple(findings))


def _unread(name: str, because: str) -> RequestError:
    return RequestError(
        f"`{name}` says of nobody whom the request is about",
        because=because,
        help='write a first line `kind,value`, or lines such as {"kind": "email", "value": "…"}',
    )


Line = Mapping[str, str] | None


def _json_lines(text: str) -> Iterator[tuple[int, Line]]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            yield number, _json_line(line)


def _json_line(line: str) -> Line:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    if not isinstance(found, dict) or not found.keys() <= COLUMNS:
        return None
    return {str(k): str(v) for k, v in found.items() if isinstance(v, str | int)}


def _csv_lines(text: str, name: str) -> Iterator[tuple[int, Line]]:
    reader = csv.reader(io.StringIO(text))
    header = [cell.strip() for cell in next(reader, [])]
    if not {"kind", "value"} <= set(header) <= COLUMNS or len(set(header)) != len(header):
        raise _unread(name, "its first line is no header with the columns `kind` and `value`")
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield reader.line_num, None
            continue
        if cells:
            fits = len(cells) == len(header)
            yield reader.line_num, dict(zip(header, cells, strict=True)) if fits else None


def _wrong(line: Line, kinds: frozenset[str], seen: set[tuple[str, str]]) -> tuple[str, str] | None:
    """What is wrong with a line that could be read, and what to do; None when nothing is."""
    if line is None:
        return None
    kind, value = line.get("kind", "").strip(), line.get("value", "").strip()
    if not kind or not value:
        return "the line needs a kind and a value", ""
    if kind not in kinds:
        known = ", ".join(f"`{k}`" for k in sorted(kinds))
        return "no dataset names persons by this kind of value", f"use one of: {known}"
    if (kind, value) in seen:
        return "the value stands in an earlier line too", ""
    return None


def _bad(name: str, number: int, message: str, what: str) -> Finding:
    return Finding("AV602", message, Place(name, number, 1), help=what)
