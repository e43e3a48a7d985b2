"""Words of statements in French, Dutch and English, by what they speak of (`words.toml`).

Each is looked for in folded text. A word proposes and never decides; a person confirms.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

ByLanguage = dict[str, re.Pattern[str]]

_FILE = Path(__file__).parent / "words.toml"
_TABLES: dict[str, Any] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
_LANGUAGES = ("fr", "nl", "en")


def _one(words: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(words))


def _each(table: dict[str, list[str]]) -> ByLanguage:
    return {language: _one(table[language]) for language in _LANGUAGES}


def _by_name(name: str) -> dict[str, ByLanguage]:
    return {key: _each(table) for key, table in _TABLES[name].items()}


def _of_all(name: str) -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    return tuple((key, t.get("as", ""), _one(t["any"])) for key, t in _TABLES[name].items())


# --- how a statement is cut ----------------------------------------------------------------------

OPENS = _each(_TABLES["opens"])
LIMITED = _each(_TABLES["limited"])
GROUNDS = _each(_TABLES["grounds"])
NEITHER = _each(_TABLES["neither"])
OTHER_WAY = _each(_TABLES["other-way"])
RIGHTS = _by_name("right")
"""Right -> the words by which a sentence gives it."""

# --- what is kept, shared, relied on -------------------------------------------------------------

RETAINS = _each(_TABLES["retains"])
SHARES = _each(_TABLES["shares"])
PROCESSOR = _each(_TABLES["processor"])
PURPOSES = _each(_TABLES["purposes"])
BASES = _by_name("basis")
CATEGORIES = _by_name("category")
"""Category -> its names. Longer names stand before those that they hold."""
POINTS = _of_all("point")
"""(collection point, "", what a person does there); the most telling words first."""
EVENTS = _of_all("event")
"""(event, how its moment is read, its words); the most telling first."""
GROUPS = _of_all("group")
"""(recipients without a name, their role, their words)."""
TOOLS = _of_all("tool")
"""(tool of chapter V, "", its words)."""

# --- what a machine must not decide --------------------------------------------------------------

NEGATIONS = _each(_TABLES["negations"])
DOUBTS = _each(_TABLES["doubts"])
