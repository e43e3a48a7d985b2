"""Logs: a time per line, lines that belong to the row above, rotated and packed files."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import pytest

from avow.estate.connectors.base import Access, Refused, Unreachable
from avow.estate.connectors.files.connection import FilesConnection
from avow.estate.connectors.files.connector import FilesConnector
from avow.estate.datamap.model import Blank, BlankKind, Dataset, System
from avow.estate.datamap.predicates import TRUE, Equal, Null, Until, all_of
from avow.estate.datamap.stored import FileFormat, Stored

LOG = "access"
PATTERN = r'(?P<ip>\S+) - (?P<who>\S+) \[(?P<at>[^\]]+)\] "(?P<asked>[^"]*)"'
FORM = "%d/%b/%Y:%H:%M:%S %z"
OLD, NEW = "02/Jan/2025:10:00:00 +0100", "20/Feb/2025:10:00:00 +0100"
DUE = Until("at", date(2025, 1, 31), "Europe/Brussels")


def line(who: str, at: str, asked: str = "GET /") -> str:
    return f'192.0.2.1 - {who} [{at}] "{asked}"\n'


def opened(
    folder: Path, file: str = "access.log*", pattern: str = PATTERN, **types: str
) -> FilesConnection:
    stored = Stored(file, FileFormat.LOG, pattern, types or {"at": FORM})
    datasets = {LOG: Dataset(LOG, key=("row_digest",), stored=stored)}
    system = System("web", "files", str(folder), datasets=datasets)
    return FilesConnector(wait=0.1).connect(system, Access.WRITE)


def removed(connection: FilesConnection) -> int:
    with connection.transaction() as batch:
        return batch.remove(LOG, DUE)


def test_due_lines_go_and_every_other_byte_stays(tmp_path: Path) -> None:
    """Also bytes that are no text, other ends of lines, and a last line without an end."""
    kept = [b'\xff\xfe - b [20/Feb/2025:10:00:00 +0100] "GET /\xe9"\r\n', line("c", NEW).encode()]
    log = tmp_path / "access.log"
    log.write_bytes(kept[0] + line("a", OLD).encode() + kept[1].rstrip(b"\n"))
    connection = opened(tmp_path)
    assert connection.count(LOG, TRUE) == 3
    assert removed(connection) == 1
    assert log.read_bytes() == kept[0] + kept[1].rstrip(b"\n")
    assert removed(connection) == 0


def test_lines_that_do_not_match_share_the_fate_of_the_row_above(tmp_path: Path) -> None:
    trace = "Traceback\n  for ada@example.org\n"
    log = tmp_path / "access.log"
    log.write_text(line("a", OLD) + trace + line("b", NEW) + trace)
    connection = opened(tmp_path)
    (found,) = connection.fetch(LOG, Equal("who", "a"), ["continued"])
    assert found == (trace,)
    assert removed(connection) == 1
    assert log.read_text() == line("b", NEW) + trace


def test_lines_before_the_first_row_are_a_row_without_a_moment(tmp_path: Path) -> None:
    """The rest of a row in a rotated file: never due, counted as undated, and never hidden."""
    (tmp_path / "access.log").write_text("  for ada@example.org\n" + line("a", OLD))
    connection = opened(tmp_path)
    oldest = connection.oldest(LOG, "at", None, "UTC", TRUE)
    assert (oldest.day, oldest.rows, oldest.empty) == (date(2025, 1, 2), 1, 1)
    assert removed(connection) == 1
    found = list(connection.fetch(LOG, Null("at"), ["who", "continued"]))
    assert found == [(None, "  for ada@example.org\n")]


def rotated(folder: Path) -> dict[str, Path]:
    """A log in four files, of which two hold only old rows."""
    files = {n: folder / f"access.log{n}" for n in ("", ".1", ".2.gz", ".3.gz")}
    files[""].write_text(line("a", NEW) + line("b", NEW))
    files[".1"].write_text(line("c", OLD))
    files[".2.gz"].write_bytes(gzip.compress((line("d", OLD) + line("e", NEW)).encode()))
    files[".3.gz"].write_bytes(gzip.compress(line("f", OLD).encode()))
    return files


def test_rotated_and_packed_files_are_one_dataset(tmp_path: Path) -> None:
    """Files without a row left go; the one that the log is written to is not even touched."""
    files = rotated(tmp_path)
    before = files[""].stat()
    connection = opened(tmp_path)
    assert connection.count(LOG, TRUE) == 6
    assert removed(connection) == 3
    assert sorted(p.name for p in tmp_path.iterdir()) == ["access.log", "access.log.2.gz"]
    assert gzip.decompress(files[".2.gz"].read_bytes()) == line("e", NEW).encode()
    after = files[""].stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_the_file_that_a_log_is_written_to_stays_when_it_is_empty(tmp_path: Path) -> None:
    log = tmp_path / "access.log"
    log.write_text(line("a", OLD))
    assert removed(opened(tmp_path)) == 1
    assert log.read_bytes() == b""


def test_a_row_keeps_its_key_wherever_it_stands(tmp_path: Path) -> None:
    """Rotated, packed, after other lines, without an end of line: the same key."""
    row = line("a", NEW)
    places = [row, line("b", OLD) + row, row.rstrip("\n")]
    keys: list[tuple[object, ...]] = []
    for number, text in enumerate(places):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "access.log.7.gz").write_bytes(gzip.compress(text.encode()))
        keys += opened(folder).fetch(LOG, Equal("who", "a"), ["row_digest"])
    assert len(keys) == 3
    assert len(set(keys)) == 1


def test_rows_with_the_same_text_share_a_key_and_a_window(tmp_path: Path) -> None:
    (tmp_path / "access.log").write_text(line("a", OLD) * 3 + line("b", OLD))
    connection = opened(tmp_path)
    counts, after = [], None
    while window := connection.window(LOG, DUE, after, 1):
        counts.append(window.rows)
        after = window.until
    assert sorted(counts) == [1, 3]
    whole = connection.window(LOG, DUE, None, 10**9)
    assert whole is not None
    assert whole.rows == 4
    with connection.transaction() as batch:
        assert batch.remove(LOG, DUE, whole) == 4


def test_a_field_of_a_line_is_emptied_in_its_place(tmp_path: Path) -> None:
    log = tmp_path / "access.log"
    log.write_text(line("ada", OLD, "GET /a") + line("bob", NEW, "GET /b"))
    connection = opened(tmp_path)
    blanks = {"who": Blank(BlankKind.NULL), "ip": Blank(BlankKind.CONSTANT, "0.0.0.0")}  # noqa: S104
    with connection.transaction() as batch:
        assert batch.blank(LOG, DUE, blanks) == 1
        assert batch.blank(LOG, DUE, blanks) == 0
    assert log.read_text() == (
        '0.0.0.0 - - [02/Jan/2025:10:00:00 +0100] "GET /a"\n' + line("bob", NEW, "GET /b")
    )


def test_what_would_not_be_read_as_a_row_again_is_refused(tmp_path: Path) -> None:
    """A moment without a value would make the line part of the row above it."""
    (tmp_path / "access.log").write_text(line("a", OLD))
    connection = opened(tmp_path, pattern=PATTERN.replace(r"[^\]]+", r"[^\]-]+"))
    with pytest.raises(Refused) as refused, connection.transaction() as batch:
        batch.blank(LOG, TRUE, {"at": Blank(BlankKind.NULL)})
    assert (refused.value.kind, refused.value.constraint) == ("form", "at")
    assert (tmp_path / "access.log").read_text() == line("a", OLD)


FORMS = [
    ("%d/%b/%Y:%H:%M:%S %z", "31/Jan/2025:23:59:59 +0100", "01/Feb/2025:00:00:00 +0100"),
    ("%Y-%m-%dT%H:%M:%S%z", "2025-01-31T22:59:59+0000", "2025-01-31T23:00:00+0000"),
    ("%Y-%m-%d %H:%M:%S", "2025-01-31 23:59:59", "2025-02-01 00:00:00"),
    ("%b %d %Y %H:%M:%S", "Jan 31 2025 23:59:59", "Feb 01 2025 00:00:00"),
    ("%d.%m.%y", "31.01.25", "01.02.25"),
    ("%Y-%m-%d %H:%M:%S.%f", "2025-01-31 23:59:59.999", "2025-02-01 00:00:00.000"),
    ("seconds", "1738364399.9", "1738364400"),
    ("milliseconds", "1738364399999", "1738364400000"),
    ("instant", "2025-01-31T22:59:59Z", "2025-01-31T23:00:00Z"),
    ("naive", "2025-01-31T23:59:59", "2025-02-01T00:00:00"),
    ("date", "2025-01-31", "2025-02-01"),
]


@pytest.mark.parametrize(("form", "last", "first"), FORMS, ids=[f[0] for f in FORMS])
def test_a_moment_is_read_in_its_form(tmp_path: Path, form: str, last: str, first: str) -> None:
    """Brussels: the last instant of January is due at the end of January, the next one is not."""
    (tmp_path / "access.log").write_text(f"{last}|a\n{first}|b\n")
    connection = opened(tmp_path, pattern=r"(?P<at>[^|]+)\|(?P<who>.*)", at=form)
    assert list(connection.fetch(LOG, DUE, ["who"])) == [("a",)]


@pytest.mark.parametrize("shown", ["32/Jan/2025:10:00:00 +0100", "yesterday", "1/1/2025"])
def test_a_moment_that_cannot_be_read_refuses_and_is_not_repeated(
    tmp_path: Path, shown: str
) -> None:
    (tmp_path / "access.log").write_text(line("ada", OLD) + line("ada", shown))
    connection = opened(tmp_path)
    with pytest.raises(Refused) as refused:
        removed(connection)
    assert (refused.value.kind, refused.value.table, refused.value.constraint) == (
        "form", LOG, "at",
    )  # fmt: skip
    assert shown not in str(refused.value)
    assert [path.name for path in tmp_path.iterdir()] == ["access.log"]


def test_a_damaged_packed_file_is_refused(tmp_path: Path) -> None:
    whole = gzip.compress(line("a", OLD).encode() * 1000)
    (tmp_path / "access.log.1.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Refused) as refused:
        opened(tmp_path).count(LOG, TRUE)
    assert refused.value.constraint == "a damaged gzip file"


def test_a_folder_without_files_is_an_empty_dataset(tmp_path: Path) -> None:
    connection = opened(tmp_path)
    assert connection.count(LOG, TRUE) == 0
    assert connection.window(LOG, DUE, None, 10) is None


def test_a_folder_that_is_not_there_is_unreachable(tmp_path: Path) -> None:
    with pytest.raises(Unreachable):
        opened(tmp_path / "nowhere")
    (tmp_path / "file").write_text("")
    with pytest.raises(Unreachable):
        opened(tmp_path / "file")


def test_what_would_run_is_said_in_words(tmp_path: Path) -> None:
    connection = opened(tmp_path)
    text = connection.statement(LOG, all_of([DUE, Null("who", negated=True)]), None)
    assert text == (
        "rewrite access.log* without rows where "
        "(at is until 2025-01-31 (Europe/Brussels)) and (who is there)"
    )
