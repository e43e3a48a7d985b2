"""What clauses say in words, by language: the common look of the rules that read the texts."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from avow.common.findings import Severity
from avow.common.places import NOWHERE, Place
from avow.declaration.check.found import Found, defect
from avow.declaration.check.universe import Universe
from avow.declaration.check.words import Phrase, Sentence, find, phrase, sentences
from avow.declaration.loading.texts import INTRO, TITLE
from avow.declaration.model import Declaration, InForce

READ = ("fr", "nl", "en")
"""Languages whose words the rules know."""

LONGEST_QUOTE = 110
"""Characters of a clause that a finding repeats."""


@dataclass(frozen=True, slots=True)
class Saying:
    """What a sentence says when it has one phrase of each group, and no phrase of `unless`. A
    phrase of `elsewhere` anywhere in the clause makes it harmless."""

    groups: tuple[tuple[Phrase, ...], ...]
    unless: tuple[Phrase, ...] = ()
    elsewhere: tuple[Phrase, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """A clause in one language: its words, and where they stand. The opening words of a `section`
    count as said with its first clause."""

    clause: str
    language: str
    text: str
    place: Place
    section: str = ""

    @property
    def where(self) -> str:
        """How a finding calls it."""
        return f"section {self.section}" if self.section else f"clause {self.clause}"


def saying(
    *groups: Sequence[str], unless: Iterable[str] = (), elsewhere: Iterable[str] = ()
) -> Saying:
    """A saying from phrases as written."""
    made = tuple(tuple(phrase(one) for one in group) for group in groups)
    return Saying(made, tuple(map(phrase, unless)), tuple(map(phrase, elsewhere)))


def clauses(declaration: Declaration, within: Container[str] | None = None) -> Iterator[Said]:
    """What each clause says, language by language, and each section in its opening words; only the
    clauses of `within` where it is given."""
    for language in READ:
        texts = declaration.texts.get(language, {})
        places = declaration.text_places.get(language, {})
        for clause in declaration.clauses:
            text = texts.get(clause, "")
            if text and (within is None or clause in within):
                yield Said(clause, language, text, places.get(clause, NOWHERE))
        if within is None:
            yield from _openings(declaration, language)


def _openings(declaration: Declaration, language: str) -> Iterator[Said]:
    texts = declaration.texts.get(language, {})
    places = declaration.text_places.get(language, {})
    for section in declaration.sections.values():
        said = "\n\n".join(texts.get(section.id + part, "") for part in (TITLE, INTRO)).strip()
        first = next(iter(section.clauses or declaration.clauses), "")
        if said:
            place = places.get(section.id + TITLE, NOWHERE)
            yield Said(first, language, said, place, section.id)


def heard(said: Saying, text: str) -> str:
    """The words of the clause that say so; empty when none do."""
    parts = sentences(text)
    for sentence in parts:
        quote = _quote(said, sentence)
        if quote and not any(_has(said.elsewhere, s) for s in parts):
            return quote
    return ""


def _quote(said: Saying, sentence: Sentence) -> str:
    spans: list[tuple[int, int]] = []
    for group in said.groups:
        span = next((s for p in group if (s := find(p, sentence.words))), None)
        if span is None:
            return ""
        spans.append(span)
    if _has(said.unless, sentence):
        return ""
    return shortened(sentence.quote(min(s for s, _ in spans), max(e for _, e in spans)))


def _has(phrases: Iterable[Phrase], sentence: Sentence) -> bool:
    return any(find(one, sentence.words) for one in phrases)


def shortened(quote: str) -> str:
    """A quotation that fits a line."""
    one_line = " ".join(quote.split())
    return one_line if len(one_line) <= LONGEST_QUOTE else f"{one_line[: LONGEST_QUOTE - 1]}…"


@dataclass(frozen=True, slots=True)
class Spoken:
    """Looks for sayings in every clause: one thing found per clause and language.

    `what` may name {where} and {quote}. `within` limits the clauses; `applies` says whether the
    declaration is one of which this can be said at all.
    """

    code: str
    severity: Severity
    sayings: Mapping[str, tuple[Saying, ...]]
    what: str
    because: str
    hint: str
    within: Callable[[Declaration], Container[str]] | None = None
    applies: Callable[[Declaration], bool] | None = None

    def __call__(
        self, declaration: Declaration, law: InForce, universe: Universe
    ) -> Iterator[Found]:
        """What is found in the texts of the declaration."""
        del law, universe
        if self.applies is not None and not self.applies(declaration):
            return
        for said in clauses(declaration, self.within(declaration) if self.within else None):
            quotes = (heard(one, said.text) for one in self.sayings.get(said.language, ()))
            quote = next((q for q in quotes if q), "")
            if quote:
                yield self.found(said, quote)

    def found(self, said: Said, quote: str) -> Found:
        """The finding that a clause says this."""
        return told(
            self.code, self.severity, said, self.what.format(where=said.where, quote=quote),
            because=self.because, hint=self.hint,
        )  # fmt: skip


def told(
    code: str, severity: Severity, said: Said, what: str, *, because: str = "", hint: str = ""
) -> Found:
    """A finding about a clause, at the words of one language."""
    return defect(
        code,
        severity,
        f"{what} [{said.language}]",
        said.place,
        because=because,
        hint=hint,
        clauses=(said.clause,),
    )


def by_clause(several: Sequence[Found]) -> list[list[Found]]:
    """A clause that says it in three languages is one question."""
    groups: dict[tuple[str, ...], list[Found]] = {}
    for one in several:
        groups.setdefault(one.finding.clauses, []).append(one)
    return list(groups.values())


def collecting(declaration: Declaration) -> frozenset[str]:
    """The clauses that print what is collected: those of points and items, and what stands in one
    list with them (`3.5-A.c` beside `3.5-A.a`), where nobody has said yet what it collects."""
    points = declaration.points.values()
    items = (item.clause for point in points for item in point.collects)
    named = frozenset((*items, *(point.clause for point in points)))
    lists = {_list(clause) for clause in named} - {""}
    return named | {clause for clause in declaration.clauses if _list(clause) in lists}


def _list(clause: str) -> str:
    """The list in which a clause stands; empty where that is a whole chapter (`1` of `1.a`)."""
    stem = clause.rpartition(".")[0]
    return stem if "." in stem or "-" in stem else ""
