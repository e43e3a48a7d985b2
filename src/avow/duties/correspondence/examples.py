"""Letters as persons get them, with values that are plainly made up: for who reads the wording.

The words are those of `wording`, so what is shown here is what will be sent.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path

from avow.common.languages import LANGUAGES, words
from avow.duties.correspondence.letters import Words
from avow.duties.correspondence.wording import wording

_HERE = "avow.duties.correspondence"


@dataclass(frozen=True, slots=True)
class Example:
    """One letter of a kind. `case` tells the letters of one kind apart: `first` is the usual one,
    the others are a reminder, a refusal and the like."""

    kind: str
    case: str
    language: str
    words: Words


def kinds() -> tuple[str, ...]:
    """Every kind of letter that there are words for, in the order of the alphabet."""
    files = resources.files(_HERE).joinpath("templates").iterdir()
    return tuple(sorted({f.name.partition(".")[0] for f in files if f.name.endswith(".txt")}))


def cases(kind: str) -> tuple[str, ...]:
    """The letters of a kind, the usual one first; KeyError where there is no such kind."""
    return tuple(_values()[kind])


def example(
    kind: str, case: str, language: str, *, house: str, contact: str, own: Path | None = None
) -> Example:
    """A letter as somebody would get it from the organisation `house`. Words of an organisation's
    own, in the folder `own`, come first.

    Raises:
        WordingError: AV624, AV625, as `wording` and its values.
        KeyError: there is no such kind or case.
    """
    given = {name: _said(value, language) for name, value in _values()[kind][case].items()}
    made = {"organisation": house, "house": house, "contact": contact, **given}
    return Example(kind, case, language, wording(kind, language, own).said(made))


@cache
def _values() -> Mapping[str, Mapping[str, Mapping[str, object]]]:
    text = resources.files(_HERE).joinpath("examples.toml").read_text(encoding="utf-8")
    read: Mapping[str, Mapping[str, Mapping[str, object]]] = tomllib.loads(text)
    return read


def _said(value: object, language: str) -> object:
    """A value in a language, however deep in lists and tables."""
    if isinstance(value, date):
        return words(language).day(value)
    if isinstance(value, list):
        return [_said(each, language) for each in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == set(LANGUAGES):
        return value[language]
    return {name: _said(each, language) for name, each in value.items()}
