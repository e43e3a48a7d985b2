"""The store and the tables behind it: transactions, leases, budgets, rows that never change."""

from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
from psycopg.types.json import Jsonb

from avow.common.errors import StateError
from avow.common.ids import new_id
from avow.engine.db.store import Runs, Store

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
RELEASE = "a" * 64


@pytest.fixture
def plan(store: Store) -> str:
    """A plan with one step."""
    add_release(store)
    name = new_id("plan")
    store.run(
        "plan_add", id=name, kind="retention", system="app", sphere="controller", rule="logs",
        case_id=None, release=RELEASE, as_of=date(2026, 3, 1), steps=Jsonb([]), counts=Jsonb({}),
        bounds=Jsonb({}), findings=Jsonb([]), digest="b" * 64, status="approved", level="approve",
        simulated=False, valid_until=None, at=AT,
    )  # fmt: skip
    store.run("journal_step_add", plan=name, step=0, dataset="public.log", action="delete", at=AT)
    return name


def add_release(runs: Runs) -> None:
    runs.run("release_add", digest=RELEASE, declaration="small", language="1", at=AT)


def lease(store: Store, plan: str, owner: str, at: datetime) -> bool:
    until = at + timedelta(seconds=30)
    return bool(store.run("journal_lease", plan=plan, step=0, owner=owner, until=until, at=at))


def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    def half_done() -> None:
        with store.transaction() as tx:
            add_release(tx)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half_done()
    assert store.run("release_signatures", release=RELEASE) == []
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        store.run("release_file_add", release=RELEASE, path="x", bytes=b"")


def test_a_savepoint_is_given_up_alone(store: Store) -> None:
    with store.transaction() as tx:
        add_release(tx)
        with pytest.raises(psycopg.errors.UniqueViolation), tx.transaction() as inner:
            inner.copy("release", ["digest", "declaration", "language", "made_at"],
                       [(RELEASE, "again", "1", AT)])  # fmt: skip
    store.run("release_file_add", release=RELEASE, path="x", bytes=b"kept")
    assert store.run("release_files", release=RELEASE) == [{"path": "x", "bytes": b"kept"}]


@pytest.mark.parametrize("change", ["UPDATE {} SET at = at", "DELETE FROM {}", "TRUNCATE {}"])
@pytest.mark.parametrize("table", ["avow.activation", "avow.level_change", "avow.plan_approval"])
def test_history_is_not_rewritten(store: Store, table: str, change: str) -> None:
    with store.outside() as connection, pytest.raises(psycopg.errors.RestrictViolation):
        connection.execute(change.format(table))


def test_a_lease_is_held_by_one_and_ends_by_its_instant(store: Store, plan: str) -> None:
    assert lease(store, plan, "first", AT)
    assert not lease(store, plan, "second", AT + timedelta(seconds=29))
    assert lease(store, plan, "second", AT + timedelta(seconds=30))
    lost = store.one("journal_heartbeat", plan=plan, step=0, owner="first", until=AT, at=AT)
    assert lost is None


def test_a_worker_without_the_lease_cannot_advance(store: Store, plan: str) -> None:
    lease(store, plan, "first", AT)
    lease(store, plan, "second", AT + timedelta(minutes=1))
    step = {"plan": plan, "step": 0, "chunk": 0, "rows": 7, "at_least": False, "at": AT}
    cursor = Jsonb([7])
    assert store.one("journal_advance", **step, cursor=cursor, owner="first") is None
    assert store.one("journal_advance", **step, cursor=cursor, owner="second") == {
        "chunk": 1,
        "rows": 7,
    }
    assert store.one("journal_advance", **step, cursor=cursor, owner="second") is None


def test_an_ended_step_keeps_no_key(store: Store, plan: str) -> None:
    lease(store, plan, "first", AT)
    store.run(
        "journal_advance", plan=plan, step=0, chunk=0, rows=1, at_least=False, at=AT,
        cursor=Jsonb([4711]), owner="first",
    )  # fmt: skip
    store.run("journal_step_end", plan=plan, step=0, state="done", owner="first", at=AT)
    assert store.run("journal_steps", plan=plan)[0]["cursor"] is None


def test_an_approval_of_another_digest_does_not_count(store: Store, plan: str) -> None:
    for person, digest in (("marc", "b" * 64), ("lea", "c" * 64)):
        store.run("approval_add", plan=plan, person=person, digest=digest, key="k",
                  signature=b"", at=AT)  # fmt: skip
    assert [row["person"] for row in store.run("approvals", plan=plan)] == ["marc"]


def test_the_daily_budget_cannot_be_overdrawn(store: Store) -> None:
    day = {"system": "app", "day": date(2026, 3, 1), "most": 100}
    assert store.one("budget_take", rows=60, **day) == {"rows": 60}
    assert store.one("budget_take", rows=41, **day) is None
    assert store.one("budget_take", rows=40, **day) == {"rows": 100}
    assert store.one("budget_take", rows=101, system="crm", day=AT.date(), most=100) is None


def test_the_last_change_of_a_level_counts(store: Store) -> None:
    add_release(store)
    for level in ("rehearse", "approve", "observe"):
        store.run("level_change_add", rule="logs", system="app", level=level, release=RELEASE,
                  people=["marc"], reason="raised", evidence=Jsonb({}), at=AT)  # fmt: skip
    assert [row["level"] for row in store.run("levels")] == ["observe"]
    assert store.one("level_of", rule="logs", system="crm") is None


def test_the_second_activation_names_the_first(store: Store) -> None:
    for digest in (RELEASE, "c" * 64):
        store.run("release_add", digest=digest, declaration="small", language="1", at=AT)
        store.run("activation_add", release=digest, consequences=Jsonb({}), people=["marc"], at=AT)
    last = store.one("activation_last")
    assert last is not None
    assert (last["release"], last["previous"]) == ("c" * 64, RELEASE)


def test_an_identity_is_forgotten_when_its_last_fact_ends(store: Store) -> None:
    name = {"spheres": ["controller"], "subjects": ["user"], "keys": ["email"],
            "hashes": [b"h" * 32], "hash_keys": ["k1"], "at": AT}  # fmt: skip
    first = store.one("identities_add", ids=["identity-1"], **name)
    store.run("identity_seal", id="identity-1", sealed=b"sealed")
    again = store.one("identities_add", ids=["identity-2"], **name)
    assert first is not None
    assert again == first | {"sealed": b"sealed"}
    fact = {"identity": "identity-1", "code": "", "clause": "9.4", "release": None, "case_id": None}
    store.run("fact_add", id="fact-1", kind="restriction", since=AT, at=AT, **fact)
    assert store.run("identities_forget", ids=["identity-1"]) == []
    store.run("facts_close", ids=["fact-1"], until=AT + timedelta(days=1))
    assert store.run("identities_forget", ids=["identity-1"]) == [{"id": "identity-1"}]
    kept = store.one("identity", id="identity-1")
    assert kept is not None
    assert kept["sealed"] is None


def test_a_suppression_has_a_term(store: Store) -> None:
    row = {"sphere": "controller", "subject": "user", "key": "email", "hash": b"h" * 32,
           "hash_key": "k1", "normaliser": "email/1", "reason": "objected", "purpose": "newsletter",
           "clause": "9.6", "since": AT}  # fmt: skip
    for ends_on in (date(2027, 1, 1), date(2026, 6, 1)):
        store.run("suppression_add", **row, ends_on=ends_on)
    found = {"hashes": [b"h" * 32, b"x" * 32], "sphere": "controller"}
    assert len(store.run("suppressed", **found, day=date(2027, 1, 1))) == 1
    assert store.run("suppressed", **found, day=date(2027, 1, 2)) == []
    assert store.one("suppressions_end", day=date(2027, 1, 2)) == {"ended": 1}


def test_a_database_that_does_not_answer_is_said(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: every connection of the pool is taken."""
    monkeypatch.setattr(store._pool, "timeout", 0.05)
    with ExitStack() as taken:
        for _ in range(4):
            taken.enter_context(store.outside())
        with pytest.raises(StateError) as refused:
            store.run("ledger_log")
    assert refused.value.code == "AV859"


def test_a_stop_is_released_by_two(store: Store) -> None:
    store.run("stop_add", id="stop-1", system=None, person="lea", at=AT)
    with pytest.raises(psycopg.errors.CheckViolation):
        store.run("stop_release", id="stop-1", people=["marc"], at=AT)
    assert len(store.run("stops_standing", system="app")) == 1
    store.run("stop_release", id="stop-1", people=["lea", "marc"], at=AT)
    assert store.run("stops_standing", system="app") == []
