"""How long: a period or an open end in a sentence about keeping, with the event that starts it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from avow.duties.discovery.importing.categories import categories_in
from avow.duties.discovery.importing.collecting import as_id, matching, speaks_of_collecting
from avow.duties.discovery.importing.context import Said
from avow.duties.discovery.importing.model import Proposal, Question, Span
from avow.duties.discovery.importing.wording import EVENTS, RETAINS

_NUMBERS = {
    "fr": "zero un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze "
    "seize dix-sept dix-huit dix-neuf vingt",
    "nl": "nul een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien "
    "vijftien zestien zeventien achttien negentien twintig",
    "en": "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen twenty",
}
_ALSO = {"une": 1, "a": 1, "trente": 30, "dertig": 30, "thirty": 30}
_UNITS = {
    "fr": {"days": "jours?", "weeks": "semaines?", "months": "mois", "years": "ans?|annees?"},
    "nl": {"days": "dag(?:en)?", "weeks": "weken|week", "months": "maand(?:en)?",
           "years": "ja(?:ar|ren)"},
    "en": {"days": "days?", "weeks": "weeks?", "months": "months?", "years": "years?"},
}  # fmt: skip
_AT_LEAST = re.compile(r"\b(?:au moins|au minimum|minstens|ten minste|minimaal|at least|minimum)\b")
_HOURS = re.compile(r"\b\d+ (?:heures?|uur|uren|hours?|minutes?|minuten)\b")
_OPEN = {
    "fr": r"\btant que\b|\baussi longtemps que?\b|\bjusqu(?:'a|e)\b",
    "nl": r"\bzolang\b|\btotdat\b|\btot (?!\d)",
    "en": r"\b(?:for )?as long as\b|\buntil\b|\btill\b",
}
_NEEDED = re.compile(
    r"\bnecessaires?\b|\bnodig\b|\bnoodzakelijk\b|\bnecessary\b|\bneeded\b|\bneed\b"
)
_FAR = 160
"""Characters after a period within which the event stands that starts it."""
_OR = {"fr": r"\bou\b", "nl": r"\bof\b", "en": r"\bor\b"}

_AFTER = re.compile(
    r"\s*,?\s*(?:\([^)]{0,40}\)\s*)?(?:apres|a compter d|a partir d|des|suivant|na\b|vanaf|"
    r"te rekenen|volgend|after|from|following|since|sinds|depuis|starting)"
)


@dataclass(frozen=True, slots=True)
class End:
    """An end that the print names: a period, or an event at once; and its words."""

    at_most: str
    starts: str | None
    start: int
    end: int
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Lasting:
    """A rule, its events, and what must be decided."""

    proposals: tuple[Proposal, ...] = ()
    questions: tuple[Question, ...] = ()


def lasting(one: Said, points: dict[str, Said], language: str) -> Lasting:
    """What a sentence says of how long data are held."""
    said = (one.low, *(above.low for above in one.above), one.titles)
    if not any(RETAINS[language].search(words) for words in said):
        return Lasting()
    asked = list(_asked(one, language))
    ends = ends_in(one.low, language)
    if not ends:
        return Lasting((), tuple(asked))
    if _AT_LEAST.search(one.low[max(0, ends[0].start - 25) : ends[0].end]):
        why = "a least period, and no maximum: is it a legal minimum?"
        return Lasting((), (*asked, Question(one.id, why, one.whole)))
    asked += _several(one, ends, language)
    if not _are_one(one, ends, language):
        return Lasting((), tuple(asked))
    quotes = tuple(one.quote(end.start, end.end) for end in ends)
    scope, missing = _scope(one, ends, points, language)
    rule = Proposal(
        "retention", f"rule-{as_id(one.id)}", one.id,
        (*scope, *_values(ends)), quotes, missing,
    )  # fmt: skip
    return Lasting((rule, *_events(one, ends)), tuple(asked))


def ends_in(low: str, language: str) -> list[End]:
    """Every period and open end, in order."""
    found = [*_periods(low, language), *_opened(low, language)]
    found.sort(key=lambda end: end.start)
    return [e for at, e in enumerate(found) if not any(e.start < b.end for b in found[:at])]


def _periods(low: str, language: str) -> Iterator[End]:
    words = _NUMBERS[language].split()
    number = "|".join(sorted([*words, *_ALSO], key=len, reverse=True))
    for unit, names in _UNITS[language].items():
        pattern = (
            rf"(?<![\w.,])(?:(\d{{1,4}})|({number})(?:\s*\(\s*(\d{{1,4}})\s*\))?)\s+({names})\b"
        )
        for match in re.finditer(pattern, low):
            count = match[1] or match[3] or str(_count(match[2], words))
            starts, end = _starts(low, match.end(), language)
            said = f"{int(count)} {unit if int(count) != 1 else unit[:-1]}"
            yield End(said, starts, match.start(), end)


def _count(word: str, words: list[str]) -> int:
    return words.index(word) if word in words else _ALSO[word]


def _starts(low: str, at: int, language: str) -> tuple[str | None, int]:
    """The event that a period counts from, and where its words end."""
    after = _AFTER.match(low, at)
    if after is None:
        return None, at
    stop = re.search(rf"[.;]|{_OR[language]}", low[after.end() : after.end() + _FAR])
    end = stop.start() + after.end() if stop else min(len(low), after.end() + _FAR)
    event = _event(low[after.start() : end])
    return (event[0], end) if event else (None, at)


def _event(words: str) -> tuple[str, str] | None:
    return next(((name, mode) for name, mode, said in EVENTS if said.search(words)), None)


def _opened(low: str, language: str) -> Iterator[End]:
    """`as long as …`, `until …`: the data end when the event happens, at once."""
    for match in re.finditer(_OPEN[language], low):
        stop = re.search(r"[.;(]", low[match.end() : match.end() + _FAR])
        end = stop.start() + match.end() if stop else min(len(low), match.end() + _FAR)
        event = _event(low[match.end() : end])
        if event and not _NEEDED.search(low[match.start() : end]):
            yield End("0 days", event[0], match.start(), end, is_open=True)


def _values(ends: list[End]) -> tuple[tuple[str, str | tuple[str, ...]], ...]:
    if len(ends) == 1:
        starts = (("starts", ends[0].starts),) if ends[0].starts else ()
        return (*starts, ("at_most", ends[0].at_most))
    said = tuple(
        f"{{{f'starts: {e.starts}, ' if e.starts else ''}at_most: {e.at_most}}}" for e in ends
    )
    return (("whichever_first", said),)


def _scope(
    one: Said, ends: list[End], points: dict[str, Said], language: str
) -> tuple[tuple[tuple[str, str | tuple[str, ...]], ...], tuple[str, ...]]:
    """What the rule is about: the words before the period, as points or as categories."""
    subject = one.low[: ends[0].start]
    if speaks_of_collecting(subject):
        near = tuple(matching(subject, points))
        if near:
            return (("collected_at", near),), ()
    named = tuple(dict.fromkeys(name for name, _, _ in categories_in(subject, language)))
    return ((("category", named),), ()) if named else ((), ("applies_to",))


def _events(one: Said, ends: list[End]) -> Iterator[Proposal]:
    modes = {name: mode for name, mode, _ in EVENTS}
    for end in ends:
        if end.starts:
            values = (("kind", modes[end.starts]), ("clause", one.id))
            yield Proposal("event", end.starts, one.id, values, (one.quote(end.start, end.end),))


def _asked(one: Said, language: str) -> Iterator[Question]:
    needed, hours = _NEEDED.search(one.low), _HOURS.search(one.low)
    if needed and re.search(_OPEN[language], one.low):
        yield Question(one.id, "no period: as long as it is needed", _at(one, needed))
    if hours:
        yield Question(one.id, "a period in hours: a declaration counts in days", _at(one, hours))


def _at(one: Said, match: re.Match[str]) -> Span:
    return one.quote(match.start(), match.end())


def _several(one: Said, ends: list[End], language: str) -> Iterator[Question]:
    for end in ends:
        if end.starts is None and not end.is_open:
            why = f"from when do the {end.at_most} count? the words name no event that we know"
            yield Question(one.id, why, one.quote(end.start, end.end))
    if len(ends) > 1:
        why = f"{len(ends)} ends joined by `or`: proposed is whichever comes first"
        if not _are_one(one, ends, language):
            why = f"{len(ends)} periods in one sentence: which is for what?"
        yield Question(one.id, why, one.quote(ends[0].start, ends[-1].end))


def _are_one(one: Said, ends: list[End], language: str) -> bool:
    """Whether several ends are joined by `or`, as ends of the same thing."""
    between = [one.low[a.end - 1 : b.start] for a, b in pairwise(ends)]
    return all(re.search(_OR[language], words) for words in between)
