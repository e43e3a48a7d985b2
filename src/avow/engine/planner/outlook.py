"""Forecasts and novelties in our database: kept by the daily run, read by the pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from psycopg.types.json import Jsonb

from avow.common.ids import new_id
from avow.declaration.interpretation import in_force
from avow.engine.db.store import Row, Runs
from avow.engine.planner.drift import Drift, DriftKind
from avow.engine.planner.forecast import Forecast, Foreseen, forecast
from avow.engine.planner.making import Estate, Memory
from avow.engine.planner.program import Move
from avow.engine.planner.release import active, digest_in

KEPT_FOR = timedelta(days=30)
"""How long looks are kept when there is a newer one."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The newest look at a system: what it foresees, when it was counted, of which release."""

    forecast: Forecast
    at: datetime
    release: str | None


@dataclass(frozen=True, slots=True)
class New:
    """A difference between map and system, and the day on which it was first seen.

    `at_first`: it was there at the first look, so that nobody knows since when.
    """

    system: str
    drift: Drift
    since: date
    at_first: bool


def look_ahead(estate: Estate, memory: Memory, day: date, at: datetime) -> tuple[Forecast, ...]:
    """Look at every system of a declaration and keep what was seen: a part of the daily run."""
    law, _ = in_force(estate.declaration, day)
    digest = digest_in(estate.declaration)
    release = digest if active(memory.runs) == digest else None
    found = tuple(
        forecast(estate, memory, law, name, day) for name in estate.declaration.datamap.systems
    )
    for each in found:
        keep(memory.runs, each, release, at)
    return found


def keep(runs: Runs, seen: Forecast, release: str | None, at: datetime) -> str:
    """Keep one look at one system; gives its id. Without sight no novelty comes or goes."""
    name = new_id("forecast")
    with runs.transaction() as tx:
        is_first = not tx.run("forecast_ever", system=seen.system)[0]["seen"]
        tx.run(
            "forecast_add",
            id=name,
            system=seen.system,
            release=release,
            day=seen.day,
            why=seen.why,
            gaps=Jsonb([list(gap) for gap in seen.gaps]),
            schema=seen.schema,
            at=at,
        )
        tx.many("foreseen_add", (row for each in seen.found for row in _rows(name, each)))
        if not seen.why:
            _renew(tx, seen, (*seen.drift, *_moved(tx, seen, release)), is_first=is_first)
        tx.run("forecasts_end", before=seen.day - KEPT_FOR)
    return name


def _rows(name: str, each: Foreseen) -> Iterable[dict[str, object]]:
    for day, rows in each.rows.items():
        yield {
            "forecast": name,
            "dataset": each.dataset,
            "clause": each.clause,
            "move": str(each.move),
            "rules": list(each.rules),
            "day": day,
            "rows": rows,
        }


def _moved(runs: Runs, seen: Forecast, release: str | None) -> tuple[Drift, ...]:
    """Whether the schema is another than the one the last plan of the release was made for."""
    last = runs.one("forecast_planned_schema", system=seen.system, release=release)
    if last is None or last["schema"] in ("", seen.schema):
        return ()
    return (Drift(DriftKind.SCHEMA),)


def _renew(runs: Runs, seen: Forecast, found: tuple[Drift, ...], *, is_first: bool) -> None:
    runs.run(
        "novelties_end",
        system=seen.system,
        kinds=[str(each.kind) for each in found],
        names=[each.name for each in found],
    )
    runs.many(
        "novelty_seen",
        (
            {"system": seen.system, "kind": str(each.kind), "name": each.name, "day": seen.day,
             "at_first": is_first}
            for each in found
        ),
    )  # fmt: skip


def last_seen(runs: Runs) -> tuple[Seen, ...]:
    """The newest look at each system; empty before the first daily run."""
    looks = runs.run("forecasts_last")
    rows = runs.run("foreseen_of", forecasts=[look["id"] for look in looks])
    return tuple(_seen(look, [r for r in rows if r["forecast"] == look["id"]]) for look in looks)


def _seen(look: Row, rows: list[Row]) -> Seen:
    days: dict[tuple[str, str, str], dict[date, int]] = {}
    rules: dict[tuple[str, str, str], tuple[str, ...]] = {}
    for row in rows:
        mark = (row["dataset"], row["clause"], row["move"])
        days.setdefault(mark, {})[row["day"]] = row["rows"]
        rules[mark] = tuple(row["rules"])
    found = tuple(
        Foreseen(dataset, clause, Move(move), rules[dataset, clause, move], counts)
        for (dataset, clause, move), counts in days.items()
    )
    gaps = tuple((gap[0], gap[1]) for gap in look["gaps"])
    seen = Forecast(look["system"], look["day"], look["why"], found, gaps)
    return Seen(seen, look["at"], look["release"])


def novelties(runs: Runs) -> tuple[New, ...]:
    """Every difference between the maps and the systems, the newest first."""
    return tuple(
        New(
            row["system"], Drift(DriftKind(row["kind"]), row["name"]), row["since"], row["at_first"]
        )
        for row in runs.run("novelties")
    )
