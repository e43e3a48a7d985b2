"""One normal form for links: every link word lowers to an `Edge` from a child to a parent.

The *child* holds the pointer, the *parent* is what it names. `flows` says to which side the right
passes: owned by and accessed by give it to the child, owns and accesses to the parent. A copy is
owned by who owns its original; it is not shown beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from avow.estate.datamap.model import Dataset, Gone, Link, LinkWord, Normaliser, System


class Right(StrEnum):
    """What a person may claim of a row: own it, see it, or nothing."""

    OWN = "own"
    SEE = "see"
    NONE = "none"


class Side(StrEnum):
    """A side of an edge: the row with the pointer (`child`) or the one it names (`parent`)."""

    CHILD = "child"
    PARENT = "parent"


@dataclass(frozen=True, slots=True)
class Edge:
    """A link in normal form. Values of `child_fields` equal those of `parent_fields`, normalised.

    `when` restricts it to child rows whose columns have these values. `by_value`: it names no key
    but a value that both sides hold; there an empty text points nowhere, because blanked rows must
    not find each other. `hides` are columns of the taker that are not shown to whom this edge alone
    leads there. With `copy` the child's rows are copies of the parent's: they have no fate of their
    own. `name` is stable and tells the edge in paths and key tables: `child.field>parent`.
    """

    child: str
    child_fields: tuple[str, ...]
    parent: str
    parent_fields: tuple[str, ...]
    right: Right
    flows: Side
    when: tuple[tuple[str, str], ...] = ()
    of: str | None = None
    normalise: Normaliser = Normaliser.EXACT
    gone: Gone | None = None
    by_value: bool = False
    hides: tuple[str, ...] = ()
    hides_row: bool = False
    copy: bool = False

    @property
    def name(self) -> str:
        """`public.login.account_id>public.account`, with the condition where there is one."""
        condition = "".join(f"[{c}={v}]" for c, v in self.when)
        return f"{self.child}.{'+'.join(self.child_fields)}{condition}>{self.parent}"

    @property
    def giver(self) -> str:
        """The dataset whose persons pass their right on."""
        return self.parent if self.flows is Side.CHILD else self.child

    @property
    def taker(self) -> str:
        """The dataset whose rows the right reaches."""
        return self.child if self.flows is Side.CHILD else self.parent


_MEANING = {
    LinkWord.OWNED_BY: (Right.OWN, Side.CHILD),
    LinkWord.ACCESSED_BY: (Right.SEE, Side.CHILD),
    LinkWord.OWNS: (Right.OWN, Side.PARENT),
    LinkWord.ACCESSES: (Right.SEE, Side.PARENT),
    LinkWord.COPY_OF: (Right.OWN, Side.CHILD),
    LinkWord.NO_RIGHT: (Right.NONE, Side.CHILD),
}


def edge(dataset: Dataset, link: Link, target: Dataset) -> Edge:
    """Lower one link of `dataset` to its edge; an unnamed parent field means the target's key."""
    right, flows = _MEANING[link.word]
    return Edge(
        child=dataset.name,
        child_fields=link.fields,
        parent=target.name,
        parent_fields=link.parent_fields or target.key,
        right=right,
        flows=flows,
        when=link.when,
        of=link.of,
        normalise=link.normalise,
        gone=link.gone,
        by_value=bool(link.parent_fields) and set(link.parent_fields) != set(target.key),
        hides=tuple(sorted({*link.hide, *_of_others(dataset, link, flows)})),
        hides_row=link.hide_row or link.word is LinkWord.COPY_OF,
        copy=link.word is LinkWord.COPY_OF,
    )


def _of_others(dataset: Dataset, link: Link, flows: Side) -> frozenset[str]:
    """The fields of a row that speak of somebody in another role than this link gives. A link
    without a name gives no role, and hides only what it says."""
    if link.of is None or flows is Side.PARENT:
        return frozenset()
    return frozenset(f.name for f in dataset.fields if f.of not in (None, link.of))


def edges(system: System) -> tuple[Edge, ...]:
    """Every link of a system in normal form, in declared order. Links to unknown datasets are left
    out: the loader reports them as errors."""
    known = _LOWERED.get(id(system))
    if known is None or known[0] is not system:
        if len(_LOWERED) >= _MOST:
            _LOWERED.clear()
        known = _LOWERED[id(system)] = system, tuple(_lowered(system))
    return known[1]


_LOWERED: dict[int, tuple[System, tuple[Edge, ...]]] = {}
"""What was lowered, by identity: a system never changes, and is asked for its edges for every
dataset of every person. The system is held, so that its id is nobody else's."""
_MOST = 100


def _lowered(system: System) -> Iterator[Edge]:
    for dataset in system.datasets.values():
        for link in dataset.links:
            if link.to in system.datasets:
                yield edge(dataset, link, system.datasets[link.to])
