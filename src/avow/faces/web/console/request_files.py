"""The files that came with a request: listed, and handed to who looks at one, which is logged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from litestar import Response, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from avow.duties.requests.files import Came, NoSuchFile, came, see
from avow.duties.requests.identity.documents import DOCUMENT
from avow.duties.requests.intake.by_form import PAPER
from avow.duties.requests.machine import Request
from avow.engine.accounts.matrix import Action
from avow.engine.accounts.views import Kind, Why, note_view
from avow.faces.web.frame import Frame
from avow.faces.web.mistakes import Mistake
from avow.faces.web.render import GivenPages, Pages, with_twin
from avow.faces.web.request_acting import allow, does_of, found
from avow.faces.web.security import Asked
from avow.faces.web.served_file import served
from avow.faces.web.signin.desk import Form, StaffDesk, signed_of
from avow.faces.web.signin.sign_in import GivenStaff

ADDED = ("scan", PAPER, DOCUMENT)
"""What somebody of ours puts with a request."""
PATH = "/{language:str}/requests/{request_id:str}/files"


@dataclass(frozen=True, slots=True)
class FilesPage:
    """The context of the page of the files of a request."""

    frame: Annotated[Frame, "what surrounds the page"]
    id: Annotated[str, "the request"]
    files: Annotated[tuple[Came, ...], "what came and is still there, without a name"]
    added: Annotated[tuple[str, ...], "what somebody may put with it"]
    persons: Annotated[tuple[int, ...], "who it is about, as numbers"]
    mistake: Annotated[Mistake | None, "what is wrong with the form that was just sent"]
    does: Annotated[frozenset[str], "what the reader may do with it, in its sphere"]


def show(
    request: Asked,
    language: FromPath[str],
    request_id: FromPath[str],
    pages: GivenPages,
    staff: GivenStaff,
) -> Response[bytes]:
    """Show which files there are. None is opened here."""
    page = page_of(request, language, found(staff, request_id), pages, staff)
    return pages.answer(request, "staff/files.html", page)


def page_of(
    asked: Asked,
    language: str,
    request: Request,
    pages: Pages,
    staff: StaffDesk,
    mistake: Mistake | None = None,
) -> FilesPage:
    """What came with a request, and the form to put a paper with it."""
    return FilesPage(
        frame=pages.frame(asked, language, "requests"),
        id=request.id,
        files=came(staff.book, request.id),
        added=ADDED,
        persons=tuple(request.persons),
        mistake=mistake,
        does=does_of(asked, request),
    )


request_files = with_twin(PATH, show, Action.SEE_REQUESTS)


@post(f"{PATH}/see", sync_to_thread=True, status_code=200, action=Action.OPEN_PERSON)
def file_see(
    request: Asked,
    language: FromPath[str],
    request_id: FromPath[str],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Response[bytes]:
    """Write the view into the log, then hand the file over, to be kept and not to be shown."""
    pages.frame(request, language, "requests")
    mine, name = found(staff, request_id), data.get("file", "")
    allow(request, Action.OPEN_PERSON, mine)
    if name not in {each.id for each in came(staff.book, mine.id)}:
        raise NotFoundException(name)
    by, at = signed_of(request).person, staff.now()
    note_view(staff.accounts, mine.id, None, Kind.FILE, Why.ANSWER, by=by, at=at)
    try:
        _, content = see(staff.book, mine.id, name, by=by, at=at)
    except NoSuchFile:
        raise NotFoundException(name) from None
    return served(name, content)
