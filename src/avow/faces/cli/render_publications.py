"""Editions of the notice for the terminal and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from avow.duties.notice.publishing.model import Form, Publication, Standing

WORDS: Mapping[Standing, str] = {
    Standing.PROPOSED: "proposed, waits for a second person",
    Standing.APPROVED: "approved, and not published yet: approve again to go on",
    Standing.ANNOUNCED: "published, counts from a day to come",
    Standing.IN_FORCE: "in force",
    Standing.SUPERSEDED: "replaced by a later edition",
    Standing.WITHDRAWN: "withdrawn, stays readable",
    Standing.DROPPED: "dropped: another proposal took its place",
}

DONE: Mapping[str, str] = {"publish": "approved", "withdraw": "withdrawn"}
"""What a person signed, in the past."""


def as_lines(edition: Publication, now: Standing, *, declared: bool) -> Iterator[str]:
    """One edition for people. `declared`: its declaration is the one that avow carries out."""
    yield f"{edition.version}  {edition.id}  {WORDS[now]}"
    days = f"  last change {edition.changed}"
    since = edition.in_effect or edition.effective
    yield days + (f", counts from {since}" if since else ", counts from the day it is published")
    for language in edition.languages:
        yield from _language(edition, language)
    yield from _defects(edition.defects)
    if edition.reason:
        yield f"  published all the same: {edition.reason}"
    yield f"  proposed by {edition.proposed_by}" + "".join(
        f", {DONE[each.what]} by {each.person}" for each in edition.consents
    )
    for advice in edition.advice:
        yield f"  advice of {advice.person}  sha256 {advice.digest}"
    if edition.withdraw_by is not None:
        done = "withdrawn" if edition.withdrawn_at else "to be withdrawn, waits for a second person"
        yield f"  {done}, asked by {edition.withdraw_by}: {edition.withdraw_reason}"
    if now in (Standing.PROPOSED, Standing.ANNOUNCED, Standing.IN_FORCE) and not declared:
        yield "  its declaration is not the one in force: `avow activate` puts it in force"


def _defects(defects: Mapping[str, int]) -> Iterator[str]:
    """Open defects by level; those of level E by their codes, too."""
    for level in ("E", "W", "I"):
        mine = {k.split()[1]: n for k, n in sorted(defects.items()) if k.startswith(level)}
        codes = f": {', '.join(mine)}" if level == "E" else ""
        if mine:
            yield f"  {sum(mine.values())} open defects of level {level}{codes}"


def _language(edition: Publication, language: str) -> Iterator[str]:
    for form in Form:
        page = edition.page(language, form)
        if page is not None:
            draft = "  draft translation" if page.is_draft else ""
            yield f"  {language} {form:<5} {page.size:>9,} bytes  sha256 {page.digest}{draft}"


def as_plain(edition: Publication, now: Standing) -> dict[str, Any]:
    """One edition for programs."""
    return {
        "id": edition.id,
        "version": edition.version,
        "standing": str(now),
        "digest": edition.digest,
        "release": edition.release,
        "changed": edition.changed,
        "effective": edition.in_effect or edition.effective,
        "published_at": edition.published_at,
        "defects": dict(edition.defects),
        "reason": edition.reason,
        "proposed_by": edition.proposed_by,
        "consents": [{"what": c.what, "by": c.person, "at": c.at} for c in edition.consents],
        "advice": [{"by": a.person, "sha256": a.digest, "at": a.at} for a in edition.advice],
        "withdrawal": {
            "by": edition.withdraw_by,
            "reason": edition.withdraw_reason,
            "at": edition.withdrawn_at,
        }
        if edition.withdraw_by
        else None,
        "pages": [
            {
                "language": page.language,
                "form": str(page.form),
                "sha256": page.digest,
                "bytes": page.size,
                "draft": page.is_draft,
            }
            for page in edition.pages
        ],
    }
