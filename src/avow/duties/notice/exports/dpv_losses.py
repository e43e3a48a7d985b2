"""What the Data Privacy Vocabulary has no term for, or tells in words only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from avow.declaration.model import Action, Declaration, InForce
from avow.declaration.vocabulary.terms import is_iri, terms
from avow.duties.notice.exports.document import Loss
from avow.duties.notice.exports.reading import each_once


def losses_of(declaration: Declaration, law: InForce) -> tuple[Loss, ...]:
    """Every loss of the document, with the ids it is about; none that is about nothing."""
    found = [Loss(what, each_once(about)) for what, about in _named(declaration, law)]
    return tuple(loss for loss in found if loss.about)


def _named(declaration: Declaration, law: InForce) -> Iterator[tuple[str, Iterable[str]]]:
    annotated = {p.id: p.dpv for p in law.purposes}
    annotated |= {c.id: c.dpv for c in declaration.categories.values()}
    annotated |= declaration.subjects
    unknown = [id_ for id_, term in annotated.items() if term and not _exists(term)]
    yield "annotations that are no term: a class of its own stands there", unknown
    missing = [id_ for id_, term in annotated.items() if not term]
    yield "not annotated: a class of its own stands there", missing
    yield (
        "the event that starts a period: only words tell it",
        [r.clause for r in law.rules if any(end.starts for end in r.ends)],
    )
    yield "what a period does not reach", [r.clause for r in law.rules if r.exceptions]
    yield (
        "what happens at the end where it is not erasure",
        [r.clause for r in law.rules if r.then is not Action.ERASE],
    )
    yield "legal minimums", [m.id for m in law.minimums]
    yield "events that end a purpose", [p.id for p in law.purposes if p.ends]
    yield "at which point which data are collected, and what must be given", declaration.points
    yield "promises never to do something", [n.clause for n in declaration.nevers]
    yield (
        "what is processed for others as their processor",
        [f"{s.name}.{d.name}" for s, d in declaration.datamap.datasets() if not d.is_ours],
    )
    yield (
        "whether a cookie is of the site itself or of another",
        [cookie.name for cookie in declaration.cookies],
    )


def _exists(term: str) -> bool:
    return term in terms() or is_iri(term)
