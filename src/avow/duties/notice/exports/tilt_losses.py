"""What TILT cannot say of a declaration, and what it asks for that a declaration does not say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from avow.declaration.model import Action, Declaration, InForce
from avow.duties.notice.exports.document import Loss
from avow.duties.notice.exports.reading import each_once, text_of
from avow.duties.notice.exports.tilt_rights import BY_MACHINE, HELD, officer_email
from avow.duties.notice.exports.transfers import leaves


def losses_of(declaration: Declaration, law: InForce, language: str) -> tuple[Loss, ...]:
    """Every loss of one document, with the ids it is about; none that is about nothing."""
    named = (
        *_without_place(declaration, law, language),
        *_of_periods(law),
        *_asked_for(declaration, law),
    )
    found = [Loss(what, each_once(about)) for what, about in named]
    return tuple(loss for loss in found if loss.about)


Said = tuple[str, Iterable[str]]


def _without_place(declaration: Declaration, law: InForce, language: str) -> Iterator[Said]:
    told = {name for names in HELD.values() for name in names}
    yield (
        "rights without a place: restriction, objection and how a right is used",
        [r["right"] for r in declaration.rights if r["right"] not in told],
    )
    yield "cookies", [cookie.name for cookie in declaration.cookies]
    yield "at which point which data are collected", declaration.points
    yield "whose data these are: kinds of persons", declaration.subjects
    yield (
        "what is processed for others as their processor",
        [
            f"{system.name}.{dataset.name}"
            for system, dataset in declaration.datamap.datasets()
            if not dataset.is_ours
        ],
    )
    yield (
        "promises never to do something",
        [n.clause for n in declaration.nevers if n.id != BY_MACHINE],
    )
    yield (
        "which data go to a recipient: all of a purpose do",
        [p.id for p in law.purposes if p.recipients],
    )
    yield (
        "the country of the seat, where it is not that of the processing",
        [r.id for r in declaration.recipients.values() if r.seat],
    )
    yield (
        "purposes that no text explains in this language",
        [p.id for p in law.purposes if not text_of(declaration, language, p.clause)],
    )


def _of_periods(law: InForce) -> Iterator[Said]:
    rules = law.rules
    yield (
        "the event that starts a period: only words tell it",
        [r.clause for r in rules if any(end.starts for end in r.ends)],
    )
    yield (
        "periods without a declared start",
        [r.clause for r in rules if any(end.starts is None for end in r.ends)],
    )
    yield (
        "what happens at the end where it is not erasure",
        [r.clause for r in rules if r.then is not Action.ERASE],
    )
    yield "what a period does not reach", [r.clause for r in rules if r.exceptions]
    yield "time that comes on top: backups", [r.clause for r in rules if r.on_top]
    yield "legal minimums", [m.id for m in law.minimums]
    yield "events that end a purpose", [p.id for p in law.purposes if p.ends]


def _asked_for(declaration: Declaration, law: InForce) -> Iterator[Said]:
    """What the schema wants and nobody declared: a neutral value stands there."""
    del law
    who, edition = declaration.controller, declaration.edition
    items = [(p, i) for p in declaration.points.values() for i in p.collects]
    yield "asked for, not declared: a representative", ["controller"]
    yield (
        "asked for, not declared: the mail address of the controller",
        [] if who.email or officer_email(declaration) else ["controller"],
    )
    yield "asked for, not declared: the format of a copy and its price", ["access"]
    yield (
        "asked for, not declared: address, mail and telephone of the authority",
        [r["right"] for r in declaration.rights if r["right"] == "complaint"],
    )
    yield (
        "asked for, not declared: the country, as two letters",
        [] if len(who.country) == len("BE") else ["controller"],
    )
    yield (
        "asked for, not declared: the address of the notice",
        [] if edition and edition.hosts else ["notice"],
    )
    yield (
        "asked for, not declared: the version as a whole number",
        [] if edition and edition.version.isdigit() else ["notice"],
    )
    yield (
        "asked for, not declared: whether an item must be given (`false` stands there)",
        [f"{p.id}/{i.category}" for p, i in items if i.required is None],
    )
    yield (
        "asked for, not declared: what happens without the data",
        [p.id for p, _ in items if not _refusal_told(declaration, p.id)],
    )
    yield (
        "asked for, not declared: enforceable rights in a third country",
        [r.id for r in declaration.recipients.values() if leaves(r)],
    )
    yield (
        "asked for, not declared: whether a source is public",
        [p.id for p in declaration.points.values() if p.source],
    )
    yield (
        "asked for, not declared: whether a machine decides (`false` stands there)",
        [] if any(n.id == BY_MACHINE for n in declaration.nevers) else ["notice"],
    )


def _refusal_told(declaration: Declaration, point: str) -> bool:
    return any(declaration.words(each, "refusal", point) for each in declaration.languages)
