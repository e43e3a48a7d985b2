"""One incident: what it needs until when, what is concerned, its steps, and the forms to go on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from zoneinfo import ZoneInfo

from litestar import Response
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from avow.duties.incidents.machine import IncidentRefused, Risk, Scoped, folded
from avow.duties.incidents.register import entries_of
from avow.engine.accounts.matrix import Action
from avow.faces.web.frame import Frame
from avow.faces.web.incident_views import (
    BreachClock,
    IncidentStepLine,
    clock_of,
    incident_steps,
    wanted_of,
)
from avow.faces.web.render import GivenPages, Pages, with_twin
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import StaffDesk
from avow.faces.web.signin.sign_in import GivenStaff


@dataclass(frozen=True, slots=True)
class IncidentPage:
    """The context of the page of one incident."""

    frame: Annotated[Frame, "what surrounds the page"]
    id: Annotated[str, "the incident"]
    stage: Annotated[str, "where it stands"]
    wanted: Annotated[str, "what it needs next"]
    duties: Annotated[tuple[str, ...], "who has still to be told"]
    clock: Annotated[BreachClock | None, "the 72 hours; None where none run"]
    nature: Annotated[tuple[str, ...], "what happened, by the words of the law"]
    risk: Annotated[str, "how great the risk was judged; empty before"]
    scope: Annotated[Scoped | None, "what is concerned, in counts"]
    kinds: Annotated[tuple[str, ...], "the kinds of data concerned, as the statement calls them"]
    is_advised: Annotated[bool, "whether the data-protection officer advised"]
    request: Annotated[str, "the request whose answer went astray; empty else"]
    steps: Annotated[tuple[IncidentStepLine, ...], "every step, the newest first"]
    systems: Annotated[tuple[str, ...], "systems that may be concerned, to choose from"]
    can_count: Annotated[bool, "whether the systems can be read from here"]
    risks: Annotated[tuple[str, ...], "how great a risk may be judged"]
    letter: Annotated[str, "the text for the authority, just made; empty else"]
    lacking: Annotated[bool, "whether a text for the authority was asked and is not whole yet"]


def show(
    request: Asked,
    language: FromPath[str],
    incident_id: FromPath[str],
    pages: GivenPages,
    staff: GivenStaff,
) -> Response[bytes]:
    """Show one incident."""
    page = context(request, language, incident_id, pages, staff)
    return pages.answer(request, "staff/incident.html", page)


incident = with_twin("/{language:str}/incidents/{incident_id:str}", show, Action.SEE_INCIDENTS)


def context(
    asked: Asked,
    language: str,
    incident_id: str,
    pages: Pages,
    staff: StaffDesk,
    letter: str | None = "",
) -> IncidentPage:
    """Read it; `NotFoundException` where there is none of that id. `letter` None says that
    a text was asked for and something of it is missing."""
    frame, name = pages.frame(asked, language, "incidents"), incident_id.removesuffix(".json")
    try:
        entries = entries_of(staff.register, name)
    except IncidentRefused:
        raise NotFoundException(name) from None
    found, zone = folded(name, entries), ZoneInfo(staff.book.zone)
    return IncidentPage(
        frame=frame,
        id=name,
        stage=str(found.stage),
        wanted=str(wanted_of(found)),
        duties=found.open_duties,
        clock=clock_of(found, staff.now(), zone),
        nature=tuple(str(each) for each in getattr(entries[0].step, "nature", ())),
        risk=str(found.risk or ""),
        scope=found.scope,
        kinds=_kinds(staff, frame.language, found.scope),
        is_advised=found.is_advised,
        request=found.request or "",
        steps=incident_steps(entries, zone),
        systems=tuple(sorted(staff.book.declaration.datamap.systems)),
        can_count=staff.estate is not None,
        risks=tuple(str(risk) for risk in Risk),
        letter=letter or "",
        lacking=letter is None,
    )


def _kinds(staff: StaffDesk, language: str, scope: Scoped | None) -> tuple[str, ...]:
    declaration, names = staff.book.declaration, scope.categories if scope else ()
    return tuple(declaration.words(language, "category", name) or name for name in names)
