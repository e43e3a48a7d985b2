"""What a declaration says about its promises: clauses, scope, texts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from avow.declaration.interpretation import in_force
from avow.declaration.model import Declaration, Scope
from avow.duties.assurance.declared import clauses_of, scope_of, text_of
from avow.duties.assurance.model import Status
from avow.duties.assurance.status import status
from avow.engine.evidence.checks import Check, CheckResult, Item, passed
from tests.unit.declared import SOUND, reading, swapped

CALLER = Item("desk", "caller")


def scope(declaration: Declaration) -> dict[str, frozenset[Item]]:
    law, _ = in_force(declaration, date(2027, 3, 15))
    return dict(scope_of(declaration, law))


def test_the_scope_is_every_dataset_that_a_rule_purpose_category_or_point_reaches() -> None:
    """1.a collects, 2.a uses, 3.a retains; 9.1 is a right and names no place."""
    assert scope(reading(SOUND).whole) == {
        "1.a": frozenset({CALLER}),
        "2.a": frozenset({CALLER}),
        "3.a": frozenset({CALLER}),
    }


def test_what_a_rule_reaches_is_not_widened_by_a_category_that_names_its_clause() -> None:
    """`category` alone would add every place of it, also those that the rule leaves to another."""
    named = reading(SOUND).whole
    (first,) = list(named.categories)[:1]
    category = replace(named.categories[first], clauses=("3.a", "2.a"))
    rules = {
        k: replace(r, applies_to=Scope(system=frozenset({"x"}))) for k, r in named.rules.items()
    }
    found = scope(replace(named, categories={first: category}, rules=rules))
    assert "3.a" not in found
    assert CALLER in found["2.a"]


def test_a_rule_that_reaches_nothing_has_no_scope() -> None:
    elsewhere = swapped("applies_to: {collected_at: [contact]}", "applies_to: {system: [nowhere]}")
    loaded = reading(elsewhere)
    assert loaded.declaration is None or "3.a" not in scope(loaded.whole)


def test_a_leg_that_nobody_looks_at_leaves_the_promise_not_enforced() -> None:
    """The same answer keeps 3.a alone, and does not when the declaration names one leg more."""
    now = datetime(2027, 3, 15, 12, tzinfo=UTC)
    check = Check("oldest", frozenset({"3.a"}))
    answer = CheckResult("oldest", frozenset({"3.a"}), CALLER, passed(5), now, 1)
    words = []
    for kind in ("{kind: E}", "{kind: E, legs: [main, attested-age]}"):
        declared = reading(swapped('"3.a": {kind: E}', f'"3.a": {kind}')).whole
        told = status(clauses_of(declared), scope(declared), [check], [answer], (), now=now)
        words += [promise.status for promise in told if promise.clause == "3.a"]
    assert words == [Status.KEPT, Status.UNENFORCED]


def test_clauses_keep_their_order_kind_and_binding() -> None:
    text = swapped('"2.a": {kind: E}', '"2.a": {kind: D+H, unbound: true}')
    found = clauses_of(reading(text).whole)
    assert [(c.id, c.kind, c.unbound) for c in found] == [
        ("1.a", "E", None),
        ("2.a", "D+H", ""),
        ("3.a", "E", None),
        ("9.1", "E", None),
    ]


def test_a_text_falls_back_to_the_first_language_that_has_it_and_says_so() -> None:
    texts = {"fr": {"1.a": "Nous répondons."}, "nl": {"1.a": "Wij antwoorden.", "2.a": ""}}
    declaration = replace(reading(SOUND).whole, languages=("fr", "nl"), texts=texts)
    dutch, english = (text_of(declaration, "1.a", language) for language in ("nl", "en"))
    assert dutch is not None
    assert english is not None
    assert (dutch.text, dutch.language) == ("Wij antwoorden.", "nl")
    assert (english.text, english.language) == ("Nous répondons.", "fr")
    assert text_of(declaration, "2.a", "nl") is None
