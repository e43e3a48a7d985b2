"""The embedded PostgreSQL: started as our child, gone when we are gone.

`embedded(state_dir)` gives the URL of a private server that listens on a Unix socket only. The
first process that opens a state directory starts the server and stops it again; others that open
the same directory meanwhile use it as guests.
"""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psycopg

from avow.common.errors import StateError
from avow.engine.db import child
from avow.engine.db.accounts import Account, give
from avow.engine.db.binaries import Binaries, binaries_for
from avow.engine.db.directories import SOCKET, Directories, directories_for

ROLE = "avow"
DATABASE = "avow"
PATIENCE = 30.0
"""Seconds to wait for another process to finish starting or stopping the server, and for ours."""

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "32MB",
    "max_connections": "60",
    "jit": "off",
    "timezone": "UTC",
    # An error's detail and statement may hold a person's value, and a log outlives the row.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_statement": "none",
}

NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""For tests and rehearsals: a power cut may lose everything."""


@dataclass(slots=True)
class Server:
    """A running server: `process` is ours, `ended` lets the thread go that keeps it."""

    process: subprocess.Popen[bytes]
    ended: threading.Event = field(default_factory=threading.Event)


@contextmanager
def embedded(
    state_dir: Path, *, binaries: Binaries | None = None, durable: bool = True
) -> Iterator[str]:
    """The URL of the state's own database, with the server running until the block ends.

    `binaries` overrides the search; `durable=False` gives up safety against a power cut. Raises
    StateError (AV851 to AV857) in words when it cannot run here.
    """
    places = directories_for(state_dir)
    with _lock_or_guest(places) as lock:
        if lock is None:
            yield url(_running(places) or places.run)
            return
        server = _start(
            places, binaries or binaries_for(places.data, places.account), lock, durable
        )
        try:
            _ensure_database(places.run)
            yield url(places.run)
        finally:
            _stop(server)


def url(run: Path, database: str = DATABASE) -> str:
    """The libpq URL of a database on the server whose socket lies in `run`."""
    return f"postgresql://{ROLE}@/{database}?host={quote(str(run), safe='')}"


@contextmanager
def _lock_or_guest(places: Directories) -> Iterator[int | None]:
    """The lock's file descriptor, or None when another process runs the server for us.

    The server inherits the descriptor, so the lock lasts until its last process has ended, also
    when we are killed: whoever holds it knows that nobody else touches the data.
    """
    lock = os.open(places.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield lock if _locked(lock, places) else None
    finally:
        os.close(lock)


def _locked(lock: int, places: Directories) -> bool:
    """True when the lock is ours, False when a server answers. Waits while one starts or ends."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            run = _running(places)
            if run is not None and _answers(run):
                return False
            time.sleep(0.02)
        else:
            return True
    raise StateError(
        f"the database in `{places.data}` is in use by another process and does not answer",
        help="wait for it, or end it",
        code="AV855",
    )


def _running(places: Directories) -> Path | None:
    """The socket's directory of the server that says in `postmaster.pid` that it is ready."""
    with suppress(OSError):
        lines = (places.data / "postmaster.pid").read_text().splitlines()
        if len(lines) >= 8 and lines[7].strip() == "ready":  # miscinit.h: the state is line 8
            return Path(lines[4])
    return None


def _answers(run: Path) -> bool:
    with suppress(psycopg.OperationalError), psycopg.connect(url(run), connect_timeout=2):
        return True
    return False


def _start(places: Directories, binaries: Binaries, lock: int, durable: bool) -> Server:
    if not places.data.exists():
        _make_data(places, binaries, lock)
    _clear_stale(places)
    _write_access(places)
    settings = {**SETTINGS, "unix_socket_directories": str(places.run)}
    settings |= {} if durable else NOT_DURABLE
    words = [binaries.program("postgres"), "-D", str(places.data)]
    words += [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    server = _launch(words, places, lock)
    _await_ready(server, places)
    return server


def _make_data(places: Directories, binaries: Binaries, lock: int) -> None:
    """`initdb`, into a folder that gets its name only when it is complete.

    It inherits the lock, so that nobody clears the folder while a killed one's child still writes.
    """
    part = places.data.with_name("data.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=0o700)
    give(part, places.account)
    words = [binaries.program("initdb"), "-D", str(part), "--no-sync", "--locale=C.UTF-8"]
    words += ["--encoding=UTF8", "-U", ROLE, "--auth=peer", "--no-instructions"]
    done = subprocess.run(  # noqa: S603  # fixed words, no shell
        _as_child(words, places.account), capture_output=True, text=True, cwd="/", check=False,
        pass_fds=(lock,),
    )  # fmt: skip
    if done.returncode != 0:
        raise StateError(
            f"no database could be made in `{places.data}`",
            because=(done.stderr.strip() or "initdb failed").splitlines()[-1],
            code="AV856",
        )
    part.rename(places.data)


def _write_access(places: Directories) -> None:
    """Peer authentication: the kernel tells the server who we are, so there is no password.

    The account that runs the server and the one that launches it are both `avow` in there.
    """
    names = {places.account.name, *(("root",) if places.account.switch else ())}
    _write(places, "pg_hba.conf", "local all all peer map=avow\n")
    _write(places, "pg_ident.conf", "".join(f"avow {name} {ROLE}\n" for name in sorted(names)))


def _write(places: Directories, name: str, text: str) -> None:
    path = places.data / name
    path.write_text(text)
    path.chmod(0o600)
    give(path, places.account)


def _clear_stale(places: Directories) -> None:
    """Remove what a killed server left. We hold the lock, so only a stranger's server can live.

    A process number is used again soon in a container, and PostgreSQL would take any process of
    its account for the old server.
    """
    note = places.data / "postmaster.pid"
    if note.exists():
        pid = int(note.read_text().split(maxsplit=1)[0])
        if _is_postgres(pid, places.data):
            raise StateError(
                f"a PostgreSQL that avow did not start uses `{places.data}` (process {pid})",
                help="stop it with `pg_ctl stop`",
                code="AV855",
            )
        note.unlink()
    for name in (SOCKET, f"{SOCKET}.lock"):
        (places.run / name).unlink(missing_ok=True)


def _is_postgres(pid: int, data: Path) -> bool:
    try:
        return os.fsencode(data) in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return not Path("/proc/self").exists() and _is_alive(pid)


def _is_alive(pid: int) -> bool:
    """Whether any process has this number: all that a system without `/proc` tells cheaply."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _launch(words: list[str], places: Directories, lock: int) -> Server:
    """Start the server from a thread that lives as long as it does.

    The kernel takes the end of the *thread* that forked for the end of the parent (prctl(2)), and
    the caller may be a short-lived one. A session of its own, so that Ctrl-C reaches only us.
    """
    started: list[Server | OSError] = []
    ready = threading.Event()

    def keep() -> None:
        try:
            server = Server(_spawn(words, places, lock))
        except OSError as error:
            started.append(error)
            ready.set()
            return
        started.append(server)
        ready.set()
        server.ended.wait()

    threading.Thread(target=keep, name="avow-postgresql", daemon=True).start()
    ready.wait()
    if isinstance(started[0], OSError):
        raise started[0]
    return started[0]


def _spawn(words: list[str], places: Directories, lock: int) -> subprocess.Popen[bytes]:
    with places.log.open("wb") as log:
        places.log.chmod(0o600)
        return subprocess.Popen(  # noqa: S603  # fixed words, no shell
            _as_child(words, places.account),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            pass_fds=(lock,),
            start_new_session=True,
        )


def _as_child(words: list[str], account: Account) -> list[str]:
    uid, gid = (account.uid, account.gid) if account.switch else (-1, -1)
    script = [sys.executable, "-I", "-S", child.__file__, str(os.getpid()), str(uid), str(gid)]
    return [*script, *words]


def _await_ready(server: Server, places: Directories) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if server.process.poll() is not None:
            break
        if _running(places) is not None:
            return
        time.sleep(0.002)
    _stop(server)
    said = places.log.read_text(errors="replace").strip().splitlines()
    raise StateError(
        "the database did not start",
        because=said[-1] if said else "PostgreSQL ended without a word",
        help=f"see `{places.log}`",
        code="AV857",
    )


def _ensure_database(run: Path) -> None:
    with psycopg.connect(url(run, "postgres"), autocommit=True) as server:
        known = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if known.fetchone() is None:
            server.execute(f'CREATE DATABASE "{DATABASE}"')


def _stop(server: Server) -> None:
    """A fast shutdown; an immediate one when it does not end; the kernel's when that fails."""
    for wish, seconds in ((signal.SIGINT, 20), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
        if server.process.poll() is None:
            server.process.send_signal(wish)
        with suppress(subprocess.TimeoutExpired):
            server.process.wait(seconds)
            break
    server.ended.set()
