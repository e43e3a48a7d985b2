"""The declaration as frozen data: what the loader makes of YAML and everything else reads.

Ids are short words; a clause id is the primary key of every rule. Nothing here decides anything:
`decision/` does, and `interpretation.py` makes from this what is in force.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from avow.common.calendar import Period
from avow.common.places import NOWHERE, Place
from avow.declaration.publishing import (
    Assessment,
    Cookie,
    Edition,
    Labels,
    Section,
    Translation,
)
from avow.declaration.requesting import Requesting
from avow.estate.datamap.model import DataMap, EventMode

BY_EMAIL = "exercise-by-email"
"""The printed right that names the mailbox for requests."""


class Action(StrEnum):
    """What a retention rule does at its end. Order of declaration is order of strength."""

    ERASE = "erase"
    ANONYMISE = "anonymise"
    ARCHIVE = "archive"
    REVIEW = "review"


class Basis(StrEnum):
    """The legal bases of art. 6(1) GDPR that a statement of this kind uses."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGITIMATE_INTEREST = "legitimate-interest"
    LEGAL_OBLIGATION = "legal-obligation"


class Existing(StrEnum):
    """What a changed period does to data that are held already: the new rule counts for them, the
    old one goes on counting, or whichever ends them sooner."""

    NEW_RULE = "new-rule"
    OLD_RULE = "old-rule"
    SHORTER = "shorter"


class Offers(StrEnum):
    """Whose offers a marketing purpose brings: the controller's own, or those of others too."""

    OWN = "own"
    GROUP = "group"
    OTHERS = "others"


class Channel(StrEnum):
    """How a use reaches the person, where the country's law asks."""

    NONE = "none"
    EMAIL = "email"
    PHONE = "phone"
    POST = "post"


class Level(StrEnum):
    """What avow may do for a rule in a system, from least to most."""

    OBSERVE = "observe"
    REHEARSE = "rehearse"
    APPROVE = "approve"
    AUTOMATIC = "automatic"


@dataclass(frozen=True, slots=True)
class Scope:
    """Which cells a rule speaks about: keys are and-ed, values or-ed, an empty key means any."""

    category: frozenset[str] = frozenset()
    collected_at: frozenset[str] = frozenset()
    subject: frozenset[str] = frozenset()
    system: frozenset[str] = frozenset()
    dataset: frozenset[str] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is named: as an exception it takes nothing out."""
        return not (
            self.category or self.collected_at or self.subject or self.system or self.dataset
        )


@dataclass(frozen=True, slots=True)
class End:
    """A start event and the calendar period from it; `otherwise` is used where it is missing.

    `starts` None is a rule whose print names no start: a defect, and its cells are undated.
    `before`: only a period that began before this day ends so (an older, shorter promise that goes
    on counting for data held when it was lengthened).
    """

    starts: str | None
    period: Period
    otherwise: str | None = None
    before: date | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A retention rule: a maximum. Of several ends the earliest counts. `decided_by` names the
    signed decision that made or changed it. `undo_days`: how long before its maximum a row leaves
    its system into an encrypted bundle. `existing`: what a change of its period does to data held
    before the change. `on_top`: the print says that its time comes on top of the others'
    (backups)."""

    id: str
    clause: str
    applies_to: Scope
    ends: tuple[End, ...]
    then: Action = Action.ERASE
    exceptions: tuple[Scope, ...] = ()
    decided_by: tuple[str, ...] = ()
    place: Place = field(default=NOWHERE, compare=False)
    undo_days: int = 0
    existing: Existing = Existing.SHORTER
    on_top: bool = False


@dataclass(frozen=True, slots=True)
class Minimum:
    """A legal minimum: a floor that runs from an event for a period, with the law that sets it."""

    id: str
    clause: str
    law: str
    applies_to: Scope
    starts: str
    period: Period
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Purpose:
    """A purpose with its one legal basis and the cells it uses; `ends` names its last event."""

    id: str
    clause: str
    basis: Basis
    uses: Scope
    ends: str | None = None
    marketing: bool = False
    recipients: tuple[str, ...] = ()
    dpv: str | None = None
    place: Place = field(default=NOWHERE, compare=False)
    offers: Offers | None = None


@dataclass(frozen=True, slots=True)
class Clause:
    """A promise by its id; kind says whether software enforces (E), observes (D) or needs a
    person's document (H). `unbound` promises have no check that could answer yet; `legs` names
    parts of the promise that must be answered besides what its checks look at."""

    id: str
    kinds: frozenset[str]
    unbound: bool = False
    place: Place = field(default=NOWHERE, compare=False)
    legs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Category:
    """A category of personal data, the clauses that print it and its DPV term. `of_others`: it is
    about other persons than the one who gives it (colleagues named in a form). `inferred`: it was
    concluded from other data and not given by anybody, so nobody takes it along (art. 20)."""

    id: str
    clauses: tuple[str, ...] = ()
    dpv: str | None = None
    place: Place = field(default=NOWHERE, compare=False)
    of_others: bool = False
    inferred: bool = False


@dataclass(frozen=True, slots=True)
class Collected:
    """One item collected at a collection point: category, clause, and whether it is mandatory.
    `announced`: the person is told at the moment itself, before a recording begins."""

    category: str
    clause: str
    required: bool | None = None
    place: Place = field(default=NOWHERE, compare=False)
    announced: bool = False


@dataclass(frozen=True, slots=True)
class CollectionPoint:
    """A place where data come in, with what is collected there. `source` is who gives the data
    where it is not the person (art. 14)."""

    id: str
    clause: str
    collects: tuple[Collected, ...] = ()
    place: Place = field(default=NOWHERE, compare=False)
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who receives data: role, country of processing, what for, and the transfer tool that is
    printed. `seat` is the country of establishment where it is another one, `copy` says how a
    person gets a copy of the safeguards (art. 13(1)(f))."""

    id: str
    clause: str
    name: str
    role: str
    country: str | None = None
    for_: str | None = None
    transfer: str | None = None
    place: Place = field(default=NOWHERE, compare=False)
    seat: str | None = None
    copy: str | None = None


@dataclass(frozen=True, slots=True)
class Never:
    """A negative promise, with the field names and the category that would break it."""

    id: str
    clause: str
    category: str | None = None
    fields_named: tuple[str, ...] = ()
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class EventKind:
    """An event and how its moment is read; `fact` events are known to avow, not to the estate."""

    id: str
    mode: EventMode
    clause: str | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Narrow:
    """A decision's effect: a rule does not reach the cells of `exceptions`."""

    rule: str
    exceptions: Scope


@dataclass(frozen=True, slots=True)
class Starts:
    """A decision's effect: a rule whose print names no start gets one."""

    rule: str
    event: str
    otherwise: str | None = None


@dataclass(frozen=True, slots=True)
class AddRule:
    """A decision's effect: a retention rule where the statement has none."""

    rule: Rule


@dataclass(frozen=True, slots=True)
class AddMinimum:
    """A decision's effect: a legal minimum that the print does not name."""

    minimum: Minimum


@dataclass(frozen=True, slots=True)
class EndPurpose:
    """A decision's effect: a purpose ends with an event."""

    purpose: str
    event: str


@dataclass(frozen=True, slots=True)
class Shortest:
    """A decision's effect: these rules bind at once and the earliest ends the data."""

    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Accept:
    """A decision's effect: the defect is accepted, with the decision's reason, until a day."""

    until: date


Effect = Narrow | Starts | AddRule | AddMinimum | EndPurpose | Shortest | Accept


@dataclass(frozen=True, slots=True)
class Decision:
    """A dated decision of the controller where the print is silent or contradicts itself.

    Without a signature over its `digest` it has no effect. `settles` holds finding references
    such as `AV221 6.b 6.c`.
    """

    id: str
    author: str
    on: date
    reason: str
    settles: tuple[str, ...]
    effects: tuple[Effect, ...]
    digest: str
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Signature:
    """That `by` signed the decision with this digest on a day."""

    decision: str
    digest: str
    by: str
    on: date
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Member:
    """A person of the organisation who may act, and in which roles. `sees`: the categories of data
    that they may see beyond what the task at hand needs."""

    id: str
    name: str
    roles: frozenset[str]
    sees: frozenset[str] = frozenset()
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Controller:
    """The legal entity that answers, with the zone whose days count and the state whose law.

    `email` reaches the controller, `officer` the data protection officer. `established` are the
    countries where it has an establishment (its group members' that act for it included), `public`
    those whose people it addresses: their authorities and laws count too.
    """

    name: str = ""
    address: str = ""
    phone: str = ""
    zone: str = "UTC"
    country: str = ""
    email: str = ""
    officer: str = ""
    established: tuple[str, ...] = ()
    public: tuple[str, ...] = ()


class Despite(StrEnum):
    """Why restricted data may be used, beside being stored (GDPR art. 18(2)); nothing else is."""

    CONSENT = "consent"
    CLAIMS = "legal claims"
    ANOTHER = "rights of another person"
    PUBLIC_INTEREST = "important public interest"


@dataclass(frozen=True, slots=True)
class Use:
    """What somebody wants to do: for which purpose, with which recipient, over which channel.

    `country` is the person's ISO 3166 code; empty when unknown. `despite`: why data whose use is
    restricted are used all the same.
    """

    purpose: str
    recipient: str | None = None
    channel: Channel = Channel.NONE
    country: str = ""
    despite: Despite | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A test that the declaration carries: a cell group, its events and facts, a day, the verdict.

    `unsigned`: judged as printed, as long as no decision is signed. `names_clauses`: the deciding
    clauses must be exactly `clauses`; otherwise they are not looked at. `use` and `allowed`: what
    somebody wants to do with the cells, and whether that is allowed; both or neither.
    """

    id: str
    group: Mapping[str, str]
    events: Mapping[str, str]
    facts: Mapping[str, object]
    on: date
    verdict: str | None = None
    clauses: tuple[str, ...] = ()
    unsigned: bool = False
    place: Place = field(default=NOWHERE, compare=False)
    names_clauses: bool = False
    use: Use | None = None
    allowed: bool | None = None


@dataclass(frozen=True, slots=True)
class LevelSetting:
    """The level asked for a rule in a system; None means every rule or every system."""

    system: str | None
    rule: str | None
    level: Level
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Declaration:
    """One whole declaration, as written: the statement, its interpretation and the data map."""

    id: str
    version: str
    controller: Controller = field(default_factory=Controller)
    languages: tuple[str, ...] = ()
    people: Mapping[str, Member] = field(default_factory=dict)
    clauses: Mapping[str, Clause] = field(default_factory=dict)
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    categories: Mapping[str, Category] = field(default_factory=dict)
    subjects: Mapping[str, str | None] = field(default_factory=dict)
    points: Mapping[str, CollectionPoint] = field(default_factory=dict)
    purposes: Mapping[str, Purpose] = field(default_factory=dict)
    recipients: Mapping[str, Recipient] = field(default_factory=dict)
    rules: Mapping[str, Rule] = field(default_factory=dict)
    minimums: Mapping[str, Minimum] = field(default_factory=dict)
    events: Mapping[str, EventKind] = field(default_factory=dict)
    nevers: tuple[Never, ...] = ()
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    signatures: tuple[Signature, ...] = ()
    levels: tuple[LevelSetting, ...] = ()
    cases: tuple[Case, ...] = ()
    rights: tuple[Mapping[str, str], ...] = ()
    datamap: DataMap = field(default_factory=DataMap)
    digest: str = ""
    right_places: tuple[Place, ...] = field(default=(), compare=False)
    sections: Mapping[str, Section] = field(default_factory=dict)
    edition: Edition | None = None
    cookies: tuple[Cookie, ...] = ()
    assessments: Mapping[str, Assessment] = field(default_factory=dict)
    translations: tuple[Translation, ...] = ()
    labels: Labels = field(default_factory=dict)
    text_places: Mapping[str, Mapping[str, Place]] = field(default_factory=dict, compare=False)
    requests: Requesting = field(default_factory=Requesting)

    @property
    def mailbox(self) -> str:
        """The mail address that persons write to with a request: the one decided, the one printed,
        or that of the controller; empty where none is declared."""
        printed = (r.get("address", "") for r in self.rights if r["right"] == BY_EMAIL)
        return self.requests.mailbox or next(filter(None, printed), "") or self.controller.email

    def words(self, language: str, kind: str, id_: str) -> str:
        """What an id is called for people in a language; empty when nobody has said."""
        return self.labels.get(language, {}).get(kind, {}).get(id_, "")


@dataclass(frozen=True, slots=True)
class InForce:
    """What the decision functions read: the rules with every signed decision applied.

    `settled` holds pairs of rule ids whose overlap somebody has decided; an overlap of two rules
    with different ends that is not in it leaves the cells between their ends undecided.
    """

    rules: tuple[Rule, ...] = ()
    purposes: tuple[Purpose, ...] = ()
    minimums: tuple[Minimum, ...] = ()
    settled: frozenset[frozenset[str]] = frozenset()
    recipients: Mapping[str, Recipient] = field(default_factory=dict)
    zone: str = "UTC"
