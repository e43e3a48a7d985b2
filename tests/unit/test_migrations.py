"""The schema: applied once, in order, never changed afterwards, and usable by newer code."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from avow.common.errors import StateError
from avow.engine.db.migrate import Migration, migrate, migrations, version_of
from avow.engine.db.named import Query, parsed, queries
from avow.engine.db.store import Store
from avow.engine.evidence.entries import Activated
from avow.engine.evidence.ledger import Ledger
from avow.engine.evidence.verify import verify_ledger
from avow.engine.keys.ring import new_ring

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
NEWEST = len(migrations())
DOCS = Path(__file__).parents[2] / "docs" / "internals" / "database.md"


@pytest.fixture
def empty(postgres_url: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        yield connection


def test_everything_is_applied_once(empty: psycopg.Connection[tuple[object, ...]]) -> None:
    assert migrate(empty, AT) == tuple(range(1, NEWEST + 1))
    assert version_of(empty) == NEWEST
    assert migrate(empty, AT) == ()


def test_two_processes_that_start_at_once_apply_each_file_once(postgres_url: str) -> None:
    def start(_: int) -> tuple[int, ...]:
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            return migrate(connection, AT)

    with ThreadPoolExecutor(3) as pool:
        applied = [number for numbers in pool.map(start, range(3)) for number in numbers]
    assert sorted(applied) == list(range(1, NEWEST + 1))


def test_a_newer_schema_is_refused(empty: psycopg.Connection[tuple[object, ...]]) -> None:
    migrate(empty, AT)
    with pytest.raises(StateError) as refused:
        migrate(empty, AT, files=migrations()[:-1])
    assert refused.value.code == "AV860"


def test_a_changed_file_is_refused(empty: psycopg.Connection[tuple[object, ...]]) -> None:
    migrate(empty, AT)
    changed = (replace(migrations()[0], text="SELECT 1"), *migrations()[1:])
    with pytest.raises(StateError) as refused:
        migrate(empty, AT, files=changed)
    assert refused.value.code == "AV861"


def test_a_file_that_fails_leaves_the_version_before_it(
    empty: psycopg.Connection[tuple[object, ...]],
) -> None:
    migrate(empty, AT)
    broken = Migration(NEWEST + 1, "broken", "CREATE TABLE avow.half (x int); SELECT 1/0")
    with pytest.raises(psycopg.errors.DivisionByZero):
        migrate(empty, AT, files=(*migrations(), broken))
    assert version_of(empty) == NEWEST
    assert empty.execute("SELECT to_regclass('avow.half')").fetchone() == (None,)


def preparable(query: Query) -> str:
    """The query as a PREPARE statement: parameters by number, types left to the server."""
    names = list(dict.fromkeys(re.findall(r"%\((\w+)\)s", query.sql)))
    text = re.sub(r"%\((\w+)\)s", lambda found: f"${names.index(found[1]) + 1}", query.sql)
    return f'PREPARE "{query.name}" AS {text.replace("%%", "%")}'


@pytest.mark.parametrize("version", range(1, NEWEST + 1))
def test_new_code_runs_on_this_older_schema(
    empty: psycopg.Connection[tuple[object, ...]], version: int
) -> None:
    """Every query that claims to work since this version is understood by a schema of it."""
    migrate(empty, AT, to=version)
    for query in queries().values():
        if query.since <= version:
            empty.execute(preparable(query).encode())


def test_the_ledger_goes_on_with_the_first_schema(postgres_url: str) -> None:
    """What must never stop, evidence, needs nothing newer than the first version."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        migrate(connection, AT, to=1)
    with Store(postgres_url, largest=1) as store:
        ledger = Ledger(store, new_ring(), "avow.example/ledger")
        ledger.append([Activated(release="a" * 64, by=("marc",))], AT)
        assert verify_ledger(ledger).good
        assert ledger.prove(0).number == 0


def test_the_check_of_the_older_schema_can_fail(
    empty: psycopg.Connection[tuple[object, ...]],
) -> None:
    """Planted: a query that claims the first version and reads a table that is not there."""
    migrate(empty, AT, to=1)
    wrong = Query("wrong", "Reads what does not exist.", 1, "SELECT 1 FROM avow.not_there")
    with pytest.raises(psycopg.errors.UndefinedTable):
        empty.execute(preparable(wrong).encode())


def test_a_query_newer_than_the_schema_says_so(postgres_url: str) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        migrate(connection, AT, to=1)
    newer = next((each for each in queries().values() if each.since > 1), None)
    if newer is None:
        assert NEWEST == 1
        return
    with Store(postgres_url, largest=1) as store, pytest.raises(StateError) as refused:
        store.run(newer.name)
    assert refused.value.code == "AV863"


def test_every_query_is_described() -> None:
    with pytest.raises(ValueError, match="describes"):
        list(parsed("-- name: bare\nSELECT 1\n", "x.sql"))
    assert all(query.says.endswith(".") for query in queries().values())


def test_every_table_and_column_says_what_it_is_for(store: Store) -> None:
    """Each table's comment begins with whether it holds personal data."""
    with store.outside() as connection:
        tables = connection.execute("""
            SELECT relname AS name, coalesce(obj_description(oid), '') AS says
            FROM pg_class WHERE relnamespace = 'avow'::regnamespace AND relkind = 'r'""").fetchall()
        silent = connection.execute("""
            SELECT attrelid::regclass::text || '.' || attname AS name
            FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
            WHERE relnamespace = 'avow'::regnamespace AND relkind = 'r' AND attnum > 0
              AND NOT attisdropped AND col_description(attrelid, attnum) IS NULL""").fetchall()
    wrong = [row["name"] for row in tables if not row["says"].startswith(("No pers", "Personal"))]
    assert (wrong, silent) == ([], [])


def test_the_documentation_lists_every_table(store: Store) -> None:
    with store.outside() as connection:
        tables = connection.execute(
            "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'avow'"
        ).fetchall()
    text = DOCS.read_text(encoding="utf-8")
    assert [row["name"] for row in tables if f"`{row['name']}`" not in text] == []


def test_the_second_database_knows_nothing_of_the_first(new_database: Callable[[], str]) -> None:
    first, second = new_database(), new_database()
    with psycopg.connect(first, autocommit=True) as connection:
        connection.execute("CREATE TABLE person (id int)")
    with psycopg.connect(second) as connection:
        assert connection.execute("SELECT to_regclass('person')").fetchone() == (None,)


def test_the_schema_works_on_the_postgresql_of_the_system(system_postgresql_url: str) -> None:
    with psycopg.connect(system_postgresql_url, autocommit=True) as connection:
        assert migrate(connection, AT) == tuple(range(1, NEWEST + 1))
        for query in queries().values():
            connection.execute(preparable(query).encode())
