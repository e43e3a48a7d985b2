"""Real MariaDB for tests: one private server per session, a fresh database per test.

`mariadb_server`  the session's server; skips where none is installed
`mariadb_url`     the URL of an empty database on it
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

import pymysql
import pytest

from tests.postgres import new_home

PLACES = "/usr/local/sbin:/usr/sbin:/sbin"
"""Where servers are that a user's PATH may not name."""
SETTINGS = (
    "--skip-networking", "--character-set-server=utf8mb4", "--collation-server=utf8mb4_general_ci",
    "--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=0", "--innodb-log-file-size=16M",
    "--innodb-buffer-pool-size=64M", "--max-connections=60",
)  # fmt: skip
_NUMBERS = count(1)


def program(name: str) -> str | None:
    """The path of a program of MariaDB."""
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:{PLACES}")


def connect(place: Path, database: str | None = None) -> pymysql.Connection[Any]:
    """A connection of the server's owner; names may stand in double quotes."""
    return pymysql.connect(
        unix_socket=str(place), user="root", database=database, charset="utf8mb4", autocommit=True,
        sql_mode="ANSI_QUOTES,STRICT_ALL_TABLES", init_command="SET time_zone = '+00:00'",
    )  # fmt: skip


def connect_at(address: str) -> pymysql.Connection[Any]:
    """A connection of the server's owner to the database at an address that `url` made."""
    parts = urlsplit(address)
    return connect(Path(parse_qs(parts.query)["unix_socket"][0]), unquote(parts.path[1:]))


def url(place: Path, database: str, user: str = "root") -> str:
    """The address of a database on the server."""
    return f"mariadb://{user}@localhost/{quote(database, safe='')}?unix_socket={quote(str(place))}"


@contextmanager
def server(home: Path) -> Iterator[Path]:
    """A server with its data in `home`: gives its socket. Ended by its process id."""
    install, serve = program("mariadb-install-db"), program("mariadbd")
    if install is None or serve is None:
        pytest.skip("no MariaDB server here (Debian: apt-get install mariadb-server)")
    account = ["--user=root"] if os.geteuid() == 0 else []
    data, place = home / "data", home / "socket"
    made = subprocess.run(
        [install, "--no-defaults", *account, f"--datadir={data}", "--skip-test-db",
         "--auth-root-authentication-method=normal", "--innodb-log-file-size=16M"],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    with (home / "log").open("wb") as log:
        running = subprocess.Popen(
            [serve, "--no-defaults", *account, f"--datadir={data}", f"--socket={place}",
             f"--pid-file={home / 'pid'}", f"--tmpdir={home}", *SETTINGS],
            stdout=log, stderr=log,
        )  # fmt: skip
    try:
        _await(place, running, home / "log")
        yield place
    finally:
        running.kill()  # nothing of it is kept
        running.wait(10)


def _await(place: Path, running: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        with closing(socket.socket(socket.AF_UNIX)) as knock:
            if knock.connect_ex(str(place)) == 0:
                return
        assert running.poll() is None, log.read_text(errors="replace")
        time.sleep(0.05)
    raise TimeoutError(log.read_text(errors="replace"))


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[Path]:
    """The session's server; its socket."""
    home = new_home()
    try:
        with server(home) as place:
            yield place
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def database(place: Path) -> Iterator[str]:
    """A fresh database, dropped at the end: gives its name."""
    name = f"test %{next(_NUMBERS)}"
    with closing(connect(place)) as owner, owner.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
        try:
            yield name
        finally:
            cursor.execute(f'DROP DATABASE "{name}"')


@pytest.fixture
def mariadb_url(mariadb_server: Path) -> Iterator[str]:
    """The URL of an empty database."""
    with database(mariadb_server) as name:
        yield url(mariadb_server, name)
