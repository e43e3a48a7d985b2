"""The printed rights are enough, and no more: a role that has only them does the whole work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from click.testing import CliRunner

from avow.estate.connectors.base import Access, Capability, Refused
from avow.estate.connectors.catalogue import Column, ColumnKind, Table
from avow.estate.connectors.postgresql import PostgresqlConnection, PostgresqlConnector
from avow.estate.connectors.postgresql_grants import granted, grants, grants_at
from avow.estate.connectors.rights import WRITING, Need, changed
from avow.estate.datamap.model import Blank, BlankKind, Dataset, Field, System
from avow.estate.datamap.predicates import TRUE, Equal
from avow.faces.cli.main import main
from tests.connectors import engines, world

EXAMPLE = str(Path(__file__).parents[2] / "declarations/clearnox")
NOTE, PERSON = world.NOTE.name, world.PERSON.name


@pytest.fixture
def system(postgres_url: str) -> System:
    """The shop; its notes hold personal data, its other tables belong to nobody."""
    datasets = {
        n: replace(d, nobody="not part of this test") for n, d in world.SYSTEM.datasets.items()
    }
    datasets[NOTE] = Dataset(NOTE, key=("id",), fields=(Field("email", "email"),), rest="note")
    system = replace(world.SYSTEM, datasets=datasets)
    return engines.in_postgresql(postgres_url, world.CATALOGUE, world.fresh(), system).system


@pytest.fixture
def owner(system: System) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(system.url, autocommit=True) as connection:
        connection.execute(f"DROP ROLE IF EXISTS {role(system)}".encode())
        connection.execute(f"CREATE ROLE {role(system)} LOGIN".encode())
        connection.execute(
            b"REVOKE TEMPORARY ON DATABASE %s FROM PUBLIC" % database(system).encode()
        )
        yield connection
        connection.execute(f"DROP OWNED BY {role(system)}".encode())
        connection.execute(f"DROP ROLE {role(system)}".encode())


def database(system: System) -> str:
    return system.url.rpartition("/")[2].partition("?")[0]


def role(system: System) -> str:
    return f"reader_{database(system)}"


def connect(
    system: System, owner: psycopg.Connection[Any], access: Access, undone: str = ""
) -> PostgresqlConnection:
    """A connection of the role, after the owner ran what is printed for the access."""
    for statement in grants(system, Need(access, {undone}), world.CATALOGUE, role(system)):
        owner.execute(statement.encode())
    return as_role(system, access)


def as_role(system: System, access: Access) -> PostgresqlConnection:
    url = system.url.replace("//avow@", f"//{role(system)}@")
    return PostgresqlConnector(engines.FAST).connect(replace(system, url=url), access)


def codes(
    connection: PostgresqlConnection, access: Access, undone: str = ""
) -> list[tuple[str, str]]:
    return [(f.code, f.message) for f in granted(connection, Need(access, {undone}))]


def test_without_rights_each_gap_is_named(system: System, owner: psycopg.Connection[Any]) -> None:
    connection = as_role(system, Access.READ)
    found = codes(connection, Access.READ)
    assert ("AV511", f"SELECT on `{NOTE}` is missing") in found
    with pytest.raises(Refused) as refused:
        connection.count(NOTE, TRUE)
    assert refused.value.kind == "rights"
    connection.close()


def test_observe_reads_and_the_database_refuses_more(
    system: System, owner: psycopg.Connection[Any]
) -> None:
    connection = connect(system, owner, Access.READ)
    assert codes(connection, Access.READ) == []
    assert connection.count(NOTE, TRUE) == 6
    assert ("AV511", f"DELETE on `{NOTE}` is missing") in codes(connection, Access.WRITE)
    connection.raw.execute("SET default_transaction_read_only = off")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.raw.execute("DELETE FROM public.note")
    connection.close()


def test_approve_can_do_every_step_and_nothing_beside_it(
    system: System, owner: psycopg.Connection[Any]
) -> None:
    connection = connect(system, owner, Access.WRITE)
    assert codes(connection, Access.WRITE) == []
    connection.put_keys("k", NOTE, [(1, (1,), None)])
    with connection.transaction() as batch:
        assert batch.lock(NOTE, TRUE) == 6
        assert batch.blank(NOTE, Equal("id", "1"), {"email": Blank(BlankKind.NULL)}) == 1
        assert batch.remove(NOTE, Equal("id", "2")) == 1
    with pytest.raises(Refused) as refused, connection.transaction() as batch:
        batch.remove(PERSON, TRUE)
    assert refused.value.kind == "rights"
    connection.close()


def test_rows_come_back_only_where_a_rule_has_undo(
    system: System, owner: psycopg.Connection[Any]
) -> None:
    """Planted: the right where nothing can be undone, and none where something can."""
    connection = connect(system, owner, Access.WRITE)
    assert codes(connection, Access.WRITE, NOTE) == [("AV511", f"INSERT on `{NOTE}` is missing")]
    connection.close()
    connection = connect(system, owner, Access.WRITE, NOTE)
    assert codes(connection, Access.WRITE, NOTE) == []
    assert [code for code, _ in codes(connection, Access.WRITE)] == ["AV512"]
    connection.close()


def test_a_receipt_can_be_left(system: System, owner: psycopg.Connection[Any]) -> None:
    """In the table that the owner makes with the other statements; twice does no harm."""
    connect(system, owner, Access.WRITE).close()
    connection = connect(system, owner, Access.WRITE)
    assert Capability.RECEIPTS in connection.capabilities
    with connection.transaction() as batch:
        batch.receipt("p", 1, 1, 3)
    connection.close()


def test_a_column_is_emptied_inside_if_only_a_place_in_it_is_mapped(
    system: System, owner: psycopg.Connection[Any]
) -> None:
    del owner
    table = Table(NOTE, (Column("id", "int", ColumnKind.INTEGER),
                         Column("data", "jsonb", ColumnKind.JSON)), ("id",))  # fmt: skip
    inside = Dataset(NOTE, key=("id",), fields=(Field("data$.who.mail", "email"),))
    assert changed(inside, table) == changed(inside, None) == ("data",)


def test_too_many_rights_are_a_finding(system: System, owner: psycopg.Connection[Any]) -> None:
    connection = connect(system, owner, Access.READ)
    owner.execute(f"GRANT INSERT, DELETE, UPDATE (at) ON public.note TO {role(system)}".encode())
    assert [code for code, _ in codes(connection, Access.READ)] == ["AV512"] * 3
    connection.close()


def test_row_security_is_never_a_smaller_count(
    system: System, owner: psycopg.Connection[Any]
) -> None:
    """The policy would show two of six notes; counting is refused, and the finding says why."""
    owner.execute("ALTER TABLE public.note ENABLE ROW LEVEL SECURITY")
    owner.execute("CREATE POLICY few ON public.note USING (id < 3)")
    connection = connect(system, owner, Access.READ)
    with pytest.raises(Refused) as refused:
        connection.count(NOTE, TRUE)
    assert (refused.value.kind, refused.value.table) == ("rights", NOTE)
    assert connection.catalogue().tables[NOTE].row_security
    assert [code for code, _ in codes(connection, Access.READ)] == ["AV513"]
    connection.close()


def test_passing_by_row_security_is_too_much_only_where_there_is_none(
    system: System, owner: psycopg.Connection[Any]
) -> None:
    """Without row security BYPASSRLS opens a lock; with it, nothing could be counted otherwise."""
    owner.execute(f"ALTER ROLE {role(system)} BYPASSRLS".encode())
    connection = connect(system, owner, Access.READ)
    assert [code for code, _ in codes(connection, Access.READ)] == ["AV512"]
    owner.execute("ALTER TABLE public.note ENABLE ROW LEVEL SECURITY")
    assert codes(connection, Access.READ) == []
    connection.close()


def test_a_database_that_its_owner_made_read_only_is_not_written_to(
    system: System, owner: psycopg.Connection[Any]
) -> None:
    """A default that a session of ours could set aside is a wish of the owner all the same."""
    owner.execute(
        f"ALTER DATABASE {database(system)} SET default_transaction_read_only = on".encode()
    )
    opened = PostgresqlConnector(engines.FAST).connect(system, Access.WRITE)
    with closing(opened), pytest.raises(Refused) as refused, opened.transaction() as batch:
        batch.remove(NOTE, TRUE)
    assert refused.value.kind == "rights"
    owner.execute(f"ALTER DATABASE {database(system)} RESET default_transaction_read_only".encode())


def test_a_view_in_place_of_a_table_is_a_finding(
    system: System, owner: psycopg.Connection[Any]
) -> None:
    owner.execute("CREATE VIEW public.few AS SELECT id FROM public.note WHERE id < 3")
    seen = replace(system, datasets={"public.few": Dataset("public.few", key=("id",), rest="note")})
    connection = connect(seen, owner, Access.READ)
    assert [code for code, _ in codes(connection, Access.READ)] == ["AV514"]
    connection.close()


def test_without_the_database_the_data_map_alone_gives_the_columns(system: System) -> None:
    away = replace(system, url="postgresql://nobody@127.0.0.1:1/nowhere")
    statements, live = grants_at(away, WRITING)
    assert not live
    assert 'GRANT UPDATE ("id", "email") ON "public"."note" TO "avow";' in statements
    assert not any("public.person" in s and "DELETE" in s for s in statements)


def test_the_command_prints_statements() -> None:
    """As text to run, as JSON to read; observe grants no right to change. The database of the
    example is away, so its columns are those of the data map, and the text says so."""
    said = CliRunner().invoke(main, ["grants", "app", "--declaration", EXAMPLE])
    assert said.exit_code == 0, said.output
    assert 'GRANT SELECT ON "public"."account" TO "avow";' in said.output
    assert "was not asked" in said.output
    assert "DELETE" not in said.output
    words = ["app", "--level", "approve", "--json", "--declaration", EXAMPLE]
    answer = msgspec.json.decode(CliRunner().invoke(main, ["grants", *words]).output)
    assert 'GRANT DELETE ON "public"."account" TO "avow";' in answer["statements"]
    assert CliRunner().invoke(main, ["grants", "none", "--declaration", EXAMPLE]).exit_code == 2
    assert (
        "no rights of their own"
        in CliRunner().invoke(main, ["grants", "web", "--declaration", EXAMPLE]).output
    )
