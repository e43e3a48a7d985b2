"""Enter a request that came by letter, by telephone or in another way, with a scan of the paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect

from avow.common.errors import AvowError
from avow.common.languages import LANGUAGES
from avow.duties.requests.book import Person
from avow.duties.requests.intake.bulk import MARKETING, asking
from avow.duties.requests.intake.by_hand import ByHand, enter_by_hand
from avow.duties.requests.words import Channel, Right
from avow.engine.accounts.matrix import Action
from avow.faces.web.frame import Frame
from avow.faces.web.mistakes import Mistake
from avow.faces.web.render import GivenPages, Pages, with_twin
from avow.faces.web.request_acting import back
from avow.faces.web.security import Asked
from avow.faces.web.sent_form import Given, bad_files
from avow.faces.web.signin.desk import MOST_SENT, StaffDesk, sent_of, signed_of
from avow.faces.web.signin.sign_in import GivenStaff
from avow.faces.web.source import Told

TEMPLATE, PATH = "staff/enter.html", "/{language:str}/requests/enter"
CHANNELS = (Channel.LETTER, Channel.PHONE, Channel.EMAIL, Channel.OTHER)
LONGEST, LONGEST_LINE = 50_000, 300
"""Characters of what was said, and of a line about who asks."""
SIGNED = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class EnterPage:
    """The context of the form of a request that came by hand."""

    frame: Annotated[Frame, "what surrounds the page"]
    channels: Annotated[tuple[str, ...], "how it came"]
    rights: Annotated[tuple[str, ...], "what may be asked"]
    spoken: Annotated[tuple[str, ...], "languages in which they may be answered"]
    form: Annotated[Mapping[str, str], "what was typed, where the form comes back"]
    mistake: Annotated[Mistake | None, "what is wrong with the form that was just sent"]
    today: Annotated[str, "the day, as the form writes it"]


def show(
    request: Asked, language: FromPath[str], pages: GivenPages, staff: GivenStaff
) -> Response[bytes]:
    """Show the empty form."""
    return pages.answer(request, TEMPLATE, _context(request, language, pages, staff))


request_enter = with_twin(PATH, show, Action.ENTER_REQUEST)


def _context(
    asked: Asked,
    language: str,
    pages: Pages,
    staff: StaffDesk,
    form: Mapping[str, str] | None = None,
    mistake: Mistake | None = None,
) -> EnterPage:
    return EnterPage(
        frame=pages.frame(asked, language, "requests"),
        channels=tuple(str(channel) for channel in CHANNELS),
        rights=(*(str(right) for right in Right), MARKETING),
        spoken=tuple(each for each in LANGUAGES if each in staff.book.declaration.languages),
        form=form or {},
        mistake=mistake,
        today=staff.today().isoformat(),
    )


@post(
    f"{PATH}/send",
    sync_to_thread=True,
    request_max_body_size=MOST_SENT,
    takes_files=True,
    action=Action.ENTER_REQUEST,
)
def request_entered(
    request: Asked, language: FromPath[str], pages: GivenPages, staff: GivenStaff
) -> Redirect | Response[bytes]:
    """Enter it as who is signed in: the term runs from the day on which it came. A file that is not
    taken keeps nothing; what was typed comes back."""
    sent = sent_of(request)
    code = next((f"file-{bad.why}" for bad in bad_files(sent.of("scan"))), "")
    name = ""
    try:
        name = name if code else _entered(staff, sent, signed_of(request).person)
    except AvowError as problem:
        code = problem.code
    except ValueError:
        code = "no-day"
    if not code:
        return back(language, name, Told.REQUEST_ENTERED)
    mistake = Mistake("enter", "enter", code)
    page = _context(request, language, pages, staff, sent.fields, mistake)
    answer = pages.answer(request, TEMPLATE, page, 422)
    answer.headers["cache-control"] = "no-store"
    return answer


def _entered(staff: StaffDesk, sent: Given, by: str) -> str:
    """The id of the new request. Raises ValueError for a day that is none, or a word of no list."""
    form = sent.fields
    rights = [asking(name[4:]) for name in form if name.startswith("ask-")]
    written, scans = form.get("written", ""), sent.of("scan")
    given = ByHand(
        Channel(form.get("channel", "")),
        date.fromisoformat(form.get("arrived", "")),
        _person(form),
        tuple((each.right, each.marketing) for each in rights),
        form.get("words", "")[:LONGEST],
        bytes(scans[0].content) if scans else b"",
        written_on=date.fromisoformat(written) if written else None,
        is_signed=SIGNED.get(form.get("signed", "")),
        is_heard=bool(form.get("heard")),
    )
    return enter_by_hand(staff.book, given, by=by, at=staff.now()).request.id


def _person(form: Mapping[str, str]) -> Person:
    said = {name: form.get(name, "").strip()[:LONGEST_LINE] for name in ("name", "email", "postal")}
    language = form.get("spoken", "")
    email = said["email"]
    return Person(
        name=said["name"],
        language=language if language in LANGUAGES else "",
        email=email,
        postal=said["postal"],
        identities=(("email", email),) if email else (),
    )
