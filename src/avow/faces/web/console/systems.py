"""Systems: what is known of each, who owns it, and what its owner was asked for."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from litestar import Response
from litestar.params import FromPath

from avow.engine.accounts.matrix import Action
from avow.engine.planner import outlook
from avow.engine.planner.drift import DriftKind
from avow.engine.planner.forecast import Forecast
from avow.engine.planner.program import Move
from avow.engine.planner.standings import everywhere
from avow.engine.planner.trust import LADDER, Standing
from avow.engine.planner.unspoken import unspoken
from avow.faces.web.frame import Frame
from avow.faces.web.render import GivenPages, Pages, with_twin
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import StaffDesk
from avow.faces.web.signin.sign_in import GivenStaff


@dataclass(frozen=True, slots=True)
class Look:
    """The newest look at a system. `why`: the code of why it saw nothing. `due`: rows and emptied
    cells past their end on the day of the look, `overdue` of them before that day. `unmapped`:
    tables there that the declaration does not know."""

    at: datetime
    why: str
    due: int
    overdue: int
    unmapped: int


@dataclass(frozen=True, slots=True)
class Load:
    """What waits for the owner of a system: open tasks, those whose day is over, and how many days
    ago the oldest of these was due."""

    open: int
    late: int
    days: int


@dataclass(frozen=True, slots=True)
class SystemLine:
    """What is known of a system, without a value from it.

    `look`: None before the first one. `levels`: how many rules stand at each level, of those that
    were ever given one. `mapped`: datasets of the declaration there.
    `by_hand`: no connector can look into it, only its owner.
    """

    name: str
    connector: str
    owner: str
    look: Look | None
    levels: tuple[tuple[str, int], ...]
    is_stopped: bool
    mapped: int
    by_hand: bool
    tasks: Load


@dataclass(frozen=True, slots=True)
class Systems:
    """The context of the page of systems."""

    frame: Annotated[Frame, "what surrounds the page"]
    late: Annotated[int, "tasks of owners whose day is over"]
    systems: Annotated[tuple[SystemLine, ...], "those with overdue tasks first"]


def show(
    request: Asked, language: FromPath[str], pages: GivenPages, staff: GivenStaff
) -> Response[bytes]:
    """Show every system of the declaration."""
    frame = pages.frame(request, language, "systems")
    found = lines(pages, staff)
    ordered = tuple(sorted(found, key=lambda line: (-line.tasks.days, line.name)))
    late = sum(line.tasks.late for line in found)
    return pages.answer(request, "staff/systems.html", Systems(frame, late, ordered))


systems = with_twin("/{language:str}/systems", show, Action.SEE_STATUS)


def lines(pages: Pages, staff: StaffDesk) -> tuple[SystemLine, ...]:
    """What is known of every system, in a fixed number of statements."""
    runs, declared, day = staff.book.runs, staff.book.declaration, staff.today()
    stopped = {stop.system for stop in pages.source.stops()}
    rungs, looks = everywhere(runs, declared), _looks(staff)
    unreadable = set(unspoken(declared))
    due: defaultdict[str, list[date]] = defaultdict(list)
    for row in runs.run("tasks_open"):
        due[row["place"]].append(row["due_on"])
    return tuple(
        SystemLine(
            name=name,
            connector=system.connector,
            owner=system.owner or "",
            look=looks.get(name),
            levels=_levels(rungs.get(name, {})),
            is_stopped=bool(stopped & {name, None}),
            mapped=len(system.datasets),
            by_hand=name in unreadable,
            tasks=_load(due[place_of(name)], day),
        )
        for name, system in declared.datamap.systems.items()
    )


def place_of(system: str) -> str:
    """What tasks about a system say of where they are done."""
    return f"system:{system}"


def _looks(staff: StaffDesk) -> dict[str, Look]:
    runs, zone = staff.book.runs, ZoneInfo(staff.book.zone)
    tables = Counter(
        new.system for new in outlook.novelties(runs) if new.drift.kind is DriftKind.TABLE
    )
    found = {}
    for seen in outlook.last_seen(runs):
        forecast = seen.forecast
        due = _total(forecast, forecast.day)
        overdue = min(due, _total(forecast, forecast.day - timedelta(days=1)))
        at = seen.at.astimezone(zone)
        name = forecast.system
        found[name] = Look(at, forecast.why, due, overdue, tables[name])
    return found


def _total(seen: Forecast, day: date) -> int:
    """Rows that go and cells that are emptied, as of a day."""
    moved = (each.rows.get(day, 0) for each in seen.found if each.move in (Move.DELETE, Move.BLANK))
    return sum(moved)


def _levels(rungs: Mapping[str, Standing]) -> tuple[tuple[str, int], ...]:
    """The highest level first."""
    counts = Counter(rung.level for rung in rungs.values())
    return tuple((str(level), counts[level]) for level in reversed(LADDER) if counts[level])


def _load(due: Sequence[date], day: date) -> Load:
    late = [each for each in due if each < day]
    return Load(len(due), len(late), (day - min(late)).days if late else 0)
