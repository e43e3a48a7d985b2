"""Why: what binds a clause, and what ends, needs and protects the cells of a dataset. Values only.

The command line and the pages show these views; they decide nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from avow.declaration.check.contradicting_periods import disagree, ending
from avow.declaration.check.universe import cells_of, subject_of, universe_of
from avow.declaration.loading.texts import KEPT_WHEN
from avow.declaration.model import Declaration, End, InForce, Minimum, Purpose, Rule, Scope
from avow.declaration.scope import CellPlace, minimum_covers, purpose_uses, rule_covers
from avow.estate.datamap.model import Dataset, EventMap, EventMode, System
from avow.estate.datamap.readings import Ambiguous, reading


@dataclass(frozen=True, slots=True)
class ClauseView:
    """A promise with its texts by language, what binds it, and the datasets it reaches.

    `reaches` maps `system.dataset` to its categories; `against` are rules of other clauses that
    contradict it and that nobody has decided about.
    """

    id: str
    kinds: tuple[str, ...]
    is_bound: bool
    texts: Mapping[str, str]
    kept_when: Mapping[str, str]
    rules: tuple[str, ...]
    others: tuple[str, ...]
    reaches: Mapping[str, tuple[str, ...]]
    against: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CellView:
    """One cell group of a dataset: its columns, and in words what ends, needs and protects it."""

    category: str
    collected_at: str | None
    columns: tuple[str, ...]
    rules: tuple[str, ...]
    purposes: tuple[str, ...]
    minimums: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DatasetView:
    """A dataset: whose rows it holds and why, its cell groups, and how it comes by each event."""

    name: str
    whose: str
    cells: tuple[CellView, ...]
    events: Mapping[str, str]


# --- clauses -------------------------------------------------------------------------------------


def explain_clause(declaration: Declaration, law: InForce, clause: str) -> ClauseView | None:
    """What binds a clause under a law; None when there is no such clause."""
    declared = declaration.clauses.get(clause)
    if declared is None:
        return None
    rules = tuple(rule for rule in law.rules if rule.clause == clause)
    others = tuple(_others(declaration, law, clause))
    texts = declaration.texts
    return ClauseView(
        clause,
        tuple(sorted(declared.kinds)),
        not declared.unbound,
        {lang: said[clause] for lang, said in texts.items() if said.get(clause)},
        {lang: said[k] for lang, said in texts.items() if (k := clause + KEPT_WHEN) in said},
        tuple(rule_words(rule) for rule in rules),
        others,
        _reaches(declaration, clause, rules),
        tuple(_against(declaration, law, clause)),
    )


def _others(declaration: Declaration, law: InForce, clause: str) -> Iterator[str]:
    """Everything but rules that names the clause, in words."""
    for point in declaration.points.values():
        items = [item.category for item in point.collects if item.clause == clause]
        if items:
            yield f"collected at `{point.id}`: {', '.join(items)}"
        elif point.clause == clause:
            yield f"collection point `{point.id}`"
    yield from (purpose_words(p) for p in law.purposes if p.clause == clause)
    yield from (minimum_words(m) for m in law.minimums if m.clause == clause)
    for recipient in declaration.recipients.values():
        if recipient.clause == clause:
            yield f"recipient {recipient.name} ({recipient.role}, {recipient.country or 'nowhere'})"
    yield from (f"never: {n.id}" for n in declaration.nevers if n.clause == clause)
    yield from (f"right: {r['right']}" for r in declaration.rights if r["clause"] == clause)


def _reaches(
    declaration: Declaration, clause: str, rules: tuple[Rule, ...]
) -> dict[str, tuple[str, ...]]:
    """The datasets that its rules, its collected items or its categories reach."""
    collected = {
        (item.category, point.id)
        for point in declaration.points.values()
        for item in point.collects
        if item.clause == clause
    }
    found: dict[str, list[str]] = {}
    for cell in universe_of(declaration).mapped:
        ruled = any(rule_covers(rule, cell) for rule in rules)
        if ruled or (cell.category, cell.collected_at) in collected:
            found.setdefault(f"{cell.system}.{cell.dataset}", []).append(cell.category)
    return {name: tuple(dict.fromkeys(categories)) for name, categories in found.items()}


def _against(declaration: Declaration, law: InForce, clause: str) -> Iterator[str]:
    seen: set[str] = set()
    for cell in universe_of(declaration).cells:
        covering = [rule for rule in law.rules if rule_covers(rule, cell)]
        for one, other in combinations(covering, 2):
            if clause in (one.clause, other.clause) and disagree(one, other, law):
                foe = other if one.clause == clause else one
                if foe.clause not in seen:
                    seen.add(foe.clause)
                    yield f"contradicts {foe.clause} (`{foe.id}`), undecided"


# --- datasets ------------------------------------------------------------------------------------


def explain_dataset(law: InForce, system: System, dataset: Dataset) -> DatasetView:
    """What the law says of every cell group of a dataset, and where its events come from."""
    cells = tuple(_cell(law, dataset, cell) for cell in cells_of(system, dataset))
    wanted = dict.fromkeys(e for c in cells_of(system, dataset) for e in events_of(law, c))
    return DatasetView(
        f"{system.name}.{dataset.name}",
        _whose(system, dataset),
        cells,
        {event: event_words(system, dataset.name, event) for event in wanted},
    )


def _cell(law: InForce, dataset: Dataset, cell: CellPlace) -> CellView:
    columns = tuple(
        f.name
        for f in dataset.fields
        if f.category == cell.category
        and (f.collected_at or dataset.collected_at) == cell.collected_at
    )
    rest = ("every other column",) if dataset.rest == cell.category else ()
    return CellView(
        cell.category,
        cell.collected_at,
        (*columns, *rest),
        tuple(end_words(rule) for rule in law.rules if rule_covers(rule, cell)),
        tuple(purpose_words(p) for p in law.purposes if purpose_uses(p, cell)),
        tuple(minimum_words(m) for m in law.minimums if minimum_covers(m, cell)),
    )


def events_of(law: InForce, cell: CellPlace) -> tuple[str, ...]:
    """The events that rules, minimums and purposes of a cell ask for."""
    ends: list[End] = [e for rule in law.rules if rule_covers(rule, cell) for e in rule.ends]
    asked: Iterable[str | None] = (
        *(e.starts for e in ends),
        *(e.otherwise for e in ends),
        *(m.starts for m in law.minimums if minimum_covers(m, cell)),
        *(p.ends for p in law.purposes if purpose_uses(p, cell)),
    )
    return tuple(dict.fromkeys(event for event in asked if event is not None))


def _whose(system: System, dataset: Dataset) -> str:
    if dataset.nobody is not None:
        return f"nobody's: {dataset.nobody}"
    if dataset.sphere_field is not None:
        return f"a tenant's, named by `{dataset.sphere_field}`"
    if dataset.subject is not None:
        return f"each row is of one `{dataset.subject}`"
    links = ", ".join(
        f"{link.word.value.replace('_', ' ')} `{link.to}` by `{'+'.join(link.fields)}`"
        for link in dataset.links
    )
    subject = subject_of(system, dataset.name)
    return f"{links} (`{subject}`)" if subject else links


def event_words(system: System, dataset: str, event: str) -> str:
    """Where a dataset finds an event: the way over its links, and the columns."""
    how = reading(system, dataset, event)
    if how is None:
        return "known to avow, or not to be read here"
    if isinstance(how, Ambiguous):
        return f"not known whether from {' or '.join(how.parents)}"
    way = "".join(f"{edge.name} → " for edge in how.climb)
    return f"{way}{_columns(how.top, how.event)}"


def _columns(dataset: str, event: EventMap) -> str:
    columns = [
        f"{source.dataset or dataset}.{source.field.removesuffix('$moment')}"
        for source in event.sources
    ]
    moved = [f"moved by {s.moved_by}" for s in event.sources if s.moved_by]
    cancelled = [f"cancelled by {s.cancelled_by}" for s in event.sources if s.cancelled_by]
    mode = "" if event.mode is EventMode.POINT else f"{event.mode.replace('-', ' ')} "
    return ", ".join([f"{mode}{' and '.join(columns)}", *moved, *cancelled])


# --- words ---------------------------------------------------------------------------------------


def rule_words(rule: Rule) -> str:
    """A retention rule in one line."""
    less = "".join(f", except {scope_words(scope)}" for scope in rule.exceptions)
    by = f"; decided by {', '.join(rule.decided_by)}" if rule.decided_by else ""
    what = f"{rule.then} {scope_words(rule.applies_to)}{less}"
    return f"{rule.clause} `{rule.id}`: {what}: {ending(rule.ends)}{by}"


def end_words(rule: Rule) -> str:
    """What a rule does to cells that it reaches, in one line."""
    by = f"; decided by {', '.join(rule.decided_by)}" if rule.decided_by else ""
    return f"{rule.clause} `{rule.id}`: {rule.then} {ending(rule.ends)}{by}"


def purpose_words(purpose: Purpose) -> str:
    """A purpose in one line."""
    end = f"ends with `{purpose.ends}`" if purpose.ends else "never ends by itself"
    return f"{purpose.clause} `{purpose.id}` ({purpose.basis}): {end}"


def minimum_words(minimum: Minimum) -> str:
    """A legal minimum in one line."""
    since = f"{minimum.period} after `{minimum.starts}`"
    return f"{minimum.clause} `{minimum.id}`: at least {since} ({minimum.law})"


def scope_words(scope: Scope) -> str:
    """A scope in words."""
    parts = (
        ("", scope.category),
        ("collected at ", scope.collected_at),
        ("of ", scope.subject),
        ("in ", scope.system),
        ("in ", scope.dataset),
    )
    return ", ".join(f"{word}{' or '.join(sorted(ids))}" for word, ids in parts if ids)
