"""What a declaration says about its promises: the clauses, the places they reach, their texts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from avow.declaration.check.universe import universe_of
from avow.declaration.model import CollectionPoint, Declaration, InForce
from avow.declaration.scope import CellPlace, minimum_covers, purpose_uses, rule_covers
from avow.duties.assurance.model import Clause
from avow.duties.assurance.source import ClauseText
from avow.duties.notice.live.places import places_of
from avow.duties.retention.never import WITHOUT_NEED
from avow.engine.evidence.checks import Item

Reaches = Callable[[CellPlace], bool]


def clauses_of(declaration: Declaration) -> tuple[Clause, ...]:
    """Every clause in the declared order; an unbound one does not say what will bind it."""
    return tuple(
        Clause(
            clause.id,
            "+".join(kind for kind in "EDH" if kind in clause.kinds),
            unbound="" if clause.unbound else None,
            legs=frozenset(clause.legs),
        )
        for clause in declaration.clauses.values()
    )


def scope_of(declaration: Declaration, law: InForce) -> Mapping[str, frozenset[Item]]:
    """Clause -> every dataset that its rules, purposes, categories or collection points reach.

    A clause without an entry reaches no dataset: the places its checks name are its scope.
    A negative promise reaches every dataset that belongs to persons and, where it is looked for by
    name, all else in every system; a recipient the datasets of the system that has its id; what the
    published notice is held to, its pages. Where a retention rule says what a clause reaches, the
    categories that name the clause add nothing.
    """
    cells = universe_of(declaration).mapped
    found: defaultdict[str, set[Item]] = defaultdict(set)
    for clause, reaches in _reaching(declaration, law):
        found[clause] |= {Item(cell.system, cell.dataset) for cell in cells if reaches(cell)}
    for never in declaration.nevers:
        if never.id != WITHOUT_NEED:
            found[never.clause] |= {Item(system) for system in declaration.datamap.systems}
    for clause, items in places_of(declaration).items():
        found[clause] |= items
    return {clause: frozenset(items) for clause, items in found.items() if items}


def _reaching(declaration: Declaration, law: InForce) -> Iterator[tuple[str, Reaches]]:
    """Each clause with what it reaches, as often as it is named."""
    for rule in law.rules:
        yield rule.clause, partial(rule_covers, rule)
    for minimum in law.minimums:
        yield minimum.clause, partial(minimum_covers, minimum)
    for purpose in law.purposes:
        yield purpose.clause, partial(purpose_uses, purpose)
    ruled = {rule.clause for rule in law.rules}
    for category in declaration.categories.values():
        for clause in category.clauses:
            if clause not in ruled:
                yield clause, partial(_is_of, category.id)
    for point in declaration.points.values():
        yield from _collected(point)
    for recipient in declaration.recipients.values():
        yield recipient.clause, partial(_lies_in, recipient.id)
    for never in declaration.nevers:
        yield never.clause, _anything


def _collected(point: CollectionPoint) -> Iterator[tuple[str, Reaches]]:
    yield point.clause, partial(_comes_from, point.id)
    for item in point.collects:
        yield item.clause, partial(_comes_from, point.id, category=item.category)


def _is_of(category: str, cell: CellPlace) -> bool:
    return cell.category == category


def _comes_from(point: str, cell: CellPlace, category: str | None = None) -> bool:
    return cell.collected_at == point and category in (None, cell.category)


def _lies_in(system: str, cell: CellPlace) -> bool:
    return cell.system == system


def _anything(cell: CellPlace) -> bool:
    del cell
    return True


def text_of(declaration: Declaration, clause: str, language: str) -> ClauseText | None:
    """The words of a clause in `language`, else in the first language that has them."""
    for tried in (language, *declaration.languages):
        text = declaration.texts.get(tried, {}).get(clause)
        if text:
            return ClauseText(clause, text, tried)
    return None
