"""The words of datasets in files: what is read, and that everything wrong is found."""

from __future__ import annotations

import pytest

from avow.estate.datamap.model import Dataset
from avow.estate.datamap.stored import Encoding, FileFormat, Stored
from tests.unit.declared import SOUND, codes, found, reading

LOG = (
    "file: 'logs/access.log*', format: log, pattern: '(?P<ip>\\S+) \\[(?P<at>[^]]+)\\]',"
    " types: {at: '%d/%b/%Y:%H:%M:%S %z'}"
)


def declaring(body: str, connector: str = "files") -> str:
    """The sound declaration with one more system of one dataset `it`."""
    return (
        SOUND
        + f"""\
  - system: folder
    connector: {connector}
    url: ${{FOLDER}}
    owner: {{person: marc}}
    datasets:
      it: {{owned_by: nobody, because: a test, {body}}}
"""
    )


def dataset(body: str) -> Dataset:
    loaded = reading(declaring(body))
    assert loaded.findings == ()
    return loaded.whole.datamap.systems["folder"].datasets["it"]


def test_a_log_is_read_with_its_pattern_and_forms() -> None:
    log = dataset(f"{LOG}, events: {{answered: at}}")
    assert log.stored is not None
    assert (log.stored.file, log.stored.format) == ("logs/access.log*", FileFormat.LOG)
    assert log.stored.types == {"at": "%d/%b/%Y:%H:%M:%S %z"}
    assert log.key == ("row_digest",), "a row that names no key is known by its text"


def test_a_declared_key_is_kept_and_a_file_is_known_by_its_name() -> None:
    assert dataset("file: a.csv, format: csv, key: id").key == ("id",)
    assert dataset("file: calls/*.wav, format: folder, sidecar: .json").key == ("name",)


def test_csv_says_its_delimiter_and_encoding() -> None:
    stored = dataset("file: a.csv, format: csv, delimiter: ';', encoding: windows-1252").stored
    assert stored == Stored(
        "a.csv", FileFormat.CSV, delimiter=";", encoding=Encoding.WINDOWS
    )  # fmt: skip


WRONG = {
    "no file": ("format: csv", "AV556"),
    "no form": ("file: a.csv", "AV556"),
    "nothing of files": ("rest: message", "AV556"),
    "a path from the root": ("file: /etc/passwd, format: csv", "AV557"),
    "a path to the folder above": ("file: logs/../../a.csv, format: csv", "AV557"),
    "a log without a pattern": ("file: a.log, format: log", "AV558"),
    "no regular expression": ("file: a.log, format: log, pattern: '(?P<at>'", "AV558"),
    "a pattern that names nothing": ("file: a.log, format: log, pattern: '.*'", "AV558"),
    "an unknown type": ("file: a.csv, format: csv, types: {at: instnat}", "AV559"),
    "a column that no group gives": (f"{LOG}, fields: {{who: email}}", "AV561"),
    "a field of a folder": ("file: '*.wav', format: folder, fields: {who: email}", "AV561"),
    "an event that is a text": ("file: a.csv, format: csv, events: {answered: at}", "AV562"),
    "a pattern in CSV": ("file: a.csv, format: csv, pattern: '(?P<a>.)'", "AV564"),
    "a delimiter in a log": (f"{LOG}, delimiter: ';'", "AV564"),
    "a long delimiter": ("file: a.csv, format: csv, delimiter: '||'", "AV564"),
    "a sidecar that is no ending": ("file: '*', format: folder, sidecar: json", "AV564"),
}


@pytest.mark.parametrize(("body", "code"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_found_once_with_its_place(body: str, code: str) -> None:
    (finding,) = found(declaring(body))
    assert finding.code == code
    assert finding.place.line > 40, "the place is that of the new system"


def test_words_of_files_in_a_database_are_found() -> None:
    assert codes(declaring("file: a.csv, format: csv", "sqlite")) == ["AV560"]


def test_parquet_knows_its_own_types() -> None:
    assert codes(declaring("file: a.parquet, format: parquet, events: {answered: at}")) == []
