"""Promises: every promise with its text, its word, and why; filtered by the query string."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from litestar import Response
from litestar.params import FromPath

from avow.duties.assurance.history import fold
from avow.duties.assurance.model import RANK, PromiseStatus, Status
from avow.duties.assurance.source import ClauseText
from avow.engine.accounts.matrix import Action
from avow.engine.evidence.checks import Mode
from avow.faces.web.frame import Frame
from avow.faces.web.plot import History, Tally, history_plot, section_of, tally
from avow.faces.web.render import GivenPages, Pages, with_twin
from avow.faces.web.security import Asked


@dataclass(frozen=True, slots=True)
class Filters:
    """What the reader wants to see; empty means everything."""

    statuses: tuple[Status, ...] = ()
    section: str = ""
    mode: Mode | None = None
    text: str = ""

    @property
    def active(self) -> bool:
        """Whether anything is filtered."""
        return bool(self.statuses or self.section or self.mode or self.text)


@dataclass(frozen=True, slots=True)
class Row:
    """One promise of the list."""

    promise: PromiseStatus
    text: ClauseText | None


@dataclass(frozen=True, slots=True)
class Promises:
    """The context of the list of promises."""

    frame: Annotated[Frame, "what surrounds the page"]
    tally: Annotated[Tally, "how many promises have each word, without the filters"]
    filters: Annotated[Filters, "what the reader wants to see"]
    sections: Annotated[tuple[str, ...], "the sections of the statement, to choose from"]
    rows: Annotated[tuple[Row, ...], "the promises that pass the filters, the worst first"]
    history: Annotated[History, "how the promises stood, day by day"]


def show(request: Asked, language: FromPath[str], pages: GivenPages) -> Response[bytes]:
    """Show the list of promises."""
    return pages.answer(request, "promises.html", context(request, language, pages))


promises = with_twin("/{language:str}/promises", show, Action.SEE_STATUS)


def context(request: Asked, language: str, pages: Pages) -> Promises:
    """Fold, filter, and sort the worst first; within a word in the order of the statement."""
    source = pages.source
    frame = pages.frame(request, language, "promises")
    found = fold(source.evidenced(), frame.now)
    filters = read_filters(request)
    rows = [Row(p, source.text(p.clause, language)) for p in found]
    return Promises(
        frame=frame,
        tally=tally(found),
        filters=filters,
        sections=tuple(dict.fromkeys(section_of(p.clause) for p in found)),
        rows=tuple(
            sorted((r for r in rows if passes(r, filters)), key=lambda r: RANK[r.promise.status])
        ),
        history=history_plot(source.history()),
    )


def read_filters(request: Asked) -> Filters:
    """The filters of the query string; what it does not know, it ignores."""
    asked = request.query_params
    mode = asked.get("mode", "")
    return Filters(
        statuses=tuple(word for word in Status if word.value in asked.getall("status", [])),
        section=asked.get("section", ""),
        mode=Mode(mode) if mode in set(Mode) else None,
        text=asked.get("q", "").strip(),
    )


def passes(row: Row, filters: Filters) -> bool:
    """Whether a promise is wanted."""
    promise = row.promise
    return all(
        (
            not filters.statuses or promise.status in filters.statuses,
            not filters.section or section_of(promise.clause) == filters.section,
            filters.mode in (None, promise.mode),
            not filters.text or any(filters.text.lower() in t for t in _searched(row)),
        )
    )


def _searched(row: Row) -> Iterable[str]:
    yield row.promise.clause.lower()
    if row.text:
        yield row.text.text.lower()
