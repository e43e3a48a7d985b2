"""Every rule of the check: one defect turns exactly that rule red, and a sound declaration none."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from importlib import import_module
from pathlib import Path

import pytest

from avow.common.findings import Finding, Kind, Severity
from avow.declaration.check import run
from avow.declaration.check.run import RULES, check
from avow.declaration.load import load
from avow.declaration.model import Declaration, Signature
from tests.unit.declared import SOUND, balancing, reading

ROOT = Path(__file__).parents[2]
DAY = date(2027, 1, 1)

EVENT = "events:\n  answered: {kind: point}\n"
LEDGER = """\
      letter:
        owned_by: {caller: caller_id}
        collected_at: contact
        rest: message
"""


def declared(*changes: tuple[str, str], more: str = "") -> Declaration:
    """The sound declaration with pieces replaced and something added at its end."""
    text = SOUND
    for old, new in changes:
        assert old in text, f"{old!r} is not in the sound declaration"
        text = text.replace(old, new, 1)
    loaded = reading(text + more)
    assert [f for f in loaded.findings if f.is_error] == []
    return loaded.whole


def found(*changes: tuple[str, str], more: str = "") -> list[Finding]:
    return list(check(declared(*changes, more=more), DAY))


def test_a_sound_declaration_has_no_finding() -> None:
    assert found() == []


DEFECTS: dict[str, tuple[str, list[tuple[str, str]], str]] = {
    "a rule that reaches nothing": (
        "AV202",
        [
            (
                "events:\n",
                (
                    '  - {rule: none, clause: "3.a", applies_to: {category: [email], '
                    "subject: [stranger]}, starts: answered, at_most: 0 days}\nevents:\n"
                ),
            ),
            ("subjects:\n", "subjects:\n  stranger: {}\n"),
        ],
        "",
    ),
    "a category that nothing uses": (
        "AV203",
        [(EVENT, EVENT + "  noticed: {kind: point}\n")],
        "",
    ),
    "a collection point that no dataset holds": (
        "AV203",
        [
            (
                "purposes:\n",
                (
                    '  - {point: phone, clause: "1.a", collects: '
                    '[{category: email, clause: "1.a", required: no}]}\npurposes:\n'
                ),
            ),
            ("collected_at: [contact]}\n    ends", "category: [email, message]}\n    ends"),
            ("applies_to: {collected_at: [contact]}", "applies_to: {category: [email, message]}"),
        ],
        "",
    ),
    "a language without texts": (
        "AV204",
        [("people:\n", "languages: [fr]\npeople:\n")],
        "",
    ),
    "a clause to which nothing is bound": (
        "AV205",
        [("clauses:\n", 'clauses:\n  "4.a": {kind: E}\n')],
        "",
    ),
    "a category that no purpose uses": (
        "AV206",
        [("uses: {collected_at: [contact]}", "uses: {category: [email]}")],
        "",
    ),
    "a maximum below the law's minimum": (
        "AV207",
        [],
        (
            'minimums:\n  - {minimum: books, clause: "3.a", law: a law, applies_to: '
            "{category: [message]}, starts: answered, at_least: 7 years}\n"
        ),
    ),
    "two bases for one kind of use": (
        "AV208",
        [
            ("    ends: answered\n", "    ends: answered\n    dpv: dpv:CustomerCare\n"),
            (
                "retention:\n",
                (
                    '  - {purpose: help, clause: "2.a", basis: legal-obligation, '
                    "uses: {category: [email]}, ends: answered, dpv: dpv:CustomerCare}\n"
                    "retention:\n"
                ),
            ),
        ],
        "",
    ),
    "a transfer without a tool": (
        "AV209",
        [("    ends: answered\n", "    ends: answered\n    recipients: [desk-maker]\n")],
        (
            'recipients:\n  - {recipient: desk-maker, clause: "2.a", name: Desk, role: processor, '
            "country: US}\n"
        ),
    ),
    "an item of which nobody says whether it must be given": (
        "AV210",
        [('message, clause: "1.a", required: yes', 'message, clause: "1.a"')],
        "",
    ),
    "a collection point without items": (
        "AV211",
        [
            ("purposes:\n", '  - {point: import, clause: "1.a", collects: []}\npurposes:\n'),
            ("        rest: message\n", "        rest: message\n" + "        zone: UTC\n"),
            (
                "        fields: {email: email}",
                "        fields: {email: email, mail: {category: email, collected_at: import}}",
            ),
            ("uses: {collected_at: [contact]}", "uses: {category: [email, message]}"),
            ("applies_to: {collected_at: [contact]}", "applies_to: {category: [email, message]}"),
        ],
        "",
    ),
    "data retained after their last purpose": (
        "AV214",
        [("at_most: 0 days", "at_most: 1 year")],
        "",
    ),
    "two periods for the same data": (
        "AV221",
        [
            (
                "events:\n",
                (
                    '  - {rule: mails, clause: "2.a", applies_to: {category: [email]}, '
                    "starts: written, at_most: 1 year}\nevents:\n  written: {kind: point}\n"
                ),
            ),
            ("events: {answered: answered_at}", "events: {answered: answered_at, written: at}"),
        ],
        "",
    ),
    "a rule without a start": (
        "AV222",
        [("    starts: answered\n", "")],
        "",
    ),
    "data that no rule ends": (
        "AV223",
        [("applies_to: {collected_at: [contact]}", "applies_to: {category: [email]}")],
        "",
    ),
    "a purpose without an end": ("AV224", [("    ends: answered\n", "")], ""),
    "an author who approves": ("AV234", [("roles: [author]", "roles: [author, approver]")], ""),
    "an officer who approves": ("AV235", [("roles: [officer]", "roles: [officer, approver]")], ""),
    "a right that is not told": (
        "AV241",
        [('  - {right: erasure, clause: "9.1"}\n', "")],
        "",
    ),
    "a right that follows from the basis and is not told": (
        "AV241",
        [("basis: contract", "basis: legitimate-interest")],
        balancing("answer"),
    ),
    "marketing without its own right to object": (
        "AV243",
        [("    ends: answered\n", "    ends: answered\n    marketing: yes\n")],
        "",
    ),
    "a link to nowhere": (
        "AV301",
        [],
        LEDGER + "        no_right: {caler: x}\n",
    ),
    "a link to a dataset without a key": (
        "AV303",
        [],
        LEDGER
        + "        no_right: {country: x}\n      country: {owned_by: nobody, because: a list}\n",
    ),
    "rows of nobody without a reason": (
        "AV304",
        [],
        "      country: {owned_by: nobody}\n",
    ),
    "rows of which nobody knows whose they are": (
        "AV305",
        [],
        "      note: {collected_at: contact, rest: message, events: {answered: at}}\n",
    ),
    "a personal dataset of whose columns nothing is said": (
        "AV306",
        [],
        "      note: {owned_by: {caller: c}}\n",
    ),
    "rows of nobody with columns about persons": (
        "AV306",
        [],
        "      note: {owned_by: nobody, because: a list, fields: {x: email}}\n",
    ),
    "an event that a dataset cannot give": (
        "AV307",
        [("        events: {answered: answered_at}\n", "")],
        "",
    ),
    "an event from which a legal minimum runs and that a dataset cannot give": (
        "AV307",
        [(EVENT, EVENT + "  closed: {kind: point}\n")],
        (
            'minimums:\n  - {minimum: books, clause: "3.a", law: a law, applies_to: '
            "{category: [message]}, starts: closed, at_least: 7 years}\n"
        ),
    ),
    "an event that two parents could give": (
        "AV308",
        [],
        "      thread: {subject: caller, key: [id], collected_at: contact, rest: message, "
        "events: {answered: at}}\n" + LEDGER + "        accessed_by: {thread: t}\n",
    ),
    "an event from a dataset without a link": (
        "AV309",
        [
            ("    ends: answered\n", "    ends: noticed\n"),
            (EVENT, EVENT + "  noticed: {kind: point}\n"),
        ],
        LEDGER + "        events: {noticed: {via: letter}}\n",
    ),
    "a link with too many columns": (
        "AV310",
        [],
        LEDGER + "        no_right: {caller: [a, b]}\n",
    ),
    "a column that speaks of a link that is not there": (
        "AV311",
        [],
        LEDGER + "        fields: {name: {category: email, of: sender}}\n",
    ),
    "a field in a list": (
        "AV606",
        [("{email: email}\n        rest", "{email: email, 'to$[]': email}\n        rest")],
        "",
    ),
    "an event of a list": ("AV316", [("answered_at}", "'data$[].at'}")], ""),
    "a leaf that is read as a moment, as something else": (
        "AV317",
        [],
        LEDGER + "        events: {answered: {field: at, cancelled_by: data$.off$moment}}\n",
    ),
    "a column that outlives its end": (
        "AV607",
        [("{email: email}\n        rest", "{email: email, data$.email: email}\n        rest")],
        "",
    ),
    "persons without a key": ("AV312", [("        key: [id]\n", "")], ""),
    "a column that breaks a promise": (
        "AV313",
        [("fields: {email: email}", "fields: {email: email, Lead_Score: message}")],
        'never:\n  - {never: profile, clause: "2.a", fields_named: [lead_score]}\n',
    ),
    "a collected category that breaks a promise": (
        "AV313",
        [
            ("categories:\n", 'categories:\n  birth-date: {clause: "1.a"}\n'),
            (
                "purposes:\n",
                '      - {category: birth-date, clause: "1.a", required: no}\npurposes:\n',
            ),
        ],
        'never:\n  - {never: collect birth-date, clause: "2.a", category: birth-date}\n',
    ),
    "an event read as another kind than declared": (
        "AV314",
        [("answered: answered_at", "answered: {end_of: answered_at}")],
        "",
    ),
    "an event read where there is no link": (
        "AV315",
        [("answered: answered_at", "answered: {latest: [at, letter.at]}")],
        LEDGER.replace("owned_by: {caller: caller_id}", "subject: caller\n        key: [id]")
        + "        events: {answered: at}\n",
    ),
    "columns needed of a dataset without a link": (
        "AV318",
        [],
        LEDGER
        + "        needs: {country: [name]}\n"
        + "      country: {owned_by: nobody, because: a list, key: [id]}\n",
    ),
    "a password in the declaration": (
        "AV391",
        [("url: ${DESK_URL}", "url: postgresql://avow:secret@host/db")],
        "",
    ),
}


@pytest.mark.parametrize("name", DEFECTS)
def test_one_defect_turns_one_rule_red(name: str) -> None:
    code, changes, more = DEFECTS[name]
    findings = found(*changes, more=more)
    assert {f.code for f in findings} == {code}
    assert all(f.place.file == "d.yaml" and f.place.line > 0 for f in findings)


@pytest.mark.parametrize(
    "url",
    ["postgresql://avow:${PASSWORD}@host/db", "postgresql://avow@host:5432/db", "desk.sqlite"],
)
def test_an_address_without_a_password_is_fine(url: str) -> None:
    assert found(("url: ${DESK_URL}", f"url: {url}")) == []


def test_a_password_is_not_repeated_in_its_finding() -> None:
    [finding] = found(("url: ${DESK_URL}", "url: postgresql://avow:secret@host/db"))
    assert "secret" not in f"{finding}"


# --- decisions -----------------------------------------------------------------------------------

CONTRADICTION = DEFECTS["two periods for the same data"][1]


def decided(effects: str, settles: str = "AV221 2.a 3.a") -> str:
    return (
        f'decisions:\n  - {{decision: d, settles: ["{settles}"], author: claire, '
        f"date: 2026-12-01, reason: because, effects: {{{effects}}}}}\n"
    )


def after(*changes: tuple[str, str], more: str, signed: bool = True) -> list[Finding]:
    """The findings with every decision signed by marc, or by nobody."""
    declaration = declared(*changes, more=more)
    signatures = tuple(
        Signature(d.id, d.digest, "marc", date(2026, 12, 2)) for d in declaration.decisions.values()
    )
    return list(check(replace(declaration, signatures=signatures if signed else ()), DAY))


def codes(findings: list[Finding]) -> list[tuple[str, str | None]]:
    return sorted((f.code, f.settled_by) for f in findings)


NARROW = "narrow: {rule: contacts, except: {category: [email]}}"


def test_an_unsigned_decision_settles_nothing() -> None:
    findings = after(*CONTRADICTION, more=decided(NARROW), signed=False)
    assert codes(findings) == [("AV221", None), ("AV230", None)]


def test_contradictions_are_told_by_question() -> None:
    """Two numbers from one event are one question; what runs from other events than the first rule
    is one more, and the pair of two that both contradict it belongs there."""
    more = [
        ("sooner", "3.b", "answered", "1 month"),
        ("mails", "3.c", "written", "1 year"),
        ("seen", "3.d", "read", "2 years"),
    ]
    rules = "".join(
        f'  - {{rule: {name}, clause: "{clause}", applies_to: {{category: [email]}}, '
        f"starts: {event}, at_most: {time}}}\n"
        for name, clause, event, time in more
    )
    found_ = found(
        ("events:\n", rules + "events:\n  written: {kind: point}\n  read: {kind: point}\n"),
        ("clauses:\n", 'clauses:\n  "3.b": {kind: E}\n  "3.c": {kind: E}\n  "3.d": {kind: E}\n'),
        ("    ends: answered\n", "    ends: read\n"),
        ("events: {answered: answered_at}", "events: {answered: a, written: b, read: c}"),
    )
    told = [sorted(each.clauses for each in f.each) for f in found_ if f.code == "AV221"]
    assert sorted(told) == [
        [("3.a", "3.b")],
        [("3.a", "3.c"), ("3.a", "3.d"), ("3.c", "3.d")],
        [("3.b", "3.c"), ("3.b", "3.d")],
    ]


def test_a_signed_decision_settles_what_it_removes() -> None:
    assert codes(after(*CONTRADICTION, more=decided(NARROW))) == [("AV221", "d")]


@pytest.mark.parametrize("settles", ["AV221 2.a 3.a", "AV221 3.a 2.a"])
def test_the_order_of_clauses_in_settles_says_nothing(settles: str) -> None:
    findings = after(*CONTRADICTION, more=decided("shortest: [contacts, mails]", settles))
    assert codes(findings) == [("AV221", "d")]


def test_a_signed_decision_that_removes_too_little_is_found() -> None:
    findings = after(
        *CONTRADICTION,
        more=decided("narrow: {rule: contacts, except: {category: [email], system: [desk]}}"),
    )
    assert codes(findings) == [("AV221", None), ("AV239", None)]


def test_a_defect_may_be_accepted_for_a_time_and_not_longer() -> None:
    accepted = after(*CONTRADICTION, more=decided("accept: {until: 2027-01-01}"))
    assert codes(accepted) == [("AV221", "d")]
    past = after(*CONTRADICTION, more=decided("accept: {until: 2026-12-31}"))
    assert codes(past) == [("AV221", None), ("AV237", None)]


def test_a_decision_that_settles_nothing_found_is_noted() -> None:
    findings = after(*CONTRADICTION, more=decided(NARROW, "AV222 3.a"))
    assert codes(findings) == [("AV221", "the interpretation"), ("AV236", None)]


def test_a_missing_rule_is_settled_by_an_added_one() -> None:
    gap = DEFECTS["data that no rule ends"][1]
    added = (
        'rule: {rule: new, clause: "3.a", applies_to: {category: [message]}, '
        "starts: answered, at_most: 0 days}"
    )
    assert codes(after(*gap, more=decided(added, "AV223 message"))) == [("AV223", "d")]


def test_a_missing_start_and_a_missing_end_are_settled() -> None:
    start = decided("starts: {rule: contacts, event: answered}", "AV222 3.a")
    assert codes(after(("    starts: answered\n", ""), more=start)) == [("AV222", "d")]
    end = decided("purpose_ends: {purpose: answer, at: answered}", "AV224 2.a")
    assert codes(after(("    ends: answered\n", ""), more=end)) == [("AV224", "d")]


@pytest.mark.parametrize(
    ("effects", "why"),
    [
        ("narrow: {rule: contacts, except: {category: [email]}}", "no rule ends `email`"),
        (
            (
                "narrow: {rule: contacts, except: {category: [email]}}, rule: {rule: longer, "
                'clause: "3.a", applies_to: {category: [email]}, starts: answered, at_most: 1 year}'
            ),
            "retained longer than any printed rule",
        ),
    ],
)
def test_a_decision_that_widens_is_found_signed_or_not(effects: str, why: str) -> None:
    for signed in (True, False):
        findings = after(more=decided(effects), signed=signed)
        [wide] = [f for f in findings if f.code == "AV231"]
        assert why in wide.because
        assert wide.severity is Severity.E


@pytest.mark.parametrize(
    "effects",
    [
        (
            'rule: {rule: more, clause: "3.a", applies_to: {category: [email]}, starts: answered, '
            "at_most: 0 days}"
        ),
        "shortest: [contacts, contacts]",
        "accept: {until: 2027-06-30}",
    ],
)
def test_a_decision_that_does_not_widen_is_not_found(effects: str) -> None:
    assert "AV231" not in {f.code for f in after(more=decided(effects))}


@pytest.mark.parametrize(
    "effects",
    [
        "starts: {rule: contacts, event: answered}",
        "purpose_ends: {purpose: answer, at: answered}",
        "narrow: {rule: contacts, except: {category: [email], dataset: [letter]}}",
        (
            'rule: {rule: contacts, clause: "3.a", applies_to: {category: [email]}, '
            "starts: answered, at_most: 0 days}"
        ),
        "shortest: [contacts]",
    ],
)
def test_an_effect_that_changes_nothing_is_found(effects: str) -> None:
    letter = LEDGER.replace("message", "email").replace(
        "caller_id}", "caller_id}\n        zone: UTC"
    )
    away = letter.replace("collected_at: contact\n", "collected_at: phone\n")
    point = (
        "purposes:\n",
        (
            '  - {point: phone, clause: "1.a", collects: '
            '[{category: email, clause: "1.a", required: no}]}\npurposes:\n'
        ),
    )
    assert "AV238" in {f.code for f in after(point, more=away + decided(effects))}


def test_nobody_who_may_sign_is_found() -> None:
    findings = after(("roles: [approver]", "roles: [author]"), more=decided(NARROW), signed=False)
    assert "AV240" in {f.code for f in findings}


# --- the whole -----------------------------------------------------------------------------------


def test_errors_come_first_then_open_defects_by_gravity() -> None:
    findings = found(
        *CONTRADICTION, ("    ends: answered\n", ""), more=LEDGER + "        no_right: {x: y}\n"
    )
    assert [(f.kind, f.code) for f in findings] == [
        (Kind.ERROR, "AV301"),
        (Kind.DEFECT, "AV221"),
        (Kind.DEFECT, "AV224"),
    ]


def test_every_code_that_can_be_found_has_a_paragraph_and_a_test() -> None:
    source = "".join(p.read_text() for p in (ROOT / "src/avow/declaration").rglob("*.py"))
    emitted = set(re.findall(r'"(AV\d{3})"', source))
    documented = re.findall(
        r"^## (AV\d{3})$", (ROOT / "docs/reference/findings.md").read_text(), re.MULTILINE
    )
    assert emitted - set(documented) == set()
    assert len(documented) == len(set(documented))
    tests = "".join(p.read_text() for p in (ROOT / "tests/unit").glob("test_*.py"))
    assert {code for code in emitted if f'"{code}"' not in tests} == set()


def test_the_rules_of_the_check_are_all_joined() -> None:
    """Whatever looks for something, as a `RULE` or as a `check`, is among those that are asked."""
    files = sorted((ROOT / "src/avow/declaration/check").glob("*.py"))
    modules = [vars(import_module(f"avow.declaration.check.{p.stem}")) for p in files]
    own = [m.get("RULE") or m.get("check") for m in modules if m["__name__"] != run.__name__]
    looking = [one for one in own if one is not None]
    assert len(looking) > 40
    assert {id(one) for one in looking} == {id(one) for one in RULES}


def test_the_clearnox_statement_shows_its_known_defects() -> None:
    """The contradictions and gaps of the print, found by structure alone, each once."""
    declaration = load(ROOT / "declarations/clearnox").whole
    told = check(replace(declaration, signatures=()), DAY)
    findings = [each for finding in told for each in finding.each]
    assert [f for f in findings if f.is_error] == []
    clauses = {f.clauses for f in findings if f.code == "AV221"}
    assert {
        ("6.b", "6.c"),
        ("6.a", "6.c"),
        ("6.e", "6.m"),
        ("6.f", "6.h"),
        ("6.k", "6.o"),
    } <= clauses
    starts = {f.clauses for f in findings if f.code == "AV222"}
    assert starts == {("6.f",), ("6.g",), ("6.i",), ("6.j",), ("6.l",)}
    gaps = " ".join(f.message for f in findings if f.code == "AV223")
    for gap in (
        "web-demo",
        "white-paper",
        "organiser-import",
        "webinar-recording",
        "consent-proof",
    ):
        assert f"`{gap}`" in gaps


def test_the_clearnox_decisions_settle_every_contradiction_and_gap_and_widen_nothing() -> None:
    declaration = load(ROOT / "declarations/clearnox").whole
    signatures = tuple(
        Signature(d.id, d.digest, "marc", DAY) for d in declaration.decisions.values()
    )
    findings = check(replace(declaration, signatures=signatures), DAY)
    still = {f.code for f in findings if f.is_open}
    assert not still & {"AV221", "AV222", "AV223", "AV231", "AV239"}
