"""An instruction of a controller as its pages show it, and who may act on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER

from avow.common.calendar import local_day
from avow.duties.requests.processor.standing import OURS, OVER, Standing, standing_of
from avow.engine.accounts.matrix import Action, Sphere
from avow.engine.accounts.sessions import Signed
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import StaffDesk, signed_of
from avow.faces.web.source import Told


@dataclass(frozen=True, slots=True)
class InstructionLine:
    """An instruction in the log. `tenant`: the controller as the data map has it; `left`: days to
    its last one, negative after it; `is_ours`: it waits for us."""

    id: str
    tenant: str
    what: str
    wants: str
    arrived: date
    due: date
    left: int
    is_late: bool
    is_ours: bool
    is_over: bool
    by: str
    plan: str
    status: str
    fetch_until: date | None


def line_of(found: Standing, day: date, zone: str) -> InstructionLine:
    """An instruction as it stands on a day, in the zone of the controller."""
    return InstructionLine(
        id=found.id,
        tenant=found.tenant,
        what=found.what,
        wants=str(found.wants),
        arrived=local_day(found.arrived, zone),
        due=found.due,
        left=(found.due - day).days,
        is_late=found.is_late(day),
        is_ours=found.wants in OURS,
        is_over=found.wants in OVER,
        by=found.by,
        plan=found.plan,
        status=found.status,
        fetch_until=found.fetch_until,
    )


def known_instruction(staff: StaffDesk, instruction: str) -> Standing:
    """An instruction; `NotFoundException` where there is none of that id."""
    found = standing_of(staff.book, instruction.removesuffix(".json"), staff.today())
    if found is None:
        raise NotFoundException(instruction)
    return found


def does_for_clients(asked: Asked) -> frozenset[str]:
    """What who is signed in may do with data that we hold for others."""
    signed: Signed | None = asked.state.get("signed")
    if signed is None:
        return frozenset()
    return frozenset(str(each) for each in Action if signed.may(each, Sphere.PROCESSOR))


def allow_for_clients(asked: Asked, action: Action) -> None:
    """Let who is signed in act with data of others; else `PermissionDeniedException` (403)."""
    if not signed_of(asked).may(action, Sphere.PROCESSOR):
        raise PermissionDeniedException("with data of others nobody of ours does that")


def back(language: str, instruction: str, told: Told) -> Redirect:
    """To the page of the instruction, with what came of the form."""
    here = f"/{language}/instructions/{quote(instruction, safe='')}?told={told}"
    return Redirect(here, status_code=HTTP_303_SEE_OTHER)
