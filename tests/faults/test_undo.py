"""A plan that was applied and undone leaves the database as it was, row for row; and its end."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from avow.declaration.load import load_texts
from avow.declaration.model import Level
from avow.engine.db.store import Store
from avow.engine.evidence.entries import BundleDestroyed, Undone
from avow.engine.planner import records, standings
from avow.engine.planner.bundle_end import destroy_due, rows_lying
from avow.engine.planner.ground import nothing
from avow.engine.planner.journal import owner_name
from avow.engine.planner.records import Status
from avow.engine.planner.refusals import Guarded, PlannerError
from avow.estate.connectors.base import Capability
from avow.estate.connectors.sql import SqlConnection
from tests import postgres
from tests.faults.killed import killed_at
from tests.faults.small import TODAY, Small
from tests.faults.undoable import DECLARATION, RULES, Estate, Undoable, in_postgresql, in_sqlite


@pytest.fixture(params=["sqlite", "postgresql"])
def estate(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Estate]:
    """The estate in each engine."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            yield stack.enter_context(in_sqlite(tmp_path / "app.db"))
        else:
            server = request.getfixturevalue("postgres_server")
            url = stack.enter_context(postgres.database(server))
            yield stack.enter_context(in_postgresql(url))


@pytest.fixture
def world(store: Store, estate: Estate, tmp_path: Path) -> Undoable:
    """The estate under its declaration, in force."""
    made = Undoable(store, opener=estate.open, folder=tmp_path / "state")
    made.activate(estate.text)
    return made


def test_a_leaf_comes_back_beside_what_was_written_since(
    store: Store, estate: Estate, tmp_path: Path
) -> None:
    """Notes stand inside a column: what was written to its other keys is neither lost nor kept in
    the bundle, and nothing else of the row changes."""
    kind = "jsonb" if "postgresql" in estate.text else "text"
    estate.run(f"ALTER TABLE visit ADD COLUMN extra {kind}")
    document = '{"n": 1, "said": {"to": "é", "x": 2.50}}'
    estate.run(f"UPDATE visit SET note = NULL, extra = '{document}' WHERE id > 3")
    before = estate.everything()
    world = Undoable(store, opener=estate.open, folder=tmp_path / "state")
    world.activate(estate.text.replace("{note: note}", "{note: note, extra$.said.to: note}"))
    plan = world.planned()
    assert world.apply(plan).status is Status.DONE
    after = [str(row[5]) for row in estate.everything()["visit"]]
    assert len(after) == 4
    assert "é" not in "".join(after)
    assert world.undo(plan).status is Status.DONE
    assert told(estate.everything()) == told(before)

    plan = world.planned()
    assert world.apply(plan).status is Status.DONE
    estate.run("""UPDATE visit SET extra = '{"n": 7, "said": {}}' WHERE id = 4""")
    assert world.undo(plan).status is Status.DONE
    now = {row[0]: row for row in told(estate.everything())["visit"]}
    assert now[4][5] == {"n": 7, "said": {"to": "é"}}
    assert now[5] == {row[0]: row for row in told(before)["visit"]}[5]


def test_elements_that_named_a_row_come_back_with_it(
    store: Store, estate: Estate, tmp_path: Path
) -> None:
    """Visits list who was there; persons 0 and 1 leave and come back, and so do the places where
    they are named, between those who stayed and one who was added since."""
    kind = "jsonb" if "postgresql" in estate.text else "text"
    estate.run(f"ALTER TABLE visit ADD COLUMN there {kind}")
    estate.run("UPDATE visit SET there = '[3, 0, 4, 1]' WHERE id > 3")
    before = estate.everything()
    prefix = "public." if "postgresql" in estate.text else ""
    owned = f"owned_by: {{{prefix}person: person_id}}"
    linked = f"{owned}\n        no_right: {{{prefix}person: 'there$[]'}}"
    world = Undoable(store, opener=estate.open, folder=tmp_path / "state")
    world.activate(estate.text.replace(owned, linked))
    plan = world.planned()
    assert world.apply(plan).status is Status.DONE
    assert {str(row[5]) for row in estate.everything()["visit"]} == {"[3, 4]"}
    estate.run("UPDATE visit SET there = '[3, 4, 5]' WHERE id = 4")
    assert world.undo(plan).status is Status.DONE
    now = {row[0]: row for row in told(estate.everything())["visit"]}
    assert str(now[4][5]) == "[3, 0, 4, 1, 5]"
    assert now[5] == {row[0]: row for row in told(before)["visit"]}[5]


def told(everything: dict[str, list[tuple[Any, ...]]]) -> dict[str, list[tuple[Any, ...]]]:
    """The rows with their documents read, since the order of keys says nothing."""
    return {
        name: [tuple(json.loads(v) if str(v)[:1] == "{" and isinstance(v, str) else v for v in row)
               for row in rows]
        for name, rows in everything.items()
    }  # fmt: skip


def files(world: Undoable) -> list[Path]:
    """The files of bundles."""
    assert world.folder is not None
    return sorted((world.folder / "undo").glob("*"))


def test_the_language_says_how_many_days(store: Store) -> None:
    del store
    text = DECLARATION.replace("CONNECTOR", "sqlite").replace("PREFIX", "")
    declaration = load_texts({"all.yaml": text}).whole
    assert {r.id: r.undo_days for r in declaration.rules.values()} == {
        "visits": 7, "notes": 3, "persons": 7,
    }  # fmt: skip


def test_applied_and_undone_the_database_is_as_before(world: Undoable, estate: Estate) -> None:
    before = estate.everything()
    plan = world.planned()
    assert world.apply(plan).status is Status.DONE
    after = estate.everything()
    assert [row[0] for row in after["person"]] == [2, 3, 4, 5]
    assert [row[0] for row in after["visit"]] == [4, 5, 6, 7]
    assert {row[3] for row in after["person"]} == {None}
    assert {row[4] for row in after["visit"]} == {None}
    done = world.undo(plan)
    assert estate.everything() == before
    assert (done.status, done.rows, done.kept, done.blocked) == (Status.DONE, 11, 11, ())
    assert files(world) == []
    assert sum(body.rows for body in world.told if isinstance(body, Undone)) == 11
    assert records.read(world.runs, done.undo).status is Status.DONE


def test_rows_lie_in_bundles_until_their_own_maximum(world: Undoable) -> None:
    """Visits are due on 3 May, notes on 4, persons on 5: the day before is the last."""
    world.apply(world.planned())
    lying = {(r.dataset.rpartition(".")[2], r.rows, r.last) for r in rows_lying(world.runs, TODAY)}
    assert lying == {
        ("visit", 4, date(2026, 5, 2)),
        ("visit", 4, date(2026, 5, 3)),
        ("person", 3, date(2026, 5, 4)),
    }
    assert [f.stat().st_mode & 0o777 for f in files(world)] == [0o600] * 3
    assert all(b"note" not in f.read_bytes() for f in files(world))


def test_what_has_come_to_its_maximum_is_kept_nowhere(world: Undoable, estate: Estate) -> None:
    estate.run("UPDATE visit SET seen_on = '2026-04-01' WHERE id = 0")  # due on 1 May, today
    estate.run("UPDATE visit SET seen_on = '2026-01-01' WHERE id = 1")
    plan = world.planned()
    assert world.apply(plan).status is Status.DONE
    world.undo(plan)
    assert [row[0] for row in estate.everything()["visit"]] == [2, 3, 4, 5, 6, 7]


def test_no_row_leaves_before_its_days_of_undo(world: Undoable, estate: Estate) -> None:
    """A visit that is due on 9 May can leave on 2 May, and not on the first."""
    estate.run("UPDATE visit SET seen_on = '2026-04-09', note = NULL WHERE id = 4")
    estate.run("UPDATE visit SET seen_on = '2026-04-08', note = NULL WHERE id = 5")
    world.apply(world.planned())
    left = [row[0] for row in estate.everything()["visit"]]
    assert 4 in left
    assert 5 not in left


def test_the_rules_fall_back_to_observe(world: Undoable) -> None:
    plan = world.planned()
    world.apply(plan)
    assert set(world.undo(plan).lowered) == set(RULES)
    now = standings.standings(world.runs, "app")
    assert {now[rule].level for rule in RULES} == {Level.OBSERVE}


@pytest.mark.parametrize("by", [(), ("marc",), ("marc", "marc"), ("marc", "claire")])
def test_two_persons_beside_the_author_are_needed(
    world: Undoable, estate: Estate, by: tuple[str, ...]
) -> None:
    plan = world.planned()
    world.apply(plan)
    after = estate.everything()
    with pytest.raises(Guarded):
        world.undo(plan, by)
    assert estate.everything() == after


def test_a_plan_is_undone_once_and_only_when_it_ended(world: Undoable) -> None:
    plan = world.planned()
    with pytest.raises(PlannerError) as early:
        world.undo(plan)
    world.apply(plan)
    world.undo(plan)
    with pytest.raises(PlannerError) as again:
        world.undo(plan)
    assert (early.value.code, again.value.code) == ("AV438", "AV436")


def test_keys_are_destroyed_on_the_day_of_the_maximum(world: Undoable, estate: Estate) -> None:
    """On 4 May the visits of 3 May and the notes of 4 May are gone; persons can come back."""
    plan = world.planned()
    world.apply(plan)
    after, copies = estate.everything(), {f: f.read_bytes() for f in files(world)}
    assert world.folder is not None
    at, note = world.clock.now(), world.hands().note
    assert destroy_due(world.runs, world.folder, date(2026, 5, 2), at, note) == ()
    assert len(destroy_due(world.runs, world.folder, date(2026, 5, 4), at, note)) == 2
    assert len([b for b in world.told if isinstance(b, BundleDestroyed)]) == 2
    (left,) = files(world)
    world.today = date(2026, 5, 4)
    for path, content in copies.items():
        path.write_bytes(content)  # somebody had a copy: it is worth nothing without its key
    done = world.undo(plan)
    assert (done.rows, done.kept) == (3, 3)
    now = estate.everything()
    assert now["visit"] == after["visit"]
    assert [row[0] for row in now["person"]] == [0, 1, 2, 3, 4, 5]
    assert left not in files(world)


def test_after_the_last_day_undo_says_that_it_is_gone(world: Undoable, estate: Estate) -> None:
    plan = world.planned()
    world.apply(plan)
    after = estate.everything()
    world.today = date(2026, 5, 5)
    with pytest.raises(PlannerError) as gone:
        world.undo(plan)
    assert gone.value.code == "AV436"
    assert "gone for good" in str(gone.value)
    assert estate.everything() == after
    assert files(world) == []


def test_where_nothing_was_kept_undo_says_so(world: Undoable, estate: Estate) -> None:
    """All of it had come to its maximum long before."""
    estate.run("UPDATE visit SET seen_on = '2026-01-01'")
    estate.run("UPDATE person SET left_on = NULL")
    plan = world.planned()
    assert world.apply(plan).rows > 0
    with pytest.raises(PlannerError) as refused:
        world.undo(plan)
    assert refused.value.code == "AV435"


def changed(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def swapped(path: Path) -> None:
    other = next(f for f in path.parent.glob("*.bundle") if f != path)
    path.write_bytes(other.read_bytes())


@pytest.mark.parametrize("tamper", [changed, cut, swapped, Path.unlink])
def test_a_bundle_that_was_touched_is_refused_whole(
    world: Undoable, estate: Estate, tamper: Callable[[Path], None]
) -> None:
    plan = world.planned()
    world.apply(plan)
    after = estate.everything()
    tamper(files(world)[-1])
    with pytest.raises(PlannerError) as refused:
        world.undo(plan)
    assert refused.value.code == "AV437"
    assert estate.everything() == after


def test_a_row_that_came_again_or_was_written_since_stays(world: Undoable, estate: Estate) -> None:
    plan = world.planned()
    world.apply(plan)
    estate.run("INSERT INTO person VALUES (0, 'came back', NULL, NULL)")
    estate.run("UPDATE visit SET note = 'new' WHERE id = 4")
    done = world.undo(plan)
    now = estate.everything()
    assert (done.status, done.rows, done.kept) == (Status.DONE, 9, 11)
    assert now["person"][0][1] == "came back"
    assert now["visit"][4][4] == "new"


def test_a_row_that_cannot_come_back_is_named_and_the_bundle_stays(
    world: Undoable, estate: Estate
) -> None:
    estate.run("CREATE UNIQUE INDEX one_name ON person (name)")
    plan = world.planned()
    world.apply(plan)
    estate.run("INSERT INTO person VALUES (9, 'p0 É', NULL, NULL)")
    done = world.undo(plan)
    assert done.status is Status.BLOCKED
    assert sum(n for *_, n in done.blocked) > 0
    assert "p0" not in str(done)
    assert len(files(world)) == 3
    assert [row[0] for row in estate.everything()["person"]] == [1, 2, 3, 4, 5, 9]


def again(world: Undoable) -> Undoable:
    """Another worker on the same state."""
    return replace(world, owner=owner_name(), crash=nothing)


APPLYING = [
    ("kept", 1),
    ("kept", 2),
    ("kept", 4),
    ("moved", 2),
    ("committed", 2),
    ("journalled", 3),
]


@pytest.mark.parametrize(("place", "nth"), APPLYING)
def test_killed_while_rows_are_taken_out(
    world: Undoable, estate: Estate, state_url: str, place: str, nth: int
) -> None:
    """Run again, then undone: nothing is lost and nothing is there twice."""
    before = estate.everything()
    plan = world.planned()

    def work(crash: Callable[[str], None]) -> None:
        with Store(state_url) as own:
            replace(world, runs=own, crash=crash, owner=owner_name()).apply(plan)

    assert killed_at(place, nth, work)
    assert again(world).apply(plan).status is Status.DONE
    assert again(world).undo(plan).status is Status.DONE
    assert estate.everything() == before


def test_killed_while_keeping_the_batch_is_not_committed_and_the_part_is_harmless(
    world: Undoable, estate: Estate, state_url: str
) -> None:
    before = estate.everything()
    plan = world.planned()

    def work(crash: Callable[[str], None]) -> None:
        with Store(state_url) as own:
            replace(world, runs=own, crash=crash, owner=owner_name()).apply(plan)

    assert killed_at("kept", 1, work)
    assert estate.everything() == before
    assert files(world)
    with files(world)[0].open("ab") as torn:
        torn.write(b"\0\0\0\x50half a frame")
    assert again(world).apply(plan).status is Status.DONE
    again(world).undo(plan)
    assert estate.everything() == before


UNDOING = [("moved", 2), ("committed", 3)]


@pytest.mark.parametrize(("place", "nth"), UNDOING)
def test_killed_while_rows_come_back(
    world: Undoable, estate: Estate, state_url: str, place: str, nth: int
) -> None:
    before = estate.everything()
    plan = world.planned()
    world.apply(plan)

    def work(crash: Callable[[str], None]) -> None:
        with Store(state_url) as own:
            replace(world, runs=own, crash=crash, owner=owner_name()).undo(plan)

    assert killed_at(place, nth, work)
    assert again(world).undo(plan).status is Status.DONE
    assert estate.everything() == before
    assert files(world) == []


def test_no_row_leaves_early_where_none_can_be_brought_back(
    world: Undoable, estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mailbox takes nothing back: what may still be there must stay until its maximum."""
    before, plan = estate.everything(), world.planned()
    whole = SqlConnection.capabilities.fget  # type: ignore[attr-defined]
    poor = property(lambda self: whole(self) - {Capability.INSERT})
    monkeypatch.setattr(SqlConnection, "capabilities", poor)
    with pytest.raises(PlannerError) as refused:
        world.apply(plan)
    assert refused.value.code == "AV441"
    assert estate.everything() == before
    assert files(world) == []


def test_without_a_place_for_bundles_no_row_leaves_early(world: Undoable, estate: Estate) -> None:
    before = estate.everything()
    plan = world.planned()
    bare = Small(world.runs, world.ring, world.clock, world.declaration, opener=estate.open)
    with pytest.raises(PlannerError) as refused:
        bare.apply(plan)
    assert refused.value.code == "AV439"
    assert estate.everything() == before
