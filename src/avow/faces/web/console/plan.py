"""One plan, complete before it is started: rows, statements, locks, and whom else it touches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from avow.engine.accounts.matrix import Action
from avow.faces.web.frame import Frame
from avow.faces.web.render import GivenPages, Pages
from avow.faces.web.security import Asked
from avow.faces.web.source import PlanState, PlanView, Stop


@dataclass(frozen=True, slots=True)
class Plan:
    """The context of the page of one plan."""

    frame: Annotated[Frame, "what surrounds the page"]
    plan: Annotated[PlanView, "the plan as an approval signs it"]
    may_approve: Annotated[bool, "whether it waits for an approval"]
    stopped: Annotated[tuple[Stop, ...], "stops that keep it from running"]


@get("/{language:str}/plans/{plan_id:str}", sync_to_thread=True, action=Action.SEE_PLANS)
def plan(
    request: Asked, language: FromPath[str], plan_id: FromPath[str], pages: GivenPages
) -> Response[bytes]:
    """Show one plan."""
    found = context(request, language, plan_id.removesuffix(".json"), pages)
    return pages.answer(request, "plan.html", found)


def context(request: Asked, language: str, plan_id: str, pages: Pages) -> Plan:
    """Find the plan; `NotFoundException` where there is none of that id."""
    frame = pages.frame(request, language, "plans")
    found = pages.source.plan(plan_id)
    if found is None:
        raise NotFoundException(plan_id)
    stopped = tuple(stop for stop in frame.stops if stop.system in (None, found.system))
    return Plan(frame, found, found.state is PlanState.WAITING, stopped)
