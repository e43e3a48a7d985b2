"""Every id that is named must be declared: unknown ones are errors, with what may be meant."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeGuard

from avow.common.places import NOWHERE, Place
from avow.declaration.loading.nodes import Notes, meant
from avow.declaration.model import (
    AddMinimum,
    AddRule,
    Decision,
    Declaration,
    EndPurpose,
    Minimum,
    Narrow,
    Purpose,
    Rule,
    Scope,
    Shortest,
    Starts,
)
from avow.estate.datamap.model import Dataset, System


@dataclass(frozen=True, slots=True)
class Named:
    """That something at `place` names `id` of a kind ("category")."""

    kind: str
    id: str | None
    place: Place
    by: str = ""


def check_references(declaration: Declaration, notes: Notes) -> None:
    """Note every name that nothing declares."""
    known = _known(declaration)
    for named in references(declaration):
        if named.id is not None and named.id not in known[named.kind]:
            what = f"there is no {named.kind} `{named.id}`"
            said = f"{named.by} names it" if named.by else ""
            help_ = meant(named.id, known[named.kind]) or _nothing(known[named.kind], named.kind)
            notes.wrong("AV201", what, named.place, because=said, hint=help_)


def _nothing(known: Collection[str], kind: str) -> str:
    return "" if known else f"the declaration has no {kind} at all"


def _known(declaration: Declaration) -> dict[str, Collection[str]]:
    added = [e.rule.id for d in declaration.decisions.values() for e in d.effects if _adds(e)]
    return {
        "clause": declaration.clauses.keys(),
        "category": declaration.categories.keys(),
        "collection point": declaration.points.keys(),
        "subject": declaration.subjects.keys(),
        "system": declaration.datamap.systems.keys(),
        "dataset": {d.name for _, d in declaration.datamap.datasets()},
        "identity": {i.kind for _, d in declaration.datamap.datasets() for i in d.identities},
        "event": declaration.events.keys(),
        "purpose": declaration.purposes.keys(),
        "recipient": declaration.recipients.keys(),
        "person": declaration.people.keys(),
        "rule": {*declaration.rules, *added},
        "decision": declaration.decisions.keys(),
        "section": declaration.sections.keys(),
        "cookie": {cookie.name for cookie in declaration.cookies},
        "right": {right["right"] for right in declaration.rights},
        "assessed purpose or recipient": {*declaration.purposes, *declaration.recipients},
    }


def _adds(effect: object) -> TypeGuard[AddRule]:
    return isinstance(effect, AddRule)


def references(declaration: Declaration) -> Iterator[Named]:
    """Every name in the declaration that points to something declared elsewhere in it."""
    yield from _statement(declaration)
    for rule in declaration.rules.values():
        yield from _rule(rule)
    for minimum in declaration.minimums.values():
        yield from _minimum(minimum)
    for decision in declaration.decisions.values():
        yield from _decision(decision)
    for system, dataset in declaration.datamap.datasets():
        yield from _dataset(system, dataset)
    for system in declaration.datamap.systems.values():
        yield Named("person", system.owner, system.place, f"system `{system.name}`")
    yield from _notice(declaration)
    yield from _acts(declaration)


_LABELLED = {"point": "collection point", "source": "collection point", "interest": "purpose"} | {
    "refusal": "collection point",
    "question": "category",
}
"""Kinds of words whose ids are of another kind."""


def _notice(declaration: Declaration) -> Iterator[Named]:
    if declaration.edition is not None:
        for what, clause in declaration.edition.promises.items():
            by = f"the notice's promise `{what}`"
            yield Named("clause", clause, declaration.edition.place, by)
    for section in declaration.sections.values():
        by = f"section `{section.id}`"
        yield Named("section", section.within, section.place, by)
        yield from (Named("clause", clause, section.place, by) for clause in section.clauses)
    for cookie in declaration.cookies:
        by = f"cookie `{cookie.name}`"
        yield Named("clause", cookie.clause, cookie.place, by)
        yield Named("purpose", cookie.purpose, cookie.place, by)
        yield Named("recipient", cookie.recipient, cookie.place, by)
    for assessment in declaration.assessments.values():
        by = f"assessment `{assessment.id}`"
        yield Named("assessed purpose or recipient", assessment.of, assessment.place, by)
        yield Named("person", assessment.author, assessment.place, by)
        yield Named("person", assessment.approver, assessment.place, by)
    for translation in declaration.translations:
        by = f"the approval of `{translation.language}`"
        yield Named("person", translation.by, translation.place, by)
    for language, kinds in declaration.labels.items():
        for kind, words in kinds.items():
            by = f"the words in `{language}`"
            yield from (Named(_LABELLED.get(kind, kind), id_, NOWHERE, by) for id_ in words)


def _statement(declaration: Declaration) -> Iterator[Named]:
    for category in declaration.categories.values():
        for clause in category.clauses:
            yield Named("clause", clause, category.place, f"category `{category.id}`")
    for point in declaration.points.values():
        yield Named("clause", point.clause, point.place, f"collection point `{point.id}`")
        for item in point.collects:
            yield Named("category", item.category, item.place, f"collection point `{point.id}`")
            yield Named("clause", item.clause, item.place, f"collection point `{point.id}`")
    for purpose in declaration.purposes.values():
        yield from _purpose(purpose)
    for recipient in declaration.recipients.values():
        yield Named("clause", recipient.clause, recipient.place, f"recipient `{recipient.id}`")
    for never in declaration.nevers:
        yield Named("clause", never.clause, never.place, f"never `{never.id}`")
        yield Named("category", never.category, never.place, f"never `{never.id}`")
    for event in declaration.events.values():
        yield Named("clause", event.clause, event.place, f"event `{event.id}`")
    for right, place in zip(declaration.rights, declaration.right_places, strict=True):
        yield Named("clause", right["clause"], place, f"right `{right['right']}`")


def _purpose(purpose: Purpose) -> Iterator[Named]:
    by = f"purpose `{purpose.id}`"
    yield Named("clause", purpose.clause, purpose.place, by)
    yield Named("event", purpose.ends, purpose.place, by)
    yield from _scope(purpose.uses, purpose.place, by)
    for recipient in purpose.recipients:
        yield Named("recipient", recipient, purpose.place, by)


def _scope(scope: Scope, place: Place, by: str) -> Iterator[Named]:
    kinds = (
        ("category", scope.category),
        ("collection point", scope.collected_at),
        ("subject", scope.subject),
        ("system", scope.system),
        ("dataset", scope.dataset),
    )
    for kind, ids in kinds:
        for id_ in sorted(ids):
            yield Named(kind, id_, place, by)


def _rule(rule: Rule) -> Iterator[Named]:
    by = f"rule `{rule.id}`"
    yield Named("clause", rule.clause, rule.place, by)
    for scope in (rule.applies_to, *rule.exceptions):
        yield from _scope(scope, rule.place, by)
    for end in rule.ends:
        yield Named("event", end.starts, rule.place, by)
        yield Named("event", end.otherwise, rule.place, by)


def _minimum(minimum: Minimum) -> Iterator[Named]:
    by = f"minimum `{minimum.id}`"
    yield Named("clause", minimum.clause, minimum.place, by)
    yield Named("event", minimum.starts, minimum.place, by)
    yield from _scope(minimum.applies_to, minimum.place, by)


def _decision(decision: Decision) -> Iterator[Named]:
    place, by = decision.place, f"decision `{decision.id}`"
    yield Named("person", decision.author, place, by)
    for effect in decision.effects:
        match effect:
            case Narrow(rule, scope):
                yield Named("rule", rule, place, by)
                yield from _scope(scope, place, by)
            case Starts(rule, event, otherwise):
                yield Named("rule", rule, place, by)
                yield Named("event", event, place, by)
                yield Named("event", otherwise, place, by)
            case AddRule(added):
                yield from _rule(added)
            case AddMinimum(minimum):
                yield from _minimum(minimum)
            case EndPurpose(purpose, event):
                yield Named("purpose", purpose, place, by)
                yield Named("event", event, place, by)
            case Shortest(rules):
                yield from (Named("rule", rule, place, by) for rule in rules)


def _dataset(system: System, dataset: Dataset) -> Iterator[Named]:
    by = f"dataset `{system.name}.{dataset.name}`"
    yield Named("subject", dataset.subject, dataset.place, by)
    yield Named("collection point", dataset.collected_at, dataset.place, by)
    yield Named("category", dataset.rest, dataset.place, by)
    for column in dataset.fields:
        yield Named("category", column.category, column.place, by)
        yield Named("collection point", column.collected_at, column.place, by)
    for event in dataset.events:
        yield Named("event", event.event, event.place, by)
    for purpose in dataset.uses.values():
        yield Named("purpose", purpose, dataset.place, by)


def _acts(declaration: Declaration) -> Iterator[Named]:
    for signature in declaration.signatures:
        by = f"the signature of `{signature.decision}`"
        yield Named("decision", signature.decision, signature.place, by)
        yield Named("person", signature.by, signature.place, by)
    for level in declaration.levels:
        yield Named("system", level.system, level.place, "a level")
        yield Named("rule", level.rule, level.place, "a level")
    for case in declaration.cases:
        yield from _group(case.group, case.place, f"test `{case.id}`")
        for event in case.events:
            yield Named("event", event, case.place, f"test `{case.id}`")
        ended = case.facts.get("ended", ())
        for purpose in ended if isinstance(ended, Iterable) else ():
            yield Named("purpose", str(purpose), case.place, f"test `{case.id}`")
        if case.use is not None:
            yield Named("purpose", case.use.purpose, case.place, f"test `{case.id}`")
            yield Named("recipient", case.use.recipient, case.place, f"test `{case.id}`")


def _group(group: Mapping[str, str], place: Place, by: str) -> Iterator[Named]:
    for key, id_ in group.items():
        yield Named("collection point" if key == "collected_at" else key, id_, place, by)
