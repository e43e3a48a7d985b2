"""Editions in our own database: read with their pages, approvals and advice, never changed."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from avow.duties.notice.publishing.model import Advice, Consent, Form, Page, Publication, Status
from avow.duties.notice.publishing.refusals import PublishingError
from avow.engine.db.store import Row, Runs
from avow.engine.planner.written import digest_of


def sha256(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def editions(runs: Runs) -> tuple[Publication, ...]:
    """Every edition and proposal, the newest first."""
    return _whole(runs, runs.run("publications"))


def edition(runs: Runs, name: str) -> Publication:
    """One edition, by its id or its version.

    Raises:
        PublishingError: AV666, there is none.
    """
    row = runs.one("publication", id=name)
    if row is not None:
        return _whole(runs, [row])[0]
    named = [e for e in editions(runs) if e.version == name and e.status is not Status.DROPPED]
    if not named:
        raise PublishingError(
            f"there is no edition `{name}`", help="`avow publish` lists them", code="AV666"
        )
    return named[0]


def content(runs: Runs, publication: str, language: str, form: Form) -> bytes | None:
    """The bytes of a page; None when there is none.

    Raises:
        PublishingError: AV660, they are not those that were kept.
    """
    row = runs.one(
        "publication_bytes_of", publication=publication, language=language, kind=str(form)
    )
    return None if row is None else genuine(row)


def advice_on(runs: Runs, publication: str) -> Mapping[str, bytes]:
    """The documents of the officer's advice on an edition, by their SHA-256.

    Raises:
        PublishingError: AV660, one was changed.
    """
    rows = runs.run("publication_advice", publication=publication)
    return {row["digest"]: genuine(row) for row in rows}


def public(runs: Runs, version: str, language: str, form: Form) -> bytes | None:
    """The bytes of a page of a published edition; None when there is none.

    Raises:
        PublishingError: AV660, they are not those that were published.
    """
    row = runs.one("publication_bytes", version=version, language=language, kind=str(form))
    return None if row is None else genuine(row)


def genuine(row: Mapping[str, Any]) -> bytes:
    """The bytes of a row, which must have the digest that was signed.

    Raises:
        PublishingError: AV660, somebody changed them in the database.
    """
    found = bytes(row["bytes"])
    if sha256(found) != row["digest"]:
        raise changed_since("a page of the notice")
    return found


def changed_since(what: str) -> PublishingError:
    """Something is not what it was when it was kept (AV660)."""
    return PublishingError(
        f"{what} is not what was proposed",
        because="it has another digest: it was changed in the database",
        help="restore the database; until then nothing of it is served",
        code="AV660",
    )


class Signable(Protocol):
    """What the digest of an edition is over: a proposal, or the edition as it was kept."""

    @property
    def version(self) -> str: ...
    @property
    def release(self) -> str: ...
    @property
    def changed(self) -> date: ...
    @property
    def effective(self) -> date | None: ...
    @property
    def reason(self) -> str: ...
    @property
    def pages(self) -> Iterable[Digested]: ...


class Digested(Protocol):
    """A page with its digest."""

    @property
    def language(self) -> str: ...
    @property
    def form(self) -> Form: ...
    @property
    def digest(self) -> str: ...
    @property
    def is_draft(self) -> bool: ...


def digest_over(edition: Signable) -> str:
    """What is signed: everything that a reader sees, and the declaration that it came from."""
    pages = sorted((p.language, str(p.form), p.digest, p.is_draft) for p in edition.pages)
    return digest_of(
        {
            "version": edition.version,
            "release": edition.release,
            "changed": str(edition.changed),
            "effective": str(edition.effective or ""),
            "reason": sha256(edition.reason.encode()),
            "pages": pages,
        }
    )


def _whole(runs: Runs, rows: Sequence[Row]) -> tuple[Publication, ...]:
    ids = [row["id"] for row in rows]
    pages, consents, advice = (
        _by_edition(runs.run(query, publications=ids))
        for query in ("publication_pages", "publication_approvals", "publication_advices")
    )
    return tuple(
        _publication(row, pages[row["id"]], consents[row["id"]], advice[row["id"]]) for row in rows
    )


def _by_edition(rows: Iterable[Row]) -> defaultdict[str, list[Row]]:
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["publication"]].append(row)
    return found


def _publication(
    row: Row, pages: Iterable[Row], consents: Iterable[Row], advice: Iterable[Row]
) -> Publication:
    same = {name: row[name] for name in _SAME}
    return Publication(
        **same,
        status=Status(row["status"]),
        defects=row["findings"],
        pages=tuple(
            Page(p["language"], Form(p["kind"]), p["digest"], p["size"], p["is_draft"])
            for p in pages
        ),
        consents=tuple(Consent(c["person"], c["what"], c["at"]) for c in consents),
        advice=tuple(Advice(a["digest"], a["person"], a["at"]) for a in advice),
    )


_SAME = (
    "id", "version", "release", "digest", "changed", "effective", "in_effect", "reason",
    "proposed_by", "proposed_at", "published_at", "withdraw_reason", "withdraw_by", "withdrawn_at",
)  # fmt: skip
"""Fields that are called as their columns are."""
