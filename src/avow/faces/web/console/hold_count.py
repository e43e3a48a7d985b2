"""Count what a hold keeps: rows per dataset in every system that answers, and no value of them."""

from __future__ import annotations

from litestar import Response, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from avow.engine.accounts.matrix import Action
from avow.engine.planner.hold_rows import rows_of
from avow.engine.planner.refusals import PlannerError
from avow.faces.web.console.holds import Counts, context
from avow.faces.web.render import GivenPages
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import Form
from avow.faces.web.signin.sign_in import GivenStaff


@post("/{language:str}/holds/count", sync_to_thread=True, status_code=200, action=Action.SEE_HOLDS)
def hold_count(
    request: Asked, language: FromPath[str], data: Form, pages: GivenPages, staff: GivenStaff
) -> Response[bytes]:
    """Look into the systems and show counts; `NotFoundException` where no such hold stands, or
    nothing can be read from here."""
    name = data.get("hold", "")
    if staff.estate is None:
        raise NotFoundException(name)
    book = staff.book
    try:
        found = rows_of(book.runs, book.ring, staff.estate, name, staff.today())
    except PlannerError:
        raise NotFoundException(name) from None
    page = context(request, language, pages, staff, Counts(name, found))
    return pages.answer(request, "staff/holds.html", page)
