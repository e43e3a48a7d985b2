"""Random worlds: a schema with links and foreign keys, rows, rules, minimums, purposes and facts.

A world is small and nasty on purpose: pointers that dangle where nothing enforces them, shared
rows, conditional links, empty columns, several rules on one cell, events read over links.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import Phase, settings
from hypothesis import strategies as st

from avow.common.calendar import Period
from avow.declaration.model import (
    Action,
    Basis,
    End,
    InForce,
    Minimum,
    Purpose,
    Rule,
    Scope,
)
from avow.engine.planner.judge import FLOOR
from avow.estate.connectors.catalogue import Catalogue, Column, ColumnKind, ForeignKey, Table
from avow.estate.datamap.model import (
    Blank,
    BlankKind,
    Dataset,
    EventMap,
    EventMode,
    Field,
    Identity,
    Link,
    LinkWord,
    Source,
    System,
)
from avow.estate.datamap.moments import KnownFacts
from avow.estate.datamap.reach import Row

QUICK = settings(deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
"""Worlds are small already; making a failing one smaller takes minutes and tells little more."""


def cases(usual: int) -> int:
    """How many worlds a test looks at: what is usual, or as many as AVOW_CASES says at night."""
    return max(usual, int(os.environ.get("AVOW_CASES", "0")))


PLANTED = settings(QUICK, max_examples=3000, derandomize=True)
"""A planted fault is looked for until a world shows it: one in sixty does, few worlds show none."""

TODAY = date(2026, 3, 31)
ZONE = "Europe/Brussels"
EVENTS = ("happened", "ended", "last", "asked")
FACTS = frozenset({"asked"})
PERIODS = (Period(), Period(months=1), Period(days=10), Period(months=2))
WORDS = (
    *(LinkWord.OWNED_BY,) * 5,
    *(LinkWord.OWNS,) * 2,
    LinkWord.ACCESSED_BY,
    LinkWord.ACCESSES,
    LinkWord.NO_RIGHT,
)
ID = Column("id", "integer", ColumnKind.INTEGER, nullable=False)


@dataclass(frozen=True)
class World:
    """One random world; `rows` are plain values that every engine can hold."""

    system: System
    catalogue: Catalogue
    rows: dict[str, list[dict[str, object]]]
    law: InForce
    known: KnownFacts


@st.composite
def worlds(draw: st.DrawFn, circles: bool = False) -> World:
    """A world of two to five datasets whose pointers run from later to earlier ones, or, with
    `circles`, also to their own and to later ones."""
    count = draw(st.integers(2, 5))
    made = [draw(_dataset(i, count if circles else i)) for i in range(count)]
    datasets = {d.name: d for d, _ in made}
    datasets = draw(_event_sources(datasets))
    keys = tuple(
        ForeignKey(f"fk_{d.name}_{link.fields[0]}", d.name, link.fields, link.to, ("id",))
        for d, enforced in made
        for link in d.links
        if link.fields[0] in enforced
    )
    tables = {d.name: table_of(d) for d in datasets.values()}
    system = System("w", "memory", zone=ZONE, datasets=datasets)
    rows = draw(_rows(system, keys, 3 if circles else 0))
    return World(system, Catalogue(tables, keys), rows, draw(_law(datasets)), draw(_known(rows)))


@st.composite
def _dataset(draw: st.DrawFn, number: int, below: int) -> tuple[Dataset, frozenset[str]]:
    """Dataset `number` with up to two pointers to those `below`; which of them are enforced."""
    links: list[Link] = []
    circles = below > number
    targets = [0, 0, number, number, *range(below)] if circles else [*range(below)]
    fewest = 2 if circles else 0
    for n in range(draw(st.integers(fewest, 2)) if number else 0):
        conditional = draw(st.booleans()) and draw(st.booleans())
        links.append(
            Link(
                draw(st.sampled_from(WORDS)),
                f"d{draw(st.sampled_from(targets))}",
                (f"p{n}",),
                when=(("sort", draw(st.sampled_from("ab"))),) if conditional else (),
                of=f"link{n}",
            )
        )
    root = not links or (draw(st.booleans()) and not (circles and draw(st.booleans())))
    earlier = [k for k in links if not k.when and int(k.to[1:]) < number]
    enforced = {k.fields[0] for k in earlier if draw(st.booleans())}
    dataset = Dataset(
        f"d{number}",
        key=("id",),
        subject=f"kind{number}" if root else None,
        identities=(Identity("email", "email"),) if root else (),
        links=tuple(links),
        collected_at=draw(st.sampled_from(("shop", "site"))),
        fields=(
            Field("email", "mail"),
            Field("note", draw(st.sampled_from(("text", "mail")))),
            Field("about", "text", of="link0" if links else None),
        ),
        rest="rest",
        blanks={"note": Blank(BlankKind.CONSTANT, "-")},
        zone=ZONE,
    )
    return dataset, frozenset(enforced)


@st.composite
def _event_sources(draw: st.DrawFn, datasets: dict[str, Dataset]) -> dict[str, Dataset]:
    """Give events to some datasets: from own columns, or from a dataset that points to them."""
    result = dict(datasets)
    for name, dataset in datasets.items():
        below = [c.name for c in datasets.values() for k in c.links if k.to == name]
        single = [b for b in below if below.count(b) == 1]
        events: list[EventMap] = []
        for event in sorted(draw(st.sets(st.sampled_from(EVENTS[:3])))):
            source = Source("at" if event != "ended" else "until")
            if draw(st.booleans()) and single:
                source = replace(source, dataset=draw(st.sampled_from(single)))
            mode = {"ended": EventMode.END_OF, "last": EventMode.LATEST}.get(event, EventMode.POINT)
            if mode is EventMode.POINT and source.dataset is not None:
                mode = draw(st.sampled_from((EventMode.LATEST, EventMode.EARLIEST)))
            if mode is EventMode.POINT and draw(st.booleans()):
                source = replace(source, moved_by="moved")
            events.append(EventMap(event, mode, (source,)))
        result[name] = replace(dataset, events=tuple(events))
    return result


def table_of(dataset: Dataset) -> Table:
    """The table of a dataset: its key, its pointers, and one column of each kind."""
    columns = [ID]
    columns += [Column(k.fields[0], "integer", ColumnKind.INTEGER) for k in dataset.links]
    columns += [
        Column("sort", "text", ColumnKind.TEXT),
        Column("email", "text", ColumnKind.TEXT),
        Column("note", "text", ColumnKind.TEXT, nullable=False),
        Column("about", "text", ColumnKind.TEXT),
        Column("extra", "text", ColumnKind.TEXT),
        Column("at", "timestamptz", ColumnKind.INSTANT),
        Column("moved", "timestamptz", ColumnKind.INSTANT),
        Column("until", "date", ColumnKind.DATE),
    ]
    return Table(dataset.name, tuple(columns), key=("id",))


def _instants() -> st.SearchStrategy[datetime | None]:
    midnight = datetime(2026, 3, 31, tzinfo=UTC)
    hours = st.integers(-24 * 100, 24 * 5)
    return st.none() | hours.map(lambda h: midnight + timedelta(hours=h, minutes=30))


@st.composite
def _rows(
    draw: st.DrawFn, system: System, keys: tuple[ForeignKey, ...], fewest: int
) -> dict[str, list[dict[str, object]]]:
    rows: dict[str, list[dict[str, object]]] = {}
    enforced = {(k.child, k.child_fields[0]) for k in keys}
    days = st.none() | st.integers(-100, 5).map(lambda n: TODAY + timedelta(days=n))
    for name, dataset in system.datasets.items():
        rows[name] = []
        for number in range(1, draw(st.integers(fewest, 4)) + 1):
            row: dict[str, object] = {"id": number}
            for link in dataset.links:
                targets = [r["id"] for r in rows[link.to]] if link.to in rows else [1, 2, 3, 4]
                free = [] if (name, link.fields[0]) in enforced else [99]
                row[link.fields[0]] = draw(st.sampled_from([None, *targets, *free, *targets]))
            row |= {
                "sort": draw(st.sampled_from([None, "a", "b"])),
                "email": draw(st.sampled_from([None, "a@example.com", "B@example.com"])),
                "note": draw(st.sampled_from(["-", "n"])),
                "about": draw(st.sampled_from([None, "x"])),
                "extra": draw(st.sampled_from([None, "e"])),
                "at": draw(_instants()),
                "moved": draw(_instants()),
                "until": draw(days),
            }
            rows[name].append(row)
    return rows


@st.composite
def _law(draw: st.DrawFn, datasets: dict[str, Dataset]) -> InForce:
    names = sorted(datasets)
    scopes = st.builds(
        Scope,
        category=st.frozensets(st.sampled_from(("mail", "text", "rest")), max_size=2),
        collected_at=st.frozensets(st.sampled_from(("shop", "site")), max_size=1),
        dataset=st.frozensets(st.sampled_from(names), max_size=2),
    )
    ends = st.builds(
        End,
        st.sampled_from(EVENTS),
        st.sampled_from(PERIODS),
        st.sampled_from((None, None, "happened")),
        st.sampled_from((None, None, None, TODAY - timedelta(days=25))),
    )
    rules = tuple(
        Rule(
            f"r{n}",
            f"6.{n}",
            draw(scopes),
            tuple(draw(st.lists(ends, min_size=1, max_size=2))),
            draw(st.sampled_from((Action.ERASE, Action.ERASE, Action.ERASE, Action.REVIEW))),
            (draw(scopes),) if draw(st.booleans()) else (),
        )
        for n in range(draw(st.integers(1, 3)))
    )
    minimums = tuple(
        Minimum("m", "9", "law", draw(scopes), draw(st.sampled_from(EVENTS[:3])), Period(months=1))
        for _ in range(draw(st.integers(0, 1)))
    )
    purposes = tuple(
        Purpose(
            f"u{n}",
            f"4.{n}",
            draw(st.sampled_from(list(Basis))),
            draw(scopes),
            draw(st.sampled_from((None, "happened", "ended"))),
        )
        for n in range(draw(st.integers(0, 2)))
    )
    pairs = [frozenset((f"r{a}", f"r{b}")) for a in range(3) for b in range(a)]
    settled = frozenset(p for p in pairs if draw(st.booleans()) or draw(st.booleans()))
    return InForce(rules, purposes, minimums, settled, zone=ZONE)


@st.composite
def _known(draw: st.DrawFn, rows: dict[str, list[dict[str, object]]]) -> KnownFacts:
    known: dict[tuple[str, str], dict[tuple[object, ...], date]] = {}
    for fact in (FLOOR, "asked", "ended:u0"):
        for name, table in rows.items():
            if table and draw(st.integers(0, 5)) == 0:
                row = draw(st.sampled_from(table))
                day = TODAY - timedelta(days=draw(st.integers(-5, 80)))
                known.setdefault((fact, name), {})[(row["id"],)] = day
    return known


def key_sets(known: KnownFacts) -> dict[str, list[tuple[int, tuple[object, ...], date | None]]]:
    """The facts of a world as key sets, by the name a program asks for."""
    return {
        f"fact.{fact}.{dataset}": [(n, key, day) for n, (key, day) in enumerate(keys.items())]
        for (fact, dataset), keys in known.items()
    }


def copy(rows: dict[str, list[dict[str, object]]]) -> dict[str, list[Row]]:
    """The rows again, so that one run does not see what another did."""
    return {name: [dict(r) for r in table] for name, table in rows.items()}
