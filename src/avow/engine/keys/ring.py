"""The key ring: keys that hash, seal and sign, each with an id and successors."""

import base64
import json
import os
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from avow.common.errors import KeyringError
from avow.common.masked import Masked
from avow.engine.keys.hashing import KeyedHash, keyed_hash

USES = ("hash", "seal", "sign")
VARIABLE = "AVOW_KEYS"
"""The environment variable with the ring as JSON, for machines without a state directory."""

_BYTES = 32
_NONCE = 12
_ID = 8


@dataclass(frozen=True, slots=True)
class Keys:
    """All keys of one use by id, the current one among them; the others only open and verify."""

    current: str
    by_id: Mapping[str, Masked[bytes]]

    def key(self, key_id: str) -> bytes:
        """The key with this id. Raises KeyringError AV871 when the ring does not have it."""
        if key_id not in self.by_id:
            raise KeyringError(
                f"the key `{key_id}` is not in the key ring",
                help="bring back the key ring that was used, from its own backup",
                code="AV871",
            )
        return self.by_id[key_id].reveal()


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Keys that hash (HMAC-SHA-256), seal (AES-256-GCM) and sign (Ed25519)."""

    hashing: Keys
    sealing: Keys
    signing: Keys

    def keyed_hash(self, value: Masked[str], normaliser: str, key_id: str = "") -> KeyedHash:
        """The keyed hash of a normalised value under the current key, or the one named."""
        chosen = key_id or self.hashing.current
        return keyed_hash(value.reveal(), normaliser, chosen, self.hashing.key(chosen))

    def seal(self, plain: bytes, about: str) -> bytes:
        """Encrypt `plain`; it opens only with the same `about` (the id of the row it stands in)."""
        return sealed(plain, about, self.sealing.current, self.sealing.key(self.sealing.current))

    def open(self, box: bytes, about: str) -> bytes:
        """What was sealed. Raises KeyringError AV871 (unknown key), AV872 (changed or moved)."""
        return opened(box, about, self.sealing.key(key_of(box)))

    def sign(self, message: bytes) -> bytes:
        """The Ed25519 signature (64 bytes, RFC 8032) under the current key."""
        return self._private(self.signing.current).sign(message)

    def public_key(self, key_id: str = "") -> bytes:
        """The Ed25519 public key (32 bytes) of the current key, or the one named."""
        return self._private(key_id or self.signing.current).public_key().public_bytes_raw()

    def verify(self, message: bytes, signature: bytes, key_id: str) -> bool:
        """True when the key with this id signed exactly this message."""
        return verified(message, signature, self.public_key(key_id))

    def _private(self, key_id: str) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.signing.key(key_id))


def verified(message: bytes, signature: bytes, public_key: bytes) -> bool:
    """True when the owner of this public key signed exactly this message (Ed25519)."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def sealed(plain: bytes, about: str, key_id: str, key: bytes) -> bytes:
    """A box: length of the key's id, the id, nonce (12 bytes), AES-256-GCM of `plain`.

    The id and `about` are authenticated with it, so that a box cannot be moved to another row.
    """
    head = bytes([len(key_id)]) + key_id.encode()
    nonce = secrets.token_bytes(_NONCE)
    return head + nonce + AESGCM(key).encrypt(nonce, plain, head + about.encode())


def opened(box: bytes, about: str, key: bytes) -> bytes:
    """What a box of `sealed` holds. Raises KeyringError AV872 when it or its place was changed."""
    head, rest = box[: 1 + box[0]], box[1 + box[0] :]
    try:
        return AESGCM(key).decrypt(rest[:_NONCE], rest[_NONCE:], head + about.encode())
    except (InvalidTag, ValueError):
        raise KeyringError(
            "a sealed value does not open",
            because="it was changed, moved to another row, or sealed under another key",
            code="AV872",
        ) from None


def key_of(box: bytes) -> str:
    """The id of the key that sealed a box. Raises KeyringError AV872 for what is no box."""
    if not box or len(box) < 1 + box[0] + _NONCE:
        raise KeyringError("a sealed value is too short to be one", code="AV872")
    return box[1 : 1 + box[0]].decode("ascii", "replace")


def new_ring() -> KeyRing:
    """A ring with one fresh key per use."""
    return KeyRing(*(_with_new(Keys("", MappingProxyType({})), use) for use in USES))


def rotated(ring: KeyRing, use: str) -> KeyRing:
    """The ring with a new current key for `hash`, `seal` or `sign`; the old ones stay in it."""
    field = {"hash": "hashing", "seal": "sealing", "sign": "signing"}[use]
    return replace(ring, **{field: _with_new(getattr(ring, field), use)})


def _with_new(keys: Keys, use: str) -> Keys:
    name = f"{use}-{secrets.token_hex(_ID // 2)}"
    fresh = Masked(secrets.token_bytes(_BYTES))
    return Keys(name, MappingProxyType({**keys.by_id, name: fresh}))


def load_ring(folder: Path, environment: Mapping[str, str] = os.environ) -> KeyRing:
    """The ring of `AVOW_KEYS`, or of `ring.json` in `folder`, which is made when it is missing.

    Raises KeyringError AV873 when the file is open to others, AV874 when it cannot be read.
    """
    if environment.get(VARIABLE):
        return read_ring(environment[VARIABLE])
    path = folder / "ring.json"
    if not path.exists():
        save_ring(new_ring(), folder, replace_old=False)
    found = path.stat()
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise KeyringError(
            f"the key ring `{path}` is open to other accounts",
            help=f"look who read it, rotate the keys, and `chmod 600 {path}`",
            code="AV873",
        )
    return read_ring(path.read_text(encoding="ascii"))


def save_ring(ring: KeyRing, folder: Path, *, replace_old: bool = True) -> None:
    """Write the ring with mode 0600, whole or not at all.

    With `replace_old=False` a ring that another process has just made stays: two would split the
    hashes in two.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = folder / f"ring.{secrets.token_hex(4)}.part"
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(written_ring(ring))
        file.flush()
        os.fsync(file.fileno())
    if replace_old:
        part.replace(folder / "ring.json")
        return
    try:
        os.link(part, folder / "ring.json")
    except FileExistsError:
        pass
    finally:
        part.unlink()


def written_ring(ring: KeyRing) -> str:
    """The ring as JSON. Secret."""
    parts = zip(USES, (ring.hashing, ring.sealing, ring.signing), strict=True)
    return json.dumps(
        {
            use: {
                "current": keys.current,
                "keys": {
                    name: base64.b64encode(key.reveal()).decode()
                    for name, key in keys.by_id.items()
                },
            }
            for use, keys in parts
        },
        indent=1,
    )


def read_ring(text: str) -> KeyRing:
    """The ring of `written_ring`. Raises KeyringError AV874, which never quotes the text."""
    try:
        found = json.loads(text)
        return KeyRing(*(_read_keys(found[use]) for use in USES))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise KeyringError(
            "the key ring cannot be read",
            help=f"give the JSON of `ring.json` in `{VARIABLE}`, or bring the file back",
            code="AV874",
        ) from None


def _read_keys(found: Mapping[str, Mapping[str, str]]) -> Keys:
    by_id = {
        name: Masked(base64.b64decode(key, validate=True)) for name, key in found["keys"].items()
    }
    current = str(found["current"])
    if current not in by_id or any(len(key.reveal()) != _BYTES for key in by_id.values()):
        raise ValueError
    return Keys(current, MappingProxyType(by_id))
