"""All answers at a glance, and the button that sends them and ends the address."""

from __future__ import annotations

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER

from avow.common.errors import AvowError
from avow.engine.evidence.invitations import Invitation, Kind, send
from avow.engine.planner.release import in_force
from avow.engine.planner.sampling_asked import hand_in
from avow.faces.web.asked.desk import AskedDesk, GivenDesk
from avow.faces.web.asked.frame import PRIVATE, html
from avow.faces.web.asked.show import A_PAGE, around
from avow.faces.web.security import Asked


@get("/{language:str}/ask/{token:str}/send", sync_to_thread=True)
def review(
    request: Asked, language: FromPath[str], token: FromPath[str], asked: GivenDesk
) -> Response[bytes]:
    """Show every answer as it will be sent."""
    invitation = asked.invitation(request, language, token)
    return _review(asked, invitation, language, token)


def _review(
    asked: AskedDesk, invitation: Invitation, language: str, token: str, status: int = 200
) -> Response[bytes]:
    sheet = asked.sheet(invitation, language)
    return html(
        "asked/send.html",
        around(asked, invitation, sheet, token, "/send"),
        status,
        lines=sheet.lines(),
        whole=sheet.whole,
        total=sheet.total,
        a_page=A_PAGE,
        is_refused=status != 200,
    )


@post("/{language:str}/ask/{token:str}/send/now", sync_to_thread=True)
def hand_over(
    request: Asked, language: FromPath[str], token: FromPath[str], asked: GivenDesk
) -> Response[bytes] | Redirect:
    """Send the answers: they are final, and the address ends."""
    invitation = asked.invitation(request, language, token)
    try:
        is_sent = _sent(asked, invitation, language)
    except AvowError:  # who judges is no person of the release in force any more, or a row is gone
        return _review(asked, invitation, language, token, 409)
    if not is_sent:
        raise NotFoundException
    there = f"/{language}/thanks"
    return Redirect(there, status_code=HTTP_303_SEE_OTHER, headers=PRIVATE)


def _sent(asked: AskedDesk, invitation: Invitation, language: str) -> bool:
    now = asked.clock.now()
    if invitation.kind is Kind.SAMPLE:
        return hand_in(
            asked.runs, asked.ring, in_force(asked.runs), invitation, at=now, note=asked.note
        )
    total = asked.sheet(invitation, language).total
    return send(asked.runs, asked.ring, invitation, of=total, at=now, note=asked.note)
