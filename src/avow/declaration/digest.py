"""Digests: one number for what a declaration says, whatever files and comments it is written in.

Independent of the split into files, of comments and of the order of mappings and of lists of
records. Two declarations with one digest mean the same; what runs is named by it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from avow.declaration.model import Decision, Declaration, Signature

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_UNSAID = frozenset({"place", "digest", "right_places", "text_places"})
"""Where something stands and what its own number is are no part of what it says."""


def declaration_digest(declaration: Declaration) -> Declaration:
    """The declaration with the digest of all that it says, its texts in a number of their own."""
    texts = digest_of(declaration.texts)
    rest = digest_of(replace(declaration, texts={}))
    return replace(declaration, digest=digest_of({"rules": rest, "texts": texts}))


def decision_digest(decision: Decision) -> Decision:
    """The decision with the digest that a signature is given over."""
    return replace(decision, digest=digest_of(decision))


def digest_of(value: object) -> str:
    """`sha256:` and 64 hexadecimal digits of the canonical form of a value of the model."""
    said = json.dumps(_plain(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(said.encode()).hexdigest()}"


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return _record(value)
    match value:
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case frozenset():
            return sorted((_plain(item) for item in value), key=_order)
        case tuple():
            return _listed(value)
        case date():
            return value.isoformat()
    return value


def _record(value: DataclassInstance) -> dict[str, object]:
    """A record with its kind. What equals its default is not said, so that a later version of the
    model with one field more gives old declarations and old signatures the same number. What a
    signature signs is its `digest`, and therefore said."""
    unsaid = frozenset({"place"}) if isinstance(value, Signature) else _UNSAID
    said = {f.name: getattr(value, f.name) for f in fields(value) if f.name not in unsaid}
    defaults = {f.name: _default(f) for f in fields(value)}
    plain = {name: _plain(item) for name, item in said.items() if item != defaults[name]}
    return {"": type(value).__name__, **plain}


def _default(field: Field[object]) -> object:
    return field.default if field.default_factory is MISSING else field.default_factory()


def _listed(value: tuple[object, ...]) -> list[object]:
    """A list; the order of records says nothing, the order of words (a key's columns) does."""
    plain = [_plain(item) for item in value]
    return sorted(plain, key=_order) if plain and isinstance(plain[0], dict) else plain


def _order(plain: object) -> str:
    return json.dumps(plain, sort_keys=True, ensure_ascii=False)
