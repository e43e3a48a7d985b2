"""Who a worker is: a key that it made itself and that never leaves its machine."""

from __future__ import annotations

import base64
import json
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from avow.faces.worker.setting import Home, WorkerError


@dataclass(frozen=True, slots=True)
class Identity:
    """A worker that was enrolled: its id, its key, where avow is, and avow's public key."""

    worker: str
    at: str
    avow_key: bytes
    key: Ed25519PrivateKey = field(repr=False)


def write_identity(home: Home, identity: Identity) -> None:
    """Keep it, readable by nobody else; whole or not at all."""
    home.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    text = json.dumps(
        {
            "worker": identity.worker,
            "at": identity.at,
            "avow_key": base64.b64encode(identity.avow_key).decode(),
            "key": base64.b64encode(identity.key.private_bytes_raw()).decode(),
        },
        indent=1,
    )
    part = home.key.with_suffix(".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(home.key)


def read_identity(home: Home) -> Identity:
    """What was kept.

    Raises:
        WorkerError: AV590, it was never enrolled, or the file is open to others or unreadable.
    """
    if not home.key.exists():
        raise WorkerError(
            f"this worker was never enrolled: there is no `{home.key}`",
            help=f"with a code of `avow worker enrol {home.system} --by PERSON`: "
            f"`avow worker --system {home.system} --enrol CODE --at ADDRESS`",
        )
    _closed(home.key)
    try:
        found = json.loads(home.key.read_text(encoding="ascii"))
        key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(found["key"], validate=True))
        avow_key = base64.b64decode(found["avow_key"], validate=True)
        return Identity(str(found["worker"]), str(found["at"]), avow_key, key)
    except (ValueError, KeyError, TypeError):
        raise WorkerError(f"`{home.key}` cannot be read", help="enrol the worker again") from None


def _closed(path: Path) -> None:
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise WorkerError(
            f"the worker's key `{path}` is open to other accounts",
            help=f"look who read it, enrol the worker again, and `chmod 600 {path}`",
        )
