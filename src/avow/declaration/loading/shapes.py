"""Shapes: small readers of nodes that compose, note all that is wrong, and describe themselves.

A shape turns a node into a typed value, or notes findings and gives None. Reading never stops at
the first finding: a record reads all its keys before it gives up. The same shapes give the JSON
Schema for editors, so that what is offered and what is read cannot differ.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum, StrEnum
from typing import Generic, TypeAlias, TypeVar, cast

from avow.common.places import Place
from avow.declaration.loading.nodes import KIND, Items, Node, Notes, Pairs, Text, meant

T = TypeVar("T")
D = TypeVar("D")
E = TypeVar("E", bound=StrEnum)
T_co = TypeVar("T_co", covariant=True)
Schema: TypeAlias = Mapping[str, object]


class _Required(Enum):
    """The mark of a key that has no default."""

    REQUIRED = 1


@dataclass(frozen=True, slots=True)
class Shape(Generic[T_co]):
    """How one value is read. `says` names it in findings: "a period"."""

    says: str
    read: Callable[[Node, Notes], T_co | None]
    schema: Schema


@dataclass(frozen=True, slots=True)
class Key(Generic[T_co]):
    """A key of a record with the shape of its value, and what counts when it is not written."""

    name: str
    shape: Shape[T_co]
    default: object = _Required.REQUIRED

    @property
    def is_required(self) -> bool:
        """Whether a record without it is an error."""
        return self.default is _Required.REQUIRED


def need(name: str, shape: Shape[T]) -> Key[T]:
    """A key that must be there."""
    return Key(name, shape)


def may(name: str, shape: Shape[T], default: D) -> Key[T | D]:
    """A key that may be there, with what counts when it is not."""
    return Key(name, cast("Shape[T | D]", shape), default)


def may_map(name: str, shape: Shape[dict[str, T]]) -> Key[dict[str, T]]:
    """A key with a mapping that is empty when it is not there."""
    return Key(name, shape, {})


@dataclass(frozen=True, slots=True)
class Fields:
    """The values of one record after all its keys were read, typed by their keys.

    `name` is what the record is called where it stands in a mapping of names.
    """

    values: Mapping[str, object]
    node: Pairs
    notes: Notes
    name: Text

    def __getitem__(self, key: Key[T]) -> T:
        return cast("T", self.values[key.name])

    def has(self, key: Key[T]) -> bool:
        """Whether the key was written."""
        return self.node.get(key.name) is not None

    def place(self, key: Key[T] | None = None) -> Place:
        """The place of a key's value; without it, or without a key, that of the record."""
        node = self.node.get(key.name) if key else None
        return node.place if node else self.name.place

    def wrong(self, code: str, message: str, key: Key[T] | None = None, *, hint: str = "") -> None:
        """Note an error of this record at one of its keys."""
        self.notes.wrong(code, message, self.place(key), hint=hint)


@dataclass(frozen=True, slots=True)
class Record(Generic[T]):
    """A mapping with known keys. `make` gets all values typed and may note more and give None."""

    says: str
    make: Callable[[Fields], T | None]
    keys: tuple[Key[object], ...]

    def read(self, node: Node, notes: Notes, name: Text | None = None) -> T | None:
        """Read every key, then make the value when none of them failed."""
        if not isinstance(node, Pairs):
            _mismatch(node, notes, self.says, "a mapping")
            return None
        self._unknown(node, notes)
        values = {key.name: self._value(key, node, notes, name) for key in self.keys}
        if any(value is _FAILED for value in values.values()):
            notes.dropped += 1
            return None
        return self.make(Fields(values, node, notes, name or _called(node, self.keys)))

    def _unknown(self, node: Pairs, notes: Notes) -> None:
        names = [key.name for key in self.keys]
        for key, _ in node.pairs:
            if key.value not in names:
                hint = meant(key.value, names) or f"known here: {', '.join(names)}"
                what = f"{self.says} has no key `{key.value}`"
                notes.wrong("AV112", what, key.place, hint=hint)

    def _value(self, key: Key[object], node: Pairs, notes: Notes, name: Text | None) -> object:
        found = node.get(key.name)
        if found is None:
            if not key.is_required:
                return key.default
            place = name.place if name else node.place
            notes.wrong("AV113", f"{self.says} needs the key `{key.name}`", place)
            return _FAILED
        value = key.shape.read(found, notes)
        return _FAILED if value is None else value

    @property
    def shape(self) -> Shape[T]:
        """The record as a shape of its own."""
        return Shape(self.says, self.read, self.schema)

    @property
    def schema(self) -> Schema:
        """Its JSON Schema: no other keys, and those that must be there."""
        return {
            "type": "object",
            "properties": {key.name: key.shape.schema for key in self.keys},
            "required": [key.name for key in self.keys if key.is_required],
            "additionalProperties": False,
        }


class _Failed(Enum):
    FAILED = 1


_FAILED = _Failed.FAILED


def record(says: str, make: Callable[[Fields], T | None], *keys: Key[object]) -> Record[T]:
    """A record shape; `keys` are typed one by one and read through `Fields`."""
    return Record(says, make, keys)


def _called(node: Pairs, keys: Sequence[Key[object]]) -> Text:
    """The text that names a record in a list: its first key's value, where that is a text."""
    first = node.get(keys[0].name) if keys else None
    return first if isinstance(first, Text) else Text("", node.place)


def _mismatch(node: Node, notes: Notes, says: str, wanted: str) -> None:
    """Note that the node has the wrong form; the reader that asked gives the None on."""
    notes.dropped += 1
    if isinstance(node, Text) and node.is_absent:
        notes.wrong("AV113", f"nothing is written where {says} is expected", node.place)
    else:
        what = f"{says} is {wanted}, and this is {KIND[type(node)]}"
        notes.wrong("AV114", what, node.place)


def text(
    says: str, parse: Callable[[str], T | None], code: str, schema: Schema, hint: str = ""
) -> Shape[T]:
    """A scalar that `parse` understands; None from it is a finding with this code."""

    def read(node: Node, notes: Notes) -> T | None:
        if not isinstance(node, Text) or node.is_absent:
            _mismatch(node, notes, says, "a text")
            return None
        value = parse(node.value)
        if value is None:
            notes.dropped += 1
            notes.wrong(code, f"`{node.value}` is not {says}", node.place, hint=hint)
        return value

    return Shape(says, read, {"type": "string", **schema})


def one_of(kind: type[E], says: str) -> Shape[E]:
    """A word of an enumeration."""
    words = [member.value for member in kind]

    def read(node: Node, notes: Notes) -> E | None:
        if not isinstance(node, Text) or node.is_absent:
            _mismatch(node, notes, says, "a word")
            return None
        if node.value not in words:
            notes.dropped += 1
            hint = meant(node.value, words) or f"one of: {', '.join(words)}"
            notes.wrong("AV115", f"`{node.value}` is not {says}", node.place, hint=hint)
            return None
        return kind(node.value)

    return Shape(says, read, {"enum": words})


def many(item: Shape[T]) -> Shape[tuple[T, ...]]:
    """A list of one shape; a broken item is left out after its finding."""

    def read(node: Node, notes: Notes) -> tuple[T, ...] | None:
        if not isinstance(node, Items):
            _mismatch(node, notes, f"a list of {item.says}", "a list")
            return None
        values = [item.read(entry, notes) for entry in node.items]
        return tuple(value for value in values if value is not None)

    return Shape(f"a list of {item.says}", read, {"type": "array", "items": item.schema})


def one_or_many(item: Shape[T]) -> Shape[tuple[T, ...]]:
    """One value, or a list of them."""
    several = many(item)

    def read(node: Node, notes: Notes) -> tuple[T, ...] | None:
        if isinstance(node, Items):
            return several.read(node, notes)
        value = item.read(node, notes)
        return None if value is None else (value,)

    return Shape(item.says, read, {"anyOf": [item.schema, several.schema]})


def table(item: Record[T]) -> Shape[dict[str, T]]:
    """A mapping of names to records; a record knows the name it stands under."""

    def read(node: Node, notes: Notes) -> dict[str, T] | None:
        if not isinstance(node, Pairs):
            _mismatch(node, notes, f"a mapping to {item.says}", "a mapping")
            return None
        values = {key.value: item.read(entry, notes, key) for key, entry in node.pairs}
        return {name: value for name, value in values.items() if value is not None}

    schema = {"type": "object", "additionalProperties": item.schema}
    return Shape(f"a mapping to {item.says}", read, schema)


def mapping(item: Shape[T]) -> Shape[dict[str, T]]:
    """A mapping of names to values of one shape."""

    def read(node: Node, notes: Notes) -> dict[str, T] | None:
        if not isinstance(node, Pairs):
            _mismatch(node, notes, f"a mapping to {item.says}", "a mapping")
            return None
        values = {key.value: item.read(entry, notes) for key, entry in node.pairs}
        return {name: value for name, value in values.items() if value is not None}

    schema = {"type": "object", "additionalProperties": item.schema}
    return Shape(f"a mapping to {item.says}", read, schema)


def either(short: Shape[T], long: Shape[T]) -> Shape[T]:
    """A text in its short form, anything else in its long form."""

    def read(node: Node, notes: Notes) -> T | None:
        return (short if isinstance(node, Text) else long).read(node, notes)

    return Shape(long.says, read, {"anyOf": [short.schema, long.schema]})


def placed(shape: Shape[T]) -> Shape[tuple[T, Place]]:
    """A value together with the place where it stands."""

    def read(node: Node, notes: Notes) -> tuple[T, Place] | None:
        value = shape.read(node, notes)
        return None if value is None else (value, node.place)

    return Shape(shape.says, read, shape.schema)


def described(shape: Shape[T], description: str) -> Shape[T]:
    """The same shape with a sentence for the schema."""
    return replace(shape, schema={**shape.schema, "description": description})
