"""The declaration's own tests: judged by the function that judges all else, and failing loudly."""

from __future__ import annotations

from pathlib import Path

import pytest

from avow.declaration.cases import failures, run_cases
from avow.declaration.load import load
from tests.unit.declared import SOUND, reading

HEAD = SOUND.replace("at_most: 0 days", "at_most: 1 month")


def judged(case: str, more: str = "", head: str = HEAD) -> tuple[str, list[str]]:
    """What comes out for one test, and the codes of its findings."""
    whole = reading(
        f"{head}{more}tests:\n  - {{test: it, group: {{category: email, "
        f"collected_at: contact}}, {case}}}\n"
    ).whole
    [it] = run_cases(whole)
    return it.said, [f.code for f in failures([it])]


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("events: {answered: living}, on: 2027-02-28, verdict: live", "live"),
        ("events: {answered: missing}, on: 2027-02-28, verdict: undated", "undated"),
        ("on: 2027-02-28, verdict: undated", "undated"),
        ("events: {answered: 2027-01-31}, on: 2027-02-27, verdict: due erase", "due erase"),
    ],
)
def test_a_test_gives_the_verdict_of_decide(case: str, said: str) -> None:
    """The last one is due on the day itself: the purpose ends with the event."""
    assert judged(case) == (said, [])


def test_an_instant_counts_as_its_local_day() -> None:
    late = "events: {answered: 2027-01-31T23:30+00:00}, on: 2027-01-31, verdict: live"
    assert judged(late) == ("live", [])


@pytest.mark.parametrize("moment", ["9999-12-31", "2027-01-31T10:00", "soon", "2027-02-30"])
def test_a_moment_that_no_calendar_can_count_with_is_refused(moment: str) -> None:
    case = f"{{test: it, group: {{category: email}}, events: {{answered: {moment}}}, "
    loaded = reading(f"{HEAD}tests:\n  - {case}on: 2027-01-01, verdict: live}}\n")
    assert [f.code for f in loaded.findings] == ["AV117"]


def test_a_test_that_fails_is_a_finding_with_its_place() -> None:
    whole = reading(
        HEAD + "tests:\n  - {test: it, group: {category: email, collected_at: "
        "contact}, events: {answered: living}, on: 2027-01-01, verdict: undated}\n"
    )
    [finding] = failures(run_cases(whole.whole))
    assert (finding.code, str(finding.place)) == ("AV250", "d.yaml:61:12")
    assert finding.message == "the test `it` fails: live (3.a)"
    assert finding.is_error


USE = "use: {purpose: answer}"
OPEN = "events: {answered: living}, on: 2027-02-28"
OVER = "events: {answered: 2027-01-01}, on: 2027-02-28"


@pytest.mark.parametrize(
    ("case", "said"),
    [
        (f"{OPEN}, {USE}, allowed: yes", "allowed: yes"),
        (f"{OVER}, {USE}, allowed: no", "allowed: no"),
        (f"{OVER}, {USE}, allowed: no, verdict: due erase", "due erase, allowed: no"),
        (f"{OPEN}, {USE}, allowed: no, facts: {{restricted: yes}}", "allowed: no"),
        (f"{OPEN}, {USE}, allowed: no, facts: {{ended: answer}}", "allowed: no"),
    ],
)
def test_a_test_may_ask_whether_a_use_is_allowed(case: str, said: str) -> None:
    """Alone, or together with the verdict."""
    assert judged(case) == (said, [])


def test_a_recipient_counts_where_the_purpose_names_it() -> None:
    """Named by the purpose it may have the data; declared and not named it may not."""
    more = 'recipients: [{recipient: zed, clause: "1.a", name: Zed, role: processor}]\n'
    named = HEAD.replace("    ends: answered\n", "    ends: answered\n    recipients: [zed]\n")
    case = f"{OPEN}, use: {{purpose: answer, recipient: zed}}"
    assert judged(f"{case}, allowed: yes", more, named) == ("allowed: yes", [])
    assert judged(f"{case}, allowed: no", more) == ("allowed: no", [])


MARKETING = HEAD.replace("basis: contract", "basis: legitimate-interest\n    marketing: yes")


@pytest.mark.parametrize(
    ("use", "said"),
    [
        ("channel: email, country: FR", "allowed: yes"),
        ("channel: email, country: BE", "allowed: no"),
        ("channel: email", "allowed: no"),
        ("channel: phone, country: BE", "allowed: yes"),
    ],
)
def test_channel_and_country_of_a_use_are_read(use: str, said: str) -> None:
    """Advertising by e-mail without consent; a country that is not said is the strictest."""
    case = f"{OPEN}, use: {{purpose: answer, {use}}}, {said}"
    assert judged(case, head=MARKETING) == (said, [])


def test_a_use_that_comes_out_otherwise_is_a_finding_with_all_reasons() -> None:
    whole = reading(
        HEAD + "tests:\n  - {test: it, group: {category: email, collected_at: "
        f"contact}}, {OVER}, {USE}, allowed: yes, verdict: live}}\n"
    )
    verdict, use = failures(run_cases(whole.whole))
    assert (verdict.code, use.code, use.place) == ("AV250", "AV251", verdict.place)
    assert use.message == "the test `it` fails: the use for `answer` is refused"
    assert use.because.startswith("on 2027-02-28: the purpose has ended (2.a); the data are due")
    assert judged(f"{OPEN}, {USE}, allowed: no") == ("allowed: yes", ["AV251"])


@pytest.mark.parametrize(
    ("case", "code"),
    [
        (OPEN, "AV113"),
        (f"{OPEN}, {USE}", "AV113"),
        (f"{OPEN}, {USE}, verdict: live", "AV113"),
        (f"{OPEN}, verdict: live, allowed: yes", "AV113"),
        (f"{OPEN}, {USE}, allowed: yes, clauses: ['3.a']", "AV113"),
        (f"{OPEN}, use: {{purpose: anser}}, allowed: yes", "AV201"),
        (f"{OPEN}, use: {{purpose: answer, recipient: zed}}, allowed: no", "AV201"),
        (f"{OPEN}, use: {{purpose: answer, channel: fax}}, allowed: no", "AV115"),
        (f"{OPEN}, use: {{purpose: answer, country: Belgium}}, allowed: no", "AV115"),
    ],
)
def test_a_test_that_asks_half_a_question_is_refused(case: str, code: str) -> None:
    """Neither verdict nor use, half a use, clauses that decide nothing, or unknown words."""
    it = f"test: it, group: {{category: email, collected_at: contact}}, {case}"
    loaded = reading(f"{HEAD}tests:\n  - {{{it}}}\n")
    assert [f.code for f in loaded.findings] == [code]


def test_the_clauses_are_looked_at_only_where_a_test_names_them() -> None:
    wrong = 'events: {answered: living}, on: 2027-01-01, verdict: live, clauses: ["2.a"]'
    assert judged(wrong)[1] == ["AV250"]
    assert judged(wrong.replace(', clauses: ["2.a"]', ""))[1] == []


@pytest.mark.parametrize(
    "facts",
    ["holds: [{until: 2027-06-30}]", "holds: [{}]", "restricted: yes", "access_open: yes"],
)
def test_floors_retain(facts: str) -> None:
    case = f"events: {{answered: 2027-01-01}}, facts: {{{facts}}}, on: 2027-03-01"
    assert judged(f"{case}, verdict: retained") == ("retained", [])


def test_a_hold_that_has_ended_retains_nothing() -> None:
    case = "events: {answered: 2027-01-01}, facts: {holds: [{until: 2027-03-01}]}, on: 2027-03-01"
    assert judged(f"{case}, verdict: due erase") == ("due erase", [])


def test_a_purpose_may_have_ended_by_an_act() -> None:
    case = "events: {answered: living}, facts: {ended: answer}, on: 2027-03-01"
    assert judged(f"{case}, verdict: due erase") == ("due erase", [])


DECISION = """\
decisions:
  - decision: d
    author: claire
    date: 2026-12-01
    reason: r
    effects: {purpose_ends: {purpose: answer, at: answered}}
"""


def test_tests_see_decisions_before_they_are_signed_unless_they_say_unsigned() -> None:
    """The print names no end of the purpose; a decision that nobody has signed yet does."""
    head = HEAD.replace("    ends: answered\n", "")
    case = "events: {answered: 2027-01-31}, on: 2027-02-01"
    assert judged(f"{case}, verdict: due erase", DECISION, head) == ("due erase", [])
    assert judged(f"{case}, decisions: unsigned, verdict: live", DECISION, head) == ("live", [])


def test_the_tests_of_the_clearnox_declaration_pass() -> None:
    whole = load(Path(__file__).parents[2] / "declarations" / "clearnox").whole
    results = run_cases(whole)
    assert len(results) >= 100
    assert failures(results) == ()
