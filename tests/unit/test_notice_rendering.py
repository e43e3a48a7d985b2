"""A notice from a declaration alone: what it says, what it cannot, and that it stays the same."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from urllib.parse import unquote

import pytest

from avow.common.calendar import Period
from avow.declaration.load import load, load_texts
from avow.declaration.model import Declaration
from avow.duties.notice.publishing.plain import texts_digest
from avow.duties.notice.rendering.build import missing_words, notice_of
from avow.duties.notice.rendering.model import Missing, Notice, Piece, Table
from avow.duties.notice.rendering.page import BESIDE, digest_of_page, render_html, residue
from avow.duties.notice.rendering.said import Saying, plain
from tests.pages.document import Node, read

DAY = date(2026, 11, 23)
CLEARNOX = Path(__file__).parents[2] / "declarations" / "clearnox"
SMALL = """
avow: "1"
declaration: small
controller: {name: Lune & Co, phone: "+32 2 555 00 00", officer: dpo@lune.example, country: BE}
languages: [en, nl]
people: [{person: bob, roles: [approver]}]
clauses: {"3": {kind: E}, "4": {kind: E}, "5": {kind: D}, "6.h": {kind: E}, "6.n": {kind: E},
  "9": {kind: E}}
categories: {name: {}, recording: {}, backup: {}}
events: {recorded: {kind: point}, left: {kind: end-of}, made: {kind: point}}
collection: [{point: call, clause: "3", collects: [{category: recording, clause: "3",
    required: yes}, {category: name, clause: "3", required: no}]}]
purposes: [{purpose: train, clause: "4", basis: consent, uses: {category: recording}}]
recipients: [{recipient: lines, clause: "5", name: Lines, role: processor, country: US},
  {recipient: cloud, clause: "5", name: Cloud, role: processor, country: US, transfer: scc-2021,
   copy: ask us}]
retention:
  - {rule: recordings, clause: "6.h", applies_to: {category: recording}, then: erase,
     whichever_first: [{starts: recorded, at_most: 1 month}, {starts: left, at_most: 0 days}]}
  - {rule: backups, clause: "6.n", applies_to: {category: backup}, starts: made, at_most: 4 weeks}
notice: {version: "7", changed: 2026-10-01, effective: 2026-11-01}
sections:
  - {section: "3", clauses: ["3", "4"]}
  - {section: "5", clauses: ["5"], shows: recipients}
  - {section: "6", clauses: ["6.h", "6.n"], shows: periods}
  - {section: "9", clauses: ["9"], shows: [rights, cookies, cookie-settings]}
rights: [{right: access, clause: "9", law: Art. 15 GDPR}, {right: withdrawal, clause: "9",
    bases: consent}]
labels:
  en:
    category: {name: your name, recording: recording of a call, backup: backup}
    rule: {recordings: recordings, backups: backups}
    event: {recorded: the call, left: your leaving, made: the backup}
    point: {call: you call us}
    purpose: {train: training}
    right: {access: see your data, withdrawal: withdraw}
    recipient: {lines: telephony, cloud: storage}
"""
TEXTS = """# Promises

# 3 What we note
Only this.
## 3
We record calls.
## 4
To train.
# 5 Who
## 5
Two firms, see https://lune.example/firms.
# 6 How long
## 6.h
One month.
## 6.n
Four weeks.
# 9 Rights
## 9
You may see your data:
- all of it
- <b>today</b>
"""


def small(declaration: str = SMALL, texts: str = TEXTS) -> Declaration:
    return load_texts({"d.yaml": declaration}, {"texts/en.md": texts, "texts/nl.md": texts}).whole


def page(notice: Notice) -> Node:
    return read(render_html(notice).decode())


def table(notice: Notice, anchor: str) -> Table:
    return next(t for part in notice.parts for t in part.tables if t.anchor == anchor)


def row(found: Table, number: int = 0) -> list[str]:
    return [plain(cell.words) for cell in found.rows[number]]


def test_the_worst_case_adds_the_day_of_the_run_and_the_backups() -> None:
    """One month, a day until the run is over, four weeks in a backup; a backup adds itself not."""
    periods = table(notice_of(small(), "en", DAY), "t-periods")
    assert row(periods)[1:4] == ["the call", "1 month", "1 month, 4 weeks, and 1 day"]
    assert plain(periods.rows[0][2].more) == "or sooner: your leaving"
    assert row(periods, 1)[3] == "4 weeks and 1 day"


def test_without_a_rule_for_backups_it_says_that_they_are_not_declared() -> None:
    lines = SMALL.replace(
        '{rule: backups, clause: "6.n", applies_to: {category: backup}',
        '{rule: backups, clause: "6.n", applies_to: {category: name}',
    )
    periods = table(notice_of(small(lines), "en", DAY), "t-periods")
    assert row(periods)[3] == "1 month and 1 day"
    assert "not declared" in plain(periods.note)


def test_a_rule_without_a_start_has_no_worst_case() -> None:
    lines = SMALL.replace("starts: made, ", "")
    cells = table(notice_of(small(lines), "en", DAY), "t-periods").rows[1]
    assert cells[1].words == (Piece("not said", is_missing=True),)
    assert cells[3].words[0].is_missing


def test_a_point_says_what_must_be_given_what_for_and_how_long() -> None:
    call = table(notice_of(small(), "en", DAY), "t-call")
    assert call.columns == ("Data", "Required", "What for", "How long")
    assert row(call) == ["recording of a call", "yes", "training", "1 month, from: the call 6.h"]
    assert row(call, 1) == ["your name", "no", "no purpose is named", "no period is named"]


def test_a_country_without_a_safeguard_is_told_and_one_with_it_says_how_to_get_a_copy() -> None:
    known = table(notice_of(small(), "en", DAY), "t-recipients")
    assert row(known)[2:4] == ["United States", "none is named"]
    assert plain(known.rows[1][3].more) == "a copy: ask us"


def test_interests_are_told_where_they_have_words() -> None:
    lines = SMALL.replace("basis: consent, uses", "basis: legitimate-interest, uses")
    worded = lines.replace("  en:\n", "  en:\n    interest: {train: better answers}\n")
    anchors = [t.anchor for part in notice_of(small(lines), "en", DAY).parts for t in part.tables]
    assert "t-interests-3" not in anchors
    assert row(table(notice_of(small(worded), "en", DAY), "t-interests-3"))[1] == "better answers"
    assert Missing("interest", "train") in notice_of(small(worded), "nl", DAY).missing


def test_kinds_of_people_and_the_regulation_are_said_in_the_language() -> None:
    """A name such as `Public bodies` is in one language; what they are is in all."""
    lines = SMALL.replace(
        "recipients: [", 'recipients: [{recipient: all, clause: "5", name: X, role: authority}, '
    )
    dutch = notice_of(small(lines), "nl", DAY)
    assert row(table(dutch, "t-recipients"))[0] == "overheid"
    assert row(table(dutch, "t-rights"))[2] == "Art. 15 AVG"
    assert "de tekst in het Engels" in dutch.draft


def test_words_that_nobody_wrote_are_shown_as_ids_and_counted() -> None:
    """English lacks what happens without the data; Dutch has no words at all."""
    assert missing_words(small(), "en", DAY) == (Missing("refusal", "call"),)
    lacking = missing_words(small(), "nl", DAY)
    assert Missing("category", "recording") in lacking
    shown = page(notice_of(small(), "nl", DAY))
    marked = {node.text for node in shown.walk() if node.attributes.get("class") == "missing"}
    assert "recording" in marked


def test_a_clause_without_text_is_told_and_counted() -> None:
    notice = notice_of(small(texts=TEXTS.replace("One month.", "")), "en", DAY)
    assert Missing("clause", "6.h") in notice.missing
    assert "These words are missing." in page(notice).text


def test_a_translation_is_a_draft_until_somebody_approves_exactly_its_words() -> None:
    declaration = small()
    digest = texts_digest(declaration, "nl")
    signed = f'translations: [{{language: nl, digest: "{digest}", by: bob, on: 2026-11-01}}]'
    assert "ontwerp" in notice_of(declaration, "nl", DAY).draft
    assert notice_of(small(SMALL + signed), "nl", DAY).draft == ""
    changed = small(SMALL + signed, TEXTS.replace("One month.", "Two months."))
    assert notice_of(changed, "nl", DAY).draft != ""
    assert notice_of(declaration, "en", DAY).draft == ""


def test_the_same_declaration_gives_the_same_bytes_and_another_word_other_ones() -> None:
    first, again = (render_html(notice_of(small(), "en", DAY)) for _ in range(2))
    later = render_html(notice_of(small(), "en", date(2030, 1, 1)))
    other = render_html(notice_of(small(texts=TEXTS.replace("Four", "Five")), "en", DAY))
    assert digest_of_page(first) == digest_of_page(again) == digest_of_page(later)
    assert digest_of_page(other) != digest_of_page(first)


def test_facts_are_escaped_and_addresses_are_links() -> None:
    shown = page(notice_of(small(), "en", DAY))
    assert "<b>today</b>" in shown.text
    links = {node.attributes.get("href"): node.text for node in shown.all("a")}
    assert links["https://lune.example/firms"] == "https://lune.example/firms"
    assert links["tel:+3225550000"] == "+32 2 555 00 00"
    assert links["mailto:dpo@lune.example"] == "dpo@lune.example"


def test_without_cookies_and_a_page_for_choices_it_says_so_and_shows_no_button() -> None:
    shown = page(notice_of(small(), "en", DAY))
    assert "No cookie is listed" in shown.text
    assert "There is no page for your choices yet. How to refuse" in shown.text
    assert shown.all("button", "form", "input") == []


@pytest.mark.parametrize("key", ["cookie_list_text", "{{ name }}", "pg. 2/8", "arrow up"])
def test_what_was_left_over_in_a_text_is_found(key: str) -> None:
    clean = render_html(notice_of(small(), "en", DAY))
    planted = small(texts=TEXTS.replace("Four weeks.", f"Four weeks. {key}"))
    assert residue(clean) == ()
    assert residue(render_html(notice_of(planted, "en", DAY))) == (key,)


def test_a_declaration_without_sections_shows_every_promise_and_every_table() -> None:
    start, end = SMALL.index("sections:"), SMALL.index("rights:")
    notice = notice_of(
        small(SMALL[:start] + SMALL[end:], TEXTS.replace("# 3 ", "## 3 ")), "en", DAY
    )
    (part,) = notice.parts
    assert {t.anchor for t in part.tables} >= {"t-periods", "t-recipients", "t-rights", "t-call"}


@pytest.fixture(scope="module")
def clearnox() -> dict[str, Notice]:
    declaration = load(CLEARNOX).whole
    return {language: notice_of(declaration, language, DAY) for language in declaration.languages}


def test_anchors_are_equal_in_all_languages(clearnox: dict[str, Notice]) -> None:
    """`#c-6.h` is the same promise in French, Dutch and English."""
    ids = [[node.attributes["id"] for node in page(n).having("id")] for n in clearnox.values()]
    assert ids[0] == ids[1] == ids[2]
    assert "c-6.h" in ids[0]


def test_every_link_inside_the_page_leads_somewhere(clearnox: dict[str, Notice]) -> None:
    shown = page(clearnox["fr"])
    known = {node.attributes["id"] for node in shown.having("id")}
    inside = [a.attributes["href"] for a in shown.all("a") if a.attributes["href"][0] == "#"]
    assert {unquote(href[1:]) for href in inside} <= known
    assert len(inside) > 300


def test_the_residue_of_the_printed_page_is_not_published(clearnox: dict[str, Notice]) -> None:
    assert {language: residue(render_html(n)) for language, n in clearnox.items()} == {
        "fr": (), "nl": (), "en": ()
    }  # fmt: skip


def test_clearnox_lacks_only_what_its_statement_does_not_say(clearnox: dict[str, Notice]) -> None:
    """All has words in three languages; what happens to who refuses is printed nowhere."""
    for notice in clearnox.values():
        assert {missing.kind for missing in notice.missing} == {"refusal"}


def test_files_beside_each_other_link_to_each_other() -> None:
    shown = read(render_html(notice_of(small(), "en", DAY), BESIDE).decode())
    found = {a.attributes["href"] for a in shown.all("a") if "hreflang" in a.attributes}
    assert found == {"en.html", "nl.html"}


def test_periods_are_said_as_the_language_says_them() -> None:
    spoken = [Saying(small(), code, frozenset()) for code in ("en", "nl")]
    period = Period(years=1, days=2)
    assert [saying.period(period) for saying in spoken] == [
        "1 year and 2 days",
        "1 jaar en 2 dagen",
    ]
