"""What is in force: only rightly signed decisions count, and they change exactly what they say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from avow.common.calendar import Period
from avow.declaration.interpretation import effective, in_force, may_sign, proposed
from avow.declaration.model import Declaration, End, Scope, Signature
from tests.unit.declared import SOUND, reading

DAY = date(2027, 1, 1)
DECISIONS = """\
decisions:
  - decision: narrower
    author: claire
    date: 2026-12-01
    reason: because
    effects: {narrow: {rule: contacts, except: {category: [email]}}}
  - decision: added
    author: marc
    date: 2026-12-01
    reason: because
    effects:
      rule: {rule: new, clause: "3.a", applies_to: {category: [email]}, at_most: 1 year}
      minimum:
        minimum: books
        clause: "3.a"
        law: a law
        applies_to: {category: [email]}
        starts: answered
        at_least: 1 year
      starts: {rule: new, event: answered}
      shortest: [contacts, new]
  - decision: ended
    author: claire
    date: 2026-12-01
    reason: because
    effects: {purpose_ends: {purpose: answer, at: answered}}
"""


@pytest.fixture
def declaration() -> Declaration:
    return reading(SOUND.replace("    ends: answered\n", "") + DECISIONS).whole


def signed(declaration: Declaration, *names: str, by: str = "marc", on: date = DAY) -> Declaration:
    signatures = tuple(Signature(n, declaration.decisions[n].digest, by, on) for n in names)
    return replace(declaration, signatures=signatures)


def test_nothing_unsigned_has_an_effect(declaration: Declaration) -> None:
    law, findings = in_force(declaration, DAY)
    assert law.rules == tuple(declaration.rules.values())
    assert (law.settled, law.minimums, findings) == (frozenset(), (), ())


def test_a_signed_narrowing_takes_cells_out_and_says_who_decided(declaration: Declaration) -> None:
    law, _ = in_force(signed(declaration, "narrower"), DAY)
    [rule] = law.rules
    assert rule.exceptions == (Scope(category=frozenset({"email"})),)
    assert rule.decided_by == ("narrower",)


def test_a_signature_counts_from_its_day(declaration: Declaration) -> None:
    later = signed(declaration, "narrower", on=date(2027, 1, 2))
    assert effective(later, DAY) == ()
    assert len(effective(later, date(2027, 1, 2))) == 1


def test_signed_false_is_the_statement_as_printed(declaration: Declaration) -> None:
    law, _ = in_force(signed(declaration, "narrower"), DAY, signed=False)
    assert law.rules == tuple(declaration.rules.values())


def test_every_effect_is_applied(declaration: Declaration) -> None:
    law = proposed(declaration)
    contacts, new = law.rules
    assert contacts.exceptions
    assert new.ends == (End("answered", Period(years=1)),)
    assert new.decided_by == ("added",)
    assert law.settled == {frozenset({"contacts", "new"})}
    assert [m.id for m in law.minimums] == ["books"]
    assert law.purposes[0].ends == "answered"


def test_what_is_printed_is_never_replaced(declaration: Declaration) -> None:
    """A start fills only what the print leaves open, and an added rule takes nobody's place."""
    text = DECISIONS.replace("rule: new,", "rule: contacts,").replace(
        "[contacts, new]", "[contacts]"
    )
    law = proposed(reading(SOUND + text).whole)
    assert law.rules[0].ends == (End("answered", Period()),)
    assert law.rules[0].clause == "3.a"


WHO = {
    "claire": "has not the role",  # author of the decision, and no approver
    "olivier": "officer",
    "nobody": "not among the people",
}


@pytest.mark.parametrize(("person", "why"), WHO.items())
def test_who_may_not_sign(declaration: Declaration, person: str, why: str) -> None:
    decision = declaration.decisions["narrower"]
    assert why in may_sign(declaration, decision, person)
    law, findings = in_force(signed(declaration, "narrower", by=person), DAY)
    assert law.rules == tuple(declaration.rules.values())
    assert [f.code for f in findings] == ["AV233"]


def test_an_approver_who_signs_may_not_be_the_author(declaration: Declaration) -> None:
    assert "of their own" in may_sign(declaration, declaration.decisions["added"], "marc")
    assert may_sign(declaration, declaration.decisions["narrower"], "marc") == ""


def test_a_signature_over_an_old_text_has_no_effect(declaration: Declaration) -> None:
    """Change one word of the reason after signing: the signature is dead, and somebody is told."""
    before = signed(declaration, "narrower")
    changed = reading(
        (SOUND.replace("    ends: answered\n", "") + DECISIONS).replace(
            "reason: because", "reason: although", 1
        )
    ).whole
    after = replace(changed, signatures=before.signatures)
    law, findings = in_force(after, DAY)
    assert law.rules == tuple(declaration.rules.values())
    assert [f.code for f in findings] == ["AV232"]


def test_the_digest_of_a_decision_is_that_of_its_meaning(declaration: Declaration) -> None:
    """Layout, comments and the order of keys change nothing; every word that counts does."""
    digest = declaration.decisions["narrower"].digest
    head = SOUND.replace("    ends: answered\n", "")
    same = DECISIONS.replace(
        "    author: claire\n    date: 2026-12-01\n    reason: because\n    effects: {narrow",
        "    date: 2026-12-01 # yes\n    reason: >-\n      because\n    author: claire\n"
        "    effects: {narrow",
        1,
    )
    assert reading(head + same).whole.decisions["narrower"].digest == digest
    for old, new in (("2026-12-01", "2026-12-02"), ("[email]", "[message]"), ("because", "since")):
        other = reading(head + DECISIONS.replace(old, new, 1)).whole.decisions["narrower"].digest
        assert other != digest
