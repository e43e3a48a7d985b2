"""The letters that left for a person, to read again on the page of their request.

They went to the address that the link went to, and say nothing that they did not say there.
"""

from __future__ import annotations

from litestar import Response, get
from litestar.params import FromPath

from avow.common.languages import words
from avow.duties.requests.adding import part_of
from avow.duties.requests.delivering.links import PATH
from avow.duties.requests.told import told
from avow.faces.web.asked.frame import frame, html
from avow.faces.web.portal.adding import ADDINGS
from avow.faces.web.portal.follow import gone, reach
from avow.faces.web.portal.following import FOLLOWINGS
from avow.faces.web.portal.make import GivenPortal
from avow.faces.web.security import Asked


@get(f"/{{language:str}}/{PATH}/follow/{{token:str}}/letters", sync_to_thread=True)
def letters(
    request: Asked, language: FromPath[str], token: FromPath[str], portal: GivenPortal
) -> Response[bytes]:
    """Show the letters. To look at them changes nothing."""
    reached = reach(request, portal, language, token)
    if reached is None:
        return gone(portal, language)
    link, state = reached
    book = portal.book()
    persons = part_of(book, state, link.person).persons
    found = [each for n in persons for each in told(book, state, n)]
    return html(
        "portal/letters.html",
        frame(language, book.declaration.controller.name, f"{PATH}/follow/{token}/letters"),
        say=ADDINGS[language],
        letters=[(words(language).day(t.day), t.words) for t in found],
        written_in=state.language or language,
        token=token,
        back=FOLLOWINGS[language].back,
    )
