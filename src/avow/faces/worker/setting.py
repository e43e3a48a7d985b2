"""What a worker's owner wrote down for it: one TOML file, which stays on the owner's machine."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from avow.common.errors import AvowError
from avow.estate.connectors.registry import KINDS

EXAMPLE = """\
# {system}.toml: what this worker may do. avow never sees this file.
system = "{system}"
connector = "postgresql"           # the kind that the data map says, too
url = "${{DATABASE_URL}}"            # filled in from the environment of this machine
access = "observe"                 # observe: read only; write: batches too
rows_per_day = 1000                # most rows removed or emptied on one day (UTC)
"""


class WorkerError(AvowError):
    """The worker cannot begin, or avow refuses it."""

    code = "AV590"


class Setting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file. `rows_per_day` bounds what is removed or emptied; what is brought back is not
    counted."""

    system: str
    connector: str
    url: str
    access: Literal["observe", "write"] = "observe"
    rows_per_day: int = 1000


@dataclass(frozen=True, slots=True)
class Home:
    """Where one worker keeps what is its own."""

    folder: Path
    system: str

    @property
    def setting(self) -> Path:
        """What the owner wrote."""
        return self.folder / f"{self.system}.toml"

    @property
    def key(self) -> Path:
        """The worker's key, and avow's public one."""
        return self.folder / f"{self.system}.key"

    @property
    def spent(self) -> Path:
        """How many rows went today."""
        return self.folder / f"{self.system}.spent"

    @property
    def stop(self) -> Path:
        """While this file is there, nothing is opened and no batch begins."""
        return self.folder / f"{self.system}.stop"


def read_setting(home: Home) -> Setting:
    """The owner's file.

    Raises:
        WorkerError: AV590, it is not there, cannot be read, or is for another system.
    """
    try:
        text = home.setting.read_text(encoding="utf-8")
    except OSError:
        raise WorkerError(
            f"there is no file `{home.setting}`",
            because="it says which database this worker speaks for, and what it may do",
            help=f"`avow worker --system {home.system} --example > {home.setting}`",
        ) from None
    try:
        found = msgspec.convert(tomllib.loads(text), Setting)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise WorkerError(f"`{home.setting}` cannot be read", because=_first(error)) from None
    if found.system != home.system or found.connector not in KINDS or found.rows_per_day < 0:
        raise WorkerError(
            f"`{home.setting}` does not fit",
            because=f"it must be for `{home.system}`, with a kind of connector that is known, and "
            "rows_per_day 0 or more",
        )
    return found


def _first(error: Exception) -> str:
    """Where it is wrong. Of an error of msgspec only the place: its sentence never quotes values,
    and that of TOML neither."""
    return str(error).partition("\n")[0]
