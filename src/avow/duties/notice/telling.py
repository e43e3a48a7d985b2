"""Telling persons that the notice changes, before it does: clause by clause a promise of its own.

A caller hands in whom the systems know, as a stream; one letter goes to each address, however many
rows it stands in. Who cannot be reached gets a reason of a closed list. The proof that somebody was
told is that a server took their letter in time and it did not come back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from avow.common.calendar import Period, add, cutoff
from avow.common.ids import new_id
from avow.common.masked import Masked
from avow.duties.correspondence.addresses import address
from avow.duties.correspondence.letters import Draft, Mailing, Reason, Words
from avow.duties.correspondence.outbox import Tells, letter_id, named, write
from avow.duties.correspondence.wording import WordingError
from avow.engine.db.store import Runs
from avow.engine.keys.ring import KeyRing
from avow.engine.planner.identities import ROLES

CHANGE, AGAIN = "notice-change", "consent-again"
"""The kinds of letters: everybody is told; who agreed to what changes is asked again."""
OURS = "controller"
KEPT = Period(months=6)
"""How long after the change letters can be read; then only their counts stay."""
_FORM = "told-person/1"
_CHUNK = 500


class Unreached(StrEnum):
    """Why a person gets no letter at all. What becomes of letters is told by the outbox."""

    NO_ADDRESS = Reason.NO_ADDRESS.value
    INVALID_ADDRESS = Reason.INVALID_ADDRESS.value
    GROUP_MAILBOX = "group-mailbox"
    ANOTHER_CONTROLLER = "another-controller"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a live relation: where they are known, and how they can be reached.

    `reference` names them in that dataset (a key). `sphere` is `controller`, or another for rows
    that we hold for somebody else, who then has to tell them.
    """

    system: str
    dataset: str
    reference: Masked[str]
    address: Masked[str] | None = None
    language: str | None = None
    postal: Masked[str] | None = None
    sphere: str = OURS


class Reachable(Protocol):
    """Everybody with a live relation, each as often as systems know them; read once, in order."""

    def __iter__(self) -> Iterator[Person]: ...


@dataclass(frozen=True, slots=True)
class Publication:
    """A change that will take effect: its id, the first day on which it counts, how long before
    people are told (art. 13(3) and the controller's own word), and the clause that promises it."""

    id: str
    effective: date
    ahead: Period
    clause: str

    @property
    def last_day(self) -> date:
        """The last day on which a letter is in time: before the change in any case."""
        return min(cutoff(self.effective, self.ahead), self.effective - timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Wordings:
    """The letter in each language, and the language of who asked for none of them."""

    by_language: Mapping[str, Words] = field(repr=False)
    fallback: str

    def __post_init__(self) -> None:
        """Raises WordingError AV624 where the language for all others has no words."""
        if self.fallback not in self.by_language:
            raise WordingError(
                f"there are no words in `{self.fallback}`, the language of who asked for no other",
                help="write the letter in that language, or name one in which it is written",
            )

    def of(self, person: Person) -> str:
        """The language of a person's letter: theirs (`fr` for `fr-BE`), or the fallback."""
        asked = (person.language or "").replace("_", "-").partition("-")[0].lower()
        return asked if asked in self.by_language else self.fallback


@dataclass(frozen=True, slots=True)
class Announcement:
    """What is said by whom: the words, the domain of Message-IDs, the organisation's own address.

    To that address goes a letter like all others: as long as it is not taken by the server, no
    count of letters proves that any left.
    """

    words: Wordings
    domain: str
    own: Masked[str]
    kind: str = CHANGE


@dataclass(frozen=True, slots=True)
class Told:
    """What came of it: new letters, persons without one by reason, and whether the last day for a
    letter in time is over already."""

    telling: str
    letters: int
    unreached: Mapping[str, int]
    late: bool


@dataclass(frozen=True, slots=True)
class Begun:
    """A telling as our database has it."""

    id: str
    effective: date
    last_day: date
    person_key: str
    is_complete: bool


def tell(
    runs: Runs,
    ring: KeyRing,
    publication: Publication,
    persons: Reachable,
    said: Announcement,
    *,
    at: datetime,
    day: date,
    note: Tells,
    whole: Callable[[], bool] = lambda: True,
) -> Told:
    """Write one letter to everybody who can be reached, and a reason for everybody else.

    Killed in the middle and called again it goes on; called later with a longer list it writes to
    those who are new. `day` is the local day of `at`. `whole` is asked when the stream has ended:
    False where a system could not be read, and then the promise is never kept before it was.
    """
    begun = _begun(runs, ring, publication, said.kind, at)
    mailing = Mailing(
        said.kind,
        begun.id,
        said.domain,
        add(publication.effective, KEPT),
        sphere=OURS,
        person_key=begun.person_key,
    )
    register = _Register(runs, ring, mailing, begun)
    written = write(runs, ring, mailing, register.drafts(persons, said), at=at, tell=note)
    register.flush()
    if whole():
        runs.run("telling_complete", id=begun.id, at=at)
    return Told(begun.id, written.new, dict(register.reasons), late=day > begun.last_day)


def _begun(runs: Runs, ring: KeyRing, publication: Publication, kind: str, at: datetime) -> Begun:
    runs.run(
        "telling_add",
        id=new_id("telling"),
        publication=publication.id,
        clause=publication.clause,
        kind=kind,
        effective=publication.effective,
        last_day=publication.last_day,
        person_key=ring.hashing.current,
        at=at,
    )
    row = runs.run("telling_of", publication=publication.id)[0]
    complete = row["complete_at"] is not None
    return Begun(row["id"], row["effective"], row["last_day"], row["person_key"], complete)


@dataclass(slots=True)
class _Register:
    """Writes down for each person of the stream which letter tells them, or why none."""

    runs: Runs
    ring: KeyRing
    mailing: Mailing
    begun: Begun
    reasons: Counter[str] = field(default_factory=Counter)
    _rows: list[Mapping[str, object]] = field(default_factory=list)

    def drafts(self, persons: Iterable[Person], said: Announcement) -> Iterator[Draft]:
        """The letters to write; the organisation's own comes first."""
        fallback = said.words.fallback
        words = said.words.by_language
        yield Draft(said.own, fallback, words[fallback], said.own, is_canary=True)
        for person in persons:
            reason = unreached(person)
            language = said.words.of(person)
            to = person.address if _is_personal(person) else None
            draft = Draft(_reference(person), language, words[language], to, person.postal)
            self._note(person, None if reason else draft, reason)
            if reason is None:
                yield draft

    def _note(self, person: Person, draft: Draft | None, reason: Unreached | None) -> None:
        if reason is not None:
            self.reasons[reason.value] += 1
        key = self.begun.person_key
        self._rows.append(
            {
                "telling": self.begun.id,
                "person": self.ring.keyed_hash(_reference(person), _FORM, key).hash,
                "system": person.system,
                "dataset": person.dataset,
                "letter": self._letter(draft) if draft else None,
                "reason": reason.value if reason else "",
            }
        )
        if len(self._rows) >= _CHUNK:
            self.flush()

    def _letter(self, draft: Draft) -> str:
        return letter_id(self.ring, self.mailing, named(self.mailing.sphere, draft))

    def flush(self) -> None:
        """Keep what was noted."""
        if self._rows:
            self.runs.many("told_add", self._rows)
        self._rows.clear()


def _reference(person: Person) -> Masked[str]:
    return Masked(f"{person.system}\n{person.dataset}\n{person.reference.reveal()}")


def unreached(person: Person) -> Unreached | None:
    """Why a person gets no letter; None for who gets one.

    A mailbox of a function (RFC 2142) is read by others than the person, so it tells nobody.
    """
    if person.sphere != OURS:
        return Unreached.ANOTHER_CONTROLLER
    has_post = person.postal is not None and bool(person.postal.reveal().strip())
    if has_post or _is_personal(person):
        return None
    if person.address is None or not person.address.reveal().strip():
        return Unreached.NO_ADDRESS
    is_form = address(person.address.reveal()) is not None
    return Unreached.GROUP_MAILBOX if is_form else Unreached.INVALID_ADDRESS


def _is_personal(person: Person) -> bool:
    to = address(person.address.reveal()) if person.address is not None else None
    return to is not None and to.local.lower() not in ROLES


@dataclass(frozen=True, slots=True)
class Consent:
    """That somebody agreed to a purpose, on a day; `withdrawn` when they no longer do."""

    person: Masked[str]
    purpose: str
    given: date
    withdrawn: bool = False


def asked_again(consents: Iterable[Consent], widened: Mapping[str, date]) -> Iterator[Consent]:
    """The consents that a change touches, in their order: their persons are asked again.

    A consent is for what was said when it was given (art. 4(11), 7(1)). Where the purpose now means
    more, it says nothing about the new part. Others are not asked: reminding everybody would teach
    people to stop reading.

    `widened`: purposes that mean more than before (a category, recipient, country or longer period
    was added), and the day from which the notice says so. A consent of that day or later is one to
    the new words. Nobody who withdrew is asked again.
    """
    return (
        each
        for each in consents
        if not each.withdrawn and each.purpose in widened and each.given < widened[each.purpose]
    )
