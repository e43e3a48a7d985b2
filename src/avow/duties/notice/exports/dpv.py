"""The declaration as linked data in the W3C Data Privacy Vocabulary 2.3 (JSON-LD 1.1).

One process per purpose, as the law in force on a day has it. Only listed terms are written; what
the vocabulary has no term for gets a class of its own, declared in the document as a subclass. The
context stands in the document, so that no network is needed to read it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from avow.declaration.check.universe import Universe, universe_of
from avow.declaration.interpretation import in_force
from avow.declaration.model import Basis, Declaration, InForce, Purpose, Recipient, Rule
from avow.declaration.publishing import Assessment, AssessmentKind, Cookie
from avow.declaration.vocabulary.terms import PREFIXES, is_iri, terms
from avow.duties.notice.exports.document import Export, Exported, as_json
from avow.duties.notice.exports.dpv_losses import losses_of
from avow.duties.notice.exports.reading import (
    cells_of_purpose,
    each_once,
    end_in_words,
    iso,
    rules_of,
    said,
    text_of,
)
from avow.duties.notice.exports.tilt_rights import officer_email
from avow.duties.notice.exports.transfers import Tool, leaves, tool_of

Json = dict[str, Any]
OWN = "own"
CONTEXT: Json = {
    "@version": 1.1,
    **PREFIXES,
    "dct": "http://purl.org/dc/terms/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
BASES = {
    Basis.CONSENT: "eu-gdpr:A6-1-a",
    Basis.CONTRACT: "eu-gdpr:A6-1-b",
    Basis.LEGAL_OBLIGATION: "eu-gdpr:A6-1-c",
    Basis.LEGITIMATE_INTEREST: "eu-gdpr:A6-1-f",
}
RIGHTS = {
    "access": "eu-gdpr:A15",
    "rectification": "eu-gdpr:A16",
    "erasure": "eu-gdpr:A17",
    "restriction": "eu-gdpr:A18",
    "portability": "eu-gdpr:A20",
    "objection": "eu-gdpr:A21",
    "objection-to-marketing": "eu-gdpr:A21",
    "withdrawal": "eu-gdpr:A7-3",
    "cookie-withdrawal": "eu-gdpr:A7-3",
    "complaint": "eu-gdpr:A77",
}
ROLES = {
    "processor": "dpv:DataProcessor",
    "sub-processor": "dpv:DataSubProcessor",
    "authority": "dpv:Authority",
    "third-party": "dpv:ThirdParty",
    "controller": "dpv:DataController",
    "joint-controller": "dpv:JointDataControllers",
}
TOOLS = {
    Tool.ADEQUACY: "eu-gdpr:A45-3",
    Tool.RULES: "eu-gdpr:A46-2-b",
    Tool.CLAUSES: "eu-gdpr:A46-2-c",
    Tool.CONDUCT: "eu-gdpr:A46-2-e",
    Tool.CERTIFICATION: "eu-gdpr:A46-2-f",
    Tool.EXPLICIT_CONSENT: "eu-gdpr:A49-1-a",
    Tool.CONTRACT: "eu-gdpr:A49-1-b",
}
ASSESSED = {
    AssessmentKind.BALANCING: "dpv:LegitimateInterestAssessment",
    AssessmentKind.IMPACT: "dpv:DPIA",
    AssessmentKind.TRANSFER: "dpv:DataTransferImpactAssessment",
}


@dataclass(frozen=True, slots=True)
class _Graph:
    """A document in the making: the law of a day, and the classes of its own that it declares."""

    declaration: Declaration
    law: InForce
    universe: Universe = field(repr=False)
    classes: dict[str, Json] = field(default_factory=dict)

    def own(self, kind: str, name: str) -> str:
        """The IRI of something of this declaration."""
        return f"{OWN}:{kind}/{name}"

    def type_of(self, term: str | None, kind: str, id_: str, parent: str) -> str:
        """A listed term, a whole IRI, or a class of its own below `parent`."""
        if term and (term in terms() or is_iri(term)):
            return term
        name = self.own(f"class/{kind}", id_)
        self.classes[name] = {
            "@id": name,
            "@type": "rdfs:Class",
            "rdfs:subClassOf": ref(parent),
            "skos:prefLabel": self.labels(kind, id_),
        }
        return name

    def labels(self, kind: str, id_: str) -> list[Json]:
        """What it is called in each language of the notice."""
        return [
            {"@value": said(self.declaration, each, kind, id_), "@language": each}
            for each in self.declaration.languages or ("en",)
        ]

    def texts(self, clause: str) -> list[Json]:
        """The text of a clause in each language that has it."""
        found = ((each, text_of(self.declaration, each, clause)) for each in _languages(self))
        return [{"@value": text, "@language": each} for each, text in found if text]


def _languages(graph: _Graph) -> tuple[str, ...]:
    return graph.declaration.languages


def ref(iri: str) -> Json:
    """A pointer to something. A term of the vocabulary that is not listed is a ValueError: nothing
    unknown is ever written."""
    if iri.partition(":")[0] in PREFIXES and iri not in terms():
        raise ValueError(f"`{iri}` is no term of the vocabulary")
    return {"@id": iri}


def dpv(declaration: Declaration, day: date) -> Export:
    """One JSON-LD document in all languages, with what is lost in it."""
    law, _ = in_force(declaration, day)
    graph = _Graph(declaration, law, universe_of(declaration))
    nodes = list(_nodes(graph, day))
    base = f"urn:uuid:{uuid5(NAMESPACE_URL, declaration.id)}#"
    document = {
        "@context": CONTEXT | {OWN: {"@id": base, "@prefix": True}},
        "@graph": [*nodes, *graph.classes.values()],
    }
    file = Exported(f"{declaration.id}.dpv.jsonld", as_json(document))
    return Export((file,), losses_of(declaration, law))


def _nodes(graph: _Graph, day: date) -> Iterator[Json]:
    declaration = graph.declaration
    yield _notice(graph, day)
    yield _controller(declaration)
    yield from (_process(graph, purpose) for purpose in graph.law.purposes)
    yield from (_purpose(graph, purpose) for purpose in graph.law.purposes)
    yield from (_category(graph, category) for category in declaration.categories)
    yield from (_subject(graph, subject) for subject in declaration.subjects)
    yield from (_recipient(graph, each) for each in declaration.recipients.values())
    yield from (_storage(graph, rule) for rule in graph.law.rules)
    yield from (_cookie(graph, n, each) for n, each in enumerate(declaration.cookies, 1))
    yield from (_assessment(graph, each) for each in declaration.assessments.values())
    yield from _rights(graph)


def _notice(graph: _Graph, day: date) -> Json:
    edition = graph.declaration.edition
    told = [r["right"] for r in graph.declaration.rights if r["right"] in RIGHTS]
    return {
        "@id": f"{OWN}:notice",
        "@type": "dpv:PrivacyNotice",
        "dct:language": list(graph.declaration.languages),
        "dct:identifier": edition.version if edition else graph.declaration.digest,
        "dct:date": {"@value": day.isoformat(), "@type": "xsd:date"},
        "dpv:hasDataController": ref(f"{OWN}:controller"),
        "dpv:hasProcess": [ref(graph.own("process", p.id)) for p in graph.law.purposes],
        "dpv:hasRight": [ref(graph.own("right", name)) for name in told],
    }


def _controller(declaration: Declaration) -> Json:
    who = declaration.controller
    return {
        "@id": f"{OWN}:controller",
        "@type": "dpv:DataController",
        "dpv:hasName": who.name,
        "dpv:hasAddress": who.address,
        "dpv:hasContact": [each for each in (who.email, who.phone) if each],
        "dpv:hasCountry": _country(who.country),
        "dpv:hasDataProtectionOfficer": {
            "@id": f"{OWN}:officer",
            "@type": "dpv:DataProtectionOfficer",
            "dpv:hasContact": officer_email(declaration),
        },
    }


def _country(code: str, term: str = "dpv:Country") -> list[Json]:
    return [{"@type": term, "skos:notation": code}] if code else []


def _process(graph: _Graph, purpose: Purpose) -> Json:
    """What is done for one purpose: whose data, which, on what basis, for how long, with whom."""
    cells = cells_of_purpose(graph.declaration, graph.universe, purpose)
    points = each_once(c.collected_at for c in cells if c.collected_at)
    weighed = [a for a in graph.declaration.assessments.values() if a.of == purpose.id]
    return {
        "@id": graph.own("process", purpose.id),
        "@type": "dpv:PersonalDataProcess",
        "dct:identifier": purpose.clause,
        "dpv:hasDataController": ref(f"{OWN}:controller"),
        "dpv:hasPurpose": ref(graph.own("purpose", purpose.id)),
        "dpv:hasLegalBasis": ref(BASES[purpose.basis]),
        "dpv:hasPersonalData": _refs(graph, "category", (c.category for c in cells)),
        "dpv:hasDataSubject": _refs(graph, "subject", (c.subject for c in cells if c.subject)),
        "dpv:hasDataSource": _sources(graph.declaration, points),
        "dpv:hasRecipient": _refs(graph, "recipient", purpose.recipients),
        "dpv:hasStorageCondition": _refs(
            graph, "rule", (rule.id for rule in rules_of(graph.law.rules, cells))
        ),
        "dpv:hasAssessment": [ref(graph.own("assessment", a.id)) for a in weighed],
        "dpv:hasTechnicalOrganisationalMeasure": _measures(graph),
        "dpv:isImplementedUsingTechnology": [
            ref(graph.own("cookie", str(n)))
            for n, each in enumerate(graph.declaration.cookies, 1)
            if each.purpose == purpose.id
        ],
    }


def _sources(declaration: Declaration, points: Iterable[str]) -> list[Json]:
    """From the person, or from somebody else where a point names its source (art. 14)."""
    others = (declaration.points[point].source is not None for point in points)
    return [
        ref("dpv:ThirdPartyDataSource" if is_other else "dpv:DataSubjectDataSource")
        for is_other in each_once(others)
    ]


def _refs(graph: _Graph, kind: str, ids: Iterable[str]) -> list[Json]:
    return [ref(graph.own(kind, each)) for each in each_once(ids)]


def _measures(graph: _Graph) -> list[Json]:
    """What the declaration itself shows: periods that are enforced, rights, and a described
    protection, where a clause describes it."""
    found: list[Json] = [ref("dpv:ROPA"), ref("dpv:PrivacyNotice")]
    if graph.law.rules:
        found.append(ref("dpv:DataErasurePolicy"))
    if graph.declaration.rights:
        found.append(ref("dpv:DataSubjectRightsManagement"))
    edition = graph.declaration.edition
    clause = edition.promises.get("security") if edition else None
    if clause:
        texts = graph.texts(clause)
        found.append({"@type": "dpv:TechnicalOrganisationalMeasure", "dct:description": texts})
    return found


def _purpose(graph: _Graph, purpose: Purpose) -> Json:
    return {
        "@id": graph.own("purpose", purpose.id),
        "@type": graph.type_of(purpose.dpv, "purpose", purpose.id, "dpv:Purpose"),
        "skos:prefLabel": graph.labels("purpose", purpose.id),
        "dct:description": graph.texts(purpose.clause),
    }


def _category(graph: _Graph, category: str) -> Json:
    term = graph.declaration.categories[category].dpv
    return {
        "@id": graph.own("category", category),
        "@type": graph.type_of(term, "category", category, "dpv:PersonalData"),
        "skos:prefLabel": graph.labels("category", category),
    }


def _subject(graph: _Graph, subject: str) -> Json:
    term = graph.declaration.subjects[subject]
    return {
        "@id": graph.own("subject", subject),
        "@type": graph.type_of(term, "subject", subject, "dpv:DataSubject"),
        "skos:prefLabel": graph.labels("subject", subject),
    }


def _recipient(graph: _Graph, recipient: Recipient) -> Json:
    role = graph.type_of(ROLES.get(recipient.role), "role", recipient.role, "dpv:Recipient")
    told: Json = {
        "@id": graph.own("recipient", recipient.id),
        "@type": role,
        "dpv:hasName": recipient.name,
        "dct:identifier": recipient.clause,
        "dct:description": recipient.for_ or graph.labels("recipient", recipient.id),
    }
    if leaves(recipient):
        told["dpv:hasThirdCountry"] = _country(recipient.country or "", "dpv:ThirdCountry")
        told["dpv:hasLegalBasis"] = _tool(graph, recipient)
    else:
        told["dpv:hasCountry"] = _country(recipient.country or "")
    return told


def _tool(graph: _Graph, recipient: Recipient) -> list[Json]:
    tool = tool_of(recipient)
    if tool is Tool.NONE:
        return []
    named = recipient.transfer or ""
    return [ref(graph.type_of(TOOLS.get(tool), "tool", named, "dpv:DataTransferLegalBasis"))]


def _storage(graph: _Graph, rule: Rule) -> Json:
    languages = graph.declaration.languages or ("en",)
    return {
        "@id": graph.own("rule", rule.id),
        "@type": "dpv:StorageCondition",
        "dct:identifier": rule.clause,
        "skos:prefLabel": graph.labels("rule", rule.id),
        "dpv:hasDuration": [
            {
                "@type": ["dpv:StorageDuration", "dpv:TemporalDuration"],
                "rdf:value": {"@value": iso(end.period), "@type": "xsd:duration"},
                "dct:description": [
                    {
                        "@value": end_in_words(graph.declaration, each, end),
                        "@language": each,
                    }
                    for each in languages
                ],
            }
            for end in rule.ends
        ],
    }


def _cookie(graph: _Graph, number: int, cookie: Cookie) -> Json:
    lifetime = {"@value": iso(cookie.lifetime), "@type": "xsd:duration"} if cookie.lifetime else []
    return {
        "@id": graph.own("cookie", str(number)),
        "@type": "tech:Cookie",
        "dpv:hasName": cookie.name,
        "dct:identifier": cookie.clause,
        "dpv:hasDuration": [{"@type": "dpv:TemporalDuration", "rdf:value": lifetime}],
        "dpv:hasNecessity": ref("dpv:Required" if cookie.exempt else "dpv:Optional"),
    }


def _assessment(graph: _Graph, assessment: Assessment) -> Json:
    days = (
        (p, d) for p, d in (("dct:issued", assessment.on), ("dct:valid", assessment.review)) if d
    )
    return {
        "@id": graph.own("assessment", assessment.id),
        "@type": ASSESSED[assessment.kind],
        "dpv:hasOutcome": str(assessment.conclusion),
        **{p: {"@value": d.isoformat(), "@type": "xsd:date"} for p, d in days},
    }


def _rights(graph: _Graph) -> Iterator[Json]:
    for right in graph.declaration.rights:
        if right["right"] in RIGHTS:
            yield {
                "@id": graph.own("right", right["right"]),
                "@type": RIGHTS[right["right"]],
                "dct:identifier": right["clause"],
                "dct:description": graph.texts(right["clause"]),
                "dpv:isExercisedAt": {
                    "@type": "dpv:RightExerciseNotice",
                    "dpv:hasContact": right.get("link") or officer_email(graph.declaration),
                },
            }
