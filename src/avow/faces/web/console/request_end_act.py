"""Carry out an objection or a withdrawal of consent: what is next for it, and nothing else."""

from __future__ import annotations

from datetime import datetime

from litestar import Response, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from avow.duties.requests.acting.ending import NotEnded
from avow.duties.requests.acting.objecting import (
    Turn,
    let_go,
    restrict_meanwhile,
    stop_marketing,
    uphold,
)
from avow.duties.requests.acting.withdrawing import withdraw
from avow.duties.requests.book import Book
from avow.duties.requests.machine import Item, Request, StepRefused
from avow.duties.requests.words import Right
from avow.engine.accounts.matrix import Action
from avow.engine.accounts.signing_in import prove
from avow.faces.web.console.request_end import PATH, TEMPLATE, context
from avow.faces.web.end_views import ENDING, next_of
from avow.faces.web.mistakes import Mistake
from avow.faces.web.render import GivenPages
from avow.faces.web.request_acting import allow, back, found
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import Form, signed_of
from avow.faces.web.signin.sign_in import GivenStaff
from avow.faces.web.source import Told


@post(f"{PATH}/act", sync_to_thread=True, action=Action.CARRY_OUT)
def end_act(
    request: Asked,
    language: FromPath[str],
    request_id: FromPath[str],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Redirect | Response[bytes]:
    """Do what is next, as who is signed in and shows a fresh code."""
    pages.frame(request, language, "requests")
    mine, said = found(staff, request_id), data.get("item", "")
    allow(request, Action.CARRY_OUT, mine)
    known = {str(i.item): i for i in mine.items.values() if i.right in ENDING}
    if said not in known:
        raise NotFoundException(said)
    by, at, code = signed_of(request).person, staff.now(), "code"
    if prove(staff.accounts, by, data.get("code", ""), at):
        code = _acted(staff.book, mine, known[said], data.get("turn", ""), by, at)
    if not code:
        return back(language, request_id, Told.ACTED, "end")
    page = context(request, language, request_id, pages, staff, Mistake(said, "act", code))
    return pages.answer(request, TEMPLATE, page, 422)


def _acted(book: Book, state: Request, item: Item, wanted: str, by: str, at: datetime) -> str:
    """Do what is next, if that is what the form showed; the code of what is wrong, or nothing."""
    turn = next_of(book, state, item, at)
    if turn != wanted:
        return "moved"
    try:
        match turn:
            case Turn.END if item.right is Right.WITHDRAWAL:
                withdraw(book, state.id, item.item, by=by, at=at)
            case Turn.END:
                uphold(book, state.id, item.item, by=by, at=at)
            case Turn.END_MARKETING:
                stop_marketing(book, state.id, item.item, by=by, at=at)
            case Turn.STAND:
                restrict_meanwhile(book, state.id, item.item, by=by, at=at)
            case Turn.LET_GO:
                let_go(book, state.id, item.item, by=by, at=at)
            case _:
                return "moved"
    except (NotEnded, StepRefused) as problem:
        return problem.code
    return ""
