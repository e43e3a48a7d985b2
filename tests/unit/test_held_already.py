"""What a changed period does to data held already: kept as the rule says, or not put in force."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avow.common.calendar import Period
from avow.declaration.decision.decide import Kind, decide
from avow.declaration.decision.facts import Group
from avow.declaration.difference.held import unkept
from avow.declaration.model import End, Existing, InForce, Rule, Scope
from avow.engine.db.store import Store
from avow.engine.planner.refusals import Guarded
from avow.engine.planner.release import active
from tests.faults.small import DECLARATION, NOON, Small

TODAY = NOON.date()
MONTH = "    starts: visited\n    at_most: 1 month\n"
assert MONTH in DECLARATION


@pytest.fixture
def small(store: Store) -> Small:
    """A month for visits, in force."""
    made = Small(store)
    made.activate()
    return made


def ends(*lines: str, existing: str = "shorter") -> str:
    """The declaration with these ends in the place of the month."""
    several = "".join(f"      - {{{line}}}\n" for line in lines)
    return DECLARATION.replace(MONTH, f"    existing: {existing}\n    whichever_first:\n{several}")


YEAR = "starts: visited, at_most: 1 year"
OLDER = f"starts: visited, at_most: 1 month, before: {TODAY}"


def refused(small: Small, text: str) -> tuple[str, str]:
    """The code of the refusal, and how it helps; the release in force stays."""
    before = active(small.runs)
    with pytest.raises(Guarded) as no:
        small.activate(text)
    assert active(small.runs) == before
    return no.value.code, no.value.help


@pytest.mark.parametrize("existing", ["shorter", "old-rule"])
def test_a_longer_period_is_refused_without_the_older_end(small: Small, existing: str) -> None:
    """It says the very line that is missing, with the day of the change."""
    code, help_ = refused(small, ends(YEAR, existing=existing))
    assert code == "AV680"
    assert f"{{starts: visited, at_most: 1 month, before: {TODAY}}}" in help_


@pytest.mark.parametrize(
    "text",
    [
        ends(YEAR, OLDER),
        ends(YEAR, OLDER, existing="old-rule"),
        ends(YEAR, existing="new-rule"),
        ends("starts: visited, at_most: 2 weeks"),
        ends("starts: visited, at_most: 2 weeks", existing="new-rule"),
        ends(YEAR, "starts: visited, at_most: 1 week"),
    ],
)
def test_what_keeps_its_word_is_put_in_force(small: Small, text: str) -> None:
    small.activate(text)
    assert active(small.runs) == small.declaration.digest.removeprefix("sha256:")


def test_an_older_end_that_stops_before_the_change_is_too_early(small: Small) -> None:
    """Between its day and today there would be data under neither promise."""
    early = TODAY - timedelta(days=1)
    assert refused(small, ends(YEAR, OLDER.replace(str(TODAY), str(early))))[0] == "AV680"


def test_the_older_end_may_not_be_dropped_by_the_next_release(small: Small) -> None:
    small.activate(ends(YEAR, OLDER))
    assert refused(small, ends(YEAR))[0] == "AV680"


def test_the_old_rule_cannot_be_kept_where_the_period_gets_shorter(small: Small) -> None:
    shorter = ends("starts: visited, at_most: 1 week", existing="old-rule")
    assert refused(small, shorter)[0] == "AV681"


# --- a law: whatever is put in force ends held data no later than was promised --------------------

EVENTS = ("e", "f")
PERIODS = (Period(), Period(months=1), Period(days=30), Period(months=2), Period(years=1))
CHANGE = date(2027, 3, 1)
ENDS = st.builds(
    End,
    st.sampled_from(EVENTS),
    st.sampled_from(PERIODS),
    st.sampled_from((None, None, "f")),
    st.sampled_from((None, None, CHANGE, CHANGE - timedelta(days=40))),
)
DAYS = st.integers(-70, 30).map(lambda n: CHANGE + timedelta(days=n))


@settings(max_examples=300, deadline=None, database=None)
@given(
    st.lists(ENDS, min_size=1, max_size=2),
    st.lists(ENDS, min_size=1, max_size=2),
    st.dictionaries(st.sampled_from(EVENTS), DAYS, min_size=1),
    st.integers(0, 500),
)
def test_held_data_never_live_longer_than_was_promised(
    old: list[End], new: list[End], events: dict[str, date], later: int
) -> None:
    """For data whose periods all began before the change: what the old rule would have ended on a
    day, the new one has ended too. Beside what is missing the law adds the older ends itself."""
    rule = Rule("r", "6", Scope(), tuple(old))
    changed = replace(rule, ends=tuple(new))
    was = InForce((rule,))
    for each in unkept(was, InForce((changed,)), CHANGE):
        changed = replace(changed, ends=(*changed.ends, *each.ends))
    now = InForce((changed,))
    assert unkept(was, now, CHANGE) == ()
    if any(day >= CHANGE for day in events.values()):
        return
    group = Group("c", events=dict(events))
    day = CHANGE + timedelta(days=later)
    if decide(group, was, day).kind is Kind.DUE:
        assert decide(group, now, day).kind is Kind.DUE


def test_without_the_older_ends_the_law_is_broken() -> None:
    """The fault that the law above finds: a year in the place of a month, and nothing beside it."""
    was = InForce((Rule("r", "6", Scope(), (End("e", Period(months=1)),)),))
    now = InForce((Rule("r", "6", Scope(), (End("e", Period(years=1)),)),))
    group = Group("c", events={"e": CHANGE - timedelta(days=20)})
    day = CHANGE + timedelta(days=30)
    assert decide(group, was, day).kind is Kind.DUE
    assert decide(group, now, day).kind is Kind.LIVE
    (missing,) = unkept(was, now, CHANGE)
    assert missing.ends == (End("e", Period(months=1), before=CHANGE),)
    assert missing.rule.existing is Existing.SHORTER
