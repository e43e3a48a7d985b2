"""Write the letter that says what came of a request, open it, and put other words into it."""

from __future__ import annotations

from litestar import Response, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from avow.duties.requests.machine import Request, StepRefused
from avow.duties.requests.telling import letters
from avow.duties.requests.telling.letters import Letter, NotTold
from avow.engine.accounts.matrix import Action
from avow.engine.accounts.views import Kind, Why, note_view
from avow.faces.web.console.request_outcome import PATH, TEMPLATE, OpenLetter, context
from avow.faces.web.mistakes import Mistake
from avow.faces.web.render import GivenPages
from avow.faces.web.request_acting import allow, back, found
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import Form, StaffDesk, signed_of
from avow.faces.web.signin.sign_in import GivenStaff
from avow.faces.web.source import Told

LONGEST, MOST_SENT = 20_000, 200_000
"""Characters of a letter; and bytes of the form that brings it."""


@post(f"{PATH}/write", sync_to_thread=True, action=Action.ANSWER)
def outcome_write(
    request: Asked,
    language: FromPath[str],
    request_id: FromPath[str],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Redirect | Response[bytes]:
    """Write the letter to a person, once for everything that no letter tells yet."""
    pages.frame(request, language, "requests")
    mine, number = found(staff, request_id), data.get("person", "")
    allow(request, Action.ANSWER, mine)
    if number not in {str(person) for person in mine.persons}:
        raise NotFoundException(number)
    if not letters.unwritten(staff.book, mine, int(number)):
        return back(language, request_id, Told.TOO_LATE, "outcome")
    by = signed_of(request).person
    try:
        letters.draft(staff.book, mine.id, int(number), by=by, at=staff.now())
    except (NotTold, StepRefused) as refused:
        mistake = Mistake(number, "write", refused.code)
        page = context(request, language, request_id, pages, staff, mistake=mistake)
        return pages.answer(request, TEMPLATE, page, 422)
    return back(language, request_id, Told.LETTER_WRITTEN, "outcome")


@post(f"{PATH}/open", sync_to_thread=True, status_code=200, action=Action.OPEN_PERSON)
def outcome_open(
    request: Asked,
    language: FromPath[str],
    request_id: FromPath[str],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Response[bytes]:
    """Write the view into the log, then show the letter."""
    pages.frame(request, language, "requests")
    mine = found(staff, request_id)
    allow(request, Action.OPEN_PERSON, mine)
    letter = letter_of(staff, mine, data)
    by, at = signed_of(request).person, staff.now()
    note_view(staff.accounts, mine.id, letter.person, Kind.LETTER, Why.ANSWER, by=by, at=at)
    words = letter.words
    shown = OpenLetter(letter.id, letter.digest, words.subject, words.text)
    page = context(request, language, request_id, pages, staff, shown)
    answer = pages.answer(request, TEMPLATE, page)
    answer.headers["cache-control"] = "no-store"
    return answer


@post(
    f"{PATH}/edit",
    sync_to_thread=True,
    request_max_body_size=MOST_SENT,
    action=Action.ANSWER,
)
def outcome_edit(
    request: Asked,
    language: FromPath[str],
    request_id: FromPath[str],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Redirect | Response[bytes]:
    """Keep other words beside the earlier ones. What is refused stays in the form."""
    pages.frame(request, language, "requests")
    mine = found(staff, request_id)
    allow(request, Action.ANSWER, mine)
    letter = letter_of(staff, mine, data)
    code = _edited(request, staff, letter, data)
    if not code:
        return back(language, request_id, Told.LETTER_KEPT, "outcome")
    typed = OpenLetter(
        letter.id, letter.digest, data.get("subject", ""), data.get("text", ""), is_typed=True
    )
    mistake = Mistake(letter.id, "edit", code)
    page = context(request, language, request_id, pages, staff, typed, mistake)
    answer = pages.answer(request, TEMPLATE, page, 422)
    answer.headers["cache-control"] = "no-store"
    return answer


def letter_of(staff: StaffDesk, request: Request, form: dict[str, str]) -> Letter:
    """The letter of this request that a form names; `NotFoundException` where there is none."""
    name = form.get("answer", "")
    if name not in letters.letters_of(staff.book, request.id):
        raise NotFoundException(name)
    try:
        return letters.opened(staff.book, name)
    except NotTold:
        raise NotFoundException(name) from None


def _edited(asked: Asked, staff: StaffDesk, letter: Letter, form: dict[str, str]) -> str:
    """Keep the words of a form; the code of what is wrong, or nothing."""
    if form.get("digest", "") != letter.digest:
        return "changed"
    text = f"{form.get('subject', '').strip()}\n\n{form.get('text', '')}"
    if len(text) > LONGEST:
        return "too-long"
    try:
        letters.edit(staff.book, letter.id, text, by=signed_of(asked).person, at=staff.now())
    except (NotTold, StepRefused) as refused:
        return refused.code
    return ""
