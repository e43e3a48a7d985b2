"""Laws of the meaning, on random laws, cell groups and days: what no rule that somebody writes, and
no fact that somebody adds, can ever change."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from avow.common import calendar
from avow.common.calendar import Period, add, after, cutoff, day_start, local_day
from avow.declaration.decision import decide as decide_module
from avow.declaration.decision import may_use as may_use_module
from avow.declaration.decision.decide import STRENGTH, Ceiling, Kind, Verdict, decide
from avow.declaration.decision.facts import Facts, Floor, FloorKind, Group
from avow.declaration.decision.may_use import may_use
from avow.declaration.model import (
    Action,
    Basis,
    Channel,
    Despite,
    End,
    InForce,
    Minimum,
    Purpose,
    Rule,
    Scope,
    Use,
)
from avow.declaration.scope import minimum_covers, purpose_uses, rule_covers
from avow.estate.datamap.moments import Moment, Unknown

LAW = settings(
    max_examples=150,
    deadline=None,
    database=None,
    phases=(Phase.explicit, Phase.generate),
)
"""What is drawn is small already; making it smaller takes longer than reading it."""
# A law that few scenes put to the test, one in two hundred, says so by more examples of its own.
EVENTS = ("e", "f", "g")
ENDLESS = date(9999, 12, 31)
HOLD = Floor(FloorKind.HOLD, "case")
RESTRICTION = Floor(FloorKind.RESTRICTION, "restriction")

# --- random scenes -------------------------------------------------------------------------------

BORDERS = [
    date(year, month, day)
    for year in (2027, 2028)
    for month, days in ((1, (28, 30, 31)), (2, (27, 28)), (3, (1, 2, 30, 31)))
    for day in days
] + [date(2028, 2, 29)]
"""Days on which months end and periods meet: where something can go wrong."""
PERIODS = [Period(), Period(months=1), Period(months=2), Period(days=30), Period(years=1)]
MOMENTS: list[Moment] = [*BORDERS, *BORDERS, *Unknown, ENDLESS]
SCOPES = [Scope(), Scope(frozenset("c")), Scope(frozenset("cd"))] * 3 + [Scope(frozenset("d"))]
Scene = tuple[InForce, Group, date]
"""A law, a cell group and a day."""


def a_rule(chance: Random, name: str) -> Rule:
    """A rule of this id with one end or two; its clause is its own."""
    return Rule(
        name,
        f"6.{name}",
        chance.choice(SCOPES),
        tuple(
            End(
                chance.choice([*EVENTS * 3, None]),
                chance.choice(PERIODS),
                chance.choice([None, None, "f"]),
                chance.choice([None, None, None, *BORDERS[3:5]]),
            )
            for _ in range(chance.choice([1, 1, 2]))
        ),
        chance.choice(list(Action)),
        chance.choice([(), (Scope(frozenset("d")),), (Scope(),)]),
    )


def a_purpose(chance: Random, name: str) -> Purpose:
    """A purpose of this id, with one recipient or none."""
    return Purpose(
        name,
        f"4.{name}",
        chance.choice(list(Basis)),
        chance.choice(SCOPES),
        chance.choice([None, *EVENTS]),
        chance.random() < 0.7,
        chance.choice([(), ("x",)]),
    )


def a_law(chance: Random) -> InForce:
    """Up to three rules of which some overlaps are decided, two purposes, a legal minimum."""
    names = [f"r{n}" for n in range(chance.randint(0, 3))]
    pairs = [frozenset((a, b)) for a in names for b in names if a < b]
    scope, event = chance.choice(SCOPES), chance.choice(EVENTS)
    minimum = Minimum("m", "9", "law", scope, event, chance.choice(PERIODS))
    return InForce(
        tuple(a_rule(chance, name) for name in names),
        tuple(a_purpose(chance, f"p{n}") for n in range(chance.choice([0, 1, 2, 2]))),
        (minimum,) if chance.random() < 0.4 else (),
        frozenset(pair for pair in pairs if chance.random() < 0.5),
    )


def a_scene(chance: Random) -> Scene:
    """A day near the end of some period from one of the group's events, mostly."""
    events = {event: chance.choice(MOMENTS) for event in EVENTS if chance.random() < 0.9}
    facts = Facts(
        ended=frozenset(chance.choice([(), (), ("p0",), ("p1",), ("p0", "p1")])),
        erasure=chance.random() < 0.2,
        floors=(HOLD,) if chance.random() < 0.2 else (),
    )
    days = [m for m in events.values() if isinstance(m, date) and m != ENDLESS] or BORDERS
    near = add(chance.choice(days), chance.choice(PERIODS))
    day = near + timedelta(days=chance.choice([-1, 0, 0, 1]))
    return a_law(chance), Group("c", events=events, facts=facts), day


CHANCES = st.integers(0, 2**64 - 1).map(Random)
SCENES = CHANCES.map(a_scene)
RULES = CHANCES.map(lambda chance: a_rule(chance, "r9"))
USES = st.builds(
    Use,
    st.sampled_from([*["p0", "p1"] * 3, "unheard-of"]),
    st.sampled_from([None, "x", "y"]),
    st.sampled_from([Channel.EMAIL, Channel.EMAIL, *Channel]),
    st.sampled_from(["", "BE", "FR"]),
)
LAST_DAYS = [date(2027, 2, 28), date(2028, 2, 29)]
DAYS = st.one_of(
    st.sampled_from([*BORDERS, *LAST_DAYS * 8]),
    st.dates(date(2027, 1, 1), date(2029, 12, 31)),
)
LONGER = st.one_of(
    st.sampled_from(PERIODS),
    st.builds(
        Period,
        years=st.integers(0, 2),
        months=st.integers(0, 14),
        weeks=st.integers(0, 2),
        days=st.integers(0, 40),
    ),
)


def decided(law: InForce) -> InForce:
    """The same law once somebody has decided every overlap."""
    ids = [rule.id for rule in law.rules]
    return replace(law, settled=frozenset(frozenset((a, b)) for a in ids for b in ids if a != b))


def meant(verdict: Verdict) -> tuple[object, ...]:
    """A verdict without the order of what it names."""
    named = (frozenset(verdict.clauses), frozenset(verdict.floors))
    return (verdict.kind, verdict.action, verdict.since, verdict.until, *named)


# --- what ends, ends -----------------------------------------------------------------------------


def naive_add(start: date, period: Period) -> date | None:
    """A period counted by hand: months, clamped, then days; None outside the calendar."""
    months = start.year * 12 + start.month - 1 + period.years * 12 + period.months
    year, month = divmod(months, 12)
    if year > ENDLESS.year:
        return None
    moved = date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))
    days = period.weeks * 7 + period.days
    return moved + timedelta(days=days) if days <= (ENDLESS - moved).days else None


def over(group: Group, event: str | None, period: Period, day: date) -> bool:
    """Whether a period from an event has ended."""
    start = group.events.get(event) if event else None
    end = naive_add(start, period) if isinstance(start, date) else None
    return end is not None and end <= day


def starts(end: End, group: Group) -> str | None:
    """The event that counts: `else` where the start is missing."""
    missing = group.events.get(end.starts or "", Unknown.MISSING) is Unknown.MISSING
    return end.otherwise if end.starts and end.otherwise and missing else end.starts


def counts(end: End, group: Group) -> bool:
    """Whether an end for older data only is one for these: their period began before its day."""
    start = group.events.get(starts(end, group) or "")
    return end.before is None or (isinstance(start, date) and start < end.before)


@LAW
@given(SCENES)
def test_due_is_ended_and_no_floor(scene: Scene) -> None:
    """`ended = any ceiling, or no live need; due = ended and no floor`, recomputed by hand where
    every overlap is decided."""
    law, group, day = scene
    law = decided(law)
    ceiling = any(
        over(group, starts(end, group), end.period, day) and counts(end, group)
        for rule in law.rules
        if rule_covers(rule, group)
        for end in rule.ends
    )
    users = [purpose for purpose in law.purposes if purpose_uses(purpose, group)]
    needed = any(
        p.id not in group.facts.ended and not over(group, p.ends, Period(), day) for p in users
    )
    ended = ceiling or (not needed if users else group.facts.erasure)
    floor = bool(group.facts.floors) or any(
        minimum_covers(m, group) and not over(group, m.starts, m.period, day) for m in law.minimums
    )
    kind = decide(group, law, day).kind
    assert (kind is Kind.DUE) == (ended and not floor)
    assert (kind is Kind.RETAINED) == (ended and floor)


@LAW
@given(SCENES, RULES, st.booleans())
def test_one_rule_more_never_lets_data_live_longer(scene: Scene, rule: Rule, settled: bool) -> None:
    """What was due stays due, or becomes undecided until somebody decides; never live."""
    law, group, day = scene
    more = replace(law, rules=(*law.rules, rule))
    more = decided(more) if settled else more
    before, after_ = decide(group, law, day), decide(group, more, day)
    if before.kind is not Kind.LIVE:
        assert after_.kind is not Kind.LIVE
    if before.kind is Kind.DUE:
        assert after_.kind in ({Kind.DUE} if settled else {Kind.DUE, Kind.UNDECIDED})
    if before.action and after_.action:
        assert STRENGTH[after_.action] <= STRENGTH[before.action] or not settled


@LAW
@given(SCENES)
def test_one_floor_more_retains_what_is_due_and_changes_nothing_else(scene: Scene) -> None:
    """With the action, the clauses and the day on which it ended."""
    law, group, day = scene
    held = replace(group, facts=replace(group.facts, floors=(*group.facts.floors, HOLD)))
    before, after_ = decide(group, law, day), decide(held, law, day)
    if before.kind is Kind.DUE:
        assert after_ == replace(before, kind=Kind.RETAINED, floors=(HOLD,))
    else:
        assert after_.kind is before.kind


LATER = {
    Kind.DUE: {Kind.DUE},
    Kind.RETAINED: {Kind.RETAINED, Kind.DUE},
    Kind.UNDECIDED: {Kind.UNDECIDED, Kind.RETAINED, Kind.DUE},
    Kind.UNDATED: set(Kind) - {Kind.LIVE},
    Kind.LIVE: set(Kind) - {Kind.UNDATED},
}
"""What a verdict may become with time alone."""


@LAW
@given(SCENES, st.integers(0, 800))
def test_time_alone_never_brings_back_what_has_ended(scene: Scene, days: int) -> None:
    law, group, day = scene
    later = decide(group, law, day + timedelta(days=days))
    assert later.kind in LATER[decide(group, law, day).kind]


# --- rules among themselves ----------------------------------------------------------------------


@LAW
@given(SCENES)
def test_the_order_in_which_rules_are_written_says_nothing(scene: Scene) -> None:
    """Nor that of their ends and of purposes."""
    law, group, day = scene
    shuffled = replace(
        law,
        rules=tuple(replace(rule, ends=rule.ends[::-1]) for rule in reversed(law.rules)),
        purposes=law.purposes[::-1],
    )
    assert meant(decide(group, shuffled, day)) == meant(decide(group, law, day))


@LAW
@given(SCENES)
def test_a_rule_said_twice_is_said_once(scene: Scene) -> None:
    """Under another id, decided about where the first one is."""
    law, group, day = scene
    if not law.rules:
        return
    first, twin = law.rules[0], replace(law.rules[0], id="twin")
    also = {(pair - {first.id}) | {"twin"} for pair in law.settled if first.id in pair}
    twice = replace(law, rules=(*law.rules, twin), settled=law.settled | also)
    assert decide(group, twice, day) == decide(group, law, day)


@settings(LAW, max_examples=1500)
@given(SCENES, LONGER)
def test_a_longer_period_never_ends_earlier(scene: Scene, more: Period) -> None:
    """What is due under the longer period is due under the shorter one."""
    law, group, day = scene
    if not law.rules:
        return
    first = law.rules[0]
    ends = tuple(replace(end, period=plus(end.period, more)) for end in first.ends)
    longer = replace(law, rules=(replace(first, ends=ends), *law.rules[1:]))
    for some, same in ((longer, law), (decided(longer), decided(law))):
        late, early = decide(group, some, day), decide(group, same, day)
        if late.kind in (Kind.DUE, Kind.RETAINED):
            assert early.kind is late.kind


def plus(one: Period, other: Period) -> Period:
    """A period longer by another in each of its parts."""
    return Period(
        one.years + other.years,
        one.months + other.months,
        one.weeks + other.weeks,
        one.days + other.days,
    )


# --- may it be used ------------------------------------------------------------------------------


@LAW
@given(SCENES, USES)
def test_what_is_due_may_be_used_for_nothing(scene: Scene, use: Use) -> None:
    """Nor what is retained, undated or undecided: only the living is used."""
    law, group, day = scene
    if decide(group, law, day).kind is not Kind.LIVE:
        for purpose in (use.purpose, *(p.id for p in law.purposes)):
            assert may_use(group, replace(use, purpose=purpose), law, day)


@LAW
@given(SCENES, USES, st.sampled_from([None, *Despite]))
def test_what_is_due_or_restricted_may_be_used_for_no_purpose(
    scene: Scene, use: Use, despite: Despite | None
) -> None:
    """However the restriction is known. A reason of art. 18(2) lifts the restriction alone, and
    wakes nothing that is due."""
    law, group, day = scene
    due = decide(group, law, day).kind is Kind.DUE
    flag = replace(group, facts=replace(group.facts, restricted=True))
    floor = replace(group, facts=replace(group.facts, floors=(*group.facts.floors, RESTRICTION)))
    for purpose in (use.purpose, *(p.id for p in law.purposes)):
        wanted = replace(use, purpose=purpose)
        assert may_use(flag, wanted, law, day)
        assert may_use(floor, wanted, law, day)
        said = replace(wanted, despite=despite)
        if due:
            assert may_use(group, said, law, day)
        if despite is not None:
            assert may_use(flag, said, law, day) == may_use(group, wanted, law, day)


@LAW
@given(SCENES, USES)
def test_asking_for_more_is_refused_for_more(scene: Scene, use: Use) -> None:
    """A recipient, a channel or a country nobody knows add reasons and take none away; so do a
    restriction and an end of the purpose."""
    law, group, day = scene
    bare = set(may_use(group, Use(use.purpose), law, day))
    asked = set(may_use(group, use, law, day))
    assert bare <= asked
    assert asked <= set(may_use(group, replace(use, country=""), law, day))
    restricted = replace(group, facts=replace(group.facts, restricted=True))
    assert asked <= set(may_use(restricted, use, law, day))


@LAW
@given(SCENES, USES, RULES, st.integers(0, 800))
def test_a_use_once_refused_stays_refused(scene: Scene, use: Use, rule: Rule, days: int) -> None:
    """By one more rule, floor or act of the person, and as time goes by."""
    law, group, day = scene
    if not may_use(group, use, law, day):
        return
    facts = group.facts
    acted = replace(group, facts=replace(facts, ended=facts.ended | {use.purpose}))
    held = replace(group, facts=replace(facts, floors=(*facts.floors, HOLD)))
    assert may_use(group, use, replace(law, rules=(*law.rules, rule)), day)
    assert may_use(acted, use, law, day)
    assert may_use(held, use, law, day)
    assert may_use(group, use, law, day + timedelta(days=days))


@LAW
@given(SCENES, USES)
def test_a_purpose_that_the_person_ended_uses_nothing(scene: Scene, use: Use) -> None:
    law, group, day = scene
    ended = replace(group, facts=replace(group.facts, ended=frozenset({use.purpose})))
    assert may_use(ended, use, law, day)


# --- the calendar --------------------------------------------------------------------------------


@LAW
@given(DAYS, LONGER, st.integers(-5, 5))
def test_a_period_has_ended_exactly_for_starts_up_to_the_cutoff(
    today: date, period: Period, off: int
) -> None:
    """`add(s, P) <= today` iff `s <= cutoff(today, P)`, asked on both sides of the cutoff, where
    month ends and leap days decide."""
    latest = cutoff(today, period)
    start = latest + timedelta(days=off)
    assert (add(start, period) <= today) == (start <= latest)


@LAW
@given(DAYS, LONGER)
def test_adding_is_counted_as_by_hand(start: date, period: Period) -> None:
    assert add(start, period) == naive_add(start, period)


ZONES = st.sampled_from(
    [
        "Europe/Brussels",
        "America/Santiago",
        "America/Sao_Paulo",
        "America/Havana",
        "Australia/Lord_Howe",
        "Asia/Gaza",
        "Pacific/Apia",
        "UTC",
    ]
)
"""They jump at midnight, by half an hour, over a whole day (Apia, 30 December 2011), or never."""


@LAW
@given(st.dates(date(1975, 1, 1), date(2036, 12, 31)), ZONES, st.integers(-(10**11), 10**11))
def test_an_instant_is_before_the_next_day_exactly_when_its_day_has_come(
    day: date, zone: str, microseconds: int
) -> None:
    """`instant < after(d)` iff `local_day(instant) <= d`: what SQL compares is what Python decides.
    Asked within a day of the border, and right on both sides of it."""
    border = after(day, zone)
    for instant in (
        border + timedelta(microseconds=microseconds),
        border - timedelta(microseconds=1),
        border,
    ):
        assert (instant < border) == (local_day(instant, zone) <= day)


@LAW
@given(st.datetimes(datetime(1975, 1, 1), datetime(2036, 12, 31)), ZONES)  # noqa: DTZ001
def test_the_day_of_an_instant_begins_at_or_before_it(instant: datetime, zone: str) -> None:
    aware = instant.replace(tzinfo=UTC)
    day = local_day(aware, zone)
    assert day_start(day, zone) <= aware < after(day, zone)
    assert local_day(day_start(day, zone), zone) == day


# --- planted faults ------------------------------------------------------------------------------


def a_day_late(start: date, period: Period) -> date:
    """The end of a period does not count as its last day."""
    return add(start, period) + timedelta(days=1)


def at_once_when_long(start: date, period: Period) -> date:
    """A period of more than two months ends when it begins."""
    return start if period.years * 12 + period.months > 2 else add(start, period)


def fighting_itself(one: Ceiling, ceilings: tuple[Ceiling, ...], *_: object) -> object:
    """A rule opposes every other one, also one that says the same."""
    return tuple(c for c in ceilings if c.rule.id != one.rule.id)


def on_some_days(_: object, __: object, day: date) -> bool:
    """A purpose that comes and goes."""
    return day.day > 15


UNORDERED = dict.fromkeys(Action, 0)
FAULTS: list[tuple[Callable[[], None], object, str, object]] = [
    (test_due_is_ended_and_no_floor, decide_module, "add", a_day_late),
    (test_due_is_ended_and_no_floor, decide_module, "running_minimums", lambda *_: ()),
    (test_due_is_ended_and_no_floor, decide_module, "is_live", lambda *_: True),
    (test_time_alone_never_brings_back_what_has_ended, decide_module, "is_live", on_some_days),
    (
        test_the_order_in_which_rules_are_written_says_nothing,
        decide_module,
        "STRENGTH",
        UNORDERED,
    ),
    (test_a_rule_said_twice_is_said_once, decide_module, "opponents", fighting_itself),
    (test_a_longer_period_never_ends_earlier, decide_module, "add", at_once_when_long),
    (
        test_what_is_due_may_be_used_for_nothing,
        may_use_module,
        "decide",
        lambda *_: Verdict(Kind.LIVE),
    ),
    (
        test_what_is_due_or_restricted_may_be_used_for_no_purpose,
        may_use_module,
        "is_restricted",
        lambda _: False,
    ),
    (
        test_asking_for_more_is_refused_for_more,
        may_use_module,
        "EMAIL_OPT_IN",
        frozenset({"BE", "FR"}),
    ),
    (test_a_period_has_ended_exactly_for_starts_up_to_the_cutoff, calendar, "_LONGEST_CLAMP", 0),
]


def again_and_again(law: Callable[[], None]) -> None:
    """A law asked until it breaks: a few scenes may miss a fault, many do not."""
    for _ in range(30):
        law()


@pytest.mark.parametrize(("law", "module", "name", "fault"), FAULTS)
def test_a_planted_fault_breaks_a_law(
    law: Callable[[], None],
    module: object,
    name: str,
    fault: object,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, name, fault)
    with pytest.raises(AssertionError):
        again_and_again(law)
