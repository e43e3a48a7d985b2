"""A statement in prose is cut into promises with the ids that it prints, and nothing is lost."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avow.duties.discovery.importing.formats import read
from avow.duties.discovery.importing.model import Imported, Kind, Segment, Source
from avow.duties.discovery.importing.outline import segments_of, words_of
from avow.duties.discovery.importing.plain import read_plain
from avow.duties.discovery.importing.tongues import language_of
from tests.statements.reading import LANGUAGES, SMALL, as_docx, as_html, as_pdf, kade

IDS = """
1.1 1.2 1.3
2.1.0 2.1.a 2.1.b
2.2-A 2.2-A.a 2.2-A.b 2.2-B 2.2-C 2.2-C.a 2.2-C.b 2.2-C.x
2.3.0 2.3.a 2.3.b 2.3-P
3.0 3.a 3.a.i 3.a.ii 3.b 3.b.i 3.b.ii 3.c 3.c.i 3.c-P 3.d
4.0 4.a 4.b 4.b.i 4.c 4.c.i 4.d 4.d.i 4.e
5.0-1 5.0-2 5.a 5.b 5.c 5.d 5.e
6
7-1 7-2
8.1 8.2 8.3 8.4 8.5 8.6 8.7 8.8-a 8.8-b 8.9
9.1 9.2
""".split()
"""What every language of the statement in `tests/statements` prints, by its numbers."""


def cut(text: str, language: str = "en") -> tuple[Source, tuple[Segment, ...]]:
    """A text and its segments."""
    source = read_plain(text.encode())
    return source, segments_of(source, language)


def ids(text: str, language: str = "en") -> list[str]:
    """The ids of the promises of a text."""
    return [s.id for s in cut(text, language)[1] if s.kind is Kind.CLAUSE]


def is_tiled(source: Source, segments: tuple[Segment, ...]) -> bool:
    """Whether the spans hold every character once."""
    spans = sorted((p.start, p.end) for s in segments for p in s.spans)
    edges = [0, *(end for _, end in spans)]
    return [start for start, _ in spans] == edges[:-1] and edges[-1] == len(source.text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_gets_the_printed_ids_and_the_same_ones(language: str) -> None:
    assert ids(kade(language).decode(), language) == IDS


@pytest.mark.parametrize("language", LANGUAGES)
def test_spans_of_promises_headings_and_residue_tile_the_source(language: str) -> None:
    assert is_tiled(*cut(kade(language).decode(), language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_mark_in_the_middle_is_kept_apart(language: str) -> None:
    source, segments = cut(kade(language).decode(), language)
    left = [words_of(source, s).text.strip() for s in segments if s.kind is Kind.RESIDUE]
    assert left == ["arrow up", "pg. 1/3", "pg. 2/3", "cookie_table_text", "pg. 3/3"]
    said = " ".join(words_of(source, s).text for s in segments if s.kind is not Kind.RESIDUE)
    assert "pg." not in said


def test_residue_of_one_sort_has_one_id() -> None:
    _, segments = cut(kade("en").decode())
    assert [s.id for s in segments if s.kind is Kind.RESIDUE] == ["Z.1", "Z.2", "Z.2", "Z.3", "Z.2"]


def test_a_promise_cut_by_a_page_mark_keeps_both_its_parts() -> None:
    source, segments = cut("1 TITLE\n\nWe keep the letters for\npg. 1/2\ntwo years and no more.\n")
    clause = next(s for s in segments if s.kind is Kind.CLAUSE)
    assert len(clause.spans) == 2
    said = " ".join(words_of(source, clause).text.split())
    assert said == "We keep the letters for two years and no more."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 ONE\n\nThe only sentence.\n", ["1"]),
        ("1 ONE\n\nFirst here. Second here.\n", ["1.1", "1.2"]),
        ("1 ONE\n\nIntro:\na. x\nb. y\n", ["1.0", "1.a", "1.b"]),
        ("1 ONE\n\nFirst.\nIntro:\na) x\nb) y\n", ["1.0-1", "1.0-2", "1.a", "1.b"]),
        ("1 ONE\n\nIntro:\n● x\n● y\n", ["1.0", "1.1", "1.2"]),
        ("1 ONE\n\nIntro:\na. x:\ni. p\nii. q\nb. y\n", ["1.0", "1.a", "1.a.i", "1.a.ii", "1.b"]),
        ("1 ONE\n\nSaid.\n\n1.1 SUB\n\nMore.\n", ["1.0", "1.1"]),
        ("3 ONE\n\nSaid.\n", ["0.1", "0.2"]),
    ],
)  # fmt: skip
def test_small_shapes_get_their_ids(text: str, expected: list[str]) -> None:
    """The last: a `3` with nothing before it is no heading."""
    assert ids(text) == expected


def test_the_ninth_letter_is_no_roman_figure() -> None:
    letters = "".join(f"{c}. Point {c} of it.\n" for c in "abcdefghijk")
    assert ids(f"1 ONE\n\nIntro:\n{letters}")[-3:] == ["1.i", "1.j", "1.k"]


def test_a_figure_at_the_start_of_a_wrapped_line_is_no_heading() -> None:
    text = "1 ONE\n\nWe keep what you gave to us for as long as the law says, which is\n2 years.\n"
    assert ids(text) == ["1"]


def test_a_list_of_contents_is_residue() -> None:
    text = "1 First\n2 Second\n\n1 First\n\nSaid here.\n\n2 Second\n\nSaid there.\n"
    _, segments = cut(text)
    assert [s.id for s in segments if s.kind is not Kind.CLAUSE] == ["Z.1", "Z.2", "1", "2"]


def test_a_text_without_numbers_is_numbered_by_its_headings() -> None:
    text = "How we work\n\nWhat we collect\n\nWe collect your name.\n\nHow long\n\nOne year.\n"
    _, segments = cut(text)
    headings = [s.id for s in segments if s.kind is Kind.HEADING]
    assert headings == ["1", "2", "3"]


@pytest.mark.parametrize("content", [as_html(), as_docx()], ids=["html", "docx"])
def test_structured_files_give_the_labels_that_they_show(content: bytes) -> None:
    source = read(content, "statement")
    segments = segments_of(source, "en")
    label = "a" if source.form == "html" else "1"
    second = {"a": "b", "1": "2"}[label]
    last = "a" if source.form == "html" else "3"
    assert [s.id for s in segments if s.kind is Kind.CLAUSE] == [
        "1.0", f"1.{label}", f"1.{second}", "2.0", f"2.{last}",
    ]  # fmt: skip
    assert is_tiled(source, segments)


def test_a_page_without_numbers_is_numbered_by_its_headings_and_bullets() -> None:
    parts = tuple((w, n, t.lstrip("12 ")) for w, n, t in SMALL)
    segments = segments_of(read(as_html(parts, ""), "x.html"), "en")
    assert [s.id for s in segments if s.kind is Kind.CLAUSE] == ["1.0", "1.1", "1.2", "2.0", "2.1"]


def test_a_pdf_gives_the_same_promises_as_its_text() -> None:
    text = kade("en").decode().replace("pg. 1/3\n", "").replace("pg. 2/3\n", "")
    source = read(as_pdf(text.replace("pg. 3/3\n", "")), "x.pdf")
    segments = segments_of(source, "en")
    assert [s.id for s in segments if s.kind is Kind.CLAUSE] == IDS
    assert is_tiled(source, segments)
    left = [words_of(source, s).text.strip() for s in segments if s.kind is Kind.RESIDUE]
    pages = len(source.breaks)
    assert left.count("How Kade works") == pages
    assert [f"{page} / {pages}" in left for page in range(1, pages + 1)] == [True] * pages


def test_a_wrapped_number_with_a_bracket_is_no_label() -> None:
    one = "● Kade, in Gent, Belgium (call the number +32 9 555 01\n66) ; and"
    text = f"1 ONE\n\nOf:\n{one}\n● Rad.\n"
    assert ids(text) == ["1.0", "1.1", "1.2"]


def test_a_list_begins_anew_after_the_last_sentence_of_an_item() -> None:
    """A line end that the file has lost is found by the list that begins anew."""
    text = "1 ONE\n\nWe collect:\na. x;\nb. letters. When you call, we collect:\na. z.\n"
    assert ids(text) == ["1-A", "1-A.a", "1-A.b", "1-B", "1-B.a"]


def test_what_leads_through_a_site_is_residue_and_a_title_holds_nothing() -> None:
    page = b"<nav><a>Home</a></nav><h1>Privacy</h1><p>Of 2025.</p><h2>Data</h2><p>None here.</p>"
    segments = segments_of(read(page + b"<h2>More</h2><p>Said.</p>", "x.html"), "en")
    assert [(s.kind.value, s.id) for s in segments] == [
        ("residue", "Z.1"), ("heading", "title"), ("clause", "0"), ("heading", "1"),
        ("clause", "1"), ("heading", "2"), ("clause", "2"),
    ]  # fmt: skip


def test_a_paragraph_after_the_only_list_may_begin_a_matter_of_its_own() -> None:
    text = "1 ONE\n\nWe collect:\na. x;\nb. y.\nWhen you come, we collect your name.\n"
    assert ids(text) == ["1-A", "1-A.a", "1-A.b", "1-B"]
    assert ids(text.replace("we collect your name", "you see us"))[-1] == "1-P"


def test_a_row_of_a_table_is_one_promise() -> None:
    page = "<h2>How long</h2><table><tr><td>Letters</td><td>7 years</td></tr><tr><td>Logs</td>"
    source = read(f"{page}<td>6 months</td></tr></table>".encode(), "x.html")
    said = [words_of(source, s).text.strip() for s in segments_of(source, "en")]
    assert said == ["How long", "Letters 7 years", "Logs 6 months"]


@pytest.mark.parametrize(
    "text",
    [
        "Wir verarbeiten Ihre Daten nur so lange, wie es für die Zwecke nötig ist, die wir nennen.",
        "Tratamos sus datos personales durante el tiempo que sea necesario para nuestros fines.",
    ],
)
def test_another_language_is_not_taken_for_one_of_ours(text: str) -> None:
    assert language_of(text * 5) == (None, False)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_language_is_told_by_its_small_words(language: str) -> None:
    assert language_of(kade(language).decode()) == (language, True)
    assert language_of("zzz yyy 123") == (None, False)


_LINES = st.lists(
    st.sampled_from(
        ["", "1 TITLE", "1.1 Sub title", "2 NEXT", "a. item one;", "b. item two", "i. deep",
         "ii. q", "● point", "- dash", "pg. 1/2", "some_key_text", "Words go on. And on.",
         "lower goes on", "we collect the following:", "x" * 90, "10 years", "(c) x", "Z. q",
         "IV. FOUR", "\u00a0"]
    ),
    max_size=30,
)  # fmt: skip


@given(_LINES, st.sampled_from(LANGUAGES))
@settings(max_examples=100, deadline=None)
def test_whatever_the_lines_nothing_is_lost_and_no_id_comes_twice(
    lines: list[str], language: str
) -> None:
    source, segments = cut("\n".join(["Words.", *lines]), language)
    assert is_tiled(source, segments)
    names = [s.id for s in segments if s.kind is Kind.CLAUSE]
    assert len(set(names)) == len(names)
    assert all(s.id and not any(c.isspace() for c in s.id) for s in segments)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=300))
@settings(max_examples=60, deadline=None)
def test_any_text_is_tiled(text: str) -> None:
    source, segments = cut(f"Words. {text}")
    assert is_tiled(source, segments)


def test_a_segment_that_is_taken_away_is_noticed() -> None:
    """The test of tiles finds the hole that is planted for it."""
    source, segments = cut(kade("en").decode())
    assert not is_tiled(source, segments[:4] + segments[5:])
    assert Imported(source, "en", segments).is_sure
