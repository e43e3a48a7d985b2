"""Data that we hold for others: which companies a request concerns, and handing a right over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from avow.duties.requests.tasks import kept
from avow.duties.requests.tasks.machine import Act
from avow.duties.requests.words import ItemState
from avow.faces.web.frame import Frame
from avow.faces.web.mistakes import Mistake
from avow.faces.web.render import Pages
from avow.faces.web.request_acting import does_of, found
from avow.faces.web.request_showing import shown_at
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import StaffDesk

TEMPLATE = "staff/hand_over.html"
PATH = "/{language:str}/requests/{request_id:str}/hand-over"


@dataclass(frozen=True, slots=True)
class Concerned:
    """A company that a request may concern: the person named it, or so many rows may be in its
    sphere. Nothing of its data is shown."""

    tenant: str
    person: int | None
    rows: int


@dataclass(frozen=True, slots=True)
class Search:
    """What was just looked for; `gaps` are places that could not be looked into."""

    concerned: tuple[Concerned, ...]
    gaps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HandOverPage:
    """The context of the page of what is handed over."""

    frame: Annotated[Frame, "what surrounds the page"]
    id: Annotated[str, "the request"]
    items: Annotated[tuple[tuple[int, str, int], ...], "rights to decide: number, right, person"]
    handed: Annotated[tuple[tuple[str, str, str], ...], "what went: company, right, how it stands"]
    search: Annotated[Search | None, "the companies that were just looked for; else nothing"]
    form: Annotated[Mapping[str, str], "what was filled in and refused, else nothing"]
    mistake: Annotated[Mistake | None, "what is wrong with the form that was just sent"]
    can_look: Annotated[bool, "whether systems can be read from here"]
    does: Annotated[frozenset[str], "what the reader may do with it, in its sphere"]


def context(
    asked: Asked,
    language: str,
    request_id: str,
    pages: Pages,
    staff: StaffDesk,
    *,
    search: Search | None = None,
    form: Mapping[str, str] | None = None,
    mistake: Mistake | None = None,
) -> HandOverPage:
    """Read what may go and what went; `NotFoundException` where there is no such request."""
    frame, state = pages.frame(asked, language, "requests"), found(staff, request_id)
    tasks = [k for k in kept.of_request(staff.book, state.id) if k.task.act is Act.HAND_OVER]
    return HandOverPage(
        frame=frame,
        id=state.id,
        items=tuple(
            (item.item, str(item.right), item.person)
            for item in state.items.values()
            if item.state is ItemState.ASKED
        ),
        handed=tuple(
            (each.task.place, str(state.items[each.item].right), str(each.task.state))
            for each in tasks
            if each.item is not None and each.item in state.items
        ),
        search=search,
        form=form or {},
        mistake=mistake,
        can_look=staff.estate is not None,
        does=does_of(asked, state),
    )


request_hand_over = shown_at(PATH, TEMPLATE, context)
