"""Which candidates count: a search proposes, somebody accepts, and nothing is merged silently."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from avow.duties.requests.named_file import RequestError
from avow.engine.planner.identities import Candidate, Found


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody accepted: a person with all candidates, or only those of one dataset.

    `dataset` is `system.dataset`; empty for all.
    """

    person: int
    dataset: str = ""


def choice(text: str) -> Choice:
    """Read `3` or `3:app.public.account`.

    Raises:
        ValueError: it is neither.
    """
    person, _, dataset = text.partition(":")
    return Choice(int(person), dataset)


def accepted(
    found: Found, choices: Sequence[Choice], *, clean: bool = False
) -> tuple[Candidate, ...]:
    """The candidates that count: those named, and with `clean` those of every person about whom
    nothing has to be asked.

    Raises:
        RequestError: AV603, a choice names nothing that was found.
    """
    for each in choices:
        if not any(_is(each, candidate) for candidate in found.candidates):
            raise RequestError(
                f"person {each.person} has no such candidate",
                help="`avow request new` without `--accept` shows them",
                code="AV603",
            )
    named = {each.person for each in choices}
    return tuple(
        c
        for c in found.candidates
        if any(_is(each, c) for each in choices)
        or (clean and c.person not in named and not found.questions(c.person))
    )


def _is(each: Choice, candidate: Candidate) -> bool:
    there = f"{candidate.system}.{candidate.dataset}"
    return each.person == candidate.person and each.dataset in ("", there)


def left_out(found: Found, chosen: Sequence[Candidate]) -> tuple[int, ...]:
    """Persons with candidates none of which was accepted."""
    named = {c.person for c in found.candidates}
    return tuple(sorted(named - {c.person for c in chosen}))
