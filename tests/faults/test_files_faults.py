"""Files while something goes wrong: kills, a full disk, writers, rotation, links.

Each fault is a real one: a killed process, a limit on the size of files, another program.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from avow.estate.connectors.base import Access, Refused, Unreachable
from avow.estate.connectors.files.changes import Crash, nothing
from avow.estate.connectors.files.connection import FilesConnection
from avow.estate.connectors.files.connector import FilesConnector
from avow.estate.datamap.model import Dataset, System
from avow.estate.datamap.predicates import TRUE, Until
from avow.estate.datamap.stored import FileFormat, Stored
from tests.faults.killed import killed_at

DUE = Until("at", date(2025, 1, 31), "UTC")
OLD, NEW = "2025-01-01", "2025-02-01"
TYPES = {"at": "date"}
CALLS = Stored("calls/*.wav", FileFormat.FOLDER, r"(?P<at>\d{4}-\d\d-\d\d)", TYPES, ".json")
SYSTEM = {
    "log": Dataset(
        "log",
        key=("row_digest",),
        stored=Stored("app.log*", FileFormat.LOG, "(?P<at>[0-9-]{10}) (?P<who>.*)", TYPES),
    ),
    "people": Dataset(
        "people", key=("id",), stored=Stored("people.csv", FileFormat.CSV, types=TYPES)
    ),
    "calls": Dataset("calls", key=("name",), stored=CALLS),
}
NAMES = ("app.log", "app.log.1", "people.csv", "calls/ada-2025-01-01.wav",
         "calls/ada-2025-01-01.wav.json", "calls/bob-2025-02-01.wav")  # fmt: skip


def filled(folder: Path) -> Path:
    """Three datasets, each with a row that is due and one that is not."""
    (folder / "calls").mkdir(parents=True)
    (folder / "app.log").write_text(f"{OLD} ada\n{NEW} bob\n")
    (folder / "app.log.1").write_text(f"{OLD} ada\n")
    (folder / "people.csv").write_text(f"id,at,who\n1,{OLD},ada\n2,{NEW},bob\n")
    for name in ("ada-2025-01-01.wav", "bob-2025-02-01.wav"):
        (folder / "calls" / name).write_bytes(b"voice")
    (folder / "calls" / "ada-2025-01-01.wav.json").write_text("{}")
    return folder


def connect(folder: Path, access: Access = Access.WRITE, crash: Crash = nothing) -> FilesConnection:
    system = System("web", "files", str(folder), datasets=SYSTEM)
    return FilesConnector(wait=0.1, crash=crash).connect(system, access)


def swept(connection: FilesConnection) -> list[int]:
    with connection.transaction() as batch:
        return [batch.remove(name, DUE) for name in SYSTEM]


def _sweep(folder: Path, crash: Crash) -> None:
    swept(connect(folder, crash=crash))


def content(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, ours included."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


BEFORE_INTENT = ["prepared"]
AFTER_INTENT = ["intended", *(f"renamed {n}" for n in range(5)), "forgotten"]


@pytest.mark.parametrize("place", BEFORE_INTENT + AFTER_INTENT)
def test_a_kill_leaves_all_of_a_batch_or_nothing(tmp_path: Path, place: str) -> None:
    """Before the intent is written nothing has happened; after it everything has, for a reader at
    once and on the disk as soon as somebody opens the folder for writing."""
    folder, whole = filled(tmp_path / "a"), filled(tmp_path / "b")
    untouched = content(folder)
    assert swept(connect(whole)) == [2, 1, 1]
    assert killed_at(place, 1, lambda crash: _sweep(folder, crash))
    reader = connect(folder, Access.READ)
    counts = [reader.count(name, TRUE) for name in SYSTEM]
    assert counts == ([3, 2, 2] if place in BEFORE_INTENT else [1, 1, 1])
    connect(folder).close()
    assert content(folder) == (untouched if place in BEFORE_INTENT else content(whole))
    swept(connect(folder))
    assert content(folder) == content(whole), "and run again, the end is the same"


def test_what_was_appended_to_a_file_after_the_kill_is_carried_over(tmp_path: Path) -> None:
    folder = filled(tmp_path / "a")
    assert killed_at("intended", 1, lambda crash: _sweep(folder, crash))
    with (folder / "app.log").open("a") as log:
        log.write(f"{NEW} late\n")
    connect(folder).close()
    assert (folder / "app.log").read_text() == f"{NEW} bob\n{NEW} late\n"


def test_a_file_that_was_rotated_after_the_kill_is_found_under_its_new_name(tmp_path: Path) -> None:
    folder = filled(tmp_path / "a")
    assert killed_at("intended", 1, lambda crash: _sweep(folder, crash))
    (folder / "app.log").rename(folder / "app.log.2")
    (folder / "app.log").write_text(f"{NEW} new\n")
    connect(folder).close()
    assert (folder / "app.log").read_text() == f"{NEW} new\n"
    assert (folder / "app.log.2").read_text() == f"{NEW} bob\n"


def test_roots_inside_each_other_leave_each_other_alone(tmp_path: Path) -> None:
    """The outer folder is opened while a batch runs in the inner one: nothing of it is removed."""
    inner = filled(tmp_path / "outer" / "inner")
    with connect(inner).transaction() as batch:
        assert batch.remove("log", DUE) == 2
        connect(tmp_path / "outer").close()
    assert (inner / "app.log").read_text() == f"{NEW} bob\n"


def test_what_a_kill_left_is_removed_also_below_folders_that_we_may_not_enter(
    tmp_path: Path,
) -> None:
    folder = filled(tmp_path / "a")
    (folder / "closed").mkdir(mode=0)
    before = content(folder)
    assert killed_at("prepared", 1, lambda crash: _sweep(folder, crash))
    assert content(folder) != before
    connect(folder).close()
    assert content(folder) == before


def test_what_cannot_be_put_in_place_is_said_and_done_by_who_opens_the_folder_next(
    tmp_path: Path,
) -> None:
    """In the moment after the intent no more files may be opened."""
    folder, whole = filled(tmp_path / "a"), filled(tmp_path / "b")
    swept(connect(whole))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)

    def crowded(place: str) -> None:
        if place == "renamed 0":
            resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))

    try:
        with pytest.raises(Refused) as refused:
            swept(connect(folder, crash=crowded))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert refused.value.kind == "other"
    assert "who opens the folder next does it" in refused.value.constraint
    assert content(folder) != content(whole)
    connect(folder).close()
    assert content(folder) == content(whole)


# --- the disk ----------------------------------------------------------------------------------


@contextmanager
def no_larger_than(size: int) -> Iterator[None]:
    """No file of this process grows beyond `size` bytes: what a full disk says, on any machine."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("room", [0, 100_000])
def test_without_space_nothing_changes_and_nothing_is_left(tmp_path: Path, room: int) -> None:
    """At once, and in the middle of the second file; said with its dataset and no value."""
    folder = filled(tmp_path / "a")
    (folder / "people.csv").write_text(
        "id,at,who\n" + "".join(f"{n},{OLD if n < 9 else NEW},ada\n" for n in range(20_000))
    )
    before = content(folder)
    connection = connect(folder)
    with pytest.raises(Refused) as refused, no_larger_than(room):
        swept(connection)
    said = (refused.value.kind, refused.value.constraint)
    assert said == ("other", "no space is left for the file")
    assert refused.value.table == ("log" if room == 0 else "people")
    assert content(folder) == before
    assert swept(connection) == [2, 9, 1], "and with space again it goes on"


def test_without_space_for_the_intent_nothing_has_happened(tmp_path: Path) -> None:
    folder = filled(tmp_path / "a")
    before = content(folder)
    with pytest.raises(Refused) as refused, no_larger_than(150):
        swept(connect(folder))
    assert refused.value.kind == "other"
    assert content(folder) == before


# --- others who write --------------------------------------------------------------------------

APPENDING = """
import sys, time
path, count = sys.argv[1], int(sys.argv[2])
print("ready", flush=True)
for n in range(count):
    with open(path, "a") as log:
        log.write(f"2025-02-01 late {n}\\n")
"""
HOLDING = """
import sys
with open(sys.argv[1], "a") as log:
    print("ready", flush=True)
    sys.stdin.read()
    log.write("2025-02-01 late\\n")
"""


@contextmanager
def program(text: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Another program, which has said that it is ready."""
    with subprocess.Popen(
        [sys.executable, "-c", text, *arguments],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as running:  # fmt: skip
        assert running.stdout is not None
        running.stdout.readline()
        yield running


def test_lines_that_another_program_appends_meanwhile_are_not_lost(tmp_path: Path) -> None:
    """It opens the log for each line, as fast as it can, while the file is replaced many times. A
    line that met the rename itself may stand behind the next one."""
    folder, lines, sweeps = filled(tmp_path / "a"), 3000, 0
    log = folder / "app.log"
    with program(APPENDING, str(log), str(lines)) as running:
        connection = connect(folder)
        while running.poll() is None:
            append(folder)
            sweeps += _tried(connection)
    with connection.transaction() as batch:
        batch.remove("log", DUE)
    found = log.read_text().splitlines()
    assert sorted(found) == sorted([f"{NEW} bob", *(f"{NEW} late {n}" for n in range(lines))])
    assert sweeps > 1, "the file was replaced while it was written to"


def _tried(connection: FilesConnection) -> int:
    """Sweep the log; 0 where the other program was in the way."""
    with suppress(Refused), connection.transaction() as batch:
        return batch.remove("log", DUE)
    return 0


def test_a_file_that_a_program_holds_open_is_refused_in_words(tmp_path: Path) -> None:
    """It would go on writing into the file that was replaced."""
    folder = filled(tmp_path / "a")
    before = content(folder)
    connection = connect(folder)
    with program(HOLDING, str(folder / "app.log")) as holder:
        with pytest.raises(Refused) as refused:
            swept(connection)
        assert (refused.value.kind, refused.value.table, refused.value.constraint) == (
            "other", "log", "a program holds a file open for writing",
        )  # fmt: skip
        assert content(folder) == before
        holder.communicate()
    assert swept(connection) == [2, 1, 1]
    assert (folder / "app.log").read_text() == f"{NEW} bob\n{NEW} late\n"


Disturbance = Callable[[Path], object]


def rotate(folder: Path) -> None:
    (folder / "app.log").rename(folder / "app.log.2")
    (folder / "app.log").write_text("")


def cut(folder: Path) -> None:
    os.truncate(folder / "app.log", 3)


def append(folder: Path) -> None:
    with (folder / "app.log").open("a") as log:
        log.write(f"{OLD} more\n")


def take_away(folder: Path) -> None:
    (folder / "app.log").unlink()


@pytest.mark.parametrize("disturb", [rotate, cut, take_away])
def test_a_file_that_is_not_the_same_any_more_is_refused(
    tmp_path: Path, disturb: Disturbance
) -> None:
    """Between the reading and the end of the batch; it may be tried again."""
    folder = filled(tmp_path / "a")
    connection = connect(folder)
    with pytest.raises(Refused) as refused:
        _disturbed(connection, lambda: disturb(folder))
    assert (refused.value.kind, refused.value.table) == ("lock", "log")
    assert not [name for name in content(folder) if ".avow" in name]
    assert swept(connection)[0] == (2 if disturb is rotate else 1)


def _disturbed(connection: FilesConnection, disturb: Callable[[], object]) -> None:
    with connection.transaction() as batch:
        batch.remove("log", DUE)
        disturb()


def test_what_is_appended_inside_a_batch_stays_whatever_it_is(tmp_path: Path) -> None:
    folder = filled(tmp_path / "a")
    _disturbed(connect(folder), lambda: append(folder))
    assert (folder / "app.log").read_text() == f"{NEW} bob\n{OLD} more\n"


def test_half_a_line_is_never_torn_apart(tmp_path: Path) -> None:
    """A due line without its end, which arrives before the batch ends: refused, and tried again."""
    folder = filled(tmp_path / "a")
    (folder / "app.log").write_text(f"{NEW} bob\n{OLD} a")
    connection = connect(folder)
    with pytest.raises(Refused) as refused:
        _disturbed(connection, lambda: append(folder))
    assert refused.value.kind == "lock"
    assert (folder / "app.log").read_text() == f"{NEW} bob\n{OLD} a{OLD} more\n"


def test_two_of_us_wait_for_each_other(tmp_path: Path) -> None:
    folder = filled(tmp_path / "a")
    one, two = connect(folder), connect(folder)
    with one.transaction(), pytest.raises(Refused) as refused, two.transaction():
        pass
    assert refused.value.kind == "lock"
    assert swept(two) == [2, 1, 1]


def test_a_batch_holds_few_files_open(tmp_path: Path) -> None:
    """With 300 logs and 300 recordings that all go, and room for 200 open files more."""
    folder = filled(tmp_path / "a")
    for number in range(300):
        (folder / f"app.log.{number}").write_text(f"{OLD} ada\n{NEW} bob\n")
        (folder / "calls" / f"{number}-{OLD}.wav").write_bytes(b"")
    connection = connect(folder)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    opened = len(list(Path("/proc/self/fd").iterdir()))
    resource.setrlimit(resource.RLIMIT_NOFILE, (opened + 200, hard))
    try:
        assert swept(connection) == [301, 1, 301]
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert connection.count("log", TRUE) == 301


@pytest.mark.parametrize(
    "planted",
    [
        {"path": "../outside/app.log", "temporary": "../outside/.avow-1"},
        {"path": "/etc/hostname", "temporary": None},
        {"path": "app.log", "temporary": "people.csv"},
        {"path": "app.log", "temporary": "calls/.avow-1"},
        {"strange": 1},
    ],
)
def test_an_intent_that_is_not_ours_is_refused(tmp_path: Path, planted: dict[str, object]) -> None:
    """Planted by somebody who may write into the folder: it would make us touch other files."""
    folder, outside = filled(tmp_path / "a"), filled(tmp_path / "outside")
    rest = {"dataset": "log", "device": 1, "inode": 1, "seen": 0, "length": 0, "plain": True}
    (folder / ".avow-intent").write_text(json.dumps([rest | planted]))
    before = content(outside), content(folder)
    with pytest.raises(Unreachable, match="an intent that is not ours"):
        connect(folder)
    with pytest.raises(Refused):
        connect(folder, Access.READ).count("log", TRUE)
    assert (content(outside), content(folder)) == before


# --- what a file is ------------------------------------------------------------------------------


def test_owner_mode_times_and_attributes_are_kept(tmp_path: Path) -> None:
    folder = filled(tmp_path / "a")
    log = folder / "app.log"
    log.chmod(0o604)
    os.utime(log, ns=(1_700_000_000_000_000_000, 1_700_000_000_000_000_001))
    if os.geteuid() == 0:
        os.chown(log, 65534, 65533)
    attributes = {}
    try:
        os.setxattr(log, "user.origin", b"desk")
        attributes = {"user.origin": b"desk"}
    except OSError:  # a file system without attributes has none to lose
        pass
    before = log.stat()
    swept(connect(folder))
    after = log.stat()
    for what in ("st_mode", "st_uid", "st_gid", "st_mtime_ns"):
        assert getattr(after, what) == getattr(before, what), what
    assert {name: os.getxattr(log, name) for name in attributes} == attributes
    assert after.st_ino != before.st_ino


def test_links_are_never_followed(tmp_path: Path) -> None:
    """A link to a file outside, and a folder that is one: neither read nor changed, and the
    dataset says that something may be hidden."""
    folder, outside = filled(tmp_path / "a"), filled(tmp_path / "outside")
    (folder / "app.log.8").symlink_to(outside / "app.log")
    for file in (folder / "calls").iterdir():
        file.unlink()
    (folder / "calls").rmdir()
    (folder / "calls").symlink_to(outside / "calls")
    before = content(outside)
    connection = connect(folder)
    tables = connection.catalogue().tables
    assert [tables[name].row_security for name in ("log", "people", "calls")] == [True, False, True]
    assert swept(connection) == [2, 1, 0]
    assert content(outside) == before
    assert any("symbolic link" in line for line in connection.effects(["log"]))


def test_a_link_to_a_file_of_the_dataset_hides_nothing(tmp_path: Path) -> None:
    folder = filled(tmp_path / "a")
    (folder / "app.log.current").symlink_to("app.log")
    connection = connect(folder)
    assert not connection.catalogue().tables["log"].row_security
    assert swept(connection) == [2, 1, 1]


def test_links_that_run_in_a_circle_end_nothing(tmp_path: Path) -> None:
    """A link to itself, two to each other, and a folder that holds itself, looked through in depth:
    each file is read once, and the circles hide nothing."""
    folder = filled(tmp_path / "a")
    (folder / "app.log.7").symlink_to("app.log.7")
    (folder / "app.log.8").symlink_to("app.log.9")
    (folder / "app.log.9").symlink_to("app.log.8")
    (folder / "calls" / "again").symlink_to("..")
    deep = replace(SYSTEM["calls"], stored=replace(CALLS, file="**/*.wav"))
    system = System("web", "files", str(folder), datasets=SYSTEM | {"calls": deep})
    connection = FilesConnector(wait=0.1).connect(system, Access.WRITE)
    assert [connection.count(name, TRUE) for name in SYSTEM] == [3, 2, 2]
    assert swept(connection) == [2, 1, 1]
    assert not connection.catalogue().tables["log"].row_security


def test_a_second_name_of_a_file_is_said(tmp_path: Path) -> None:
    folder = filled(tmp_path / "a")
    os.link(folder / "people.csv", tmp_path / "backup.csv")
    connection = connect(folder)
    swept(connection)
    (said,) = connection.effects(["people"])
    assert "another name" in said
    assert "ada" in (tmp_path / "backup.csv").read_text()


def test_no_name_of_a_file_and_no_value_is_in_an_error(tmp_path: Path) -> None:
    """Planted: a broken sidecar beside a recording that is named after a person."""
    folder = filled(tmp_path / "a")
    (folder / "calls" / "ada-2025-01-01.wav.json").write_text('{"ada": ')
    stored = Stored("calls/*.wav", FileFormat.FOLDER, sidecar=".json", types={"sidecar.at": "date"})
    datasets = {"calls": Dataset("calls", key=("name", "sidecar.at"), stored=stored)}
    connection = FilesConnector().connect(
        System("web", "files", str(folder), datasets=datasets), Access.READ
    )
    with pytest.raises(Refused) as refused:
        list(connection.fetch("calls", TRUE, ["sidecar.at"]))
    assert "ada" not in str(refused.value)
    assert refused.value.constraint == "sidecar"


def test_a_line_that_fills_the_memory_is_refused(tmp_path: Path) -> None:
    """A gigabyte without an end of line, on a disk that stores no zeros."""
    folder = filled(tmp_path / "a")
    os.truncate(folder / "app.log", 2**30)
    began = time.monotonic()
    with pytest.raises(Refused) as refused:
        connect(folder).count("log", TRUE)
    assert (refused.value.kind, refused.value.constraint) == ("form", "a line that is too long")
    assert time.monotonic() - began < 20


def test_an_intent_names_nothing_but_files_of_the_folder(tmp_path: Path) -> None:
    """What lies in the folder after a kill is read as data, and holds no content of a row."""
    folder = filled(tmp_path / "a")
    assert killed_at("intended", 1, lambda crash: _sweep(folder, crash))
    text = (folder / ".avow-intent").read_text()
    assert {entry["path"] for entry in json.loads(text)} < set(NAMES)
    assert (folder / ".avow-intent").stat().st_mode & 0o077 == 0
