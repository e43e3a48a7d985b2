"""Which contract this avow speaks. A worker of another one is refused, and not guessed at: an older
worker would pass over what it does not know, and a condition that is passed over removes too much.
"""

from __future__ import annotations

import hashlib
from functools import cache

import msgspec

from avow.common.version import __version__
from avow.estate.connectors.base import Access, Capability, Oldest, Window
from avow.estate.connectors.catalogue import Catalogue
from avow.estate.connectors.itself import Itself
from avow.estate.connectors.together import Growth, Question
from avow.estate.datamap.edges import Edge, Side
from avow.estate.datamap.model import Blank, Identity, System
from avow.estate.datamap.predicates import Equal, InKeys, Null, Until

SPOKEN = (
    Access, Blank, Capability, Catalogue, Edge, Equal, Growth, Identity, InKeys, Itself, Null,
    Oldest, Question, Side, System, Until, Window,
)  # fmt: skip
"""What messages are made of."""


@cache
def contract() -> str:
    """The version of avow, and the SHA-256 of the form of all that messages are made of."""
    forms = msgspec.json.schema_components(SPOKEN, schema_hook=_any)
    digest = hashlib.sha256(msgspec.json.encode(forms, order="deterministic")).hexdigest()
    return f"{__version__} {digest}"


def _any(of: type) -> dict[str, object]:
    """The form of a value of a row: whatever it is."""
    return {"title": of.__name__}
