"""Decide places of a copy: hidden on a ground, shown for a reason, or pointed out by a reviewer."""

from __future__ import annotations

from collections.abc import Mapping

from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect

from avow.duties.requests.answering import drafting
from avow.duties.requests.answering.marks import GROUNDS, AnswerRefused, Keeps
from avow.duties.requests.machine import StepRefused
from avow.duties.requests.words import Ground
from avow.engine.accounts.matrix import Action
from avow.faces.web.console.request_answer import answer_of
from avow.faces.web.console.request_redact import MOST_CHOSEN, PATH, TEMPLATE, context
from avow.faces.web.mistakes import Mistake
from avow.faces.web.render import GivenPages, Pages
from avow.faces.web.request_acting import allow, back, found
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import Form, StaffDesk, signed_of
from avow.faces.web.signin.sign_in import GivenStaff
from avow.faces.web.source import Told

CHOSEN = "place-"
"""How the places that are chosen are named in a form."""


@post(
    f"{PATH}/decide",
    sync_to_thread=True,
    request_max_body_size=MOST_CHOSEN,
    action=Action.REDACT,
)
def redact_decide(
    request: Asked,
    language: FromPath[str],
    request_id: FromPath[str],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Redirect | Response[bytes]:
    """Decide the places that were chosen, all in one way; what was decided before is replaced."""
    pages.frame(request, language, "requests")
    mine = found(staff, request_id)
    allow(request, Action.REDACT, mine)
    draft, by = answer_of(staff, mine, data), signed_of(request).person
    numbers, decision = chosen(data), decision_of(data.get("decision", ""))
    code = "no-place" if not numbers else "no-decision" if decision is None else ""
    if decision is not None and not code:
        try:
            drafting.redact(staff.book, draft.id, numbers, decision, by=by, at=staff.now())
        except (AnswerRefused, StepRefused) as problem:
            code = _said(problem)
    if code:
        mistake = Mistake(draft.id, "decide", code)
        return _again(request, language, pages, staff, mine.id, data, mistake)
    return back(language, request_id, Told.PLACES_DECIDED, "redact")


@post(f"{PATH}/point", sync_to_thread=True, action=Action.REDACT)
def redact_point(
    request: Asked,
    language: FromPath[str],
    request_id: FromPath[str],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Redirect | Response[bytes]:
    """Hide a place that nobody proposed: a cell, or a piece of its text."""
    pages.frame(request, language, "requests")
    mine = found(staff, request_id)
    allow(request, Action.REDACT, mine)
    draft, by = answer_of(staff, mine, data), signed_of(request).person
    place, _, column = data.get("cell", "").partition(" ")
    key = tuple(part.strip() for part in data.get("key", "").split(","))
    ground, code = decision_of(data.get("decision", "")), "no-decision"
    if isinstance(ground, Ground):
        where, text = (place, key, column), data.get("text", "").strip()
        try:
            drafting.point(staff.book, draft.id, where, text, ground, by=by, at=staff.now())
            code = ""
        except (AnswerRefused, StepRefused) as problem:
            code = _said(problem)
    if code:
        mistake = Mistake(draft.id, "point", code)
        return _again(request, language, pages, staff, mine.id, data, mistake)
    return back(language, request_id, Told.PLACES_DECIDED, "redact")


def _said(problem: AnswerRefused | StepRefused) -> str:
    """What is wrong, as a code: of a place, AV617 says that there is none."""
    return "nowhere" if problem.code == "AV617" else problem.code


def chosen(form: Mapping[str, str]) -> tuple[int, ...]:
    """The numbers of the places that a form chooses."""
    said = (name.removeprefix(CHOSEN) for name in form if name.startswith(CHOSEN))
    return tuple(int(number) for number in said if number.isdecimal() and len(number) <= 6)


def decision_of(said: str) -> Ground | Keeps | None:
    """A ground of the closed list, or a reason to show; None for neither."""
    if said in {str(ground) for ground in GROUNDS}:
        return Ground(said)
    return Keeps(said) if said in set(Keeps) else None


def _again(
    asked: Asked,
    language: str,
    pages: Pages,
    staff: StaffDesk,
    request_id: str,
    form: Mapping[str, str],
    mistake: Mistake,
) -> Response[bytes]:
    page = context(asked, language, request_id, pages, staff, form=form, mistake=mistake)
    answer = pages.answer(asked, TEMPLATE, page, 422)
    answer.headers["cache-control"] = "no-store"
    return answer
