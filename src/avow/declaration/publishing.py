"""What a notice needs beside the rules: sections, words for people, cookies, who checked what.

Frozen data as the loader makes it; `model.Declaration` holds it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from avow.common.calendar import Period
from avow.common.places import NOWHERE, Place


class Shown(StrEnum):
    """What a section shows besides its clauses: a table that the declaration fills, or a button."""

    PERIODS = "periods"
    RECIPIENTS = "recipients"
    COOKIES = "cookies"
    COOKIE_SETTINGS = "cookie-settings"
    RIGHTS = "rights"


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the printed statement: its clauses in the order of the print. Its title and its
    opening words stand in the texts under `# <id> <title>`. A clause in no section is not printed.
    """

    id: str
    within: str | None = None
    clauses: tuple[str, ...] = ()
    shows: tuple[Shown, ...] = ()
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Edition:
    """The edition of the notice that this declaration is: how it is called, when it changed and
    from when it counts, where it must be linked, and how long before people are told.

    `hosts` are the names of sites in scope; `forms` the addresses of pages that collect data;
    `pages` say by language where the notice stands on each host: a path, or a whole address.
    `ahead` gives per class of change the notice period that the controller promises. `promises`
    says which clause promises something that the notice itself must keep: `assessed` (each
    interest is weighed in writing), `security` (the measures that protect the data).
    """

    version: str
    changed: date | None = None
    effective: date | None = None
    hosts: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    ahead: Mapping[str, Period] = field(default_factory=dict)
    place: Place = field(default=NOWHERE, compare=False)
    promises: Mapping[str, str] = field(default_factory=dict)
    pages: Mapping[str, str] = field(default_factory=dict)


class Party(StrEnum):
    """Whose cookie it is: of the site that is visited, or of another one."""

    FIRST = "first"
    THIRD = "third"


@dataclass(frozen=True, slots=True)
class Cookie:
    """A thing stored on, or read from, the person's device. `name` may end in `*`; without a
    lifetime it ends with the visit; an exempt one needs no consent (art. 5(3) ePrivacy)."""

    name: str
    clause: str
    purpose: str | None = None
    recipient: str | None = None
    lifetime: Period | None = None
    party: Party = Party.FIRST
    exempt: bool = False
    place: Place = field(default=NOWHERE, compare=False)


class AssessmentKind(StrEnum):
    """Which of the three: art. 6(1)(f), art. 35, or art. 46 with the third country's law."""

    BALANCING = "balancing"
    IMPACT = "impact"
    TRANSFER = "transfer"


class Conclusion(StrEnum):
    """What an assessment came to: the processing may go on, may not, or nobody has said yet."""

    PASSES = "passes"
    FAILS = "fails"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Assessment:
    """A written assessment of a purpose, or of a transfer to a recipient (`of`), with its author
    and approver, the day of its approval and the day on which it must be looked at again."""

    id: str
    kind: AssessmentKind
    of: str
    author: str
    approver: str | None = None
    on: date | None = None
    review: date | None = None
    conclusion: Conclusion = Conclusion.OPEN
    interest: str = ""
    necessity: str = ""
    balance: str = ""
    safeguards: str = ""
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Translation:
    """That somebody approved the texts of a language: those with this digest."""

    language: str
    digest: str
    by: str
    on: date
    place: Place = field(default=NOWHERE, compare=False)


LABELLED = (
    "category", "purpose", "point", "subject", "recipient", "event", "rule", "right", "cookie",
    "source", "refusal", "interest", "identity", "question",
)  # fmt: skip
"""Kinds of ids that have words for people. `source` and `refusal` are of a collection point: whom
the data come from, and what happens without them; `interest` is of a purpose; the words of a
recipient say what it does for the controller; `identity` is what names a person in the data map,
such as a customer number: what has words here is asked for in the form of the portal; `question` is
of a category: the sentence by which somebody is asked what they know of it."""

Labels = Mapping[str, Mapping[str, Mapping[str, str]]]
"""Language, kind and id to words."""
