"""One promise: its text, its word, why, every item with its evidence, and its past."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from avow.duties.assurance.history import DayPoint, fold
from avow.duties.assurance.model import RANK, ItemStatus, PromiseStatus, Status
from avow.duties.assurance.source import ClauseText
from avow.engine.accounts.matrix import Action
from avow.engine.evidence.checks import Attestation, Check
from avow.faces.web.frame import Frame
from avow.faces.web.render import GivenPages, Pages
from avow.faces.web.security import Asked


@dataclass(frozen=True, slots=True)
class Spell:
    """Days in a row with the same word."""

    status: Status
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Promise:
    """The context of the page of one promise."""

    frame: Annotated[Frame, "what surrounds the page"]
    promise: Annotated[PromiseStatus, "its word, its items (the worst first), reasons and evidence"]
    text: Annotated[ClauseText | None, "the organisation's own words"]
    checks: Annotated[tuple[Check, ...], "the checks that answer for it"]
    documents: Annotated[tuple[Attestation, ...], "the documents of persons, newest first"]
    past: Annotated[tuple[Spell, ...], "its words through time, newest first"]


@get("/{language:str}/promises/{clause:str}", sync_to_thread=True, action=Action.SEE_STATUS)
def promise(
    request: Asked, language: FromPath[str], clause: FromPath[str], pages: GivenPages
) -> Response[bytes]:
    """Show one promise."""
    found = context(request, language, clause.removesuffix(".json"), pages)
    return pages.answer(request, "promise.html", found)


def context(request: Asked, language: str, clause: str, pages: Pages) -> Promise:
    """Find the promise; `NotFoundException` where the declaration has no such clause."""
    source = pages.source
    frame = pages.frame(request, language, "promises")
    known = source.evidenced()
    found = next((p for p in fold(known, frame.now) if p.clause == clause), None)
    if found is None:
        raise NotFoundException(clause)
    documents = [document for document in known.attestations if document.clause == clause]
    return Promise(
        frame=frame,
        promise=replace(found, items=worst_first(found)),
        text=source.text(clause, language),
        checks=tuple(check for check in known.checks if clause in check.clauses),
        documents=tuple(sorted(documents, key=lambda document: document.on, reverse=True)),
        past=spells(clause, source.history()),
    )


def worst_first(promise: PromiseStatus) -> tuple[ItemStatus, ...]:
    """The items in the order in which a reader asks about them."""
    return tuple(sorted(promise.items, key=lambda item: (RANK[item.status], item.item)))


def spells(clause: str, points: Sequence[DayPoint]) -> tuple[Spell, ...]:
    """Days in a row with the same word become one line; newest first."""
    found: list[Spell] = []
    for point in points:
        word = point.words.get(clause)
        if word is None:
            continue
        if found and found[-1].status is word:
            found[-1] = Spell(word, found[-1].first, point.day)
        else:
            found.append(Spell(word, point.day, point.day))
    return tuple(reversed(found))
