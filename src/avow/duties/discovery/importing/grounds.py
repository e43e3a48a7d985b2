"""What data are used for, and the legal basis that the sentence, or the one above it, names."""

from __future__ import annotations

import re

from avow.duties.discovery.importing.collecting import as_id, matching
from avow.duties.discovery.importing.context import Said
from avow.duties.discovery.importing.model import Proposal, Question, Span
from avow.duties.discovery.importing.wording import BASES, LIMITED, PURPOSES, RETAINS

_MARKETING = re.compile(
    r"\bpromotionnel|\bmarketing\b|\bpublicite\b|\bprospection\b|\bnewsletter|\bnieuwsbrief|\breclame\b"
    r"|\bpromotie|\bpromotional\b|\badvertis"
)


def purpose(
    one: Said, points: dict[str, Said], language: str
) -> tuple[tuple[Proposal, ...], tuple[Question, ...]]:
    """The purpose of a promise that no other stands under, where a basis is named."""
    if one.leads or not _is_about_use(one, language):
        return (), ()
    bases = _bases(one, language)
    names = {name for name, _ in bases}
    if not bases:
        why = "a purpose without a legal basis: on which one does it stand?"
        asked = (Question(one.id, why, one.whole),) if _says_purpose(one, language) else ()
        return (), asked
    if len(names) > 1:
        why = f"{len(names)} legal bases for one purpose: {', '.join(sorted(names))}"
        return (), tuple(Question(one.id, why, span) for _, span in bases[:1])
    basis, said = bases[0]
    near = tuple(matching(one.low, points))
    values = (("basis", basis), *((("uses", near),) if near else ()))
    marketing = (("marketing", "yes"),) if _MARKETING.search(one.low) else ()
    missing = () if near else ("uses",)
    name = f"purpose-{as_id(one.id)}"
    return (
        Proposal("purpose", name, one.id, (*values, *marketing), (one.whole, said), missing),
    ), ()


def _is_about_use(one: Said, language: str) -> bool:
    if RETAINS[language].search(one.low) and not one.above:
        return False
    is_remark = bool(one.above) and not one.segment.label
    if is_remark or LIMITED[language].search(one.low):
        return False
    return any(PURPOSES[language].search(x) for x in (one.titles, *(a.low for a in one.above))) or (
        bool(_bases(one, language)) and _says_purpose(one, language)
    )


_FOR = re.compile(r"\b(?:pour|afin)\b|\bom\b .{0,80}\bte\b|\b(?:in order )?to \w|\bfor the purpose")


def _says_purpose(one: Said, language: str) -> bool:
    """Whether the words say what for: `pour …`, `om … te`, `to …` at their beginning."""
    del language
    found = _FOR.search(one.low)
    return found is not None and found.start() < 40 and bool(one.above)


def _bases(one: Said, language: str) -> list[tuple[str, Span]]:
    """The bases that its own words name, or else those of the nearest words that lead to it."""
    for said in one.around:
        found = [
            (name, said.quote(match.start(), match.end()))
            for name, words in BASES.items()
            for match in [words[language].search(said.low)]
            if match
        ]
        if found:
            return found
    return []
