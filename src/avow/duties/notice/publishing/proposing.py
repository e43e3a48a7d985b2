"""Proposing an edition: what stands in the way of a notice is said before anybody signs it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from psycopg.types.json import Jsonb

from avow.common.findings import Finding, Kind
from avow.common.ids import new_id
from avow.declaration.cases import failures, run_cases
from avow.declaration.check.run import check
from avow.declaration.load import Loaded
from avow.declaration.model import Declaration
from avow.declaration.publishing import Edition
from avow.duties.notice.publishing.model import Form, Publication, Status
from avow.duties.notice.publishing.plain import is_draft, plain_text, untold
from avow.duties.notice.publishing.reading import read
from avow.duties.notice.publishing.records import Signable, digest_over, editions, sha256
from avow.duties.notice.publishing.records import edition as edition_of
from avow.duties.notice.publishing.refusals import PublishingError
from avow.duties.notice.publishing.renderer import Renderer
from avow.duties.notice.publishing.residue import left
from avow.engine.db.store import Runs
from avow.engine.evidence.entries import Body, NoticeProposed
from avow.engine.planner.release import digest_in, take_in
from avow.engine.planner.trust import Role

Tell = Callable[[Sequence[Body], datetime, Runs], object]
"""Writes entries to the ledger, inside the transaction that is handed in."""
_VERSION = re.compile(r"(?=.*[0-9])[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
MOST_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Offer:
    """What somebody wants to publish: a declaration with its files, who proposes it, on which day
    where the controller is, and why open defects of level E may not stop it."""

    loaded: Loaded
    root: Path
    person: str
    day: date
    at: datetime
    reason: str = ""

    @property
    def declaration(self) -> Declaration:
        """The declaration."""
        return self.loaded.whole


@dataclass(frozen=True, slots=True)
class Made:
    """An edition as it would be kept: what is signed is over all of it."""

    version: str
    release: str
    changed: date
    effective: date | None
    reason: str
    pages: tuple[Rendered, ...]


@dataclass(frozen=True, slots=True)
class Rendered:
    """One page with its bytes."""

    language: str
    form: Form
    content: bytes
    is_draft: bool

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes."""
        return sha256(self.content)


def propose(runs: Runs, renderer: Renderer, offer: Offer, tell: Tell) -> Publication:
    """Keep an edition as it would be published; a second person has to approve it.

    An earlier proposal of the same version is dropped. The same proposal again changes nothing.

    Raises:
        PublishingError: AV650 to AV658, what stands in the way.
    """
    declaration = offer.declaration
    _may_propose(declaration, offer.person)
    edition = _edition(declaration)
    _whole_in(declaration)
    defects = _defects(offer)
    known = editions(runs)
    _in_order(edition, known, offer.day)
    pages = tuple(_pages(renderer, declaration, offer.day))
    _nothing_left(pages, frozenset(cookie.name for cookie in declaration.cookies))
    made = Made(
        edition.version,
        digest_in(declaration),
        edition.changed or offer.day,
        edition.effective,
        offer.reason.strip(),
        pages,
    )
    return _kept(runs, offer, made, defects, tell)


def _may_propose(declaration: Declaration, person: str) -> None:
    member = declaration.people.get(person)
    if member is None or Role.AUTHOR not in member.roles:
        raise PublishingError(
            f"`{person}` may not propose an edition",
            because="the declaration does not give them the role `author`",
            help="the declaration names who may write it under `people:`",
            code="AV652",
        )


def _edition(declaration: Declaration) -> Edition:
    edition = declaration.edition
    if edition is None or edition.changed is None:
        raise PublishingError(
            "the declaration does not say which edition of the notice it is",
            because="`notice:` with a `version` and the day of the last change is missing",
            help='write `notice: {version: "1", changed: 2026-12-01}`',
            code="AV650",
        )
    if not _VERSION.fullmatch(edition.version):
        raise PublishingError(
            f"`{edition.version}` cannot be part of an address",
            help="name the version with letters, digits, dots and dashes, one digit at least",
            code="AV650",
        )
    return edition


def _whole_in(declaration: Declaration) -> None:
    """Every language has every printed clause."""
    if not declaration.languages:
        raise PublishingError(
            "the declaration names no language", help="`languages: [fr, nl]`", code="AV651"
        )
    for language in declaration.languages:
        missing = untold(declaration, language)
        if missing or not declaration.texts.get(language):
            raise PublishingError(
                f"the notice has no whole text in `{language}`",
                because=f"missing: {_some(missing)}" if missing else "there is no text at all",
                help=f"write it in `texts/{language}.md`, or take the language out of `languages`",
                code="AV651",
            )


def _defects(offer: Offer) -> Counter[str]:
    """Open defects by level and code. Errors stop, and those of level E without a reason."""
    declaration = offer.declaration
    found = [*offer.loaded.findings, *failures(run_cases(declaration))]
    found += check(declaration, offer.day)
    errors = [finding for finding in found if finding.is_error]
    if errors:
        raise PublishingError(
            "the declaration has errors",
            because=_some([f"{f.code} {f.message}" for f in errors]),
            help="`avow check` shows all of them",
            code="AV653",
        )
    opened = [f for f in found if f.kind is Kind.DEFECT and f.is_open]
    grave = sorted({_named(f) for f in opened if f.is_grave})
    if grave and not offer.reason.strip():
        raise PublishingError(
            f"{len(grave)} open defects of level E stand in the way",
            because=_some(grave),
            help="`avow check --publish` shows them: mend or settle them, or say with --reason why "
            "the notice is published all the same; everybody who approves it reads that",
            code="AV654",
        )
    return Counter(f"{finding.severity} {finding.code}" for finding in opened)


def _named(finding: Finding) -> str:
    return f"{finding.code} {' '.join(finding.clauses)}".strip()


def _some(words: Iterable[str]) -> str:
    several = list(words)
    more = len(several) - MOST_SHOWN
    said = ", ".join(several[:MOST_SHOWN])
    return f"{said} and {more} more" if more > 0 else said


def _in_order(edition: Edition, known: Sequence[Publication], day: date) -> None:
    """A version is published once; the printed day moves on; no change counts before it is out."""
    if any(e.version == edition.version and e.is_public for e in known):
        raise PublishingError(
            f"the version `{edition.version}` is published already",
            because="what was published stays as it was, also when it was withdrawn",
            help="give the changed notice another `version` and its day of `changed`",
            code="AV656",
        )
    last = max((e.changed for e in known if e.is_public), default=None)
    assert edition.changed is not None  # noqa: S101 -- `_edition` looked
    if edition.changed > day or (last is not None and edition.changed < last):
        since = f"the last published change is of {last}" if last else f"today is {day}"
        raise PublishingError(
            f"the printed day of the last change, {edition.changed}, cannot be right",
            because=since,
            help="say the day of this change in `notice: {changed: …}`",
            code="AV657",
        )
    if in_time(edition.effective, known, day):
        return
    raise PublishingError(
        f"the change would count from {edition.effective}, before it is published",
        because="people cannot be bound by what they could not read",
        help="say a day to come in `notice: {effective: …}`",
        code="AV658",
    )


def in_time(effective: date | None, known: Iterable[Publication], day: date) -> bool:
    """Whether an edition may be published on a day. The first one may count from the past: it was
    published before avow knew it."""
    first = not any(edition.is_public for edition in known)
    return first or effective is None or effective >= day


def _pages(renderer: Renderer, declaration: Declaration, day: date) -> Iterator[Rendered]:
    for language in declaration.languages:
        draft = is_draft(declaration, language)
        plain = plain_text(declaration, language).encode()
        html = renderer.html(declaration, language, day)
        yield Rendered(language, Form.HTML, html, draft)
        pdf = renderer.pdf(declaration, language, day)
        if pdf is not None:
            yield Rendered(language, Form.PDF, pdf, draft)
        yield Rendered(language, Form.PLAIN, plain, draft)


def _nothing_left(pages: Iterable[Rendered], known: frozenset[str]) -> None:
    """No key that nobody filled in, and no mark of another page, in any language."""
    for page in pages:
        if page.form is Form.PDF:
            continue
        text = page.content.decode()
        words = text if page.form is Form.PLAIN else read(text).words
        found = sorted({each.words for each in left(words, known)})
        if found:
            raise PublishingError(
                f"the notice in `{page.language}` still has something to fill in",
                because=_some(f"`{each}`" for each in found),
                help="fill it in, or take it out of the texts",
                code="AV655",
            )


def _kept(runs: Runs, offer: Offer, made: Made, defects: Counter[str], tell: Tell) -> Publication:
    with runs.transaction() as tx:
        tx.run("publication_lock")
        waiting = _waiting(tx, made.version)
        if waiting is not None and _is_same(waiting, made):
            return waiting
        take_in(tx, offer.loaded, offer.root, offer.at)
        tx.run("publication_drop", version=made.version)
        name, digest = new_id("publication"), digest_over(made)
        tx.run(
            "publication_add",
            id=name,
            version=made.version,
            release=made.release,
            digest=digest,
            changed=made.changed,
            effective=made.effective,
            findings=Jsonb(dict(sorted(defects.items()))),
            reason=made.reason,
            person=offer.person,
            at=offer.at,
        )
        tx.many("publication_page_add", (_row(name, page) for page in made.pages))
        tell([_entry(name, digest, offer, made, defects)], offer.at, tx)
        return edition_of(tx, name)


def _waiting(runs: Runs, version: str) -> Publication | None:
    known = (e for e in editions(runs) if e.version == version)
    return next((e for e in known if e.status in (Status.PROPOSED, Status.APPROVED)), None)


def _is_same(waiting: Publication, made: Made) -> bool:
    """Whether it is the same edition. PDFs may hold the instant at which they were made, so they
    are not compared: they are of the same words."""
    return _shown(waiting) == _shown(made)


def _shown(edition: Signable) -> tuple[object, ...]:
    pages = {
        (p.language, p.form, p.digest, p.is_draft) for p in edition.pages if p.form is not Form.PDF
    }
    return edition.release, edition.changed, edition.effective, edition.reason, pages


def _row(publication: str, page: Rendered) -> dict[str, object]:
    return {
        "publication": publication,
        "language": page.language,
        "kind": str(page.form),
        "digest": page.digest,
        "bytes": page.content,
        "is_draft": page.is_draft,
    }


def _entry(
    name: str, digest: str, offer: Offer, made: Made, defects: Counter[str]
) -> NoticeProposed:
    return NoticeProposed(
        publication=name,
        digest=digest,
        release=made.release,
        by=offer.person,
        defects=sum(defects.values()),
        reason=sha256(made.reason.encode()) if made.reason else None,
    )
