"""Let a copy leave: somebody read its letter, and it is sent by a link, or said to have left."""

from __future__ import annotations

from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect

from avow.common.masked import Masked
from avow.duties.requests.answering import drafting
from avow.duties.requests.answering.drafting import Draft
from avow.duties.requests.answering.marks import AnswerRefused
from avow.duties.requests.delivering.answers import NotDelivered, deliver
from avow.duties.requests.machine import StepRefused
from avow.duties.requests.words import Way
from avow.engine.accounts.matrix import Action
from avow.engine.accounts.signing_in import prove
from avow.faces.web.console.request_answer import PATH, TEMPLATE, answer_of, context, refused
from avow.faces.web.mistakes import Mistake
from avow.faces.web.render import GivenPages
from avow.faces.web.request_acting import allow, back, found
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import Form, StaffDesk, signed_of
from avow.faces.web.signin.sign_in import GivenStaff
from avow.faces.web.source import Told


@post(f"{PATH}/review", sync_to_thread=True, action=Action.ANSWER)
def answer_review(
    request: Asked,
    language: FromPath[str],
    request_id: FromPath[str],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Redirect | Response[bytes]:
    """Say that who is signed in has read the very words that were shown; the answer gets its
    proof."""
    pages.frame(request, language, "requests")
    mine = found(staff, request_id)
    allow(request, Action.ANSWER, mine)
    draft, by = answer_of(staff, mine, data), signed_of(request).person
    if data.get("digest", "") != draft.digest:
        return back(language, request_id, Told.LETTER_CHANGED, "answer")
    if staff.ledger is None:
        return back(language, request_id, Told.NOT_POSSIBLE, "answer")
    try:
        drafting.review(staff.book, staff.ledger, draft.id, by=by, at=staff.now())
    except (AnswerRefused, StepRefused) as problem:
        mistake = Mistake(draft.id, "review", problem.code)
        return refused(request, language, pages, staff, mistake, mine.id)
    return back(language, request_id, Told.LETTER_READ, "answer")


@post(f"{PATH}/send", sync_to_thread=True, action=Action.ANSWER)
def answer_send(
    request: Asked,
    language: FromPath[str],
    request_id: FromPath[str],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Redirect | Response[bytes]:
    """Send it as who is signed in, who shows a fresh code. By a link, the code of the link is shown
    here once and nowhere else."""
    pages.frame(request, language, "requests")
    mine = found(staff, request_id)
    allow(request, Action.ANSWER, mine)
    done = _sent(request, staff, answer_of(staff, mine, data), data)
    if isinstance(done, Mistake):
        return refused(request, language, pages, staff, done, mine.id)
    if done is None:
        return back(language, request_id, Told.LETTER_SENT, "answer")
    page = context(request, language, request_id, pages, staff, code=done.reveal())
    answer = pages.answer(request, TEMPLATE, page, 200)
    answer.headers["cache-control"] = "no-store"
    return answer


def _sent(
    asked: Asked, staff: StaffDesk, draft: Draft, form: dict[str, str]
) -> Masked[str] | Mistake | None:
    """Send it: the code of its link where it left by one, or what is wrong."""
    by, at, way = signed_of(asked).person, staff.now(), form.get("way", "")
    if not prove(staff.accounts, by, form.get("code", ""), at):
        return Mistake(draft.id, "send", "code")
    if form.get("digest", "") != draft.digest:
        return Mistake(draft.id, "send", "changed")
    if way not in set(Way) or (way == Way.PORTAL and staff.post is None):
        return Mistake(draft.id, "send", "way")
    try:
        if way == Way.PORTAL and staff.post is not None:
            return deliver(staff.book, staff.post, draft.id, by=by, at=at).code
        drafting.send(staff.book, draft.id, Way(way), by=by, at=at)
    except (AnswerRefused, NotDelivered, StepRefused) as problem:
        return Mistake(draft.id, "send", problem.code)
    return None
