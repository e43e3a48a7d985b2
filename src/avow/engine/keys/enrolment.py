"""Enrolling a worker: a code that lives a few minutes, and keys that each end makes for itself.

The code holds a secret and the fingerprint of avow's half. The secret never travels: the worker
proves with it that the key it registers is its own, and finds by the fingerprint that who answers
is the avow that printed the code. So whoever stands between them gains nothing.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from avow.common.errors import KeyringError
from avow.common.ids import new_id
from avow.engine.db.store import Row, Runs
from avow.engine.keys.ring import KeyRing

LIFE = timedelta(minutes=15)
_SECRET = 16
_PRINT = 16


@dataclass(frozen=True, slots=True)
class Code:
    """What the code says: a secret, and the beginning of the SHA-256 of avow's public key."""

    secret: bytes
    fingerprint: bytes

    def __str__(self) -> str:
        text = base64.b32encode(self.secret + self.fingerprint).decode().rstrip("=").lower()
        return "-".join(text[n : n + 13] for n in range(0, len(text), 13))

    @property
    def lookup(self) -> bytes:
        """By what the code is found; it does not tell the secret."""
        return _derived(self.secret, b"lookup")

    def proof(self, system: str, public_key: bytes) -> bytes:
        """What shows that who holds the code registers this key for this system."""
        return proof_by(_derived(self.secret, b"proof"), system, public_key)

    def is_of(self, avow_key: bytes) -> bool:
        """Whether the key is that of the avow that printed the code."""
        return hmac.compare_digest(_fingerprint(avow_key), self.fingerprint)


def read_code(text: str) -> Code | None:
    """The code that was printed; None for what is none."""
    plain = "".join(text.split()).replace("-", "").upper()
    try:
        data = base64.b32decode(plain + "=" * (-len(plain) % 8))
    except binascii.Error:
        return None
    if len(data) != _SECRET + _PRINT:
        return None
    return Code(data[:_SECRET], data[_SECRET:])


def _derived(secret: bytes, use: bytes) -> bytes:
    return hmac.digest(secret, b"avow worker code 1 " + use, "sha256")


def proof_by(key: bytes, system: str, public_key: bytes) -> bytes:
    """The proof under the key that comes from a code's secret."""
    return hmac.digest(key, system.encode() + b"\0" + public_key, "sha256")


def _fingerprint(public_key: bytes) -> bytes:
    return hashlib.sha256(b"avow worker key 1 " + public_key).digest()[:_PRINT]


def make_code(
    runs: Runs, ring: KeyRing, system: str, by: str, at: datetime, life: timedelta = LIFE
) -> Code:
    """A code with which one worker of a system may be enrolled once; older ones end.

    avow's half of the pair is made with it, and kept sealed.
    """
    name, ours = new_id("code"), Ed25519PrivateKey.generate()
    code = Code(secrets.token_bytes(_SECRET), _fingerprint(ours.public_key().public_bytes_raw()))
    runs.run("worker_code_end", system=system)
    runs.run(
        "worker_code_add",
        id=name,
        system=system,
        by=by,
        at=at,
        ends_at=at + life,
        lookup=code.lookup,
        sealed_proof=ring.seal(_derived(code.secret, b"proof"), f"{name} proof"),
        sealed_key=ring.seal(ours.private_bytes_raw(), f"{name} key"),
    )
    return code


@dataclass(frozen=True, slots=True)
class Asked:
    """What a worker says when it is enrolled."""

    system: str
    lookup: bytes
    public_key: bytes
    proof: bytes


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A worker that was enrolled: its id, avow's public key, who let it in, and whose place it
    took."""

    worker: str
    avow_key: bytes
    by: str
    retired: tuple[str, ...]


def enrol(runs: Runs, ring: KeyRing, asked: Asked, at: datetime) -> Enrolled:
    """Take a worker's key, once. What is wrong is not told apart: nobody can feel for codes.

    Raises:
        KeyringError: AV589, the code is unknown, used, too old, or for another system, or the
            proof is not made with it.
    """
    with runs.transaction() as tx:
        code = tx.one("worker_code_use", lookup=asked.lookup, system=asked.system, at=at)
        if code is None or not _is_proven(ring, code, asked):
            raise _refusal()
        worker = new_id("worker")
        ours = ring.open(code["sealed_key"], f"{code['id']} key")
        tx.run("worker_code_empty", id=code["id"])
        before = tx.run("worker_retire", system=asked.system, by=code["made_by"], at=at)
        tx.run(
            "worker_add",
            id=worker,
            system=asked.system,
            public_key=asked.public_key,
            sealed_key=ring.seal(ours, worker),
            by=code["made_by"],
            at=at,
        )
    public = Ed25519PrivateKey.from_private_bytes(ours).public_key().public_bytes_raw()
    return Enrolled(worker, public, code["made_by"], tuple(row["id"] for row in before))


def _is_proven(ring: KeyRing, code: Row, asked: Asked) -> bool:
    key = ring.open(code["sealed_proof"], f"{code['id']} proof")
    wanted = proof_by(key, asked.system, asked.public_key)
    return len(asked.public_key) == 32 and hmac.compare_digest(wanted, asked.proof)


def _refusal() -> KeyringError:
    return KeyringError(
        "this code enrols no worker",
        because="it is unknown, was used, is too old, or was made for another system",
        help="make a new one: `avow worker enrol SYSTEM --by PERSON`",
        code="AV589",
    )


def signing_key(ring: KeyRing, worker: Row) -> Ed25519PrivateKey:
    """Our half of the pair with a worker. Raises KeyringError AV871, AV872."""
    return Ed25519PrivateKey.from_private_bytes(ring.open(worker["sealed_key"], worker["id"]))
