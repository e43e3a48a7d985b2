"""What exports read from a declaration: words for ids, the cells of a purpose, ends in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from babel.lists import format_list
from babel.units import format_unit

from avow.common.calendar import Period
from avow.declaration.check.universe import Universe
from avow.declaration.model import Declaration, End, Purpose, Rule
from avow.declaration.scope import CellPlace, purpose_uses, rule_covers

T = TypeVar("T")
_UNITS = ("years", "months", "weeks", "days")


def said(declaration: Declaration, language: str, kind: str, id_: str) -> str:
    """What an id is called in a language; its own words, where nobody has said."""
    return declaration.words(language, kind, id_) or id_.replace("-", " ")


def text_of(declaration: Declaration, language: str, clause: str) -> str:
    """The text of a clause in a language on one line; empty where there is none."""
    return " ".join(declaration.texts.get(language, {}).get(clause, "").split())


def is_ours(declaration: Declaration, cell: CellPlace) -> bool:
    """Whether cells are ours as controller; cells that no system holds are."""
    system = declaration.datamap.systems.get(cell.system)
    return system is None or system.datasets[cell.dataset].is_ours


def cells_of_purpose(
    declaration: Declaration, universe: Universe, purpose: Purpose
) -> tuple[CellPlace, ...]:
    """The cells that a purpose uses and that are ours, each once."""
    ours = (c for c in universe.cells if purpose_uses(purpose, c) and is_ours(declaration, c))
    return tuple(dict.fromkeys(ours))


def each_once(values: Iterable[T]) -> tuple[T, ...]:
    """The values in their order, each once."""
    return tuple(dict.fromkeys(values))


def rules_of(rules: Iterable[Rule], cells: Iterable[CellPlace]) -> tuple[Rule, ...]:
    """The rules that reach any of some cells, in their order."""
    several = tuple(cells)
    return tuple(rule for rule in rules if any(rule_covers(rule, cell) for cell in several))


def iso(period: Period) -> str:
    """A period as ISO 8601: `P1Y6M`."""
    parts = "".join(f"{n}{unit[0].upper()}" for unit in _UNITS if (n := getattr(period, unit)))
    return f"P{parts or '0D'}"


def in_words(period: Period, language: str) -> str:
    """A period in the words of a language: `1 an et 6 mois`."""
    parts = [
        format_unit(n, f"duration-{unit[:-1]}", locale=language)
        for unit in _UNITS
        if (n := getattr(period, unit))
    ]
    return str(
        format_list(parts or [format_unit(0, "duration-day", locale=language)], locale=language)
    )


AFTER = {
    "fr": "{period} à compter de : {event}",
    "nl": "{period} vanaf: {event}",
    "en": "{period} from: {event}",
}
UNTIL = {"fr": "jusqu'à : {event}", "nl": "tot: {event}", "en": "until: {event}"}
UNDATED = {
    "fr": "{period} (départ non déclaré)",
    "nl": "{period} (begin niet aangegeven)",
    "en": "{period} (start not declared)",
}


def end_in_words(declaration: Declaration, language: str, end: End) -> str:
    """One end of a rule as people read it: the period, and the event that starts it."""
    period = in_words(end.period, language)
    if end.starts is None:
        return UNDATED[language].format(period=period)
    event = said(declaration, language, "event", end.starts)
    told = AFTER if any(getattr(end.period, unit) for unit in _UNITS) else UNTIL
    return told[language].format(period=period, event=event)
