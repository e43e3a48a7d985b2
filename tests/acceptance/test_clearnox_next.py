"""The proposed text of Clearnox: nothing open, every language whole, every change explained."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from avow.declaration.cases import run_cases
from avow.declaration.check.run import check
from avow.declaration.difference.diff import diff
from avow.declaration.load import Loaded, load

HERE = Path(__file__).parents[2] / "declarations"
NEXT = HERE / "clearnox-next"
DAY = date(2026, 11, 23)
ACCEPTED = {"AV224", "AV253", "AV256", "AV262", "AV265"}


@cache
def read(name: str) -> Loaded:
    return load(HERE / name)


def test_nothing_is_open_and_little_is_only_accepted() -> None:
    found = [*read("clearnox-next").findings, *check(read("clearnox-next").whole, DAY)]

    assert [f"{f.code} {f.message}" for f in found if f.is_error or f.is_open] == []
    assert {f.code for f in found} == ACCEPTED


def test_what_is_accepted_is_open_again_when_its_time_is_over() -> None:
    a_year_later = check(read("clearnox-next").whole, date(2027, 11, 21))

    assert {f.code for f in a_year_later if f.is_open} >= ACCEPTED


def test_every_case_of_its_meaning_holds() -> None:
    judged = run_cases(read("clearnox-next").whole)

    assert len(judged) > 30
    assert [j.case.id for j in judged if not j.is_right] == []


@pytest.mark.parametrize("language", ["fr", "nl", "en"])
def test_every_promise_is_said_and_every_id_has_words(language: str) -> None:
    declaration = read("clearnox-next").whole
    named = {
        "category": {item.category for p in declaration.points.values() for item in p.collects},
        "purpose": declaration.purposes.keys(),
        "point": declaration.points.keys(),
        "recipient": declaration.recipients.keys(),
        "rule": declaration.rules.keys(),
        "event": declaration.events.keys(),
        "refusal": declaration.points.keys(),
    }

    silent = [c for c in declaration.clauses if not declaration.texts[language].get(c)]
    wordless = [
        (kind, id_)
        for kind, ids in named.items()
        for id_ in ids
        if not declaration.words(language, kind, id_)
    ]

    assert silent == []
    assert wordless == []


def test_every_change_that_matters_is_explained() -> None:
    changes = diff(read("clearnox").whole, read("clearnox-next").whole)
    material = {c.clause for c in changes if c.material and c.clause}
    explained = set(_explained((NEXT / "CHANGES.md").read_text(encoding="utf-8")))

    assert len(material) > 30
    assert sorted(c for c in material if not _covers(explained, c)) == []


def test_a_change_that_nobody_explained_is_noticed() -> None:
    explained = set(_explained("| 6.a to 6.c, 9.5 | shorter | because |"))

    assert [c for c in ("6.b", "9.5", "9.6") if not _covers(explained, c)] == ["9.6"]


def _covers(explained: set[str], clause: str) -> bool:
    return clause in explained


def _explained(text: str) -> Iterator[str]:
    """The clauses named in the first cells of the tables; `6.p to 6.v` names all between."""
    clauses = [*read("clearnox-next").whole.clauses, "Z.1", "Z.2", "Z.3", "Z.4"]
    for line in text.splitlines():
        cell = line.split("|")[1] if line.startswith("|") else ""
        for named in re.split(r",\s*", cell.strip()):
            first, _, last = named.partition(" to ")
            if last and first in clauses and last in clauses:
                yield from clauses[clauses.index(first) : clauses.index(last) + 1]
            yield from (name for name in (first, last) if name)
