"""Where a published notice must be looked at: its page per host and language, hosts and forms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from avow.declaration.model import Declaration
from avow.duties.notice.live.promises import ON_PAGES, Promise, clauses_of
from avow.engine.evidence.checks import Item


@dataclass(frozen=True, slots=True)
class NoticePage:
    """Where the notice in a language should stand; no address where none is declared."""

    host: str
    language: str
    address: str

    @property
    def item(self) -> Item:
        """The place as the status names it."""
        return Item(named(self.host), f"notice ({self.language})")


@dataclass(frozen=True, slots=True)
class LinkingPage:
    """A page that must link the notice: the first of a host, or one with a form."""

    address: str

    @property
    def item(self) -> Item:
        """The place as the status names it."""
        parts = urlsplit(self.address)
        return Item(parts.netloc, parts.path.strip("/") or "first page")


def notice_pages(declaration: Declaration) -> tuple[NoticePage, ...]:
    """Every host in every published language. A page with a whole address of its own stands there
    once, for all hosts."""
    edition = declaration.edition
    if edition is None:
        return ()
    found = (
        _page(host, language, edition.pages.get(language, ""))
        for host in edition.hosts
        for language in declaration.languages
    )
    return tuple(dict.fromkeys(found))


def _page(host: str, language: str, place: str) -> NoticePage:
    if "://" in place:
        return NoticePage(urlsplit(place).netloc, language, place)
    return NoticePage(host, language, f"{base(host)}/{place.lstrip('/')}" if place else "")


def linking_pages(declaration: Declaration) -> tuple[LinkingPage, ...]:
    """The first page of every host in scope, and every page with a form."""
    edition = declaration.edition
    if edition is None:
        return ()
    hosts = (f"{base(host)}/" for host in edition.hosts)
    forms = (form if "://" in form else f"https://{form}" for form in edition.forms)
    return tuple(map(LinkingPage, dict.fromkeys((*hosts, *forms))))


def base(host: str) -> str:
    """`https://host`; a host may be written with its scheme."""
    return (host if "://" in host else f"https://{host}").rstrip("/")


def named(host: str) -> str:
    """A host without its scheme, as people write it."""
    return urlsplit(base(host)).netloc


def places_of(declaration: Declaration) -> Mapping[str, frozenset[Item]]:
    """Clause to the places at which its promise is looked at; a clause without an entry has none.

    A place that is not answered leaves its promise unknown.
    """
    found: dict[str, set[Item]] = {}
    for clause, item in _places(declaration, clauses_of(declaration)):
        found.setdefault(clause, set()).add(item)
    return {clause: frozenset(items) for clause, items in found.items()}


def _places(declaration: Declaration, clauses: Mapping[Promise, str]) -> Iterator[tuple[str, Item]]:
    for promise in ON_PAGES:
        if promise in clauses:
            for page in notice_pages(declaration):
                yield clauses[promise], page.item
    if Promise.LINKED in clauses:
        for linking in linking_pages(declaration):
            yield clauses[Promise.LINKED], linking.item
