"""The terms of the W3C Data Privacy Vocabulary 2.3: which exist, and what each stands for.

A term is written with its prefix, `dpv:Customer`. The list beside this file holds names only.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from pathlib import Path

VERSION = "2.3"
PREFIXES: Mapping[str, str] = {
    "dpv": "https://w3id.org/dpv#",
    "pd": "https://w3id.org/dpv/pd#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "tech": "https://w3id.org/dpv/tech#",
}
"""The namespaces whose terms are listed here, by their usual prefix."""

_LIST = Path(__file__).parent / f"dpv-{VERSION}.txt"
_MOST_MEANT, _LIKENESS = 3, 0.6


class Stands(StrEnum):
    """What a term stands for. `SPECIAL` are the data of art. 9(1) GDPR; a `CLASS` is any other."""

    PURPOSE = "purpose"
    SUBJECT = "subject"
    DATA = "data"
    SPECIAL = "special"
    CLASS = "class"
    PROPERTY = "property"


@cache
def terms() -> Mapping[str, Stands]:
    """Every listed term, with its prefix, and what it stands for."""
    found: dict[str, Stands] = {}
    prefix, stands = "", Stands.CLASS
    for line in _LIST.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            prefix, _, word = line.strip("[]").partition(" ")
            stands = Stands(word)
        elif not line.startswith("#"):
            found |= {f"{prefix}:{name}": stands for name in line.split()}
    return found


def iri_of(term: str) -> str:
    """The IRI of a listed term; empty for any other."""
    prefix, _, name = term.partition(":")
    return PREFIXES[prefix] + name if term in terms() else ""


def is_iri(term: str) -> bool:
    """Whether somebody wrote a whole IRI of a vocabulary of their own."""
    return term.startswith(("https://", "http://", "urn:"))


def meant(term: str, among: Collection[Stands]) -> tuple[str, ...]:
    """Terms of these kinds that begin with this name, then those that look like it; three at most.
    A guide often leaves off the end of a name."""
    by_name: dict[str, str] = {}
    for known, stands in terms().items():
        if stands in among:
            by_name.setdefault(known.partition(":")[2].lower(), known)
    name = term.rpartition(":")[2].lower()
    longer = [each for each in sorted(by_name, key=len) if name and each.startswith(name)]
    close = get_close_matches(name, by_name, _MOST_MEANT, _LIKENESS)
    return tuple(by_name[each] for each in dict.fromkeys((*longer, *close)))[:_MOST_MEANT]
