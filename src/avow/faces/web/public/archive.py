"""The archive: every edition of the notice that was published, and where each stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_302_FOUND

from avow.common.languages import LANGUAGES, mark, preferred
from avow.duties.notice.publishing.model import Form, Page, Publication, Standing
from avow.faces.web.public.desk import GivenDesk, PublicDesk
from avow.faces.web.public.frame import PublicFrame, html
from avow.faces.web.security import Asked

WORDS = {
    Standing.ANNOUNCED: mark("announced"),
    Standing.IN_FORCE: mark("in force"),
    Standing.SUPERSEDED: mark("replaced"),
    Standing.WITHDRAWN: mark("withdrawn, counts no more"),
}


@dataclass(frozen=True, slots=True)
class Text:
    """An edition in one language: where it stands, and the digests of its pages."""

    language: str
    html: Page | None
    pdf: Page | None


@dataclass(frozen=True, slots=True)
class Line:
    """An edition as the archive shows it; `before` is the edition it is compared with."""

    version: str
    standing: Standing
    word: str
    published: date | None
    effective: date | None
    changed: date
    withdrawn: date | None
    because: str
    texts: tuple[Text, ...]
    before: str


@get("/notice/archive", sync_to_thread=False)
def archive_first(request: Asked) -> Redirect:
    """Choose the language once; every link keeps it afterwards."""
    language = preferred(request.headers.get("accept-language", ""))
    headers = {"vary": "accept-language"}
    return Redirect(f"/notice/archive/{language}/", status_code=HTTP_302_FOUND, headers=headers)


@get("/notice/archive/{language:str}", sync_to_thread=True)
def archive(request: Asked, language: FromPath[str], public: GivenDesk) -> Response[bytes]:
    """Every edition, the newest first."""
    if language not in LANGUAGES:
        raise NotFoundException
    known = public.editions()
    around = PublicFrame(
        language,
        tuple((code, f"/notice/archive/{code}/") for code in LANGUAGES),
        public.house(known).name,
    )
    return html(request, "public/archive.html", around, lines=lines(public, known))


def lines(public: PublicDesk, known: Sequence[Publication]) -> tuple[Line, ...]:
    """Every edition with the one before it."""
    before = {new.id: old.version for new, old in pairwise(known)}
    return tuple(_line(public, edition, known, before.get(edition.id, "")) for edition in known)


def _line(
    public: PublicDesk, edition: Publication, known: Sequence[Publication], before: str
) -> Line:
    now = public.standing(edition, known)
    zone = public.now().tzinfo
    published, withdrawn = edition.published_at, edition.withdrawn_at
    return Line(
        version=edition.version,
        standing=now,
        word=WORDS[now],
        published=published.astimezone(zone).date() if published else None,
        effective=edition.in_effect,
        changed=edition.changed,
        withdrawn=withdrawn.astimezone(zone).date() if withdrawn else None,
        because=edition.withdraw_reason if withdrawn else "",
        texts=tuple(
            Text(each, edition.page(each, Form.HTML), edition.page(each, Form.PDF))
            for each in edition.languages
        ),
        before=before,
    )
