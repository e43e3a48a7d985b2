"""The legitimate interests that are followed, where somebody has put them into words
(art. 13(1)(d) GDPR)."""

from __future__ import annotations

from collections.abc import Iterator

from avow.declaration.model import Basis, InForce
from avow.declaration.publishing import Section
from avow.duties.notice.rendering.model import Cell, Table
from avow.duties.notice.rendering.said import Saying

_KIND = "interest"


def interests(saying: Saying, law: InForce, section: Section) -> Iterator[Table]:
    """The interests behind the purposes that a section prints. None where the declaration has no
    words for any, in any language: then the clauses themselves say it."""
    declaration, say = saying.declaration, saying.spoken.say
    worded = {
        id_
        for kinds in declaration.labels.values()
        for id_, said in kinds.get(_KIND, {}).items()
        if said
    }
    found = [
        p
        for p in law.purposes
        if p.basis is Basis.LEGITIMATE_INTEREST and p.clause in section.clauses
    ]
    if not worded & {purpose.id for purpose in found}:
        return
    yield Table(
        f"t-interests-{section.id or 'all'}",
        say("The interests we follow"),
        (say("What for"), say("Our interest"), say("Clause")),
        tuple(
            (
                Cell((saying.word("purpose", p.id),)),
                Cell((saying.word(_KIND, p.id),)),
                Cell((saying.clause(p.clause),)),
            )
            for p in found
        ),
    )
