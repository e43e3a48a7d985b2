"""Every rule of the check: a small sound declaration has no finding, and one word makes it one.

Each case takes the sound declaration, adds what the rule speaks of in a form that is right, and
then replaces one piece. The rules are taken from the check itself: one without a case fails here.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from pathlib import Path

import pytest
import yaml

from avow.common.findings import Finding
from avow.declaration.check.aim_on_two_bases import AIMS
from avow.declaration.check.authorities import IN_COUNTRY
from avow.declaration.check.contract_of_the_company import EMPLOYER
from avow.declaration.check.jobs import EVENTS, HOSTING, POST, SCORING
from avow.declaration.check.profile_denied import PROFILING
from avow.declaration.check.recipient_untold import PROVIDING, SHOWING
from avow.declaration.check.recording_unannounced import RECORDINGS
from avow.declaration.check.rule import Rule
from avow.declaration.check.run import RULES, check
from avow.declaration.model import Recipient
from avow.declaration.vocabulary.terms import terms
from tests.unit.declared import SOUND, balancing, reading
from tests.unit.test_check import DEFECTS

DAY = date(2027, 1, 1)
OF_DECISIONS = frozenset({"AV230", "AV236", "AV238"})
"""What is said of a decision beside what it does: it is unsigned, or settles nothing."""

FOLDER = Path(__file__).parents[2] / "src/avow/declaration/check"
ELSEWHERE = ("text_", "dated_")
"""Rules that read texts or dated facts, which have cases of their own."""


@dataclass(frozen=True)
class Case:
    """What is added in a form that is right, and the piece that is then replaced."""

    good: str
    bad: str
    changes: tuple[tuple[str, str], ...] = ()
    more: str = ""


RIGHTS = '  - {right: complaint, clause: "9.1"}\n'
OBJECTION = (
    RIGHTS,
    RIGHTS
    + '  - {right: objection, clause: "9.1"}\n  - {right: withdrawal, clause: "9.1"}\n'
    + '  - {right: objection-to-marketing, clause: "2.a"}\n',
)
TO = ("    ends: answered\n", "    ends: answered\n    recipients: [other]\n")
MESSAGE = '      - {category: message, clause: "1.a", required: yes}\n'
RULE = (
    '  - {rule: own, clause: "3.a", applies_to: {category: [OWN]}, '
    "starts: answered, at_most: TIME}\n"
)
CLOSED = (
    ("    ends: answered\n", "    ends: closed\n"),
    ("events:\n  answered:", "events:\n  closed: {kind: point}\n  answered:"),
    ("{answered: answered_at}", "{answered: answered_at, closed: closed_at}"),
)


KNOWN = (
    (
        "fields: {email: email}",
        "fields: {email: email, town: message, plan: message, billed: message}",
    ),
    (
        "rest: message",
        "rest: message\n        known_facts: {town: start, plan: value, billed: month}",
    ),
    ("categories:\n", "requests: {known_facts: {ask: 3, right: 3}}\ncategories:\n"),
)
"""Three columns about which somebody may be asked who they are."""


def rights(*several: str) -> tuple[str, str]:
    """More rights, as a change."""
    return RIGHTS, RIGHTS + "".join(f"  - {right}\n" for right in several)


def category(name: str, said: str = '{clause: "2.a"}') -> tuple[str, str]:
    """One more category, as a change."""
    return "categories:\n", f"categories:\n  {name}: {said}\n"


def collected(name: str, more: str = "") -> tuple[str, str]:
    """One more item of the form, as a change."""
    return MESSAGE, MESSAGE + f'      - {{category: {name}, clause: "1.a", required: yes{more}}}\n'


def own_rule(name: str, time: str = "0 days") -> tuple[str, str]:
    """A rule for one category, as a change."""
    return "events:\n", RULE.replace("OWN", name).replace("TIME", time) + "events:\n"


def recipient(said: str, name: str = "other") -> str:
    """A recipient, to stand in a list."""
    return f'  - {{recipient: {name}, clause: "2.a", name: Other, {said}}}\n'


def purpose(name: str, said: str) -> tuple[str, str]:
    """One more purpose, as a change."""
    return (
        "retention:\n",
        f'  - {{purpose: {name}, clause: "2.a", ends: answered, {said}}}\nretention:\n',
    )


DECISION = (
    "decisions:\n  - {decision: d, settles: [AV221], author: claire, date: 2026-12-01, "
    "reason: because, effects: {EFFECT}}\n"
)

CASES: dict[str, Case] = {
    "AV231": Case(
        "system: [app]",
        "system: [desk]",
        (),
        "  - {system: app, connector: sqlite, url: app.db, datasets: {note: {subject: caller, "
        "key: [id], collected_at: contact, rest: message, events: {answered: at}}}}\n"
        + DECISION.replace(
            "EFFECT", "narrow: {rule: contacts, except: {category: [email], system: [app]}}"
        ),
    ),
    "AV240": Case(
        "roles: [approver]",
        "roles: [author]",
        (),
        DECISION.replace("EFFECT", "accept: {until: 2027-06-01}"),
    ),
    "AV244": Case(
        "role: joint-controller",
        "role: group-member",
        (TO,),
        "recipients:\n" + recipient("role: joint-controller, country: FR"),
    ),
    "AV245": Case(
        '  - {right: complaint, clause: "9.1", link: "https://authority.nl/"}\n',
        "",
        (
            ("country: BE", "country: BE, public: [NL]"),
            (
                RIGHTS,
                (
                    '  - {right: complaint, clause: "9.1", link: "https://authority.be/"}\n'
                    '  - {right: complaint, clause: "9.1", link: "https://authority.nl/"}\n'
                ),
            ),
        ),
    ),
    "AV246": Case(
        '  - {right: after-death, clause: "9.1"}\n',
        "",
        (
            ("country: BE", "country: BE, established: [FR]"),
            rights('{right: after-death, clause: "9.1"}'),
        ),
    ),
    "AV247": Case(
        "    source: colleague\n",
        "",
        (
            ('  message: {clause: "1.a"}', '  message: {clause: "1.a", of_others: yes}'),
            ("    collects:\n", "    source: colleague\n    collects:\n"),
        ),
    ),
    "AV248": Case(
        "form: any",
        "form: signed",
        (rights('{right: by-letter, clause: "9.1", form: any}'),),
    ),
    "AV249": Case(
        ", fee: none",
        "",
        (
            rights(
                '{right: exercise, clause: "9.1", within: 1 month, fee: none, identity: in doubt}'
            ),
        ),
    ),
    "AV252": Case(
        "right: processor-requests",
        "right: another",
        (
            category("processor-data"),
            own_rule("processor-data"),
            rights('{right: processor-requests, clause: "9.1"}'),
        ),
        "recipients:\n" + recipient("role: sub-processor, country: BE"),
    ),
    "AV253": Case(
        "basis: consent, uses: {category: [message]}",
        "basis: legitimate-interest, uses: {category: [message]}",
        (
            OBJECTION,
            purpose(
                "ask", "basis: consent, uses: {category: [email]}, dpv: dpv:CommercialResearch"
            ),
            purpose(
                "improve",
                "basis: consent, uses: {category: [message]}, "
                "dpv: dpv:ImproveExistingProductsAndServices",
            ),
        ),
        balancing("improve"),
    ),
    "AV254": Case(
        "offers: own",
        "offers: group",
        (
            OBJECTION,
            purpose(
                "news",
                "basis: legitimate-interest, uses: {category: [email]}, marketing: yes, "
                "offers: own",
            ),
        ),
        balancing("news"),
    ),
    "AV255": Case(
        "announced: yes",
        "announced: no",
        (
            OBJECTION,
            category("call", '{clause: "1.a", dpv: pd:VoiceCommunicationRecording}'),
            collected("call", ", announced: yes"),
            purpose("train", "basis: legitimate-interest, uses: {category: [call]}"),
        ),
        balancing("train"),
    ),
    "AV256": Case(
        "basis: legitimate-interest",
        "basis: contract",
        (
            OBJECTION,
            category("firm", '{clause: "1.a", dpv: pd:CurrentEmployment}'),
            collected("firm"),
            ("basis: contract", "basis: legitimate-interest"),
        ),
        balancing("answer"),
    ),
    "AV257": Case(
        'company-revenue, clause: "1.a", required: no',
        'company-revenue, clause: "1.a", required: yes',
        (
            category("company-revenue"),
            collected("company-revenue"),
            (
                'company-revenue, clause: "1.a", required: yes',
                'company-revenue, clause: "1.a", required: no',
            ),
        ),
    ),
    "AV258": Case(
        "for: sending news",
        "for: marketing automation",
        (TO,),
        'never:\n  - {never: profile, clause: "2.a", fields_named: [lead_score]}\n'
        "recipients:\n" + recipient("role: processor, country: BE, for: sending news"),
    ),
    "AV259": Case(
        '      - {category: age-attestation, clause: "1.a", required: yes}\n',
        "",
        (
            category("birth-date"),
            category("age-attestation"),
            collected("age-attestation"),
            own_rule("age-attestation"),
        ),
        'never:\n  - {never: collect birth-date, clause: "2.a", category: birth-date}\n',
    ),
    "AV260": Case(
        "role: controller",
        "role: processor",
        (TO,),
        "recipients:\n" + recipient("role: controller, country: BE, for: sending letters"),
    ),
    "AV261": Case(
        "for: hosting the service",
        "for: hosting the website",
        (TO, ("    basis: contract\n", "    basis: contract\n    dpv: dpv:ServiceProvision\n")),
        "recipients:\n" + recipient("role: processor, country: BE, for: hosting the service"),
    ),
    "AV262": Case(
        "for: surveys",
        "for: tickets and webinars",
        (("    ends: answered\n", "    ends: answered\n    recipients: [other, third]\n"),),
        "recipients:\n"
        + recipient("role: processor, country: BE, for: surveys")
        + recipient("role: processor, country: BE, for: webinars", "third"),
    ),
    "AV263": Case(
        "      - {starts: answered, at_most: 0 days}\n",
        "",
        (
            (
                "    starts: answered\n    at_most: 0 days\n",
                (
                    "    whichever_first:\n      - {starts: answered, at_most: 0 days}\n"
                    "      - {starts: consent-ended, at_most: 0 days}\n"
                ),
            ),
            ("events:\n  answered:", "events:\n  consent-ended: {kind: point}\n  answered:"),
            ("{answered: answered_at}", "{answered: answered_at, consent-ended: ended_at}"),
        ),
    ),
    "AV264": Case(
        "starts: answered, at_least",
        "starts: closed, at_least",
        (*CLOSED, ("at_most: 0 days", "at_most: 1 year")),
        'minimums:\n  - {minimum: books, clause: "3.a", law: a law, applies_to: '
        "{category: [message]}, starts: answered, at_least: 1 year}\n",
    ),
    "AV265": Case(
        "at_most: 4 years", "at_most: 6 years", (*CLOSED, ("at_most: 0 days", "at_most: 4 years"))
    ),
    "AV266": Case(
        ", on_top: yes",
        "",
        (category("backup"), own_rule("backup", "4 weeks, on_top: yes")),
    ),
    "AV267": Case(
        "Art. 17(3)(b) GDPR",
        "Art. 21(1) GDPR",
        (rights('{right: limit, clause: "9.1", limits: erasure, law: Art. 17(3)(b) GDPR}'),),
    ),
    "AV268": Case(
        'portability, clause: "9.1", bases: contract',
        'portability, clause: "9.1", bases: contract, wider: yes',
        (('portability, clause: "9.1"', 'portability, clause: "9.1", bases: contract'),),
    ),
    "AV299": Case(
        "dpv: pd:EmailAddress",
        "dpv: pd:EmailAdress",
        (('  email: {clause: "1.a"}', '  email: {clause: "1.a", dpv: pd:EmailAddress}'),),
    ),
    "AV670": Case(
        "conclusion: passes",
        "conclusion: open",
        (OBJECTION, ("basis: contract", "basis: legitimate-interest")),
        balancing("answer"),
    ),
    "AV671": Case(
        "approver: marc",
        "approver: claire",
        (OBJECTION, ("basis: contract", "basis: legitimate-interest")),
        balancing("answer"),
    ),
    "AV934": Case("{town: start", "{email: start, town: start", KNOWN),
    "AV935": Case("{ask: 3, right: 3}", "{ask: 3, right: 2}", KNOWN),
}


def of_structure() -> dict[str, Path]:
    """The codes of the rules that look at the structure of a declaration, with their files."""
    files = (path for path in FOLDER.glob("*.py") if not path.name.startswith(ELSEWHERE))
    modules = {path: import_module(f"avow.declaration.check.{path.stem}") for path in files}
    own = {path: vars(module).get("RULE") for path, module in modules.items()}
    return {rule.code: path for path, rule in own.items() if isinstance(rule, Rule)}


def changed(*changes: tuple[str, str], more: str = "") -> str:
    """The sound declaration with pieces replaced and something added at its end."""
    text = SOUND
    for old, new in changes:
        assert old in text, f"{old!r} is not in the declaration"
        text = text.replace(old, new, 1)
    return text + more


def found(text: str) -> list[Finding]:
    """What the check finds, beside what it says of decisions."""
    loaded = reading(text)
    assert [f for f in loaded.findings if f.is_error] == []
    return [f for f in check(loaded.whole, DAY) if f.code not in OF_DECISIONS]


def sound_and_not(code: str) -> tuple[str, str]:
    """The declaration in which what the rule speaks of is right, and the one in which it is not."""
    if code in CASES:
        case = CASES[code]
        sound = changed(*case.changes, more=case.more)
        assert case.good in sound, f"{case.good!r} is not in the case of {code}"
        return sound, sound.replace(case.good, case.bad, 1)
    _, changes, more = next(defect for defect in DEFECTS.values() if defect[0] == code)
    return SOUND, changed(*changes, more=more)


@pytest.mark.parametrize("code", of_structure())
def test_one_piece_turns_exactly_this_rule_red(code: str) -> None:
    sound, wrong = sound_and_not(code)
    assert [(f.code, f.message) for f in found(sound)] == []
    findings = found(wrong)
    assert {f.code for f in findings} == {code}
    assert all(f.place.file == "d.yaml" and f.place.line > 0 for f in findings)
    assert all(f.law and f.need for f in findings)


def test_a_rule_has_its_code_in_its_file_and_no_code_two_files() -> None:
    files = of_structure()
    assert len(files) == len(set(files.values()))
    assert set(files) <= {rule.code for rule in RULES if isinstance(rule, Rule)}
    for code, path in files.items():
        assert path.read_text(encoding="utf-8").startswith(f'"""{code}: ')


@pytest.mark.parametrize("rule", [r for r in RULES if isinstance(r, Rule)], ids=lambda r: r.code)
def test_a_rule_says_its_law_and_its_words_in_three_languages(rule: Rule) -> None:
    assert rule.law
    if rule.wording:
        words = dict(rule.wording.pairs)
        assert sorted(words) == ["en", "fr", "nl"]
        assert all(sentence.strip().endswith((".", "….")) for sentence in words.values())
        assert len(set(words.values())) == len(words)
    assert bool(rule.together) == bool(rule.headline)


def test_the_words_for_work_know_three_languages_and_their_false_friends() -> None:
    def does(text: str) -> Recipient:
        return Recipient("r", "1", "R", "processor", for_=text)

    assert POST.is_done_by(does("envoi de courriers"))
    assert POST.is_done_by(does("versturen van brieven"))
    assert not POST.is_done_by(does("newsletters and campaigns"))
    assert HOSTING.is_done_by(does("hébergement de l’application"))
    assert not HOSTING.is_done_by(does("hosting the website"))
    assert SCORING.is_done_by(does("automatisation du marketing"))
    assert not SCORING.is_done_by(does("combining lists"))
    assert not SCORING.is_done_by(does("marketing automation, scoring switched off"))
    assert not SCORING.is_done_by(does("automatisation marketing sans profilage"))
    assert EVENTS.is_done_by(does("organising events"))


def test_the_page_of_the_check_names_every_rule_with_its_law_and_need() -> None:
    """The table is written anew by `AVOW_UPDATE=1`."""
    page = Path(__file__).parents[2] / "docs/reference/check.md"
    text = page.read_text(encoding="utf-8")
    before, _, rest = text.partition("|---|---|---|\n| AV")
    after = rest[rest.index("\n\n") :]
    rules = sorted((r for r in RULES if isinstance(r, Rule)), key=lambda rule: rule.code)
    rows = "\n".join(f"| {rule.code} | {rule.law} | `{rule.need}` |" for rule in rules)
    right = f"{before}|---|---|---|\n{rows}{after}"
    if os.environ.get("AVOW_UPDATE") == "1":
        page.write_text(right, encoding="utf-8")
        text = right
    assert text == right, "run again with AVOW_UPDATE=1, and read the difference"


# --- what a rule must not find --------------------------------------------------------------------


def test_one_list_of_all_authorities_is_enough() -> None:
    text = changed(
        ("country: BE", "country: BE, public: [NL]"),
        (
            RIGHTS,
            '  - {right: complaint, clause: "9.1", link: "https://board.europa.eu/members"}\n',
        ),
    )
    assert found(text) == []


def test_the_authority_that_is_missing_is_proposed_by_name() -> None:
    [finding] = found(sound_and_not("AV245")[1])
    words = dict(finding.proposal)
    assert "aux Pays-Bas, l’Autoriteit Persoonsgegevens" in words["fr"]
    assert words["nl"].endswith("(autoriteitpersoonsgegevens.nl).")
    assert "in …, …" in _unknown_country()["en"]


def test_proposed_authorities_are_those_of_the_dated_facts() -> None:
    """Two tables speak of authorities: the names and sites in the sentences are known facts."""
    facts = FOLDER.parent / "facts" / "authorities.yaml"
    known = {
        row["country"]: row
        for row in yaml.safe_load(facts.read_text(encoding="utf-8"))["authorities"]
    }
    assert set(IN_COUNTRY) <= set(known)
    for country, words in IN_COUNTRY.items():
        for _, sentence in words.pairs:
            assert any(name in sentence for name in known[country]["names"]), sentence
            assert any(f"({site})" in sentence for site in known[country]["sites"]), sentence


def _unknown_country() -> dict[str, str]:
    """What is proposed for a country whose authority is not known here."""
    _, wrong = sound_and_not("AV245")
    [finding] = found(wrong.replace("public: [NL]", "public: [MT]"))
    return dict(finding.proposal)


def test_a_long_period_that_the_law_asks_for_needs_no_archive() -> None:
    text = changed(
        *CLOSED,
        ("at_most: 0 days", "at_most: 10 years"),
        more='minimums:\n  - {minimum: books, clause: "3.a", law: a law, applies_to: '
        "{category: [message]}, starts: answered, at_least: 10 years}\n",
    )
    assert found(text) == []


def test_a_minimum_of_other_data_is_no_reason_to_keep_these_at_hand() -> None:
    """The law asks for orders, and runs from the same event; nobody asks for messages."""
    text = changed(
        *CLOSED,
        category("order"),
        ("at_most: 0 days", "at_most: 10 years"),
        more='minimums:\n  - {minimum: books, clause: "3.a", law: a law, applies_to: '
        "{category: [order]}, starts: answered, at_least: 10 years}\n",
    )
    assert "AV265" in {finding.code for finding in found(text)}


def test_what_is_archived_in_part_is_at_hand_for_the_rest() -> None:
    """An archive takes the message out of daily use, or that and the address."""
    archive = (
        '  - {{rule: away, clause: "3.a", applies_to: {{category: [{}]}}, starts: answered, '
        "at_most: 1 year, then: archive}}\n"
    )
    for taken, is_found in (("message", True), ("message, email", False)):
        text = changed(
            *CLOSED,
            ("at_most: 0 days", "at_most: 10 years"),
            ("retention:\n", "retention:\n" + archive.format(taken)),
        )
        assert ("AV265" in {finding.code for finding in found(text)}) is is_found, taken


def test_customers_data_are_found_by_the_data_map_alone() -> None:
    """A category that only a tenant's dataset holds is theirs, whatever it is called."""
    text = changed(
        category("debt", '{clause: "3.a"}'),
        own_rule("debt"),
        more="      debtor: {subject: caller, key: [id], sphere: {processor_for: tenant}, "
        "rest: debt, events: {answered: at}}\n",
    )
    assert [(f.code, f.clauses) for f in found(text)] == [("AV252", ("3.a",))]


def test_what_belongs_to_a_tenants_rows_says_so_itself() -> None:
    """Without a sphere of its own a note on a debtor would fall under our own rules."""
    debtor = (
        "      debtor: {subject: caller, key: [id], sphere: {processor_for: tenant}, "
        "rest: message, events: {answered: at}}\n"
    )
    note = "      note: {key: [id], %s{debtor: debtor_id}, rest: message, events: {answered: at}}\n"
    ours, theirs = "owned_by: ", "sphere: {processor_for: tenant}, owned_by: "
    assert "AV330" in {f.code for f in found(changed(more=debtor + note % ours))}
    assert "AV330" not in {f.code for f in found(changed(more=debtor + note % theirs))}


def test_the_words_of_the_vocabulary_in_the_rules_exist() -> None:
    """The terms by which rules know purposes and data exist, so none of them looks for nothing."""
    named = {
        *(term for aim in AIMS.values() for term in aim),
        *PROFILING, *PROVIDING, *SHOWING, *RECORDINGS, *EMPLOYER,
    }  # fmt: skip
    assert named - set(terms()) == set()
