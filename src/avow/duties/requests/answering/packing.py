"""The package that a person gets: page and PDF to read, JSON and CSV to use, all in one zip."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from avow.declaration.model import Declaration
from avow.duties.requests.answering.contents import Veiled, saying_of
from avow.duties.requests.answering.copy import BY_HAND, FILE, Copy, Table
from avow.duties.requests.answering.document import Document
from avow.duties.requests.answering.portable import as_json, fits, portable, schema
from avow.duties.requests.answering.saying import Saying

PAGE, PDF, DATA = "answer.html", "answer.pdf", "data.json"
TO_PRINT = "answer.pdf.json"
"""What the PDF is made of, as long as nobody fetched it: `leaving.py` puts the PDF in its place."""
PORTABLE, SCHEMA = "portable/data.json", "portable/schema.json"
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"')
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def files(declaration: Declaration, veiled: Veiled) -> dict[str, bytes]:
    """The files to use, by their name in the package."""
    copy, saying = veiled.copy, saying_of(declaration, veiled.copy)
    made: dict[str, bytes] = {}
    if copy.access:
        made[DATA] = _json(everything(saying, veiled))
        made |= {f"data/{t.place}.csv": _csv(saying, t) for t in copy.tables if t.rows}
        made |= attached(copy)
    if copy.portable or copy.access:
        taken = msgspec.structs.replace(portable(declaration, copy), language=saying.language)
        made[PORTABLE] = _json(as_json(declaration, taken))
        made[SCHEMA] = _json(schema(declaration, taken))
        made |= {f"portable/{t.place}.csv": _csv(saying, t) for t in taken.tables}
    return made


def attached(copy: Copy) -> dict[str, bytes]:
    """The files that owners of systems gave, but for those that a reviewer hides."""
    shown = {(t.system, r.key) for t in copy.tables if t.is_by_hand
             for r in t.rows if FILE not in r.hidden}  # fmt: skip
    return {
        f"{BY_HAND}/{n}-{each.system}/{_safe(each.name)}": each.content
        for n, each in enumerate(copy.attachments, 1)
        if (each.system, each.key) in shown
    }


def _safe(name: str) -> str:
    """A name of a file with nothing in it that leads elsewhere."""
    return (
        re.sub(r"[^\w.-]+", "_", name.rpartition("/")[2].rpartition("\\")[2]).lstrip(".") or "file"
    )


def everything(saying: Saying, veiled: Veiled) -> dict[str, Any]:
    """All that was found, as JSON, with the labels of columns in the person's language."""
    copy = veiled.copy
    return {
        "form": "avow-access/1",
        "language": saying.language,
        "request": copy.request,
        "drawn": copy.drawn_at.isoformat(),
        "release": copy.release,
        "complete": copy.is_whole,
        "systems": [msgspec.to_builtins(r) for r in copy.reports],
        "hidden": dict(veiled.hidden),
        "datasets": [_dataset(saying, t) for t in copy.tables],
        "requests": [msgspec.to_builtins(a) for a in copy.asked],
        "letters": [msgspec.to_builtins(s) for s in copy.sent],
        "acts": [msgspec.to_builtins(k) for k in copy.known],
    }


def _dataset(saying: Saying, table: Table) -> dict[str, Any]:
    return {
        "system": table.system,
        "dataset": table.dataset,
        "title": saying.heading(table),
        "labels": saying.columns(table),
        "categories": {name: category for name, category in table.columns if category},
        "truncated": table.truncated,
        "copies": table.copies,
        "rows": [
            {
                "own": row.own,
                "path": list(row.path),
                "hidden": list(row.hidden),
                "values": {
                    name: value
                    for (name, _), value in zip(table.columns, row.values, strict=True)
                    if name not in row.hidden
                },
            }
            for row in table.rows
        ],
    }


def _json(data: Mapping[str, Any]) -> bytes:
    return msgspec.json.format(msgspec.json.encode(data)) + b"\n"


def _csv(saying: Saying, table: Table) -> bytes:
    """A table for spreadsheets (RFC 4180, UTF-8 with its mark): the names of columns, their labels,
    then the rows. A cell that a spreadsheet would compute gets a quote before it."""
    labels = saying.columns(table)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([name for name, _ in table.columns])
    writer.writerow([labels.get(name, "") for name, _ in table.columns])
    for row in table.rows:
        cells = zip(table.columns, row.values, strict=True)
        writer.writerow([_cell(saying, n in row.hidden, v) for (n, _), v in cells])
    return text.getvalue().encode("utf-8-sig")


def rows_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Rows for spreadsheets (RFC 4180, UTF-8 with its mark) below the names of their columns. A
    cell that a spreadsheet would compute gets a quote before it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_written(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _cell(saying: Saying, is_hidden: bool, value: object) -> str:
    return saying.phrase("hidden_mark") if is_hidden else _written(value)


def _written(value: object) -> str:
    if value is None:
        return ""
    said = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    is_number = isinstance(value, int | float)
    return f"'{said}" if said.startswith(_FORMULA) and not is_number else said


def zipped(contents: Mapping[str, bytes], at: datetime) -> bytes:
    """Files as one zip; the same files at the same moment give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        _put(archive, contents, at)
    return out.getvalue()


def _put(archive: zipfile.ZipFile, contents: Mapping[str, bytes], at: datetime) -> None:
    stamp = (at.year, at.month, at.day, at.hour, at.minute, at.second)
    for name, content in contents.items():
        entry = zipfile.ZipInfo(name, stamp)
        entry.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(entry, content)


def joined(package: bytes, contents: Mapping[str, bytes | None], at: datetime) -> bytes:
    """A package with files more, and without those that are None. What stays is not packed anew
    where nothing has to go."""
    out = io.BytesIO(package)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        known = set(archive.namelist())
        if not known & contents.keys():
            _put(archive, {n: c for n, c in contents.items() if c is not None}, at)
            archive.close()
            return out.getvalue()
    kept = {**unzipped(package), **contents}
    return zipped({n: c for n, c in kept.items() if c is not None}, at)


def unzipped(package: bytes, only: Container[str] | None = None) -> dict[str, bytes]:
    """The files of a package by name, or those of some names."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        names = [n for n in archive.namelist() if only is None or n in only]
        return {name: archive.read(name) for name in names}


def made_at(package: bytes) -> datetime:
    """The moment that stands in a package, in UTC."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return datetime(*archive.infolist()[0].date_time, tzinfo=UTC)


def said(document: Document, contents: Mapping[str, bytes]) -> str:
    """Every word of a document and of files as a reader has them, each value once and on its own
    line: what is looked through for what must not leave."""
    found = [document.words()]
    for name, content in contents.items():
        if name.startswith(f"{BY_HAND}/"):
            continue  # a reviewer looked at each of them
        if name.endswith(".csv"):
            found.extend(cells_of(content))
        else:
            found.extend(strings_of(content))
    return "\n".join(dict.fromkeys(found))


def strings_of(content: bytes) -> Iterator[str]:
    """Every string of a JSON file, the names of members too. A string is all that stands between
    quotes in JSON (RFC 8259), so nothing has to be built to find them."""
    for each in _STRING.findall(content.decode()):
        yield msgspec.json.decode(each) if "\\" in each else each[1:-1]


def cells_of(content: bytes) -> Iterator[str]:
    """Every cell of a CSV file of ours."""
    for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")):
        yield from row


def is_valid(made: Mapping[str, bytes]) -> bool:
    """Whether what is taken along has exactly the columns and types that its schema describes. The
    schema is read here as plainly as it is written: no more of the standard is used in it."""
    if PORTABLE not in made:
        return True
    return fits(msgspec.json.decode(made[PORTABLE]), msgspec.json.decode(made[SCHEMA]))
