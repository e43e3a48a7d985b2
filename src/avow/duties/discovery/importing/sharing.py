"""Who receives data: names in a list or a sentence about sharing, with the country that is said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from avow.declaration.countries import EEA
from avow.duties.discovery.importing.context import Said
from avow.duties.discovery.importing.model import Proposal, Question, Span
from avow.duties.discovery.importing.passages import folded
from avow.duties.discovery.importing.territories import countries_in
from avow.duties.discovery.importing.wording import (
    GROUPS,
    OPENS,
    PROCESSOR,
    PURPOSES,
    RETAINS,
    SHARES,
    TOOLS,
)

_NAME = r"[A-Z0-9][\w&.'’/+-]*(?:[ -](?:[A-Z0-9&][\w&.'’/+-]*|of|de|van|du)){0,5}"
_HEAD = re.compile(
    r"\s*(?:[,(:;.]|\s[–—-]\s|\b(?:qui|who|which|that|die|dat|welke?|utilise\w*|used|gebruikt|pour|for|voor|"
    r"situe\w*|located|gevestigd|as|en tant|als|an?|un|une|een)\b)"
)
_AND = re.compile(r"\s*(?:,|\b(?:et|and|en|ou|or|of)\b|&|/)\s+")
_WITH = re.compile(
    r"\b(?:avec|with|met|aan|to|a savoir|tels? que|such as|zoals|including|namely|dont|notamment)\b"
    r"\s*:?\s*"
)
_RUN = re.compile(
    rf"{_NAME}(?:\s*\([^)]{{0,40}}\))?"
    rf"(?:(?:, | et | and | en | or | ou | of ){_NAME}(?:\s*\([^)]{{0,40}}\))?)*"
)
_COMMON = frozenset(
    "le la les un une des du de d l nos notre votre vos tout tous toute certains autres tiers het "
    "een onze uw de alle andere sommige derde derden the a an our your all any other others some "
    "third government public nous vous wij we us you it they this these ils elles cette ces deze "
    "dit data personal donnees afin pour lorsque when if si wanneer als in en service "
    "services".split()
)


@dataclass(frozen=True, slots=True)
class Sharing:
    """Recipients, and what must be decided about them."""

    proposals: tuple[Proposal, ...] = ()
    questions: tuple[Question, ...] = ()


def shared(one: Said, language: str) -> Sharing:
    """The recipients that a promise names; none where it does not speak of sharing."""
    if one.leads or not _speaks_of_sharing(one, language):
        return Sharing()
    names = list(_of_item(one)) if one.above else list(_of_sentence(one))
    names = [(name, span) for name, span in names if not _is_group(name)]
    last = max((span for _, span in names), default=one.whole)
    said = [_recipient(one, name, span, last, language) for name, span in names]
    groups = [] if names else list(_groups(one))
    if not names and not groups:
        return Sharing((), tuple(_nobody(one, language)))
    asked = tuple(
        Question(one.id, f"`{name}` is said to be where no single country is: which one?", span)
        for (name, span), proposal in zip(names, said, strict=True)
        if proposal.get("country") in {"EEA", "EU"}
    )
    return Sharing((*said, *groups), asked)


def _nobody(one: Said, language: str) -> Iterator[Question]:
    """A sentence that names a country, and nobody who is there."""
    for _, start, end in countries_in(one.low, language):
        why = "a country is named, and nobody who is there: whom is it about?"
        yield Question(one.id, why, one.quote(start, end))


def _speaks_of_sharing(one: Said, language: str) -> bool:
    if PURPOSES[language].search(one.titles):
        return False
    if any(OPENS[language].search(x.low) for x in one.around):
        return False
    if one.above:
        return any(SHARES[language].search(x.low) for x in one.above)
    is_said = SHARES[language].search(one.low) or SHARES[language].search(one.titles)
    return bool(is_said) and not RETAINS[language].search(one.low)


def _of_item(one: Said) -> Iterator[tuple[str, Span]]:
    """The names that an item begins with."""
    text = one.words.text
    stop = _HEAD.search(folded(text), 1)
    end = stop.start() if stop else len(text)
    yield from _split(one, 0, end)


def _split(one: Said, start: int, end: int) -> Iterator[tuple[str, Span]]:
    text, at = one.words.text, start
    for cut in [*_AND.finditer(text, start, end), None]:
        stop = cut.start() if cut else end
        name = text[at:stop].strip(" .;:,")
        first = at + len(text[at:stop]) - len(text[at:stop].lstrip(" .;:,"))
        if name and _is_name(name):
            yield name, one.quote(first, first + len(name))
        at = cut.end() if cut else end


def _is_name(name: str) -> bool:
    words = re.findall(r"[\w']+", folded(name))
    has_capital = any(c.isupper() for c in name)
    return bool(words) and has_capital and words[0].split("'")[0] not in _COMMON and len(words) <= 6


def _of_sentence(one: Said) -> Iterator[tuple[str, Span]]:
    """The names after `with` or `such as`."""
    seen = set()
    for word in _WITH.finditer(one.low):
        run = _RUN.match(one.words.text, word.end())
        if run:
            for name, span in _split_run(one, run.start(), run.end()):
                if name not in seen:
                    seen.add(name)
                    yield name, span


def _split_run(one: Said, start: int, end: int) -> Iterator[tuple[str, Span]]:
    for name, span in _split(one, start, end):
        bare = name.partition("(")[0].strip()
        yield bare, Span(span.start, span.start + len(bare))


def _recipient(one: Said, name: str, span: Span, last: Span, language: str) -> Proposal:
    country, where = _country(one, span, language)
    role, tells = _role(one, language)
    tool, tool_span = _tool(one, country)
    purpose = _for(one, last)
    values = (
        ("recipient", slug(name)), ("clause", one.id), ("name", name), ("role", role),
        ("country", country), ("for", purpose), ("transfer", tool),
    )  # fmt: skip
    quotes = tuple(q for q in (span, where, tells, tool_span) if q)
    missing = () if role else ("role",)
    return Proposal(
        "recipient", slug(name), one.id, tuple((k, v) for k, v in values if v), quotes, missing
    )


def slug(name: str) -> str:
    """A name as an id of the language."""
    return "-".join(re.findall(r"[a-z0-9]+", folded(name))) or "recipient"


def _country(one: Said, after: Span, language: str) -> tuple[str, Span | None]:
    """The first country beside the name, or the last one of what leads to it."""
    own = [(c, one.quote(a, b)) for c, a, b in countries_in(one.low, language)]
    later = [found for found in own if found[1].start >= after.end]
    if later or (own and not one.above):
        return (later or own)[0]
    for above in one.above:
        found = countries_in(above.low, language)
        if len({code for code, _, _ in found}) == 1:
            code, start, end = found[0]
            return code, above.quote(start, end)
    return "", None


def _role(one: Said, language: str) -> tuple[str, Span | None]:
    for said in one.around:
        found = PROCESSOR[language].search(said.low)
        if found:
            return "processor", said.quote(found.start(), found.end())
    return "", None


def _tool(one: Said, country: str) -> tuple[str, Span | None]:
    for said in one.around:
        for tool, _, words in TOOLS:
            found = words.search(said.low)
            if found:
                return tool, said.quote(found.start(), found.end())
    return ("none-printed" if country and country not in EEA else ""), None


def _for(one: Said, span: Span) -> str:
    """What is said after the last name."""
    text = one.words.text
    if not one.above:
        return ""
    at = next((i for i in range(len(text)) if one.words.at(i) >= span.end), len(text))
    rest = re.sub(r"^[\s,;:()–—-]*(?:(?:qui|who|which|that|die|dat)\s+)?", "", text[at:])
    return " ".join(rest.rstrip(" .;").split())


def _is_group(name: str) -> bool:
    return any(words.match(folded(name)) for _, _, words in GROUPS)


def _groups(one: Said) -> Iterator[Proposal]:
    for name, role, words in GROUPS:
        found = words.search(one.low)
        if found:
            span = one.quote(found.start(), found.end())
            said = " ".join(one.words.text[found.start() : found.end()].split())
            values = (("recipient", name), ("clause", one.id), ("name", said), ("role", role))
            yield Proposal("recipient", name, one.id, values, (span,))
