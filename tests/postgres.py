"""Real PostgreSQL for tests: one embedded server per session, a fresh database per test.

`postgres_url`       an empty database on the server of the wheel
`state_url`          a database with the newest schema of avow
`store`              an open `Store` on `state_url`
`system_postgresql_url`  an empty database on the PostgreSQL of the system (15 in Debian 12);
                     skips where there is none
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import psycopg
import pytest

from avow.engine.db import binaries, launcher
from avow.engine.db.migrate import migrate
from avow.engine.db.store import Store

MADE = datetime(2026, 1, 1, tzinfo=UTC)
ROOM = 2 << 30
"""Bytes that must be free in memory for the servers of the tests."""
_NUMBERS = count(1)


def new_home() -> Path:
    """A private folder that the server's account may enter, in memory where there is room.

    Copying a database is ten times faster there than on a busy disk.
    """
    memory = Path("/dev/shm")
    room = memory.is_dir() and shutil.disk_usage(memory).free > ROOM
    home = Path(tempfile.mkdtemp(prefix="avow-test-", dir=memory if room else None))
    home.chmod(0o711)
    return home


@contextmanager
def server(found: binaries.Binaries) -> Iterator[Path]:
    """A server of these binaries in a private directory: gives the folder of its socket.

    Every local role may connect without a password, so that a test can be a reader with few
    rights; only the folder's mode keeps other accounts out.
    """
    home = new_home()
    try:
        with launcher.embedded(home / "state", binaries=found, durable=False):
            run = home / "state" / "postgresql" / "run"
            _trust_everyone(run)
            yield run
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _trust_everyone(run: Path) -> None:
    with (run.parent / "data" / "pg_hba.conf").open("a") as rules:
        rules.seek(0)
        rules.truncate()
        rules.write("local all all trust\n")
    with psycopg.connect(launcher.url(run, "postgres"), autocommit=True) as owner:
        owner.execute("SELECT pg_reload_conf()")


@contextmanager
def database(run: Path, template: str = "template0") -> Iterator[str]:
    """A fresh database copied from `template`, dropped at the end: gives its URL."""
    name = f"test_{next(_NUMBERS)}"
    with psycopg.connect(launcher.url(run, "postgres"), autocommit=True) as owner:
        by_file = "STRATEGY FILE_COPY" if owner.info.server_version >= 150_000 else ""
        owner.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" {by_file}')
    try:
        yield launcher.url(run, name)
    finally:
        with psycopg.connect(launcher.url(run, "postgres"), autocommit=True) as owner:
            owner.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Path]:
    """The session's server; the folder of its socket."""
    with server(binaries.in_wheel()[0]) as run:
        yield run


@pytest.fixture
def postgres_url(postgres_server: Path) -> Iterator[str]:
    """The URL of an empty database of the newest PostgreSQL."""
    with database(postgres_server) as url:
        yield url


@pytest.fixture
def new_database(postgres_server: Path) -> Iterator[Callable[[], str]]:
    """A function that makes one more empty database, for tests with several systems."""
    opened = []

    def make() -> str:
        each = database(postgres_server)
        opened.append(each)
        return each.__enter__()

    yield make
    for each in opened:
        each.__exit__(None, None, None)


@pytest.fixture(scope="session")
def state_template(postgres_server: Path) -> str:
    """The name of a database with the newest schema, to copy from."""
    with psycopg.connect(launcher.url(postgres_server, "postgres"), autocommit=True) as owner:
        owner.execute("CREATE DATABASE state_template")
    with psycopg.connect(launcher.url(postgres_server, "state_template"), autocommit=True) as new:
        migrate(new, MADE)
    return "state_template"


@pytest.fixture
def state_url(postgres_server: Path, state_template: str) -> Iterator[str]:
    """The URL of a fresh database with the newest schema of avow."""
    with database(postgres_server, state_template) as url:
        yield url


@pytest.fixture
def store(state_url: str) -> Iterator[Store]:
    """A store on a fresh database with the newest schema."""
    with Store(state_url, largest=4) as opened:
        yield opened


@pytest.fixture(scope="session")
def system_server() -> Iterator[Path]:
    """The PostgreSQL of the system, started by our launcher on a private directory."""
    found = binaries.on_system()
    if not found:
        pytest.skip("no PostgreSQL is installed on this system")
    with server(found[0]) as run:
        yield run


@pytest.fixture
def system_postgresql_url(system_server: Path) -> Iterator[str]:
    """The URL of an empty database of the system's PostgreSQL."""
    with database(system_server) as url:
        yield url
