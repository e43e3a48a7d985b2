"""Release a stop: each of two persons says so with a code."""

from __future__ import annotations

from litestar import post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER

from avow.engine.accounts.matrix import Action
from avow.faces.web.console.plan_approve import Form, credential
from avow.faces.web.render import GivenPages
from avow.faces.web.security import Asked


@post("/{language:str}/stop/release", sync_to_thread=True, action=Action.RELEASE_STOP)
def stop_release(
    request: Asked, language: FromPath[str], data: Form, pages: GivenPages
) -> Redirect:
    """Give the release to the source and show what is still stopped."""
    pages.frame(request, language, "stop")
    told = pages.source.release(data.get("stop", ""), credential(request, data))
    return Redirect(f"/{language}/stop?told={told}", status_code=HTTP_303_SEE_OTHER)
