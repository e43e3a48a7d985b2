"""From a declaration to its notice in a language, and which words it lacks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from avow.common.languages import NAMES
from avow.declaration.interpretation import in_force
from avow.declaration.loading.texts import INTRO, TITLE
from avow.declaration.model import Declaration, InForce
from avow.declaration.publishing import Section, Shown
from avow.duties.notice.publishing.plain import is_draft, printed
from avow.duties.notice.rendering import cookies, periods, recipients, rights
from avow.duties.notice.rendering.interests import interests
from avow.duties.notice.rendering.lifetimes import Lifetime, backup_lag, lifetimes
from avow.duties.notice.rendering.model import (
    Block,
    Clause,
    Fact,
    Missing,
    Notice,
    Part,
    Piece,
    Table,
)
from avow.duties.notice.rendering.points import point_table
from avow.duties.notice.rendering.prose import blocks_of
from avow.duties.notice.rendering.said import Saying, anchor_of, section_anchor
from avow.duties.notice.rendering.short import cards

_DEEPEST = 2


@dataclass(frozen=True, slots=True)
class _Whole:
    """What every part of the notice is made from."""

    saying: Saying
    law: InForce
    lifetimes: tuple[Lifetime, ...]

    @property
    def declaration(self) -> Declaration:
        return self.saying.declaration


def notice_of(declaration: Declaration, language: str, day: date) -> Notice:
    """The notice of a declaration in a language, with the decisions that count on `day`.

    The same declaration gives the same notice on every day on which the same decisions count.
    """
    law, _ = in_force(declaration, day)
    saying = Saying(declaration, language, frozenset(printed(declaration)))
    whole = _Whole(saying, law, lifetimes(declaration, law))
    say, house = saying.spoken.say, declaration.controller.name or declaration.id
    return Notice(
        language=language,
        languages=tuple((code, NAMES.get(code, code)) for code in declaration.languages),
        house=house,
        title=say("What happens to your data"),
        lead=say(
            "What {house} collects about you, why, for how long, and what you can do.", house=house
        ),
        version=declaration.edition.version if declaration.edition else "",
        facts=tuple(_edition(saying)),
        draft=_draft(saying),
        cards=cards(saying, law),
        bars=periods.bars(saying, whole.lifetimes),
        bars_title=say("How long do we keep them?"),
        bars_note=say("From the shortest to the longest. Each line leads to its promise."),
        parts=tuple(_parts(whole)),
        missing=tuple(saying.missing),
    )


def missing_words(declaration: Declaration, language: str, day: date) -> tuple[Missing, ...]:
    """The words that the notice needs in a language and that nobody has written: it shows ids in
    their place."""
    return notice_of(declaration, language, day).missing


def _draft(saying: Saying) -> str:
    if not is_draft(saying.declaration, saying.language):
        return ""
    return saying.spoken.say(
        "This translation is a draft: nobody has approved these words yet. Where they differ, the "
        "text in {language} counts.",
        language=saying.tongue(saying.declaration.languages[0]),
    )


def _edition(saying: Saying) -> Iterator[Fact]:
    edition, spoken = saying.declaration.edition, saying.spoken
    if edition is None:
        return
    yield Fact(spoken.say("Edition"), (Piece(edition.version),))
    if edition.changed is not None:
        yield Fact(spoken.say("Last changed"), (Piece(spoken.day(edition.changed)),))
    if edition.effective is not None:
        yield Fact(spoken.say("In force since"), (Piece(spoken.day(edition.effective)),))


def _parts(whole: _Whole) -> Iterator[Part]:
    """The sections in the order of the print; without any, one part with every clause."""
    sections = whole.declaration.sections
    if not sections:
        yield _unsectioned(whole)
    for section in sections.values():
        yield Part(
            section.id,
            section_anchor(section.id),
            _title(whole.saying, section),
            min(_depth(sections, section), _DEEPEST),
            blocks_of(_texts(whole).get(f"{section.id}{INTRO}", "")),
            tuple(_clause(whole.saying, clause) for clause in section.clauses),
            tuple(_tables(whole, section)),
            _after(whole.saying, section),
        )


def _texts(whole: _Whole) -> dict[str, str]:
    return dict(whole.declaration.texts.get(whole.saying.language, {}))


def _unsectioned(whole: _Whole) -> Part:
    """Every clause that has words, and every table: what a small declaration shows."""
    saying, declaration = whole.saying, whole.declaration
    every = Section("", clauses=printed(declaration), shows=tuple(_worth(declaration)))
    return Part(
        "",
        section_anchor("all"),
        Piece(saying.spoken.say("Every promise")),
        0,
        clauses=tuple(_clause(saying, clause) for clause in every.clauses),
        tables=(*_tables(whole, every), *_points_of(whole, None)),
        after=_after(saying, every),
    )


def _worth(declaration: Declaration) -> Iterator[Shown]:
    """The tables that would not be empty."""
    filled = {
        Shown.PERIODS: declaration.rules,
        Shown.RECIPIENTS: declaration.recipients,
        Shown.COOKIES: declaration.cookies,
        Shown.COOKIE_SETTINGS: declaration.cookies,
        Shown.RIGHTS: declaration.rights,
    }
    yield from (shown for shown, content in filled.items() if content)


def _title(saying: Saying, section: Section) -> Piece:
    title = saying.text(f"{section.id}{TITLE}", "section", section.id)
    return Piece(title or section.id, is_missing=not title)


def _depth(known: Mapping[str, Section], section: Section) -> int:
    depth, at = 0, section
    while at.within is not None and at.within in known and depth < len(known):
        depth, at = depth + 1, known[at.within]
    return depth


def _clause(saying: Saying, clause: str) -> Clause:
    text = saying.text(clause, "clause", clause)
    gap = (Block((Piece(saying.spoken.say("These words are missing."), is_missing=True),)),)
    return Clause(clause, anchor_of(clause), blocks_of(text) or gap)


def _tables(whole: _Whole, section: Section) -> Iterator[Table]:
    saying = whole.saying
    yield from _points_of(whole, section) if section.id else ()
    yield from interests(saying, whole.law, section)
    for shown in section.shows:
        match shown:
            case Shown.PERIODS:
                yield periods.periods(saying, whole.lifetimes, backup_lag(whole.law.rules))
            case Shown.RECIPIENTS:
                yield recipients.recipients(saying)
            case Shown.COOKIES:
                yield cookies.cookies(saying)
            case Shown.RIGHTS:
                yield from rights.tables(saying)
            case Shown.COOKIE_SETTINGS:
                pass


def _points_of(whole: _Whole, section: Section | None) -> Iterator[Table]:
    """The collection points whose clause a section prints; all of them without a section."""
    for point in whole.declaration.points.values():
        if section is None or point.clause in section.clauses:
            yield point_table(whole.saying, point, whole.law, whole.lifetimes)


def _after(saying: Saying, section: Section) -> tuple[Block, ...]:
    return cookies.settings(saying) if Shown.COOKIE_SETTINGS in section.shows else ()
