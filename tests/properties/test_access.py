"""Access shows exactly the rows that `reach` gives, with the same right, in every engine."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from avow.engine.planner.keysets import seat
from avow.engine.planner.reaching import Extract, Seeds
from avow.engine.planner.reading import read
from avow.engine.planner.staying import Staying
from avow.estate.connectors.base import Connection
from avow.estate.connectors.twin import TwinConnection
from avow.estate.datamap.edges import Edge, Right, edges
from avow.estate.datamap.model import Blank
from avow.estate.datamap.reach import Hidden, Key, Person, hidden, reach
from tests.properties.engines import in_postgresql, in_schema, in_sqlite
from tests.properties.test_erasure import Roots, erase, judge, program, requests
from tests.properties.test_sweep import opened
from tests.properties.worlds import QUICK, TODAY, World, cases

FEW = settings(
    deadline=None,
    max_examples=15,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
Seen = set[tuple[int, str, Key, Right]]


def seeds_of(roots: Roots) -> Seeds:
    """The persons of a request, numbered over all their datasets."""
    pairs = [(name, key) for name, keys in roots.items() for key in keys]
    return {
        name: [(n, key) for n, (other, key) in enumerate(pairs) if other == name] for name in roots
    }


def expected(world: World, seeds: Seeds) -> Seen:
    """The same by the specification: every reached row once, with the stronger right."""
    found: Seen = set()
    for name, persons in seeds.items():
        for ordinal, key in persons:
            for way in reach(world.rows, world.system, [Person(name, key)]):
                found.add((ordinal, way.dataset, way.key, way.right))
    return {f for f in found if f[3] is Right.OWN or (*f[:3], Right.OWN) not in found}


def shown(extracts: tuple[Extract, ...]) -> Seen:
    """What was read, without values."""
    return {(r.person, e.dataset, r.key, r.right) for e in extracts for r in e.rows}


@settings(QUICK, max_examples=cases(120))
@given(requests())
def test_access_is_reach(case: tuple[World, Roots]) -> None:
    """Datasets, keys and rights are those of the specification, and no row comes twice."""
    world, roots = case
    _, connection = opened(world)
    extracts = read(connection, seeds_of(roots))
    assert shown(extracts) == expected(world, seeds_of(roots))
    for each in extracts:
        marks = [(r.person, r.key) for r in each.rows]
        assert len(marks) == len(set(marks))


@settings(QUICK, max_examples=cases(80))
@given(requests())
def test_what_speaks_of_others_is_hidden(case: tuple[World, Roots]) -> None:
    """Of every row exactly what all the ways to it hide, and no value of it is there."""
    world, roots = case
    _, connection = opened(world)
    by_name: dict[str, Edge] = {e.name: e for e in edges(world.system)}
    pairs = [Person(name, key) for name, keys in roots.items() for key in keys]
    for each in read(connection, seeds_of(roots)):
        names = [name for name, _ in each.columns]
        for row in each.rows:
            ways = reach(world.rows, world.system, [pairs[row.person]])
            last = [
                by_name[w.path[-1]] if w.path else None
                for w in ways
                if (w.dataset, w.key) == (each.dataset, row.key)
            ]
            assert Hidden(row.hidden) == hidden(last)
            assert not any(
                v is not None and n in row.hidden for n, v in zip(names, row.values, strict=True)
            )


@settings(QUICK, max_examples=cases(60))
@given(requests())
def test_every_path_can_be_walked(case: tuple[World, Roots]) -> None:
    """A row is reached over links that follow each other from the person's row to it, and the
    right is what these links give."""
    world, roots = case
    _, connection = opened(world)
    by_name: dict[str, Edge] = {e.name: e for e in edges(world.system)}
    for each in read(connection, seeds_of(roots)):
        for row in each.rows:
            links = [by_name[name] for name in row.path]
            assert all(one.taker == two.giver for one, two in pairwise(links))
            if links:
                assert links[-1].taker == each.dataset
            sees = any(link.right is Right.SEE for link in links)
            assert row.right is (Right.SEE if sees else Right.OWN)


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_access_is_reach_in_real_engines(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """The same on a connection that may only read, with one statement per dataset that is read."""
    url = request.getfixturevalue("postgres_url") if engine == "postgresql" else ""

    @FEW
    @given(requests())
    def check(case: tuple[World, Roots]) -> None:
        world, roots = in_schema(case) if url else case
        with in_postgresql(url, world) if url else in_sqlite(tmp_path / "w.db", world) as real:
            seeds, counted = seeds_of(roots), Counted(real.estate.read())
            assert shown(read(counted, seeds)) == expected(world, seeds)
            assert len(counted.fetched) == len(set(counted.fetched))

    check()


class Counted:
    """A connection that notes which dataset is read."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.fetched: list[str] = []

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 (whatever the connection has)
        if name in ("fetch", "count"):
            return lambda dataset, *rest: self._note(dataset, getattr(self._connection, name), rest)
        return getattr(self._connection, name)

    def _note(self, dataset: str, what: Any, rest: tuple[Any, ...]) -> Any:  # noqa: ANN401
        self.fetched.append(dataset)
        return what(dataset, *rest)


@QUICK
@given(requests())
def test_a_limit_says_how_many_there_are(case: tuple[World, Roots]) -> None:
    """One row of each dataset is read; the total is still the true one, and it is said."""
    world, roots = case
    _, connection = opened(world)
    seeds = seeds_of(roots)
    whole = {e.dataset: {r.key for r in e.rows} for e in read(connection, seeds)}
    for each in read(connection, seeds, most=1):
        there = len(whole[each.dataset])
        assert (len({r.key for r in each.rows}), each.total) == (1, there)
        assert each.truncated is (there > 1)


@settings(QUICK, max_examples=cases(50))
@given(requests())
def test_what_access_shows_is_erased_or_stays_for_a_reason(case: tuple[World, Roots]) -> None:
    """Completeness: every cell of a row that persons own is gone, blank, or retained for a reason
    that was told before, with its promise or with what has to happen first."""
    world, roots = case
    database, connection = opened(world)
    extracts = read(connection, seeds_of(roots))
    seat(connection, program(world, roots), roots)
    staying = Staying(judge(world), world.catalogue, frozenset(roots))
    told = set(_told(connection, staying))
    lowering = staying.lowering(TODAY)
    erase(world, connection, roots)
    there = {(n, r["id"]): r for n, table in database.tables.items() for r in table}
    for each in extracts:
        dataset = world.system.datasets[each.dataset]
        for key in {row.key for row in each.rows if row.right is Right.OWN}:
            row = there.get((each.dataset, key[0]))
            for cells in lowering.cells(each.dataset) if row else ():
                mark = (each.dataset, key[0])
                stays = {(*mark, cells.place.category), (*mark, "")} & told
                left = [c for c in cells.columns if row and _says(row[c], dataset.blanks.get(c))]
                assert stays or not left


def _told(connection: TwinConnection, staying: Staying) -> Iterator[tuple[str, object, str]]:
    """(dataset, id, category) of every cell group that is said to stay."""
    for dataset in staying.datasets():
        for reason in staying.reasons(dataset):
            assert reason.clauses or reason.ends
            for (number,) in connection.fetch(dataset, reason.where, ["id"]):
                yield dataset, number, reason.category


def _says(value: object, blank: Blank | None) -> bool:
    """Whether a value is still there: not null, and not what it is blanked with."""
    return value is not None and not (blank is not None and blank.value == value)
