"""Notice: what would be published from the declaration in force, and what stands in its way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from avow.engine.accounts.matrix import Action
from avow.faces.web.frame import Frame
from avow.faces.web.public.frame import policy
from avow.faces.web.render import GivenPages, with_twin
from avow.faces.web.security import Asked
from avow.faces.web.source import NoticePreview


@dataclass(frozen=True, slots=True)
class NoticePage:
    """The context of the page about the notice."""

    frame: Annotated[Frame, "what surrounds the page"]
    preview: Annotated[NoticePreview, "every language of the notice, and its open defects"]


def show(request: Asked, language: FromPath[str], pages: GivenPages) -> Response[bytes]:
    """Show every language with its size, hash, and what it lacks."""
    frame = pages.frame(request, language, "notice")
    return pages.answer(request, "notice.html", NoticePage(frame, pages.source.notice()))


notice = with_twin("/{language:str}/notice", show, Action.SEE_STATUS)


@get("/{language:str}/notice/page/{shown:str}", sync_to_thread=True, action=Action.SEE_STATUS)
def notice_page(
    language: FromPath[str], shown: FromPath[str], pages: GivenPages
) -> Response[bytes]:
    """The page itself, as publishing would keep it, under the policy that it is served with."""
    page = pages.source.notice_page(shown) if language else None
    if page is None:
        raise NotFoundException(shown)
    headers = {"content-security-policy": policy(page), "content-language": shown}
    return Response(page, media_type="text/html", headers=headers)
