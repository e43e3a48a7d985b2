"""The page that says why there is no page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from litestar import Response
from litestar.exceptions import HTTPException

from avow.common.languages import LANGUAGES, preferred
from avow.faces.web.frame import Frame, frame
from avow.faces.web.render import Pages
from avow.faces.web.security import Asked


@dataclass(frozen=True, slots=True)
class Refused:
    """The context of an error page."""

    frame: Annotated[Frame, "what surrounds the page"]
    status: Annotated[int, "the HTTP status: 404 no such page, else refused"]


def refused(request: Asked, problem: HTTPException, pages: Pages) -> Response[bytes]:
    """Answer in the language of the path, else of the browser; never repeat what was sent."""
    head = request.url.path.strip("/").partition("/")[0]
    wished = preferred(request.headers.get("accept-language", ""))
    language = head if head in LANGUAGES else wished
    shown = frame(request, pages.source, language, "")
    return pages.answer(
        request, "refused.html", Refused(shown, problem.status_code), problem.status_code
    )
