"""Rows of a sample in plain words: what a page shows of each, and what its form says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import msgspec

from avow.common.languages import Words, mark, words
from avow.engine.planner.sampling import Judgement
from avow.engine.planner.sampling_asked import (
    AskedRow,
    AskedVerdict,
    RowAnswer,
    SampleQuestions,
    read_sample,
    row_answer,
)

ACTIONS: Mapping[str, str] = {
    "delete": mark("This row would be erased."),
    "blank": mark("Fields of this row would be emptied."),
    "unlink": mark("The link from this row to a person would be taken out."),
    "keep": mark("This row would stay as it is."),
}
WHY: Mapping[str, str] = {
    "oldest": mark("It is one of the oldest that are due."),
    "edge": mark("It is one of those nearest to their end, on this side of it or on the other."),
    "near a hold": mark("It is linked to a row that must be kept."),
    "held": mark("Its end has come, and something forbids erasing it."),
    "random": mark("It was drawn at random."),
}
VERDICTS: Mapping[str, str] = {
    "live": mark("still needed"),
    "due": mark("its end has come"),
    "retained": mark("its end has come, but something requires it to be kept"),
    "undated": mark("nothing says when its period began"),
    "undecided": mark("two promises contradict each other"),
}
MOMENTS: Mapping[str, str] = {
    "missing": mark("not known"),
    "living": mark("not yet"),
}
JUDGEMENTS: Mapping[Judgement, str] = {
    Judgement.RIGHT: mark("Right"),
    Judgement.WRONG: mark("Wrong"),
    Judgement.UNSURE: mark("I am not sure"),
}


@dataclass(frozen=True, slots=True)
class VerdictView:
    """What must happen to one kind of data of a row, by which clauses, and since or until when."""

    category: str
    said: str
    clauses: tuple[str, ...]
    when: str


@dataclass(frozen=True, slots=True)
class RowShown:
    """One row as a page shows it. `number` is the question's, `row` the sample's."""

    number: int
    row: int
    dataset: str
    action: str
    why: str
    agrees: bool
    is_read: bool
    moments: tuple[tuple[str, str], ...]
    verdicts: tuple[VerdictView, ...]
    clauses: tuple[str, ...]
    judgement: str


@dataclass(frozen=True, slots=True)
class SampleSheet:
    """The rows of a sample with the answers so far, numbered from 1."""

    questions: SampleQuestions
    answers: Mapping[int, RowAnswer]
    spoken: Words

    @classmethod
    def of(cls, content: bytes, said: Mapping[int, bytes], language: str) -> SampleSheet:
        """From what an invitation holds."""
        answers = {number: row_answer(each) for number, each in said.items()}
        return cls(read_sample(content), answers, words(language))

    @property
    def template(self) -> str:
        """The page that shows them."""
        return "asked/sample.html"

    @property
    def total(self) -> int:
        """How many rows there are."""
        return len(self.questions.rows)

    @property
    def whole(self) -> int:
        """How many are judged."""
        return len(self.answers)

    def is_whole(self, number: int) -> bool:
        """Whether a row is judged."""
        return number in self.answers

    def read(self, form: Mapping[str, str], numbers: range) -> dict[int, bytes]:
        """The judgements that a form gives to these rows; what it leaves out stays as it was."""
        said = {n: form.get(f"a{n}", "") for n in numbers}
        return {
            n: msgspec.json.encode(RowAnswer(Judgement(each)))
            for n, each in said.items()
            if each in set(Judgement)
        }

    def views(self, numbers: range) -> tuple[RowShown, ...]:
        """These rows as a page shows them."""
        return tuple(self._view(n, self.questions.rows[n - 1]) for n in numbers)

    def clauses(self, numbers: range) -> tuple[str, ...]:
        """The clauses that decide about these rows."""
        rows = (self.questions.rows[n - 1] for n in numbers)
        named = (clause for row in rows for each in row.verdicts for clause in each.clauses)
        return tuple(dict.fromkeys(named))

    def lines(self) -> tuple[tuple[int, str, str, bool], ...]:
        """Every row with its judgement in words, for the page before sending."""
        return tuple(
            (n, self._name(row), self._words(n), self.is_whole(n))
            for n, row in enumerate(self.questions.rows, 1)
        )

    def _name(self, row: AskedRow) -> str:
        return self.spoken.say("Row {n} of {table}", n=row.number, table=row.dataset)

    def _words(self, number: int) -> str:
        if number not in self.answers:
            return self.spoken.say("No answer yet: it stays open.")
        return self.spoken.say(JUDGEMENTS[self.answers[number].judgement])

    def _view(self, number: int, row: AskedRow) -> RowShown:
        said = self.answers.get(number)
        return RowShown(
            number,
            row.number,
            row.dataset,
            self.spoken.say(ACTIONS[row.action]),
            self.spoken.say(WHY[row.stratum]),
            row.agrees,
            row.is_read,
            tuple((event, self._moment(at)) for event, at in row.moments.items()),
            tuple(self._verdict(each) for each in row.verdicts),
            tuple(dict.fromkeys(c for each in row.verdicts for c in each.clauses)),
            said.judgement if said else "",
        )

    def _moment(self, at: str) -> str:
        if at in MOMENTS:
            return self.spoken.say(MOMENTS[at])
        try:
            return self.spoken.day(date.fromisoformat(at))
        except ValueError:
            return at

    def _verdict(self, each: AskedVerdict) -> VerdictView:
        kind = each.verdict.partition(" ")[0]
        said = self.spoken.say(VERDICTS[kind]) if kind in VERDICTS else each.verdict
        return VerdictView(each.category, said, each.clauses, self._when(each))

    def _when(self, each: AskedVerdict) -> str:
        parts = []
        if each.since:
            parts.append(self.spoken.say("since {day}", day=self.spoken.day(each.since)))
        if each.until:
            parts.append(self.spoken.say("until {day}", day=self.spoken.day(each.until)))
        return ", ".join(parts)
