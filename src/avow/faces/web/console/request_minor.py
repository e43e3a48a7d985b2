"""Open the erasure of a minor who was found where only adults may be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect

from avow.common.languages import LANGUAGES
from avow.duties.requests.book import Person
from avow.duties.requests.identity.minors import minor_found
from avow.engine.accounts.matrix import Action
from avow.engine.accounts.signing_in import prove
from avow.faces.web.console.request_enter import LONGEST, LONGEST_LINE
from avow.faces.web.frame import Frame
from avow.faces.web.mistakes import Mistake
from avow.faces.web.render import GivenPages, Pages, with_twin
from avow.faces.web.request_acting import back
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import Form, StaffDesk, signed_of
from avow.faces.web.signin.sign_in import GivenStaff
from avow.faces.web.source import Told

TEMPLATE, PATH = "staff/minor.html", "/{language:str}/requests/minor"


@dataclass(frozen=True, slots=True)
class MinorPage:
    """The context of the form that opens the erasure of a minor."""

    frame: Annotated[Frame, "what surrounds the page"]
    kinds: Annotated[tuple[str, ...], "by what our systems know persons"]
    spoken: Annotated[tuple[str, ...], "languages in which they may be answered"]
    form: Annotated[Mapping[str, str], "what was typed, where the form comes back"]
    mistake: Annotated[Mistake | None, "what is wrong with the form that was just sent"]


def show(
    request: Asked, language: FromPath[str], pages: GivenPages, staff: GivenStaff
) -> Response[bytes]:
    """Show the empty form."""
    return pages.answer(request, TEMPLATE, _context(request, language, pages, staff))


request_minor = with_twin(PATH, show, Action.ENTER_REQUEST)


@post(f"{PATH}/send", sync_to_thread=True, action=Action.ENTER_REQUEST)
def minor_sent(
    request: Asked,
    language: FromPath[str],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Redirect | Response[bytes]:
    """Open it as who is signed in, with a fresh code: nobody asked, and an erasure begins."""
    by, at = signed_of(request).person, staff.now()
    how, who = data.get("words", "").strip()[:LONGEST], _person(data)
    code = _wrong(how, who)
    if not code and not prove(staff.accounts, by, data.get("code", ""), at):
        code = "code"
    if code:
        mistake = Mistake("minor", "minor", code)
        page = _context(request, language, pages, staff, data, mistake)
        answer = pages.answer(request, TEMPLATE, page, 422)
        answer.headers["cache-control"] = "no-store"
        return answer
    spoken = who.language or _spoken(staff)[0]
    opened = minor_found(staff.book, who, how.encode(), language=spoken, by=by, at=at)
    return back(language, opened.id, Told.REQUEST_ENTERED)


def _context(
    asked: Asked,
    language: str,
    pages: Pages,
    staff: StaffDesk,
    form: Mapping[str, str] | None = None,
    mistake: Mistake | None = None,
) -> MinorPage:
    systems = staff.book.declaration.datamap.systems.values()
    ours = (d for s in systems for d in s.datasets.values() if d.is_ours)
    return MinorPage(
        frame=pages.frame(asked, language, "requests"),
        kinds=tuple(sorted({each.kind for dataset in ours for each in dataset.identities})),
        spoken=_spoken(staff),
        form=form or {},
        mistake=mistake,
    )


def _spoken(staff: StaffDesk) -> tuple[str, ...]:
    """The languages in which the house writes; every one of ours where it declares none."""
    declared = staff.book.declaration.languages
    return tuple(each for each in LANGUAGES if each in declared) or LANGUAGES


def _wrong(how: str, who: Person) -> str:
    """The code of what lacks: the reason, or anything that names them."""
    if not how:
        return "no-how"
    return "" if who.identities else "no-one"


def _person(form: Mapping[str, str]) -> Person:
    value, kind = form.get("value", "").strip()[:LONGEST_LINE], form.get("kind", "")
    language = form.get("spoken", "")
    return Person(
        name=form.get("name", "").strip()[:LONGEST_LINE],
        language=language if language in LANGUAGES else "",
        email=value if kind == "email" else "",
        identities=((kind, value),) if kind and value else (),
    )
