"""The notice as a document of the Transparency Information Language (TILT), one per language.

TILT (Grünewald and Pallas, 2021, doi 10.1145/3442188.3445925) gives each element of art. 13 and 14
its place. What it cannot say, and what it asks for that nobody declared, are losses. The document
is of the statement as printed: an interpretation narrows what is done, not what was said.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from avow.declaration.check.universe import Universe, universe_of
from avow.declaration.interpretation import in_force
from avow.declaration.model import Basis, Category, Declaration, InForce, Purpose, Recipient, Rule
from avow.declaration.scope import CellPlace, purpose_uses, rule_covers
from avow.duties.notice.exports.document import Export, Exported, as_json
from avow.duties.notice.exports.reading import (
    each_once,
    end_in_words,
    is_ours,
    iso,
    said,
    text_of,
)
from avow.duties.notice.exports.register_words import FIELDS, UNDECLARED
from avow.duties.notice.exports.tilt_losses import losses_of
from avow.duties.notice.exports.tilt_rights import decisions_by_machine, officer_email, rights
from avow.duties.notice.exports.transfers import Tool, leaves, tool_of

Json = dict[str, Any]
REFERENCES = {
    Basis.CONSENT: "GDPR-6-1-a",
    Basis.CONTRACT: "GDPR-6-1-b",
    Basis.LEGAL_OBLIGATION: "GDPR-6-1-c",
    Basis.LEGITIMATE_INTEREST: "GDPR-6-1-f",
}
UNKNOWN_COUNTRY = "ZZ"
"""The code of ISO 3166 for `unknown`: the schema asks for two letters."""


@dataclass(frozen=True, slots=True)
class _Writing:
    """One document in the making: what is printed, in which language, and seen from which day."""

    declaration: Declaration
    law: InForce
    language: str
    day: date
    universe: Universe = field(repr=False)

    def said(self, kind: str, id_: str) -> str:
        return said(self.declaration, self.language, kind, id_)

    def text(self, clause: str) -> str:
        return text_of(self.declaration, self.language, clause)

    def id_of(self, name: str) -> str:
        """An id that is the same in every export of this declaration."""
        return str(uuid5(NAMESPACE_URL, f"{self.declaration.id}/{name}"))


def tilt(declaration: Declaration, language: str, day: date) -> Export:
    """One document, valid against the schema of TILT, with what is lost in it."""
    law, _ = in_force(declaration, day, signed=False)
    writing = _Writing(declaration, law, language, day, universe_of(declaration))
    document = _document(writing)
    document["meta"]["_hash"] = _digest(document)
    file = Exported(f"{declaration.id}.tilt.{language}.json", as_json(document))
    return Export((file,), losses_of(declaration, law, language))


def _digest(document: Mapping[str, Any]) -> str:
    """The document without its own hash: sorted keys, no spaces, as UTF-8."""
    canonical = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _document(w: _Writing) -> Json:
    return {
        "meta": _meta(w),
        "controller": _controller(w.declaration),
        "dataProtectionOfficer": _officer(w),
        "dataDisclosed": list(_disclosed(w)),
        "thirdCountryTransfers": [
            _transfer(w, r) for r in w.declaration.recipients.values() if leaves(r)
        ],
        "sources": list(_sources(w)),
        **rights(w.declaration, w.language),
        "automatedDecisionMaking": decisions_by_machine(w.declaration, w.language),
        "changesOfPurpose": [],
    }


def _meta(w: _Writing) -> Json:
    edition = w.declaration.edition
    changed = edition.changed if edition and edition.changed else w.day
    version = edition.version if edition else "1"
    is_active = edition is None or edition.effective is None or edition.effective <= w.day
    host = edition.hosts[0] if edition and edition.hosts else ""
    return {
        "_id": w.id_of(f"notice/{version}/{w.language}"),
        "name": w.declaration.controller.name,
        "created": f"{changed.isoformat()}T00:00:00Z",
        "modified": f"{changed.isoformat()}T00:00:00Z",
        "version": int(version) if version.isdigit() and int(version) else 1,
        "language": w.language,
        "status": "active" if is_active else "inactive",
        "url": f"https://{host}/" if host else "",
    }


def _controller(declaration: Declaration) -> Json:
    """The schema asks for a representative; the controller stands there for itself."""
    who = declaration.controller
    return {
        "name": who.name,
        "address": who.address,
        "country": who.country if len(who.country) == len("BE") else UNKNOWN_COUNTRY,
        "representative": {"name": who.name, "email": who.email or officer_email(declaration)},
    }


def _officer(w: _Writing) -> Json:
    """By the office and not by name: art. 13(1)(b) asks for the contact."""
    who = w.declaration.controller
    return {
        "name": FIELDS["officer"][w.language],
        "address": who.address,
        "country": who.country,
        "email": officer_email(w.declaration),
    }


def _disclosed(w: _Writing) -> Iterator[Json]:
    for category in w.declaration.categories.values():
        cells = [
            c for c in w.universe.cells if c.category == category.id and is_ours(w.declaration, c)
        ]
        if cells:
            yield _category(w, category, cells)


def _category(w: _Writing, category: Category, cells: list[CellPlace]) -> Json:
    purposes = [p for p in w.law.purposes if any(purpose_uses(p, c) for c in cells)]
    interests = [p for p in purposes if p.basis is Basis.LEGITIMATE_INTEREST]
    receiving = each_once(r for p in purposes for r in p.recipients)
    rules = [r for r in w.law.rules if any(rule_covers(r, c) for c in cells)]
    return {
        "_id": w.id_of(f"category/{category.id}"),
        "category": w.said("category", category.id),
        "purposes": [
            {"purpose": w.said("purpose", p.id), "description": w.text(p.clause)} for p in purposes
        ],
        "legalBases": [
            {"reference": REFERENCES[b], "description": ", ".join(_clauses(purposes, b))}
            for b in each_once(p.basis for p in purposes)
        ],
        "legitimateInterests": [
            {"exists": True, "reasoning": _interest(w, purpose)} for purpose in interests
        ],
        "recipients": [_recipient(w, w.declaration.recipients[r]) for r in receiving],
        "storage": [_storage(w, rules)],
        "nonDisclosure": _refusal(w, category.id, purposes),
    }


def _clauses(purposes: list[Purpose], basis: Basis) -> tuple[str, ...]:
    return each_once(p.clause for p in purposes if p.basis is basis)


def _interest(w: _Writing, purpose: Purpose) -> str:
    """The interest in the controller's words; else the clause of the purpose."""
    return w.declaration.words(w.language, "interest", purpose.id) or w.text(purpose.clause)


def _recipient(w: _Writing, recipient: Recipient) -> Json:
    does = w.declaration.words(w.language, "recipient", recipient.id) or recipient.for_ or ""
    told: Json = {"name": recipient.name, "category": f"{recipient.role}: {does}".rstrip(": ")}
    return told | ({"country": recipient.country} if recipient.country else {})


def _storage(w: _Writing, rules: list[Rule]) -> Json:
    """All ends bind at once, so the shortest decides. The event that starts a period has no place
    of its own: it stands in the words."""
    ends = [(rule, end) for rule in rules for end in rule.ends]
    return {
        "temporal": [
            {
                "description": f"{rule.clause}: {end_in_words(w.declaration, w.language, end)}",
                "ttl": iso(end.period),
            }
            for rule, end in ends
        ],
        "purposeConditional": [],
        "legalBasisConditional": [],
        "aggregationFunction": "min",
    }


def _refusal(w: _Writing, category: str, purposes: list[Purpose]) -> Json:
    """What art. 13(2)(e) asks for, as far as it is said at the points of collection."""
    points = [
        (point, item)
        for point in w.declaration.points.values()
        for item in point.collects
        if item.category == category
    ]
    required = any(item.required for _, item in points)
    bases = {purpose.basis for purpose in purposes}
    words = [w.declaration.words(w.language, "refusal", point.id) for point, _ in points]
    return {
        "legalRequirement": required and Basis.LEGAL_OBLIGATION in bases,
        "contractualRegulation": required and Basis.CONTRACT in bases,
        "obligationToProvide": required,
        "consequences": " ".join(each_once(filter(None, words))) or UNDECLARED[w.language],
    }


def _transfer(w: _Writing, recipient: Recipient) -> Json:
    tool = tool_of(recipient)
    unsaid = UNDECLARED[w.language]
    named = f"{recipient.name}: {recipient.transfer or unsaid}"
    how = f"{named}. {recipient.copy}" if recipient.copy else named
    guarded = tool not in (Tool.NONE, Tool.ADEQUACY, Tool.EXPLICIT_CONSENT, Tool.CONTRACT)
    return {
        "country": recipient.country,
        "adequacyDecision": _available(how, is_so=tool is Tool.ADEQUACY),
        "appropriateGuarantees": _available(how, is_so=guarded),
        "presenceOfEnforceableRightsAndEffectiveRemedies": _available(unsaid, is_so=False),
        "standardDataProtectionClause": _available(how, is_so=tool is Tool.CLAUSES),
    }


def _available(description: str, *, is_so: bool) -> Json:
    return {"available": is_so, "description": description}


def _sources(w: _Writing) -> Iterator[Json]:
    """Where the data come from when not from the person (art. 14(2)(f))."""
    for point in w.declaration.points.values():
        if point.source is None:
            continue
        words = w.declaration.words(w.language, "source", point.id)
        source = words or point.source.replace("-", " ")
        told = {"description": source, "url": "", "publiclyAvailable": False}
        for category in each_once(item.category for item in point.collects):
            yield {
                "_id": w.id_of(f"source/{point.id}/{category}"),
                "dataCategory": w.said("category", category),
                "sources": [told],
            }
