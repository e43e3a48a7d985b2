"""All proposals of a statement, all questions, and every sentence that gave nothing.

Nothing is invented: each proposal quotes the words that say so, a key that nobody has said stays
missing, and a negation or a doubt is asked about and never resolved.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from avow.duties.discovery.importing import answering
from avow.duties.discovery.importing.collecting import collected
from avow.duties.discovery.importing.context import Said, promises
from avow.duties.discovery.importing.grounds import purpose
from avow.duties.discovery.importing.lasting import lasting
from avow.duties.discovery.importing.model import (
    Imported,
    Kind,
    Proposal,
    Question,
    Segment,
    Source,
    Span,
)
from avow.duties.discovery.importing.outline import segments_of
from avow.duties.discovery.importing.refused import refuse
from avow.duties.discovery.importing.residue import is_key
from avow.duties.discovery.importing.sharing import shared
from avow.duties.discovery.importing.tongues import language_of
from avow.duties.discovery.importing.wording import DOUBTS, NEGATIONS

MOST_TEXT = 1_000_000
"""Characters of a statement; longer texts are something else."""
_WHAT = {
    "uses": "which data does it use? the words do not tie it to a collection",
    "role": "does it process for the controller, or for itself?",
    "applies_to": "which data is this period about? its words name none that we know",
}


@dataclass
class _Found:
    proposals: list[Proposal] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    unplaced: list[tuple[str, Span]] = field(default_factory=list)


def imported(source: Source, language: str | None) -> Imported:
    """The source cut and read.

    Raises:
        NotImported: AV155 too long, AV156 in no language that we read.
    """
    if len(source.text) > MOST_TEXT:
        raise refuse(
            "AV155",
            f"the text has {len(source.text):,} characters",
            f"a statement has {MOST_TEXT:,} at most",
            "cut out the statement, and import that",
        )
    seen, is_clear = language_of(source.text)
    told = language or seen
    if told is None:
        raise refuse(
            "AV156",
            "the language of the text is not clear",
            "too few of the small words of French, Dutch or English were found",
            "say it with `--language`",
        )
    segments = segments_of(source, told)
    said = promises(source, segments)
    found = _found(said, told)
    found.questions += _keys(source, segments)
    return Imported(
        source,
        told,
        segments,
        tuple(found.proposals),
        tuple(sorted(found.questions, key=lambda question: question.span)),
        tuple(sorted(found.unplaced, key=lambda place: place[1])),
        is_sure=language is not None or is_clear,
    )


def _found(said: list[Said], language: str) -> _Found:
    found = _Found()
    collection = collected(said, language)
    found.proposals += collection.proposals
    proposals, questions = answering.controller(said, language)
    found.proposals += proposals
    found.questions += questions
    proposals, questions = answering.rights(said, language)
    found.proposals += proposals
    found.questions += questions
    taken = {p.clause for p in found.proposals if p.kind in {"collection", "item", "right"}}
    for one in said:
        if one.id not in taken:
            _one(one, collection.points, found, language)
    found.questions += [q for one in said for q in _uncertain(one, language)]
    found.questions += [q for p in found.proposals for q in _missing(p)]
    found.questions = list(dict.fromkeys(found.questions))
    found.unplaced = [*collection.unplaced, *_nothing(said, found.proposals)]
    return found


def _one(one: Said, points: dict[str, Said], found: _Found, language: str) -> None:
    """A period, else recipients, else a purpose."""
    kept = lasting(one, points, language)
    found.proposals += kept.proposals
    found.questions += kept.questions
    if kept.proposals:
        return
    sent = shared(one, language)
    found.proposals += sent.proposals
    found.questions += sent.questions
    if not sent.proposals:
        proposals, questions = purpose(one, points, language)
        found.proposals += proposals
        found.questions += questions


def _uncertain(one: Said, language: str) -> Iterator[Question]:
    """The first negation and the first doubt of a promise."""
    for words, why in (
        (NEGATIONS, "a negation: what must never happen, or what is taken out?"),
        (DOUBTS, "open words: what exactly is promised?"),
    ):
        match = words[language].search(one.low)
        if match:
            yield Question(one.id, why, one.quote(match.start(), match.end()))


def _keys(source: Source, segments: tuple[Segment, ...]) -> Iterator[Question]:
    """A key of an interface stands where something should be shown."""
    why = "a key of an interface in place of a text: what should stand here?"
    for segment in segments:
        span = segment.spans[0]
        if segment.kind is Kind.RESIDUE and is_key(source.text[span.start : span.end]):
            yield Question(segment.id, why, span)


def _missing(proposal: Proposal) -> Iterator[Question]:
    for key in proposal.missing:
        yield Question(proposal.clause, f"`{proposal.id}`: {_WHAT[key]}", proposal.quotes[0])


def _nothing(said: list[Said], proposals: list[Proposal]) -> Iterator[tuple[str, Span]]:
    """Promises of which no word led to a proposal."""
    quotes = [(q.start, q.end) for p in proposals for q in p.quotes]
    for one in said:
        spans = one.segment.spans
        if not any(s.start < end and start < s.end for s in spans for start, end in quotes):
            yield one.id, one.whole
