"""Whatever bytes it is given, an import ends in a folder or in a refusal with its code."""

from __future__ import annotations

import random
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pypdf
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from avow.common.exits import Exit
from avow.duties.discovery.importing import child
from avow.duties.discovery.importing.child import answer, read_apart
from avow.duties.discovery.importing.formats import read
from avow.duties.discovery.importing.model import Source
from avow.duties.discovery.importing.plain import LOST
from avow.duties.discovery.importing.proposing import imported
from avow.duties.discovery.importing.refused import NotImported
from avow.faces.cli.main import main
from tests.statements.reading import SMALL, as_docx, as_html, as_pdf, kade

TEXT = "\n".join(words for _, _, words in SMALL)
NOISE = random.Random(1).randbytes(50_000)  # noqa: S311  # the same on every run
CODES = frozenset(f"AV{number}" for number in range(150, 159))


def refusal(content: bytes, name: str = "x") -> str:
    """The code of the refusal."""
    with pytest.raises(NotImported) as refused:
        read(content, name)
    assert refused.value.what
    return refused.value.code


# --- encodings -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
def test_a_text_reads_the_same_in_every_encoding(encoding: str) -> None:
    text = kade("fr").decode().replace("●", "-")
    assert read(text.encode(encoding), "x.txt").text == text


def test_mixed_encodings_are_said() -> None:
    mixed = "Données à vous\n".encode() + "Données à vous\n".encode("cp1252")
    source = read(mixed, "x.txt")
    assert source.text == "Données à vous\nDonnées à vous\n"
    assert [(u.where, u.why.split()[0]) for u in source.unread] == [("1 lines", "no")]


def test_a_byte_that_no_encoding_knows_is_shown_and_counted() -> None:
    source = read(b"We keep \x81 your data \xe9\n", "x.txt")
    assert source.text == f"We keep {LOST} your data é\n"
    assert [u.where for u in source.unread] == ["1 characters"]


def test_a_page_says_its_encoding() -> None:
    page = '<html><meta charset="iso-8859-15"><p>Ces données coûtent 5 €.</p></html>'
    assert "5 €" in read(page.encode("iso-8859-15"), "x").text


# --- what is no statement ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "AV151"),
        (b" \n\t\x00", "AV151"),
        (b"\xef\xbb\xbf", "AV151"),
        (NOISE, "AV152"),
        (b"\x7fELF" + bytes(100), "AV152"),
        (b"\x89PNG\r\n\x1a\n", "AV152"),
        (b"\xd0\xcf\x11\xe0" + bytes(100), "AV152"),
        (b"{\\rtf1 hello}", "AV152"),
        (b"a" + bytes(500), "AV152"),
        (b"%PDF-1.7\nnothing", "AV153"),
        (b"PK\x03\x04nothing", "AV153"),
        (b"<html><script>all of it</script></html>", "AV151"),
    ],
)
def test_what_is_no_statement_is_refused_with_its_code(content: bytes, code: str) -> None:
    assert refusal(content) == code


def test_a_pdf_of_pictures_is_refused_and_an_encrypted_one_too() -> None:
    writer = pypdf.PdfWriter()
    writer.add_blank_page(100, 100)
    assert refusal(written(writer)) == "AV151"
    writer.encrypt("secret")
    assert refusal(written(writer)) == "AV154"


def test_a_pdf_locked_with_no_password_is_read() -> None:
    writer = pypdf.PdfWriter(clone_from=BytesIO(as_pdf(TEXT)))
    writer.encrypt("", "owner")
    assert "security logs" in read(written(writer), "x").text


def test_a_page_of_a_pdf_without_text_is_said_and_the_others_are_kept() -> None:
    writer = pypdf.PdfWriter(clone_from=BytesIO(as_pdf(TEXT)))
    writer.add_blank_page(100, 100)
    source = read(written(writer), "x")
    assert "security logs" in source.text
    assert [u.where for u in source.unread] == [f"page {len(writer.pages)}"]


def written(writer: pypdf.PdfWriter) -> bytes:
    """The bytes of a PDF."""
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def test_a_docx_that_unpacks_to_too_much_is_refused_before_it_is_unpacked() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", bytes(child.MEMORY // 9))
    assert len(out.getvalue()) < 200_000
    assert refusal(out.getvalue()) == "AV155"


def test_a_zip_that_is_no_docx_is_refused() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("notes.txt", "hello")
    assert refusal(out.getvalue()) == "AV153"


def test_text_in_boxes_of_a_docx_and_pictures_of_a_page_are_said() -> None:
    page = as_html() + b'<img src="x"><iframe src="y"></iframe>'
    assert [u.where for u in read(page, "x").unread] == ["1 iframe", "1 img"]


# --- broken copies -------------------------------------------------------------------------------

WHOLE: dict[str, bytes] = {
    "txt": kade("en"),
    "html": as_html(),
    "docx": as_docx(),
    "pdf": as_pdf(TEXT),
}


def survives(content: bytes, name: str) -> None:
    """The bytes give a source that can be cut and read, or a refusal with one of our codes."""
    said = answer(content, name, "en")
    assert (said.imported is None) != (said.refusal is None)
    if said.refusal:
        assert said.refusal[3] in CODES


@pytest.mark.parametrize("form", WHOLE)
@given(share=st.floats(0, 1))
@settings(max_examples=12, deadline=None)
def test_truncated_files_are_read_or_refused(form: str, share: float) -> None:
    survives(WHOLE[form][: int(len(WHOLE[form]) * share)], f"x.{form}")


@pytest.mark.parametrize("form", WHOLE)
@given(seed=st.integers(0, 10_000), count=st.integers(1, 40))
@settings(max_examples=12, deadline=None)
def test_changed_bytes_are_read_or_refused(form: str, seed: int, count: int) -> None:
    chance, content = random.Random(seed), bytearray(WHOLE[form])  # noqa: S311
    for _ in range(count):
        content[chance.randrange(len(content))] = chance.randrange(256)
    survives(bytes(content), f"x.{form}")


@pytest.mark.parametrize("start", [b"", b"%PDF-1.7\n", b"PK\x03\x04", b"<html><p>", b"\xff\xfe"])
@given(st.binary(max_size=400))
@settings(max_examples=25, deadline=None)
def test_random_bytes_behind_any_beginning_are_read_or_refused(start: bytes, rest: bytes) -> None:
    survives(start + rest, "x")


@given(st.text(st.sampled_from('<>/="!-? abliop1&;#[]{}\n'), max_size=200))
@settings(max_examples=50, deadline=None)
def test_any_tags_are_read_or_refused(text: str) -> None:
    survives(f"<p>{text}".encode(), "x.html")


# --- large and slow ------------------------------------------------------------------------------


def test_a_million_nested_elements_are_read() -> None:
    page = b"<div>" * 1_000_000 + b"<p>We keep the data of you and your logs for 6 months.</p>"
    found = read_apart(page, "x.html")
    assert "6 months" in found.source.text


@pytest.mark.parametrize(
    "make",
    [
        lambda: b"we keep the data of you and your name\n" * 1_300_000,
        lambda: b"x" * 50_000_000,
    ],
    ids=["lines", "one word"],
)
def test_fifty_megabytes_are_refused_within_bounds(make: Callable[[], bytes]) -> None:
    with pytest.raises(NotImported) as refused:
        read_apart(make(), "x.txt")
    assert refused.value.code == "AV155"


def test_a_file_beyond_the_bound_is_not_read_at_all(tmp_path: Path) -> None:
    file = tmp_path / "x.txt"
    with file.open("wb") as sparse:
        sparse.truncate(child.MOST_BYTES + 1)
    answered = CliRunner().invoke(main, ["import", str(file), "--into", str(tmp_path / "x")])
    assert answered.exit_code == Exit.USAGE
    assert "AV150" in answered.output


def test_a_file_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    for place in (tmp_path / "none.txt", tmp_path):
        answered = CliRunner().invoke(main, ["import", str(place), "--into", str(tmp_path / "x")])
        assert "AV150" in answered.output


def test_a_reader_that_takes_too_long_is_stopped() -> None:
    with pytest.raises(NotImported) as refused:
        read_apart(b"<div>" * 3_000_000, "x.html", seconds=0.3)
    assert refused.value.code == "AV157"


def test_a_pdf_that_unpacks_to_gigabytes_is_stopped_by_its_bounds() -> None:
    """A page whose content unpacks to far more than the reader may hold."""
    writer = pypdf.PdfWriter()
    page = writer.add_blank_page(100, 100)
    stream = pypdf.generic.StreamObject()
    stream.set_data(b"BT (we keep the data of you) Tj ET\n" + b" " * 150_000_000)
    page[pypdf.generic.NameObject("/Contents")] = writer._add_object(stream.flate_encode())
    with pytest.raises(NotImported) as refused:
        read_apart(written(writer), "x.pdf")
    assert refused.value.code in {"AV151", "AV157"}


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(content: bytes, name: str) -> Source:
        raise ModuleNotFoundError(name="pypdf")

    monkeypatch.setattr(child, "read", missing)
    said = answer(b"%PDF-", "x", None)
    assert said.refusal is not None
    assert said.refusal[3] == "AV158"
    assert "pypdf" in said.refusal[1]


def test_patterns_do_not_run_away() -> None:
    """Words that make careless patterns go back and forth are read in no time."""
    for text in ("(a. " * 3_000, "we share with " + "A, " * 5_000, "1." * 5_000, ". A" * 5_000,
                 "kept for " + "1 " * 5_000, "kept as long as " * 2_000, "a_" * 5_000):  # fmt: skip
        found = imported(read(f"1 ONE\n\nWe keep the data. {text}".encode(), "x.txt"), "en")
        assert found.segments
