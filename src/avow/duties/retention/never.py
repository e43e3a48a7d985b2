"""Negative promises, looked for in the live systems: a column name or a category betrays them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from avow.declaration.check.universe import cells_of
from avow.declaration.model import Never
from avow.engine.evidence.checks import Item, Outcome, blind, failed, passed
from avow.engine.verifier.columns import Live
from avow.estate.datamap.model import System

_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
WITHOUT_NEED = "retain without need"
"""The negative promise that is looked for in rows and not in names: nothing is held that no live
purpose needs."""


def words(name: str) -> tuple[str, ...]:
    """`leadScore`, `lead_score` and `LEAD-SCORE` are the same words."""
    return tuple(word.lower() for word in _WORDS.findall(name))


def betrays(never: Never, column: str) -> bool:
    """Whether the words of a name that is promised never to exist stand in the column's name."""
    found = words(column)
    return any(_inside(words(named), found) for named in never.fields_named)


def _inside(wanted: Sequence[str], found: Sequence[str]) -> bool:
    size = len(wanted)
    ends = range(len(found) - size + 1)
    return size > 0 and any(tuple(found[n : n + size]) == tuple(wanted) for n in ends)


def outcomes(never: Never, system: System, live: Live | str) -> Iterator[tuple[Item, Outcome]]:
    """One answer per personal dataset of the map, and one for all other tables of the system.

    The others answer as one, so that a table that is removed again takes its failure with it.
    """
    declared = {d.name for d in system.datasets.values() if d.is_personal}
    for name in declared:
        yield Item(system.name, name), _of_dataset(never, system, name, live)
    yield (
        Item(system.name),
        blind(live) if isinstance(live, str) else _elsewhere(never, system, live, declared),
    )


def _elsewhere(never: Never, system: System, live: Live, declared: set[str]) -> Outcome:
    """What the names of all other tables say. One about which nobody said whose its rows are may
    hold what is promised never to be held under any name."""
    others = {t: columns for t, columns in live.columns.items() if t not in declared}
    hits = [f"{t}.{c}" for t, columns in others.items() for c in columns if betrays(never, c)]
    if hits:
        return failed(len(hits), _said(hits))
    new = sorted(t for t in live.stored if t not in system.datasets)
    if new:
        more = f" and {len(new) - 1} more" if len(new) > 1 else ""
        return blind("drift", f"nobody said whose the rows of {new[0]}{more} are")
    return passed(len(live.columns))


def _of_dataset(never: Never, system: System, name: str, live: Live | str) -> Outcome:
    if isinstance(live, str):
        return blind(live)
    if name not in live.columns:
        return blind("drift")
    hits = [c for c in live.columns[name] if betrays(never, c)]
    mapped = never.category is not None and any(
        cell.category == never.category for cell in cells_of(system, system.datasets[name])
    )
    if hits or mapped:
        return failed(max(1, len(hits)), _said(hits or [never.category or ""]))
    return passed(len(live.columns[name]))


def _said(names: Sequence[str]) -> str:
    return f"promised never to be there: {', '.join(names)}"
