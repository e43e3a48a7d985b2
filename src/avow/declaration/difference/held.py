"""Whether a new law keeps what was promised of data that are held already. Pure.

`existing: shorter` (the default) means: for data whose period began before the change the shorter
of the two ends counts. Where a period gets longer the old end therefore has to stand beside the new
one, with `before:` the day of the change; nothing keeps it otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from avow.common.findings import Finding
from avow.declaration.difference.senses import no_longer
from avow.declaration.model import End, Existing, InForce, Rule


@dataclass(frozen=True, slots=True)
class Unkept:
    """A rule whose change does to held data what it may not.

    `ends` are older ones that are missing, each with the day before which a period must have begun.
    `sooner` are new ones that would end held data before the old rule does.
    """

    rule: Rule
    ends: tuple[End, ...] = ()
    sooner: tuple[End, ...] = ()


def unkept(old: InForce, new: InForce, day: date) -> tuple[Unkept, ...]:
    """Every rule that changes on `day` and does not keep its word about held data."""
    before = {rule.id: rule for rule in old.rules}
    found = (_of(before[rule.id], rule, day) for rule in new.rules if rule.id in before)
    return tuple(each for each in found if each.ends or each.sooner)


def _of(old: Rule, new: Rule, day: date) -> Unkept:
    if new.existing is Existing.NEW_RULE or old.ends == new.ends:
        return Unkept(new)
    missing = tuple(_until(e, day) for e in old.ends if not _stands(_until(e, day), new.ends))
    sooner = tuple(_sooner(old, new)) if new.existing is Existing.OLD_RULE else ()
    return Unkept(new, tuple(e for e in missing if e.starts is not None), sooner)


def _until(end: End, day: date) -> End:
    """An end as it counts for data whose period began before the day."""
    return replace(end, before=day if end.before is None else min(end.before, day))


def _stands(end: End, ends: Iterable[End]) -> bool:
    """Whether some of the ends binds all that `end` binds, and no later."""
    return any(
        e.starts == end.starts
        and end.otherwise in (None, e.otherwise)
        and no_longer(e.period, end.period)
        and (e.before is None or (end.before is not None and e.before >= end.before))
        for e in ends
    )


def _sooner(old: Rule, new: Rule) -> Iterator[End]:
    """Ends of the new rule that may end held data before the old rule does."""
    return (end for end in new.ends if not _stands(end, old.ends))


def findings(unkept_rules: Iterable[Unkept], held: Iterable[int | None] = ()) -> list[Finding]:
    """What refuses the activation; `held` are the rows that each rule concerns, where counted."""
    counts = [*held]
    found = []
    for number, each in enumerate(unkept_rules):
        rows = counts[number] if number < len(counts) else None
        found += [*_too_long(each, rows), *_too_short(each)]
    return found


def _too_long(each: Unkept, rows: int | None) -> Iterator[Finding]:
    rule = each.rule
    if each.ends:
        many = "data" if rows is None else f"{rows:,} rows"
        yield Finding(
            "AV680",
            f"`{rule.id}` ({rule.clause}) is lengthened for {many} held already",
            rule.place,
            because=f"it says `existing: {rule.existing}`, and the older end is not there any more",
            help="write the older end beside the new one under `whichever_first`: "
            + ", ".join(_written(end) for end in each.ends)
            + "; or say `existing: new-rule`, which two persons then approve",
        )


def _too_short(each: Unkept) -> Iterator[Finding]:
    rule = each.rule
    if each.sooner:
        yield Finding(
            "AV681",
            f"`{rule.id}` ({rule.clause}) would end data held already by the new rule",
            rule.place,
            because="it says `existing: old-rule`, and no rule can be kept out of older data only",
            help="say `existing: shorter`, or give the new period a rule and a scope of its own",
        )


def _written(end: End) -> str:
    """An end as it is written in a declaration."""
    otherwise = f", else: {end.otherwise}" if end.otherwise else ""
    return f"{{starts: {end.starts}, at_most: {end.period}{otherwise}, before: {end.before}}}"
