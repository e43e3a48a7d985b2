"""What may follow what in a request: each rule once, by the step that breaks it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from avow.common.deadlines import Calendar
from avow.duties.requests import steps
from avow.duties.requests.machine import Entry, Request, StepRefused, after, new
from avow.duties.requests.steps import Step
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
MONDAY = date(2026, 3, 2)
ANSWER, PLAN, OTHER = "answer-" + "a" * 26, "plan-" + "a" * 26, "request-" + "b" * 26
DIGEST, NEWER = "0" * 64, "1" * 64
REVIEWED = steps.AnswerReviewed(answer=ANSWER, digest=DIGEST)


def walk(request: Request, *taken: Step, day: date = MONDAY, by: str = "claire") -> Request:
    """Steps taken on a day."""
    for step in taken:
        at = datetime.combine(day, datetime.min.time(), tzinfo=UTC) + timedelta(hours=12)
        entry = Entry(request.steps + 1, at, day, by, step)  # type: ignore[arg-type]
        request = after(request, entry, BE)
    return request


def asked(*rights: Right, voice: Voice = Voice.SELF, marketing: bool = False) -> Request:
    """A request of one person, on Monday."""
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    first = steps.Received(channel=Channel.EMAIL, arrived=noon, day=MONDAY, language="fr")
    items = [
        steps.RightAsked(item=n, person=1, right=right, marketing=marketing)
        for n, right in enumerate(rights, 1)
    ]
    return walk(new("request-" + "a" * 26), first, steps.PersonNamed(person=1, voice=voice), *items)


SHOWN = steps.IdentityShown(person=1, rung=Rung.KNOWN_ADDRESS)


def accept(item: int = 1) -> steps.Decided:
    return steps.Decided(item=item, outcome=Outcome.ACCEPTED)


def refuse(ground: Ground, item: int = 1, outcome: Outcome = Outcome.REFUSED) -> steps.Decided:
    refusal = steps.Refusal(ground=ground, law="Art. 17(3) GDPR")
    return steps.Decided(item=item, outcome=outcome, refusals=(refusal,))


def refused(code: str, request: Request, *taken: Step, day: date = MONDAY) -> None:
    """The last of these steps may not follow."""
    request = walk(request, *taken[:-1], day=day)
    with pytest.raises(StepRefused) as error:
        walk(request, taken[-1], day=day)
    assert error.value.code == code


def test_the_status_follows_from_the_steps() -> None:
    request = asked(Right.ACCESS, Right.ERASURE)
    assert request.status is Status.IDENTIFYING
    request = walk(request, SHOWN)
    assert request.status is Status.DECIDING
    request = walk(request, accept(1), steps.Begun(item=1, record=PLAN))
    assert request.status is Status.ACTING
    request = walk(request, steps.Done(item=1), refuse(Ground.LEGAL_CLAIMS, 2))
    assert request.status is Status.ANSWERING
    draft = steps.AnswerDrafted(answer=ANSWER, digest=DIGEST)
    request = walk(request, draft, REVIEWED, steps.AnswerSent(answer=ANSWER, way=Way.PORTAL))
    assert request.status is Status.ANSWERED
    assert walk(request, steps.Closed()).status is Status.CLOSED


def test_nothing_is_decided_or_begun_before_identity_is_settled() -> None:
    refused("AV685", asked(Right.ERASURE), accept())
    refused("AV685", asked(Right.ERASURE), refuse(Ground.LEGAL_DUTY))
    doubted = steps.IdentityDoubted(person=1, rung=Rung.KNOWN_FACTS)
    shown = walk(asked(Right.ERASURE), SHOWN, accept())
    refused("AV685", shown, doubted, steps.Begun(item=1, record=PLAN))


def test_nothing_stands_before_an_objection_to_marketing_not_even_identity() -> None:
    """It binds the address it names and tells nothing of what is held (art. 21(3))."""
    stop = asked(Right.OBJECTION, marketing=True)
    done = walk(stop, accept(), steps.Begun(item=1, record=PLAN), steps.Done(item=1))
    assert done.items[1].state is ItemState.DONE
    refused("AV685", asked(Right.OBJECTION), accept())


def test_who_shows_nothing_may_be_refused_and_nothing_is_said_of_what_is_held() -> None:
    request = walk(asked(Right.ACCESS), refuse(Ground.IDENTITY))
    assert request.items[1].state is ItemState.REFUSED
    refused("AV685", asked(Right.ACCESS), refuse(Ground.NOTHING_HELD))


def test_a_debtor_is_handed_over_without_identity() -> None:
    """The creditor checks who they are: we only pass it on, with proof."""
    request = walk(asked(Right.ACCESS), steps.Transmitted(item=1, record=OTHER))
    assert request.items[1].state is ItemState.TRANSMITTED
    assert request.status is Status.ANSWERING


@pytest.mark.parametrize(
    ("right", "ground"),
    [
        (Right.ERASURE, Ground.COMPELLING),
        (Right.ERASURE, Ground.ACCURATE),
        (Right.ACCESS, Ground.LEGAL_DUTY),
        (Right.PORTABILITY, Ground.COMPELLING),
        (Right.RECTIFICATION, Ground.CONTRACT),
        (Right.WITHDRAWAL, Ground.COMPELLING),
        (Right.WITHDRAWAL, Ground.LEGAL_CLAIMS),
    ],
)
def test_a_ground_that_the_right_does_not_know_is_none(right: Right, ground: Ground) -> None:
    refused("AV687", asked(right), SHOWN, refuse(ground))


def test_a_refusal_needs_a_ground_and_what_is_given_in_full_has_none() -> None:
    groundless = steps.Decided(item=1, outcome=Outcome.REFUSED)
    refused("AV687", asked(Right.ERASURE), SHOWN, groundless)
    refused(
        "AV687", asked(Right.ERASURE), SHOWN, refuse(Ground.LEGAL_DUTY, outcome=Outcome.ACCEPTED)
    )


@pytest.mark.parametrize("ground", [Ground.COMPELLING, Ground.LEGAL_CLAIMS, Ground.EXCESSIVE])
def test_nothing_stands_against_an_objection_to_marketing(ground: Ground) -> None:
    marketing = asked(Right.OBJECTION, marketing=True)
    refused("AV687", marketing, SHOWN, refuse(ground))
    assert walk(asked(Right.OBJECTION), SHOWN, refuse(ground)).items[1].is_settled


def test_the_term_is_extended_once_and_in_the_first_month_only() -> None:
    more = steps.Extended(reason=Reason.COMPLEXITY)
    request = walk(asked(Right.ACCESS), more, day=date(2026, 4, 2))
    assert request.due(BE, MONDAY) == date(2026, 6, 2)
    refused("AV686", request, more, day=date(2026, 4, 2))
    refused("AV686", asked(Right.ACCESS), more, day=date(2026, 4, 3))


def test_a_pause_before_moves_the_day_on_which_it_may_be_extended() -> None:
    """Asked on the 4th, answered on the 14th: the first month ends ten days later."""
    ask = steps.IdentityAsked(person=1, rung=Rung.SIGNED_LINK, pauses=True)
    request = walk(asked(Right.ACCESS), ask, day=date(2026, 3, 4))
    assert request.waits == {Waits.IDENTITY}
    request = walk(request, SHOWN, day=date(2026, 3, 14))
    assert request.waits == frozenset()
    assert request.due(BE, MONDAY) == date(2026, 4, 13)
    more = steps.Extended(reason=Reason.NUMBER)
    assert walk(request, more, day=date(2026, 4, 13)).extended_on == date(2026, 4, 13)


def test_while_it_waits_it_is_not_overdue() -> None:
    ask = steps.IdentityAsked(person=1, rung=Rung.SIGNED_LINK, pauses=True)
    waiting = walk(asked(Right.ACCESS), ask)
    assert not waiting.is_overdue(BE, date(2026, 9, 1))
    assert asked(Right.ACCESS).is_overdue(BE, date(2026, 4, 3))
    assert not asked(Right.ACCESS).is_overdue(BE, date(2026, 4, 2))


def test_the_term_runs_again_when_everybody_was_heard() -> None:
    ask = steps.IdentityAsked(person=1, rung=Rung.SIGNED_LINK, pauses=True)
    two = walk(asked(Right.ACCESS), steps.PersonNamed(person=2), ask)
    two = walk(two, steps.IdentityAsked(person=2, rung=Rung.SIGNED_LINK, pauses=True))
    one_heard = walk(two, SHOWN, day=date(2026, 3, 5))
    assert one_heard.waits == {Waits.IDENTITY}
    gone = steps.IdentityDoubted(person=2, rung=Rung.SIGNED_LINK, final=True)
    assert walk(one_heard, gone, day=date(2026, 3, 6)).waits == frozenset()


def test_who_has_shown_it_is_not_asked_again_and_a_document_is_not_the_first() -> None:
    link = steps.IdentityAsked(person=1, rung=Rung.SIGNED_LINK)
    document = steps.IdentityAsked(person=1, rung=Rung.DOCUMENT)
    refused("AV688", asked(Right.ACCESS), SHOWN, link)
    refused("AV688", asked(Right.ACCESS), document)
    assert walk(asked(Right.ACCESS), link, document).persons[1].asked[-1] is Rung.DOCUMENT
    for rung in Rung:
        doubt = steps.IdentityDoubted(person=1, rung=rung)
        if rung is Rung.DOCUMENT:
            refused("AV688", asked(Right.ACCESS), doubt, document)
        else:
            assert walk(asked(Right.ACCESS), doubt, document).persons[1].asked == (Rung.DOCUMENT,)
    spoken = asked(Right.ACCESS, voice=Voice.REPRESENTATIVE)
    assert walk(spoken, document).persons[1].asked == (Rung.DOCUMENT,)


def test_a_final_answer_leaves_when_everything_is_settled() -> None:
    request = walk(asked(Right.ACCESS, Right.ERASURE), SHOWN, accept(1), steps.Done(item=1))
    final = steps.AnswerDrafted(answer=ANSWER, digest=DIGEST)
    refused("AV689", request, final)
    interim = steps.AnswerDrafted(answer=ANSWER, digest=DIGEST, final=False)
    sent = steps.AnswerSent(answer=ANSWER, way=Way.MAIL)
    request = walk(request, interim)
    refused("AV689", request, sent)
    request = walk(request, REVIEWED, sent)
    assert request.answered_on is None


def test_what_somebody_changed_is_looked_at_again() -> None:
    request = walk(asked(Right.ACCESS), SHOWN, accept(), steps.Done(item=1))
    request = walk(
        request,
        steps.AnswerDrafted(answer=ANSWER, digest=DIGEST),
        steps.AnswerReviewed(answer=ANSWER, digest=DIGEST),
    )
    assert request.answers[ANSWER].is_reviewed
    edited = steps.AnswerEdited(answer=ANSWER, before=DIGEST, digest=NEWER)
    request = walk(request, edited)
    assert not request.answers[ANSWER].is_reviewed
    refused("AV689", request, steps.AnswerReviewed(answer=ANSWER, digest=DIGEST))
    refused("AV689", request, edited)


def test_items_are_taken_back_until_they_are_settled() -> None:
    request = walk(asked(Right.ACCESS, Right.ERASURE), SHOWN, accept(1), steps.Done(item=1))
    refused("AV684", request, steps.WithdrawnByPerson(items=(2, 1)))
    request = walk(request, steps.WithdrawnByPerson(items=(2,)))
    assert request.items[2].state is ItemState.WITHDRAWN
    refused("AV684", request, accept(2))


def test_all_taken_back_may_be_closed_and_nothing_follows() -> None:
    request = asked(Right.ACCESS)
    refused("AV684", request, steps.Closed())
    closed = walk(request, steps.WithdrawnByPerson(items=(1,)), steps.Closed())
    refused("AV684", closed, steps.Extended(reason=Reason.COMPLEXITY))
    assert walk(closed, steps.Linked(other=OTHER, why=Link.THREAD)).links == (OTHER,)


def test_steps_begin_with_the_arrival_and_have_an_order() -> None:
    refused("AV684", new("request-" + "a" * 26), steps.Closed())
    request = asked(Right.ACCESS)
    refused("AV684", request, steps.PersonNamed(person=3))
    refused("AV684", request, steps.RightAsked(item=3, person=1, right=Right.ACCESS))
    refused("AV684", request, steps.RightAsked(item=2, person=2, right=Right.ACCESS))
    refused("AV684", request, steps.Linked(other=request.id, why=Link.PERSON))
    refused("AV684", request, steps.Resumed(waits=Waits.SCOPE))
    refused("AV684", request, steps.Paused(waits=Waits.SCOPE), steps.Paused(waits=Waits.SCOPE))
    refused("AV684", request, steps.Done(item=1))
