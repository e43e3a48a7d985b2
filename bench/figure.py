"""One figure: what was measured, beside what bare statements need for the same work.

Times here are noisy, so a figure is a ratio of two measurements of one run wherever there is a
floor. `better` says in which direction it improves, so that a target can be met or missed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum


class Better(StrEnum):
    """Which way a ratio or a value improves."""

    LOWER = "lower"
    HIGHER = "higher"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure.

    `value` is in `unit`; `floor` is the best hand-written variant of the same run in the same unit;
    `ratio` is value / floor. `target` bounds the ratio, or the value where there is no floor;
    `met` is None where nothing is promised. `note` says what else belongs to it, in words.
    """

    name: str
    value: float
    unit: str
    floor: float | None = None
    ratio: float | None = None
    target: float | None = None
    better: Better = Better.LOWER
    met: bool | None = None
    note: str = ""

    def line(self, around: Mapping[str, object]) -> str:
        """One JSON line; `around` are machine and versions."""
        said = {k: v for k, v in asdict(self).items() if k != "better"}
        return json.dumps({**{k: _short(v) for k, v in said.items()}, **around})


def _short(value: object) -> object:
    return float(f"{value:.4g}") if isinstance(value, float) else value


def beside(
    name: str,
    value: float,
    unit: str,
    floors: Sequence[float],
    *,
    target: float | None = None,
    better: Better = Better.LOWER,
    note: str = "",
) -> Figure:
    """A figure beside the best of several floors."""
    best = min(floors) if better is Better.LOWER else max(floors)
    ratio = value / best
    return Figure(name, value, unit, best, ratio, target, better, _met(ratio, target, better), note)


def bare(
    name: str,
    value: float,
    unit: str,
    *,
    target: float | None = None,
    better: Better = Better.LOWER,
    note: str = "",
) -> Figure:
    """A figure without a floor."""
    return Figure(name, value, unit, None, None, target, better, _met(value, target, better), note)


def _met(value: float, target: float | None, better: Better) -> bool | None:
    if target is None:
        return None
    return value <= target if better is Better.LOWER else value >= target


@dataclass(frozen=True, slots=True)
class Scale:
    """How large the work is: `small` ends in minutes, `full` takes an hour."""

    name: str
    rows: int
    persons: int
    log_mib: int
    entries: int
    repeats: int


SMALL = Scale("small", rows=1_000_000, persons=50_000, log_mib=200, entries=20_000, repeats=3)
FULL = Scale("full", rows=10_000_000, persons=1_000_000, log_mib=10_000, entries=100_000, repeats=3)
SCALES: Mapping[str, Scale] = {each.name: each for each in (SMALL, FULL)}

Say = Callable[[Figure], None]
"""Takes a figure as soon as it is measured."""
