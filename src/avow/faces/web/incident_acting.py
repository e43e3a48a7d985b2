"""Taking a step of an incident from a form: which step it is, and where the reader goes then."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER

from avow.duties.incidents.concerned import concerned
from avow.duties.incidents.machine import (
    Advised,
    AuthorityTold,
    Closed,
    ControllersTold,
    Decided,
    Dismissed,
    Known,
    PersonsTold,
    Risk,
    Steps,
)
from avow.faces.web.signin.desk import StaffDesk
from avow.faces.web.source import Told

LONGEST = 8_000
"""Characters of what is said with a step."""
SYSTEM = "system-"


def step_of(staff: StaffDesk, form: Mapping[str, str]) -> Steps | None:
    """The step that a form says; None for what is none. Counting what is concerned reads the live
    systems; one that does not answer is counted as such."""
    match form.get("step", ""):
        case "known":
            since = _instant(staff, form.get("since", ""))
            return Known(since=since) if since else None
        case "scope":
            return _scoped(staff, form)
        case "risk":
            risk = form.get("risk", "")
            return Decided(risk=Risk(risk)) if risk in set(Risk) else None
        case "authority" | "persons" | "controllers" as whom:
            return _told(staff, whom, form)
        case "dismiss":
            return Dismissed()
        case "close":
            return Closed()
        case "advise":
            return Advised()
    return None


def _scoped(staff: StaffDesk, form: Mapping[str, str]) -> Steps | None:
    known = staff.book.declaration.datamap.systems
    wanted = {name: frozenset[str]() for name in known if form.get(f"{SYSTEM}{name}")}
    if not wanted or staff.estate is None:
        return None
    return concerned(staff.estate, wanted)[0]


def _told(staff: StaffDesk, whom: str, form: Mapping[str, str]) -> Steps | None:
    at, number = _instant(staff, form.get("at", "")), form.get("number", "") or "0"
    if at is None or not number.isdecimal() or len(number) > 9:
        return None
    if whom == "authority":
        late = bool(form.get("words", "").strip())
        return AuthorityTold(told=at, final=not form.get("part"), late_because=late)
    if whom == "persons":
        return PersonsTold(told=at, letters=int(number), public=bool(form.get("public")))
    return ControllersTold(told=at, tenants=int(number))


def _instant(staff: StaffDesk, local: str) -> datetime | None:
    """What was typed is a time where the controller is; now where nothing was. None for what is no
    time, or has not come yet."""
    if not local:
        return staff.now()
    try:
        at = datetime.fromisoformat(local)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=ZoneInfo(staff.book.zone))
    return at if at <= staff.now() else None


def back(language: str, incident: str, told: Told) -> Redirect:
    """To the page of the incident, or to Today for who may not see it, with what came of it."""
    place = f"incidents/{quote(incident, safe='')}" if incident else ""
    here = f"/{language}/{place}".rstrip("/")
    return Redirect(f"{here}?told={told}", status_code=HTTP_303_SEE_OTHER)
