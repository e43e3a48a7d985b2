"""A page as a tree, by the parser of the standard library: enough to ask questions about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())


@dataclass
class Node:
    """One element; `children` are elements and texts in their order."""

    tag: str
    attributes: dict[str, str]
    parent: Node | None = None
    children: list[Node | str] = field(default_factory=list)

    def walk(self) -> Iterator[Node]:
        """This element and all below, in document order."""
        yield self
        for child in self.children:
            if isinstance(child, Node):
                yield from child.walk()

    def all(self, *tags: str) -> list[Node]:
        """All elements below with one of these tags."""
        return [node for node in self.walk() if node.tag in tags]

    def having(self, name: str) -> list[Node]:
        """All elements below with this attribute."""
        return [node for node in self.walk() if name in node.attributes]

    @property
    def text(self) -> str:
        """The words in it, as a reader hears them."""
        parts = []
        for child in self.children:
            if isinstance(child, str):
                parts.append(child)
            elif child.attributes.get("aria-hidden") != "true":
                label = child.attributes.get("aria-label") if child.tag == "svg" else None
                parts.append(label or child.text)
        return " ".join(" ".join(parts).split())

    def inside(self, *tags: str) -> bool:
        """Whether one of these elements holds it."""
        return self.parent is not None and (self.parent.tag in tags or self.parent.inside(*tags))


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Node("", {})
        self.at = self.root

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs}, self.at)
        self.at.children.append(node)
        if tag not in VOID:
            self.at = node

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.at.children.append(Node(tag, attributes, self.at))

    def handle_endtag(self, tag: str) -> None:
        if self.at.tag != tag or self.at.parent is None:
            raise AssertionError(f"</{tag}> closes <{self.at.tag}>")
        self.at = self.at.parent

    def handle_data(self, data: str) -> None:
        self.at.children.append(data)


def read(html: str) -> Node:
    """The tree of a page. A tag that is not closed in its order is a fault."""
    builder = _Builder()
    builder.feed(html)
    builder.close()
    if builder.at is not builder.root:
        raise AssertionError(f"<{builder.at.tag}> is never closed")
    return builder.root
