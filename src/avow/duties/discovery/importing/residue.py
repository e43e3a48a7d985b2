"""What is left of a page or of an interface, and is no promise: page marks, keys, buttons."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from avow.duties.discovery.importing.passages import folded

_PAGE = re.compile(
    r"(?:(?:pg|page|pagina|p|blz|bladzijde)\b\.?\s*)?\d{1,4}\s*(?:/|of|sur|van|de|out of)\s*\d{1,4}"
    r"|(?:pg|page|pagina|p|blz|bladzijde)\b\.?\s*\d{1,4}|[-–—]\s*\d{1,4}\s*[-–—]"
)
_KEY = re.compile(
    r"[a-z][a-z0-9]*(?:_[a-z0-9]+)+|[a-z]\w*(?:\.[a-z_]\w*){2,}|\{\{?[^{}]{1,80}\}?\}"
    r"|\$\{[^}]{1,80}\}|%[A-Za-z_]{2,60}%|\[\[[^\]]{1,80}\]\]|<%[^%]{1,80}%>"
)
_BUTTONS = frozenset(
    "menu print imprimer afdrukken close fermer sluiten back retour terug ↑ ⇧ × ✕ share download "
    "télécharger downloaden".split()
) | {
    "arrow up", "arrow down", "arrow left", "arrow right", "chevron up", "chevron down",
    "back to top", "scroll to top", "to top", "retour en haut", "haut de page",
    "retour au sommet", "naar boven", "terug naar boven", "skip to content",
    "skip to main content", "aller au contenu", "naar de inhoud", "toggle navigation",
    "accept all", "tout accepter", "alles accepteren", "read more", "lire plus", "lees meer",
}  # fmt: skip
_DOTS = re.compile(r".*\S\s?\.{4,}\s*\d{1,4}")
_EDGE = 2
"""Lines at either end of a page that may be its running head or foot."""


def is_residue(line: str) -> bool:
    """Whether a line, by itself, says nothing to a reader."""
    text = line.strip()
    low = folded(text)
    if not text or len(text) > 200:
        return False
    return bool(
        low in _BUTTONS or _PAGE.fullmatch(low) or _KEY.fullmatch(text) or _DOTS.fullmatch(text)
    )


def is_key(line: str) -> bool:
    """Whether a line is a key of an interface, where a text should stand."""
    return bool(_KEY.fullmatch(line.strip()))


def sort_of(line: str) -> str:
    """What residues of the same sort have in common: figures do not count."""
    return re.sub(r"\d+", "#", folded(" ".join(line.split())))


def running(pages: Sequence[Sequence[tuple[int, str]]]) -> frozenset[int]:
    """The lines (by their number) that stand at the edge of most pages again and again. `pages`
    holds the lines that are not blank."""
    if len(pages) < 3:
        return frozenset()
    edges = [[*page[:_EDGE], *page[-_EDGE:]] for page in pages]
    seen = Counter(sort for page in edges for sort in {sort_of(text) for _, text in page})
    often = {sort for sort, count in seen.items() if count >= max(3, len(pages) // 2)}
    return frozenset(
        number
        for page in edges
        for number, text in page
        if len(text) <= 150 and sort_of(text) in often
    ) | _bare_numbers(edges)


def _bare_numbers(edges: Sequence[Sequence[tuple[int, str]]]) -> frozenset[int]:
    """Page numbers that stand alone."""
    return frozenset(n for page in edges for n, text in page if re.fullmatch(r"\d{1,3}", text))
