"""A plan survives being stored, its digest says all of it, and it never holds a row's key."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from avow.engine.planner.counting import Counting, count, without_holds
from avow.engine.planner.judge import Judge
from avow.engine.planner.keysets import KeySet
from avow.engine.planner.lower import sweep
from avow.engine.planner.plan import Cascade, Measure, Part, Plan, PlanKind, PlannedStep, plan_of
from avow.engine.planner.plan import plan_json as written_plan
from avow.engine.planner.preflight import fired
from avow.engine.planner.program import Along, Move, Program, Spread, Step
from avow.engine.planner.written import canonical, predicate_json, predicate_of
from avow.estate.connectors.base import Access
from avow.estate.connectors.catalogue import (
    Catalogue,
    Column,
    ColumnKind,
    ForeignKey,
    OnDelete,
    Table,
)
from avow.estate.connectors.twin import TwinConnector, TwinDatabase
from avow.estate.datamap.edges import Edge, Right, Side
from avow.estate.datamap.model import Blank, BlankKind, Dataset, System
from avow.estate.datamap.predicates import (
    TRUE,
    And,
    Equal,
    InKeys,
    Null,
    Or,
    Predicate,
    Related,
    Until,
    negate,
)
from tests.faults.small import CATALOGUE, Facts, declared, law, rows
from tests.properties.test_sweep import program
from tests.properties.worlds import World, worlds

DAY = date(2026, 5, 1)
EDGE = Edge("visit", ("person_id",), "person", ("id",), Right.OWN, Side.CHILD, (("kind", "é"),))
leaf = st.one_of(
    st.builds(Equal, st.sampled_from("ab"), st.text(max_size=3), st.booleans()),
    st.builds(Null, st.sampled_from("ab"), st.booleans()),
    st.builds(Until, st.sampled_from("ab"), st.dates(), st.just("UTC"), st.none(), st.booleans()),
    st.builds(
        InKeys,
        st.just(("a", "b")),
        st.sampled_from(["fact.floor.visit", "own.visit"]),
        st.none() | st.dates(),
        st.booleans(),
    ),
)
predicates: st.SearchStrategy[Predicate] = st.recursive(
    leaf,
    lambda inner: st.one_of(
        st.builds(And, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Or, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Related, st.just(EDGE), st.sampled_from(Side), inner, st.booleans()),
    ),
    max_leaves=8,
)


@given(predicates)
def test_a_predicate_comes_back_as_it_was(predicate: Predicate) -> None:
    assert predicate_of(msgspec.json.decode(canonical(predicate_json(predicate)))) == predicate


def whole(where: Predicate = TRUE) -> Plan:
    """A plan that uses every field."""
    step = Step(
        "visit",
        Move.BLANK,
        where,
        ("2.a",),
        ("visits",),
        blanks={"page": Blank(BlankKind.CONSTANT, "-")},
        counted=TRUE,
        along=(Along(EDGE),),
    )
    spread = Spread(EDGE, Side.CHILD, "own.person", "own.visit", cyclic=True)
    run = Program("app", DAY, (step,), {"person": "own.person"}, (spread,), frozenset({"fact.a.b"}))
    measure = Measure(3, 9, DAY, 1, 2, 0, 1, 20)
    planned = PlannedStep(
        step, measure, 3, "DELETE", (Cascade("x", "fk", "cascade", None),), ("t",)
    )
    part = Part(run, (planned,), "digest", ("a gap",))
    return Plan("plan-1", PlanKind.ERASURE, "app", "f" * 64, DAY, (part,), "claire", persons=1)


@given(predicates)
def test_a_plan_comes_back_as_it_was_with_its_digest(where: Predicate) -> None:
    plan = whole(where)
    again = plan_of(msgspec.json.decode(canonical(written_plan(plan))))
    assert again == plan
    assert again.digest == plan.digest


def test_every_field_of_a_plan_is_in_its_digest() -> None:
    """Whoever changes a count, a bound or the SQL has another plan, which nobody approved."""
    plan = whole()
    part, planned = plan.parts[0], plan.parts[0].steps[0]
    others = [
        replace(plan, day=date(2026, 5, 2)),
        replace(plan, author="marc"),
        replace(plan, accepted=(("visits", 9),)),
        *(
            replace(plan, parts=(replace(part, steps=(step,)),))
            for step in (
                replace(planned, bound=4),
                replace(planned, sql="DELETE FROM visit"),
                replace(planned, measure=replace(planned.measure, rows=4)),
            )
        ),
        replace(plan, parts=(replace(part, catalogue="other"),)),
    ]
    assert len({plan.digest, *(other.digest for other in others)}) == len(others) + 1


@settings(max_examples=40, deadline=None)
@given(worlds())
def test_every_program_that_is_compiled_can_be_stored(world: World) -> None:
    part = Part(program(world), tuple(PlannedStep(s, Measure(0, 0)) for s in program(world).steps))
    plan = Plan("plan-1", PlanKind.SWEEP, "w", "f" * 64, DAY, (part,), "claire")
    assert plan_of(msgspec.json.decode(canonical(written_plan(plan)))) == plan


@given(predicates)
def test_without_holds_only_more_rows_are_selected(predicate: Predicate) -> None:
    """No hold is left in the predicate, in whichever sense it stood, also inside a negation."""
    for each in (predicate, negate(predicate)):
        assert "fact.floor" not in canonical(predicate_json(without_holds(each))).decode()


def counted(facts: Facts) -> Part:
    """The sweep of the small estate, counted without any right to write."""
    declaration = declared()
    system = declaration.datamap.systems["app"]
    judge = Judge(system, law(declaration), DAY, frozenset(), frozenset({"fact.floor.visit"}))
    connection = TwinConnector({"app": TwinDatabase(rows(), CATALOGUE)}).connect(
        system, Access.READ
    )
    return count(connection, Counting(sweep(judge, CATALOGUE), facts))


def test_a_plan_says_how_many_how_old_and_how_many_are_held() -> None:
    facts = Facts()
    facts.hold("visit", 1, 5)
    step = next(s for s in counted(facts).steps if s.step.move is Move.DELETE)
    assert (step.measure.rows, step.measure.of, step.measure.retained) == (13, 60, 2)
    assert step.measure.oldest == date(2026, 1, 1)
    assert step.sql


def test_where_nothing_is_held_no_step_retains_anything() -> None:
    """A blanking of rows that go anyway does not count them as held."""
    assert {step.measure.retained for step in counted(Facts()).steps} == {0}


def test_no_key_of_a_held_row_enters_the_plan() -> None:
    """What is stored and signed speaks of rows by predicates and counts alone."""
    facts = Facts()
    facts.sets["fact.floor.visit"] = KeySet("fact.floor.visit", "visit", ((0, (987_654,), None),))
    plan = replace(whole(), parts=(counted(facts),))
    assert "987654" not in canonical(written_plan(plan)).decode()


def test_row_security_makes_a_count_unknown_and_never_zero() -> None:
    system = declared().datamap.systems["app"]
    secured = replace(
        CATALOGUE,
        tables={**CATALOGUE.tables, "visit": replace(CATALOGUE.tables["visit"], row_security=True)},
    )
    judge = Judge(system, law(declared()), DAY)
    connection = TwinConnector({"app": TwinDatabase(rows(), secured)}).connect(system, Access.READ)
    part = count(connection, Counting(sweep(judge, secured), Facts()))
    assert part.gaps == ("row security may hide rows of `app.visit` from us",)


def chain(second: OnDelete) -> Catalogue:
    """A <- b <- c by foreign keys: b goes with a, and c as `second` says."""
    number = Column("id", "integer", ColumnKind.INTEGER, nullable=False)
    up = Column("up", "integer", ColumnKind.INTEGER)
    tables = {name: Table(name, (number, up), ("id",)) for name in "abc"}
    keys = (
        ForeignKey("b_a", "b", ("up",), "a", ("id",), OnDelete.CASCADE),
        ForeignKey("c_b", "c", ("up",), "b", ("id",), second),
    )
    return Catalogue(tables, keys, "x")


def test_cascades_of_cascades_are_counted_less_what_the_plan_takes_itself() -> None:
    """Two rows of c would lose their row although they are not due: the plan must say so."""
    system = System("s", "memory", datasets={n: Dataset(n, ("id",)) for n in "abc"})
    data: dict[str, list[dict[str, object]]] = {
        "a": [{"id": 1, "up": None}],
        "b": [{"id": 1, "up": 1}, {"id": 2, "up": 1}],
        "c": [{"id": 1, "up": 1}, {"id": 2, "up": 2}, {"id": 3, "up": None}],
    }
    catalogue = chain(OnDelete.CASCADE)
    connection = TwinConnector({"s": TwinDatabase(data, catalogue)}).connect(system, Access.READ)
    own = Step("b", Move.DELETE, Equal("id", "1"), ())
    steps = (own, Step("a", Move.DELETE, TRUE, ()))
    part = count(connection, Counting(Program("s", DAY, steps), Facts()))
    found = {(c.table, c.rows) for c in part.steps[1].cascades}
    assert found == {("b", 1), ("c", 2)}
    assert [f.key.name for f in fired(chain(OnDelete.SET_NULL), "a", TRUE)] == ["b_a", "c_b"]


def test_links_without_an_index_and_columns_that_cannot_be_emptied_are_found() -> None:
    catalogue = chain(OnDelete.NOTHING)
    system = System("s", "memory", datasets={n: Dataset(n, ("id",)) for n in "abc"})
    data: dict[str, list[dict[str, object]]] = {"a": [{"id": 1, "up": None}], "b": [], "c": []}
    connection = TwinConnector({"s": TwinDatabase(data, catalogue)}).connect(system, Access.READ)
    blank = Step(
        "a", Move.BLANK, TRUE, (), blanks={n: Blank(BlankKind.NULL) for n in ("id", "up", "no")}
    )
    part = count(
        connection, Counting(Program("s", DAY, (Step("a", Move.DELETE, TRUE, ()), blank)), Facts())
    )
    assert [(u.table, u.fields) for u in part.steps[0].unindexed] == [("b", ("up",))]
    assert part.steps[1].unblankable == ("id", "no")
