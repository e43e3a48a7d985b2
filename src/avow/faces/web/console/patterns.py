"""Patterns: every component of the pages once, to look at and to check."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from litestar import Response
from litestar.params import FromPath

from avow.duties.assurance.history import DayPoint
from avow.duties.assurance.model import WORST_FIRST, PromiseStatus, Reason, ReasonCode
from avow.engine.accounts.matrix import Action
from avow.engine.evidence.checks import ORGANISATION
from avow.faces.web.frame import Frame
from avow.faces.web.plot import History, Section, Tally, history_plot, sections, tally
from avow.faces.web.render import GivenPages, with_twin
from avow.faces.web.security import Asked
from avow.faces.web.source import Told


@dataclass(frozen=True, slots=True)
class Patterns:
    """The context of the page of patterns; its numbers are made up."""

    frame: Annotated[Frame, "what surrounds the page"]
    tally: Annotated[Tally, "a bar with each word"]
    sections: Annotated[tuple[Section, ...], "marks with each word"]
    history: Annotated[History, "a plot with each word"]
    reasons: Annotated[tuple[Reason, ...], "each reason once"]
    told: Annotated[tuple[Told, ...], "each message once"]


def show(request: Asked, language: FromPath[str], pages: GivenPages) -> Response[bytes]:
    """Show every component."""
    frame = pages.frame(request, language, "patterns")
    return pages.answer(request, "patterns.html", context(frame))


patterns = with_twin("/{language:str}/patterns", show, Action.SEE_STATUS)


def context(frame: Frame) -> Patterns:
    """One of everything."""
    shown = tuple(
        PromiseStatus(f"{number + 1}.a", "E", word) for number, word in enumerate(WORST_FIRST)
    )
    day = frame.now.date()
    words = [
        {p.clause: WORST_FIRST[min(i + back, 4)] for i, p in enumerate(shown)} for back in (0, 1, 2)
    ]
    points = [DayPoint(day - timedelta(days=3 - n), each) for n, each in enumerate(words)]
    return Patterns(
        frame=frame,
        tally=tally(shown),
        sections=sections(shown),
        history=history_plot(points),
        reasons=tuple(
            Reason(code, ORGANISATION, count=2, clauses=("6.c",), on=day) for code in ReasonCode
        ),
        told=tuple(Told),
    )
