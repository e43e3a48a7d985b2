"""Letters: which did not arrive, which wait, and the wording of every kind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

from litestar import Response
from litestar.params import FromPath

from avow.common.languages import LANGUAGES
from avow.declaration.model import Declaration
from avow.duties.correspondence.examples import cases, example, kinds
from avow.duties.correspondence.letters import Channel, Reason, State
from avow.duties.correspondence.wording import WordingError
from avow.engine.accounts.matrix import Action
from avow.engine.db.store import Row
from avow.faces.web.frame import Frame
from avow.faces.web.letter_words import KINDS, REASONS
from avow.faces.web.render import GivenPages, with_twin
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import StaffDesk
from avow.faces.web.signin.sign_in import GivenStaff

MOST = 100
"""Letters that are listed one by one; all are counted."""


@dataclass(frozen=True, slots=True)
class Lost:
    """A letter that did not arrive, without whom it was for. `request`: what it belongs to; empty
    where it belongs to something else, which is named by `about`."""

    title: str
    about: str
    request: str
    why: str
    came_back: bool
    on: date
    days: int


@dataclass(frozen=True, slots=True)
class UnderWay:
    """Letters of a kind that have not come to their end, and since when the oldest waits."""

    title: str
    n: int
    on_paper: bool
    printed: bool
    since: date
    days: int


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of letter. `wrong`: the code of why it cannot be written as it is; empty mostly."""

    id: str
    title: str
    when: str
    wrong: str


@dataclass(frozen=True, slots=True)
class Letters:
    """The context of the page of letters."""

    frame: Annotated[Frame, "what surrounds the page"]
    lost: Annotated[tuple[Lost, ...], "letters that did not arrive, the newest first"]
    lost_in_all: Annotated[int, "how many did not arrive, those beyond the list too"]
    under_way: Annotated[tuple[UnderWay, ...], "what waits, the oldest first"]
    kinds: Annotated[tuple[Kind, ...], "every kind that avow writes"]


def show(
    request: Asked, language: FromPath[str], pages: GivenPages, staff: GivenStaff
) -> Response[bytes]:
    """Show what became of letters, and which kinds there are."""
    frame, runs = pages.frame(request, language, "letters"), staff.book.runs
    lost = runs.run("letters_lost", most=MOST)
    context = Letters(
        frame,
        tuple(_lost(staff, row) for row in lost),
        lost[0]["letters"] if lost else 0,
        tuple(_under_way(staff, row) for row in runs.run("letters_under_way")),
        tuple(kind_of(staff, kind) for kind in sorted(kinds(), key=_order)),
    )
    return pages.answer(request, "staff/letters.html", context)


staff_letters = with_twin("/{language:str}/letters", show, Action.SEE_STATUS)


def _order(kind: str) -> int:
    known = list(KINDS)
    return known.index(kind) if kind in known else len(known)


def _lost(staff: StaffDesk, row: Row) -> Lost:
    on, about = staff.book.day(row["ended_at"]), row["about"]
    return Lost(
        title=title_of(row["kind"]),
        about=about,
        request=about if about.startswith("request-") else "",
        why=REASONS.get(row["reason"], REASONS[Reason.OTHER]),
        came_back=row["state"] == State.BOUNCED,
        on=on,
        days=(staff.today() - on).days,
    )


def _under_way(staff: StaffDesk, row: Row) -> UnderWay:
    since = staff.book.day(row["since"])
    return UnderWay(
        title=title_of(row["kind"]),
        n=row["letters"],
        on_paper=row["channel"] == Channel.PAPER,
        printed=row["state"] == State.PRINTED,
        since=since,
        days=(staff.today() - since).days,
    )


def title_of(kind: str) -> str:
    """What a kind is called; its id where it has no name, as letters of a probe have none."""
    return KINDS[kind][0] if kind in KINDS else kind


def kind_of(staff: StaffDesk, kind: str) -> Kind:
    """A kind of letter, tried in every language and every case with made-up values."""
    title, when = KINDS.get(kind, (kind, ""))
    wrong = ""
    try:
        for language in LANGUAGES:
            for case in cases(kind):
                example(kind, case, language, **house_of(staff.book.declaration), own=own_of(staff))
    except WordingError as problem:
        wrong = problem.code
    return Kind(kind, title, when, wrong)


def house_of(declaration: Declaration) -> dict[str, str]:
    """Who writes, in an example."""
    return {
        "house": declaration.controller.name,
        "contact": declaration.mailbox or declaration.controller.address,
    }


def own_of(staff: StaffDesk) -> Path | None:
    """The folder with words of the organisation's own; None where it uses ours."""
    return staff.post.own if staff.post is not None else None
