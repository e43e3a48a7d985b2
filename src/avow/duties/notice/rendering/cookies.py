"""What is stored on the person's device, and how to refuse it (art. 5(3) ePrivacy)."""

from __future__ import annotations

from avow.declaration.publishing import Cookie, Party
from avow.duties.notice.rendering.model import Block, Cell, Piece, Table
from avow.duties.notice.rendering.prose import reached_by
from avow.duties.notice.rendering.said import APART, Saying

_WITHDRAWALS = ("cookie-withdrawal", "withdrawal")


def cookies(saying: Saying) -> Table:
    """Every cookie: what it is for, who sets it, how long it lives, and whether one may refuse."""
    say, known = saying.spoken.say, saying.declaration.cookies
    return Table(
        "t-cookies",
        say("Cookies"),
        (say("Name"), say("What for"), say("Set by"), say("Lives for"), say("Needs your consent")),
        tuple(_row(saying, cookie) for cookie in known),
        gap="" if known else say("No cookie is listed: the declaration names none."),
    )


def _row(saying: Saying, cookie: Cookie) -> tuple[Cell, ...]:
    say = saying.spoken.say
    said = saying.declaration.words(saying.language, "cookie", cookie.name)
    if said or cookie.purpose is None:
        what = saying.word("cookie", cookie.name, cookie.clause)
    else:
        what = saying.word("purpose", cookie.purpose, cookie.clause)
    lives = saying.period(cookie.lifetime) if cookie.lifetime else ""
    return (
        Cell((Piece(cookie.name),)),
        Cell((what,)),
        Cell((Piece(_setter(saying, cookie)),)),
        Cell((Piece(lives or say("until you close the browser")),)),
        Cell((Piece(say("no, the site cannot do without") if cookie.exempt else say("yes")),)),
    )


def _setter(saying: Saying, cookie: Cookie) -> str:
    found = saying.declaration.recipients.get(cookie.recipient or "")
    if found is not None:
        return found.name
    own = saying.declaration.controller.name
    return own if cookie.party is Party.FIRST else saying.spoken.say("another site")


def settings(saying: Saying) -> tuple[Block, ...]:
    """How to refuse or to change one's mind, in words: no button that does nothing."""
    say, declaration = saying.spoken.say, saying.declaration
    rights = {right["right"]: right for right in declaration.rights}
    right = next((rights[name] for name in _WITHDRAWALS if name in rights), None)
    reach = declaration.controller.officer or declaration.controller.email
    words = [Piece(say("There is no page for your choices yet."))]
    if right is not None:
        words += [Piece(" " + say("How to refuse or change your mind:") + " ")]
        words += [saying.word("right", right["right"], right.get("clause", ""))]
    if reach:
        words += [Piece(APART), Piece(reach, reached_by(reach))]
    return (Block(tuple(words)),)
