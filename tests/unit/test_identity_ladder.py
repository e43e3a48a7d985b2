"""What has to be shown: the least that will do, and never by what is held."""

from __future__ import annotations

import pytest

from avow.duties.requests.identity.ladder import Case, needed
from avow.duties.requests.words import Right, Rung, Voice

LINK, ADDRESS, FACTS, PAPER = (
    Rung.SIGNED_LINK,
    Rung.KNOWN_ADDRESS,
    Rung.KNOWN_FACTS,
    Rung.DOCUMENT,
)


def case(
    right: Right,
    *shown: Rung,
    doubted: tuple[Rung, ...] = (),
    marketing: bool = False,
    is_grave: bool = False,
) -> Case:
    """Somebody asks for themselves."""
    return Case(
        right,
        marketing,
        is_grave=is_grave,
        shown=frozenset(shown),
        doubted=frozenset(doubted),
    )


@pytest.mark.parametrize("right", list(Right))
def test_a_link_or_a_reply_is_enough_for_every_right_over_ordinary_data(right: Right) -> None:
    assert needed(case(right)).rung is LINK
    for rung in (LINK, ADDRESS, Rung.SESSION):
        assert needed(case(right, rung)).rung is None


def test_nothing_at_all_is_asked_before_marketing_stops() -> None:
    assert needed(case(Right.OBJECTION, marketing=True)).rung is None
    assert needed(case(Right.OBJECTION, marketing=True, is_grave=True)).rung is None


@pytest.mark.parametrize("right", [Right.ACCESS, Right.ERASURE, Right.PORTABILITY])
def test_data_that_hurt_ask_for_more_than_reading_a_mailbox(right: Right) -> None:
    assert needed(case(right, LINK, is_grave=True)).rung is FACTS
    assert needed(case(right, LINK, FACTS, is_grave=True)).rung is None


def test_what_ends_a_use_asks_for_no_more_even_then() -> None:
    for right in (Right.OBJECTION, Right.WITHDRAWAL, Right.RESTRICTION):
        assert needed(case(right, LINK, is_grave=True)).rung is None


def test_a_document_comes_last_and_after_it_nothing_more() -> None:
    assert needed(case(Right.ACCESS, doubted=(LINK,))).rung is FACTS
    assert needed(case(Right.ACCESS, doubted=(LINK, FACTS))).rung is PAPER
    end = needed(case(Right.ACCESS, doubted=(LINK, FACTS, PAPER)))
    assert (end.rung, "refused" in end.why) == (None, True)


def test_who_speaks_for_others_shows_that_they_may() -> None:
    """Their own mailbox proves who they are and not that they may."""
    for voice, rung in (
        (Voice.REPRESENTATIVE, Rung.MANDATE),
        (Voice.COMPANY, Rung.AUTHORITY),
    ):
        asked = Case(Right.ACCESS, voice=voice, shown=frozenset({LINK}))
        assert needed(asked).rung is rung
        assert needed(Case(Right.ACCESS, voice=voice, shown=frozenset({rung}))).rung is None


def test_what_was_doubted_is_not_taken_for_shown() -> None:
    assert needed(case(Right.ACCESS, LINK, doubted=(LINK,))).rung is FACTS
