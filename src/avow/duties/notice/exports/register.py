"""The registers of art. 30 GDPR, as they stand on a day: plain rows that every format writes alike.

The columns follow the models of the French and Belgian authorities: a sheet per activity, and one
line per activity. An activity is a purpose. What nobody declared is said to be so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from avow.declaration.check.universe import Universe, universe_of
from avow.declaration.interpretation import in_force
from avow.declaration.model import Basis, Declaration, InForce, Purpose, Recipient
from avow.declaration.scope import CellPlace, purpose_uses, rule_covers
from avow.declaration.vocabulary.terms import Stands, terms
from avow.duties.notice.exports import register_words as words
from avow.duties.notice.exports.reading import (
    cells_of_purpose,
    each_once,
    end_in_words,
    said,
    text_of,
)
from avow.duties.notice.exports.tilt_rights import officer_email
from avow.duties.notice.exports.transfers import Tool, leaves, tool_of
from avow.estate.datamap.model import Dataset, System

Fields = Mapping[str, tuple[str, ...]]
"""Key of a field to its values; never empty: what is not declared says so."""


@dataclass(frozen=True, slots=True)
class Activity:
    """One activity: a purpose, or one system in which data are processed for others."""

    id: str
    name: str
    fields: Fields


@dataclass(frozen=True, slots=True)
class Register:
    """A register on a day. `missing` are the collection points that no activity uses."""

    article: str
    language: str
    day: date
    head: Fields
    activities: tuple[Activity, ...]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Reading:
    """What is read, in which language, on which day."""

    declaration: Declaration
    law: InForce
    language: str
    day: date
    universe: Universe = field(repr=False)

    def said(self, kind: str, id_: str) -> str:
        return said(self.declaration, self.language, kind, id_)

    def or_undeclared(self, values: Iterable[str]) -> tuple[str, ...]:
        return each_once(filter(None, values)) or (words.UNDECLARED[self.language],)

    def or_none(self, values: Iterable[str]) -> tuple[str, ...]:
        return each_once(filter(None, values)) or (words.NONE[self.language],)


def of_controller(declaration: Declaration, language: str, day: date) -> Register:
    """Art. 30(1): one activity per purpose that is in force on a day."""
    r = _reading(declaration, language, day)
    used = {p.id: cells_of_purpose(declaration, r.universe, p) for p in r.law.purposes}
    activities = tuple(_activity(r, p, used[p.id]) for p in r.law.purposes)
    seen = {cell.collected_at for cells in used.values() for cell in cells}
    missing = tuple(point for point in declaration.points if point not in seen)
    return Register("30-1", language, day, _head(r, "controller"), activities, missing)


def of_processor(declaration: Declaration, language: str, day: date) -> Register:
    """Art. 30(2): one activity per system that holds rows of those for whom we are processor."""
    r = _reading(declaration, language, day)
    held = ((s, _of_others(s)) for s in declaration.datamap.systems.values())
    activities = tuple(_for_others(r, system, theirs) for system, theirs in held if theirs)
    return Register("30-2", language, day, _head(r, "processor"), activities)


def _reading(declaration: Declaration, language: str, day: date) -> _Reading:
    law, _ = in_force(declaration, day)
    return _Reading(declaration, law, language, day, universe_of(declaration))


def _head(r: _Reading, role: str) -> Fields:
    who, edition = r.declaration.controller, r.declaration.edition
    joint = (
        f"{x.name} ({x.country or words.UNDECLARED[r.language]})"
        for x in r.declaration.recipients.values()
        if x.role == "joint-controller"
    )
    return {
        role: r.or_undeclared([who.name]),
        "contact": r.or_undeclared([who.address, who.phone, who.email]),
        "joint": r.or_undeclared(joint),
        "representative": r.or_undeclared(()),
        "officer": r.or_undeclared([officer_email(r.declaration)]),
        "day": (r.day.isoformat(),),
        "updated": r.or_undeclared(
            [edition.changed.isoformat()] if edition and edition.changed else ()
        ),
        "digest": r.or_undeclared([r.declaration.digest]),
    }


def _activity(r: _Reading, purpose: Purpose, cells: tuple[CellPlace, ...]) -> Activity:
    points = each_once(c.collected_at for c in cells if c.collected_at)
    interest = r.declaration.words(r.language, "interest", purpose.id)
    is_weighed = purpose.basis is Basis.LEGITIMATE_INTEREST
    name = r.said("purpose", purpose.id)
    receiving = [r.declaration.recipients[each] for each in purpose.recipients]
    told = {
        "reference": (purpose.id,),
        "name": (name,),
        "clause": (purpose.clause,),
        "purpose": r.or_undeclared([text_of(r.declaration, r.language, purpose.clause)]),
        "basis": (words.BASES[purpose.basis][r.language],),
        "interest": r.or_undeclared([interest]) if is_weighed else r.or_none(()),
        "subjects": r.or_undeclared(r.said("subject", c.subject) for c in cells if c.subject),
        "categories": r.or_undeclared(_kept(r, cells)),
        "special": _special(r, cells),
        "points": r.or_none(r.said("point", point) for point in points),
        "sources": r.or_none(_source(r, point) for point in points),
        "recipients": r.or_none(_recipient(r, x) for x in receiving),
        "transfers": r.or_none(_transfer(r, x) for x in receiving if leaves(x)),
        "systems": r.or_none(c.system for c in cells),
        "security": r.or_undeclared([_security(r)]),
        "assessments": r.or_none(_assessed(r, purpose)),
    }
    return Activity(purpose.id, name, told)


def _kept(r: _Reading, cells: tuple[CellPlace, ...]) -> Iterator[str]:
    """Each category with the ends that count for these cells of it."""
    for category in each_once(c.category for c in cells):
        mine = [c for c in cells if c.category == category]
        ends = [
            f"{end_in_words(r.declaration, r.language, end)} ({rule.clause})"
            for rule in r.law.rules
            if any(rule_covers(rule, cell) for cell in mine)
            for end in rule.ends
        ]
        told = "; ".join(ends) or words.NO_RULE[r.language]
        yield f"{r.said('category', category)}: {told}"


def _special(r: _Reading, cells: tuple[CellPlace, ...]) -> tuple[str, ...]:
    """Categories annotated with a term of art. 9: an annotation is all that is known of it."""
    found = (
        r.said("category", c.category)
        for c in cells
        if (known := r.declaration.categories.get(c.category)) is not None
        and terms().get(known.dpv or "") is Stands.SPECIAL
    )
    return each_once(found) or (words.UNANNOTATED[r.language],)


def _source(r: _Reading, point: str) -> str:
    source = r.declaration.points[point].source
    return r.declaration.words(r.language, "source", point) or (source or "")


def _recipient(r: _Reading, recipient: Recipient) -> str:
    does = r.declaration.words(r.language, "recipient", recipient.id) or recipient.for_ or ""
    role = words.ROLES.get(recipient.role, {}).get(r.language, recipient.role)
    return ", ".join(filter(None, (recipient.name, role, does, recipient.country)))


def _transfer(r: _Reading, recipient: Recipient) -> str:
    is_silent = tool_of(recipient) is Tool.NONE
    tool = words.NO_TOOL[r.language] if is_silent else recipient.transfer or ""
    return ", ".join(filter(None, (recipient.name, recipient.country, tool, recipient.copy)))


def _security(r: _Reading) -> str:
    """The text of the clause that describes the measures, where the notice names one."""
    edition = r.declaration.edition
    clause = edition.promises.get("security") if edition else None
    return text_of(r.declaration, r.language, clause) if clause else ""


def _assessed(r: _Reading, purpose: Purpose) -> Iterator[str]:
    about = {purpose.id, *purpose.recipients}
    for each in r.declaration.assessments.values():
        if each.of in about:
            when = each.on.isoformat() if each.on else words.UNDECLARED[r.language]
            yield f"{each.id} ({each.kind}, {each.conclusion}, {when})"


# --- what is processed for others --------------------------------------------------------------


def _of_others(system: System) -> tuple[Dataset, ...]:
    return tuple(d for d in system.datasets.values() if d.is_personal and not d.is_ours)


def _for_others(r: _Reading, system: System, theirs: tuple[Dataset, ...]) -> Activity:
    names = {dataset.name for dataset in theirs}
    cells = [c for c in r.universe.mapped if c.system == system.name and c.dataset in names]
    purposes = [p for p in r.law.purposes if any(purpose_uses(p, c) for c in cells)]
    ids = each_once(x for p in purposes for x in p.recipients)
    receiving = [r.declaration.recipients[x] for x in ids]
    tenants = (
        words.BY_TENANT[r.language].format(field=d.sphere_field, place=f"{system.name}.{d.name}")
        for d in theirs
    )
    told = {
        "reference": (system.name,),
        "name": (system.name,),
        "controllers": r.or_undeclared(tenants),
        "processing": r.or_undeclared(r.said("purpose", p.id) for p in purposes),
        "subjects": r.or_undeclared(r.said("subject", c.subject) for c in cells if c.subject),
        "categories": r.or_undeclared(r.said("category", c.category) for c in cells),
        "recipients": r.or_none(_recipient(r, x) for x in receiving),
        "transfers": r.or_none(_transfer(r, x) for x in receiving if leaves(x)),
        "systems": tuple(f"{system.name}.{name}" for name in sorted(names)),
        "security": r.or_undeclared([_security(r)]),
    }
    return Activity(system.name, system.name, told)
