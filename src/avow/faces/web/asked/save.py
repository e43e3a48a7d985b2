"""Save the answers of one page, whole or not, and go where the button says."""

from __future__ import annotations

from litestar import post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER

from avow.engine.evidence.invitations import answer
from avow.faces.web.asked.desk import GivenDesk
from avow.faces.web.asked.frame import PRIVATE
from avow.faces.web.asked.show import base_of, count_of_pages, numbers_of
from avow.faces.web.console.plan_approve import Form
from avow.faces.web.security import Asked


@post("/{language:str}/ask/{token:str}/{page:int}/save", sync_to_thread=True)
def save(
    request: Asked,
    language: FromPath[str],
    token: FromPath[str],
    page: FromPath[int],
    data: Form,
    asked: GivenDesk,
) -> Redirect:
    """Keep what the form says; an answer that lacks a word stays on its page until it has it."""
    invitation = asked.invitation(request, language, token)
    sheet = asked.sheet(invitation, language)
    pages = count_of_pages(sheet.total)
    here = min(max(page, 1), pages)
    numbers = numbers_of(here, sheet.total)
    said = sheet.read(data, numbers)
    if not answer(asked.runs, asked.ring, invitation, said, asked.clock.now()):
        raise NotFoundException
    after = asked.sheet(invitation, language)
    lacking = [n for n in said if not after.is_whole(n)]
    base = base_of(language, token)
    return Redirect(
        f"{base}/{_next(data.get('go', ''), here, pages, lacking)}",
        status_code=HTTP_303_SEE_OTHER,
        headers=PRIVATE,
    )


def _next(button: str, here: int, pages: int, lacking: list[int]) -> str:
    """Where the button leads, below the address; to the first answer that lacks a word."""
    if lacking:
        return f"{here}?saved=yes#q{lacking[0]}"
    match button:
        case "on" if here < pages:
            return str(here + 1)
        case "on":
            return "send"
        case "back" if here > 1:
            return str(here - 1)
        case values if values.startswith("values-") and values[7:].isdigit():
            return f"{here}?values={values[7:]}#q{values[7:]}"
    return f"{here}?saved=yes"
