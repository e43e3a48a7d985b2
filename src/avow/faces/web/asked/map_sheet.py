"""Questions about tables in plain words: what a page shows of each, and what its form says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from avow.common.languages import Words, mark, words
from avow.duties.discovery.triage.choices import Choice, Whose
from avow.duties.discovery.triage.inviting import (
    MOST_WORDS,
    AskedColumn,
    AskedTable,
    MapAnswer,
    MapQuestions,
    Said,
    answer_bytes,
    is_whole,
    read_answer,
    read_questions,
)
from avow.duties.discovery.triage.plain import HOLDS

KINDS: Mapping[str, str] = {
    "text": mark("words"),
    "integer": mark("a whole number"),
    "number": mark("a number"),
    "date": mark("a day"),
    "instant": mark("a day and a time"),
    "naive": mark("a day and a time"),
    "boolean": mark("yes or no"),
    "uuid": mark("a long code"),
    "bytes": mark("a file"),
    "json": mark("several things in one"),
    "other": mark("something else"),
}
SHAPES: Mapping[str, str] = {
    "email": "aaaa@aaaa.aa",
    "phone": "+99 999 99 99 99",
    "ip-address": "999.999.999.999",
    "birth-date": "9999-99-99",
    "national-number": "99.99.99-999.99",
    "bank-account": "AA99 9999 9999 9999",
}
"""How such values are written: made-up marks, `9` for a digit and `a` for a letter."""
EFFECTS: Mapping[Said, str] = {
    Said.OFFERED: mark(
        "Then a row is shown to that person when they ask for their data, and goes when theirs go."
    ),
    Said.NOBODY: mark("Then the rows are shown to nobody who asks, and never erased."),
    Said.UNKNOWN: mark("Then the table stays open: nothing is done with it."),
    Said.OTHER: mark("Then that person is asked."),
}
REASONS = (
    mark("a list of values to choose from"),
    mark("settings of a program"),
    mark("products or things we sell"),
    mark("figures in which nobody can be recognised"),
)
"""Reasons that are offered; any other can be written."""
_SPLIT = re.compile(r"[_\W]+|(?<=[a-z])(?=[A-Z])")
_SPACE = re.compile(r"[\s\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True)
class Shown:
    """One column as a page shows it: what it seems to hold, and how that is written."""

    name: str
    holds: str
    shape: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that can be chosen, with what happens then."""

    value: str
    sentence: str
    effect: str
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class TableView:
    """One table as a page shows it. `said` is the answer so far; `is_open` when it lacks a word."""

    number: int
    name: str
    title: str
    size: str
    columns: tuple[Shown, ...]
    more: int
    options: tuple[Option, ...]
    said: MapAnswer | None
    is_open: bool
    own: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class MapSheet:
    """The questions about a system with the answers so far, numbered from 1."""

    questions: MapQuestions
    answers: Mapping[int, MapAnswer]
    spoken: Words

    @classmethod
    def of(cls, content: bytes, said: Mapping[int, bytes], language: str) -> MapSheet:
        """From what an invitation holds."""
        answers = {number: read_answer(each) for number, each in said.items()}
        return cls(read_questions(content), answers, words(language))

    @property
    def template(self) -> str:
        """The page that shows them."""
        return "asked/map.html"

    @property
    def total(self) -> int:
        """How many tables there are."""
        return len(self.questions.tables)

    @property
    def whole(self) -> int:
        """How many are answered."""
        return sum(self.is_whole(number) for number in range(1, self.total + 1))

    def is_whole(self, number: int) -> bool:
        """Whether a table is answered and its answer lacks nothing."""
        table = self.questions.tables[number - 1]
        return is_whole(self.answers.get(number), table, self.questions)

    def read(self, form: Mapping[str, str], numbers: range) -> dict[int, bytes]:
        """The answers that a form gives to these tables; what it leaves out stays as it was."""
        found = ((n, _answer(form, n)) for n in numbers)
        return {n: answer_bytes(answer) for n, answer in found if answer}

    def views(self, numbers: range) -> tuple[TableView, ...]:
        """These tables as a page shows them."""
        return tuple(self._view(n, self.questions.tables[n - 1]) for n in numbers)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Reasons to choose from, why rows are nobody's."""
        return tuple(self.spoken.say(reason) for reason in REASONS)

    def lines(self) -> tuple[tuple[int, str, str, bool], ...]:
        """Every table with its answer in words, for the page before sending."""
        return tuple(
            (n, table.table, self._words(n, table), self.is_whole(n))
            for n, table in enumerate(self.questions.tables, 1)
        )

    def _view(self, number: int, table: AskedTable) -> TableView:
        said = self.answers.get(number)
        return TableView(
            number,
            table.table,
            title_of(table.table),
            self._size(table),
            tuple(self._column(column) for column in table.columns),
            table.more,
            tuple(self._options(table, said)),
            said,
            said is not None and not self.is_whole(number),
            table.own,
        )

    def _size(self, table: AskedTable) -> str:
        rows = self.spoken.count("About {n} row.", "About {n} rows.", table.rows)
        if table.oldest is None or table.newest is None or table.oldest == table.newest:
            return rows
        since = self.spoken.say(
            "From {first} to {last}.",
            first=self.spoken.day(table.oldest),
            last=self.spoken.day(table.newest),
        )
        return f"{rows} {since}"

    def _column(self, column: AskedColumn) -> Shown:
        known = HOLDS[self.spoken.language].get(column.holds, column.holds)
        kind = self.spoken.say(KINDS.get(column.kind, KINDS["other"]))
        return Shown(column.name, known or kind, SHAPES.get(column.holds, ""))

    def _options(self, table: AskedTable, said: MapAnswer | None) -> Iterator[Option]:
        for place, choice in enumerate(table.offered):
            chosen = said is not None and (said.said, said.choice) == (Said.OFFERED, place)
            effect = self.spoken.say(EFFECTS[Said.OFFERED])
            yield Option(f"{Said.OFFERED}-{place}", self._sentence(choice), effect, chosen)

    def _sentence(self, choice: Choice) -> str:
        if choice.whose is Whose.PERSONS:
            return self.spoken.say("Each row is a person.")
        return " ".join(
            self.spoken.say(
                "Each row belongs to a person or thing in {table}, named in its column {column}.",
                table=hop.to,
                column=", ".join(hop.fields),
            )
            for hop in choice.hops
        )

    def _words(self, number: int, table: AskedTable) -> str:
        answer = self.answers.get(number)
        if answer is None:
            return self.spoken.say("No answer yet: it stays open.")
        if not self.is_whole(number):
            return self.spoken.say("The answer lacks a word: it stays open.")
        match answer.said:
            case Said.OFFERED:
                return self._sentence(table.offered[answer.choice])
            case Said.LINK:
                return self.spoken.say(
                    "Each row belongs to a person or thing in {table}, named in its column "
                    "{column}.",
                    table=answer.to,
                    column=answer.by,
                )
            case Said.NOBODY:
                return self.spoken.say("Nobody's, because {why}", why=answer.because)
            case Said.OTHER:
                return self.spoken.say(
                    "{person} would know.", person=self.questions.people[answer.person]
                )
            case Said.UNKNOWN:
                return self.spoken.say("I do not know.")


def title_of(table: str) -> str:
    """The name of a table as words: `Order line` of `public.tbl_order_line`."""
    own = table.rpartition(".")[2]
    parts = [part for part in _SPLIT.split(own) if part and part.lower() not in {"tbl", "t"}]
    said = " ".join(parts) or own
    return said[:1].upper() + said[1:]


def _answer(form: Mapping[str, str], number: int) -> MapAnswer | None:
    """What the form says of one table; None where nothing is chosen."""
    kind, _, place = form.get(f"a{number}", "").partition("-")
    is_number = place.isascii() and place.isdigit() and len(place) < 3
    if kind not in set(Said) or is_number is not (kind == Said.OFFERED):
        return None
    return MapAnswer(
        Said(kind),
        int(place) if is_number else 0,
        form.get(f"to{number}", ""),
        form.get(f"by{number}", ""),
        _SPACE.sub(" ", form.get(f"why{number}", "")).strip()[:MOST_WORDS],
        form.get(f"who{number}", ""),
    )
