"""The log of instructions: what controllers want done with their data, and where each stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from litestar import Response
from litestar.params import FromPath

from avow.duties.requests.processor.standing import (
    OURS,
    OVER,
    Standing,
    standings,
    tenants_instructing,
)
from avow.duties.requests.tasks.instructing import Instructs
from avow.engine.accounts.matrix import Action
from avow.faces.web.frame import Frame
from avow.faces.web.instruction_views import InstructionLine, does_for_clients, line_of
from avow.faces.web.mistakes import Mistake
from avow.faces.web.render import GivenPages, Pages, with_twin
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import StaffDesk
from avow.faces.web.signin.sign_in import GivenStaff

TEMPLATE = "staff/instructions.html"


@dataclass(frozen=True, slots=True)
class Instructions:
    """The context of the log of instructions."""

    frame: Annotated[Frame, "what surrounds the page"]
    ours: Annotated[int, "instructions that wait for us"]
    late: Annotated[int, "instructions whose last day is over"]
    open: Annotated[tuple[InstructionLine, ...], "those that are not over, ours first"]
    over: Annotated[tuple[InstructionLine, ...], "those that are, the newest first"]
    tenants: Annotated[tuple[str, ...], "controllers from which instructions are taken"]
    kinds: Annotated[tuple[str, ...], "what may be instructed"]
    form: Annotated[Mapping[str, str], "what was typed, where the form comes back"]
    mistake: Annotated[Mistake | None, "what is wrong with the form that was just sent"]
    does: Annotated[frozenset[str], "what the reader may do with data of others"]
    today: Annotated[str, "the day, as the form writes it"]


def show(
    request: Asked, language: FromPath[str], pages: GivenPages, staff: GivenStaff
) -> Response[bytes]:
    """Show the log."""
    return pages.answer(request, TEMPLATE, context(request, language, pages, staff))


instructions = with_twin("/{language:str}/instructions", show, Action.SEE_REQUESTS)


def context(
    asked: Asked,
    language: str,
    pages: Pages,
    staff: StaffDesk,
    mistake: Mistake | None = None,
) -> Instructions:
    """Read the log once, in a fixed number of statements."""
    frame, day = pages.frame(asked, language, "instructions"), staff.today()
    zone = staff.book.zone
    found = standings(staff.book.runs, staff.book.declaration, day)
    going = sorted((each for each in found if each.wants not in OVER), key=_urgency)
    return Instructions(
        frame=frame,
        ours=sum(each.wants in OURS for each in found),
        late=sum(each.is_late(day) for each in found),
        open=tuple(line_of(each, day, zone) for each in going),
        over=tuple(line_of(each, day, zone) for each in found if each.wants in OVER),
        tenants=tenants_instructing(staff.book.runs),
        kinds=tuple(str(each) for each in Instructs),
        form=mistake.typed if mistake else {},
        mistake=mistake,
        does=does_for_clients(asked),
        today=day.isoformat(),
    )


def _urgency(each: Standing) -> tuple[object, ...]:
    return (each.wants not in OURS, each.due, each.id)
