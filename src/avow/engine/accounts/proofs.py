"""What proves who somebody is: a password, a code of the moment, a recovery code. No state.

Passwords: argon2id with the second recommended option of RFC 9106, 4 (3 passes over 64 MiB in 4
lanes), for machines that serve pages beside. Codes: RFC 6238, SHA-1, 30 seconds, six digits, which
every authenticator app reads; one step to either side is taken.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import unicodedata
from datetime import datetime, timedelta

import pyotp
import segno
from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

HASHER = PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=4, type=Type.ID)
STEP = 30
"""Seconds of one code."""
SHORTEST, LONGEST = 12, 256
"""Characters of a password: long enough to resist guessing, short enough to be hashed."""
RECOVERY = 8
"""How many recovery codes a person has."""
FREE, FIRST, MOST = 4, timedelta(seconds=15), timedelta(minutes=15)
"""Attempts without a wait; the first wait, which doubles; the longest."""
FREE_OF_ADDRESS = 12
"""Attempts from one address: a whole office may stand behind it."""


def spelled(password: str) -> str:
    """One spelling of the same characters (NFKC), so that every keyboard gives the same hash."""
    return unicodedata.normalize("NFKC", password)


def is_password(password: str, person: str) -> bool:
    """Whether it may be chosen: its length, more than three different characters, not the id."""
    text = spelled(password)
    sound = SHORTEST <= len(text) <= LONGEST and len(set(text)) > 3
    return sound and person.lower() not in text.lower()


def hashed(password: str, hasher: PasswordHasher) -> str:
    """The argon2id hash with its parameters and salt."""
    return hasher.hash(spelled(password))


def matches(hash_: str, password: str, hasher: PasswordHasher) -> bool:
    """Whether it is the password of the hash; costs the same whether it is or not."""
    try:
        return hasher.verify(hash_, spelled(password)[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False


def new_seed() -> str:
    """A fresh secret of 160 bits in base32 (RFC 4226, 4)."""
    return pyotp.random_base32(32)


def step_of(seed: str, code: str, at: datetime) -> int | None:
    """The time step of a code that is right within one step to either side; None when it is not.

    All three are compared, however soon one fits.
    """
    otp, now = pyotp.TOTP(seed), int(at.timestamp()) // STEP
    plain = code.replace(" ", "").encode()
    found = [n for n in (now - 1, now, now + 1) if hmac.compare_digest(_code(otp, n), plain)]
    return found[-1] if found else None


def _code(otp: pyotp.TOTP, step: int) -> bytes:
    return otp.generate_otp(step).encode()


def address_of(seed: str, person: str, house: str) -> str:
    """What an authenticator app reads (`otpauth:`)."""
    return pyotp.TOTP(seed).provisioning_uri(name=person, issuer_name=house)


def picture(address: str) -> str:
    """The address as a QR code in SVG, with no style in it; 4 modules of quiet zone. What stands
    under the id `qr-caption` on its page names it."""
    drawn = segno.make(address, error="m", micro=False).svg_inline(
        scale=5, border=4, dark="#000000", light="#ffffff", svgclass="qr", lineclass=None
    )
    return drawn.replace("<svg", '<svg role="img" aria-labelledby="qr-caption"', 1)


def new_secret() -> str:
    """A secret of 128 bits to type once: base32 in groups."""
    text = base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower()
    return "-".join(text[n : n + 7] for n in range(0, len(text), 7))


def new_recovery() -> str:
    """A recovery code of 80 bits: four groups of four."""
    text = base64.b32encode(secrets.token_bytes(10)).decode().lower()
    return "-".join(text[n : n + 4] for n in range(0, 16, 4))


def digest(secret: str) -> bytes:
    """By what a random secret is kept: SHA-256 of it, without how people group it."""
    plain = "".join(c for c in secret.lower() if c.isalnum())
    return hashlib.sha256(b"avow account 1 " + plain.encode()).digest()


def wait(failures: int, free: int) -> timedelta:
    """How long nothing counts after so many attempts: nothing at first, then twice as long each."""
    over = failures - free
    if over <= 0:
        return timedelta()
    return min(MOST, FIRST * (1 << min(over - 1, 10)))
