"""What runs is what was activated; what reaches more begins again, what reaches less goes on."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from avow.declaration.load import load_texts
from avow.declaration.model import Level
from avow.engine.db.store import Store
from avow.engine.planner import release
from avow.engine.planner.refusals import Guarded, PlannerError
from avow.engine.planner.standings import standings
from tests.faults.small import DECLARATION, NOON, Small

OTHER = """  - rule: others
    clause: "2.a"
    applies_to: {category: [visit-log, name]}
    starts: visited
    at_most: 3 years
    then: erase
events:
"""


@pytest.fixture
def small(store: Store) -> Small:
    """In force, and the rule at level approve in the middle of the ramp."""
    made = Small(store)
    made.activate()
    made.raise_to(Level.APPROVE)
    made.ramp_up(2)
    return made


def level(small: Small) -> tuple[Level, int]:
    """Where the rule stands now."""
    now = standings(small.runs, "app")["visits"]
    return now.level, now.ramp


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("1 month", "2 weeks"),
        ("1 month", "30 days\n    existing: new-rule"),
        ("starts: visited", "starts: visited\n    else: visited"),
        ("seen_on}", "updated_on}"),
        ("rest: visit-log", "rest: name"),
        ("events:\n  visited", OTHER + "  visited"),
    ],
)
def test_what_may_reach_more_or_sooner_begins_again(small: Small, old: str, new: str) -> None:
    """A changed map or an added overlap counts as more where less cannot be shown."""
    small.activate(DECLARATION.replace(old, new))
    expected = (Level.APPROVE, 2) if new.startswith(OTHER) else (Level.OBSERVE, 0)
    assert level(small) == expected


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("1 month", "2 months\n    existing: new-rule"),
        ("then: erase", "then: erase\n    except: {collected_at: [door]}"),
        ("name: Example", "name: Another"),
        (
            "{person: paul, name: Paul, roles: [approver]}",
            "{person: paul, name: P., roles: [approver]}",
        ),
    ],
)
def test_what_reaches_less_goes_on_at_once(small: Small, old: str, new: str) -> None:
    small.activate(DECLARATION.replace(old, new))
    assert level(small) == (Level.APPROVE, 2)


def test_a_rule_that_held_rows_back_and_goes_lets_the_other_begin_again(small: Small) -> None:
    """While two rules contradict each other, rows between their ends wait; then they do not."""
    small.activate(DECLARATION.replace("events:\n  visited", OTHER + "  visited"))
    small.activate(DECLARATION)
    assert level(small) == (Level.OBSERVE, 0)


def test_what_is_in_force_comes_from_our_database(small: Small) -> None:
    assert release.in_force(small.runs) == release.released(
        small.runs, small.declaration.digest[7:]
    )
    assert release.in_force(small.runs).rules == small.declaration.rules


def test_a_release_cannot_be_changed_afterwards(small: Small, store: Store) -> None:
    with store.outside() as connection, pytest.raises(psycopg.errors.RestrictViolation):
        connection.execute("UPDATE avow.release_file SET bytes = ''")
    assert release.active(small.runs) is not None


def test_files_that_give_another_digest_are_refused(small: Small, store: Store) -> None:
    """Planted: somebody who owns the database switches the trigger off and edits a file."""
    with store.outside() as connection:
        connection.execute("ALTER TABLE avow.release_file DISABLE TRIGGER append_only")
        shorter = DECLARATION.replace("1 month", "1 day").encode()
        connection.execute("UPDATE avow.release_file SET bytes = %s", [shorter])
    with pytest.raises(PlannerError) as refused:
        release.in_force(small.runs)
    assert refused.value.code == "AV431"


def test_only_an_author_of_the_declaration_writes_it(store: Store) -> None:
    loaded = load_texts({"all.yaml": DECLARATION})
    declaration = release.take_in(store, loaded, Path(), NOON)
    with pytest.raises(Guarded) as refused:
        release.activate(store, declaration, release.Activation("marc", ("paul", "marc")), NOON)
    assert refused.value.code == "AV432"
    assert release.active(store) is None
