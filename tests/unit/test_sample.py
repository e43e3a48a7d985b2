"""What is drawn from a plan, what is said of it, and what is remembered of the rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import psycopg
import pytest

from avow.common.masked import Masked
from avow.engine.evidence.entries import SampleJudged
from avow.engine.facts.standing import Who
from avow.engine.planner.hold import Reason, place
from avow.engine.planner.one_row import Answer, RowView
from avow.engine.planner.plan import Plan
from avow.engine.planner.refusals import Guarded, PlannerError
from avow.engine.planner.sampling import (
    Drawn,
    Judgement,
    Sample,
    Stratum,
    agrees,
    sample_findings,
    shifted,
    words,
)
from avow.engine.planner.sampling_draw import draw, explained, unfit, values
from avow.engine.planner.sampling_kept import judge, keep, newest
from avow.estate.datamap.predicates import InKeys, Null, Until, all_of, any_of
from tests.unit.rehearsal_world import NOON, TODAY, World, world

__all__ = ["world"]

DAY = timedelta(days=1)


def sample(*rows: Drawn) -> Sample:
    """A sample of these rows."""
    return Sample("sample-a", "plan-a", "d", "app", "r", None, ("visits",), "s", 1, rows)


def row(number: int, judgement: Judgement | None = Judgement.RIGHT, **more: object) -> Drawn:
    """A row that was drawn at random from what would be deleted, and judged."""
    made = Drawn(number, "visit", "delete", Stratum.RANDOM, agrees=True, judgement=judgement)
    return replace(made, **more)  # type: ignore[arg-type]


def view(*verdicts: str) -> RowView:
    """A row with these verdicts on its cell groups."""
    answers = tuple(Answer("log", v, (), None, None, (), {}) for v in verdicts)
    return RowView("app.visit", "1", TODAY, {}, answers)


# --- what is said --------------------------------------------------------------------------------


def test_the_rule_of_three_is_said_of_random_rows_alone() -> None:
    """30 at random among 5,000: fewer than 10 % are wrong. Rows of other strata add nothing."""
    edge = [row(n, stratum=Stratum.EDGE) for n in range(31, 50)]
    said = words(sample(*(row(n) for n in range(30)), *edge), 5_000)
    assert said[0] == "none of 49 rows judged is wrong"
    assert "of 30 rows drawn at random among 5,000" in said[1]
    assert said[1].endswith("with 95 % confidence fewer than 10.0% of them are")


@pytest.mark.parametrize(
    ("rows", "total", "part"),
    [
        ([row(1, None), row(2)], 9, "1 of 2 rows are not judged yet"),
        ([row(1, Judgement.WRONG), row(2)], 9, "1 of 2 rows were judged wrong"),
        ([row(1), row(2)], 9, "too few to say anything of the other 9"),
        ([row(1), row(2)], 2, "all 2 rows that the plan would move were looked at"),
        ([row(1), row(2, Judgement.UNSURE)], 9, "of 1 rows nobody is sure"),
    ],
)
def test_what_a_sample_says_in_words(rows: list[Drawn], total: int, part: str) -> None:
    assert part in " / ".join(words(sample(*rows), total))


def test_wrong_rows_and_differences_are_findings() -> None:
    found = sample_findings(sample(row(1, Judgement.WRONG), row(2, None, agrees=False)))
    assert [f.code for f in found] == ["AV583", "AV584"]
    assert sample_findings(sample(row(1, agrees=False))) == ()


def test_plan_and_verdict_agree_or_not() -> None:
    """A held row is due and stays; a row that is due and stays for another reason is a question."""
    assert agrees(view("live", "due(erase)"), "delete", Stratum.RANDOM)
    assert not agrees(view("live"), "delete", Stratum.RANDOM)
    assert agrees(view("live"), "keep", Stratum.EDGE)
    assert not agrees(view("due(erase)"), "keep", Stratum.EDGE)
    assert agrees(view("due(erase)"), "keep", Stratum.HELD)


def test_a_shifted_condition_asks_for_another_day_everywhere_and_changes_nothing_else() -> None:
    first, other = Until("seen_on", TODAY, "UTC"), Null("page")
    keys = InKeys(("id",), "fact.asked.visit", TODAY)
    moved = shifted(all_of([any_of([first, other]), keys]), DAY)
    later = date(2026, 5, 2)
    assert moved == all_of([any_of([replace(first, day=later), other]), replace(keys, until=later)])


# --- what is drawn -------------------------------------------------------------------------------


def drawn(world: World, size: int = 60, seed: int = 1, plan: Plan | None = None) -> Sample:
    """A sample of a plan of today."""
    bench = world.bench()
    return draw(bench.estate, bench.memory, plan or world.plan(), size, seed)


def visits(world: World) -> dict[str, date]:
    """When each visit was."""
    with psycopg.connect(world.app) as looked:
        return {str(k): day for k, day in looked.execute("SELECT id, seen_on FROM visit")}


def test_every_drawn_row_would_be_moved_or_kept_as_it_is_said(world: World) -> None:
    """Against the rows themselves: visits of more than a month ago go, the others stay."""
    found = drawn(world)
    seen = visits(world)
    actions = Counter(r.action for r in found.rows)
    assert (actions["delete"], actions["keep"] > 5) == (15, True)
    for each in (r for r in found.rows if r.dataset == "public.visit"):
        is_old = seen[each.key[0]] <= date(2026, 4, 1)
        assert (each.action == "delete") is is_old
        assert each.agrees


def test_the_same_seed_draws_the_same_rows_and_another_seed_others(world: World) -> None:
    plan = world.plan()

    def places(seed: int) -> list[tuple[str, tuple[str, ...]]]:
        return [(r.dataset, r.key) for r in drawn(world, 12, seed, plan).rows]

    assert places(7) == places(7)
    assert places(7) != places(8)
    assert len(places(7)) <= 12


def test_the_edge_is_looked_at_from_both_sides(world: World) -> None:
    """Planted: a visit that is due since today and one that is due tomorrow."""
    with psycopg.connect(world.app) as made:
        made.execute(
            "INSERT INTO visit VALUES (900, 1, '2026-04-01', 'p'), (901, 1, '2026-04-02', 'p')"
        )
    edges = {r.key[0]: r.action for r in drawn(world, 30).rows if r.stratum is Stratum.EDGE}
    random = {r.key[0]: r.action for r in drawn(world, 30).rows if r.stratum is Stratum.RANDOM}
    assert (edges | random)["900"] == "delete"
    assert (edges | random)["901"] == "keep"


def test_a_held_row_is_drawn_and_so_is_what_lies_beside_it(world: World) -> None:
    """Visit 1 of person 0 is held. It stays, and it is shown that it stays for that."""
    who = Who("row", Masked('["1"]'), "app.public.visit")
    why = Reason("litigation", "art. 17(3)(e) GDPR", TODAY + 99 * DAY)
    place(world.store, world.ring, [who], why, by="olivia", at=NOON)
    with psycopg.connect(world.app) as made:
        made.execute("INSERT INTO visit VALUES (902, 0, '2026-01-01', 'p')")
    strata = {(r.key[0], r.stratum): r.action for r in drawn(world, 60).rows}
    assert strata["1", Stratum.HELD] == "keep"
    assert ("902", Stratum.NEAR) in strata or ("902", Stratum.RANDOM) in strata


def test_every_row_is_as_likely_as_any_other(world: World) -> None:
    """Over thirty seeds each of the fifteen visits that are due is drawn at random, none always."""
    plan = world.plan()
    often = Counter[str]()
    for seed in range(30):
        often.update(
            r.key[0]
            for r in drawn(world, 9, seed, plan).rows
            if (r.stratum, r.action) == (Stratum.RANDOM, "delete")
        )
    assert len(often) == 15
    assert max(often.values()) < 15


def test_from_an_erasure_an_unknown_and_another_schema_nothing_is_drawn(world: World) -> None:
    plan = world.plan()
    assert unfit(plan, plan.parts[0].catalogue) == ()
    with psycopg.connect(world.app) as made:
        made.execute("ALTER TABLE visit ADD COLUMN referrer text")
    with pytest.raises(Guarded) as refused:
        drawn(world, plan=plan)
    assert refused.value.code == "AV580"
    gap = replace(plan, parts=(replace(plan.parts[0], gaps=("row security",)),))
    assert [f.code for f in unfit(gap, plan.parts[0].catalogue)] == ["AV580"]


# --- what is remembered --------------------------------------------------------------------------


def kept(world: World) -> Sample:
    """A sample that was drawn and is kept."""
    made = drawn(world, 12)
    keep(world.store, world.ring, made, NOON)
    return made


def sealed(world: World) -> int:
    """Rows whose keys are still there."""
    with world.store.outside() as connection:
        found = connection.execute(
            "SELECT count(*) AS n FROM avow.sample_row WHERE sealed <> ''"
        ).fetchone()
    return int(found["n"]) if found else 0


def test_a_sample_is_read_as_it_was_kept_and_its_keys_lie_sealed(world: World) -> None:
    made = kept(world)
    assert newest(world.store, world.ring, made.plan) == made
    with world.store.outside() as connection:
        boxes = connection.execute("SELECT sealed FROM avow.sample_row").fetchall()
    keys = [f'["{r.key[0]}"]'.encode() for r in made.rows]
    assert not any(key in bytes(box["sealed"]) for key in keys for box in boxes)


def test_the_key_of_a_row_dies_when_it_is_right_or_when_a_newer_sample_is_drawn(
    world: World,
) -> None:
    made = kept(world)
    answers = {1: Judgement.RIGHT, 2: Judgement.WRONG}
    now = judge(world.store, world.ring, world.declaration, made, answers, person="paul", at=NOON)
    assert [bool(r.key) for r in now.rows[:3]] == [False, True, True]
    assert sealed(world) == len(made.rows) - 1
    again = kept(world)
    assert sealed(world) == len(again.rows)


def say(world: World, made: Sample, judgement: Judgement, person: str = "paul") -> Sample:
    """The sample after somebody judged its first row."""
    return judge(
        world.store, world.ring, world.declaration, made, {1: judgement}, person=person, at=NOON
    )


def test_a_warning_is_added_by_one_person_and_not_taken_back_by_one(world: World) -> None:
    """Right or unsure becomes wrong; wrong stays wrong, whoever says otherwise."""
    made = kept(world)
    for judgement in (Judgement.UNSURE, Judgement.RIGHT, Judgement.WRONG, Judgement.WRONG):
        made = say(world, made, judgement)
    for person in ("paul", "marc"):
        with pytest.raises(PlannerError) as refused:
            say(world, made, Judgement.RIGHT, person)
        assert refused.value.code == "AV549"
    again = newest(world.store, world.ring, made.plan)
    assert again is not None
    assert again.judged(Judgement.WRONG) == 1


def test_the_ledger_is_told_once_every_row_is_judged(world: World) -> None:
    made = kept(world)
    for number in range(1, len(made.rows) + 1):
        assert world.noted == []
        made = judge(
            world.store, world.ring, world.declaration, made, {number: Judgement.RIGHT},
            person="paul", at=NOON, note=world.note,
        )  # fmt: skip
    (entry,) = world.noted
    assert isinstance(entry, SampleJudged)
    assert (entry.right, entry.wrong, entry.by) == (len(made.rows), 0, ("paul",))


@pytest.mark.parametrize(
    ("number", "person", "code"), [(99, "paul", "AV581"), (1, "nobody", "AV582")]
)
def test_only_drawn_rows_are_judged_and_only_by_name(
    world: World, number: int, person: str, code: str
) -> None:
    made = kept(world)
    with pytest.raises(PlannerError) as refused:
        judge(
            world.store, world.ring, world.declaration, made, {number: Judgement.RIGHT},
            person=person, at=NOON,
        )  # fmt: skip
    assert refused.value.code == code


def test_rows_are_explained_again_and_shown_from_the_live_system(world: World) -> None:
    """A row that went meanwhile is said to be gone by having no explanation."""
    plan = world.plan()
    made = drawn(world, 12, plan=plan)
    moved = next(r for r in made.rows if r.action == "delete")
    estate = world.bench().estate
    assert values(estate, made, moved)["page"] == "y"
    with psycopg.connect(world.app) as other:
        other.execute("DELETE FROM visit WHERE id = %s", [int(moved.key[0])])
    again = {r.number: r.view for r in explained(estate, plan, made).rows}
    assert again[moved.number] is None
    assert sum(v is not None for v in again.values()) == len(made.rows) - 1
