"""What happens to a row, given the verdicts of its cell groups and who refers to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from avow.declaration.decision.decide import Kind, Verdict
from avow.declaration.model import Action
from avow.estate.datamap.model import Gone

REMOVING = (Action.ERASE, Action.ANONYMISE)
"""The actions that take cells away; archive and review leave them."""


class FateKind(StrEnum):
    """The four fates of a row."""

    DELETE = "delete"
    BLANK = "blank"
    UNLINK = "unlink"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Referrer:
    """A row that stays and points to this one.

    `held`: it is under a floor and must not be altered. `nullable`: its pointer can be emptied.
    `gone` is what its link says, if it says anything.
    """

    held: bool
    nullable: bool
    gone: Gone | None = None

    @property
    def blocks(self) -> bool:
        """Whether the row pointed to must stay as a shell: the pointer may not, or cannot, go."""
        if self.gone is Gone.ALONG and not self.held:
            return False
        return self.held or not self.nullable or self.gone is Gone.SHELL


@dataclass(frozen=True, slots=True)
class Fate:
    """What happens to a row; `blank` names the categories whose cells are emptied."""

    kind: FateKind
    blank: frozenset[str] = frozenset()


def fate(
    verdicts: Mapping[str, Verdict],
    referrers: Iterable[Referrer] = (),
    *,
    shared: bool = False,
    follows: bool = False,
) -> Fate:
    """Delete iff every personal cell is due for removal and nothing that stays must refer to it.

    `verdicts` maps each category of the row to its verdict. Otherwise the due cells are blanked; a
    row all of whose cells are due becomes a shell that keeps its key, and goes with its last
    referrer. `shared`: an owner outside the batch is left, so only the leaver's link and the cells
    that speak of it end. `follows`: it is a copy whose original goes or is gone, or is made from a
    row of which something goes, and under no hold: every cell of it is due. Cells whose action is
    archive or review are not removed here.
    """
    removable = frozenset(c for c, v in verdicts.items() if follows or removes(v))
    if shared:
        return Fate(FateKind.UNLINK)
    if not removable and not follows:
        return Fate(FateKind.KEEP)
    if len(removable) == len(verdicts) and not any(r.blocks for r in referrers):
        return Fate(FateKind.DELETE)
    return Fate(FateKind.BLANK, removable)


def removes(verdict: Verdict) -> bool:
    """Whether the verdict takes the cells away: due, by erasure or anonymisation."""
    return verdict.kind is Kind.DUE and verdict.action in REMOVING
