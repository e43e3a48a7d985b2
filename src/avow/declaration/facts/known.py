"""What is known of the world outside a statement: decisions, seats, names, periods, authorities.

Each fact has a source, the day on which somebody saw it (none: nobody has), and where it needs one
a time in which it is true. The files stand beside this one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

import yaml

from avow.common.calendar import Period, parse_period

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact was read, and on which day; without a day it is unverified."""

    name: str
    seen: date | None = None

    def __str__(self) -> str:
        return f"{self.name}, seen {self.seen}" if self.seen else f"{self.name}, unverified"


@dataclass(frozen=True, slots=True)
class Adequacy:
    """A decision that a country protects data well enough, and the days on which it counts."""

    country: str
    decision: str
    source: Source
    since: date
    until: date | None = None
    only: str = ""

    def holds(self, day: date) -> bool:
        """Whether it counts on a day."""
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Void:
    """A tool of transfer that a judgment has ended."""

    tool: str
    since: date
    judgment: str
    source: Source


@dataclass(frozen=True, slots=True)
class Company:
    """A company under the names that notices use. `binding`: the terms of the contract name it."""

    names: tuple[str, ...]
    company: str
    source: Source
    seat: str = ""
    parent: str = ""
    parent_country: str = ""
    binding: bool = False


@dataclass(frozen=True, slots=True)
class Renamed:
    """A product that has another name now."""

    names: tuple[str, ...]
    now: str
    source: Source
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A product that comes with another one."""

    names: tuple[str, ...]
    of: tuple[str, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class Preset:
    """The periods that a tool offers to choose from."""

    names: tuple[str, ...]
    periods: tuple[Period, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class Duration:
    """How long data of a kind are usually kept in a country, and from where it is far too long."""

    id: str
    country: str
    purposes: frozenset[str]
    what: str
    usual: Period
    far: Period
    law: str
    source: Source


@dataclass(frozen=True, slots=True)
class Floor:
    """How long a law of a country asks to keep data of a kind, and on which days it does."""

    id: str
    country: str
    categories: frozenset[str]
    period: Period
    law: str
    source: Source
    since: date = date.min
    until: date = date.max

    def holds(self, day: date) -> bool:
        """Whether it counts on a day."""
        return self.since <= day <= self.until


@dataclass(frozen=True, slots=True)
class Former:
    """An authority under a name that it has lost."""

    country: str
    names: tuple[str, ...]
    sites: tuple[str, ...]
    until: date
    now: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known."""

    adequacy: tuple[Adequacy, ...] = ()
    void: tuple[Void, ...] = ()
    companies: tuple[Company, ...] = ()
    renamed: tuple[Renamed, ...] = ()
    parts: tuple[Part, ...] = ()
    presets: tuple[Preset, ...] = ()
    durations: tuple[Duration, ...] = ()
    floors: tuple[Floor, ...] = ()
    former: tuple[Former, ...] = ()


@cache
def known() -> Facts:
    """The facts that this version ships."""
    adequacy, companies, products = _file("adequacy"), _file("companies"), _file("products")
    durations = _file("durations")
    return Facts(
        tuple(_adequacy(row) for row in adequacy["adequacy"]),
        tuple(
            Void(row["tool"], row["since"], row["judgment"], _source(row))
            for row in adequacy["void"]
        ),
        tuple(_company(row) for row in companies["companies"]),
        tuple(
            Renamed(tuple(row["names"]), row["now"], _source(row), row.get("since"))
            for row in products["renamed"]
        ),
        tuple(Part(tuple(r["names"]), tuple(r["of"]), _source(r)) for r in products["parts"]),
        tuple(_preset(row) for row in products["presets"]),
        tuple(_duration(row) for row in durations["durations"]),
        tuple(_floor(row) for row in durations["floors"]),
        tuple(one for row in _file("authorities")["authorities"] for one in _former(row)),
    )


def _file(name: str) -> Mapping[str, list[Row]]:
    place = resources.files("avow.declaration.facts").joinpath(f"{name}.yaml")
    read: Mapping[str, list[Row]] = yaml.safe_load(place.read_text(encoding="utf-8"))
    return read


def _source(row: Row) -> Source:
    seen = row["source"]["seen"]
    return Source(row["source"]["name"], None if seen == "unverified" else seen)


def _adequacy(row: Row) -> Adequacy:
    return Adequacy(
        row["country"],
        row["decision"],
        _source(row),
        row["since"],
        row.get("until"),
        row.get("only", ""),
    )


def _company(row: Row) -> Company:
    parent = row.get("parent", {})
    return Company(
        tuple(row["names"]),
        row["company"],
        _source(row),
        row.get("seat", ""),
        parent.get("name", ""),
        parent.get("country", ""),
        row["shown_by"] == "terms",
    )


def _preset(row: Row) -> Preset:
    return Preset(tuple(row["names"]), tuple(_period(p) for p in row["periods"]), _source(row))


def _duration(row: Row) -> Duration:
    return Duration(
        row["id"],
        row["country"],
        frozenset(row["purposes"]),
        row["what"],
        _period(row["usual"]),
        _period(row["far"]),
        row["law"],
        _source(row),
    )


def _floor(row: Row) -> Floor:
    return Floor(
        row["id"],
        row["country"],
        frozenset(row["categories"]),
        _period(row["period"]),
        row["law"],
        _source(row),
        row.get("since", date.min),
        row.get("until", date.max),
    )


def _former(row: Row) -> Iterator[Former]:
    for old in row.get("former", ()):
        names, sites = tuple(old["names"]), tuple(old["sites"])
        yield Former(row["country"], names, sites, old["until"], tuple(row["names"]))


def _period(written: str) -> Period:
    period = parse_period(written)
    if period is None:
        message = f"{written!r} is no period"
        raise ValueError(message)
    return period
