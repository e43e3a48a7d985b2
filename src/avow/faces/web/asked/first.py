"""The address as it is handed over: on to the page in the language that the reader's browser asks
for. Nothing is looked up, so it says nothing of whether the address works."""

from __future__ import annotations

from urllib.parse import quote

from litestar import get
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_302_FOUND

from avow.common.languages import preferred
from avow.faces.web.asked.frame import PRIVATE
from avow.faces.web.security import Asked


@get("/ask/{token:str}", sync_to_thread=False)
def first(request: Asked, token: FromPath[str]) -> Redirect:
    """Choose the language once; every link keeps it afterwards."""
    language = preferred(request.headers.get("accept-language", ""))
    there = f"/{language}/ask/{quote(token, safe='')}"
    headers = {**PRIVATE, "vary": "accept-language"}
    return Redirect(there, status_code=HTTP_302_FOUND, headers=headers)
