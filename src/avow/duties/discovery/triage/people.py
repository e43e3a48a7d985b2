"""Signs of persons that names of columns do not give: days of birth, and values like names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from avow.duties.discovery.columns import day_in
from avow.duties.discovery.proposal import Guess
from avow.estate.connectors.catalogue import ColumnKind, Table

FEWEST = 20
"""Distinct values below which a column is not judged."""
_WORD = r"[^\W\d_](?:[^\W\d_]|['’.-])*"
_NAME = re.compile(rf"{_WORD}(?: {_WORD}){{0,3}}")
_SPREAD = 25 * 365
_MEDIAN_YEAR = 2000
_MOST_SHARE, _LEAST_DISTINCT = 0.9, 0.3
_LONG = 40


def birth_dates(table: Table, values: Mapping[str, Sequence[object]]) -> tuple[Guess, ...]:
    """Columns of days that spread over generations, half of them before 2000."""
    days = [c.name for c in table.columns if c.kind is ColumnKind.DATE and c.name in values]
    return tuple(
        Guess(name, "birth-date", "values", "", len(set(values[name])), len(set(values[name])))
        for name in days
        if _are_births(values[name])
    )


def _are_births(values: Sequence[object]) -> bool:
    days = sorted(day for value in set(values) if (day := day_in(value)))
    if len(days) < FEWEST:
        return False
    early, late = days[len(days) // 20], days[-1 - len(days) // 20]
    return (late - early).days >= _SPREAD and days[len(days) // 2].year < _MEDIAN_YEAR


def like_names(
    table: Table, values: Mapping[str, Sequence[object]], guessed: AbstractSet[str]
) -> tuple[str, ...]:
    """Columns whose values are mostly different, and each a few words in capitals: names, of
    persons or of things. They prove nothing, and stand against calling a table a thing's."""
    texts = [c.name for c in table.columns if c.kind is ColumnKind.TEXT and c.name in values]
    keys = set(table.key) if len(table.key) == 1 else set()
    return tuple(n for n in texts if n not in guessed | keys and _are_names(values[n]))


def _are_names(values: Sequence[object]) -> bool:
    given = [str(v) for v in values if v]
    distinct = set(given)
    if len(distinct) < FEWEST or len(distinct) < _LEAST_DISTINCT * min(len(given), 3 * FEWEST):
        return False
    passed = sum(_is_name(text) for text in distinct)
    return passed >= _MOST_SHARE * len(distinct)


def _is_name(text: str) -> bool:
    capital = all(w[0].isupper() for w in text.split(" "))
    return capital and len(text) > 2 and bool(_NAME.fullmatch(text))


def never_repeated(table: Table, values: Mapping[str, Sequence[object]]) -> tuple[str, ...]:
    """Columns of text whose sampled values are all different."""
    texts = [c.name for c in table.columns if c.kind is ColumnKind.TEXT and c.name in values]
    return tuple(n for n in texts if len(set(values[n])) == len(values[n]) >= FEWEST)


def long_texts(table: Table, values: Mapping[str, Sequence[object]]) -> tuple[str, ...]:
    """Columns in which somebody may have written anything: long texts, and JSON."""
    found = [c.name for c in table.columns if c.kind is ColumnKind.JSON]
    for column in table.columns:
        given = [str(v) for v in values.get(column.name, ()) if v]
        if column.kind is ColumnKind.TEXT and given:
            written = sum(len(v) > _LONG and " " in v for v in given)
            found += [column.name] if written > len(given) / 4 else []
    return tuple(found)
