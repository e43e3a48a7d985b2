"""The rules by dated facts: what is known of the world against what a statement says of it.

Input is a small sound declaration with one recipient or period; expected is the one finding, its
level, and that it comes and goes with the day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from avow.common.findings import Finding, Need, Severity
from avow.declaration.check.dated import days
from avow.declaration.check.dated_stale import FRESH, is_stale
from avow.declaration.check.rule import Rule
from avow.declaration.check.run import RULES, check
from avow.declaration.countries import EEA
from avow.declaration.facts.known import Source, known
from avow.declaration.load import load, load_texts
from avow.declaration.model import Declaration
from tests.unit.declared import SOUND

DAY = date(2027, 1, 1)
ROOT = Path(__file__).parents[2]


def declared(*recipients: str, more: str = "") -> Declaration:
    """The sound declaration with recipients, each as `id: rest of its row`."""
    text = SOUND
    ids = [r.split(":")[0] for r in recipients]
    if ids:
        text = text.replace(
            "    ends: answered\n", f"    ends: answered\n    recipients: [{', '.join(ids)}]\n", 1
        )
    rows = "".join(
        f'  - {{recipient: {r.split(":")[0]}, clause: "2.a", role: processor, for: {n}, '
        f"{r.split(':', 1)[1].strip()}}}\n"
        for n, r in zip(("drawing", "painting", "singing"), recipients, strict=False)
    )
    loaded = load_texts({"d.yaml": text + (f"recipients:\n{rows}" if rows else "") + more})
    assert [f for f in loaded.findings if f.is_error] == []
    return loaded.whole


def found(declaration: Declaration, day: date = DAY) -> list[tuple[str, str]]:
    """Code and level of each finding."""
    return [(f.code, f.severity) for f in check(declaration, day)]


# --- seats ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("recipient", "expected"),
    [
        ("w: name: Woodpecker, country: DE", [("AV291", "E")]),
        ("w: name: Woodpecker.co, country: PL", []),
        ("w: name: Woodpecker, country: EEA", []),
        ("w: name: Woodpecker, country: DE, seat: PL", []),
        ("w: name: Woodpecker, country: PL, seat: DE", [("AV291", "E")]),
        ("w: name: Woodpeckers, country: DE", []),
        ("w: name: Plezi, country: BE", [("AV291", "W")]),
        ("w: name: bpost, country: FR", [("AV291", "W")]),
        ("w: name: Unknown, country: FR", []),
    ],
)
def test_a_declared_country_is_held_against_the_known_seat(
    recipient: str, expected: list[tuple[str, str]]
) -> None:
    assert found(declared(recipient)) == expected


def test_the_finding_says_both_countries_and_where_it_is_from() -> None:
    [finding] = check(declared("w: name: Woodpecker, country: DE"), DAY)
    assert "declared in DE" in finding.message
    assert "PL" in finding.message
    assert "Terms of Service" in finding.because
    assert finding.need is Need.FIND_EVIDENCE


def test_doubtful_seats_are_one_question_and_sure_ones_stand_alone() -> None:
    several = declared(
        "w: name: Woodpecker, country: DE",
        "p: name: Plezi, country: BE",
        "b: name: bpost, country: FR",
    )
    told = [f for f in check(several, DAY) if f.code == "AV291"]
    assert [(f.severity, len(f.members)) for f in told] == [("E", 0), ("W", 2)]


def test_an_unverified_fact_is_never_an_error() -> None:
    for company in known().companies:
        if company.seat and company.source.seen is None:
            elsewhere = next(c for c in ("BE", "FR") if c != company.seat)
            row = f"x: name: {company.names[0]}, country: {elsewhere}"
            levels = {s for code, s in found(declared(row)) if code in {"AV291", "AV292"}}
            assert levels <= {"W"}, company
            assert levels, company


# --- groups, products -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("recipient", "expected"),
    [
        ("m: name: Microsoft, country: IE", [("AV292", "W")]),
        ("m: name: Microsoft, country: IE, transfer: standard-clauses", []),
        ("m: name: OVH, country: FR", []),
    ],
)
def test_a_group_led_from_outside_must_be_told_of(
    recipient: str, expected: list[tuple[str, str]]
) -> None:
    assert found(declared(recipient)) == expected


@pytest.mark.parametrize(
    ("recipients", "expected"),
    [
        (("g: name: GoToMeeting, country: IE",), [("AV293", "I")]),
        (("g: name: GoTo Meeting, country: IE",), []),
        (("s: name: SurveyAnyplace, country: BE",), [("AV293", "I")]),
        (("o: name: OneDrive, country: IE", "t: name: Office 365, country: IE"), [("AV293", "I")]),
        (("o: name: OneDrive, country: IE",), []),
    ],
)
def test_a_lost_name_and_a_part_beside_its_whole_are_found(
    recipients: tuple[str, ...], expected: list[tuple[str, str]]
) -> None:
    assert found(declared(*recipients)) == expected


def test_a_name_is_not_lost_before_its_day() -> None:
    suite = declared("g: name: G Suite, country: IE, transfer: standard-clauses")
    assert found(suite, date(2020, 10, 5)) == []
    assert found(suite, date(2020, 10, 6)) == [("AV293", "I")]


# --- adequacy -------------------------------------------------------------------------------------

UK = "u: name: Someone, country: GB, transfer: adequacy"
NOTICE = 'notice: {version: "3", changed: 2026-06-01}\n'


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2021, 6, 27), [("AV294", "E")]),
        (date(2026, 7, 1), []),
        (date(2031, 6, 29), []),
        (date(2031, 6, 30), [("AV294", "I")]),
        (date(2031, 9, 27), [("AV294", "I")]),
        (date(2031, 9, 28), [("AV294", "W")]),
        (date(2031, 10, 15), [("AV294", "W")]),
        (date(2031, 11, 26), [("AV294", "W")]),
        (date(2031, 11, 27), [("AV294", "E")]),
        (date(2031, 12, 27), [("AV294", "E")]),
        (date(2031, 12, 28), [("AV294", "E")]),
    ],
)
def test_the_end_of_adequacy_is_told_180_90_and_30_days_before(
    day: date, expected: list[tuple[str, str]]
) -> None:
    """Of the United Kingdom, whose decision ends on 27 December 2031."""
    assert found(declared(UK, more=NOTICE), day) == expected


def test_a_decision_that_ended_is_named_with_its_day() -> None:
    [finding] = check(declared(UK, more=NOTICE), date(2032, 3, 1))
    assert "ended on 2031-12-27" in finding.message


@pytest.mark.parametrize("more", ["", 'notice: {version: "1", changed: 2021-12-09}\n'])
def test_a_print_from_before_the_decision_means_another_one(more: str) -> None:
    assert found(declared(UK, more=more), date(2026, 11, 23)) == [("AV294", "W")]


@pytest.mark.parametrize(
    ("row", "day", "expected"),
    [
        ("country: US, transfer: privacy-shield", date(2020, 7, 15), []),
        ("country: US, transfer: privacy-shield", date(2020, 7, 16), [("AV294", "E")]),
        ("country: US, transfer: adequacy", date(2021, 12, 9), [("AV294", "E")]),
        ("country: US, transfer: adequacy", date(2026, 1, 1), [("AV294", "W")]),
        ("country: US, transfer: adequacy, copy: the list", date(2026, 1, 1), []),
        ("country: US, transfer: standard-clauses", date(2021, 12, 9), []),
        ("country: CH, transfer: adequacy", date(2026, 1, 1), []),
        ("country: BR, transfer: adequacy", date(2024, 1, 1), [("AV294", "E")]),
        ("country: FR, transfer: adequacy", date(2026, 1, 1), []),
    ],
)
def test_adequacy_counts_where_and_when_a_decision_does(
    row: str, day: date, expected: list[tuple[str, str]]
) -> None:
    assert found(declared(f"x: name: Someone, {row}"), day) == expected


# --- periods --------------------------------------------------------------------------------------

FRANCE = ("country: BE", "country: BE, public: [FR]")
ASKED = ("    ends: answered\n", "    ends: answered\n    dpv: dpv:CustomerCare\n")


def kept(period: str, *changes: tuple[str, str], more: str = "") -> Declaration:
    """The sound declaration with another period of its only rule."""
    text = SOUND
    for old, new in (("at_most: 0 days", f"at_most: {period}"), *changes):
        assert old in text
        text = text.replace(old, new, 1)
    loaded = load_texts({"d.yaml": text + more})
    assert [f for f in loaded.findings if f.is_error] == []
    return loaded.whole


def far(declaration: Declaration, day: date = DAY) -> list[tuple[str, str]]:
    return [(c, s) for c, s in found(declaration, day) if c in {"AV295", "AV296"}]


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ("3 years", []),
        ("36 months", []),
        ("4 years", [("AV295", "W")]),
        ("5 years", [("AV295", "W")]),
        ("10 years", [("AV295", "E")]),
    ],
)
def test_questions_are_not_kept_far_beyond_what_is_usual(
    period: str, expected: list[tuple[str, str]]
) -> None:
    assert far(kept(period, FRANCE, ASKED)) == expected


def test_a_period_is_only_measured_where_something_is_known() -> None:
    """In another country; for another purpose; where the law asks to keep it."""
    assert far(kept("10 years", ASKED)) == []
    other = ("    ends: answered\n", "    ends: answered\n    dpv: dpv:PaymentManagement\n")
    assert far(kept("10 years", FRANCE, other)) == []
    law = (
        'minimums:\n  - {minimum: books, clause: "3.a", law: a law, applies_to: {category: [email, '
        "message]}, starts: answered, at_least: 7 years}\n"
    )
    assert far(kept("10 years", FRANCE, ASKED, more=law)) == []


INVOICE = ('  message: {clause: "1.a"}', '  message: {clause: "1.a", dpv: pd:Transactional}')


@pytest.mark.parametrize(
    ("years", "day", "expected"),
    [
        (7, date(2021, 12, 9), []),
        (10, date(2021, 12, 9), [("AV295", "W")]),
        (10, date(2026, 1, 1), []),
        (7, date(2026, 1, 1), [("AV295", "W")]),
    ],
)
def test_a_legal_minimum_is_that_of_the_law_on_the_day(
    years: int, day: date, expected: list[tuple[str, str]]
) -> None:
    """Belgian vouchers: seven years, and ten since 2023."""
    law = (
        'minimums:\n  - {minimum: books, clause: "3.a", law: a law, applies_to: {category: '
        f"[message]}}, starts: answered, at_least: {years} years}}\n"
    )
    assert far(kept("0 days", INVOICE, more=law), day) == expected


@pytest.mark.parametrize(
    ("period", "tool", "expected"),
    [
        ("14 months", "Google Analytics", [("AV296", "I")]),
        ("13 months", "Google Analytics", []),
        ("14 months", "Matomo", []),
    ],
)
def test_a_period_of_the_menu_is_found(
    period: str, tool: str, expected: list[tuple[str, str]]
) -> None:
    given = ("    ends: answered\n", "    ends: answered\n    recipients: [tool]\n")
    row = (
        f'recipients:\n  - {{recipient: tool, clause: "2.a", name: {tool}, role: processor, '
        "country: FR, for: counting}\n"
    )
    assert far(kept(period, given, more=row)) == expected


# --- authorities, age -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "said", "expected"),
    [
        ("fr", "Écrivez à la Commission de la protection de la vie privée.", ["AV297"]),
        ("nl", "Klachten gaan naar de Privacycommissie.", ["AV297"]),
        ("en", "Complain at https://www.privacycommission.be.", ["AV297"]),
        ("fr", "Écrivez à l’Autorité de protection des données.", []),
        ("nl", "Klachten gaan naar de Autoriteit Persoonsgegevens.", []),
        ("en", "Complain to the Data Protection Commission.", []),
    ],
)
def test_an_authority_has_its_name_of_the_day(
    language: str, said: str, expected: list[str]
) -> None:
    declaration = replace(declared(), texts={language: {"9.1": said}})
    assert [f.code for f in check(declaration, DAY)] == expected
    assert [f.code for f in check(declaration, date(2010, 1, 1))] == []


def test_what_was_seen_long_ago_must_be_seen_again() -> None:
    company = next(c for c in known().companies if "Woodpecker" in c.names)
    assert company.source.seen is not None
    last = company.source.seen + timedelta(days=FRESH)
    declaration = declared("w: name: Woodpecker, country: PL")
    assert found(declaration, last) == []
    assert found(declaration, last + timedelta(days=1)) == [("AV298", "I")]
    assert not is_stale(replace(company, source=Source("hearsay")), date(2090, 1, 1))


# --- the facts themselves -------------------------------------------------------------------------


def test_every_kind_of_fact_is_there() -> None:
    assert [f.name for f in fields(known()) if not getattr(known(), f.name)] == []


def test_every_fact_has_a_source_and_no_day_that_is_to_come() -> None:
    """A day on which nobody can have looked yet would make a fact young for ever."""
    today = max(d.source.seen for d in known().adequacy if d.source.seen)
    for source in _sources():
        assert source.name
        assert source.seen is None or date(2020, 1, 1) <= source.seen <= today


def _sources() -> Iterator[Source]:
    facts = known()
    for several in (facts.adequacy, facts.void, facts.companies, facts.renamed, facts.parts,
                    facts.presets, facts.durations, facts.floors):  # fmt: skip
        for fact in several:
            yield fact.source


def test_decisions_of_a_country_follow_each_other() -> None:
    by_country: dict[str, list[tuple[date, date | None]]] = {}
    for decision in known().adequacy:
        assert decision.country not in EEA
        by_country.setdefault(decision.country, []).append((decision.since, decision.until))
    for spans in by_country.values():
        for (_, until), (since, _) in pairwise(spans):
            assert until is not None
            assert until < since


def test_usual_is_shorter_than_far() -> None:
    assert all(days(d.usual) < days(d.far) for d in known().durations)


def test_every_rule_by_facts_says_its_law_and_need() -> None:
    codes = {f"AV{n}" for n in range(291, 299)}
    rules = {r.code: r for r in RULES if isinstance(r, Rule) and r.code in codes}
    assert rules.keys() == codes
    assert all(rule.law and rule.need for rule in rules.values())


def test_the_watch_over_the_clearnox_statement_grows_as_the_end_comes() -> None:
    whole = load(ROOT / "declarations/clearnox").whole
    levels = [
        _watch(whole, day) for day in (date(2031, 7, 1), date(2031, 10, 15), date(2031, 12, 1))
    ]
    assert levels == [Severity.I, Severity.W, Severity.E]


def _watch(whole: Declaration, day: date) -> Severity:
    [finding] = [f for f in check(whole, day) if f.code == "AV294"]
    assert isinstance(finding, Finding)
    assert finding.clauses == ("5.f.i",)
    return finding.severity
