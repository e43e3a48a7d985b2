"""A register as a spreadsheet (ODS), as comma-separated values and as a tagged PDF."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time
from importlib import resources
from typing import TYPE_CHECKING, TypeAlias

from avow.common.errors import AvowError
from avow.duties.notice.exports import register_words as words
from avow.duties.notice.exports.document import Exported
from avow.duties.notice.exports.register import Activity, Fields, Register

if TYPE_CHECKING:
    from odfdo import Style, Table

Line: TypeAlias = tuple[tuple[str, ...], ...]
"""A line of a sheet: the values of each cell, every one a paragraph of its own."""

_HEAD, _TEXT, _NARROW, _WIDE = "avow-head", "avow-text", "avow-narrow", "avow-wide"
_LONGEST_SHEET_NAME = 31
_MIMETYPE = "mimetype"


class ExportError(AvowError):
    """An export cannot be made or written (AV678, AV679)."""

    code = "AV679"


def _missing(what: str) -> ExportError:
    return ExportError(
        f"a register cannot be made as {what}",
        because="the library that makes it is not installed",
        help="install `avow[documents]`, or take the file with comma-separated values",
    )


def files(declaration: str, register: Register) -> tuple[Exported, ...]:
    """A register in all three forms. Raises ExportError AV679 without the extra `documents`."""
    stem = f"{declaration}.register.{register.article}.{register.language}.{register.day}"
    return (
        Exported(f"{stem}.csv", as_csv(register)),
        Exported(f"{stem}.ods", as_ods(register)),
        Exported(f"{stem}.pdf", as_pdf(register)),
    )


def columns(register: Register) -> tuple[str, ...]:
    """The keys of the fields that any activity has, in the order of the first that has them."""
    return tuple(dict.fromkeys(key for each in register.activities for key in each.fields))


def _titled(register: Register, key: str) -> str:
    return words.FIELDS[key][register.language]


def as_csv(register: Register) -> bytes:
    """One line per activity, after a line of titles; UTF-8 with its mark, for spreadsheets."""
    out = io.StringIO()
    writer = csv.writer(out)
    keys = columns(register)
    writer.writerow([_titled(register, key) for key in keys])
    for each in register.activities:
        writer.writerow([_safe("\n".join(each.fields.get(key, ()))) for key in keys])
    return out.getvalue().encode("utf-8-sig")


def _safe(text: str) -> str:
    """A cell that begins like a formula is text all the same."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def as_ods(register: Register) -> bytes:
    """A sheet about the organisation, one with a line per activity, and one sheet per activity."""
    try:
        from odfdo import Document  # noqa: PLC0415 -- an extra that most installations do not need
    except ImportError:
        raise _missing("a spreadsheet") from None
    book = Document("spreadsheet")
    book.body.clear()
    for style in _styles():
        book.insert_style(style, automatic=True)
    for name, rows in _sheets(register):
        book.body.append(_table(name, rows))
    book.meta.title = words.TITLES[register.article][register.language]
    book.meta.creation_date = _midnight(register)
    book.meta.date = _midnight(register)
    raw = io.BytesIO()
    book.save(raw)
    return _dated(raw.getvalue(), register)


def _styles() -> Iterator[Style]:
    """Titles in bold, long cells broken into lines, and columns wide enough to read."""
    from odfdo import Style  # noqa: PLC0415 -- an extra

    for name, is_bold in ((_HEAD, True), (_TEXT, False)):
        style = Style("table-cell", name=name, area="text", bold=is_bold)
        wrap = {"fo:wrap-option": "wrap", "style:vertical-align": "top"}
        style.set_properties(wrap, area="table-cell")
        yield style
    for name, width in ((_NARROW, "6cm"), (_WIDE, "14cm")):
        yield Style("table-column", name=name, width=width)


def _table(name: str, rows: Sequence[Line]) -> Table:
    """A sheet. Its first line is a title, and where it has two columns the first one is, too."""
    from odfdo import Cell, Column, Paragraph, Row, Table  # noqa: PLC0415 -- an extra

    table = Table(name)
    width = max(len(line) for line in rows)
    is_card = width == len(("title", "value"))
    for number, line in enumerate(rows):
        row = Row()
        for column, values in enumerate(line):
            is_head = number == 0 or (is_card and column == 0)
            cell = Cell(style=_HEAD if is_head else _TEXT)
            cell.set_attribute("office:value-type", "string")
            for value in values:
                cell.append(Paragraph(value))
            row.append_cell(cell)
        table.append_row(row)
    for column in range(width):
        is_wide = is_card and column > 0
        table.set_column(column, Column(style=_WIDE if is_wide else _NARROW))
    return table


def _midnight(register: Register) -> datetime:
    return datetime.combine(register.day, time(), tzinfo=UTC)


def _sheets(register: Register) -> Iterator[tuple[str, list[Line]]]:
    title = words.TITLES[register.article][register.language]
    head: list[Line] = [((title,),), *_rows(register, register.head)]
    if register.missing:
        head.append(((_titled(register, "missing"),), register.missing))
    yield words.COVER[register.language], head
    keys = columns(register)
    table: list[Line] = [tuple((_titled(register, key),) for key in keys)]
    table += [tuple(each.fields.get(key, ()) for key in keys) for each in register.activities]
    yield words.OVERVIEW[register.language], table
    for number, each in enumerate(register.activities, 1):
        yield _sheet_name(number, each), [((each.name,),), *_rows(register, each.fields)]


def _rows(register: Register, fields: Fields) -> Iterator[Line]:
    return (((_titled(register, key),), values) for key, values in fields.items())


def _sheet_name(number: int, activity: Activity) -> str:
    """Spreadsheets forbid some signs in names, and more than 31 of them."""
    return re.sub(r"[\[\]*?:/\\']", " ", f"{number} {activity.name}")[:_LONGEST_SHEET_NAME].strip()


def _dated(raw: bytes, register: Register) -> bytes:
    """The same archive with the day of the register in it, so that equal content has one hash."""
    out = io.BytesIO()
    at = (register.day.year, register.day.month, register.day.day, 0, 0, 0)
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w") as new:
        for name in sorted(old.namelist(), key=lambda n: (n != _MIMETYPE, n)):
            entry = zipfile.ZipInfo(name, at)
            is_plain = name == _MIMETYPE
            entry.compress_type = zipfile.ZIP_STORED if is_plain else zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return out.getvalue()


def as_pdf(register: Register) -> bytes:
    """A tagged PDF (PDF/UA-1) with one part per activity."""
    try:
        import typst  # noqa: PLC0415 -- an extra that most installations do not need
    except ImportError:
        raise _missing("a PDF") from None
    source = resources.files("avow.duties.notice.exports").joinpath("register.typ").read_bytes()
    told = {
        "title": words.TITLES[register.article][register.language],
        "language": register.language,
        "head": [[_titled(register, k), list(v)] for k, v in register.head.items()],
        "missing": [_titled(register, "missing"), list(register.missing)],
        "activities": [
            {
                "name": f"{n}. {each.name}",
                "fields": [[_titled(register, k), list(v)] for k, v in each.fields.items()],
            }
            for n, each in enumerate(register.activities, 1)
        ],
    }
    return bytes(
        typst.compile(
            source,
            format="pdf",
            ignore_system_fonts=True,
            sys_inputs={"register": json.dumps(told)},
            pdf_standards="ua-1",
            timestamp=_midnight(register),
        )
    )
