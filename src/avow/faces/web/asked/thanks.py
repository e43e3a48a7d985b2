"""The page after sending. It knows nothing of the invitation, so anybody may open it."""

from __future__ import annotations

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from avow.common.languages import LANGUAGES
from avow.faces.web.asked.desk import GivenDesk
from avow.faces.web.asked.frame import frame, html


@get("/{language:str}/thanks", sync_to_thread=False)
def thanks(language: FromPath[str], asked: GivenDesk) -> Response[bytes]:
    """Say that the answers were sent."""
    if language not in LANGUAGES:
        raise NotFoundException
    return html("asked/thanks.html", frame(language, asked.house.name, "thanks"))
