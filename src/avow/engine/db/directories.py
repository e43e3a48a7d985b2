"""Where the embedded server keeps its data and its socket."""

import hashlib
import logging
import os
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from avow.common.errors import StateError
from avow.engine.db.accounts import Account, account_for, blocked_at, give
from avow.engine.db.binaries import SHARED

LONGEST_SOCKET = 107
"""A Unix socket's path in bytes: `sun_path` holds 108 with the closing zero (unix(7))."""

SOCKET = ".s.PGSQL.5432"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Directories:
    """The data directory, the lock beside it, the server's log, and the socket's directory."""

    data: Path
    lock: Path
    log: Path
    run: Path
    account: Account


def directories_for(state_dir: Path) -> Directories:
    """Decide where things lie, and make the folders. `state_dir` is made when it is missing.

    As root the server runs under another account; when that account may not enter `state_dir`
    the data goes to `/var/lib/avow/NAME`, which is said in the log and in the file
    `postgresql.place` of the state directory. Raises StateError AV851, AV852, AV854.
    """
    try:
        return _decided(state_dir.absolute())
    except PermissionError as error:
        raise StateError(
            f"the state directory `{state_dir}` cannot be used",
            because=f"`{error.filename}` is closed to the account we run under",
            help="choose another state directory, or run as the account that owns it",
            code="AV854",
        ) from None


def _decided(state: Path) -> Directories:
    account = account_for(_known_place(state) / "data")
    _make(state, 0o711 if account.switch else 0o700)
    home = _home(state, account)
    _make(home, 0o700, account)
    run = _socket_directory(home, account)
    return Directories(home / "data", home / "lock", home / "log", run, account)


def _known_place(state: Path) -> Path:
    note = state / "postgresql.place"
    return Path(note.read_text().strip()) if note.exists() else state / "postgresql"


def _home(state: Path, account: Account) -> Path:
    home = _known_place(state)
    closed = blocked_at(home, account) if account.switch else None
    if closed is None:
        return home
    elsewhere = SHARED / _short(state)
    log.warning(
        "the account `%s` may not enter `%s`: the database lies in `%s` instead; "
        "to keep it together, choose a state directory that the account may enter",
        account.name,
        closed,
        elsewhere,
    )
    if elsewhere.exists():
        # The state directory that this belonged to was removed, and its keys with it: a state goes
        # with its directory, wherever its database had to lie.
        shutil.rmtree(elsewhere)
    (state / "postgresql.place").write_text(f"{elsewhere}\n")
    return elsewhere


def _socket_directory(home: Path, account: Account) -> Path:
    """The first candidate whose socket path is short enough and that only the account may enter.

    Raises StateError (AV854) when there is none.
    """
    for run in (home / "run", *_runtime_folders(account, _short(home))):
        if len(os.fsencode(run / SOCKET)) <= LONGEST_SOCKET and _taken(run, account):
            return run
    raise StateError(
        "no folder for the socket of the database",
        because=f"its path may have {LONGEST_SOCKET} bytes and the account `{account.name}` "
        "must be able to enter it",
        help="choose a state directory with a shorter path",
        code="AV854",
    )


def _taken(run: Path, account: Account) -> bool:
    """Make the folder. False when we may not, or when it is somebody else's, as in `/tmp`."""
    if not os.access(_first_existing(run), os.W_OK) or blocked_at(run, account) is not None:
        return False
    _make(run, 0o700, account)
    found = run.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == account.uid


def _first_existing(path: Path) -> Path:
    return next(each for each in (path, *path.parents) if each.exists())


def _runtime_folders(account: Account, name: str) -> tuple[Path, ...]:
    own = os.environ.get("XDG_RUNTIME_DIR")
    first = (Path(own) / name,) if own and not account.switch else ()
    return (*first, Path("/run") / name, Path(tempfile.gettempdir()) / name)


def _short(path: Path) -> str:
    return f"avow-{hashlib.sha256(os.fsencode(path)).hexdigest()[:12]}"


def _make(folder: Path, mode: int, account: Account | None = None) -> None:
    if folder.exists():
        return
    folder.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    folder.mkdir(mode=mode, exist_ok=True)
    folder.chmod(mode)
    if account is not None:
        give(folder, account)
