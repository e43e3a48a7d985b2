"""Holds: what may not be erased, why, and when somebody looks at it again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from litestar import Response
from litestar.params import FromPath

from avow.engine.accounts.matrix import Action
from avow.engine.db.store import Row
from avow.engine.planner import hold
from avow.engine.planner.hold_rows import Counted
from avow.faces.web.frame import Frame
from avow.faces.web.render import GivenPages, Pages, with_twin
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import StaffDesk
from avow.faces.web.signin.sign_in import GivenStaff


@dataclass(frozen=True, slots=True)
class HoldLine:
    """A hold that stands. Whom it is about is not said; `places` are datasets whose rows it names.
    `since` None: batches that had begun before may still be going on."""

    id: str
    reason: str
    law: str
    by: str
    placed: datetime
    since: datetime | None
    review: date
    is_over: bool
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScriptOut:
    """A script of changes that the owner of a system may still run: it was written before the
    newest of the holds, and nobody can call it back."""

    plan: str
    system: str
    until: date


@dataclass(frozen=True, slots=True)
class Counts:
    """What a hold keeps, counted just now in every system that answers."""

    hold: str
    found: Counted


@dataclass(frozen=True, slots=True)
class Holds:
    """The context of the page of holds."""

    frame: Annotated[Frame, "what surrounds the page"]
    over: Annotated[int, "holds whose day of review has come"]
    counted: Annotated[Counts | None, "what a hold keeps, where somebody has just had it counted"]
    can_count: Annotated[bool, "whether the systems can be read from here"]
    holds: Annotated[tuple[HoldLine, ...], "those that stand, the first to be looked at first"]
    scripts: Annotated[tuple[ScriptOut, ...], "texts with owners that know nothing of newer holds"]
    kinds: Annotated[tuple[str, ...], "kinds of values by which a person can be named"]
    places: Annotated[tuple[str, ...], "datasets of which a row can be named by its key"]


def show(
    request: Asked, language: FromPath[str], pages: GivenPages, staff: GivenStaff
) -> Response[bytes]:
    """Show the holds that stand."""
    return pages.answer(request, "staff/holds.html", context(request, language, pages, staff))


holds = with_twin("/{language:str}/holds", show, Action.SEE_HOLDS)


def context(
    request: Asked, language: str, pages: Pages, staff: StaffDesk, counted: Counts | None = None
) -> Holds:
    """Read them once; no system is asked."""
    day, zone = staff.today(), ZoneInfo(staff.book.zone)
    found = [_line(row, day, zone) for row in hold.standing(staff.book.runs)]
    known = tuple(staff.book.declaration.datamap.datasets())
    return Holds(
        frame=pages.frame(request, language, "holds"),
        over=sum(line.is_over for line in found),
        counted=counted,
        can_count=staff.estate is not None,
        holds=tuple(sorted(found, key=lambda line: (line.review, line.id))),
        scripts=_scripts(staff, day, max((line.placed for line in found), default=None)),
        kinds=tuple(sorted({i.kind for _, dataset in known for i in dataset.identities})),
        places=tuple(sorted(f"{s.name}:{d.name}" for s, d in known if d.is_personal and d.key)),
    )


def _scripts(staff: StaffDesk, day: date, newest: datetime | None) -> tuple[ScriptOut, ...]:
    rows = staff.book.runs.run("scripts_out", day=day) if newest is not None else ()
    return tuple(
        ScriptOut(row["plan"], row["system"], row["valid_until"])
        for row in rows
        if row["issued_at"] <= newest
    )


def _line(row: Row, day: date, zone: ZoneInfo) -> HoldLine:
    scope = row["scope"]
    said = msgspec.json.decode(scope) if isinstance(scope, str | bytes) else scope
    since = row["effective_at"]
    return HoldLine(
        id=row["id"],
        reason=row["reason"],
        law=row["law"],
        by=row["placed_by"],
        placed=row["placed_at"].astimezone(zone),
        since=since.astimezone(zone) if since else None,
        review=row["review_on"],
        is_over=row["review_on"] <= day,
        places=tuple(said.get("datasets", ())),
    )
