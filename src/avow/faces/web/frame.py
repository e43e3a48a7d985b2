"""What surrounds every page: language, navigation, the stop button, what was just done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from avow.engine.accounts.matrix import Action, allowed
from avow.engine.accounts.sessions import Signed
from avow.faces.web.navigation import NONE, Entries, entries_for
from avow.faces.web.security import Asked
from avow.faces.web.source import PageSource, Stop, Told

AS_BEFORE = frozenset(
    {
        Action.SEE_STATUS,
        Action.SEE_PLANS,
        Action.STOP,
        Action.APPROVE_PLAN,
        Action.RELEASE_STOP,
    }
)
"""What the pages offer where nobody ever signs in."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The part of a page context that all pages share."""

    language: Annotated[str, "language of the page"]
    languages: Annotated[tuple[str, ...], "languages the page is offered in"]
    house: Annotated[str, "name of the organisation"]
    page: Annotated[str, "which entry of the navigation is current"]
    here: Annotated[str, "path of the page below its language"]
    query: Annotated[str, "query string, without what was told"]
    now: Annotated[datetime, "the instant the page speaks of"]
    stops: Annotated[tuple[Stop, ...], "stops in effect"]
    takes_codes: Annotated[bool, "whether persons approve and release here with a code"]
    told: Annotated[Told | None, "what came of the action that led here"]
    who: Annotated[str, "id of who is signed in; empty when nobody is"] = ""
    may: Annotated[frozenset[str], "what they may do here, as words of the matrix"] = frozenset()
    entries: Annotated[Entries, "the pages that this one leads to"] = NONE
    for_all: Annotated[bool, "whether nobody has an account, so that no one signs in"] = False


def frame(request: Asked, source: PageSource, language: str, page: str) -> Frame:
    """The frame of the page that is asked for."""
    house = source.house()
    path = request.url.path.removesuffix(".json").strip("/")
    query = "&".join(
        part for part in request.url.query.split("&") if part and not part.startswith("told=")
    )
    signed: Signed | None = request.state.get("signed")
    may = _may(request, signed)
    is_out = signed is None and request.state.get("guarded", False)
    return Frame(
        language=language,
        languages=house.languages,
        house=house.name,
        page=page,
        here=path.removeprefix(language).strip("/"),
        query=query,
        now=source.now(),
        stops=() if is_out else source.stops(),
        takes_codes=house.takes_codes,
        told=_told(request.query_params.get("told", "")),
        who=signed.person if signed else "",
        may=may,
        entries=entries_for(may, page, is_signed=signed is not None),
        for_all=request.state.get("guarded") is False,
    )


def _may(request: Asked, signed: Signed | None) -> frozenset[str]:
    if signed is not None:
        return frozenset(str(action) for action in allowed(signed.roles))
    guarded = request.state.get("guarded")
    if guarded:
        return frozenset()
    mine = AS_BEFORE if guarded is None else AS_BEFORE | {Action.SEE_REQUESTS}
    return frozenset(str(action) for action in mine)


def _told(code: str) -> Told | None:
    return Told(code) if code in set(Told) else None
