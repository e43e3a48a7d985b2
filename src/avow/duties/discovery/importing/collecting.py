"""Where data come in, and which: a sentence that says "when you …, we collect", and its list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from avow.duties.discovery.importing.categories import (
    categories_in,
    named_like_a_column,
    phrases,
)
from avow.duties.discovery.importing.context import Said
from avow.duties.discovery.importing.model import Proposal, Span
from avow.duties.discovery.importing.wording import OPENS, POINTS, PURPOSES, RETAINS

_COLLECTED = re.compile(
    r"\b(?:collecte\w*|recueilli\w*|verzameld|ingezameld|collected|gathered|recorded)\b"
)


@dataclass
class Collection:
    """What was found: proposals, and phrases of lists that name no category we know."""

    proposals: list[Proposal] = field(default_factory=list)
    unplaced: list[tuple[str, Span]] = field(default_factory=list)
    points: dict[str, Said] = field(default_factory=dict)


def collected(said: list[Said], language: str) -> Collection:
    """Points, categories and items."""
    found = Collection()
    below: dict[str, list[Said]] = {}
    for one in said:
        below.setdefault(one.segment.under, []).append(one)
    for one in said:
        if _is_point(one, language):
            id_ = _named(one, language, found.points)
            found.points[id_] = one
            _add(found, id_, one, below.get(one.id, [one]), language)
    return found


def _is_point(one: Said, language: str) -> bool:
    if RETAINS[language].search(one.low) or any(x.leads for x in one.above):
        return False
    if PURPOSES[language].search(one.titles):
        return False
    active = OPENS[language].search(one.low)
    return bool(active) and not (one.above and not one.leads)


def _named(one: Said, language: str, taken: dict[str, Said]) -> str:
    """A name for what the person does; where words we know are missing or used, its clause."""
    match = OPENS[language].search(one.low)
    before = one.low[: match.start()] if match and match.start() > 12 else one.low
    for name, _, words in POINTS:
        if words.search(before) and name not in taken:
            return name
    return f"point-{as_id(one.id)}"


def as_id(clause: str) -> str:
    """A clause as an id of the language: `3.2-A.a` is `3-2-a-a`."""
    return "-".join(re.findall(r"[a-z0-9]+", clause.lower())) or "0"


def _add(found: Collection, point: str, one: Said, items: list[Said], language: str) -> None:
    opens = OPENS[language].search(one.low)
    when = one.low[: opens.start()].rstrip(" ,") if opens else ""
    quotes = (one.whole, one.quote(0, len(when))) if when else (one.whole,)
    found.proposals.append(Proposal("collection", point, one.id, (("clause", one.id),), quotes))
    for item in items:
        named = list(_categories(item, language))
        for category, span in named:
            values = (("point", point), ("category", category), ("clause", item.id))
            found.proposals.append(Proposal("item", category, item.id, values, (span,)))
        if item is not one:
            found.unplaced += [(item.id, span) for span in _unknown(item, language)]


def _categories(item: Said, language: str) -> Iterator[tuple[str, Span]]:
    """Each category of an item once, with the words that name it."""
    seen = set()
    for category, start, end in sorted(categories_in(item.low, language), key=lambda f: f[1]):
        if category not in seen:
            seen.add(category)
            yield category, item.quote(start, end)
    if not seen:
        for start, end in phrases(item.low, language):
            other = named_like_a_column(item.low[start:end])
            if other:
                yield other, item.quote(start, end)
                return


def _unknown(item: Said, language: str) -> Iterator[Span]:
    """Members of the enumeration in which no category was found."""
    known = [(start, end) for _, start, end in categories_in(item.low, language)]
    colon = item.low.find(":")
    if not known:
        return  # the whole item is listed then
    for start, end in phrases(item.low, language):
        is_title = end <= colon
        is_known = any(a < end and start < b for a, b in known)
        is_word = len(re.findall(r"\w{3,}", item.low[start:end])) > 0
        if not (is_title or is_known) and is_word:
            yield item.quote(start, end)


def matching(low: str, points: dict[str, Said]) -> list[str]:
    """The points of which words speak: by the words that named the point. One that has no words of
    its own is never meant."""
    known = {name: words for name, _, words in POINTS}
    return [name for name in points if name in known and known[name].search(low)]


def speaks_of_collecting(low: str) -> bool:
    """Whether words speak of data by the way they came in: "data collected when …"."""
    return bool(_COLLECTED.search(low))
