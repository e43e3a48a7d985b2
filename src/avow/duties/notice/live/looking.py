"""The daily look at a published notice: every page on every host, every page that must link it.

What cannot be read is unknown and never kept, and so is a promise that nobody looks at: no host
declared, nothing published. Each answer carries its canary: the same comparison was handed
something that is not so, and said no.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from urllib.parse import urljoin, urlsplit

from avow.declaration.model import Declaration
from avow.duties.notice.live.checks import check_of, leg_of
from avow.duties.notice.live.expected import NOWHERE, wanted
from avow.duties.notice.live.fetched import Fetched, Reads
from avow.duties.notice.live.group import in_group
from avow.duties.notice.live.places import LinkingPage, NoticePage, linking_pages, notice_pages
from avow.duties.notice.live.promises import ON_PAGES, Promise, clauses_of
from avow.duties.notice.publishing.model import Publication, in_force
from avow.duties.notice.publishing.reading import Read, read
from avow.engine.evidence.checks import (
    ORGANISATION,
    Check,
    CheckResult,
    Item,
    Outcome,
    blind,
    failed,
    passed,
)

Answered = tuple[Item, Outcome, bool | None]
"""A place, what was found there, and whether the planted fault was seen."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What one look is about: the declaration, all editions, how pages are read, the day where the
    controller is, and the instant that is written on the answers."""

    declaration: Declaration
    editions: Sequence[Publication]
    reads: Reads
    day: date
    at: datetime
    _seen: dict[str, Fetched] = field(default_factory=dict, repr=False, compare=False)

    @property
    def edition(self) -> Publication | None:
        """The edition in force."""
        return in_force(self.editions, self.day)

    def page(self, address: str) -> Fetched:
        """A page, read once however many promises ask for it."""
        if address not in self._seen:
            self._seen[address] = self.reads(address)
        return self._seen[address]


@dataclass(frozen=True, slots=True)
class Looked:
    """The checks that were asked, and every answer."""

    checks: tuple[Check, ...]
    results: tuple[CheckResult, ...]


def look(asking: Asking) -> Looked:
    """Ask every check of the published notice. Reads only; nothing is kept here."""
    clauses = clauses_of(asking.declaration)
    found = [
        (check_of(promise, clause), promise, answer)
        for promise, clause in clauses.items()
        for answer in _answers(asking, promise, clauses)
    ]
    checks = {check.id: check for check, _, _ in found}
    results = (
        check.answered(item, outcome, asking.at, leg=leg_of(promise), canary_seen=canary)
        for check, promise, (item, outcome, canary) in found
    )
    return Looked(tuple(checks.values()), tuple(results))


def _answers(
    asking: Asking, promise: Promise, clauses: Mapping[Promise, str]
) -> Iterator[Answered]:
    if promise is Promise.GROUP:
        outcome, canary = in_group(asking.declaration, clauses[promise])
        yield ORGANISATION, outcome, canary
    elif promise is Promise.LINKED:
        yield from _linked(asking)
    elif promise in ON_PAGES:
        yield from _on_pages(asking, promise)


def _on_pages(asking: Asking, promise: Promise) -> Iterator[Answered]:
    pages = notice_pages(asking.declaration)
    if not pages:
        yield ORGANISATION, blind("no host is declared at which to look"), None
    for page in pages:
        outcome, canary = _on_page(asking, promise, page)
        yield page.item, outcome, canary


def _on_page(asking: Asking, promise: Promise, page: NoticePage) -> tuple[Outcome, bool | None]:
    asked = wanted(promise, asking.declaration, asking.edition, page.language)
    if isinstance(asked, str):
        return blind(asked), None
    if not page.address:
        return blind("the declaration does not say where the notice stands"), None
    fetched = asking.page(page.address)
    if fetched.is_absent:
        return failed(1, f"no notice stands at its address ({fetched.status})"), None
    if not fetched.is_read:
        return blind(_why(fetched)), None
    there = read(fetched.text)
    wrong = asked.says(fetched.content, there)
    canary = bool(asked.planted(fetched.content, there))
    return (failed(1, wrong) if wrong else passed(1)), canary


def _why(fetched: Fetched) -> str:
    return fetched.why or f"the server answered {fetched.status}"


# --- links ----------------------------------------------------------------------------------------


def _linked(asking: Asking) -> Iterator[Answered]:
    pages = linking_pages(asking.declaration)
    if not pages:
        yield ORGANISATION, blind("no host is declared at which to look"), None
    for page in pages:
        outcome, canary = _links(asking, page)
        yield page.item, outcome, canary


def _links(asking: Asking, page: LinkingPage) -> tuple[Outcome, bool | None]:
    edition = asking.edition
    if edition is None:
        return blind("nothing is published"), None
    fetched = asking.page(page.address)
    if fetched.is_absent:
        return blind(f"no page stands at its address ({fetched.status})"), None
    if not fetched.is_read:
        return blind(_why(fetched)), None
    led = _leads(fetched, read(fetched.text))
    wanted_ones = _addresses(asking.declaration, edition)
    canary = not led & frozenset({f"https://{NOWHERE}.invalid/notice"})
    if led & wanted_ones:
        return passed(1), canary
    others = {e.version for e in asking.editions if led & _archived(asking.declaration, e)}
    what = f"links the edition {', '.join(sorted(others))}" if others else "links no notice"
    return failed(1, f"the page {what}, not the edition {edition.version}"), canary


def _leads(fetched: Fetched, page: Read) -> frozenset[str]:
    """Where the links of a page lead, without places inside pages and trailing slashes."""
    base = urljoin(fetched.address, page.base) if page.base else fetched.address
    return frozenset(_trimmed(urljoin(base, link.address)) for link in page.links)


def _trimmed(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.lower()}{parts.path.rstrip('/')}"


def _addresses(declaration: Declaration, edition: Publication) -> frozenset[str]:
    """The live pages of the notice, and those of this edition in the archive, on hosts in scope."""
    live = (page.address for page in notice_pages(declaration) if page.address)
    return frozenset(map(_trimmed, live)) | _archived(declaration, edition)


def _archived(declaration: Declaration, edition: Publication) -> frozenset[str]:
    hosts = {urlsplit(page.address)._replace(path="", query="").geturl()
             for page in linking_pages(declaration)}  # fmt: skip
    return frozenset(
        _trimmed(f"{host}/notice/{edition.version}/{language}")
        for host in hosts
        for language in edition.languages
    )
