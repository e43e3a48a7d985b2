"""Signed tree heads: C2SP signed-note with Ed25519, and the tlog-checkpoint inside.

avow.example/ledger            origin
1024                           number of entries
CsUYapGGPo4dkMgIAUqom/Xajj7…   root, base64

— avow.example/ledger Az3grl…  key id (4 bytes) and signature (64 bytes), base64
"""

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from avow.common.errors import AvowError
from avow.engine.keys.ring import verified

ED25519 = b"\x01"
"""The signature type of plain Ed25519 (c2sp.org/signed-note)."""

_LINE = "— "
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


class LedgerError(AvowError):
    """The ledger or something about it is not what it should be (AV80x)."""


@dataclass(frozen=True, slots=True)
class NoteKey:
    """A public key with the name that stands in signature lines."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """Four bytes that tell keys of one name apart: SHA-256(name ‖ LF ‖ type ‖ key)[:4]."""
        return sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    def __str__(self) -> str:
        """The key as text to hand out: `name+id+base64(type ‖ key)`."""
        key = base64.b64encode(ED25519 + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{key}"


def read_key(text: str) -> NoteKey:
    """A key from its text. Raises LedgerError AV801."""
    parts = text.strip().split("+", 2)
    if len(parts) == 3:
        key = _decoded(parts[2])
        found = NoteKey(parts[0], key[1:])
        if key[:1] == ED25519 and len(key) == 33 and found.id.hex() == parts[1]:
            return found
    raise LedgerError(
        "this is not a key of a ledger",
        help="a key is one line, `name+id+key`, as `avow ledger show` prints it",
        code="AV801",
    )


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree head: whose ledger, how many entries, and their Merkle root (32 bytes)."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def signed(checkpoint: Checkpoint, key: NoteKey, sign: Callable[[bytes], bytes]) -> str:
    """The checkpoint as a signed note."""
    text = checkpoint.text
    line = base64.b64encode(key.id + sign(text.encode())).decode()
    return f"{text}\n{_LINE}{key.name} {line}\n"


def opened(note: str, keys: Sequence[NoteKey]) -> str:
    """The text of a note signed by one of `keys`.

    Signatures of unknown keys are passed over. Raises LedgerError AV802 for no note at all, AV803
    when a known key's signature is wrong, AV804 when no known key signed.
    """
    text, lines = _parts(note)
    known = {(key.name, key.id): key for key in keys}
    found = False
    for name, signature in lines:
        key = known.get((name, signature[:4]))
        if key is None:
            continue
        if not verified(text.encode(), signature[4:], key.public):
            raise LedgerError("the signature of the checkpoint is wrong", code="AV803")
        found = True
    if not found:
        raise LedgerError(
            "no known key signed the checkpoint",
            help="give the ledger's key as it was published (`--key`)",
            code="AV804",
        )
    return text


def read_checkpoint(note: str) -> Checkpoint:
    """The checkpoint in a note, signed by whomever. Raises LedgerError AV802."""
    return _checkpoint(_parts(note)[0])


def opened_checkpoint(note: str, keys: Sequence[NoteKey]) -> Checkpoint:
    """The checkpoint in a note signed by one of `keys`; see `opened`."""
    return _checkpoint(opened(note, keys))


def _checkpoint(text: str) -> Checkpoint:
    lines = text.removesuffix("\n").split("\n")
    if len(lines) < 3 or not all(lines):
        raise _no_note()
    origin, size, root = lines[0], lines[1], _decoded(lines[2])
    if not (size.isascii() and size.isdigit()) or str(int(size)) != size or len(root) != 32:
        raise _no_note()
    return Checkpoint(origin, int(size), root)


def _parts(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    text, gap, rest = note.rpartition("\n\n")
    lines = [_signature(line) for line in rest.removesuffix("\n").split("\n")]
    if not gap or not rest.endswith("\n") or _CONTROL.search(note):
        raise _no_note()
    return text + "\n", lines


def _signature(line: str) -> tuple[str, bytes]:
    name, gap, signature = line.removeprefix(_LINE).partition(" ")
    if not line.startswith(_LINE) or not gap or len(_decoded(signature)) < 5:
        raise _no_note()
    return name, _decoded(signature)


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _no_note() -> LedgerError:
    return LedgerError(
        "this is not a signed checkpoint",
        help="a checkpoint is three lines, an empty one, and a line per signature",
        code="AV802",
    )
