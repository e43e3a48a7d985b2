"""The log of views: who opened data of whom, for the officer and the auditor."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Annotated
from zoneinfo import ZoneInfo

from litestar import Response
from litestar.params import FromPath

from avow.engine.accounts import views as log
from avow.engine.accounts.matrix import Action
from avow.engine.accounts.views import View
from avow.faces.web.frame import Frame
from avow.faces.web.render import GivenPages, with_twin
from avow.faces.web.security import Asked
from avow.faces.web.signin.sign_in import GivenStaff

MOST = 200


@dataclass(frozen=True, slots=True)
class Views:
    """The context of the log of views."""

    frame: Annotated[Frame, "what surrounds the page"]
    today: Annotated[int, "how often data of a person were opened today, among those listed"]
    busiest: Annotated[tuple[tuple[str, int], ...], "who opened how often, the most first"]
    views: Annotated[tuple[View, ...], "what was opened last, the newest first"]


def show(
    request: Asked, language: FromPath[str], pages: GivenPages, staff: GivenStaff
) -> Response[bytes]:
    """Show what was opened last."""
    frame, zone = pages.frame(request, language, "views"), ZoneInfo(staff.book.zone)
    found = tuple(replace(v, at=v.at.astimezone(zone)) for v in log.newest(staff.accounts, MOST))
    today = sum(view.at.date() == staff.today() for view in found)
    busiest = tuple(Counter(view.by for view in found).most_common())
    return pages.answer(request, "staff/views.html", Views(frame, today, busiest, found))


views = with_twin("/{language:str}/views", show, Action.SEE_VIEWS)
