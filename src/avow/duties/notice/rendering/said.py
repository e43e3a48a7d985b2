"""How a notice says ids, periods and countries in a language; what has no words shows its id."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

from babel import Locale
from babel.lists import format_list

from avow.common.calendar import Period
from avow.common.languages import LANGUAGES, SOURCE_LANGUAGE, Words, words
from avow.declaration.model import Declaration
from avow.duties.notice.rendering.model import Line, Missing, Piece

EEA = "EEA"
APART = "\N{NO-BREAK SPACE}· "
"""Between things of a list: never at the beginning of a line."""


def anchor_of(clause: str) -> str:
    """The anchor of a clause, the same in all languages."""
    return f"c-{clause}"


def section_anchor(section: str) -> str:
    """The anchor of a section, the same in all languages."""
    return f"s-{section}"


def href_of(anchor: str) -> str:
    """The link to an anchor of the same page."""
    return f"#{quote(anchor)}"


@dataclass(frozen=True, slots=True)
class Saying:
    """The words of a declaration in a language. Remembers which ones it had not."""

    declaration: Declaration
    language: str
    printed: frozenset[str]
    missing: dict[Missing, None] = field(default_factory=dict)

    @property
    def spoken(self) -> Words:
        """Our own words, in the language of the notice where we speak it."""
        return words(self.language if self.language in LANGUAGES else SOURCE_LANGUAGE)

    def word(self, kind: str, id_: str, clause: str = "") -> Piece:
        """What an id is called, as a link to its clause where that is printed."""
        said = self.declaration.words(self.language, kind, id_)
        if not said:
            self.missing[Missing(kind, id_)] = None
        return Piece(said or id_, self.to(clause), is_missing=not said)

    def words_of(self, kind: str, ids: Iterable[str]) -> Line:
        """Several ids of a kind, with commas between them."""
        return joined(self.word(kind, id_) for id_ in ids)

    def text(self, key: str, kind: str, id_: str) -> str:
        """A text of the statement; empty and remembered where there is none."""
        said = self.declaration.texts.get(self.language, {}).get(key, "")
        if not said:
            self.missing[Missing(kind, id_)] = None
        return said

    def lacks(self, kind: str, id_: str, gap: str) -> Piece:
        """Words that say that something is not said; remembered as missing."""
        self.missing[Missing(kind, id_)] = None
        return Piece(gap, is_missing=True)

    def to(self, clause: str) -> str:
        """The link to a clause; empty where it is not printed."""
        return href_of(anchor_of(clause)) if clause in self.printed else ""

    def clause(self, clause: str) -> Piece:
        """The id of a clause as a link to it."""
        return Piece(clause, self.to(clause))

    def period(self, period: Period) -> str:
        """`10 years and 4 weeks` as the language writes it."""
        count, locale = self.spoken.count, self.spoken.language
        said = (
            (period.years, count("{n} year", "{n} years", period.years)),
            (period.months, count("{n} month", "{n} months", period.months)),
            (period.weeks, count("{n} week", "{n} weeks", period.weeks)),
            (period.days, count("{n} day", "{n} days", period.days)),
        )
        parts = [words for number, words in said if number]
        return str(format_list(parts, locale=locale)) if parts else ""

    def tongue(self, code: str) -> str:
        """The name of a language, in this one; an unknown code as it is."""
        return str(Locale.parse(self.spoken.language).languages.get(code, code))

    def country(self, code: str) -> str:
        """The name of a country of ISO 3166; an unknown code as it is."""
        if code == EEA:
            return self.spoken.say("European Economic Area")
        return str(Locale.parse(self.spoken.language).territories.get(code, code))


def joined(pieces: Iterable[Piece], between: str = ", ") -> Line:
    """Pieces with something between them."""
    return tuple(_between(pieces, between))


def _between(pieces: Iterable[Piece], between: str) -> Iterator[Piece]:
    for number, piece in enumerate(pieces):
        if number:
            yield Piece(between)
        yield piece


def plain(line: Line) -> str:
    """A line as its words alone."""
    return "".join(piece.text for piece in line)
