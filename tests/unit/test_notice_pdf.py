"""The notice as a PDF: tagged, with language, title and bookmarks, and the same words."""

from __future__ import annotations

from io import BytesIO

import pytest
from pypdf import PdfReader
from pypdf.generic import BooleanObject, DictionaryObject

from avow.duties.notice.rendering import pdf
from avow.duties.notice.rendering.build import notice_of
from avow.duties.notice.rendering.pdf import render_pdf
from avow.duties.notice.rendering.refusals import NoticeError
from avow.duties.notice.rendering.whole import WholeNotice
from tests.unit.test_notice_rendering import DAY, SMALL, TEXTS, small


@pytest.fixture(scope="module")
def document() -> bytes:
    return render_pdf(notice_of(small(), "en", DAY))


def entry(read: PdfReader, *names: str) -> object:
    """An entry of the catalogue of a document, by its names from the top."""
    at: object = read.root_object
    for name in names:
        assert isinstance(at, DictionaryObject)
        at = at[name]
    return bool(at) if isinstance(at, BooleanObject) else at


def test_it_is_tagged_and_says_its_language_and_title(document: bytes) -> None:
    read = PdfReader(BytesIO(document))
    assert entry(read, "/MarkInfo", "/Marked")
    assert entry(read, "/StructTreeRoot", "/K")
    assert entry(read, "/Lang") == "en"
    assert entry(read, "/ViewerPreferences", "/DisplayDocTitle")
    assert read.metadata is not None
    assert read.metadata.title == "What happens to your data – Lune & Co"
    assert "pdfuaid" in str(read.xmp_metadata.stream.get_data() if read.xmp_metadata else "")


def test_its_bookmarks_are_the_sections(document: bytes) -> None:
    titles: list[str] = []

    def walk(outline: object) -> None:
        for each in outline if isinstance(outline, list) else [outline]:
            if isinstance(each, list):
                walk(each)
            else:
                titles.append(str(getattr(each, "title", "")))

    walk(PdfReader(BytesIO(document)).outline)
    assert {"In short", "3 What we note", "6 How long"} <= set(titles)


def test_it_holds_the_words_of_every_clause_and_table(document: bytes) -> None:
    text = " ".join(" ".join(p.extract_text() for p in PdfReader(BytesIO(document)).pages).split())
    for words in ("We record calls.", "One month.", "1 month, 4 weeks, and 1 day", "none is named"):
        assert words in text


def test_words_are_never_markup() -> None:
    """What would be code to the typesetter is printed as it stands."""
    nasty = 'Say "#read(1)" \\\\ *and* $x$ <label> [[ok]] // no comment'
    planted = small(SMALL, TEXTS.replace("We record calls.", nasty))
    made = render_pdf(notice_of(planted, "en", DAY))
    text = " ".join(" ".join(p.extract_text() for p in PdfReader(BytesIO(made)).pages).split())
    assert '"#read(1)"' in text
    assert "// no comment" in text


def test_the_same_notice_gives_the_same_bytes(document: bytes) -> None:
    assert render_pdf(notice_of(small(), "en", DAY)) == document


def test_without_the_typesetter_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the page links no PDF that is not there."""
    assert b"application/pdf" in WholeNotice().html(small(), "en", DAY)
    monkeypatch.setattr(pdf, "find_spec", lambda _: None)
    with pytest.raises(NoticeError, match="AV642"):
        render_pdf(notice_of(small(), "en", DAY))
    assert WholeNotice().pdf(small(), "en", DAY) is None
    assert b"application/pdf" not in WholeNotice().html(small(), "en", DAY)


def test_letters_that_no_font_has_are_named() -> None:
    """A private letter is in no font: better no document than one with a box in it."""
    planted = small(SMALL, TEXTS.replace("We record calls.", "We record \U00100000 calls."))
    with pytest.raises(NoticeError, match="AV643"):
        render_pdf(notice_of(planted, "en", DAY))


def test_a_letter_that_only_the_machine_has_is_printed() -> None:
    """The own fonts have no Arabic; where a font of the machine has, the document is made."""
    planted = small(SMALL, TEXTS.replace("We record calls.", "We record نص calls."))
    try:
        made = render_pdf(notice_of(planted, "en", DAY))
    except NoticeError as refused:
        assert refused.code == "AV643"  # noqa: PT017 -- a machine without such a font
    else:
        assert made.startswith(b"%PDF")
