"""A task in plain words: what is to be done, for whom, and what may be answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from avow.common.languages import mark, words
from avow.duties.requests.book import Book, Person, persons_of, read
from avow.duties.requests.tasks.instructing import words_of_instruction
from avow.duties.requests.tasks.kept import Kept
from avow.duties.requests.tasks.machine import TOLD, Act, Outcome, outcomes_of
from avow.duties.requests.tasks.mailboxes import mailbox_of
from avow.duties.requests.tasks.sending import SAYS, place_in_words
from avow.duties.requests.words import Right
from avow.faces.web.task_titles import TITLES

SAID: Mapping[Outcome, str] = {
    Outcome.DONE: mark("It is done"),
    Outcome.NOTHING: mark("There is nothing about this person here"),
    Outcome.CANNOT: mark("It cannot be done"),
    Outcome.DISPROPORTIONATE: mark("It would take efforts out of proportion"),
}
EFFECTS: Mapping[Outcome, str] = {
    Outcome.DONE: mark(
        "The person is told so. Say below what you did, or add a file that shows it."
    ),
    Outcome.NOTHING: mark("The person is told that this place was looked into and holds nothing."),
    Outcome.CANNOT: mark("Say why below. It stays open, and who answers for it all is told."),
    Outcome.DISPROPORTIONATE: mark("Say why below. The reason is kept for the authority."),
}
RIGHTS: Mapping[Right, str] = {
    Right.INFORMATION: mark("information"),
    Right.ACCESS: mark("access"),
    Right.RECTIFICATION: mark("rectification"),
    Right.ERASURE: mark("erasure"),
    Right.RESTRICTION: mark("restriction"),
    Right.PORTABILITY: mark("portability"),
    Right.OBJECTION: mark("objection"),
    Right.WITHDRAWAL: mark("withdrawal of consent"),
    Right.AUTOMATED_DECISION: mark("review of an automated decision"),
}
"""The rights in words."""
_FOUND = mark("There is something about this person here")
_FOUND_EFFECT = mark("Add it as a file, or write it below. It is looked through before it leaves.")
_RECEIVED = mark("We have it")
_RECEIVED_EFFECT = mark("It is our matter from now on. The person was told to ask you.")
_HAVE_IT = mark("We have the copy")
_HAVE_IT_EFFECT = mark("The copy is destroyed here, and your instruction is carried out.")
_NO_COPY_EFFECT = mark("Say why below. It is then handed to you in another way.")
_MEANT = mark("Yes, this is our instruction")
_MEANT_EFFECT = mark("It is carried out in your data only.")
_NOT_MEANT = mark("No, this does not come from us")
_NOT_MEANT_EFFECT = mark("Nothing is done. Say below what you know of it.")


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that can be chosen, with what happens then."""

    value: str
    sentence: str
    effect: str


@dataclass(frozen=True, slots=True)
class TaskSheet:
    """What the page of a task shows. Personal data: for the eyes of who is asked. `is_copy`: a copy
    is fetched here, with a code."""

    name: str
    title: str
    what: str
    place: str
    due: str
    is_late: bool
    persons: tuple[tuple[str, ...], ...]
    text: str
    options: tuple[Option, ...]
    is_copy: bool = False


def sheet_of(book: Book, kept: Kept, language: str, *, is_late: bool) -> TaskSheet:
    """The page of a task in a language. Raises KeyringError once the request was forgotten."""
    spoken, task = words(language), kept.task
    box = mailbox_of(book, task.asks)
    return TaskSheet(
        name=box.name if box is not None else "",
        title=spoken.say(TITLES[task.act]),
        what=spoken.say(SAYS[task.act]),
        place=place_in_words(book, task.place),
        due=spoken.day(task.due),
        is_late=is_late,
        persons=_persons(book, kept),
        text=_text(book, kept, language),
        options=tuple(_option(task.act, each, language) for each in outcomes_of(task.act)),
        is_copy=task.act is Act.FETCH,
    )


def _text(book: Book, kept: Kept, language: str) -> str:
    """The instruction, or what the person asks of the controller and since when."""
    if kept.instruction:
        return words_of_instruction(book, kept.instruction)
    if kept.task.act is not Act.HAND_OVER or kept.request is None or kept.item is None:
        return ""
    spoken, request = words(language), read(book, kept.request)
    what = spoken.say(RIGHTS[request.items[kept.item].right])
    day = spoken.day(request.received)
    return spoken.say("They ask for: {what}. It arrived here on {day}.", what=what, day=day)


def _persons(book: Book, kept: Kept) -> tuple[tuple[str, ...], ...]:
    """Only the person of the task, not others of the same request."""
    if kept.request is None or kept.person is None:
        return ()
    return (_names(persons_of(book, kept.request)[kept.person]),)


def _names(person: Person) -> tuple[str, ...]:
    values = (person.name, person.email, person.postal, *(value for _, value in person.identities))
    return tuple(dict.fromkeys(value for value in values if value))


def _option(act: Act, outcome: Outcome, language: str) -> Option:
    sentence, effect = SAID[outcome], EFFECTS[outcome]
    if act is Act.CONFIRM:
        meant = outcome is Outcome.DONE
        sentence = _MEANT if meant else _NOT_MEANT
        effect = _MEANT_EFFECT if meant else _NOT_MEANT_EFFECT
    elif act is Act.FETCH:
        has_it = outcome is Outcome.DONE
        sentence = _HAVE_IT if has_it else sentence
        effect = _HAVE_IT_EFFECT if has_it else _NO_COPY_EFFECT
    elif act is Act.LOOK and outcome is Outcome.DONE:
        sentence, effect = _FOUND, _FOUND_EFFECT
    elif act is Act.HAND_OVER and outcome is Outcome.DONE:
        sentence, effect = _RECEIVED, _RECEIVED_EFFECT
    elif act in TOLD and outcome is Outcome.CANNOT:
        effect = EFFECTS[Outcome.DISPROPORTIONATE]
    spoken = words(language)
    return Option(str(outcome), spoken.say(sentence), spoken.say(effect))
