"""The embedded PostgreSQL when things go wrong: killed parents, stale files, closed folders."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from avow.common.errors import StateError
from avow.engine.db import accounts, binaries, directories, launcher
from tests.postgres import new_home

HOLD = """
import sys, time, pathlib
from avow.engine.db.launcher import embedded
with embedded(pathlib.Path(sys.argv[1]), durable=False) as url:
    print(url, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def state() -> Iterator[Path]:
    home = new_home()
    yield home / "state"
    shutil.rmtree(home, ignore_errors=True)


def start(state: Path, code: str = HOLD) -> tuple["subprocess.Popen[str]", str]:
    """Another process that holds the state open, and the URL it printed."""
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(state)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def end(process: "subprocess.Popen[str]") -> None:
    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def server_pid(state: Path) -> int:
    return int((state / "postgresql" / "data" / "postmaster.pid").read_text().split()[0])


def gone(pid: int, seconds: float = 10) -> bool:
    """True when no process has this number any more, or only an unburied one."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.02)
    return False


def test_the_server_dies_with_a_killed_parent_and_starts_again(state: Path) -> None:
    process, url = start(state)
    pid = server_pid(state)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept (x int)")
    end(process)
    assert gone(pid)
    with launcher.embedded(state, durable=False) as again, psycopg.connect(again) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_a_server_started_from_a_thread_outlives_the_thread(state: Path) -> None:
    """The kernel takes the end of the forking thread for the end of the parent."""
    code = HOLD.replace(
        "with embedded", "import threading\nopened = []\ncontext = embedded"
    ).replace("as url:\n    print(url, flush=True)\n    time.sleep(600)", "")
    code = code.replace("durable=False) ", "durable=False)\n") + (
        "work = threading.Thread(target=lambda: opened.append(context.__enter__()))\n"
        "work.start(); work.join(); time.sleep(0.3)\n"
        "print(opened[0], flush=True)\ntime.sleep(600)\n"
    )
    process, url = start(state, code)
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    end(process)


def test_a_second_process_is_a_guest(state: Path) -> None:
    """Guests share the server, and it goes on when a guest leaves."""
    process, url = start(state)
    with launcher.embedded(state) as mine:
        assert mine == url
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    end(process)


def test_a_stale_pid_file_and_socket_are_cleared(state: Path) -> None:
    """A killed server's number may belong to anybody by now: here, to this very test."""
    with launcher.embedded(state, durable=False):
        pass
    stale = state / "postgresql" / "data" / "postmaster.pid"
    stale.write_text(f"{os.getpid()}\n/somewhere\n0\n5432\n/nowhere\n\n0 0\nready\n")
    (state / "postgresql" / "run" / directories.SOCKET).touch()
    with launcher.embedded(state, durable=False) as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_killed_server_recovers_what_was_committed(state: Path) -> None:
    with launcher.embedded(state) as url:
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS x")
        os.kill(server_pid(state), signal.SIGKILL)
    with launcher.embedded(state) as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT x FROM kept").fetchone() == (1,)


def test_the_data_is_closed_to_everybody_else(state: Path) -> None:
    with launcher.embedded(state, durable=False):
        home = state / "postgresql"
        assert [oct((home / each).stat().st_mode & 0o777) for each in ("", "data", "run")] == [
            "0o700"
        ] * 3
        assert (home / "data").stat().st_uid != 0


def test_a_long_path_moves_the_socket(state: Path) -> None:
    deep = state / ("x" * 100)
    with launcher.embedded(deep, durable=False) as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
        assert "x" * 100 not in url
    run = directories.directories_for(deep).run
    assert len(os.fsencode(run / directories.SOCKET)) <= directories.LONGEST_SOCKET
    run.rmdir()


def test_a_socket_folder_of_somebody_else_is_not_used(state: Path) -> None:
    """Planted: another account made our folder below /tmp first."""
    theirs = state / "theirs"
    theirs.mkdir(parents=True)
    other = accounts.Account("other", os.geteuid() + 12345, 12345, switch=False)
    assert not directories._taken(theirs, other)
    assert directories._taken(theirs, replace(other, uid=os.geteuid()))


def test_no_folder_for_the_socket_is_said(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directories, "_runtime_folders", lambda *_: ())
    with pytest.raises(StateError) as refused:
        directories.directories_for(state / ("x" * 100))
    assert refused.value.code == "AV854"


def test_a_closed_state_directory_is_said(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(path: Path) -> Path:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(directories, "_known_place", closed)
    with pytest.raises(StateError) as refused:
        directories.directories_for(state)
    assert refused.value.code == "AV854"
    assert str(state) in str(refused.value)


def test_a_uid_without_a_name_is_said(monkeypatch: pytest.MonkeyPatch, state: Path) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 54321)
    with pytest.raises(StateError) as refused:
        accounts.account_for(state)
    assert refused.value.code == "AV851"
    assert "54321" in str(refused.value)


if os.geteuid() == 0:  # only root changes accounts; for others there is nothing to test

    def test_a_closed_folder_moves_the_data_and_says_so(
        state: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Root's own folders are closed to the account of the server."""
        closed = state / "closed"
        closed.mkdir(mode=0o700, parents=True)
        monkeypatch.setattr(directories, "SHARED", state / "shared")
        with launcher.embedded(closed / "state", durable=False) as url, psycopg.connect(url):
            assert (
                (closed / "state" / "postgresql.place")
                .read_text()
                .startswith(str(state / "shared"))
            )
        assert "may not enter" in caplog.text
        with launcher.embedded(closed / "state", durable=False) as again:
            assert again == url

    def test_data_elsewhere_goes_with_its_state(
        state: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A state that was removed and made anew does not find what the old one remembered."""
        closed = state / "closed"
        closed.mkdir(mode=0o700, parents=True)
        monkeypatch.setattr(directories, "SHARED", state / "shared")
        with (
            launcher.embedded(closed / "state", durable=False) as url,
            psycopg.connect(url, autocommit=True) as owner,
        ):
            owner.execute("CREATE TABLE remembered (word text)")
        shutil.rmtree(closed / "state")
        with launcher.embedded(closed / "state", durable=False) as url, psycopg.connect(url) as new:
            assert new.execute("SELECT to_regclass('remembered')").fetchone() == (None,)

    def test_programs_below_a_closed_folder_are_copied_once(
        state: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (state / "venv").mkdir(mode=0o700, parents=True)
        found = binaries.in_wheel()[0]
        shutil.copytree(found.folder.parent, state / "venv" / "pg", symlinks=True)
        monkeypatch.setattr(binaries, "SHARED", state / "shared")
        hidden = binaries.Binaries(state / "venv" / "pg" / "bin", found.major)
        account = accounts.account_for(state / "none")
        assert binaries.reachable(hidden, account).folder.is_relative_to(state / "shared")


def test_data_of_another_version_needs_that_version(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (state / "data").mkdir(parents=True)
    (state / "data" / "PG_VERSION").write_text("11\n")
    with pytest.raises(StateError) as refused:
        binaries.binaries_for(state / "data", accounts.account_for(state / "none"))
    assert refused.value.code == "AV853"
    assert "made by version 11" in str(refused.value)


def test_an_errors_log_holds_no_value(state: Path) -> None:
    """Planted: a violated constraint whose detail and statement hold a person's address."""
    with launcher.embedded(state, durable=False) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE TABLE person (email text UNIQUE)")
            for _ in range(2):
                try:
                    connection.execute("INSERT INTO person VALUES ('planted@example.org')")
                except psycopg.errors.UniqueViolation:
                    break
        log = (state / "postgresql" / "log").read_text()
    assert "unique constraint" in log
    assert "planted" not in log
