"""The one style sheet, under the digest of its content: cached for ever, never stale."""

from __future__ import annotations

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from avow.faces.web.render import STYLE, STYLE_DIGEST

FOR_EVER = "public, max-age=31536000, immutable"


@get("/static/{digest:str}/avow.css", sync_to_thread=False)
def style(digest: FromPath[str]) -> Response[bytes]:
    """The style sheet of this digest; another digest is another version, which is gone."""
    if digest != STYLE_DIGEST:
        raise NotFoundException(digest)
    return Response(STYLE, media_type="text/css", headers={"cache-control": FOR_EVER})
