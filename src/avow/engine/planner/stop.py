"""Stop: a row in our database, or a file in the state directory. Anyone may stop; two release it.

No new batch starts after a stop; the running one is a tenth of a second long. Each worker looks
before each batch, so no message has to reach it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from avow.common.calendar import Period, add
from avow.common.ids import new_id
from avow.declaration.model import Member
from avow.engine.db.store import Runs
from avow.engine.planner.guard import Every, Freeze
from avow.engine.planner.refusals import PlannerError

FILE = "STOP"
"""The name of the stop file; `STOP.app` stops the system `app` alone."""

TURN = {Every.MONTH: Period(months=1), Every.YEAR: Period(years=1)}
"""After how long the days of a freeze come back."""


@dataclass(frozen=True, slots=True)
class Stops:
    """Where a worker looks before each batch."""

    runs: Runs
    folder: Path | None = None

    def reason(self, system: str) -> str | None:
        """Why nothing may start in this system; None when nobody said stop."""
        if self.folder is not None:
            for name in (FILE, f"{FILE}.{system}"):
                if (self.folder / name).exists():
                    return f"the file `{name}` lies in the state directory"
        standing = self.runs.run("stops_standing", system=system)
        if standing:
            first = standing[0]
            return f"`{first['placed_by']}` stopped it at {first['placed_at']:%Y-%m-%d %H:%M}"
        return None


def stop(runs: Runs, system: str | None, by: str, at: datetime) -> str:
    """Stop one system, or everything; gives the id of the stop. Anyone may."""
    name = new_id("stop")
    runs.run("stop_add", id=name, system=system, person=by, at=at)
    return name


def release(
    runs: Runs, people: Mapping[str, Member], system: str | None, by: Sequence[str], at: datetime
) -> tuple[str, ...]:
    """Release every stop of a system (None: those of everything) by two declared persons.

    Raises:
        PlannerError: AV415, fewer than two different declared persons.
    """
    known = _two(people, by, "`avow stop --release --as PERSON --as PERSON`")
    found = runs.run("stops_standing", system=system)
    exact = [row["id"] for row in found if row["system"] == system]
    return tuple(
        name for name in exact if runs.one("stop_release", id=name, people=known, at=at) is not None
    )


def freeze(runs: Runs, days: Freeze, reason: str, by: str) -> str:
    """Enter days on which nothing starts; gives the id of the freeze.

    Raises:
        PlannerError: AV585, the last day is before the first, or the days come back before they
            are over.
    """
    if days.last < days.first:
        raise PlannerError(
            f"a freeze from {days.first} to {days.last} has no day",
            because="its last day is before its first",
            help="say the first day with `--from` and the last with `--until`",
            code="AV585",
        )
    if days.every is not None and add(days.first, TURN[days.every]) <= days.last:
        raise PlannerError(
            f"a freeze from {days.first} to {days.last} every {days.every} never ends",
            because="its days come back before they are over",
            help=f"let it be shorter than a {days.every}, or leave `--every` out",
            code="AV585",
        )
    name = new_id("freeze")
    runs.run(
        "freeze_add",
        id=name,
        system=days.system,
        first_day=days.first,
        last_day=days.last,
        every=days.every and str(days.every),
        reason=reason,
        person=by,
    )
    return name


def thaw(
    runs: Runs, people: Mapping[str, Member], name: str, by: Sequence[str], at: datetime
) -> None:
    """End a freeze before its last day, or one that comes back, by two declared persons.

    Raises:
        PlannerError: AV415, fewer than two different declared persons; AV423, there is no such
            freeze, or it was ended.
    """
    known = _two(people, by, f"`avow stop --thaw {name} --as PERSON --as PERSON`")
    if runs.one("freeze_end", id=name, people=known, at=at) is None:
        raise PlannerError(
            f"there is no freeze `{name}`", help="`avow stop --list` shows them", code="AV423"
        )


def _two(people: Mapping[str, Member], by: Sequence[str], how: str) -> list[str]:
    """The declared persons among those named. Raises PlannerError AV415 below two."""
    known = sorted({person for person in by if person in people})
    if len(known) < 2:
        raise PlannerError(
            "a stop or a freeze is released by two persons of the declaration",
            because=f"{len(known)} of the persons named are known",
            help=how,
            code="AV415",
        )
    return known


def freezes(runs: Runs, day: date) -> tuple[Freeze, ...]:
    """Every freeze that is not over on this day."""
    return tuple(
        Freeze(
            r["first_day"], r["last_day"], r["system"], r["every"] and Every(r["every"]), r["id"]
        )
        for r in runs.run("planner_freezes", day=day)
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """A stop that nobody released: its id, its system (None: everything), who and when."""

    id: str
    system: str | None
    by: str
    at: datetime


def standing(runs: Runs) -> tuple[Standing, ...]:
    """Every stop that nobody released, the oldest first. Stop files are not among them."""
    rows = runs.run("stops_standing", system=None)
    return tuple(Standing(r["id"], r["system"], r["placed_by"], r["placed_at"]) for r in rows)


def touch(folder: Path, system: str | None = None) -> Path:
    """Lay the stop file: works even when our own database does not answer.

    Raises:
        PlannerError: AV434, the name of the system cannot be a file's.
    """
    if system is not None and not re.fullmatch(r"[\w.-]+", system):
        raise PlannerError(f"`{system}` is no name of a system", code="AV434")
    path = folder / (FILE if system is None else f"{FILE}.{system}")
    path.touch(mode=0o600)
    return path
