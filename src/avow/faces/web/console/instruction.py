"""One instruction of a controller: what it waits for, the forms to go on, and what happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Annotated
from zoneinfo import ZoneInfo

from litestar import Response
from litestar.params import FromPath

from avow.duties.requests.processor.instructed import Receipt, receipt_of
from avow.duties.requests.processor.restricting import restricting
from avow.duties.requests.processor.standing import Happened, story_of
from avow.duties.requests.tasks.instructing import Instructs
from avow.engine.accounts.matrix import Action
from avow.faces.web.frame import Frame
from avow.faces.web.instruction_values import NAMING, Unnamed, kinds_of, places_of
from avow.faces.web.instruction_views import (
    InstructionLine,
    does_for_clients,
    known_instruction,
    line_of,
)
from avow.faces.web.mistakes import Mistake
from avow.faces.web.render import GivenPages, Pages, with_twin
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import StaffDesk
from avow.faces.web.signin.sign_in import GivenStaff

TEMPLATE = "staff/instruction.html"
PATH = "/{language:str}/instructions/{instruction_id:str}"


@dataclass(frozen=True, slots=True)
class Words:
    """The words of an instruction, and why it is held to be unlawful, as somebody opened them."""

    said: str = field(repr=False)
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A copy that was just drawn: rows by dataset, what could not be looked into, until when it can
    be fetched, and the code that is told to the controller; shown once."""

    rows: Mapping[str, int]
    gaps: tuple[str, ...]
    until: date
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class InstructionPage:
    """The context of the page of one instruction."""

    frame: Annotated[Frame, "what surrounds the page"]
    line: Annotated[
        InstructionLine, "what is instructed, by whom, until when, and what it waits for"
    ]
    corrects: Annotated[bool, "whether fields are corrected, so that right values are typed"]
    places: Annotated[tuple[str, ...], "tables of that controller in which something can be wrong"]
    restricting: Annotated[
        tuple[str, ...] | None,
        "the instructions by which rows of that controller are kept from use, of one that lifts",
    ]
    takes_values: Annotated[bool, "whether values name the persons that it is about"]
    kinds: Annotated[
        tuple[str, ...], "kinds of values by which persons of that controller are named"
    ]
    receipt: Annotated[Receipt | None, "what came of its plan; None while none has ended"]
    story: Annotated[tuple[Happened, ...], "everything that happened with it, the newest first"]
    opened: Annotated[Words | None, "its words, where somebody has just opened them"]
    unnamed: Annotated[Unnamed | None, "what the values that were just sent did not name"]
    drawn: Annotated[Drawn | None, "the copy, where somebody has just drawn it"]
    form: Annotated[Mapping[str, str], "what was typed, where the form comes back"]
    mistake: Annotated[Mistake | None, "what is wrong with the form that was just sent"]
    can_plan: Annotated[bool, "whether systems can be read from here"]
    does: Annotated[frozenset[str], "what the reader may do with data of others"]


def show(
    request: Asked,
    language: FromPath[str],
    instruction_id: FromPath[str],
    pages: GivenPages,
    staff: GivenStaff,
) -> Response[bytes]:
    """Show one instruction, without its words."""
    page = context(request, language, instruction_id, pages, staff)
    return pages.answer(request, TEMPLATE, page)


instruction = with_twin(PATH, show, Action.SEE_REQUESTS)


def context(
    asked: Asked,
    language: str,
    instruction_id: str,
    pages: Pages,
    staff: StaffDesk,
    *,
    opened: Words | None = None,
    unnamed: Unnamed | None = None,
    drawn: Drawn | None = None,
    mistake: Mistake | None = None,
) -> InstructionPage:
    """Read it; `NotFoundException` where there is none of that id."""
    frame, found = (
        pages.frame(asked, language, "instructions"),
        known_instruction(staff, instruction_id),
    )
    book, zone = staff.book, ZoneInfo(staff.book.zone)
    story = (replace(each, at=each.at.astimezone(zone)) for each in story_of(book, found.id))
    return InstructionPage(
        frame=frame,
        line=line_of(found, staff.today(), book.zone),
        corrects=found.what == Instructs.CORRECT,
        places=places_of(staff, found.tenant),
        restricting=restricting(book, found.tenant) if found.what == Instructs.LIFT else None,
        takes_values=found.what in NAMING,
        kinds=kinds_of(staff, found.tenant),
        receipt=receipt_of(book, found.plan) if found.plan else None,
        story=tuple(story),
        opened=opened,
        unnamed=unnamed,
        drawn=drawn,
        form=mistake.typed if mistake else {},
        mistake=mistake,
        can_plan=staff.estate is not None,
        does=does_for_clients(asked),
    )
