"""Two editions side by side, in words: what was added, removed and changed, clause by clause."""

from __future__ import annotations

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from avow.duties.notice.publishing.comparing import Fate, compare
from avow.duties.notice.publishing.model import Form, Publication
from avow.faces.web.public.desk import GivenDesk, PublicDesk
from avow.faces.web.public.edition import page_bytes
from avow.faces.web.public.frame import PublicFrame, html, spoken
from avow.faces.web.security import Asked


@get("/notice/{version:str}/{name:str}/{language:str}", sync_to_thread=True)
def difference(
    request: Asked,
    version: FromPath[str],
    name: FromPath[str],
    language: FromPath[str],
    public: GivenDesk,
) -> Response[bytes]:
    """What the edition `name` says otherwise than the edition `version`."""
    known = public.editions()
    old, new = public.named(version, known), public.named(name, known)
    both = [code for code in new.languages if code in old.languages]
    if language not in both:
        raise NotFoundException
    compared = compare(_plain(public, old, language), _plain(public, new, language))
    own = spoken(language)
    around = PublicFrame(
        own,
        tuple((c, f"/notice/{old.version}/{new.version}/{c}/") for c in both if spoken(c) == c),
        public.house(known).name,
    )
    return html(
        request,
        "public/difference.html",
        around,
        old=old,
        new=new,
        asked=language,
        parts=compared.parts,
        counts={fate.value: compared.count(fate) for fate in Fate},
        same=compared.same,
    )


def _plain(public: PublicDesk, edition: Publication, language: str) -> str:
    return page_bytes(public, edition, language, Form.PLAIN).decode()
