"""A MariaDB server for figures, as it is installed: every commit is on the disk when it returns.

Only its memory is more than the least, for floors and avow alike.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import quote

import pymysql

PLACES = "/usr/local/sbin:/usr/sbin:/sbin"
"""Where servers are that a user's PATH may not name."""
SETTINGS = (
    "--skip-networking", "--character-set-server=utf8mb4", "--innodb-buffer-pool-size=512M",
    "--innodb-log-file-size=512M",
)  # fmt: skip
NAME = "bench"
Link: TypeAlias = "pymysql.Connection[Any]"


def program(name: str) -> str | None:
    """The path of a program of MariaDB; None where it is not installed."""
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:{PLACES}")


def connect(place: Path, database: str | None = NAME) -> Link:
    """A connection of the server's owner, which commits each statement alone."""
    return pymysql.connect(
        unix_socket=str(place), user="root", database=database, charset="utf8mb4", autocommit=True
    )


def url(place: Path) -> str:
    """The address of the database on the server."""
    return f"mariadb://root@localhost/{NAME}?unix_socket={quote(str(place))}"


@contextmanager
def server(home: Path) -> Iterator[Path | None]:
    """A server with its data in `home` and an empty database: gives its socket, or None where
    none is installed. Ended by its process id."""
    install, serve = program("mariadb-install-db"), program("mariadbd")
    if install is None or serve is None:
        yield None
        return
    home.mkdir(parents=True, exist_ok=True)
    account = ["--user=root"] if os.geteuid() == 0 else []
    place, log = home / "socket", home / "log"
    subprocess.run(  # noqa: S603 (a program of ours)
        [install, "--no-defaults", *account, f"--datadir={home / 'data'}", "--skip-test-db",
         "--auth-root-authentication-method=normal"],
        capture_output=True, check=True, timeout=120,
    )  # fmt: skip
    with log.open("wb") as said:
        running = subprocess.Popen(  # noqa: S603 (as above)
            [serve, "--no-defaults", *account, f"--datadir={home / 'data'}", f"--socket={place}",
             f"--pid-file={home / 'pid'}", f"--tmpdir={home}", *SETTINGS],
            stdout=said, stderr=said,
        )  # fmt: skip
    try:
        _await(place, running, log)
        with closing(connect(place, None)) as owner, owner.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {NAME}")
        yield place
    finally:
        running.kill()  # nothing of it is kept
        running.wait(30)


def _await(place: Path, running: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        with closing(socket.socket(socket.AF_UNIX)) as knock:
            if knock.connect_ex(str(place)) == 0:
                return
        if running.poll() is not None:
            break
        time.sleep(0.05)
    raise RuntimeError(log.read_text(errors="replace"))
