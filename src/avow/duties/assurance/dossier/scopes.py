"""What a dossier can be about: a request, a clause, or a topic of the declaration."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta

from avow.common.errors import AvowError
from avow.declaration.model import Declaration
from avow.duties.assurance.dossier.model import Scope

YEAR = timedelta(days=365)
"""How far back the period of a dossier reaches where nothing else is said."""


class DossierRefused(AvowError):
    """A dossier cannot be made (AV930, AV931)."""

    code = "AV930"


def _rights(declaration: Declaration) -> Iterable[str]:
    return (each["clause"] for each in declaration.rights)


TOPICS: Mapping[str, Callable[[Declaration], Iterable[str]]] = {
    "retention": lambda d: (rule.clause for rule in d.rules.values()),
    "rights": _rights,
    "purposes": lambda d: (purpose.clause for purpose in d.purposes.values()),
    "recipients": lambda d: (recipient.clause for recipient in d.recipients.values()),
    "collection": lambda d: (
        clause
        for point in d.points.values()
        for clause in (point.clause, *(item.clause for item in point.collects))
    ),
    "notice": lambda d: tuple(d.edition.promises.values()) if d.edition else (),
    "everything": lambda d: d.clauses,
}
"""Topics and the clauses that each reaches, read from the declaration."""


def of_clause(declaration: Declaration, clause: str, until: date) -> Scope:
    """A clause and those below it: `6` is every clause of section 6.

    Raises:
        DossierRefused: AV930, the declaration has no such clause.
    """
    found = {
        c for c in declaration.clauses if c == clause or c.startswith((f"{clause}.", clause + "-"))
    }
    if not found:
        raise DossierRefused(
            f"the declaration has no clause `{clause}`",
            help="`avow status --all` lists the clauses",
        )
    return Scope(clause, frozenset(found), until - YEAR, until)


def of_topic(declaration: Declaration, topic: str, until: date) -> Scope:
    """Everything that the declaration says about a topic."""
    known = frozenset(declaration.clauses)
    return Scope(topic, known & frozenset(TOPICS[topic](declaration)), until - YEAR, until)


def of_request(
    declaration: Declaration, request: str, rights: Iterable[str], arrived: date, until: date
) -> Scope:
    """A request: the clauses of the rights that it asks."""
    wanted = frozenset(rights)
    clauses = {each["clause"] for each in declaration.rights if each["right"] in wanted}
    return Scope(request, frozenset(clauses), arrived, until, request)
