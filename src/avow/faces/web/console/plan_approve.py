"""Approve a plan: what was read is what is signed, by its digest."""

from __future__ import annotations

from urllib.parse import quote

from litestar import post
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER

from avow.common.masked import Masked
from avow.engine.accounts.matrix import Action
from avow.engine.accounts.sessions import Signed
from avow.faces.web.render import GivenPages
from avow.faces.web.security import Asked
from avow.faces.web.source import Credential

Form = URLEncodedBody[dict[str, str]]


@post(
    "/{language:str}/plans/{plan_id:str}/approve", sync_to_thread=True, action=Action.APPROVE_PLAN
)
def plan_approve(
    request: Asked, language: FromPath[str], plan_id: FromPath[str], data: Form, pages: GivenPages
) -> Redirect:
    """Give the approval to the source and show the plan again with what came of it."""
    pages.frame(request, language, "plans")
    told = pages.source.approve(plan_id, data.get("digest", ""), credential(request, data))
    here = f"/{language}/plans/{quote(plan_id, safe='')}?told={told}"
    return Redirect(here, status_code=HTTP_303_SEE_OTHER)


def credential(request: Asked, form: dict[str, str]) -> Credential:
    """Who says so, and the code. Who is signed in speaks for themselves, whatever the form says."""
    signed: Signed | None = request.state.get("signed")
    person = signed.person if signed else form.get("person", "").strip()
    return Credential(person, Masked(form.get("code", "").strip()))
