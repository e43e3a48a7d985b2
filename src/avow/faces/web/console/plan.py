"""One plan, complete before it is started: rows, statements, locks, and whom else it touches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from avow.duties.requests.acting.correcting_next import Differs
from avow.engine.accounts.matrix import Action
from avow.faces.web.frame import Frame
from avow.faces.web.render import GivenPages, Pages
from avow.faces.web.security import Asked
from avow.faces.web.source import PlanState, PlanView, Stop

BEFORE = frozenset({PlanState.WAITING, PlanState.APPROVED, PlanState.PAUSED, PlanState.RUNNING})
"""While it can still be approved or stopped there is a need to know what it changes."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The context of the page of one plan."""

    frame: Annotated[Frame, "what surrounds the page"]
    plan: Annotated[PlanView, "the plan as an approval signs it"]
    may_approve: Annotated[bool, "whether it waits for an approval"]
    stopped: Annotated[tuple[Stop, ...], "stops that keep it from running"]
    can_open: Annotated[bool, "whether it corrects values that may still be looked at"]
    changes: Annotated[tuple[Differs, ...] | None, "what it changes, once the reader opened it"]
    is_away: Annotated[bool, "whether the system did not answer when they did"]


@get("/{language:str}/plans/{plan_id:str}", sync_to_thread=True, action=Action.SEE_PLANS)
def plan(
    request: Asked, language: FromPath[str], plan_id: FromPath[str], pages: GivenPages
) -> Response[bytes]:
    """Show one plan."""
    found = context(request, language, plan_id.removesuffix(".json"), pages)
    return pages.answer(request, "plan.html", found)


def context(
    request: Asked,
    language: str,
    plan_id: str,
    pages: Pages,
    changes: tuple[Differs, ...] | None = None,
    *,
    is_away: bool = False,
) -> Plan:
    """Find the plan; `NotFoundException` where there is none of that id."""
    frame = pages.frame(request, language, "plans")
    found = pages.source.plan(plan_id)
    if found is None:
        raise NotFoundException(plan_id)
    stopped = tuple(stop for stop in frame.stops if stop.system in (None, found.system))
    can_open = bool(found.corrects) and found.state in BEFORE
    waits = found.state is PlanState.WAITING
    return Plan(frame, found, waits, stopped, can_open, changes, is_away)
