"""A plan that somebody changes in our database is not the one that persons signed."""

from __future__ import annotations

import psycopg
import pytest

from avow.engine.db.store import Store
from avow.engine.planner import records
from avow.engine.planner.refusals import PlannerError
from tests.faults.small import Small

WIDER = """
UPDATE avow.plan SET counts = jsonb_set(counts, '{persons}', '7') WHERE id = %s
"""


def change(url: str, statement: str, plan: str) -> None:
    """Change a plan behind avow's back."""
    with psycopg.connect(url) as owner:
        owner.execute(statement.encode(), [plan])


def test_a_changed_plan_is_refused_also_where_it_was_read_before(
    store: Store, state_url: str
) -> None:
    """The process that made and read it looks at the content again each time."""
    small = Small(store)
    plan = small.ready()
    assert records.read(store, plan.id).plan == plan
    change(state_url, WIDER, plan.id)
    with pytest.raises(PlannerError) as refused:
        small.apply(plan)
    assert refused.value.code == "AV414"


def test_a_plan_is_parsed_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until somebody changes it, everybody who asks in this process gets the same plan."""
    plan = Small(store).ready()
    first = records.read(store, plan.id).plan
    monkeypatch.setattr(records, "plan_of", lambda _: pytest.fail("parsed again"))
    assert records.read(store, plan.id).plan is first
