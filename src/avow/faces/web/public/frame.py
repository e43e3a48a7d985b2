"""What surrounds a public page, and how stored pages and generated ones are answered.

Addresses of generated pages say their language; a page that stands under its digest never changes
and is kept by browsers for good, every other one is asked for again by its digest (RFC 9110, 8.8).
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import Annotated

from litestar import Response

from avow.common.languages import LANGUAGES, SOURCE_LANGUAGE, preferred
from avow.faces.web.render import environment
from avow.faces.web.security import Asked
from avow.faces.web.static_files import FOR_EVER

ASK_AGAIN = "public, no-cache"
"""Kept, and asked for again each time: a withdrawal is seen at once."""
_STYLE = re.compile(rb"<style\b[^>]*>(.*?)</style>", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PublicFrame:
    """The part of a page that all generated public pages share."""

    language: Annotated[str, "language of the page's own words"]
    languages: Annotated[tuple[tuple[str, str], ...], "every language with this page's path in it"]
    house: Annotated[str, "name of the controller"]


def spoken(language: str) -> str:
    """The language of our own words around a notice; ours where we do not speak the notice's."""
    return language if language in LANGUAGES else SOURCE_LANGUAGE


def html(
    request: Asked, template: str, around: PublicFrame, status: int = 200, **facts: object
) -> Response[bytes]:
    """A generated page, cacheable by the digest of its bytes."""
    page = environment(around.language).get_template(template)
    body = page.render(frame=around, **facts).encode()
    headers = {"content-language": around.language}
    return kept(request, body, "text/html; charset=utf-8", ASK_AGAIN, status, headers)


def stored(
    request: Asked, content: bytes, media: str, *, language: str = "", for_ever: bool = False
) -> Response[bytes]:
    """A page of an edition, byte by byte, under a policy that allows its own style and no more."""
    headers = {"content-security-policy": policy(content)} if media.startswith("text/html") else {}
    if language:
        headers["content-language"] = language
    cache = FOR_EVER if for_ever else ASK_AGAIN
    return kept(request, content, media, cache, 200, headers)


def kept(
    request: Asked, body: bytes, media: str, cache: str, status: int, headers: dict[str, str]
) -> Response[bytes]:
    """An answer that names itself by the SHA-256 of its bytes; 304 to who has it."""
    tag = f'"{hashlib.sha256(body).hexdigest()}"'
    headers = {**headers, "etag": tag, "cache-control": cache}
    known = (each.strip() for each in request.headers.get("if-none-match", "").split(","))
    if status == 200 and tag in {each.removeprefix("W/") for each in known}:
        return Response(b"", status_code=304, headers=headers, media_type=media)
    return Response(body, status_code=status, headers=headers, media_type=media)


def policy(content: bytes) -> str:
    """What a stored page may do: use the styles that stand in it, link, and nothing else."""
    styles = [_hash(found) for found in _STYLE.findall(content)]
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src 'self' {' '.join(styles)}".rstrip(),
            "img-src 'self' data:",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
        )
    )


def policy_alone(content: bytes) -> str:
    """What a page that stands by itself may do: use the styles that stand in it, and link."""
    styles = [_hash(found) for found in _STYLE.findall(content)] or ["'none'"]
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src {' '.join(styles)}",
            "form-action 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
        )
    )


def _hash(style: bytes) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(style).digest()).decode()}'"


def gone(request: Asked, house: str, status: int) -> Response[bytes]:
    """The page of an address at which nothing stands."""
    language = preferred(request.headers.get("accept-language", ""))
    around = PublicFrame(language, (), house)
    return html(request, "public/gone.html", around, status, problem=status)


def is_public(path: str) -> bool:
    """Whether a path is of the public pages of the notice."""
    return path.strip("/").split("/")[0] in {"notice", ".well-known"}
