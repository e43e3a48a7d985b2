"""A document as written: texts, lists and mappings with their places. No value has a type yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TypeAlias

from avow.common.findings import Finding
from avow.common.places import Place


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar, always as the text that was written. `plain`: it was written without quotes."""

    value: str
    place: Place
    plain: bool = True

    @property
    def is_absent(self) -> bool:
        """Whether nothing at all was written: `key:` and no value. `""` is written."""
        return self.plain and not self.value


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Node, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Pairs:
    """A mapping, in the order written, no key twice."""

    pairs: tuple[tuple[Text, Node], ...]
    place: Place

    def get(self, name: str) -> Node | None:
        """The value under a key, or None."""
        return next((node for key, node in self.pairs if key.value == name), None)


Node: TypeAlias = Text | Items | Pairs

KIND = {Text: "a text", Items: "a list", Pairs: "a mapping"}


@dataclass(slots=True)
class Notes:
    """Collects everything that is wrong with a document. `dropped` counts what could not be read
    at all, so that nobody complains about references to it."""

    findings: list[Finding] = field(default_factory=list)
    dropped: int = 0

    def wrong(
        self, code: str, message: str, place: Place, *, because: str = "", hint: str = ""
    ) -> None:
        """Note an error of the document."""
        self.findings.append(Finding(code, message, place, because=because, help=hint))


def meant(word: str, known: Iterable[str]) -> str:
    """A help line with the known word that `word` is most like; empty when none is close."""
    close = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"did you mean `{close[0]}`?" if close else ""
