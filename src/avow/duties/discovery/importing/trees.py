"""The lists of one section: which item follows which, and what stands between them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from avow.duties.discovery.importing.elements import Element
from avow.duties.discovery.importing.labels import Sort, readings
from avow.duties.discovery.importing.model import Hint
from avow.duties.discovery.importing.passages import sentences, together

DEEPEST = 8
"""Lists inside lists; a deeper item is one of the deepest."""


@dataclass
class Node:
    """An item with the items below it, and the paragraphs that follow it before the next."""

    element: Element
    sort: Sort
    number: int
    below: list[Node] = field(default_factory=list)
    after: list[Element] = field(default_factory=list)

    @property
    def label(self) -> str:
        """What is printed, or the count of a bullet."""
        return self.element.label or str(self.number)


@dataclass
class Unit:
    """A paragraph of its own, or a list with the paragraph that leads to it."""

    intro: Element | None = None
    items: list[Node] = field(default_factory=list)


def units_of(body: list[Element]) -> list[Unit]:
    """The paragraphs and lists of a section in their order."""
    grower = _Grower()
    for element in body:
        if element.hint is Hint.ITEM:
            grower.item(element)
        else:
            grower.pending.append(element)
    grower.flush()
    return grower.units


class _Grower:
    """Keeps the open lists, the outermost first."""

    def __init__(self) -> None:
        self.units: list[Unit] = []
        self.path: list[Node] = []
        self.pending: list[Element] = []

    def flush(self) -> None:
        """Close all lists; what waits are paragraphs of their own."""
        self.units += [Unit(element) for element in self.pending]
        self.pending, self.path = [], []

    def item(self, element: Element) -> None:
        """Place an item."""
        self._let_go(element)
        place = self._by_depth(element) if element.level else self._by_label(element)
        if place is None:
            self.pending.append(element)
            return
        depth, sort, number = place
        if depth < len(self.path):
            self.path[depth].after += self.pending
            self.pending = []
        elif self.pending:
            self._new_list()
            depth = 0
        node = Node(element, sort, number)
        self._siblings(depth).append(node)
        self.path = [*self.path[:depth], node]

    def _let_go(self, element: Element) -> None:
        """Where a list of the same sort begins anew, and nothing stands between, the last sentence
        of the item before leads to it: its own line end was lost."""
        if self.pending or not self.path or element.level:
            return
        node, starts = self.path[-1], [s for s, n in readings(element.label or "") if n == 1]
        said = sentences(node.element.passage) if node.sort in starts else []
        if len(said) > 1 and said[-1].text.rstrip().endswith(":"):
            node.element = replace(node.element, passage=together(said[:-1]))
            self.pending.append(Element(Hint.NONE, said[-1]))

    def _new_list(self) -> None:
        *prose, intro = self.pending
        self.units += [Unit(element) for element in prose]
        self.units.append(Unit(intro))
        self.pending, self.path = [], []

    def _siblings(self, depth: int) -> list[Node]:
        if depth:
            return self.path[depth - 1].below
        if not self.units or not (self.path or self._waits()):
            self.units.append(Unit())
        return self.units[-1].items

    def _waits(self) -> bool:
        """Whether the last unit is a paragraph that leads to a list."""
        last = self.units[-1]
        return last.intro is not None and not last.items

    def _by_label(self, element: Element) -> tuple[int, Sort, int] | None:
        said = readings(element.label or "")
        starts = next(((s, n) for s, n in said if n <= 1), None)
        if starts and self.path and not self.pending and starts[0] is not Sort.BULLET:
            leads = self.path[-1].element.words.endswith(":")
            if leads and len(self.path) < DEEPEST:
                return len(self.path), *starts
        known = self._successor(said)
        if known:
            return known
        if starts is None:
            return self._gap(said)
        sort, number = starts[0], max(starts[1], 1)
        if self.pending or not self.path:
            return len(self.path) if self.pending else 0, sort, number
        return min(len(self.path), DEEPEST - 1), sort, number

    def _successor(self, said: list[tuple[Sort, int]]) -> tuple[int, Sort, int] | None:
        """The open list that the label goes on with, the innermost first."""
        for depth in range(len(self.path) - 1, -1, -1):
            node = self.path[depth]
            for sort, number in said:
                bullet = sort is Sort.BULLET and not self.pending
                if sort is node.sort and (bullet or number == node.number + 1):
                    return depth, sort, node.number + 1
        return None

    def _gap(self, said: list[tuple[Sort, int]]) -> tuple[int, Sort, int] | None:
        """A label that leaves some out goes on with the outermost list of its sort; without one
        it is no label."""
        for depth, node in enumerate(self.path):
            for sort, number in said:
                if sort is node.sort and node.number < number <= node.number + 3:
                    return depth, sort, number
        return None

    def _by_depth(self, element: Element) -> tuple[int, Sort, int]:
        depth = min(element.level - 1, len(self.path), DEEPEST - 1)
        sort, number = (readings(element.label or "") or [(Sort.BULLET, 0)])[0]
        is_new = depth >= len(self.path) or (self.pending and number <= 1 and depth == 0)
        if is_new and depth < len(self.path) and sort is not Sort.BULLET:
            self._new_list()
            depth = 0
        elif self.pending and sort is Sort.BULLET and depth == 0:
            self._new_list()
        before = self._before(depth)
        return depth, sort, number or before + 1

    def _before(self, depth: int) -> int:
        if depth < len(self.path):
            return self.path[depth].number
        return 0
