"""The letters that left for a person of a request: what was done, what was refused and why.

A copy of data is none of them: it has a link and a code of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from avow.duties.correspondence.letters import Words
from avow.duties.requests.book import Book, entries_of, file_of
from avow.duties.requests.deciding.refusing import letter_file
from avow.duties.requests.machine import Request
from avow.duties.requests.steps import AnswerSent
from avow.duties.requests.telling.letters import NotTold, as_words, letters_of, opened


@dataclass(frozen=True, slots=True)
class Told:
    """A letter that left: the local day on which it did, and its words."""

    day: date
    words: Words = field(repr=False)


def told(book: Book, state: Request, person: int) -> tuple[Told, ...]:
    """The letters that left for a person, the oldest first; without one whose words are gone."""
    found = [*_outcomes(book, state, person), *_refusals(book, state, person)]
    return tuple(sorted(found, key=lambda each: each.day))


def _outcomes(book: Book, state: Request, person: int) -> list[Told]:
    sent = {
        entry.step.answer: entry.day
        for entry in entries_of(book, state.id)
        if isinstance(entry.step, AnswerSent)
    }
    found = []
    for name in letters_of(book, state.id):
        try:
            letter = opened(book, name)
        except NotTold:  # its words are gone
            continue
        if name in sent and letter.person == person:
            found.append(Told(sent[name], letter.words))
    return found


def _refusals(book: Book, state: Request, person: int) -> list[Told]:
    rows = book.runs.run("request_files", request=state.id)
    mine = [row for row in rows if row["what"] == letter_file(person) and row["gone_at"] is None]
    kept = [(row["made_at"], file_of(book, row["id"])) for row in mine]
    return [Told(book.day(at), as_words(it[1].reveal().decode())) for at, it in kept if it]
