"""Candidates as bytes, to be kept sealed between their acceptance and the work on them.

Parts of keys are kept as text, as every connector reads them.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from avow.engine.planner.identities import Candidate, Question
from avow.estate.connectors.values import plain_all


class _Kept(msgspec.Struct, frozen=True):
    person: int
    system: str
    dataset: str
    path: tuple[str, ...]
    keys: tuple[tuple[str, ...], ...]
    asks: tuple[Question, ...] = ()


def kept(candidates: Sequence[Candidate]) -> bytes:
    """Candidates as bytes. They name rows of persons: seal them."""
    return msgspec.json.encode(
        [_Kept(c.person, c.system, c.dataset, c.path, _plain(c), c.asks) for c in candidates]
    )


def _plain(candidate: Candidate) -> tuple[tuple[str, ...], ...]:
    return tuple(found for key in candidate.keys if (found := plain_all(key)) is not None)


def read_kept(data: bytes) -> tuple[Candidate, ...]:
    """The candidates of `kept`. Raises msgspec.ValidationError."""
    return tuple(
        Candidate(k.person, k.system, k.dataset, k.path, k.keys, k.asks)
        for k in msgspec.json.decode(data, type=list[_Kept])
    )
