"""What stays of many persons, divided: each row is told of whom `reach` gives it to, and ends on
the day on which the system itself would say so."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from avow.common.calendar import Period
from avow.declaration.model import Minimum, Scope
from avow.engine.planner import ends, staying_divided
from avow.engine.planner.erase_owners import owners_of
from avow.engine.planner.keysets import seat
from avow.engine.planner.staying import Staying, stays
from avow.engine.planner.staying_divided import divided
from avow.engine.planner.tally import Tally
from avow.estate.connectors.base import Connection
from avow.estate.connectors.values import plain_all
from avow.estate.datamap.edges import Right
from avow.estate.datamap.reach import Person, reach
from tests.properties.engines import in_postgresql, in_schema, in_sqlite
from tests.properties.test_erasure import Roots, judge, program, requests, retaining_nothing
from tests.properties.test_sweep import opened
from tests.properties.worlds import EVENTS, QUICK, World, cases, key_sets

FEW = settings(
    deadline=None,
    max_examples=15,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@st.composite
def kept(draw: st.DrawFn) -> tuple[World, Roots]:
    """A world and some of its persons, of whom laws keep something for months to come."""
    world, roots = draw(requests())
    scopes = st.builds(Scope, category=st.frozensets(st.sampled_from(("mail", "text", "rest"))))
    minimums = tuple(
        Minimum(f"m{n}", f"9.{n}", "law", draw(scopes), draw(st.sampled_from(EVENTS[:3])), period)
        for n, period in enumerate((Period(months=7), Period(years=2, days=3)))
    )
    if draw(st.integers(0, 3)):  # mostly nothing else keeps them, or days would be rare
        world = retaining_nothing(replace(world, law=replace(world.law, rules=())))
    return replace(world, law=replace(world.law, minimums=minimums)), roots


def seated(world: World, connection: Connection, roots: Roots) -> tuple[Tally, Staying]:
    """The persons' key sets on the connection, and what compiles what stays of them."""
    seat(connection, program(world, roots), roots)
    return Tally(connection), Staying(judge(world), connection.catalogue(), frozenset(roots))


def numbered(roots: Roots) -> list[Person]:
    """The persons in the order of their numbers in the key sets."""
    return [Person(name, key) for name in sorted(roots) for key in roots[name]]


@settings(QUICK, max_examples=cases(80))
@given(requests())
def test_every_row_is_told_of_whom_reach_gives_it_to(case: tuple[World, Roots]) -> None:
    """For each dataset the owners among the leavers, by the specification alone."""
    world, roots = case
    _, connection = opened(world)
    _, staying = seated(world, connection, roots)
    people = numbered(roots)
    names = [f"{n}" for n in range(len(people))]
    expected = defaultdict[str, dict[object, set[str]]](lambda: defaultdict(set))
    for name, person in zip(names, people, strict=True):
        for way in reach(world.rows, world.system, [person]):
            if way.right is Right.OWN:
                expected[way.dataset][plain_all(way.key)].add(name)
    for dataset in staying.datasets():
        there = {plain_all((row["id"],)) for row in world.rows[dataset]}
        found = owners_of(connection, staying.ownership, dataset, names)
        assert {mark: set(of) for mark, of in found.items() if mark in there} == expected[dataset]


@settings(QUICK, max_examples=cases(80))
@given(kept())
def test_divided_for_one_is_the_whole(case: tuple[World, Roots]) -> None:
    """All persons for one request: the same reasons, counts and days as by halving days in the
    system."""
    world, roots = case
    _, connection = opened(world)
    tally, staying = seated(world, connection, roots)
    whole = stays(tally, staying)
    assert set(divided(tally, staying, ["one"] * len(numbered(roots)))["one"]) == set(whole)


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_divided_for_one_is_the_whole_in_real_engines(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """The same on a connection that may only read."""
    url = request.getfixturevalue("postgres_url") if engine == "postgresql" else ""

    @FEW
    @given(kept())
    def check(case: tuple[World, Roots]) -> None:
        world, roots = in_schema(case) if url else case
        with in_postgresql(url, world) if url else in_sqlite(tmp_path / "w.db", world) as real:
            connection = real.estate.read()
            for name, rows in key_sets(world.known).items():
                connection.put_keys(name, name.split(".", 2)[2], rows)
            tally, staying = seated(world, connection, roots)
            whole = set(stays(tally, staying))
            assert set(divided(tally, staying, ["one"] * len(numbered(roots)))["one"]) == whole

    check()


def test_days_are_worked_out_here_and_the_system_has_the_last_word(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of many worlds some have days, nearly all of them worked out here. Planted: moments are read
    ten days too early. The system does not confirm that, and is asked for every day."""
    fallen_back: list[int] = []
    whole = staying_divided.firsts

    def by_asking(*given: Any) -> staying_divided.Ends:  # noqa: ANN401 (what it is given)
        fallen_back.append(1)
        return whole(*given)

    monkeypatch.setattr(staying_divided, "firsts", by_asking)

    def days() -> int:
        found: list[int] = []

        @settings(QUICK, max_examples=60, database=None)
        @given(kept())
        def each(case: tuple[World, Roots]) -> None:
            world, roots = case
            _, connection = opened(world)
            tally, staying = seated(world, connection, roots)
            known = stays(tally, staying)
            mine = divided(tally, staying, ["one"] * len(numbered(roots)))["one"]
            assert set(mine) == set(known)
            found.append(sum(stay.until is not None for stay in known))

        each()
        return sum(found)

    assert days() > 3
    assert fallen_back == []
    read, early = ends._moment, timedelta(days=10)

    def too_early(value: object) -> date | None:
        moment = read(value)
        return None if moment is None else moment - early

    monkeypatch.setattr(ends, "_moment", too_early)
    assert days() > 3
    assert len(fallen_back) > 1
