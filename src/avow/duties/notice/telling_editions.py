"""Which published editions ask for a letter: those that change what matters, compared by fields.

The promise to tell is that of the edition which is being replaced, and the longer notice of the
two counts: a change cannot shorten the time in which it is announced.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Protocol

from avow.common.calendar import Period, cutoff, local_day
from avow.common.languages import words
from avow.declaration.difference.change import Change
from avow.declaration.difference.diff import diff
from avow.declaration.difference.said import said
from avow.declaration.model import Declaration
from avow.duties.correspondence.letters import Words
from avow.duties.correspondence.wording import Wording
from avow.duties.notice.telling import Publication

TOLD = "told"
"""The key under `promises` of a notice whose clause promises that people are told of changes."""
MATERIAL, WEAKER = "material", "weaker"
"""Classes of `ahead` beside the kinds of changes: every one that is told, and those that give
people less."""
MOST = 12
"""Changes that a letter lists; a longer list is read by nobody."""
NOTHING_SAID = Period()


class Edition(Protocol):
    """A published edition of the notice."""

    @property
    def id(self) -> str: ...
    @property
    def release(self) -> str: ...
    @property
    def in_effect(self) -> date | None: ...
    @property
    def published_at(self) -> datetime | None: ...
    @property
    def withdrawn_at(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Announced:
    """An edition that changes what matters: its publication, and the changes in their order."""

    publication: Publication
    changes: tuple[Change, ...]
    old: Declaration
    new: Declaration


def announced(
    editions: Iterable[Edition], declaration_of: Callable[[str], Declaration], zone: str
) -> Iterator[Announced]:
    """The editions of which people are told, the earliest first.

    An edition is compared with the one that counts until its day. One that was withdrawn before its
    day changes nothing. Where the replaced one promises nothing, nobody is told.
    """
    counting = sorted((e for e in editions if _counts(e, zone)), key=_order)
    for before, now in pairwise(counting):
        old, new = declaration_of(before.release), declaration_of(now.release)
        clause = promised(old) or promised(new)
        changes = tuple(change for change in diff(old, new) if change.material)
        if clause and changes and now.in_effect is not None:
            ahead = notice_of(changes, old, new, now.in_effect)
            yield Announced(Publication(now.id, now.in_effect, ahead, clause), changes, old, new)


def _counts(edition: Edition, zone: str) -> bool:
    if edition.in_effect is None or edition.published_at is None:
        return False
    gone = edition.withdrawn_at
    return gone is None or local_day(gone, zone) > edition.in_effect


def _order(edition: Edition) -> tuple[date, datetime]:
    assert edition.in_effect is not None  # noqa: S101 -- of those that count
    assert edition.published_at is not None  # noqa: S101
    return edition.in_effect, edition.published_at


def promised(declaration: Declaration) -> str:
    """The clause that promises to tell people of changes; empty where none does."""
    return declaration.edition.promises.get(TOLD, "") if declaration.edition else ""


def notice_of(
    changes: Iterable[Change], old: Declaration, new: Declaration, effective: date
) -> Period:
    """How long before its day a change is told: the longest that either edition says for a class of
    it. Nothing said is nothing: then the day before is the last in any case."""
    classes = {MATERIAL}
    for change in changes:
        classes |= {str(change.kind), *([WEAKER] if change.weakens else [])}
    said_ = (
        period
        for declaration in (old, new)
        for name, period in _ahead(declaration).items()
        if name in classes
    )
    return min(said_, key=lambda period: cutoff(effective, period), default=NOTHING_SAID)


def _ahead(declaration: Declaration) -> Mapping[str, Period]:
    return declaration.edition.ahead if declaration.edition else {}


def letter(of: Announced, wording: Wording, values: Mapping[str, str]) -> Words:
    """The letter that tells of an edition in one language.

    `values`: the address of the new notice, of the comparison, and where to write (`notice`,
    `comparison`, `contact`). Raises WordingError AV625 when the words ask for more.
    """
    language = wording.language
    listed = [said(change, language, of.new) for change in of.changes[:MOST]]
    facts = {
        "organisation": of.new.controller.name,
        "effective": words(language).day(of.publication.effective),
        "changes": listed,
        "more": len(of.changes) - len(listed),
    }
    return wording.said({**values, **facts})
