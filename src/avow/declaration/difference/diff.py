"""What changed between two declarations: every difference, classified from the fields alone.

The words of a promise are compared too, and never weighed: a text that changed while no field of
its clause did is shown, for a person to look at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from avow.declaration.difference import parts
from avow.declaration.difference.change import Change, Kind, Sense, Weight, mirrored
from avow.declaration.difference.parts import Part, Row
from avow.declaration.difference.renamed import Renamed, renamed
from avow.declaration.difference.senses import effects
from avow.declaration.difference.values import plain
from avow.declaration.model import Declaration, Rule

_UNSAID = frozenset({"id", "place", "digest", "right_places", "text_places"})
"""What is compared in another way, or is no part of what is said."""

_MAPPED = {
    "people": parts.MEMBER,
    "clauses": parts.CLAUSE,
    "categories": parts.CATEGORY,
    "points": parts.POINT,
    "purposes": parts.PURPOSE,
    "recipients": parts.RECIPIENT,
    "rules": parts.RULE,
    "minimums": parts.MINIMUM,
    "events": parts.EVENT,
    "decisions": parts.DECISION,
    "sections": parts.SECTION,
    "assessments": parts.ASSESSMENT,
}
_LISTED = {
    "nevers": (parts.NEVER_PROMISE, ("clause", "id")),
    "signatures": (parts.SIGNATURE, ("decision", "by", "digest")),
    "levels": (parts.LEVEL, ("system", "rule")),
    "cases": (parts.CASE, ("id",)),
    "cookies": (parts.COOKIE, ("clause", "name")),
    "translations": (parts.TRANSLATION, ("language",)),
}
_APART = frozenset(
    {"id", "version", "languages", "controller", "edition", "subjects", "rights", "texts", "labels",
     "datamap", "digest"}
)  # fmt: skip
"""Fields of a declaration with a shape of their own."""


@dataclass(frozen=True, slots=True)
class _Thing:
    """A named thing as it stands in the declaration; `without` are fields that its id holds."""

    part: Part
    id: str
    said: object
    clause: str = ""
    without: tuple[str, ...] = ()

    @property
    def values(self) -> Mapping[str, Any]:
        """Its values by field; what is no record is one value without a name."""
        if not is_dataclass(self.said):
            return self.said if isinstance(self.said, dict) else {"": self.said}
        passed = _UNSAID | frozenset(self.without)
        return {
            f.name: getattr(self.said, f.name)
            for f in fields(self.said)
            if f.compare and f.name not in passed
        }


def diff(old: Declaration, new: Declaration) -> tuple[Change, ...]:
    """Every difference, in the order of the declaration; nothing between equal ones."""
    aligned, names = renamed(old, new)
    found = [_rename(each, new) for each in names]
    was, now = dict(_things(aligned)), dict(_things(new))
    for key in dict.fromkeys((*now, *was)):
        found += _compared(was.get(key), now.get(key))
    found += (*_order(aligned, new), *_unknown(aligned, new))
    return _with_words_only(found)


def weakens(changes: Iterable[Change]) -> bool:
    """Whether some change gives the person less."""
    return any(change.weakens for change in changes)


def _rename(each: Renamed, new: Declaration) -> Change:
    part = next(p for p in _MAPPED.values() if p.thing == each.thing)
    name = next(f for f, p in _MAPPED.items() if p is part)
    clause = _clause(getattr(new, name)[each.after])
    return Change(
        part.kind, each.thing, each.after, "id", clause, each.before, each.after, False,
        Sense.NEUTRAL,
    )  # fmt: skip


# --- the things of a declaration -----------------------------------------------------------------


def _things(declaration: Declaration) -> Iterator[tuple[tuple[str, str], _Thing]]:
    """Every thing with its key."""
    for thing in (*_single(declaration), *_mapped(declaration), *_listed(declaration)):
        yield (thing.part.thing, thing.id), thing
    for thing in (*_rights(declaration), *_texts(declaration), *_datasets(declaration)):
        yield (thing.part.thing, thing.id), thing


def _single(declaration: Declaration) -> Iterator[_Thing]:
    names = ("id", "version", "languages")
    yield _Thing(parts.DECLARATION, "", {n: getattr(declaration, n) for n in names})
    yield _Thing(parts.CONTROLLER, "", declaration.controller)
    if declaration.edition is not None:
        yield _Thing(parts.EDITION, "", declaration.edition)
    for id_, dpv in declaration.subjects.items():
        yield _Thing(parts.SUBJECT, id_, {"dpv": dpv})


def _mapped(declaration: Declaration) -> Iterator[_Thing]:
    for name, part in _MAPPED.items():
        for id_, thing in getattr(declaration, name).items():
            yield _Thing(part, id_, thing, _clause(thing), ("collects",))
    for point in declaration.points.values():
        for key, item in _numbered((c.category, c) for c in point.collects):
            yield _Thing(parts.COLLECTED, f"{point.id}/{key}", item, item.clause, ("category",))


def _listed(declaration: Declaration) -> Iterator[_Thing]:
    for name, (part, keys) in _LISTED.items():
        things = getattr(declaration, name)
        for key, thing in _numbered((_key(thing, keys), thing) for thing in things):
            yield _Thing(part, key, thing, _clause(thing), keys)


def _rights(declaration: Declaration) -> Iterator[_Thing]:
    named = ((f"{r.get('clause', '')} {r.get('right', '')}", r) for r in declaration.rights)
    for key, right in _numbered(named):
        part = parts.LIMIT if right.get("limits") else parts.RIGHT
        values = {k: v for k, v in right.items() if k not in ("clause", "right")}
        yield _Thing(part, key, values, right.get("clause", ""))


def _texts(declaration: Declaration) -> Iterator[_Thing]:
    for language, texts in declaration.texts.items():
        for clause, text in texts.items():
            promise = clause.partition("#")[0]  # what follows is a remark of the same clause
            yield _Thing(parts.TEXT, f"{language} {clause}", {"": text}, promise)
    for language, kinds in declaration.labels.items():
        for kind, ids in kinds.items():
            for id_, words in ids.items():
                yield _Thing(parts.LABEL, f"{language} {kind} {id_}", {"": words})


def _datasets(declaration: Declaration) -> Iterator[_Thing]:
    for system in declaration.datamap.systems.values():
        yield _Thing(parts.SYSTEM, system.name, system, "", ("name", "datasets"))
        for dataset in system.datasets.values():
            name = f"{system.name}.{dataset.name}"
            yield _Thing(parts.DATASET, name, dataset, "", ("name",))


def _clause(thing: object) -> str:
    """Where a thing is promised: its clause, the first of its clauses, or itself."""
    clauses = getattr(thing, "clauses", ())
    return getattr(thing, "clause", None) or (clauses[0] if clauses else "") or _own(thing)


def _own(thing: object) -> str:
    return thing.id if type(thing).__name__ == "Clause" else ""  # type: ignore[attr-defined]


def _key(thing: object, keys: tuple[str, ...]) -> str:
    return " ".join(str(getattr(thing, key) or "*") for key in keys)


def _numbered(pairs: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """The same keys, the second of two equal ones with a number."""
    seen = Counter[str]()
    for key, thing in pairs:
        seen[key] += 1
        yield (key if seen[key] == 1 else f"{key} ({seen[key]})"), thing


# --- the differences -----------------------------------------------------------------------------


def _compared(was: _Thing | None, now: _Thing | None) -> Iterator[Change]:
    if was is None or now is None:
        thing = was or now
        if thing is not None:
            yield _whole(thing, came=was is None)
        return
    if was.said == now.said:
        return
    old, new = was.values, now.values
    for name in dict.fromkeys((*new, *old)):
        before, after = old.get(name), new.get(name)
        if before != after:
            yield _altered(was, now, name, before, after)


def _whole(thing: _Thing, *, came: bool) -> Change:
    """A thing that came or went."""
    part = thing.part
    gained = part.gained
    if part is parts.DECISION:
        gained = effects((), thing.values["effects"])
    if part is parts.CLAUSE and thing.values["kinds"] <= {"-"}:
        gained = Sense.NEUTRAL  # residue of the print, and no promise
    sense = gained if came else mirrored(gained)
    weight = Weight.WORSE if part is parts.DECISION else part.weight
    # A thing without fields of its own is said by its id alone.
    words = plain(thing.values) or thing.id
    return Change(
        part.kind, part.thing, thing.id, "", thing.clause, "" if came else words,
        words if came else "", _is_material(weight, sense), sense,
    )  # fmt: skip


def _altered(was: _Thing, now: _Thing, name: str, before: object, after: object) -> Change:
    part, row = now.part, now.part.row(name)
    sense = row.compare(before, after)
    existing = now.values.get("existing") if _is_period(part, name) else None
    return Change(
        row.kind or part.kind, part.thing, now.id, name, now.clause or was.clause,
        plain(before), plain(after), _is_material(row.weight, sense), sense, existing,
    )  # fmt: skip


def _is_period(part: Part, name: str) -> bool:
    return part is parts.RULE and name == "ends"


def _is_material(weight: Weight, sense: Sense) -> bool:
    is_worse = sense in (Sense.WEAKENS, Sense.BOTH)
    return weight is Weight.ALWAYS or (weight is Weight.WORSE and is_worse)


def _order(old: Declaration, new: Declaration) -> Iterator[Change]:
    """The same sections in another order: equal declarations, and another print."""
    was = [s for s in old.sections if s in new.sections]
    now = [s for s in new.sections if s in old.sections]
    if was != now:
        before, after = ", ".join(was), ", ".join(now)
        yield Change(
            Kind.ORDER, "section", "", "order", "", before, after, False, Sense.NEUTRAL
        )  # fmt: skip


def _unknown(old: Declaration, new: Declaration) -> Iterator[Change]:
    """Fields of a declaration that nothing above looks at: material until somebody says what."""
    part, row = parts.DECLARATION, Row(weight=Weight.ALWAYS)
    for each in fields(Declaration):
        known = each.name in _APART or each.name in _MAPPED or each.name in _LISTED
        before, after = getattr(old, each.name), getattr(new, each.name)
        if each.compare and not known and before != after:
            yield Change(
                part.kind, part.thing, "", each.name, "", plain(before), plain(after),
                _is_material(row.weight, Sense.BOTH), Sense.BOTH,
            )  # fmt: skip


def _with_words_only(found: Iterable[Change]) -> tuple[Change, ...]:
    """Mark the texts whose clause has no other change: fields cannot tell what they mean."""
    changes = tuple(found)
    said = {c.clause for c in changes if c.kind not in (Kind.TEXT, Kind.ORDER) and c.clause}
    return tuple(
        replace(c, words_only=True) if _is_text(c) and c.clause not in said else c for c in changes
    )


def _is_text(change: Change) -> bool:
    return change.thing == parts.TEXT.thing and bool(change.before) and bool(change.after)


def rules_of(change: Change, declaration: Declaration) -> tuple[Rule, ...]:
    """The retention rules of a declaration that a change is about."""
    found = declaration.rules.get(change.id) if change.thing == parts.RULE.thing else None
    return () if found is None else (found,)
