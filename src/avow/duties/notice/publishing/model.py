"""Editions of the notice: their pages by digest, how far each came, and which one counts on a day.

Every byte of an edition is kept as it was proposed. Which edition counts follows from the days
alone, so that nobody has to press anything on the day on which a change takes effect.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Status(StrEnum):
    """How far an edition came."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    DROPPED = "dropped"


class Standing(StrEnum):
    """What an edition is on a day. A published one is announced before its day, in force on it,
    and superseded once a later one is."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    ANNOUNCED = "announced"
    IN_FORCE = "in-force"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    DROPPED = "dropped"


class Form(StrEnum):
    """The forms in which a language is kept; plain is the words alone, for comparing editions."""

    HTML = "html"
    PDF = "pdf"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Page:
    """A page of an edition without its bytes: SHA-256 and length. `is_draft`: a translation that
    nobody had approved."""

    language: str
    form: Form
    digest: str
    size: int
    is_draft: bool = False


@dataclass(frozen=True, slots=True)
class Consent:
    """That a person published or withdrew: by whom, and when."""

    person: str
    what: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Advice:
    """The written advice of the officer: SHA-256 of the document, who gave it, and when."""

    digest: str
    person: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Publication:
    """An edition or a proposal of one. `digest` is what is signed; `defects` are the open ones by
    level and code when it was proposed; `reason` says why those of level E did not stop it."""

    id: str
    version: str
    release: str
    digest: str
    status: Status
    changed: date
    effective: date | None
    in_effect: date | None
    defects: Mapping[str, int]
    reason: str
    proposed_by: str
    proposed_at: datetime
    published_at: datetime | None
    withdraw_reason: str
    withdraw_by: str | None
    withdrawn_at: datetime | None
    pages: tuple[Page, ...] = ()
    consents: tuple[Consent, ...] = ()
    advice: tuple[Advice, ...] = ()

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that it has: those that count as approved first, then drafts."""
        ordered = sorted(self.pages, key=lambda page: (page.is_draft, page.language))
        return tuple(dict.fromkeys(page.language for page in ordered))

    @property
    def is_public(self) -> bool:
        """Whether it was ever published; then it stays readable for good."""
        return self.published_at is not None

    def page(self, language: str, form: Form) -> Page | None:
        """One of its pages; None when it has no such page."""
        return next((p for p in self.pages if (p.language, p.form) == (language, form)), None)


def in_force(editions: Iterable[Publication], day: date) -> Publication | None:
    """The edition that counts on a day: of those whose day has come the latest, without withdrawn
    ones. None before the first."""
    counting = [e for e in editions if e.status is Status.PUBLISHED and _since(e) <= day]
    return max(counting, key=_order, default=None)


def standing(edition: Publication, editions: Iterable[Publication], day: date) -> Standing:
    """What an edition is on a day, among all of them."""
    if edition.status is not Status.PUBLISHED:
        return Standing(edition.status)
    if _since(edition) > day:
        return Standing.ANNOUNCED
    now = in_force(editions, day)
    is_it = now is not None and now.id == edition.id
    return Standing.IN_FORCE if is_it else Standing.SUPERSEDED


def _since(edition: Publication) -> date:
    return edition.in_effect or date.max


def _order(edition: Publication) -> tuple[date, datetime, str]:
    return _since(edition), edition.published_at or edition.proposed_at, edition.id
