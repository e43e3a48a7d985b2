"""What a notice needs, read from a declaration: sections and titles, edition, cookies, words."""

from __future__ import annotations

from datetime import date

from avow.common.calendar import Period
from avow.declaration.load import Loaded, load_texts
from avow.declaration.model import Existing, Offers
from avow.declaration.publishing import Conclusion, Edition, Party, Section, Shown

DECLARATION = """
avow: "1"
declaration: calls
controller: {name: Example, email: hello@example.org, officer: dpo@example.org, established:
    [BE, FR]}
languages: [en]
people: [{person: ann, roles: [author]}, {person: bob, roles: [approver]}]
clauses: {"4": {kind: E}, "6.h": {kind: E}, "Z": {kind: "-"}}
categories: {recording: {}}
events: {recorded: {kind: point}}
collection: [{point: fair, clause: "4", source: organiser, collects: [{category: recording,
    clause: "4"}]}]
purposes:
  - {purpose: news, clause: "4", basis: consent, uses: {category: recording}, marketing: yes,
      offers: group}
recipients: [{recipient: lines, clause: "4", name: Lines, role: processor, country: US, seat:
    FR, copy: ask us}]
retention:
  - {rule: recordings, clause: "6.h", applies_to: {category: recording}, starts: recorded,
      at_most: 1 month, existing: old-rule}
notice: {version: "3", changed: 2026-10-01, effective: 2026-11-01, hosts: [www.example.org],
    ahead: {purpose: 30 days}, promises: {assessed: "4"},
    pages: {en: /en/privacy}}
sections:
  - {section: "4", clauses: ["4"], shows: cookies}
  - {section: "6", clauses: ["6.h"]}
cookies: [{cookie: "_st*", clause: "4", purpose: news, recipient: lines, lifetime: 6 months,
    party: third}]
assessments: [{assessment: news-weighed, kind: balancing, of: news, author: ann, approver: bob,
    date: 2026-09-01, review: 2027-09-01, conclusion: passes}]
translations: [{language: en, digest: "sha256:0", by: bob, on: 2026-09-30}]
labels: {en: {category: {recording: recording of a call}, refusal: {fair: nothing happens}}}
"""
TEXTS = """# The promises, in plain words

# 4 What for
These are the reasons.
## 4
We write to you.
# 6 How long
## 6.h
One month.
## Z
Residue.
"""


def read(declaration: str = DECLARATION, texts: str = TEXTS) -> Loaded:
    return load_texts({"d.yaml": declaration}, {"texts/en.md": texts})


def test_everything_a_notice_needs_is_read() -> None:
    d = read().whole

    assert d.edition == Edition(
        "3",
        date(2026, 10, 1),
        date(2026, 11, 1),
        ("www.example.org",),
        (),
        {"purpose": Period(days=30)},
        promises={"assessed": "4"},
        pages={"en": "/en/privacy"},
    )
    assert d.sections["4"] == Section("4", None, ("4",), (Shown.COOKIES,))
    assert (d.cookies[0].party, d.cookies[0].lifetime) == (Party.THIRD, Period(months=6))
    assert d.assessments["news-weighed"].conclusion is Conclusion.PASSES
    assert d.translations[0].by == "bob"
    assert d.words("en", "category", "recording") == "recording of a call"
    assert d.words("nl", "category", "recording") == ""
    assert (d.controller.officer, d.controller.established) == ("dpo@example.org", ("BE", "FR"))
    assert (d.points["fair"].source, d.purposes["news"].offers) == ("organiser", Offers.GROUP)
    assert (d.recipients["lines"].seat, d.recipients["lines"].copy) == ("FR", "ask us")
    assert d.rules["recordings"].existing is Existing.OLD_RULE


def test_sections_have_titles_and_opening_words() -> None:
    texts = read().whole.texts["en"]

    assert (texts["4#title"], texts["4#intro"]) == ("What for", "These are the reasons.")
    assert texts["6#title"] == "How long"
    assert "6#intro" not in texts
    assert texts["6.h"] == "One month."


def test_a_title_of_no_section_is_told_and_a_note_at_the_top_is_not() -> None:
    found = read(texts=TEXTS + "# 9 Nowhere\nWords.\n").findings

    assert [(f.code, f.message) for f in found] == [
        ("AV204", "a text for `9`, which is no section")
    ]


def test_names_that_nothing_declares_are_errors() -> None:
    wrong = DECLARATION.replace("of: news", "of: noos").replace('within: "4"', "")
    wrong = wrong.replace("recording: recording of a call", "recoding: x")

    said = {(f.code, f.message) for f in read(wrong).findings}

    assert said == {
        ("AV201", "there is no assessed purpose or recipient `noos`"),
        ("AV201", "there is no category `recoding`"),
    }


def test_the_words_of_a_notice_are_part_of_the_digest_and_where_they_stand_is_not() -> None:
    once = read().whole.digest
    other = read(DECLARATION.replace("recording of a call", "sound")).whole.digest
    moved = read(texts="\n" + TEXTS).whole.digest

    assert once != other
    assert once == moved
