"""A person decides an item: beside the proposal, never by it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from avow.common.errors import AvowError
from avow.declaration.interpretation import OFFICER
from avow.declaration.model import Declaration
from avow.duties.requests.book import Book, Said, read, take
from avow.duties.requests.deciding.weighing import Proposal, cells_held, proposal
from avow.duties.requests.machine import Item, Request, StepRefused
from avow.duties.requests.rows import accepted_of
from avow.duties.requests.steps import Decided, Refusal
from avow.duties.requests.words import Ground, Outcome, Right


class NotDecided(AvowError):
    """A decision that may not be taken so (AV633 to AV635)."""

    code = "AV633"


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decides of an item, and in their words why: a reason is needed where it
    differs from the proposal, and a written balancing for a compelling interest (art. 21(1))."""

    item: int
    outcome: Outcome
    refusals: tuple[Refusal, ...] = ()
    why: bytes = b""


def proposed(book: Book, request: str, item: int, at: datetime) -> Proposal | None:
    """The proposal for an item; None while nobody has said whose rows it is about.

    Raises: UnknownRequest AV610; StepRefused AV684 when the request has no such item.
    """
    asked = _item(read(book, request), item)
    rows = accepted_of(book, request)
    if rows is None and not (asked.marketing and asked.right is Right.OBJECTION):
        return None
    mine = [c for c in rows or () if c.person == asked.person]
    return proposal(book.declaration, asked, cells_held(book.declaration, mine), book.day(at))


def decide(book: Book, request: str, decision: Decision, *, by: str, at: datetime) -> Request:
    """Take a decision; what was said as its reason lies sealed beside the step.

    Raises:
        NotDecided: AV633 the person may not decide, AV634 a reason is missing, AV635 nobody has
            said whose rows it is about.
        StepRefused: AV684 to AV687.
    """
    _may_decide(book.declaration, by)
    found = proposed(book, request, decision.item, at)
    if found is None and decision.outcome is not Outcome.REFUSED:
        raise NotDecided(
            f"item {decision.item} of `{request}` is not decided yet",
            because="nobody has said whose rows it is about",
            help="`avow request rows` shows what was found; accept what is theirs",
            code="AV635",
        )
    if not decision.why.strip() and _needs_reason(decision, found):
        raise NotDecided(
            f"item {decision.item} of `{request}` needs a reason",
            because="the decision differs from the proposal, or weighs a compelling interest",
            help="say why with --why, a file with the reason or the balancing",
            code="AV634",
        )
    step = Decided(item=decision.item, outcome=decision.outcome, refusals=decision.refusals)
    return take(book, request, [Said(step, decision.why)], by=by, at=at)


def _needs_reason(decision: Decision, found: Proposal | None) -> bool:
    if any(r.ground is Ground.COMPELLING for r in decision.refusals):
        return True
    same = found is not None and found.outcome is decision.outcome
    return not (same and found is not None and set(found.refusals) == set(decision.refusals))


def _may_decide(declaration: Declaration, by: str) -> None:
    member = declaration.people.get(by)
    if member is not None and OFFICER not in member.roles:
        return
    because = "the declaration names no such person"
    if member is not None:
        because = "the data-protection officer advises and decides nothing (art. 38(6))"
    raise NotDecided(
        f"`{by}` may not decide this",
        because=because,
        help="let another person of the declaration decide",
    )


def _item(request: Request, number: int) -> Item:
    if number not in request.items:
        raise StepRefused(f"`{request.id}` has no item {number}")
    return request.items[number]
