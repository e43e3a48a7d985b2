"""A page below a request: how it is shown, whatever it says."""

from __future__ import annotations

from typing import Protocol

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from avow.engine.accounts.matrix import Action
from avow.faces.web.render import GivenPages, PageContext, Pages, with_twin
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import StaffDesk
from avow.faces.web.signin.sign_in import GivenStaff


class Fills(Protocol):
    """Reads what a page says of a request; `NotFoundException` where there is none of that id."""

    def __call__(
        self, asked: Asked, language: str, request_id: str, pages: Pages, staff: StaffDesk, /
    ) -> PageContext: ...


def shown_at(path: str, template: str, fill: Fills) -> tuple[HTTPRouteHandler, ...]:
    """The page at `path` and its JSON twin, for who may see requests. To look at it opens nothing
    of a person, looks into no system and changes nothing: forms of its own do."""

    def show(
        request: Asked,
        language: FromPath[str],
        request_id: FromPath[str],
        pages: GivenPages,
        staff: GivenStaff,
    ) -> Response[bytes]:
        page = fill(request, language, request_id, pages, staff)
        return pages.answer(request, template, page)

    return with_twin(path, show, Action.SEE_REQUESTS)
