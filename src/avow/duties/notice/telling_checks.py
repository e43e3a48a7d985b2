"""Was everybody told in time? The answer per dataset, from what became of each letter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from psycopg.types.json import Jsonb

from avow.common.calendar import after
from avow.duties.correspondence.letters import Reason, State
from avow.duties.correspondence.outbox import Forgetting, Keeps, forget, to_forget
from avow.duties.notice.telling import Publication, Unreached
from avow.engine.db.store import Row, Runs
from avow.engine.evidence.checks import (
    ORGANISATION,
    Check,
    CheckKind,
    CheckResult,
    Item,
    Mode,
    Outcome,
    blind,
    failed,
    passed,
)

FRESH = timedelta(days=2)
_NONE, _FORGOTTEN = "none", "forgotten"
_PENDING = frozenset({State.WAITING.value, State.SENDING.value, State.PRINTED.value})
_BACK = frozenset({State.BOUNCED.value, State.FAILED.value, State.UNREACHABLE.value})


def told(clause: str) -> Check:
    """Was everybody who can be reached told before the change, and has each other a reason?

    A case per change: who was told too late stays red until somebody says what was done about it.
    """
    return Check(
        f"notice.told.{clause}",
        frozenset({clause}),
        kind=CheckKind.CASE,
        freshness=FRESH,
        everywhere=False,
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """The checks that were asked, and every answer."""

    checks: tuple[Check, ...]
    results: tuple[CheckResult, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """Persons of one dataset whose letter came equally far."""

    item: Item
    state: str
    reason: str
    in_time: bool
    persons: int


@dataclass(frozen=True, slots=True)
class Standing:
    """One change: its telling, if it was begun, and what became of the letters."""

    case: str
    clause: str
    last_day: date
    is_begun: bool
    is_complete: bool = False
    canary_seen: bool = False
    counts: tuple[Count, ...] = ()


def ask(
    runs: Runs, publications: Iterable[Publication], zone: str, *, day: date, at: datetime
) -> Asked:
    """The answers for every change that persons were told of, or should have been.

    `publications`: the changes that ask for a letter; those of which telling was never begun are
    found by them. Reads only.
    """
    standing = list(standings(runs, publications, zone))
    checks = {each.clause: told(each.clause) for each in standing}
    results = [
        checks[each.clause].answered(
            item,
            outcome,
            at,
            mode=Mode.ENFORCED,
            canary_seen=each.canary_seen if each.is_begun else None,
            case=each.case,
        )
        for each in standing
        for item, outcome in outcomes(each, day)
    ]
    return Asked(tuple(checks.values()), tuple(results))


def standings(runs: Runs, publications: Iterable[Publication], zone: str) -> Iterator[Standing]:
    """Every change with what became of its letters, begun or not."""
    rows = runs.run("tellings")
    yield from (_standing(runs, row, zone) for row in rows)
    begun = {row["publication"] for row in rows}
    for each in publications:
        if each.id not in begun:
            yield Standing(each.id, each.clause, each.last_day, is_begun=False)


def _standing(runs: Runs, row: Row, zone: str) -> Standing:
    if row["final"] is not None:
        counts, is_seen = _kept(row["final"])
    else:
        found = runs.run("told_counted", telling=row["id"], end=after(row["last_day"], zone))
        counts, is_seen = tuple(map(_count, found)), _canary(runs, row["id"])
    return Standing(
        row["publication"],
        row["clause"],
        row["last_day"],
        is_begun=True,
        is_complete=row["complete_at"] is not None,
        canary_seen=is_seen,
        counts=counts,
    )


def _count(row: Row) -> Count:
    item = Item(row["system"], row["dataset"])
    return Count(item, row["state"], row["reason"], row["in_time"], row["persons"])


def _canary(runs: Runs, telling: str) -> bool:
    row = runs.one("telling_canary", telling=telling)
    return row is not None and row["state"] == State.SENT.value


def outcomes(standing: Standing, day: date) -> Iterator[tuple[Item, Outcome]]:
    """The answer for each dataset, or one for the organisation where nobody was asked for."""
    is_over = day > standing.last_day
    if not standing.is_begun or not standing.is_complete:
        what = (
            "change for which the list of persons is not finished"
            if standing.is_begun
            else "change of which nobody was told"
        )
        yield ORGANISATION, failed(1, what) if is_over else blind(f"there is a {what} yet")
        if not standing.counts:
            return
    by_item: dict[Item, list[Count]] = defaultdict(list)
    for count in standing.counts:
        by_item[count.item].append(count)
    if not by_item:
        yield ORGANISATION, blind("no system knows anybody who could be told")
    for item, counts in sorted(by_item.items()):
        yield item, outcome(counts, is_over=is_over)


def outcome(counts: Sequence[Count], *, is_over: bool) -> Outcome:
    """The answer for one dataset.

    Told in time, or a reason: kept. Told late, or not at all when the day is over: broken. A letter
    that still waits before the day: unknown. A dataset in which nobody at all could be told proves
    nothing either: more likely addresses are not read than that there are none.
    """
    of = _sorted(counts)
    count = sum(of.values())
    bad = of["late"] + of["missing"] + (of["pending"] if is_over else 0)
    if bad:
        late = f"{of['late']:,} of them late" if of["late"] else "no letter was taken in time"
        return failed(bad, f"not told in time ({late})", count=count)
    if of["pending"]:
        return blind(f"{of['pending']:,} of {count:,} letters wait to be sent")
    if of["told"] == 0 and of["reason"]:
        return blind("nobody here could be told", _reasons(counts))
    return passed(count)


def _sorted(counts: Iterable[Count]) -> Mapping[str, int]:
    of: dict[str, int] = defaultdict(int)
    for each in counts:
        of[_word(each)] += each.persons
    return of


def _word(count: Count) -> str:
    """told, late, pending, reason, or missing: no letter left, and the reader has no part in it."""
    if count.state == State.SENT:
        return "told" if count.in_time else "late"
    if count.state in _PENDING:
        return "pending"
    if count.state == State.GIVEN_UP:
        return "missing" if count.reason == Reason.NO_ANSWER else "reason"
    if count.state == _NONE and count.reason == Unreached.ANOTHER_CONTROLLER:
        return "theirs"
    is_known = count.state in _BACK or count.state in {_NONE, _FORGOTTEN}
    return "reason" if is_known else "missing"


def _reasons(counts: Iterable[Count]) -> str:
    by: dict[str, int] = defaultdict(int)
    for each in counts:
        by[each.reason or each.state] += each.persons
    return ", ".join(f"{reason}: {persons:,}" for reason, persons in sorted(by.items()))


def forget_letters(runs: Keeps, zone: str, *, day: date, at: datetime) -> int:
    """Forget letters whose day is over, keeping the counts of changes; gives how many letters."""
    due = to_forget(runs, day)
    for row in runs.run("tellings"):
        if row["final"] is None and row["id"] in due.about:
            _keep_counts(runs, row, zone)
    return forget(runs, Forgetting(due.keys, due.about), at)


def _keep_counts(runs: Runs, row: Row, zone: str) -> None:
    counts = runs.run("told_counted", telling=row["id"], end=after(row["last_day"], zone))
    final = {"canary": _canary(runs, row["id"]), "counts": counts}
    runs.run("telling_forgotten", id=row["id"], final=Jsonb(final))


def _kept(final: Mapping[str, object]) -> tuple[tuple[Count, ...], bool]:
    counts = final["counts"]
    assert isinstance(counts, list)  # noqa: S101 -- we wrote it
    return tuple(map(_count, counts)), bool(final["canary"])
