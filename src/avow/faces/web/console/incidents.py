"""Incidents: what has to be told until when, the most urgent first; and the form to report one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from zoneinfo import ZoneInfo

from litestar import Response
from litestar.params import FromPath

from avow.duties.incidents.machine import Nature
from avow.duties.incidents.register import every
from avow.engine.accounts.matrix import Action
from avow.faces.web.frame import Frame
from avow.faces.web.incident_views import IncidentLine, Wanted, line_of
from avow.faces.web.render import GivenPages, Pages, with_twin
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import StaffDesk
from avow.faces.web.signin.sign_in import GivenStaff

MOST = 200
"""Incidents that are over and still listed, the newest."""


@dataclass(frozen=True, slots=True)
class Incidents:
    """The context of the register of incidents."""

    frame: Annotated[Frame, "what surrounds the page"]
    late: Annotated[int, "open incidents whose hours are over and of which the authority waits"]
    hours_left: Annotated[int | None, "hours that are left of the clock that ends first"]
    unjudged: Annotated[int, "reports of which nobody has said whether they are a breach"]
    open: Annotated[tuple[IncidentLine, ...], "incidents that need something, the soonest first"]
    over: Annotated[tuple[IncidentLine, ...], "incidents that are closed, the newest first"]
    natures: Annotated[tuple[str, ...], "what can have happened, for the form"]


def show(
    request: Asked, language: FromPath[str], pages: GivenPages, staff: GivenStaff
) -> Response[bytes]:
    """Show the register."""
    return pages.answer(request, "staff/incidents.html", context(request, language, pages, staff))


incidents = with_twin("/{language:str}/incidents", show, Action.SEE_INCIDENTS)


def context(request: Asked, language: str, pages: Pages, staff: StaffDesk) -> Incidents:
    """Read the register once, and sort it by what ends first."""
    now, zone = staff.now(), ZoneInfo(staff.book.zone)
    lines = [line_of(each, now, zone) for each in every(staff.register)]
    open_ = sorted((x for x in lines if x.wanted != Wanted.NOTHING), key=_soonest)
    running = [x.clock for x in open_ if x.clock is not None and x.clock.told is None]
    return Incidents(
        frame=pages.frame(request, language, "incidents"),
        late=sum(clock.left < 0 or clock.is_late for clock in running),
        hours_left=min((clock.left for clock in running if not clock.is_late), default=None),
        unjudged=sum(x.wanted == Wanted.JUDGE for x in open_),
        open=tuple(open_),
        over=tuple(x for x in reversed(lines) if x.wanted == Wanted.NOTHING)[:MOST],
        natures=tuple(str(nature) for nature in Nature),
    )


def _soonest(line: IncidentLine) -> tuple[int, str]:
    """Reports first: nobody knows yet whether hours run. Then by the hours that are left."""
    if line.wanted == Wanted.JUDGE:
        return (-10_000, line.id)
    clock = line.clock
    return (clock.left if clock is not None and clock.told is None else 10_000, line.id)
