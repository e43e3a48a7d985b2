"""Keys of one conversation between avow and a worker: agreed afresh, and gone with it.

Both ends make an X25519 key (RFC 7748) for this conversation alone and sign it with the Ed25519 key
(RFC 8032) that the other end learned at enrolment. From the secret they share come two AES-256-GCM
keys (HKDF-SHA-256, RFC 5869), one for each direction. A box opens once, and in its turn only: its
number is the nonce. Whoever reads the boxes later cannot open them, not even with the signing keys.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from avow.engine.keys.ring import verified

_WORDS = b"avow worker conversation 1"
_PUBLIC, _SIGNATURE, _KEY = 32, 64, 32


class Unproven(Exception):
    """What came was not made by the one we speak with, or not for this place in what is said."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The conversation's id and the worker's: signed into everything, so that nothing that was said
    in one conversation counts in another."""

    conversation: str
    worker: str

    def text(self, who: bytes, *parts: bytes) -> bytes:
        """What is signed, or mixed into keys."""
        names = (self.conversation.encode(), self.worker.encode())
        return b"\0".join((_WORDS, who, *names, b"".join(parts)))


@dataclass(slots=True)
class Session:
    """One end of a conversation whose keys are agreed."""

    pair: Pair
    _sending: AESGCM
    _taking: AESGCM
    _sent: int = 0
    _taken: int = 0

    def seal(self, plain: bytes) -> bytes:
        """The next message as a box."""
        self._sent += 1
        return self._sending.encrypt(_nonce(self._sent), plain, self.pair.text(b"box"))

    def open(self, box: bytes) -> bytes:
        """The next message of the other end.

        Raises:
            Unproven: it was changed, came twice, or is not the next one.
        """
        try:
            plain = self._taking.decrypt(_nonce(self._taken + 1), box, self.pair.text(b"box"))
        except (InvalidTag, ValueError):
            raise Unproven("a message is not the next one of this conversation") from None
        self._taken += 1
        return plain


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


@dataclass(frozen=True, slots=True)
class Beginning:
    """avow's end before the worker answered."""

    pair: Pair
    ours: X25519PrivateKey = field(default_factory=X25519PrivateKey.generate)

    def hello(self, signing: Ed25519PrivateKey) -> bytes:
        """What begins the conversation: our key and our signature."""
        public = self.ours.public_key().public_bytes_raw()
        return public + signing.sign(self.pair.text(b"hello", public))

    def agreed(self, reply: bytes, worker_key: bytes) -> Session:
        """The session, from the worker's reply.

        Raises:
            Unproven: the worker with this key did not make the reply to this hello.
        """
        public = self.ours.public_key().public_bytes_raw()
        theirs, signature = _parts(reply)
        if not verified(self.pair.text(b"reply", public, theirs), signature, worker_key):
            raise Unproven("the reply is not of the worker that was enrolled")
        to_worker, to_avow = _keys(self.ours, theirs, self.pair.text(b"keys", public, theirs))
        return Session(self.pair, to_worker, to_avow)


def answered(
    pair: Pair, hello: bytes, avow_key: bytes, signing: Ed25519PrivateKey
) -> tuple[bytes, Session]:
    """The worker's reply to a hello, and its session.

    Raises:
        Unproven: the avow with this key did not make the hello.
    """
    theirs, signature = _parts(hello)
    if not verified(pair.text(b"hello", theirs), signature, avow_key):
        raise Unproven("the hello is not of the avow that this worker was enrolled with")
    ours = X25519PrivateKey.generate()
    public = ours.public_key().public_bytes_raw()
    reply = public + signing.sign(pair.text(b"reply", theirs, public))
    to_worker, to_avow = _keys(ours, theirs, pair.text(b"keys", theirs, public))
    return reply, Session(pair, to_avow, to_worker)


def _parts(said: bytes) -> tuple[bytes, bytes]:
    if len(said) != _PUBLIC + _SIGNATURE:
        raise Unproven("this begins no conversation")
    return said[:_PUBLIC], said[_PUBLIC:]


def _keys(ours: X25519PrivateKey, theirs: bytes, about: bytes) -> tuple[AESGCM, AESGCM]:
    """The keys to the worker and to avow."""
    try:
        secret = ours.exchange(X25519PublicKey.from_public_bytes(theirs))
    except ValueError:  # a point of low order, which would give away the secret
        raise Unproven("this is no key to agree with") from None
    made = HKDF(SHA256(), 2 * _KEY, salt=None, info=about).derive(secret)
    return AESGCM(made[:_KEY]), AESGCM(made[_KEY:])
