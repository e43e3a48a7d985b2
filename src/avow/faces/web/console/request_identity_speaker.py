"""Hear somebody who speaks for a person, by a paper that came with the request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect

from avow.common.errors import AvowError
from avow.duties.requests.book import file_of
from avow.duties.requests.files import came
from avow.duties.requests.identity.representing import (
    Kind,
    NotHeard,
    Paper,
    hear,
    hear_company,
)
from avow.duties.requests.machine import Request, StepRefused
from avow.duties.requests.words import Right
from avow.engine.accounts.matrix import Action
from avow.engine.planner.refusals import PlannerError
from avow.faces.web.console.request_identity import PATH, answered_with
from avow.faces.web.console.request_identity_step import person_of
from avow.faces.web.mistakes import Mistake
from avow.faces.web.render import GivenPages
from avow.faces.web.request_acting import allow, back, found
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import Form, StaffDesk, signed_of
from avow.faces.web.signin.sign_in import GivenStaff
from avow.faces.web.source import Told

RIGHT = "right-"
LONGEST = 200
"""Characters of the name of a company or of a country."""


@dataclass(frozen=True, slots=True)
class _Wrong:
    """What is wrong with the form."""

    code: str
    detail: str = ""


@post(f"{PATH}/speaker", sync_to_thread=True, action=Action.IDENTIFY)
def identity_speaker(
    request: Asked,
    language: FromPath[str],
    request_id: FromPath[str],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Redirect | Response[bytes]:
    """Hear them by the paper, as who is signed in and looked at it. A company is heard for all of
    its users at once, whose rows are accepted with it."""
    pages.frame(request, language, "requests")
    mine = found(staff, request_id)
    allow(request, Action.IDENTIFY, mine)
    number = person_of(mine, data)
    paper = _paper(staff, mine, data)
    if isinstance(paper, Paper) and paper.kind is Kind.COMPANY:
        allow(request, Action.ACCEPT_ROWS, mine)
    wrong = (
        paper if isinstance(paper, _Wrong) else _heard(request, staff, mine, number, paper, data)
    )
    if wrong is None:
        return back(language, request_id, Told.SPEAKER_HEARD, "identity")
    mistake = Mistake(str(number), "speaker", wrong.code, wrong.detail, data)
    return answered_with(request, language, request_id, pages, staff, mistake)


def _paper(staff: StaffDesk, request: Request, form: Mapping[str, str]) -> Paper | _Wrong:
    """What the form says shows it: a file that came with this request, and what it covers."""
    kind, name, until = form.get("kind", ""), form.get("file", ""), form.get("until", "")
    rights = frozenset(right for right in Right if form.get(f"{RIGHT}{right}"))
    files = {each.id for each in came(staff.book, request.id)}
    if kind not in set(Kind) or name not in files or not rights:
        return _Wrong("choose")
    try:
        last = date.fromisoformat(until) if until else None
    except ValueError:
        return _Wrong("choose")
    content = file_of(staff.book, name)
    if content is None:
        return _Wrong("AV939")
    media_type, plain = content
    country = form.get("country", "").strip()[:LONGEST].upper()
    return Paper(Kind(kind), rights, plain.reveal(), media_type, last, country)


def _heard(
    asked: Asked,
    staff: StaffDesk,
    request: Request,
    number: int,
    paper: Paper,
    form: Mapping[str, str],
) -> _Wrong | None:
    """Hear them; what is wrong, or None when they are heard."""
    by, at, book = signed_of(asked).person, staff.now(), staff.book
    try:
        if paper.kind is not Kind.COMPANY:
            hear(book, request.id, number, paper, by=by, at=at)
        elif staff.estate is None:
            return _Wrong("no-estate")
        else:
            company = form.get("company", "").strip()[:LONGEST]
            hear_company(book, staff.estate, request.id, paper, company, by=by, at=at)
    except (NotHeard, PlannerError, StepRefused) as refused:
        return _Wrong(refused.code, _because(refused))
    return None


def _because(refused: AvowError) -> str:
    """Why a paper does not do, in words of the machine: rights and days, no value of a person."""
    return refused.because if isinstance(refused, NotHeard) else ""
