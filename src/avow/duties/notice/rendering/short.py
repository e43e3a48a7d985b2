"""The short layer: six questions, each answered in a few lines that lead to the clauses."""

from __future__ import annotations

from collections.abc import Iterator

from avow.declaration.model import Basis, InForce, Recipient
from avow.duties.notice.rendering.model import Card, Fact, Line, Piece
from avow.duties.notice.rendering.prose import reached_by
from avow.duties.notice.rendering.recipients import name_of
from avow.duties.notice.rendering.rights import BASES, is_exercise, plain_rights
from avow.duties.notice.rendering.said import APART, Saying, joined

OUTSIDE = ("staff", "contractor", "authority", "group-member")
"""Roles of recipients that are told by what they are and not by where they are."""


def cards(saying: Saying, law: InForce) -> tuple[Card, ...]:
    """The questions in the order in which people ask them; one without an answer is left out."""
    found = (_who(saying), _what(saying), _why(saying, law), _whom(saying), _rights(saying))
    return tuple(card for card in found if card.facts or card.lines)


def _who(saying: Saying) -> Card:
    say, controller = saying.spoken.say, saying.declaration.controller
    facts = (
        (say("Answers for your data"), controller.name),
        (say("Address"), controller.address),
        (say("Telephone"), controller.phone),
        (say("E-mail"), controller.email),
        (say("Data protection officer"), controller.officer),
    )
    return Card(
        say("Who are we?"),
        tuple(Fact(name, (Piece(value, reached_by(value)),)) for name, value in facts if value),
    )


def _what(saying: Saying) -> Card:
    points = saying.declaration.points.values()
    line = joined((saying.word("point", p.id, p.clause) for p in points), APART)
    return Card(saying.spoken.say("When do we collect data?"), lines=(line,) if line else ())


def _why(saying: Saying, law: InForce) -> Card:
    return Card(saying.spoken.say("What do we use them for?"), tuple(_bases(saying, law)))


def _bases(saying: Saying, law: InForce) -> Iterator[Fact]:
    for basis in Basis:
        purposes = [purpose for purpose in law.purposes if purpose.basis is basis]
        words = (saying.word("purpose", p.id, p.clause) for p in purposes)
        if purposes:
            yield Fact(saying.spoken.say(BASES[basis]), joined(words, APART))


def _whom(saying: Saying) -> Card:
    say = saying.spoken.say
    return Card(say("Who else receives them?"), tuple(_receivers(saying)))


def _receivers(saying: Saying) -> Iterator[Fact]:
    say, known = saying.spoken.say, saying.declaration.recipients.values()
    places: dict[str, list[Recipient]] = {}
    for recipient in known:
        if recipient.role not in OUTSIDE and recipient.country:
            places.setdefault(recipient.country, []).append(recipient)
    for country, found in places.items():
        yield Fact(saying.country(country), _names(saying, found))
    others = [r for r in known if r.role in OUTSIDE or not r.country]
    if others:
        yield Fact(say("And"), _names(saying, others))


def _names(saying: Saying, found: list[Recipient]) -> Line:
    return joined((Piece(name_of(saying, r), saying.to(r.clause)) for r in found), APART)


def _rights(saying: Saying) -> Card:
    known = saying.declaration.rights
    words = [saying.word("right", r["right"], r["clause"]) for r in plain_rights(known)]
    ways = [saying.word("right", r["right"], r["clause"]) for r in known if is_exercise(r)]
    lines = (joined(words, APART), joined(ways, APART))
    return Card(saying.spoken.say("What can you do?"), lines=tuple(line for line in lines if line))
