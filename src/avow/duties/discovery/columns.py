"""What the columns of one table hold, by type, by name, and by values where values can tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

from avow.duties.discovery.lexicon import (
    ADDRESSES,
    category_of,
    is_person_word,
    is_weak_name,
    moment_rank,
)
from avow.duties.discovery.proposal import Guess
from avow.duties.discovery.shapes import look, proven
from avow.estate.connectors.catalogue import Column, ColumnKind, Table

MOMENTS = frozenset({ColumnKind.DATE, ColumnKind.INSTANT, ColumnKind.NAIVE})
TEXTS = frozenset({ColumnKind.TEXT, ColumnKind.OTHER})
DIRECT = frozenset(
    {"email", "phone", "ip-address", "user-agent", "name", "birth-date", "national-number",
     "bank-account", "login-name", "recording"}
)  # fmt: skip
"""Categories that make a row personal by themselves."""
_OF_PERSONS = frozenset({"email", "phone", "name", "birth-date", "national-number", "login-name"})
_STORED = frozenset({ColumnKind.TEXT, ColumnKind.INTEGER})
"""What moments are stored as where the engine has no type for them."""
_KINDS = {
    "birth-date": MOMENTS | TEXTS,
    "location": TEXTS | {ColumnKind.NUMBER},
    "recording": TEXTS | {ColumnKind.BYTES},
    "national-number": TEXTS | {ColumnKind.INTEGER, ColumnKind.NUMBER},
    "phone": TEXTS | {ColumnKind.INTEGER},
}
_MILLISECONDS = 100_000_000_000
_EARLIEST = 315_532_800
"""1980 in seconds: smaller numbers are no moments of a system."""
MOST_COLUMNS = 40
"""Columns of one table that are sampled; those that a name speaks for come first."""


def named_guess(column: Column) -> Guess | None:
    """What the column's type or name alone proposes."""
    if column.native in {"inet", "cidr", "inet4", "inet6"}:
        return Guess(column.name, "ip-address", "type")
    found = category_of(column.name)
    if found is None or column.kind not in _KINDS.get(found[0], TEXTS):
        return None
    return Guess(column.name, found[0], "name", found[1])


def is_promising(table: Table) -> bool:
    """Whether names alone let the table hold personal data of its own."""
    guesses = [g for c in table.columns if (g := named_guess(c))]
    return any(g.category in DIRECT for g in guesses) or holds_persons(table, guesses)


def holds_persons(table: Table, guesses: Sequence[Guess]) -> bool:
    """Whether each row seems to be a person: called so and with something of a person in it, or
    with two things of a person."""
    found = {g.category for g in guesses} & _OF_PERSONS
    weak = any(is_weak_name(c.name) for c in table.columns)
    return bool(is_person_word(table.name) and (found or weak)) or len(found) > 1


def text_columns(table: Table) -> tuple[str, ...]:
    """The columns whose values are looked at, at most `MOST_COLUMNS`."""
    texts = [c for c in table.columns if c.kind in TEXTS or named_guess(c)]
    texts.sort(key=lambda c: named_guess(c) is None)
    return tuple(c.name for c in texts if c.kind is not ColumnKind.BYTES)[:MOST_COLUMNS]


def guesses_of(table: Table, values: Mapping[str, Sequence[object]]) -> tuple[Guess, ...]:
    """What each column holds, given sampled values by column, in the order of the columns."""
    found = [_guess(c, values.get(c.name, ())) for c in table.columns]
    certain = [g for g in found if g]
    if holds_persons(table, certain):
        weak = [c for c in table.columns if is_weak_name(c.name) and c.kind in TEXTS]
        certain += [Guess(c.name, "name", "name", c.name.lower()) for c in weak]
    return tuple(certain)


def _guess(column: Column, values: Sequence[object]) -> Guess | None:
    named = named_guess(column)
    if named is None:
        return _by_values(column, values)
    if named.by == "type":
        return named
    if named.word in ADDRESSES:  # of a house, or of whatever the values are
        return _by_values(column, values) or named
    looked = look(values, named.category)
    if looked is None or not looked.seen:
        return named
    if looked.is_refuted:
        return None
    by = "name and values" if looked.is_proven else "name"
    return Guess(
        column.name, named.category, by, named.word, looked.seen, looked.passed, looked.chance
    )


def _by_values(column: Column, values: Sequence[object]) -> Guess | None:
    by_values = proven(values) if column.kind in TEXTS else None
    if by_values is None:
        return None
    category, seen = by_values
    return Guess(column.name, category, "values", "", seen.seen, seen.passed, seen.chance)


def moment_columns(table: Table, *, is_typed: bool) -> tuple[str, ...]:
    """Columns that may say when a row began, best first: by type, and where the engine has no such
    type (`is_typed`) by name. Names with a dot are left out: a dot names a table in the
    declaration."""
    ranked = []
    for at, column in enumerate(table.columns):
        rank = moment_rank(column.name)
        if rank is None or "." in column.name:
            continue
        may_be = not is_typed and column.kind in _STORED and rank < 3
        if column.kind in MOMENTS or may_be:
            ranked.append((rank, at, column.name))
    return tuple(name for _, _, name in sorted(ranked))


def day_in(value: object) -> date | None:
    """The day of a stored moment, by its own clock: good enough to order tables."""
    try:
        match value:
            case datetime():
                return value.date()
            case date():
                return value
            case bool():
                return None
            case int():
                if value < _EARLIEST:
                    return None  # a duration or a counter
                seconds = value / 1000 if abs(value) >= _MILLISECONDS else value
                return datetime.fromtimestamp(seconds, UTC).date()
            case str():
                return date.fromisoformat(value[:10])
    except (ValueError, OverflowError, OSError):
        return None
    return None
