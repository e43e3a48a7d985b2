"""One edition in one language: its page and its PDF, byte by byte as they were published.

A withdrawn edition stays readable. Its own address then shows that it was withdrawn, and why, and
leads to the page as it was, which stands under its digest for good.
"""

from __future__ import annotations

import logging
import re

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_302_FOUND

from avow.common.languages import preferred, words
from avow.duties.notice.publishing.model import Form, Publication, Status
from avow.duties.notice.publishing.records import content, genuine
from avow.duties.notice.publishing.refusals import PublishingError
from avow.faces.web.public.desk import GivenDesk, PublicDesk
from avow.faces.web.public.frame import ASK_AGAIN, PublicFrame, html, spoken, stored
from avow.faces.web.security import Asked

log = logging.getLogger(__name__)

MEDIA = {
    Form.HTML: "text/html; charset=utf-8",
    Form.PDF: "application/pdf",
    Form.PLAIN: "text/plain; charset=utf-8",
}
_DIGEST = re.compile(r"[0-9a-f]{64}")


@get("/notice", sync_to_thread=True)
def current_first(request: Asked, public: GivenDesk) -> Redirect:
    """The notice that counts, in the language that the reader's browser asks for."""
    edition = public.current(public.editions())
    if edition is None:
        raise NotFoundException
    language = preferred(request.headers.get("accept-language", ""), edition.languages)
    headers = {"vary": "accept-language", "cache-control": ASK_AGAIN}
    return Redirect(f"/notice/{language}/", status_code=HTTP_302_FOUND, headers=headers)


@get("/notice/{language:str}", sync_to_thread=True)
def current(request: Asked, language: FromPath[str], public: GivenDesk) -> Response[bytes]:
    """The page of the edition that counts, the same bytes as at its own address."""
    edition = public.current(public.editions())
    if edition is None:
        raise NotFoundException
    found = page_bytes(public, edition, language, Form.HTML)
    return stored(request, found, MEDIA[Form.HTML], language=language)


@get("/notice/{version:str}/{name:str}", sync_to_thread=True)
def edition_page(
    request: Asked, version: FromPath[str], name: FromPath[str], public: GivenDesk
) -> Response[bytes]:
    """The page of a language, or its PDF."""
    language, dot, ending = name.partition(".")
    if dot and ending != "pdf":
        raise NotFoundException
    form = Form.PDF if dot else Form.HTML
    edition = public.named(version, public.editions())
    page = edition.page(language, form)
    if page is None:
        raise NotFoundException
    if edition.status is Status.WITHDRAWN:
        return _withdrawn(request, public, edition, language)
    found = page_bytes(public, edition, language, form)
    return stored(request, found, MEDIA[form], language=language)


@get("/notice/as-published/{digest:str}", sync_to_thread=True)
def as_published(request: Asked, digest: FromPath[str], public: GivenDesk) -> Response[bytes]:
    """A page by its digest: it can never be another one."""
    row = None
    if _DIGEST.fullmatch(digest):
        row = public.runs.one("publication_by_digest", digest=digest)
    if row is None:
        raise NotFoundException
    try:
        found = genuine({**row, "digest": digest})
    except PublishingError as changed:
        raise _untrue(changed) from None
    media = MEDIA[Form(row["kind"])]
    return stored(request, found, media, language=row["language"], for_ever=True)


def page_bytes(public: PublicDesk, edition: Publication, language: str, form: Form) -> bytes:
    """The bytes of a page of an edition. Raises NotFoundException when there is none, or when
    somebody changed it in the database."""
    try:
        found = content(public.runs, edition.id, language, form)
    except PublishingError as changed:
        raise _untrue(changed) from None
    if found is None:
        raise NotFoundException
    return found


def _untrue(changed: PublishingError) -> NotFoundException:
    """A page that somebody changed in the database is not shown as one of ours."""
    log.error("%s", changed)
    return NotFoundException()


def _withdrawn(
    request: Asked, public: PublicDesk, edition: Publication, language: str
) -> Response[bytes]:
    known, own = public.editions(), spoken(language)
    current = public.current(known)
    there = (
        (code, f"/notice/{edition.version}/{code}/")
        for code in edition.languages
        if spoken(code) == code
    )
    at = edition.withdrawn_at
    return html(
        request,
        "public/withdrawn.html",
        PublicFrame(own, tuple(there), public.house(known).name),
        edition=edition,
        on=words(own).day(at.astimezone(public.now().tzinfo).date()) if at else "",
        page=edition.page(language, Form.HTML),
        pdf=edition.page(language, Form.PDF),
        current=current,
        there=_nearest(current, language),
    )


def _nearest(edition: Publication | None, language: str) -> str:
    """Where the edition that counts can be read, in the same language if it has it."""
    if edition is None:
        return ""
    best = language if language in edition.languages else edition.languages[0]
    return f"/notice/{edition.version}/{best}/"
