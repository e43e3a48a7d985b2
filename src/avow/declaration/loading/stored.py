"""The words of a dataset that lies in files: which ones, in which form, how its texts are read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from avow.common.places import Place
from avow.declaration.loading.nodes import Notes, meant
from avow.declaration.loading.shapes import Fields, Key, mapping, may, may_map, one_of
from avow.declaration.loading.words import NAME
from avow.estate.datamap.model import Dataset
from avow.estate.datamap.paths import inside
from avow.estate.datamap.stored import Encoding, FileFormat, Stored

_FILE, _PATTERN = may("file", NAME, None), may("pattern", NAME, None)
_FORMAT = may("format", one_of(FileFormat, "a form of files"), None)
_TYPES, _SIDECAR = may_map("types", mapping(NAME)), may("sidecar", NAME, None)
_DELIMITER = may("delimiter", NAME, ",")
_ENCODING = may("encoding", one_of(Encoding, "an encoding"), Encoding.UTF_8)
KEYS: tuple[Key[object], ...] = (
    _FILE, _FORMAT, _PATTERN, _TYPES, _SIDECAR, _DELIMITER, _ENCODING,
)  # fmt: skip
"""The keys that a dataset has for files."""
CONNECTOR = "files"
TYPES = (
    "text", "integer", "number", "boolean", "uuid", "date", "instant", "naive", "seconds",
    "milliseconds",
)  # fmt: skip
"""How a column of texts may be read; a form with `%` is one of moments."""
_OF = {
    "pattern": (FileFormat.LOG, FileFormat.FOLDER),
    "sidecar": (FileFormat.FOLDER,),
    "delimiter": (FileFormat.CSV,),
    "encoding": (FileFormat.CSV, FileFormat.JSONL, FileFormat.LOG),
}
_GIVEN_BY_FOLDERS = ("attribute.", "sidecar.")
_OWN = {FileFormat.LOG: ("continued", "row_digest"),
        FileFormat.FOLDER: ("name", "size", "modified", "links")}  # fmt: skip
_MOMENTS = frozenset({"date", "instant", "naive", "seconds", "milliseconds"})


def stored(f: Fields) -> Stored | None:
    """Where and how a dataset lies in files; None when it says nothing of files, or what it says
    is wrong and was noted."""
    if not any(f.has(key) for key in KEYS):
        return None
    file, form = f[_FILE], f[_FORMAT]
    if file is None or form is None:
        f.wrong("AV556", "a dataset of files needs `file` and `format`", hint=_FORMS)
        return None
    made = Stored(
        file, form, f[_PATTERN], f[_TYPES], f[_SIDECAR], f[_DELIMITER], f[_ENCODING]
    )  # fmt: skip
    wrong = [*_outside(made), *_unfit(f, made), *_unread(made), *_untyped(made)]
    for code, message, key, hint in wrong:
        f.wrong(code, message, key, hint=hint)
    return None if wrong else made


_FORMS = f"`format` is one of: {', '.join(FileFormat)}"
_Wrong = tuple[str, str, Key[object] | None, str]


def _outside(made: Stored) -> Iterator[_Wrong]:
    parts = made.file.split("/")
    if made.file.startswith("~") or any(p in {"", ".", ".."} for p in parts) or "\0" in made.file:
        hint = "write a path below the folder of the system, such as `logs/access.log*`"
        yield "AV557", f"`{made.file}` is no path below a folder", _FILE, hint


def _unfit(f: Fields, made: Stored) -> Iterator[_Wrong]:
    keys = {key.name: key for key in KEYS}
    for word, forms in _OF.items():
        if f.has(keys[word]) and made.format not in forms:
            said = " or ".join(f"`{form}`" for form in forms)
            yield "AV564", f"`{word}` is a word of the form {said}", keys[word], ""
    if len(made.delimiter) != 1 or made.delimiter in '"\r\n':
        yield "AV564", "a delimiter is one character, and no quote", _DELIMITER, ""
    if made.sidecar and ("/" in made.sidecar or not made.sidecar.startswith(".")):
        yield "AV564", "a sidecar is told by the ending of its name", _SIDECAR, "such as `.json`"


def _unread(made: Stored) -> Iterator[_Wrong]:
    if made.format is FileFormat.LOG and made.pattern is None:
        hint = r"such as `(?P<at>\S+) (?P<who>\S+)`: the line that begins a row"
        yield "AV558", "a log needs a `pattern`", _FILE, hint
    if made.pattern is None:
        return
    try:
        groups = re.compile(made.pattern).groupindex
    except (re.error, RecursionError, OverflowError) as error:
        yield "AV558", f"the pattern is no regular expression: {error}", _PATTERN, ""
        return
    if not groups:
        hint = "name what is to be read: `(?P<at>…)`"
        yield "AV558", "the pattern names no column", _PATTERN, hint


def _untyped(made: Stored) -> Iterator[_Wrong]:
    for name, said in made.types.items():
        if "%" not in said and said not in TYPES:
            hint = meant(said, TYPES) or f"one of: {', '.join(TYPES)}, or a form such as `%d.%m.%Y`"
            yield "AV559", f"`{said}` says not how `{name}` is read", _TYPES, hint


def checked(connector: str, datasets: Mapping[str, Dataset], notes: Notes) -> None:
    """Note datasets that lie in files where they should not, or should and do not say where, and
    columns that their files cannot have."""
    for dataset in datasets.values():
        if connector == CONNECTOR and dataset.stored is None:
            if notes.dropped == 0 and not _was_said(dataset, notes):
                what = f"`{dataset.name}` does not say which files it is"
                notes.wrong("AV556", what, dataset.place, hint="add `file` and `format`")
        elif connector != CONNECTOR and dataset.stored is not None:
            what = f"`{dataset.name}` lies in files, and its system is no folder of files"
            notes.wrong("AV560", what, dataset.place, hint="files need `connector: files`")
        elif dataset.stored is not None:
            _columns(dataset, dataset.stored, notes)


def _was_said(dataset: Dataset, notes: Notes) -> bool:
    """Whether the dataset's words of files were already found wrong."""
    last = {"AV556", "AV557", "AV558", "AV559", "AV564"}
    return any(f.code in last and f.place.file == dataset.place.file for f in notes.findings)


def _columns(dataset: Dataset, made: Stored, notes: Notes) -> None:
    groups = re.compile(made.pattern).groupindex if made.pattern else {}
    known = {*groups, *_OWN.get(made.format, ())}
    fixed = made.format in {FileFormat.LOG, FileFormat.FOLDER}
    for name, place in _named(dataset).items():
        beside = made.format is FileFormat.FOLDER and name.startswith(_GIVEN_BY_FOLDERS)
        if fixed and name not in known and not beside:
            what = f"`{dataset.name}` has no column `{name}`"
            hint = meant(name, known) or f"its columns are: {', '.join(sorted(known))}"
            notes.wrong("AV561", what, place, hint=hint)
    if made.format is FileFormat.PARQUET:
        return
    for event in dataset.events:
        for source in event.sources:
            if source.dataset is None and not _is_moment(source.field, made):
                what = f"`{source.field}` gives `{event.event}`, and is not read as a moment"
                hint = f"add `types: {{{source.field}: instant}}`, or the form it is written in"
                if inside(source.field) is not None:
                    hint = "a leaf is read only in databases; in files name its own column"
                notes.wrong("AV562", what, event.place, hint=hint)


def _named(dataset: Dataset) -> dict[str, Place]:
    found = dict.fromkeys(dataset.key, dataset.place)
    found |= {field.name: field.place for field in dataset.fields}
    found |= {identity.field: dataset.place for identity in dataset.identities}
    found |= {name: link.place for link in dataset.links for name in link.fields}
    for event in dataset.events:
        found |= {s.field: event.place for s in event.sources if s.dataset is None}
    return found


def _is_moment(name: str, made: Stored) -> bool:
    said = made.types.get(name, "")
    own = made.format is FileFormat.FOLDER and name == "modified"
    return own or "%" in said or said in _MOMENTS
