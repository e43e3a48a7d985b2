"""The stop button: one click, no question, for anyone."""

from __future__ import annotations

from litestar import post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER

from avow.engine.accounts.matrix import Action
from avow.faces.web.console.plan_approve import Form
from avow.faces.web.render import GivenPages
from avow.faces.web.security import Asked


@post("/{language:str}/stop/now", sync_to_thread=True, action=Action.STOP)
def stop_now(request: Asked, language: FromPath[str], data: Form, pages: GivenPages) -> Redirect:
    """Stop one system, or everything where the form names none, and show what is stopped."""
    pages.frame(request, language, "stop")
    told = pages.source.stop(data.get("system") or None)
    return Redirect(f"/{language}/stop?told={told}", status_code=HTTP_303_SEE_OTHER)
