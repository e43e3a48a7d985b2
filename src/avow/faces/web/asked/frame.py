"""What surrounds a one-time page, and the pages that are the same for everybody.

Nothing here leads to the console: who is asked sees the questions and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from litestar import Response

from avow.common.languages import LANGUAGES, preferred
from avow.faces.web.render import environment
from avow.faces.web.security import Asked

PRIVATE = {"x-robots-tag": "noindex, nofollow, noarchive"}
"""One-time pages are for one reader; the other headers are those of every answer."""


@dataclass(frozen=True, slots=True)
class AskedFrame:
    """The part of a page that all one-time pages share."""

    language: Annotated[str, "language of the page"]
    languages: Annotated[tuple[tuple[str, str], ...], "every language with this page's path in it"]
    house: Annotated[str, "name of the organisation that asks"]
    base: Annotated[str, "path of the invitation; empty where there is none"]
    until: Annotated[str, "until when the address works, in words; empty where nothing ends"]
    person: Annotated[str, "name of who is asked; empty where nobody is"]


def frame(
    language: str, house: str, rest: str, base: str = "", until: str = "", person: str = ""
) -> AskedFrame:
    """The frame of a page. `rest` is its path below the language, `base` the invitation's."""
    others = tuple((code, f"/{code}/{rest}") for code in LANGUAGES)
    return AskedFrame(language, others, house, base, until, person)


def html(template: str, around: AskedFrame, status: int = 200, **facts: object) -> Response[bytes]:
    """A one-time page."""
    page = environment(around.language).get_template(template)
    body = page.render(frame=around, **facts).encode()
    headers = {**PRIVATE, "content-language": around.language}
    return Response(body, media_type="text/html", status_code=status, headers=headers)


def gone(request: Asked, house: str, status: int) -> Response[bytes]:
    """The page of every address that does not work: expired, used, forged, or not of a page. It
    repeats nothing of the address. A form from elsewhere and too many guesses are told apart."""
    head = request.url.path.strip("/").partition("/")[0]
    wished = preferred(request.headers.get("accept-language", ""))
    around = frame(head if head in LANGUAGES else wished, house, "ask/-")
    answer = html("asked/gone.html", around, status, problem=status)
    if status == 429:
        answer.headers["retry-after"] = "60"
    return answer


def is_asked(path: str) -> bool:
    """Whether a path is of one-time pages."""
    parts = path.strip("/").split("/")
    return parts[0] == "ask" or (len(parts) > 1 and parts[1] in {"ask", "task", "thanks"})
