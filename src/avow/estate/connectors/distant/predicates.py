"""Predicates in a conversation: each part is said once, and named by its number from then on.

Predicates share their parts, and a batch asks with the same ones again and again; the other end
keeps what it heard, so that both also share what was worked out for a part.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from avow.estate.datamap.edges import Edge, Side
from avow.estate.datamap.predicates import And, Equal, InKeys, Null, Or, Predicate, Related, Until

MOST = 20_000
"""Parts that are kept; then both ends forget them all and begin anew."""

_LEAVES: Mapping[str, type[Equal | Null | Until | InKeys]] = {
    kind.__name__: kind for kind in (Equal, Null, Until, InKeys)
}
Part = list[Any]


@dataclass(slots=True)
class Told:
    """The end that asks: what it said already, and what it has to say with the next message."""

    _numbers: dict[Predicate, int] = field(default_factory=dict)
    _new: list[Part] = field(default_factory=list)
    _anew: bool = False

    def number(self, predicate: Predicate) -> int:
        """The number of a predicate for the next message. What was said before is forgotten at both
        ends where it became too much."""
        if len(self._numbers) > MOST:
            self._numbers.clear()
            self._anew = True
        return self._number(predicate)

    def _number(self, predicate: Predicate) -> int:
        if predicate not in self._numbers:
            part = self._part(predicate)
            self._numbers[predicate] = len(self._numbers)
            self._new.append(part)
        return self._numbers[predicate]

    def _part(self, predicate: Predicate) -> Part:
        match predicate:
            case And(parts) | Or(parts):
                return [type(predicate).__name__, [self._number(each) for each in parts]]
            case Related(edge, to, where, negated):
                inner, pointer = self._number(where), msgspec.to_builtins(edge)
                return ["Related", pointer, str(to), inner, negated]
        return [type(predicate).__name__, msgspec.to_builtins(predicate)]

    def taken(self) -> tuple[bool, list[Part]]:
        """What the next message says: whether all before is forgotten, and what is new."""
        anew, new = self._anew, self._new
        self._anew, self._new = False, []
        return anew, new


@dataclass(slots=True)
class Heard:
    """The end that answers: every part by its number."""

    _known: list[Predicate] = field(default_factory=list)

    def hear(self, parts: Iterable[Part], *, anew: bool) -> None:
        """Take in what is new.

        Raises:
            ValueError: a part is no predicate.
        """
        if anew:
            self._known.clear()
        for part in parts:
            self._known.append(self._predicate(part))

    def __getitem__(self, number: int) -> Predicate:
        return self._known[number]

    def _predicate(self, part: Part) -> Predicate:
        match part:
            case ["And", parts]:
                return And(tuple(self[each] for each in parts))
            case ["Or", parts]:
                return Or(tuple(self[each] for each in parts))
            case ["Related", edge, to, where, bool() as negated]:
                return Related(msgspec.convert(edge, Edge), Side(to), self[where], negated)
            case [str() as name, dict() as fields] if name in _LEAVES:
                return msgspec.convert(fields, _LEAVES[name])
        raise ValueError("this is no predicate")
