"""Plans: what is proposed, approved, running and done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from litestar import Response
from litestar.params import FromPath

from avow.engine.accounts.matrix import Action
from avow.faces.web.frame import Frame
from avow.faces.web.render import GivenPages, with_twin
from avow.faces.web.security import Asked
from avow.faces.web.source import PlanView


@dataclass(frozen=True, slots=True)
class Plans:
    """The context of the list of plans."""

    frame: Annotated[Frame, "what surrounds the page"]
    plans: Annotated[tuple[PlanView, ...], "plans, newest first"]


def show(request: Asked, language: FromPath[str], pages: GivenPages) -> Response[bytes]:
    """Show the list of plans."""
    frame = pages.frame(request, language, "plans")
    return pages.answer(request, "plans.html", Plans(frame, pages.source.plans()))


plans = with_twin("/{language:str}/plans", show, Action.SEE_PLANS)
