"""Stop: what is stopped, since when, and how two persons release it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from litestar import Response
from litestar.params import FromPath

from avow.engine.accounts.matrix import Action
from avow.faces.web.frame import Frame
from avow.faces.web.render import GivenPages, with_twin
from avow.faces.web.security import Asked


@dataclass(frozen=True, slots=True)
class StopPage:
    """The context of the page about stops."""

    frame: Annotated[Frame, "what surrounds the page, with the stops in effect"]
    systems: Annotated[tuple[str, ...], "systems that can be stopped alone"]


def show(request: Asked, language: FromPath[str], pages: GivenPages) -> Response[bytes]:
    """Show what is stopped and what can be."""
    frame = pages.frame(request, language, "stop")
    stopped = {stop.system for stop in frame.stops}
    systems = tuple(name for name in pages.source.systems() if name not in stopped)
    return pages.answer(request, "stop.html", StopPage(frame, systems))


stop = with_twin("/{language:str}/stop", show, Action.STOP)
