"""Keyed hashes: recognise a person's value without keeping it."""

import hmac
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KeyedHash:
    """A keyed hash and what is needed to make it again: the key's id, the normaliser's version."""

    hash: bytes
    key: str
    normaliser: str


def keyed_hash(value: str, normaliser: str, key_id: str, key: bytes) -> KeyedHash:
    """HMAC-SHA-256 (RFC 2104) of a value that is already normalised.

    `normaliser` is its name and version (`email/1`); it is part of the message, so that the same
    text of two kinds gives two hashes and a list of phones does not match a list of e-mails.
    """
    message = normaliser.encode() + b"\x00" + value.encode()
    return KeyedHash(hmac.digest(key, message, "sha256"), key_id, normaliser)
