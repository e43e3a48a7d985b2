"""The words of an answer: our own in three languages, those of the organisation from its labels.

What nobody has named in the person's language is shown by its id, in a form that says so.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

from babel import Locale

from avow.common.calendar import Period
from avow.common.languages import LANGUAGES, SOURCE_LANGUAGE, words
from avow.declaration.model import Declaration
from avow.duties.requests.answering.copy import Table
from avow.estate.datamap.copies import point_of

_UNITS = (("years", "year"), ("months", "month"), ("weeks", "week"), ("days", "one_day"))


@cache
def phrases(language: str) -> Mapping[str, str]:
    """Every phrase of a language by its key."""
    place = resources.files("avow.duties.requests.answering") / "templates"
    text = place.joinpath(f"words.{language}.toml").read_text(encoding="utf-8")
    read: Mapping[str, str] = tomllib.loads(text)
    return read


def spoken(language: str, declaration: Declaration) -> str:
    """The language of an answer: the one wished for where we speak it, else the first of the
    declaration that we speak."""
    wished = language.partition("-")[0].lower()
    known = [each for each in (wished, *declaration.languages) if each in LANGUAGES]
    return known[0] if known else SOURCE_LANGUAGE


@dataclass(frozen=True, slots=True)
class Saying:
    """One language of an answer."""

    declaration: Declaration
    language: str

    def phrase(self, key: str, /, **facts: object) -> str:
        """A phrase of ours with its facts filled in."""
        return phrases(self.language)[key].format(**facts)

    def number(self, value: int) -> str:
        """A number as the language writes it."""
        return words(self.language).number(value)

    def day(self, day: date) -> str:
        """A day with the month in letters."""
        return words(self.language).day(day)

    def instant(self, at: datetime) -> str:
        """A moment to the minute, where the controller is."""
        zone = ZoneInfo(self.declaration.controller.zone)
        return words(self.language).instant(at.astimezone(zone))

    def local(self, at: datetime) -> str:
        """A moment that carries no zone, as it stands."""
        return words(self.language).instant(at)

    def label(self, kind: str, id_: str) -> str:
        """What the organisation calls something; the id in quotes where it has no words for it."""
        return self.declaration.words(self.language, kind, id_) or f"“{id_}”"

    def labels(self, kind: str, ids: Iterable[str]) -> str:
        """Several labels with commas."""
        return ", ".join(dict.fromkeys(self.label(kind, each) for each in ids))

    def country(self, code: str) -> str:
        """The name of a country of ISO 3166."""
        if code in ("EEA", "EU"):
            return self.phrase("eea")
        return str(Locale.parse(self.language).territories.get(code, code))

    def period(self, period: Period) -> str:
        """`10 years and 4 weeks` as the language says it."""
        lengths = (period.years, period.months, period.weeks, period.days)
        said = [
            self.phrase(one) if n == 1 else self.phrase(many, n=self.number(n))
            for n, (many, one) in zip(lengths, _UNITS, strict=True)
            if n
        ]
        return " + ".join(said)

    def columns(self, table: Table) -> dict[str, str]:
        """What the columns of a table are called: the label of their category; with the technical
        name beside it where several share a label. Keys and pointers have no words for people."""
        of = dict(table.columns)
        shared = [c for c in of.values() if c]
        found = {}
        if table.is_by_hand:
            return {name: self.phrase(f"given_{name}") for name, _ in table.columns}
        for name, category in table.columns:
            if category is None:
                continue
            label = self.label("category", category)
            several = shared.count(category) > 1
            found[name] = (
                self.phrase("technical", label=label, name=name.replace("_", " "))
                if several
                else label
            )
        return found

    def heading(self, table: Table) -> str:
        """What a table is called: where its data came in, else whose rows they are."""
        system = self.declaration.datamap.systems[table.system]
        if table.is_by_hand:
            return self.phrase("by_hand")
        dataset = system.datasets[table.dataset]
        point = dataset.collected_at or next(
            (p for c in dataset.categories() if (p := point_of(system, dataset, c))), None
        )
        said = self.declaration.words(self.language, "point", point) if point else ""
        if not said and dataset.subject:
            said = self.declaration.words(self.language, "subject", dataset.subject)
        name = table.dataset.rpartition(".")[2].replace("_", " ")
        return self.phrase("technical", label=said, name=name) if said else f"“{name}”"
