"""`/`: to the page of today, in the language the reader's browser asks for."""

from __future__ import annotations

from litestar import get
from litestar.response import Redirect
from litestar.status_codes import HTTP_302_FOUND

from avow.common.languages import preferred
from avow.engine.accounts.matrix import Action
from avow.faces.web.render import GivenPages
from avow.faces.web.security import Asked


@get("/", sync_to_thread=True, action=Action.OPEN)
def first(request: Asked, pages: GivenPages) -> Redirect:
    """Choose the language once; every link keeps it afterwards."""
    offered = pages.source.house().languages
    language = preferred(request.headers.get("accept-language", ""), offered)
    return Redirect(f"/{language}", status_code=HTTP_302_FOUND, headers={"vary": "accept-language"})
