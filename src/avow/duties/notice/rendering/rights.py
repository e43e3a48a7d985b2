"""The rights of persons: when, under which law, where wider than the law, and how they are used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from avow.common.languages import mark
from avow.declaration.model import Basis
from avow.duties.notice.rendering.model import Cell, Line, Piece, Table
from avow.duties.notice.rendering.prose import linked, reached_by
from avow.duties.notice.rendering.said import APART, Saying, joined

Right = Mapping[str, str]
BASES: Mapping[Basis, str] = {
    Basis.CONTRACT: mark("because of a contract"),
    Basis.CONSENT: mark("because you said yes"),
    Basis.LEGITIMATE_INTEREST: mark("because it is in our interest"),
    Basis.LEGAL_OBLIGATION: mark("because the law demands it"),
}


def is_exercise(right: Right) -> bool:
    """Whether an entry says how rights are used, and is none itself."""
    return right["right"].startswith("exercise")


def is_limit(right: Right) -> bool:
    """Whether an entry limits a right."""
    return "limits" in right


def plain_rights(rights: Iterable[Right]) -> Iterator[Right]:
    """The rights themselves."""
    yield from (right for right in rights if not is_exercise(right) and not is_limit(right))


def tables(saying: Saying) -> Iterator[Table]:
    """The rights, how they are used, and what may limit them; those that the statement has."""
    say, known = saying.spoken.say, saying.declaration.rights
    rights = tuple(plain_rights(known))
    yield Table(
        "t-rights",
        say("Your rights"),
        (say("You may"), say("When"), say("Law"), say("Clause")),
        tuple(_row(saying, right) for right in rights),
        gap="" if rights else say("No right is declared."),
    )
    ways = tuple(filter(is_exercise, known))
    if ways:
        yield Table(
            "t-exercise",
            say("How you use a right"),
            (say("How"), say("Where"), say("Clause")),
            tuple(_way(saying, right) for right in ways),
        )
    limits = tuple(filter(is_limit, known))
    if limits:
        yield Table(
            "t-limits",
            say("What may limit a right"),
            (say("When"), say("Limits"), say("Law"), say("Clause")),
            tuple(_limit(saying, right) for right in limits),
        )


def _row(saying: Saying, right: Right) -> tuple[Cell, ...]:
    wider = right.get("wider") == "yes"
    more = (Piece(saying.spoken.say("we go further than the law here")),) if wider else ()
    return (
        Cell((saying.word("right", right["right"]),), _where(right)),
        Cell(_when(saying, right), more),
        Cell((Piece(_law(saying, right)),)),
        Cell((saying.clause(right["clause"]),)),
    )


def _when(saying: Saying, right: Right) -> Line:
    say = saying.spoken.say
    if right.get("wider") == "yes" or not right.get("bases"):
        return (Piece(say("always")),)
    bases = (Basis(name) for name in right["bases"].split() if name in set(Basis))
    return (Piece(say("where we use data") + " "), *joined(Piece(say(BASES[b])) for b in bases))


def _law(saying: Saying, right: Right) -> str:
    """The law as it is declared; the regulation by its name in the language."""
    return right.get("law", "–").replace("GDPR", saying.spoken.say("GDPR"))


def _where(right: Right) -> Line:
    named = [right[key] for key in ("to", "link") if key in right]
    return joined((Piece(each, reached_by(each)) for each in named), APART)


def _way(saying: Saying, right: Right) -> tuple[Cell, ...]:
    address = right.get("address", "")
    form = (Piece(right["form"]),) if "form" in right else ()
    return (
        Cell((saying.word("right", right["right"]),)),
        Cell(linked(address) if address else (Piece("–"),), form if not address else ()),
        Cell((saying.clause(right["clause"]),)),
    )


def _limit(saying: Saying, right: Right) -> tuple[Cell, ...]:
    known = {each["right"] for each in saying.declaration.rights}
    limited = [saying.word("right", r) for r in right["limits"].split() if r in known]
    return (
        Cell((saying.word("right", right["right"]),)),
        Cell(joined(limited)),
        Cell((Piece(_law(saying, right)),)),
        Cell((saying.clause(right["clause"]),)),
    )
