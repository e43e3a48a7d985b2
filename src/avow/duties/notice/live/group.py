"""The members of the group: whoever the declaration lets receive data as one stands in the list."""

from __future__ import annotations

from collections.abc import Iterable

from avow.declaration.model import Declaration, Recipient
from avow.duties.notice.live.expected import NOWHERE
from avow.duties.notice.publishing.reading import stands
from avow.engine.evidence.checks import Outcome, blind, failed, passed

MEMBER = "group-member"
"""The role of a recipient that belongs to the group of the controller."""


def in_group(declaration: Declaration, clause: str) -> tuple[Outcome, bool]:
    """Whether every recipient with the role of a member is named by the clause that lists them, in
    every language; and whether one that is not was found."""
    members = [r for r in declaration.recipients.values() if r.role == MEMBER]
    stranger = Recipient(NOWHERE, clause, NOWHERE, MEMBER)
    canary = bool(_unnamed(declaration, clause, (stranger,)))
    if not members:
        return blind("no recipient is declared as a member of the group"), canary
    missing = _unnamed(declaration, clause, members)
    if missing:
        what = f"members of the group that the list does not name: {', '.join(missing)}"
        return failed(len(missing), what, count=len(members)), canary
    return passed(len(members)), canary


def _unnamed(
    declaration: Declaration, clause: str, members: Iterable[Recipient]
) -> tuple[str, ...]:
    texts = [declaration.texts.get(lang, {}).get(clause, "") for lang in declaration.languages]
    return tuple(
        member.id
        for member in members
        if not texts or not all(stands(text, member.name) for text in texts)
    )
