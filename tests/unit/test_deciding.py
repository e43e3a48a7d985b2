"""What a right can do follows from the legal bases; a person decides, and says why they differ."""

from __future__ import annotations

from dataclasses import replace

import pytest

from avow.common.calendar import Period
from avow.declaration.model import Basis, Member, Minimum, Purpose, Scope
from avow.duties.requests import steps
from avow.duties.requests.book import entries_of, words_of
from avow.duties.requests.deciding.decided import Decision, NotDecided, decide, proposed
from avow.duties.requests.deciding.weighing import Proposal, proposal
from avow.duties.requests.machine import Item, StepRefused
from avow.duties.requests.rows import accept
from avow.duties.requests.words import Ground, ItemState, Outcome, Right, Rung
from avow.engine.db.store import Store
from avow.engine.planner.identities import Candidate
from avow.estate.datamap.model import DataMap, Dataset, Field, System
from tests.requests_room import NOON, SMALL, Office

FIELDS = tuple(Field(name, name) for name in ("invoice", "lead", "wish"))
CRM = System(
    "crm", "sqlite",
    datasets={"person": Dataset("person", ("id",), subject="customer", fields=FIELDS)},
)  # fmt: skip


def purpose(name: str, basis: Basis, category: str, *, marketing: bool = False) -> Purpose:
    return Purpose(name, f"4.{name}", basis, Scope(category=frozenset({category})), None, marketing)


DECLARED = replace(
    SMALL,
    datamap=DataMap({"crm": CRM}),
    people={
        "claire": Member("claire", "Claire", frozenset({"author"})),
        "olga": Member("olga", "Olga", frozenset({"officer"})),
    },
    purposes={
        p.id: p
        for p in (
            purpose("billing", Basis.CONTRACT, "invoice"),
            purpose("leads", Basis.LEGITIMATE_INTEREST, "lead"),
            purpose("news", Basis.CONSENT, "wish"),
        )
    },
    minimums={
        "books": Minimum("books", "6.m", "CDE III.86",
                         Scope(category=frozenset({"invoice"})), "billed", Period(years=7))
    },
)  # fmt: skip
THEIRS = (Candidate(1, "crm", "person", ("email",), ((1,),)),)
BALANCED = b"The interest of the firm outweighs, because ..."
COMPELLING = steps.Refusal(ground=Ground.COMPELLING, law="Art. 21(1) GDPR", where="lead")


@pytest.fixture
def office(store: Store) -> Office:
    return Office(store, declaration=DECLARED)


def asked(office: Office, right: Right) -> str:
    """A request of a known person whose rows were accepted."""
    request = office.arrive(right)
    office.take(request, steps.IdentityShown(person=1, rung=Rung.SIGNED_LINK))
    accept(office.book, request.id, THEIRS, by="claire", at=NOON)
    return request.id


def weighed(office: Office, right: Right) -> Proposal:
    found = proposed(office.book, asked(office, right), 1, NOON)
    assert found is not None
    return found


def grounds(found: Proposal) -> dict[str | None, set[Ground]]:
    places = {r.where for r in found.refusals}
    return {p: {r.ground for r in found.refusals if r.where == p} for p in places}


@pytest.mark.parametrize(
    ("right", "limited"),
    [
        (Right.ACCESS, {}),
        (Right.RECTIFICATION, {}),
        (Right.RESTRICTION, {}),
        (Right.ERASURE, {"invoice": {Ground.CONTRACT, Ground.LEGAL_DUTY}}),
        (Right.PORTABILITY, {"lead": {Ground.NO_SUCH_BASIS}}),
        (Right.OBJECTION, {n: {Ground.NO_SUCH_BASIS} for n in ("invoice", "wish")}),
        (Right.WITHDRAWAL, {n: {Ground.NO_SUCH_BASIS} for n in ("invoice", "lead")}),
    ],
)
def test_the_basis_says_what_a_right_can_do(
    office: Office, right: Right, limited: dict[str, set[Ground]]
) -> None:
    found = weighed(office, right)
    assert grounds(found) == limited
    assert found.outcome is (Outcome.PARTLY if limited else Outcome.ACCEPTED)


def test_a_legal_duty_names_its_law_and_its_clause(office: Office) -> None:
    duty = [r for r in weighed(office, Right.ERASURE).refusals if r.ground is Ground.LEGAL_DUTY]
    assert [(r.law, r.clause) for r in duty] == [("CDE III.86", "6.m")]


def test_a_promise_wider_than_the_law_is_kept(office: Office) -> None:
    rights = ({"right": "portability", "clause": "9.5", "bases": "consent contract"},)
    office.with_(rights=rights)
    assert weighed(office, Right.PORTABILITY).outcome is Outcome.PARTLY
    office.with_(rights=({**rights[0], "wider": "yes"},))
    assert weighed(office, Right.PORTABILITY).outcome is Outcome.ACCEPTED


def test_nothing_stands_against_an_objection_to_marketing() -> None:
    item = Item(1, 1, Right.OBJECTION, marketing=True)
    assert proposal(DECLARED, item, (), NOON.date()).outcome is Outcome.ACCEPTED


def test_where_nothing_is_held_nothing_can_be_erased() -> None:
    found = proposal(DECLARED, Item(1, 1, Right.ERASURE), (), NOON.date())
    assert {r.ground for r in found.refusals} == {Ground.NOTHING_HELD}


@pytest.mark.parametrize("who", ["olga", "nobody"])
def test_the_officer_and_strangers_decide_nothing(office: Office, who: str) -> None:
    name = asked(office, Right.ACCESS)
    with pytest.raises(NotDecided) as refused:
        decide(office.book, name, Decision(1, Outcome.ACCEPTED), by=who, at=NOON)
    assert refused.value.code == "AV633"


def test_what_is_proposed_needs_no_reason_and_what_differs_does(office: Office) -> None:
    name, found = asked(office, Right.ERASURE), weighed(office, Right.ERASURE)
    with pytest.raises(NotDecided) as refused:
        decide(office.book, name, Decision(1, Outcome.ACCEPTED), by="claire", at=NOON)
    assert refused.value.code == "AV634"
    as_is = Decision(1, found.outcome, found.refusals)
    assert decide(office.book, name, as_is, by="claire", at=NOON).items[1].refusals


def test_nothing_is_given_before_it_is_said_whose_rows_they_are(office: Office) -> None:
    request = office.arrive(Right.ERASURE)
    office.take(request, steps.IdentityShown(person=1, rung=Rung.SIGNED_LINK))
    assert proposed(office.book, request.id, 1, NOON) is None
    with pytest.raises(NotDecided) as refused:
        decide(office.book, request.id, Decision(1, Outcome.ACCEPTED), by="claire", at=NOON)
    assert refused.value.code == "AV635"


def test_a_compelling_interest_limits_an_objection_with_a_balancing_only(office: Office) -> None:
    name = asked(office, Right.OBJECTION)
    bare = Decision(1, Outcome.REFUSED, (COMPELLING,))
    with pytest.raises(NotDecided):
        decide(office.book, name, bare, by="claire", at=NOON)
    said = replace(bare, why=BALANCED)
    state = decide(office.book, name, said, by="claire", at=NOON)
    assert state.items[1].state is ItemState.REFUSED
    last = entries_of(office.book, name)[-1].number
    assert words_of(office.book, name, last).reveal() == BALANCED


def test_a_compelling_interest_never_stands_against_erasure(office: Office) -> None:
    decision = Decision(1, Outcome.REFUSED, (COMPELLING,), BALANCED)
    with pytest.raises(StepRefused) as refused:
        decide(office.book, asked(office, Right.ERASURE), decision, by="claire", at=NOON)
    assert refused.value.code == "AV687"


def test_a_wider_erasure_leaves_only_what_a_law_keeps(office: Office) -> None:
    office.with_(rights=({"right": "erasure", "clause": "9.3", "wider": "yes"},))
    assert grounds(weighed(office, Right.ERASURE)) == {"invoice": {Ground.LEGAL_DUTY}}


def test_a_withdrawal_about_marketing_is_not_refused_before_anybody_looked(office: Office) -> None:
    request = office.arrive()
    asks = steps.RightAsked(item=1, person=1, right=Right.WITHDRAWAL, marketing=True)
    office.take(request, asks)
    assert proposed(office.book, request.id, 1, NOON) is None
