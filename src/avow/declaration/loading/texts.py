"""Texts of the clauses: one Markdown file per language, so that counsel edits prose and never YAML.

# 6 How long
Nothing is held longer than this.
## 6.h
We keep recordings for one month.
> kept when: no recording is older than one month
"""

from __future__ import annotations

import re
from collections.abc import Container

from avow.common.places import Place
from avow.declaration.loading.nodes import Notes

KEPT_WHEN = "#kept-when"
"""Suffix of the key under which the `> kept when:` lines of a clause stand."""

TITLE, INTRO = "#title", "#intro"
"""Suffixes of the keys under which the title and the opening words of a section stand."""

_HEADING = re.compile(r"^##\s+(\S+)\s*$")
_SECTION = re.compile(r"^#\s+(\S+)\s+(\S.*?)\s*$")
_KEPT = re.compile(r"^>\s*(?:kept when\s*:\s*)?", re.IGNORECASE)


def read_texts(
    text: str, file: str, notes: Notes, sections: Container[str] = ()
) -> tuple[dict[str, str], dict[str, Place]]:
    """Clause id to text, id + `#kept-when` to what keeping it means, section id + `#title` and
    `#intro`; and where each clause and each title stands.

    What comes before the first heading is a note to the reader, and so is a heading of the first
    level there that names no section. A heading twice is a finding.
    """
    said: dict[str, list[str]] = {}
    places: dict[str, Place] = {}
    current: str | None = None
    for number, line in enumerate(text.split("\n"), start=1):
        key, value = _opened(line, sections, is_first=current is None)
        if key is not None:
            current = f"{key}{INTRO}" if value else key
            named = f"{key}{TITLE}" if value else key
            place = Place(file, number, line.index(key) + 1, len(key))
            if named in places:
                notes.wrong("AV119", f"the text of `{key}` is here twice", place)
            places[named] = place
            said[current] = []
            if value:
                said[named] = [value]
        elif current is not None:
            said[current].append(line)
    return _split(said), places


def _opened(line: str, sections: Container[str], *, is_first: bool) -> tuple[str | None, str]:
    """The id that a heading opens, and the title of a section; None for any other line."""
    clause, section = _HEADING.match(line), _SECTION.match(line)
    if clause:
        return clause[1], ""
    if section and (section[1] in sections or not is_first):
        return section[1], section[2]
    return None, ""


def _split(said: dict[str, list[str]]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for clause, lines in said.items():
        kept = [_KEPT.sub("", line).strip() for line in lines if line.startswith(">")]
        prose = "\n".join(line.rstrip() for line in lines if not line.startswith(">")).strip()
        if prose or not clause.endswith(INTRO):
            texts[clause] = re.sub(r"\n{3,}", "\n\n", prose)
        if kept:
            texts[clause + KEPT_WHEN] = "\n".join(kept)
    return texts
