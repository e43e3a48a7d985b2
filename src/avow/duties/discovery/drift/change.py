"""What a patch would change in the data map, in the map's own words; `edit` writes it as YAML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from avow.common.places import Place
from avow.duties.discovery.writing import word
from avow.estate.datamap.model import LinkWord


@dataclass(frozen=True, slots=True)
class NameColumn:
    """Say under `fields` of a dataset what a column holds; `why` is said beside it."""

    dataset: Place
    column: str
    category: str
    why: str

    def __str__(self) -> str:
        return f"fields: {{{word(self.column)}: {self.category}}}"


@dataclass(frozen=True, slots=True)
class AddLink:
    """Add a link to a dataset. `parent_fields` is empty when the pointer names the key."""

    dataset: Place
    word: LinkWord
    to: str
    fields: tuple[str, ...]
    parent_fields: tuple[str, ...]
    why: str

    def __str__(self) -> str:
        return f"{self.word}: {link_text(self.to, self.fields, self.parent_fields)}"


@dataclass(frozen=True, slots=True)
class AddDataset:
    """Add a dataset to a system; `keys` are its keys as YAML texts, in order."""

    system: str
    file: str
    name: str
    keys: Mapping[str, str] = field(hash=False)
    why: str

    def __str__(self) -> str:
        return f"{word(self.name)}: {self.text}"

    @property
    def text(self) -> str:
        """The dataset on one line."""
        return f"{{{', '.join(f'{key}: {text}' for key, text in self.keys.items())}}}"


@dataclass(frozen=True, slots=True)
class Forget:
    """Take a column out of `fields` of a dataset, or the dataset (without `column`) out of the
    map: what is not there needs no word."""

    dataset: Place
    name: str
    column: str | None = None

    def __str__(self) -> str:
        return f"without `{self.column or self.name}`"


@dataclass(frozen=True, slots=True)
class Rename:
    """Call a column of `fields` by its new name; whatever else is said of it stays."""

    dataset: Place
    column: str
    to: str

    def __str__(self) -> str:
        return f"fields: `{self.to}` in place of `{self.column}`"


Change = NameColumn | Rename | AddLink | AddDataset | Forget


def names_text(names: tuple[str, ...]) -> str:
    """Column names as a list, or bare when there is one."""
    return word(names[0]) if len(names) == 1 else f"[{', '.join(map(word, names))}]"


def link_text(to: str, fields: tuple[str, ...], parent_fields: tuple[str, ...] = ()) -> str:
    """A link: short when it names the target's key, else in its long form."""
    if not parent_fields:
        return f"{{{word(to)}: {names_text(fields)}}}"
    theirs = names_text(parent_fields)
    return f"{{to: {word(to)}, field: {names_text(fields)}, parent_field: {theirs}}}"
