"""The corrections of a request: what is next, the plans, and where something can be corrected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from avow.duties.requests.acting.correcting_next import Differs, Turn
from avow.faces.web.change_views import CorrectLine, correct_next, corrections_of
from avow.faces.web.frame import Frame
from avow.faces.web.mistakes import Mistake
from avow.faces.web.render import Pages
from avow.faces.web.request_acting import does_of, found
from avow.faces.web.request_showing import shown_at
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import StaffDesk

TEMPLATE, BELOW = "staff/correct.html", "correct"
PATH = "/{language:str}/requests/{request_id:str}/correct"


@dataclass(frozen=True, slots=True)
class Opened:
    """What somebody has just opened of one correction: what a plan changes, what stands in fields
    now, or where an old value still stands; None for what was not asked for."""

    item: int
    plan: str = ""
    changes: tuple[Differs, ...] | None = None
    stands: tuple[Differs, ...] | None = None
    left: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class CorrectPage:
    """The context of the page of corrections."""

    frame: Annotated[Frame, "what surrounds the page"]
    id: Annotated[str, "the request"]
    next: Annotated[Turn, "what is wanted next"]
    corrections: Annotated[tuple[CorrectLine, ...], "each correction with its plans"]
    opened: Annotated[Opened | None, "what the reader has just opened; else no value is shown"]
    mistake: Annotated[Mistake | None, "what is wrong with the form that was just sent"]
    form: Annotated[Mapping[str, str], "what was typed, where the form comes back"]
    can_act: Annotated[bool, "whether systems can be reached from here"]
    does: Annotated[frozenset[str], "what the reader may do with it, in its sphere"]


def context(
    asked: Asked,
    language: str,
    request_id: str,
    pages: Pages,
    staff: StaffDesk,
    *,
    opened: Opened | None = None,
    mistake: Mistake | None = None,
    form: Mapping[str, str] | None = None,
) -> CorrectPage:
    """Read where they stand; `NotFoundException` where there is no such request."""
    frame, state = pages.frame(asked, language, "requests"), found(staff, request_id)
    lines = corrections_of(staff.book, state)
    return CorrectPage(
        frame=frame,
        id=state.id,
        next=correct_next(lines),
        corrections=lines,
        opened=opened,
        mistake=mistake,
        form=form or {},
        can_act=staff.estate is not None,
        does=does_of(asked, state),
    )


request_correct = shown_at(PATH, TEMPLATE, context)
