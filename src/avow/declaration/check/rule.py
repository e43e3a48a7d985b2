"""A rule of the check as one value: its code, the law behind it, what it asks, words that would do.

One rule, one file: the file holds the rule's `RULE` and the function that looks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from avow.common.findings import Need
from avow.declaration.check.found import Check, Found
from avow.declaration.check.together import Grouping
from avow.declaration.check.universe import Universe
from avow.declaration.model import Declaration, InForce


@dataclass(frozen=True, slots=True)
class Wording:
    """A sentence that would do, in the three languages; `…` stands for what only the controller
    knows."""

    fr: str
    nl: str
    en: str

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Language and sentence."""
        return (("fr", self.fr), ("nl", self.nl), ("en", self.en))


@dataclass(frozen=True, slots=True)
class Rule:
    """What the check looks for, and what is told with each thing it finds.

    `law` names article and act; `need` is the kind of decision that ends the finding; `wording` is
    proposed where other words would end it. Where one decision would end several of its findings,
    `together` says which are told as one, under `headline`.
    """

    code: str
    law: str
    need: Need
    look: Check
    wording: Wording | None = None
    together: Grouping | None = None
    headline: str = ""

    def __call__(
        self, declaration: Declaration, law: InForce, universe: Universe
    ) -> Iterator[Found]:
        """What is found, each with the law, the need and the wording of the rule; what a finding
        says of these itself counts."""
        for found in self.look(declaration, law, universe):
            said = found.finding
            told = replace(
                said,
                law=said.law or self.law,
                need=said.need or self.need,
                proposal=said.proposal or (self.wording.pairs if self.wording else ()),
            )
            yield replace(found, finding=told)
