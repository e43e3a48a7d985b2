"""Categories of personal data in prose, and the members of an enumeration."""

from __future__ import annotations

import re
from collections.abc import Iterator

from avow.duties.discovery.importing.wording import CATEGORIES
from avow.duties.discovery.lexicon import category_of

_APART = {
    "fr": re.compile(r"\s*(?:[,;:]|\b(?:et/ou|ainsi que|et(?! d'activit)|ou)\b)\s*"),
    "nl": re.compile(r"\s*(?:[,;:]|\b(?:en/of|alsook|evenals|en|of)\b)\s*"),
    "en": re.compile(r"\s*(?:[,;:]|\b(?:and/or|as well as|and|or)\b)\s*"),
}
"""What stands between the members of an enumeration."""


def categories_in(low: str, language: str) -> Iterator[tuple[str, int, int]]:
    """(category, start, end) of each one that folded words name; no word counts twice."""
    taken: list[tuple[int, int]] = []
    is_company = bool(_COMPANY.search(low[: max(low.find(":"), 0)]))
    for name, words in CATEGORIES.items():
        for found in words[language].finditer(low):
            start, end = found.span()
            if start < end and all(end <= a or b <= start for a, b in taken):
                taken.append((start, end))
                yield _OF_COMPANY.get(name, name) if is_company else name, start, end


_COMPANY = re.compile(r"entreprise|societe|bedrijf|onderneming|company|organi[sz]ati")
_OF_COMPANY = {"name": "company-name", "address": "company-address"}
"""What a name is in a list that is headed "about your company"."""


def phrases(low: str, language: str) -> Iterator[tuple[int, int]]:
    """The members of an enumeration."""
    start = 0
    for found in [*_APART[language].finditer(low), None]:
        end = found.start() if found else len(low)
        if low[start:end].strip(" .;:,()"):
            yield start, end
        start = found.end() if found else end


def named_like_a_column(phrase: str) -> str | None:
    """The category of a phrase that is called as a column might be; only short ones are."""
    if len(phrase.split()) > 3:
        return None
    found = category_of(phrase)
    return found[0] if found else None
