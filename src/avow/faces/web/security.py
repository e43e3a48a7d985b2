"""Headers on every answer, and who may send a form: the rules of the browser, as code.

No script exists, so the policy can be as strict as it gets; the only cookie is that of a session
(`signin/desk.py`). A page of another site could still post a form to a console on the same
machine; the two checks below forbid that: the browser says where a request comes from
(`Sec-Fetch-Site`, `Origin`), and the host must be one we answer to, or a foreign name could be
pointed at our address. The forms of who is signed in carry the token of their session beside it.
"""

from __future__ import annotations

import hmac
from typing import Any
from urllib.parse import urlsplit

from litestar import Request
from litestar.datastructures import MutableScopeHeaders
from litestar.exceptions import ClientException, PermissionDeniedException
from litestar.types import Message, Scope

Asked = Request[Any, Any, Any]

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    )
)
HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
UNCACHED = "no-store"
FROM_ANYWHERE = "from_anywhere"
"""In the `opt` of a handler that takes forms from no page of ours: the link alone counts."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


async def add_headers(message: Message, scope: Scope) -> None:
    """Put the headers on every answer; what has no other rule is never cached. A stored page has
    a policy of its own, which allows the style that stands in it, and the file for programs may be
    read from elsewhere: what an answer says itself stays."""
    del scope
    if message["type"] != "http.response.start":
        return
    headers = MutableScopeHeaders.from_message(message)
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    headers.setdefault("cache-control", UNCACHED)


def check_request(request: Asked, hosts: frozenset[str]) -> None:
    """Refuse a foreign host name and a form from another site.

    Raises `ClientException` (400) and `PermissionDeniedException` (403).
    """
    check_host(request, hosts)
    if request.route_handler.opt.get(FROM_ANYWHERE):
        return
    if request.method not in SAFE_METHODS and not from_here(request):
        raise PermissionDeniedException("the form was not sent from a page of this server")


def check_host(request: Asked, hosts: frozenset[str]) -> None:
    """Refuse a foreign host name. Raises `ClientException` (400)."""
    if host_name(request.headers.get("host", "")) not in hosts:
        raise ClientException("this server does not answer to that host name")


def same(given: str, token: str) -> bool:
    """Whether a form carries the token of the session; takes as long for a wrong one."""
    return hmac.compare_digest(given.encode(), token.encode())


def host_name(host: str) -> str:
    """`[::1]` of `[::1]:8080`; lower case."""
    name, colon, port = host.lower().rpartition(":")
    return name if colon and port.isdigit() else host.lower()


def from_here(request: Asked) -> bool:
    """Whether the browser says that the request comes from our own pages.

    `Sec-Fetch-Site` is sent to https and to this machine; `Origin` covers the rest. With
    `Referrer-Policy: no-referrer` a browser writes `Origin: null`, which proves nothing and
    is refused without the other. Neither header: not one of our forms.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if origin not in (None, "null"):
        return urlsplit(origin).netloc == request.headers.get("host") and site in (
            None,
            "same-origin",
        )
    return site == "same-origin"
