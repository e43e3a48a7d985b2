"""Who receives data: what they do, where, and under which safeguard (art. 13(1)(e), (f) GDPR)."""

from __future__ import annotations

from collections.abc import Mapping

from avow.common.languages import mark
from avow.declaration.model import Recipient
from avow.duties.notice.exports.transfers import Tool, leaves, tool_of
from avow.duties.notice.rendering.model import Cell, Line, Piece, Table
from avow.duties.notice.rendering.said import Saying

KINDS = ("staff", "contractor", "authority")
"""Roles of recipients that are kinds of people: their name is in one language, the role in all."""
ROLES: Mapping[str, str] = {
    "processor": mark("works for us, on our instructions"),
    "joint-controller": mark("decides together with us"),
    "controller": mark("decides for itself"),
    "group-member": mark("member of our group"),
    "staff": mark("our own people"),
    "contractor": mark("outside people who work with us"),
    "authority": mark("public authority"),
}
TOOLS: Mapping[Tool, str] = {
    Tool.ADEQUACY: mark("the Commission has found protection there adequate"),
    Tool.RULES: mark("binding corporate rules"),
    Tool.CLAUSES: mark("standard contractual clauses of the Commission"),
    Tool.CONDUCT: mark("an approved code of conduct"),
    Tool.CERTIFICATION: mark("an approved certification"),
    Tool.EXPLICIT_CONSENT: mark("your explicit consent"),
    Tool.CONTRACT: mark("needed for a contract with you"),
    Tool.UNKNOWN: mark("another safeguard"),
}


def recipients(saying: Saying) -> Table:
    """Every recipient in the order of the statement."""
    say, known = saying.spoken.say, saying.declaration.recipients.values()
    return Table(
        "t-recipients",
        say("Who receives data"),
        (say("Who"), say("What for"), say("Where"), say("Safeguard abroad"), say("Clause")),
        tuple(_row(saying, recipient) for recipient in known),
        gap="" if known else say("No recipient is declared."),
    )


def name_of(saying: Saying, recipient: Recipient) -> str:
    """The name of a recipient; for a kind of people what they are, in the language."""
    return role_of(saying, recipient) if recipient.role in KINDS else recipient.name


def role_of(saying: Saying, recipient: Recipient) -> str:
    """What a recipient is to the controller; a role of no known kind as it is declared."""
    role = ROLES.get(recipient.role)
    return saying.spoken.say(role) if role else recipient.role


def _row(saying: Saying, recipient: Recipient) -> tuple[Cell, ...]:
    role = () if recipient.role in KINDS else (Piece(role_of(saying, recipient)),)
    return (
        Cell((Piece(name_of(saying, recipient)),), role),
        Cell((saying.word("recipient", recipient.id),)),
        _where(saying, recipient),
        Cell(*_safeguard(saying, recipient)),
        Cell((saying.clause(recipient.clause),)),
    )


def _where(saying: Saying, recipient: Recipient) -> Cell:
    if recipient.country is None:
        return Cell((Piece("–"),))
    seat = recipient.seat
    more = saying.spoken.say("seat: {country}", country=saying.country(seat)) if seat else ""
    return Cell((Piece(saying.country(recipient.country)),), (Piece(more),) if more else ())


def _safeguard(saying: Saying, recipient: Recipient) -> tuple[Line, Line]:
    say, tool = saying.spoken.say, tool_of(recipient)
    if not leaves(recipient) or recipient.country == "EEA":
        return (Piece("–"),), ()
    if tool is Tool.NONE:
        return (Piece(say("none is named"), is_missing=True),), ()
    copy = recipient.copy
    how = (Piece(say("a copy: {how}", how=copy)),) if copy else ()
    return (Piece(say(TOOLS[tool])),), how
