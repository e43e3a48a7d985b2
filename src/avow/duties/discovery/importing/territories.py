"""Countries in running text, by their names in the language of the text."""

from __future__ import annotations

import re
from functools import cache

from babel import Locale

from avow.duties.discovery.importing.passages import folded

_ALSO = {
    "fr": {"espace economique europeen": "EEA", "eee": "EEA", "etats-unis d'amerique": "US",
           "grande-bretagne": "GB", "usa": "US", "pays-bas": "NL", "hollande": "NL"},
    "nl": {"europese economische ruimte": "EEA", "eer": "EEA", "verenigde staten van amerika": "US",
           "groot-brittannie": "GB", "vs": "US", "vk": "GB", "usa": "US"},
    "en": {"european economic area": "EEA", "eea": "EEA", "united states of america": "US",
           "usa": "US", "great britain": "GB", "uk": "GB", "the us": "US", "u.s.": "US"},
}  # fmt: skip
_SHORTEST = 4
"""Letters of a name that is looked for; shorter ones are words of their own too."""


@cache
def _names(language: str) -> tuple[re.Pattern[str], dict[str, str]]:
    territories = Locale(language).territories
    names = {
        folded(str(name)): str(code)
        for code, name in territories.items()
        if len(code) == len("BE") and code.isalpha() and code not in {"EZ", "UN", "XA", "XB", "ZZ"}
    }
    names = {name: code for name, code in names.items() if len(name) >= _SHORTEST}
    names |= _ALSO[language]
    longest = sorted(names, key=len, reverse=True)
    said = "|".join(map(re.escape, longest))
    return re.compile(rf"(?<![\w-])(?:{said})(?![\w-])"), names


def countries_in(low: str, language: str) -> list[tuple[str, int, int]]:
    """(ISO 3166 code or `EEA`, start, end) of every country that folded words name."""
    pattern, names = _names(language)
    return [(names[found[0]], found.start(), found.end()) for found in pattern.finditer(low)]
