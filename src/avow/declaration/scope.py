"""Which cells a scope covers. One definition for decisions, plans, checks and the notice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from avow.declaration.model import Minimum, Purpose, Rule, Scope


class Cells(Protocol):
    """What a scope looks at: the coordinates of a cell group."""

    @property
    def category(self) -> str: ...
    @property
    def collected_at(self) -> str | None: ...
    @property
    def subject(self) -> str | None: ...
    @property
    def system(self) -> str: ...
    @property
    def dataset(self) -> str: ...
    @property
    def originals(self) -> frozenset[str]: ...


@dataclass(frozen=True, slots=True)
class CellPlace:
    """The coordinates of cells without their events: enough to ask which rules cover them.

    `originals` are the datasets of which these cells are copies: what covers those covers these.
    """

    category: str
    collected_at: str | None = None
    subject: str | None = None
    system: str = ""
    dataset: str = ""
    originals: frozenset[str] = frozenset()


def covers(scope: Scope, cells: Cells) -> bool:
    """Whether every key that the scope names has the cells' value among its own."""
    return (
        (not scope.category or cells.category in scope.category)
        and (not scope.collected_at or cells.collected_at in scope.collected_at)
        and (not scope.subject or cells.subject in scope.subject)
        and (not scope.system or cells.system in scope.system)
        and (
            not scope.dataset
            or cells.dataset in scope.dataset
            or not scope.dataset.isdisjoint(cells.originals)
        )
    )


def rule_covers(rule: Rule, cells: Cells) -> bool:
    """Whether the rule reaches these cells: in its scope and in none of its exceptions."""
    return covers(rule.applies_to, cells) and not any(
        not e.is_empty and covers(e, cells) for e in rule.exceptions
    )


def minimum_covers(minimum: Minimum, cells: Cells) -> bool:
    """Whether the legal minimum protects these cells."""
    return covers(minimum.applies_to, cells)


def purpose_uses(purpose: Purpose, cells: Cells) -> bool:
    """Whether the purpose uses these cells."""
    return covers(purpose.uses, cells)
