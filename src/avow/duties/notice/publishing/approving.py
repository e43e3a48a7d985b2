"""Approving, publishing and withdrawing an edition: two persons each, who sign its digest.

The officer signs nothing; the written advice of the officer is kept beside the edition. Approving
and publishing are two steps: killed in between, the same command goes on where it stopped.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from avow.common.findings import Finding
from avow.declaration.model import Declaration, Member
from avow.duties.notice.publishing.model import Form, Publication, Status
from avow.duties.notice.publishing.proposing import Tell, in_time
from avow.duties.notice.publishing.records import (
    changed_since,
    content,
    digest_over,
    edition,
    editions,
    sha256,
)
from avow.duties.notice.publishing.refusals import PublishingError
from avow.engine.db.store import Runs
from avow.engine.evidence.entries import (
    NoticeAdvised,
    NoticeApproved,
    NoticePublished,
    NoticeWithdrawn,
)
from avow.engine.keys.ring import KeyRing
from avow.engine.planner.refusals import Guarded
from avow.engine.planner.release import released
from avow.engine.planner.trust import Role, unfit

PUBLISH, WITHDRAW = "publish", "withdraw"
LARGEST_ADVICE = 10_000_000


@dataclass(frozen=True, slots=True)
class Act:
    """Who acts, when, and what that is written with."""

    runs: Runs
    ring: KeyRing
    person: str
    at: datetime
    tell: Tell


def approve(act: Act, name: str) -> Publication:
    """Sign a proposal as its second person. A person who did already changes nothing.

    Raises:
        Guarded: AV420, the person may not approve it.
        PublishingError: AV659, it waits for nothing; AV660, it was changed; AV666, unknown.
    """
    found = edition(act.runs, name)
    if found.status not in (Status.PROPOSED, Status.APPROVED):
        raise PublishingError(
            f"the edition `{name}` waits for no approval",
            because=f"it is {found.status}",
            help="propose it again" if found.status is Status.DROPPED else "",
            code="AV659",
        )
    _may(act, found, found.proposed_by)
    _unchanged(act.runs, found)
    with act.runs.transaction() as tx:
        tx.run("publication_lock")
        signature = _sign(act, tx, found, PUBLISH, found.digest)
        tx.run("publication_approved", id=found.id, at=act.at)
        if signature is not None:
            entry = NoticeApproved(
                publication=found.id, digest=found.digest, by=act.person, signature=signature
            )
            act.tell([entry], act.at, tx)
    return edition(act.runs, found.id)


def publish(act: Act, name: str, day: date) -> Publication:
    """Publish an approved edition, from its declared day of effect or from today. What is published
    already stays as it is.

    Raises:
        PublishingError: AV656, its version was published by another; AV658, its day has passed
            while it waited; AV659, nobody approved it; AV668, an approval does not verify.
    """
    with act.runs.transaction() as tx:
        tx.run("publication_lock")
        found = edition(tx, name)
        if found.status is Status.PUBLISHED:
            return found
        known = [e for e in editions(tx) if e.id != found.id]
        _may_appear(found, known, day)
        _signed(tx, act.ring, found)
        tx.run("publication_published", id=found.id, day=found.effective or day, at=act.at)
        act.tell(list(_published(found)), act.at, tx)
        return edition(tx, found.id)


def _may_appear(found: Publication, known: list[Publication], day: date) -> None:
    if found.status is not Status.APPROVED:
        raise PublishingError(
            f"nobody has approved the edition `{found.version}`",
            because=f"it is {found.status}",
            code="AV659",
        )
    if not in_time(found.effective, known, day):
        raise PublishingError(
            f"its day of effect, {found.effective}, has passed while it waited",
            because="people cannot be bound by what they could not read",
            help="say a day to come in `notice: {effective: …}` and propose it again",
            code="AV658",
        )


def _signed(runs: Runs, ring: KeyRing, found: Publication) -> None:
    if unsigned(runs, ring, found) or not any(c.what == PUBLISH for c in found.consents):
        raise PublishingError(
            f"an approval of the edition `{found.version}` does not verify",
            because="its signature is not over this edition and this person",
            help="propose and approve it again, and find out who wrote the row",
            code="AV668",
        )


def _published(found: Publication) -> Iterator[NoticePublished]:
    for page in found.pages:
        if page.form is Form.HTML:
            yield NoticePublished(notice=page.digest, release=found.release, language=page.language)


def ask_withdrawal(act: Act, name: str, reason: str) -> Publication:
    """Ask, as the first of two persons, to withdraw a published edition, and say why.

    Raises:
        Guarded: AV420, the person may not.
        PublishingError: AV661, it is not published; AV662, no reason.
    """
    found = _withdrawable(act, name)
    if not reason.strip():
        raise PublishingError(
            "a withdrawal needs a reason",
            because="everybody who opens the edition reads why it was withdrawn",
            help="`--reason …`",
            code="AV662",
        )
    _may(act, found, "")
    act.runs.run(
        "publication_withdrawal_ask",
        id=found.id,
        person=act.person,
        reason=reason.strip(),
        at=act.at,
    )
    return edition(act.runs, found.id)


def withdraw(act: Act, name: str) -> Publication:
    """Withdraw an edition as the second person. Its pages stay readable, marked.

    Raises:
        Guarded: AV420, the person may not, or asked for it themselves.
        PublishingError: AV661, it is not published; AV662, nobody asked.
    """
    found = _withdrawable(act, name)
    if found.withdraw_by is None:
        raise PublishingError(
            f"nobody has asked to withdraw the edition `{found.version}`",
            help="one person asks with `--reason`, another one withdraws",
            code="AV662",
        )
    _may(act, found, found.withdraw_by)
    reason = sha256(found.withdraw_reason.encode())
    with act.runs.transaction() as tx:
        tx.run("publication_lock")
        _sign(act, tx, found, WITHDRAW, reason)
        if tx.one("publication_withdrawn", id=found.id, at=act.at) is not None:
            entry = NoticeWithdrawn(
                publication=found.id,
                digest=found.digest,
                by=(found.withdraw_by, act.person),
                reason=reason,
            )
            act.tell([entry], act.at, tx)
    return edition(act.runs, found.id)


def advise(act: Act, people: Mapping[str, Member], name: str, document: bytes) -> Publication:
    """Keep the officer's written advice beside an edition.

    Raises:
        PublishingError: AV663, the person is not the officer, or the document is empty or too long.
    """
    found, member = edition(act.runs, name), people.get(act.person)
    if member is None or Role.OFFICER not in member.roles:
        raise PublishingError(
            f"`{act.person}` is not the data-protection officer",
            because="the declaration does not give them the role `officer`",
            code="AV663",
        )
    if not document or len(document) > LARGEST_ADVICE:
        raise PublishingError(
            "the document cannot be kept",
            because="it is empty" if not document else "it has more than 10 MB",
            code="AV663",
        )
    digest = sha256(document)
    with act.runs.transaction() as tx:
        row = tx.one(
            "publication_advice_add",
            publication=found.id,
            digest=digest,
            person=act.person,
            bytes=document,
            at=act.at,
        )
        if row is not None:
            entry = NoticeAdvised(publication=found.id, advice=digest, by=act.person)
            act.tell([entry], act.at, tx)
    return edition(act.runs, found.id)


def people_of(runs: Runs, found: Publication) -> Mapping[str, Member]:
    """The persons whom the edition's own declaration names."""
    return _declared(runs, found).people


def _declared(runs: Runs, found: Publication) -> Declaration:
    return released(runs, found.release)


def _may(act: Act, found: Publication, other: str) -> None:
    """Whether a person may take part beside another one, by the declaration of the edition."""
    people = people_of(act.runs, found)
    wrong: tuple[Finding, ...] = unfit(people, other, act.person)
    if not other and act.person in people and _is_author(people[act.person]):
        return  # an author may ask for what an approver then does
    if wrong:
        raise Guarded(wrong)


def _is_author(member: Member) -> bool:
    return Role.AUTHOR in member.roles and Role.OFFICER not in member.roles


def _withdrawable(act: Act, name: str) -> Publication:
    found = edition(act.runs, name)
    if found.status is not Status.PUBLISHED:
        raise PublishingError(
            f"the edition `{name}` cannot be withdrawn",
            because=f"it is {found.status}",
            code="AV661",
        )
    return found


def _unchanged(runs: Runs, found: Publication) -> None:
    """Every page still has the bytes of its digest, and what is signed is over those digests."""
    for page in found.pages:
        content(runs, found.id, page.language, page.form)
    if found.digest != digest_over(found):
        raise changed_since("the edition")


def _sign(act: Act, tx: Runs, found: Publication, what: str, about: str) -> str | None:
    """Sign; gives the SHA-256 of the signature, or None when this person signed before."""
    signature = act.ring.sign(message(what, found.digest, about, act.person))
    added = tx.one(
        "publication_approval_add",
        publication=found.id,
        person=act.person,
        what=what,
        digest=about,
        key=act.ring.signing.current,
        signature=signature,
        at=act.at,
    )
    return None if added is None else hashlib.sha256(signature).hexdigest()


def message(what: str, digest: str, about: str, person: str) -> bytes:
    """What is signed: what is done to which edition, about what (its digest, or the reason's), by
    whom."""
    return f"avow notice {what}\n{digest}\n{about}\n{person}\n".encode()


def unsigned(runs: Runs, ring: KeyRing, found: Publication) -> tuple[str, ...]:
    """Persons whose approval does not verify: rows that somebody wrote by hand."""
    return tuple(
        row["person"]
        for row in runs.run("publication_approvals", publications=[found.id])
        if not ring.verify(
            message(row["what"], found.digest, row["digest"], row["person"]),
            bytes(row["signature"]),
            row["key"],
        )
    )
