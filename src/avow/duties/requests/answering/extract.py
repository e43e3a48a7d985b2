"""The answer to a request for access: a file for one pair of eyes, and counts for the terminal."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from avow.duties.requests.named_file import RequestError
from avow.engine.planner.reaching import Extract, Shown
from avow.engine.planner.requested import Disclosure
from avow.estate.datamap.edges import Right


def answer_json(disclosure: Disclosure, persons: int, day: date, release: str) -> dict[str, Any]:
    """Everything that was read, person by person, every column with its category.

    Columns without a category are keys and pointers; they hold the rows together. Columns that
    speak of somebody else are named as `hidden`, without their values.
    """
    return {
        "day": day.isoformat(),
        "release": release,
        "complete": disclosure.is_complete,
        "gaps": list(disclosure.gaps),
        "persons": [_person(disclosure, n) for n in range(1, persons + 1)],
    }


def _person(disclosure: Disclosure, person: int) -> dict[str, Any]:
    found = [(e, [r for r in e.rows if r.person == person]) for e in disclosure.extracts]
    copies = [_copies(e, person) for e in disclosure.extracts if e.copies.get(person)]
    return {
        "person": person,
        "datasets": [_dataset(e, rows) for e, rows in found if rows],
        **({"copies": copies} if copies else {}),
    }


def _copies(extract: Extract, person: int) -> dict[str, Any]:
    """Where what is shown is held again: the places and how often, not the same values twice."""
    return {
        "system": extract.system,
        "dataset": extract.dataset,
        "of": list(extract.of),
        "rows": extract.copies[person],
    }


def _dataset(extract: Extract, rows: list[Shown]) -> dict[str, Any]:
    return {
        "system": extract.system,
        "dataset": extract.dataset,
        "categories": dict(extract.columns),
        "truncated": extract.truncated,
        "rows": [_row(extract, row) for row in rows],
    }


def _row(extract: Extract, row: Shown) -> dict[str, Any]:
    names = [name for name, _ in extract.columns]
    pairs = zip(names, row.values, strict=True)
    values = {n: _value(v) for n, v in pairs if n not in row.hidden}
    shown = {"right": str(row.right), "path": list(row.path), "values": values}
    return shown | ({"hidden": sorted(row.hidden)} if row.hidden else {})


def _value(value: object) -> object:
    """A value as JSON has it; bytes in base64, what JSON does not know as its text."""
    try:
        return msgspec.to_builtins(value)
    except (TypeError, msgspec.ValidationError):
        return str(value)


def write_answer(answer: dict[str, Any], path: Path) -> None:
    """Write an answer to a new file that only its owner may read.

    Raises:
        RequestError: AV604, the file exists or cannot be made.
    """
    write_new(msgspec.json.format(msgspec.json.encode(answer)) + b"\n", path)


def write_new(content: bytes, path: Path) -> None:
    """Write a new file that only its owner may read. Raises RequestError AV604."""
    with os.fdopen(new_file(path), "wb") as file:
        file.write(content)


def new_file(path: Path) -> int:
    """A new file that only its owner may read, open for writing.

    Raises:
        RequestError: AV604, the file exists or cannot be made.
    """
    try:
        return os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except OSError as error:
        raise RequestError(
            f"`{path}` cannot be written",
            because=error.strerror or "",
            help="name a file that does not exist yet, in a folder that does",
            code="AV604",
        ) from None


def counts(disclosure: Disclosure) -> list[dict[str, Any]]:
    """How many rows were read of each dataset, with no value of any."""
    return [
        {
            "system": e.system,
            "dataset": e.dataset,
            "own": len({r.key for r in e.rows if r.right is Right.OWN}),
            "see": len({r.key for r in e.rows if r.right is Right.SEE}),
            "total": e.total,
            "truncated": e.truncated,
        }
        for e in disclosure.extracts
    ]
