"""The languages avow speaks: its own wording, and how each language writes dates and numbers.

The wording of the interface is English in the code and translated in `locales/<language>.po`,
which are read as they are: no compile step. What an organisation says itself (its statement,
its letters) comes from its declaration and never from here.
"""

from __future__ import annotations

import gettext
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path

from babel.dates import format_date, format_datetime, format_timedelta
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

LANGUAGES: tuple[str, ...] = ("fr", "nl", "en")
SOURCE_LANGUAGE = "en"
NAMES = {"fr": "Français", "nl": "Nederlands", "en": "English"}
LOCALES = Path(__file__).parent / "locales"


def mark(message: str) -> str:
    """Mark a message for the catalogues where it is named before it is said; changes nothing."""
    return message


@dataclass(frozen=True, slots=True)
class Words:
    """The wording of one language, and its way to write dates and numbers."""

    language: str
    catalogue: gettext.NullTranslations = field(repr=False, compare=False)

    def say(self, message: str, /, **facts: object) -> str:
        """The message in this language, its `{facts}` filled in."""
        return self.catalogue.gettext(message).format(**facts)

    def count(self, one: str, many: str, n: int, /, **facts: object) -> str:
        """The message for a number of things; `{n}` is the number as the language writes it."""
        return self.catalogue.ngettext(one, many, n).format(n=self.number(n), **facts)

    def number(self, value: int) -> str:
        """12,500 as this language groups it."""
        return str(format_decimal(value, locale=self.language))

    def day(self, day: date) -> str:
        """The date with the month in letters."""
        return _dated(date(day.year, day.month, day.day), "d MMMM y", self.language)

    def month(self, day: date) -> str:
        """The month in letters, and the year."""
        return _dated(date(day.year, day.month, 1), "LLLL y", self.language)

    def short_day(self, day: date) -> str:
        """Weekday, day and month, for what is near."""
        return str(format_date(day, "EEE d MMM", locale=self.language))

    def instant(self, at: datetime) -> str:
        """Date and time to the minute, in the zone that `at` carries."""
        return str(format_datetime(at, "d MMM y, HH:mm", locale=self.language))

    def ago(self, at: datetime, now: datetime) -> str:
        """How long ago `at` was, in its largest unit."""
        return str(format_timedelta(at - now, add_direction=True, locale=self.language))


@lru_cache(maxsize=4_096)
def _dated(day: date, form: str, language: str) -> str:
    """A day as a language writes it: one page names the same few days again and again."""
    return str(format_date(day, form, locale=language))


@cache
def words(language: str) -> Words:
    """The wording of a language of the interface; `KeyError` for any other."""
    if language not in LANGUAGES:
        raise KeyError(language)
    if language == SOURCE_LANGUAGE:
        return Words(language, gettext.NullTranslations())
    with (LOCALES / f"{language}.po").open("rb") as file:
        compiled = BytesIO()
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return Words(language, gettext.GNUTranslations(compiled))


def preferred(accept_language: str, offered: tuple[str, ...] = LANGUAGES) -> str:
    """The offered language that an `Accept-Language` header (RFC 9110, 12.5.4) likes best.

    The first offered one where the header names none of them.
    """
    wishes = [_wish(part) for part in accept_language.split(",")]
    for tag, weight in sorted(wishes, key=lambda wish: -wish[1]):
        if weight > 0 and tag in offered:
            return tag
    return offered[0]


def _wish(part: str) -> tuple[str, float]:
    """`fr-BE;q=0.8` is (fr, 0.8); an unreadable weight is no wish."""
    tag, _, weight = part.partition(";")
    try:
        number = float(weight.strip().removeprefix("q=") or 1)
    except ValueError:
        number = 0.0
    return tag.strip().partition("-")[0].lower(), number
