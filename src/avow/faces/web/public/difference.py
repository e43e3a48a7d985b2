"""Two editions side by side: what changes for people, as the fields say it, and then every word
that was added, removed or changed, clause by clause.

What only the house is concerned with (its systems, decisions, people) is not told to the public.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, replace

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from avow.common.errors import AvowError
from avow.declaration.difference.change import Change, Kind, Sense
from avow.declaration.difference.diff import diff
from avow.declaration.difference.said import said
from avow.declaration.model import Declaration
from avow.duties.notice.publishing.comparing import Fate, compare
from avow.duties.notice.publishing.model import Form, Publication
from avow.faces.web.public.desk import GivenDesk, PublicDesk
from avow.faces.web.public.edition import page_bytes
from avow.faces.web.public.frame import PublicFrame, html, spoken
from avow.faces.web.security import Asked

log = logging.getLogger(__name__)
FOR_PEOPLE = frozenset(
    {
        Kind.PURPOSE,
        Kind.BASIS,
        Kind.CATEGORY,
        Kind.COLLECTION,
        Kind.RECIPIENT,
        Kind.TRANSFER,
        Kind.RETENTION,
        Kind.RIGHT,
        Kind.NEVER,
        Kind.CONTROLLER,
        Kind.COOKIE,
    }
)
"""What a change must be about to be told to everybody."""

OF_IDS = frozenset({"recipients", "uses", "applies_to", "exceptions"})
"""Fields whose values are ids and keys of scopes."""
_KEYS = re.compile(r"\b(?:category|collected_at|subject) ")
_ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Told:
    """A change of meaning in words, whether it matters, and whether people surely get less."""

    words: str
    is_material: bool
    weakens: bool


@get("/notice/{version:str}/{name:str}/{language:str}", sync_to_thread=True)
def difference(
    request: Asked,
    version: FromPath[str],
    name: FromPath[str],
    language: FromPath[str],
    public: GivenDesk,
) -> Response[bytes]:
    """What the edition `name` says otherwise than the edition `version`."""
    known = public.editions()
    old, new = public.named(version, known), public.named(name, known)
    both = [code for code in new.languages if code in old.languages]
    if language not in both:
        raise NotFoundException
    compared = compare(_plain(public, old, language), _plain(public, new, language))
    own = spoken(language)
    around = PublicFrame(
        own,
        tuple((c, f"/notice/{old.version}/{new.version}/{c}/") for c in both if spoken(c) == c),
        public.house(known).name,
    )
    return html(
        request,
        "public/difference.html",
        around,
        old=old,
        new=new,
        asked=language,
        changes=_changes(public, old, new, own),
        parts=compared.parts,
        counts={fate.value: compared.count(fate) for fate in Fate},
        same=compared.same,
    )


def _changes(
    public: PublicDesk, old: Publication, new: Publication, language: str
) -> tuple[Told, ...] | None:
    """What changes for people, what matters first; None where a declaration cannot be read any
    more (an edition of another version of the language): the words tell it then."""
    try:
        before, after = public.declared(old), public.declared(new)
    except AvowError as error:
        log.warning("%s", error)
        return None
    found = [change for change in diff(before, after) if change.kind in FOR_PEOPLE]
    return tuple(
        Told(said(_in_names(change, before, after, language), language, after),
             change.material, change.sense is Sense.WEAKENS)
        for change in sorted(found, key=_gravest)
    )  # fmt: skip


def _in_names(change: Change, before: Declaration, after: Declaration, language: str) -> Change:
    """The change with names for people where its values are ids."""
    if change.field not in OF_IDS:
        return change
    return replace(
        change,
        before=_named(change.before, before, language),
        after=_named(change.after, after, language),
    )


def _named(value: str, declaration: Declaration, language: str) -> str:
    def name(found: re.Match[str]) -> str:
        id_ = found[0]
        if id_ in declaration.recipients:
            return declaration.recipients[id_].name
        labels = (
            declaration.words(language, kind, id_) for kind in ("category", "point", "subject")
        )
        return next(filter(None, labels), id_)

    return _ID.sub(name, _KEYS.sub("", value))


def _gravest(change: Change) -> tuple[bool, bool, bool]:
    return change.sense is not Sense.WEAKENS, not change.material, not change.weakens


def _plain(public: PublicDesk, edition: Publication, language: str) -> str:
    return page_bytes(public, edition, language, Form.PLAIN).decode()
