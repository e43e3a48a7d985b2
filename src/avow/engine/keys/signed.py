"""How a worker signs what it asks of avow's web server, and how the server reads that.

The signature covers the path, a number that only grows, and the body; so nothing can be changed,
sent to another place, or sent twice.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from avow.engine.keys.ring import verified

HEADER = "authorization"
_FORM = re.compile(r"avow-worker (worker-[a-z2-7]{26}) ([0-9]{1,18}) ([A-Za-z0-9+/]{86}==)")


@dataclass(frozen=True, slots=True)
class Signed:
    """Who asks, with which number, and their signature."""

    worker: str
    number: int
    signature: bytes

    def is_of(self, public_key: bytes, path: str, body: bytes) -> bool:
        """Whether the owner of this key asked for this path with this body."""
        text = _text(self.worker, self.number, path, body)
        return verified(text, self.signature, public_key)


def header(signing: Ed25519PrivateKey, worker: str, number: int, path: str, body: bytes) -> str:
    """The header that signs a question."""
    signature = base64.b64encode(signing.sign(_text(worker, number, path, body)))
    return f"avow-worker {worker} {number} {signature.decode()}"


def signed(text: str) -> Signed | None:
    """What a header says; None where it says nothing of this form."""
    found = _FORM.fullmatch(text)
    if found is None:
        return None
    try:
        signature = base64.b64decode(found[3], validate=True)
    except binascii.Error:
        return None
    return Signed(found[1], int(found[2]), signature)


def _text(worker: str, number: int, path: str, body: bytes) -> bytes:
    digest = hashlib.sha256(body).hexdigest()
    return f"avow worker question 1\n{worker}\n{number}\n{path}\n{digest}".encode()
