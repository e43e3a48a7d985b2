"""A YAML text as nodes with offsets, and nothing more: where a pair stands, where a text ends."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from avow.common.places import Place

Pair = tuple[yaml.Node, yaml.Node]


class Unwritable(Exception):
    """The change does not fit what is written there; a person has to write it."""


def root_of(text: str) -> yaml.Node:
    """The root of a text. Raises Unwritable."""
    root: yaml.Node | None = yaml.compose(text, Loader=yaml.CSafeLoader)
    if root is None:
        raise Unwritable
    return root


def no_pair() -> Pair:
    """There is no such pair. Raises Unwritable."""
    raise Unwritable


def as_mapping(node: yaml.Node) -> yaml.MappingNode:
    """The node as a mapping. Raises Unwritable."""
    if not isinstance(node, yaml.MappingNode):
        raise Unwritable
    return node


def value_of(mapping: yaml.MappingNode, key: str) -> yaml.Node | None:
    """The value under a key, or None."""
    return next((value for name, value in mapping.value if name.value == key), None)


def mappings(node: yaml.Node) -> Iterator[yaml.MappingNode]:
    """Every mapping at or below a node, outer ones first."""
    if isinstance(node, yaml.MappingNode):
        yield node
        for _, value in node.value:
            yield from mappings(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from mappings(item)


def scalars(node: yaml.Node) -> Iterator[yaml.ScalarNode]:
    """Every text at or below a node."""
    if isinstance(node, yaml.ScalarNode):
        yield node
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from scalars(key)
            yield from scalars(value)
    else:
        for item in node.value:
            yield from scalars(item)


def stands_at(node: yaml.Node, place: Place) -> bool:
    """Whether a node begins at a place."""
    mark = node.start_mark
    return (mark.line + 1, mark.column + 1) == (place.line, place.column)


def end_of(node: yaml.Node) -> int:
    """Where the text of a node ends: a block ends with its last entry, not where the next thing
    begins."""
    if not isinstance(node, yaml.CollectionNode) or node.flow_style or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return end_of(last[1] if isinstance(last, tuple) else last)
