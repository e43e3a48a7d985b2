"""Identifiers: random ones for our records, and words for what a declaration names."""

import base64
import re
import secrets

ID_PATTERN = r"^[a-z]+-[a-z2-7]{26}$"
"""A record of ours: its kind, a dash, 128 random bits in lower-case base32."""

_ID = re.compile(ID_PATTERN)
_KIND = re.compile(r"^[a-z]+$")


def new_id(kind: str) -> str:
    """A new identifier such as `plan-7k2...`: 128 random bits, so it says nothing of anyone.

    Raises ValueError when `kind` is not one lower-case word.
    """
    if not _KIND.match(kind):
        raise ValueError(f"the kind of an identifier is one lower-case word, not `{kind}`")
    return f"{kind}-{base64.b32encode(secrets.token_bytes(16)).decode().rstrip('=').lower()}"


def is_id(text: str, kind: str = "") -> bool:
    """True when `text` has the form of `new_id`, and of this kind when one is given."""
    return bool(_ID.match(text)) and (not kind or text.startswith(f"{kind}-"))
