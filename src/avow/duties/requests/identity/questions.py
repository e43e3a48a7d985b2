"""Questions about known facts: their answers are shares of all persons, and never a person's own.

Pure. The answers of a question are the same for everybody who is asked, found or not: the months,
or the beginnings, cut into parts that hold about as many persons each, or the products that most
have. So no page shows what is held of anybody, two letters cannot be laid over each other to see
what stays, and how far a guess gets is known (art. 5(1)(f), 12(6), 32 GDPR).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

import msgspec

from avow.declaration.known_facts import ANSWERS
from avow.estate.datamap.model import Coarse

FEW = 5
"""A whole value that fewer persons have is named on no page, and fewer are no part."""
LEAST_ANSWERS = 3
MOST_SHARE = 0.5
"""A question whose likeliest answer is right for more than every second person is none."""


class Part(msgspec.Struct, frozen=True):
    """One answer: from and to a value, both of them in it. Empty: no bound on that side. A whole
    value is both."""

    first: str = ""
    last: str = ""

    def holds(self, value: str) -> bool:
        """Whether a value lies in it."""
        return (not self.first or self.first <= value) and (not self.last or value <= self.last)


class Question(msgspec.Struct, frozen=True):
    """What is asked: a category, how much of a value is told, the answers, and how many of all who
    have a value would be right with the likeliest one."""

    category: str
    coarse: Coarse
    parts: tuple[Part, ...]
    share: float

    def right(self, values: Collection[str]) -> tuple[int, ...]:
        """For every answer whether it is right for somebody with these values: 1 or 0."""
        return tuple(int(any(part.holds(v) for v in values)) for part in self.parts)


def question(
    category: str, coarse: Coarse, owners: Mapping[frozenset[str], int]
) -> Question | None:
    """The question about one column, by how the answers are spread; None where there are too few
    different ones, or too few persons, so that a guess or the page itself would give them away."""
    held = Counter[str]()
    for values, count in owners.items():
        for value in values:
            held[value] += count
    parts = _values(held) if coarse is Coarse.VALUE else _stretches(held)
    if len(parts) < LEAST_ANSWERS:
        return None
    asked = Question(category, coarse, parts, 0.0)
    right = [0] * len(parts)
    for values, count in owners.items():
        right = [n + count * is_in for n, is_in in zip(right, asked.right(values), strict=True)]
    share = max(right) / sum(owners.values())
    return msgspec.structs.replace(asked, share=share) if share <= MOST_SHARE else None


def _values(held: Counter[str]) -> tuple[Part, ...]:
    """The values that most have, in the order of their names."""
    named = sorted((-count, value) for value, count in held.items() if count >= FEW)[:ANSWERS]
    return tuple(Part(value, value) for value in sorted(value for _, value in named))


def _stretches(held: Counter[str]) -> tuple[Part, ...]:
    """The values in their order, cut so that about as many persons lie in each part. The ends are
    open: the first and the last value are not told."""
    left = sum(held.values())
    goal, mass = max(FEW, left / ANSWERS), 0
    cuts: list[list[str]] = [[]]
    for value in sorted(held):
        if mass >= goal and left >= FEW and len(cuts) < ANSWERS:
            cuts.append([])
            mass = 0
        cuts[-1].append(value)
        mass, left = mass + held[value], left - held[value]
    return _open(cuts)


def _open(cuts: Sequence[Sequence[str]]) -> tuple[Part, ...]:
    """Stretches without a bound at both ends; nothing where there is one only."""
    last = len(cuts) - 1
    return tuple(
        Part("" if n == 0 else cut[0], "" if n == last else cut[-1]) for n, cut in enumerate(cuts)
    )
