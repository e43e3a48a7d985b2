"""Texts of the clauses: one Markdown file per language, so that counsel edits prose and never YAML.

## 6.h
We keep recordings for one month.
> kept when: no recording is older than one month
"""

from __future__ import annotations

import re

from avow.common.places import Place
from avow.declaration.loading.nodes import Notes

KEPT_WHEN = "#kept-when"
"""Suffix of the key under which the `> kept when:` lines of a clause stand."""

_HEADING = re.compile(r"^##\s+(\S+)\s*$")
_KEPT = re.compile(r"^>\s*(?:kept when\s*:\s*)?", re.IGNORECASE)


def read_texts(text: str, file: str, notes: Notes) -> tuple[dict[str, str], dict[str, Place]]:
    """Clause id to text, and id + `#kept-when` to what keeping it means; and where each stands.

    What comes before the first heading is a note to the reader. A heading twice is a finding.
    """
    said: dict[str, list[str]] = {}
    places: dict[str, Place] = {}
    current: str | None = None
    for number, line in enumerate(text.split("\n"), start=1):
        heading = _HEADING.match(line)
        if heading:
            current = heading[1]
            place = Place(file, number, heading.start(1) + 1, len(current))
            if current in said:
                notes.wrong("AV119", f"the text of `{current}` is here twice", place)
            said[current] = []
            places[current] = place
        elif current is not None:
            said[current].append(line)
    return _split(said), places


def _split(said: dict[str, list[str]]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for clause, lines in said.items():
        kept = [_KEPT.sub("", line).strip() for line in lines if line.startswith(">")]
        prose = "\n".join(line.rstrip() for line in lines if not line.startswith(">")).strip()
        texts[clause] = re.sub(r"\n{3,}", "\n\n", prose)
        if kept:
            texts[clause + KEPT_WHEN] = "\n".join(kept)
    return texts
