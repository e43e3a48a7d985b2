"""Taking something back: chosen on the page of the request, confirmed once, done."""

from __future__ import annotations

from collections.abc import Mapping

from litestar import Response, post
from litestar.params import FromPath

from avow.duties.requests.adding import Part, part_of
from avow.duties.requests.book import PERSON, Said, take
from avow.duties.requests.delivering.links import PATH
from avow.duties.requests.machine import Item, Request, StepRefused
from avow.duties.requests.steps import WithdrawnByPerson
from avow.faces.web.asked.frame import frame, html
from avow.faces.web.console.plan_approve import Form
from avow.faces.web.portal.follow import OPEN, gone, items_of, name_of, reach
from avow.faces.web.portal.following import FOLLOWINGS
from avow.faces.web.portal.make import GivenPortal
from avow.faces.web.security import Asked

_BELOW = f"/{{language:str}}/{PATH}/follow/{{token:str}}"


@post(f"{_BELOW}/withdraw", sync_to_thread=True, status_code=200)
def withdraw(
    request: Asked, language: FromPath[str], token: FromPath[str], data: Form, portal: GivenPortal
) -> Response[bytes]:
    """Ask once more before anything is taken back."""
    reached = reach(request, portal, language, token)
    if reached is None:
        return gone(portal, language)
    say, part = FOLLOWINGS[language], part_of(portal.book(), reached[1], reached[0].person)
    name = name_of(language, part)
    chosen = [(item.item, name(item)) for item in _chosen(part, reached[1], data)]
    house = portal.book().declaration.controller.name
    around = frame(language, house, f"{PATH}/follow/{token}")
    return html("portal/withdraw.html", around, say=say, chosen=chosen, token=token)


@post(f"{_BELOW}/withdrawn", sync_to_thread=True, status_code=200)
def withdrawn(
    request: Asked, language: FromPath[str], token: FromPath[str], data: Form, portal: GivenPortal
) -> Response[bytes]:
    """Take it back. Sent twice, the second time changes nothing."""
    reached = reach(request, portal, language, token)
    if reached is None:
        return gone(portal, language)
    book, say = portal.book(), FOLLOWINGS[language]
    part = part_of(book, reached[1], reached[0].person)
    items = tuple(item.item for item in _chosen(part, reached[1], data))
    try:
        if items:
            said = [Said(WithdrawnByPerson(items=items))]
            take(book, reached[0].request, said, by=PERSON, at=portal.clock.now())
    except StepRefused:  # it was settled or taken back in between: the page of the request says so
        items = ()
    around = frame(language, book.declaration.controller.name, f"{PATH}/follow/{token}")
    title, lead = (say.taken, say.taken_lead) if items else (say.take_back, say.none_chosen)
    back = (f"/{language}/{PATH}/follow/{token}", say.back)
    return html("portal/told.html", around, title=title, lead=lead, back=back)


def _chosen(part: Part, state: Request, data: Mapping[str, str]) -> list[Item]:
    """What was ticked and can be taken back: of this part of the request, and not settled."""
    mine = items_of(state, part) if state.closed_on is None else []
    return [item for item in mine if item.state in OPEN and data.get(f"item-{item.item}")]
