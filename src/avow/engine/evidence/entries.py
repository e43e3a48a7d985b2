"""What may stand in the ledger: a closed list of kinds made of types that hold no one's data.

Fields are identifiers of our records, names of the declaration, counts, digests, clause ids,
codes, dates, yes and no. Every entry is checked against these types before it is hashed, so a name,
an address, a phone or an account number cannot enter, by mistake or otherwise.
"""

from datetime import date, datetime
from hashlib import sha256
from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

from avow.common.clock import in_utc
from avow.engine.evidence.note import LedgerError

Id = Annotated[str, Meta(pattern=r"\A[a-z]+-[a-z2-7]{26}\Z")]
"""The random identifier of a record of ours (`common.ids.new_id`)."""

Name = Annotated[str, Meta(pattern=r"\A(?!.*\d{5})(?!(?:.*\d){9})[A-Za-z_][A-Za-z0-9_.-]{0,99}\Z")]
"""The id of something declared: a rule, system, dataset, or the short id of a declared person.
Five digits in a row or nine in all are refused: phones and account numbers are made of them."""

ClauseId = Annotated[str, Meta(pattern=r"\A(?!(?:.*\d){7})[0-9A-Za-z][0-9A-Za-z.∅-]{0,23}\Z")]
"""A numbered place of the statement, such as `3.5-C.e`; fewer digits than a national number."""

Digest = Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]
"""A SHA-256 in hexadecimal: of a document, a plan, or a salted commitment."""

Code = Annotated[str, Meta(pattern=r"\AAV\d{3}\Z")]
"""A finding's code."""

Language = Annotated[str, Meta(pattern=r"\A[a-z]{2}\Z")]
"""A language of the notice (ISO 639-1)."""

Count = Annotated[int, Meta(ge=0, le=2**53 - 1)]
"""A number of rows, values or seconds; the limit is what JSON readers keep exactly (RFC 8259)."""

Level = Literal["observe", "rehearse", "approve", "automatic"]


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The content of an entry; `kind` is its name in the ledger."""

    kind: ClassVar[str] = ""


class Activated(Body, frozen=True, kw_only=True):
    """A release came in force."""

    kind = "activated"
    release: Digest
    previous: Digest | None = None
    by: tuple[Name, ...]


class LevelChanged(Body, frozen=True, kw_only=True):
    """What avow may do for a rule in a system changed."""

    kind = "level-changed"
    rule: Name
    system: Name
    release: Digest
    before: Level
    after: Level
    by: tuple[Name, ...]


class PlanMade(Body, frozen=True, kw_only=True):
    """A plan was made and shown."""

    kind = "plan-made"
    plan: Id
    digest: Digest
    release: Digest
    system: Name
    as_of: date
    rows: Count
    clauses: tuple[ClauseId, ...]


class PlanApproved(Body, frozen=True, kw_only=True):
    """A person approved a plan; `signature` is the SHA-256 of their signature."""

    kind = "plan-approved"
    plan: Id
    digest: Digest
    by: Name
    signature: Digest


class BatchApplied(Body, frozen=True, kw_only=True):
    """A chunk was committed in a system; `at_least` when a crash hid the exact count."""

    kind = "batch-applied"
    plan: Id
    step: Count
    chunk: Count
    dataset: Name
    deleted: Count = 0
    blanked: Count = 0
    unlinked: Count = 0
    archived: Count = 0
    at_least: bool = False
    commitments: tuple[Digest, ...] = ()


class BatchChecked(Body, frozen=True, kw_only=True):
    """The verifier looked at a chunk inside its transaction."""

    kind = "batch-checked"
    plan: Id
    step: Count
    chunk: Count
    passed: bool
    findings: tuple[Code, ...] = ()


class Proven(Body, frozen=True, kw_only=True):
    """A census looked for everything erased from a system; without its canary it proves nothing."""

    kind = "proven"
    census: Id
    system: Name
    batches: Count
    sought: Count
    found: Count
    canary_seen: bool


class Stopped(Body, frozen=True, kw_only=True):
    """A person stopped a system, or everything."""

    kind = "stopped"
    stop: Id
    system: Name | None = None
    by: Name


class StopReleased(Body, frozen=True, kw_only=True):
    """Two people released a stop."""

    kind = "stop-released"
    stop: Id
    by: tuple[Name, ...]


class Frozen(Body, frozen=True, kw_only=True):
    """A person named days on which nothing starts in a system, or anywhere."""

    kind = "frozen"
    freeze: Id
    system: Name | None = None
    first: date
    last: date
    every: Literal["month", "year"] | None = None
    by: Name


class Thawed(Body, frozen=True, kw_only=True):
    """Two people ended a freeze."""

    kind = "thawed"
    freeze: Id
    by: tuple[Name, ...]


class HoldPlaced(Body, frozen=True, kw_only=True):
    """A legal reason forbids erasing some rows."""

    kind = "hold-placed"
    hold: Id
    by: Name
    review_on: date


class HoldReleased(Body, frozen=True, kw_only=True):
    """A hold was released."""

    kind = "hold-released"
    hold: Id
    by: Name


class Signed(Body, frozen=True, kw_only=True):
    """A person signed a document: a release, an attestation, a translation."""

    kind = "signed"
    document: Digest
    what: Name
    by: Name
    signature: Digest


class Committed(Body, frozen=True, kw_only=True):
    """A salted commitment to something of a case: a request, an answer, a consent."""

    kind = "committed"
    commitment: Digest
    what: Name
    clause: ClauseId | None = None


class NoticePublished(Body, frozen=True, kw_only=True):
    """A notice was published in one language."""

    kind = "notice-published"
    notice: Digest
    release: Digest
    language: Language


class NoticeProposed(Body, frozen=True, kw_only=True):
    """An edition of the notice was proposed, with so many open defects; `reason` is the SHA-256 of
    why those of level E do not stop it."""

    kind = "notice-proposed"
    publication: Id
    digest: Digest
    release: Digest
    by: Name
    defects: Count
    reason: Digest | None = None


class NoticeApproved(Body, frozen=True, kw_only=True):
    """A second person approved an edition; `signature` is the SHA-256 of their signature."""

    kind = "notice-approved"
    publication: Id
    digest: Digest
    by: Name
    signature: Digest


class NoticeAdvised(Body, frozen=True, kw_only=True):
    """The officer gave written advice on an edition; `advice` is its SHA-256."""

    kind = "notice-advised"
    publication: Id
    advice: Digest
    by: Name


class NoticeWithdrawn(Body, frozen=True, kw_only=True):
    """Two persons withdrew an edition; `reason` is the SHA-256 of why."""

    kind = "notice-withdrawn"
    publication: Id
    digest: Digest
    by: tuple[Name, ...]
    reason: Digest


class StatusTaken(Body, frozen=True, kw_only=True):
    """The status of all promises on a day; `digest` is of the full table."""

    kind = "status-taken"
    run: Id
    digest: Digest
    kept: Count
    broken: Count
    unknown: Count
    unenforced: Count
    attested: Count


class Undone(Body, frozen=True, kw_only=True):
    """Rows were brought back from an undo bundle, by two persons."""

    kind = "undone"
    bundle: Id
    by: tuple[Name, ...]
    rows: Count


class BundleDestroyed(Body, frozen=True, kw_only=True):
    """The key of a bundle was destroyed, and with it what it sealed."""

    kind = "bundle-destroyed"
    bundle: Id


class Rehearsed(Body, frozen=True, kw_only=True):
    """A plan was carried out on a copy of its system; `passed` when it speaks for the plan."""

    kind = "rehearsed"
    rehearsal: Id
    plan: Id
    digest: Digest
    system: Name
    rows: Count
    remaining: Count
    blocked: Count
    passed: bool


class SampleJudged(Body, frozen=True, kw_only=True):
    """Persons judged every row that was drawn from a plan."""

    kind = "sample-judged"
    sample: Id
    plan: Id
    system: Name
    right: Count
    wrong: Count
    unsure: Count
    by: tuple[Name, ...]


class SampleCorrected(Body, frozen=True, kw_only=True):
    """Approvers corrected a judgement; `reason` commits to why, with a salt in the record."""

    kind = "sample-corrected"
    sample: Id
    row: Count
    before: Literal["right", "wrong", "unsure"]
    after: Literal["right", "unsure"]
    by: tuple[Name, ...]
    reason: Digest


class Invited(Body, frozen=True, kw_only=True):
    """A person of the organisation was asked on a one-time page: whom and what, as a commitment."""

    kind = "invited"
    invitation: Id
    what: Literal["map", "sample", "task"]
    commitment: Digest
    until: date


class InvitationAnswered(Body, frozen=True, kw_only=True):
    """The answers of a one-time page were sent; `left` questions stay without one."""

    kind = "invitation-answered"
    invitation: Id
    commitment: Digest
    answered: Count
    left: Count


class ResultAttested(Body, frozen=True, kw_only=True):
    """The owner of a system gave the result of scripts that they ran; `result` is its SHA-256."""

    kind = "result-attested"
    script: Id
    plan: Id | None = None
    system: Name
    by: Name
    result: Digest
    rows: Count
    findings: tuple[Code, ...] = ()


class ScriptIssued(Body, frozen=True, kw_only=True):
    """A script that changes was handed to the owner of a system; `digest` is its SHA-256."""

    kind = "script-issued"
    script: Id
    plan: Id
    system: Name
    digest: Digest
    valid_until: date


class KeyRotated(Body, frozen=True, kw_only=True):
    """A key took the place of another; `public_key` is the SHA-256 of the new signing key."""

    kind = "key-rotated"
    use: Literal["hash", "seal", "sign"]
    public_key: Digest | None = None


class WorkerEnrolled(Body, frozen=True, kw_only=True):
    """A worker of a system registered its key; `public_key` is the SHA-256 of it."""

    kind = "worker-enrolled"
    worker: Id
    system: Name
    by: Name
    public_key: Digest


class WorkerRevoked(Body, frozen=True, kw_only=True):
    """A worker of a system may not speak any more."""

    kind = "worker-revoked"
    worker: Id
    system: Name
    by: Name


class LettersWritten(Body, frozen=True, kw_only=True):
    """Letters of one kind about one record were written; `unreachable` have no address."""

    kind = "letters-written"
    what: Name
    about: Id
    letters: Count
    unreachable: Count


class RequestStep(Body, frozen=True, kw_only=True):
    """A step was taken in a request of a person; what it says is a salted commitment."""

    kind = "request-step"
    request: Id
    number: Count
    step: Name
    commitment: Digest


class TaskStep(Body, frozen=True, kw_only=True):
    """A step was taken in a task given to somebody; what it says is a salted commitment."""

    kind = "task-step"
    task: Id
    number: Count
    step: Name
    commitment: Digest


class PurposeEnded(Body, frozen=True, kw_only=True):
    """An act of a person ended a purpose for them, or stopped all use until a decision."""

    kind = "purpose-ended"
    end: Id
    act: Name
    purpose: Name | None
    facts: Count


class IncidentStep(Body, frozen=True, kw_only=True):
    """A step was taken in an incident; what it says is a salted commitment."""

    kind = "incident-step"
    incident: Id
    number: Count
    step: Name
    commitment: Digest


class ChangeTold(Body, frozen=True, kw_only=True):
    """A person had letters written to everybody whom a published edition concerns; `unreached` are
    those without one, `blind` the systems that could not be asked."""

    kind = "change-told"
    edition: Id
    by: Name
    letters: Count
    unreached: Count
    blind: Count


class LettersEnded(Body, frozen=True, kw_only=True):
    """Letters came to their end; each that was accepted as a commitment to its Message-ID."""

    kind = "letters-ended"
    what: Name
    about: Id
    accepted: Count
    failed: Count
    given_up: Count
    unreachable: Count
    commitments: tuple[Digest, ...] = ()


class LettersPosted(Body, frozen=True, kw_only=True):
    """A person says that letters on paper were posted."""

    kind = "letters-posted"
    what: Name
    about: Id
    letters: Count
    by: Name


class LettersReturned(Body, frozen=True, kw_only=True):
    """Letters that had been accepted came back."""

    kind = "letters-returned"
    what: Name
    about: Id
    bounced: Count


class Viewed(Body, frozen=True, kw_only=True):
    """Somebody opened data of a person; who, whose and why is a salted commitment."""

    kind = "viewed"
    view: Id
    commitment: Digest


class AccountChanged(Body, frozen=True, kw_only=True):
    """An account was made, enrolled or ended, or its person signed out everywhere."""

    kind = "account-changed"
    person: Name
    by: Name
    change: Literal["made", "enrolled", "ended", "signed-out"]


class ClockMovedBack(Body, frozen=True, kw_only=True):
    """The clock said an instant before the last entry's; those after it keep the last one's."""

    kind = "clock-moved-back"
    behind_seconds: Count


KINDS: dict[str, type[Body]] = {each.kind: each for each in Body.__subclasses__()}
"""Every kind by its name in the ledger."""

_BODY_READERS = {kind: msgspec.json.Decoder(body) for kind, body in KINDS.items()}
_WRITE = msgspec.json.Encoder(order="sorted").encode


class Entry(msgspec.Struct, frozen=True):
    """One entry as it is hashed: canonical JSON of these six fields."""

    at: str
    body: msgspec.Raw
    kind: str
    n: int
    prev: str
    simulated: bool

    @property
    def instant(self) -> datetime:
        """`at` as an instant in UTC."""
        return datetime.fromisoformat(self.at)


_READ = msgspec.json.Decoder(Entry, strict=True).decode

FIRST = "0" * 64
"""`prev` of the first entry."""


def body_bytes(body: Body) -> msgspec.Raw:
    """The canonical JSON of a body. Raises LedgerError AV805 when it holds what may not enter."""
    encoded = _WRITE(body)
    try:
        _BODY_READERS[body.kind].decode(encoded)
    except (msgspec.ValidationError, KeyError):
        # Neither the value nor msgspec's sentence is quoted: it may be personal.
        raise LedgerError(
            f"this may not enter the ledger as `{body.kind}`",
            because="entries hold ids, counts, digests, clause ids, codes and dates only",
            code="AV805",
        ) from None
    return msgspec.Raw(encoded)


def moment(at: datetime) -> str:
    """The instant as entries write it: UTC with microseconds, so that texts sort by time."""
    return in_utc(at).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def entry_bytes(
    body: msgspec.Raw, kind: str, n: int, prev: str, at: str, *, simulated: bool
) -> bytes:
    """The bytes of an entry: JSON with sorted keys, no spaces, UTF-8, integers only (RFC 8785)."""
    return _WRITE(Entry(at, body, kind, n, prev, simulated))


def read_entry(line: bytes) -> Entry:
    """An entry from its bytes. Raises ValueError when it is none, or not written canonically."""
    entry = _READ(line)
    plain = msgspec.json.decode(line)
    if _WRITE(plain) != line:
        raise ValueError("not in canonical form")
    reader = _BODY_READERS.get(entry.kind)
    if reader is not None:  # a kind of a newer release is still chained and hashed
        reader.decode(entry.body)
    return entry


def chain_hash(line: bytes) -> str:
    """What the next entry says as `prev`: the SHA-256 of these bytes, in hexadecimal."""
    return sha256(line).hexdigest()


def commitment(salt: bytes, reference: str) -> str:
    """The salted commitment SHA-256(salt ‖ reference) to a reference of a case record.

    The salt (32 random bytes) lies in the case record and dies with it; from then on nobody can
    link the entry any more but the person, whose answer carries the salt. Raises ValueError for a
    salt of another length: a short one can be guessed.
    """
    if len(salt) != 32:
        raise ValueError("a salt has 32 bytes")
    return sha256(salt + reference.encode()).hexdigest()
