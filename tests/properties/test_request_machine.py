"""Laws of the request machine, on random walks: whatever is tried, these hold."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from avow.common.deadlines import Calendar
from avow.duties.requests import steps
from avow.duties.requests.machine import Entry, Request, StepRefused, after, folded, new
from avow.duties.requests.steps import Steps, read_step, step_bytes
from avow.duties.requests.words import (
    Channel,
    Ground,
    ItemState,
    Link,
    Outcome,
    Reason,
    Right,
    Rung,
    Status,
    Voice,
    Waits,
    Way,
)

BE = Calendar("BE")
FIRST = date(2026, 2, 1)
SMALL = st.integers(1, 3)
RECORDS = st.sampled_from(["plan-" + "a" * 26, "task-" + "b" * 26])
ANSWERS = st.sampled_from(["answer-" + "a" * 26, "answer-" + "b" * 26])
DIGESTS = st.sampled_from(["0" * 64, "1" * 64])
REFUSALS = st.lists(
    st.builds(steps.Refusal, ground=st.sampled_from(Ground), law=st.just("law")), max_size=2
).map(tuple)
RECEIVED = steps.Received(
    channel=Channel.EMAIL, arrived=datetime(2026, 2, 1, 12, tzinfo=UTC), day=FIRST, language="fr"
)
STEPS: st.SearchStrategy[Steps] = st.one_of(
    st.builds(steps.PersonNamed, person=SMALL, voice=st.sampled_from(Voice)),
    st.builds(
        steps.RightAsked,
        item=SMALL,
        person=SMALL,
        right=st.sampled_from(Right),
        marketing=st.booleans(),
    ),
    st.builds(steps.Linked, other=st.just("request-" + "c" * 26), why=st.sampled_from(Link)),
    st.builds(steps.IdentityAsked, person=SMALL, rung=st.sampled_from(Rung), pauses=st.booleans()),
    st.builds(steps.IdentityShown, person=SMALL, rung=st.sampled_from(Rung)),
    st.builds(steps.IdentityDoubted, person=SMALL, rung=st.sampled_from(Rung), final=st.booleans()),
    st.builds(steps.Paused, waits=st.sampled_from(Waits)),
    st.builds(steps.Resumed, waits=st.sampled_from(Waits)),
    st.builds(steps.Extended, reason=st.sampled_from(Reason)),
    st.builds(steps.Decided, item=SMALL, outcome=st.sampled_from(Outcome), refusals=REFUSALS),
    st.builds(steps.Begun, item=SMALL, record=RECORDS),
    st.builds(steps.Done, item=SMALL, gaps=st.integers(0, 2)),
    st.builds(steps.Transmitted, item=SMALL, record=RECORDS),
    st.builds(steps.WithdrawnByPerson, items=st.lists(SMALL, max_size=2, unique=True).map(tuple)),
    st.builds(steps.AnswerDrafted, answer=ANSWERS, digest=DIGESTS, final=st.booleans()),
    st.builds(steps.AnswerEdited, answer=ANSWERS, before=DIGESTS, digest=DIGESTS),
    st.builds(steps.AnswerReviewed, answer=ANSWERS, digest=DIGESTS),
    st.builds(steps.AnswerSent, answer=ANSWERS, way=st.sampled_from(Way)),
    st.builds(steps.AnswerCollected, answer=ANSWERS),
    st.builds(steps.Noted, what=st.just("called")),
    st.just(steps.Closed()),
)
FITTING = (steps.Refusal(ground=Ground.UNFOUNDED, law="Art. 12(5) GDPR"),)
ANSWER = "answer-" + "a" * 26
ONWARD: st.SearchStrategy[Steps] = st.sampled_from(
    [
        steps.IdentityShown(person=1, rung=Rung.KNOWN_ADDRESS),
        *(steps.Decided(item=n, outcome=Outcome.ACCEPTED) for n in (1, 2)),
        *(steps.Decided(item=n, outcome=Outcome.REFUSED, refusals=FITTING) for n in (1, 2)),
        *(steps.Begun(item=n, record="plan-" + "a" * 26) for n in (1, 2)),
        *(steps.Done(item=n) for n in (1, 2)),
        steps.AnswerDrafted(answer=ANSWER, digest="0" * 64),
        steps.AnswerReviewed(answer=ANSWER, digest="0" * 64),
        steps.AnswerSent(answer=ANSWER, way=Way.PORTAL),
        steps.Closed(),
    ]
)
ANY = st.integers(0, 3).flatmap(lambda n: STEPS if n == 0 else ONWARD)
"""Mostly steps that lead somewhere: walks by pure chance hardly ever reach an answer."""
THROUGH: list[tuple[Steps, int]] = [
    (steps.IdentityShown(person=1, rung=Rung.KNOWN_ADDRESS), 0),
    (steps.Decided(item=1, outcome=Outcome.ACCEPTED), 0),
    (steps.Begun(item=1, record="plan-" + "a" * 26), 0),
    (steps.Done(item=1), 0),
    (steps.Decided(item=2, outcome=Outcome.REFUSED, refusals=FITTING), 0),
    (steps.AnswerDrafted(answer=ANSWER, digest="0" * 64), 0),
    (steps.AnswerReviewed(answer=ANSWER, digest="0" * 64), 0),
    (steps.AnswerSent(answer=ANSWER, way=Way.PORTAL), 0),
]
WALKS = st.builds(
    lambda far, more: [*THROUGH[:far], *more],
    st.integers(0, len(THROUGH)),
    st.lists(st.tuples(ANY, st.integers(0, 9)), max_size=60),
)
"""Some way along the straight path, and then wherever chance leads."""
BEGINNING: list[tuple[Steps, int]] = [
    (RECEIVED, 0),
    (steps.PersonNamed(person=1), 0),
    (steps.RightAsked(item=1, person=1, right=Right.ERASURE), 0),
    (steps.RightAsked(item=2, person=1, right=Right.ACCESS), 0),
]


def walked(walk: list[tuple[Steps, int]]) -> list[tuple[Request, Entry]]:
    """Every state on the way with the entry that led there; what is refused is left out."""
    state, day, found = new("request-" + "a" * 26), FIRST, []
    for step, days in [*BEGINNING, *walk]:
        day += timedelta(days=days)
        at = datetime.combine(day, datetime.min.time(), tzinfo=UTC)
        entry = Entry(state.steps + 1, at, day, "claire", step)
        try:
            state = after(state, entry, BE)
        except StepRefused:
            continue
        found.append((state, entry))
    return found


@given(WALKS)
def test_nothing_is_begun_or_decided_about_data_without_identity(
    walk: list[tuple[Steps, int]],
) -> None:
    """Except an objection to direct marketing, which nothing may stand before (art. 21(3))."""
    before = None
    for state, entry in walked(walk):
        if isinstance(entry.step, steps.Begun) and before is not None:
            item = before.items[entry.step.item]
            is_free = item.right is Right.OBJECTION and item.marketing
            assert is_free or before.persons[item.person].shown is not None
        before = state


@given(WALKS)
def test_no_erasure_is_done_that_nobody_began(walk: list[tuple[Steps, int]]) -> None:
    """Whatever was called done has a plan or a task that did it."""
    for state, _ in walked(walk):
        for item in state.items.values():
            done = item.right is Right.ERASURE and item.state is ItemState.DONE
            assert not done or item.records


@given(WALKS)
def test_what_is_settled_stays_settled(walk: list[tuple[Steps, int]]) -> None:
    settled: dict[int, ItemState] = {}
    for state, _ in walked(walk):
        for number, was in settled.items():
            assert state.items[number].state is was
        settled = {n: i.state for n, i in state.items.items() if i.is_settled}


@given(WALKS)
def test_no_erasure_is_limited_by_a_compelling_interest(walk: list[tuple[Steps, int]]) -> None:
    for state, _ in walked(walk):
        for item in state.items.values():
            grounds = {refusal.ground for refusal in item.refusals}
            assert item.right is not Right.ERASURE or Ground.COMPELLING not in grounds
            assert item.state is not ItemState.REFUSED or grounds


@given(WALKS)
def test_an_answered_request_has_nothing_open(walk: list[tuple[Steps, int]]) -> None:
    for state, _ in walked(walk):
        if state.status is Status.ANSWERED:
            assert all(item.is_settled for item in state.items.values())


@given(WALKS)
def test_the_term_never_ends_before_a_month_nor_later_than_three_and_its_pauses(
    walk: list[tuple[Steps, int]],
) -> None:
    for state, entry in walked(walk):
        stood = sum(pause.days(entry.day) for _, pause in state.pauses)
        end = state.due(BE, entry.day)
        assert end >= date(2026, 3, 2) + timedelta(days=0)
        assert end <= date(2026, 5, 4) + timedelta(days=stood + 4)


@given(WALKS)
def test_steps_read_from_their_bytes_lead_to_the_same_state(
    walk: list[tuple[Steps, int]],
) -> None:
    found = walked(walk)
    entries = [Entry(e.number, e.at, e.day, e.by, read_step(step_bytes(e.step))) for _, e in found]
    assert folded(found[-1][0].id, entries, BE) == found[-1][0]


def test_walks_reach_every_status() -> None:
    """Otherwise the laws above would speak of nothing."""
    for status in Status:
        find(
            WALKS,
            lambda walk, wanted=status: any(s.status is wanted for s, _ in walked(walk)),  # type: ignore[misc]
            settings=settings(max_examples=2000, database=None, phases=[Phase.generate]),
        )
