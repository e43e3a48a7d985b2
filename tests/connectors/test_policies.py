"""Row security as it hides restricted rows: printed, run by the owner, read back, and looked at
through the reader's own eyes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from uuid import uuid4

import psycopg
import pytest

from avow.estate.connectors.as_reader import connect_as
from avow.estate.connectors.base import Access, Refused
from avow.estate.connectors.postgresql import PostgresqlConnection, PostgresqlConnector
from avow.estate.connectors.postgresql_policies import secured, seen_all_the_same, statements
from avow.estate.datamap.model import Dataset, System
from avow.estate.datamap.predicates import TRUE
from avow.estate.datamap.restricting import Mode, Restriction

NAME = "public.buyer"
OTHER_COLUMN = """
DROP POLICY avow_restricted ON buyer;
CREATE POLICY avow_restricted ON buyer AS RESTRICTIVE FOR SELECT TO PUBLIC USING (id > 0)
"""
VIEW = 'CREATE VIEW all_buyers AS SELECT id FROM buyer; GRANT SELECT ON all_buyers TO "{role}"'


class Town:
    """A table of two buyers, the first restricted, and a role that reads it."""

    def __init__(self, url: str) -> None:
        self.url, self.role = url, f"bi {uuid4().hex[:8]}"
        self.how = Restriction(Mode.POLICY, "restricted", "true", (self.role,))
        dataset = Dataset(NAME, key=("id",), restriction=self.how)
        self.system = System("shop", "postgresql", url, datasets={NAME: dataset})
        self.run(
            f'CREATE ROLE "{self.role}" LOGIN; '
            "CREATE TABLE buyer (id integer PRIMARY KEY, restricted boolean); "
            f'GRANT SELECT ON buyer TO "{self.role}"; '
            "INSERT INTO buyer VALUES (1, true), (2, NULL)"
        )

    def run(self, text: str) -> None:
        """Run statements as the owner."""
        with psycopg.connect(self.url, autocommit=True) as owner:
            owner.execute(text.encode())

    def police(self, *, secured: bool = False) -> None:
        """Run what is printed; avow's own role is of other tests."""
        for line in statements(NAME, self.how, secured=secured)[: 1 if secured else 3]:
            self.run(line)

    def why(self) -> list[str]:
        """What the catalogue says of the role."""
        with closing(PostgresqlConnector().connect(self.system, Access.READ)) as connection:
            assert isinstance(connection, PostgresqlConnection)
            return [seen.why for seen in seen_all_the_same(connection, NAME, self.how)]

    def seen(self) -> list[int]:
        """The rows that the reader sees."""
        reader = psycopg.conninfo.make_conninfo(self.url, user=self.role)
        with closing(connect_as(self.system, reader)) as connection:
            return [int(str(row[0])) for row in connection.fetch(NAME, TRUE, ["id"])]


@pytest.fixture
def town(postgres_url: str) -> Iterator[Town]:
    """The town; its role goes with it."""
    made = Town(postgres_url)
    yield made
    made.run(f'DROP OWNED BY "{made.role}"; DROP ROLE "{made.role}"')


def test_the_printed_statements_hide_the_row_from_the_role_and_from_nobody_else(town: Town) -> None:
    assert (town.why(), town.seen()) == (["no row security stands on the table"], [1, 2])
    town.police()
    assert (town.why(), town.seen()) == ([], [2])
    town.run("CREATE ROLE other LOGIN; GRANT SELECT ON buyer TO other")
    with psycopg.connect(psycopg.conninfo.make_conninfo(town.url, user="other")) as other:
        assert other.execute("SELECT id FROM buyer ORDER BY 1").fetchall() == [(1,), (2,)]
    town.run("DROP OWNED BY other; DROP ROLE other")


@pytest.mark.parametrize(
    ("fault", "why", "sees"),
    [
        ("DROP POLICY avow_restricted ON buyer", "no policy hides rows from it", True),
        ('ALTER ROLE "{role}" BYPASSRLS', "it passes by row security", True),
        ('ALTER ROLE "{role}" SUPERUSER', "it passes by row security", True),
        ('ALTER TABLE buyer OWNER TO "{role}"', "it owns the table", True),
        ("ALTER TABLE buyer DISABLE ROW LEVEL SECURITY", "no row security stands on the table",
         True),
        (VIEW, "it reads them as `all_buyers`", False),
        (OTHER_COLUMN, "no policy hides rows from it", True),
    ],
)  # fmt: skip
def test_every_way_round_the_policy_is_found(town: Town, fault: str, why: str, sees: bool) -> None:
    """The planted faults; `sees` says whether the reader's own reading shows it too."""
    town.police()
    town.run(fault.format(role=town.role))
    assert why in town.why()
    assert (1 in town.seen()) is sees
    town.run(f'ALTER ROLE "{town.role}" NOSUPERUSER NOBYPASSRLS; '
             "ALTER TABLE buyer OWNER TO CURRENT_USER")  # fmt: skip


def test_a_table_with_policies_of_its_owner_is_opened_to_nobody(town: Town) -> None:
    """Where row security stands already only a restrictive policy is added."""
    town.run("ALTER TABLE buyer ENABLE ROW LEVEL SECURITY")
    assert not any("avow_all" in line for line in statements(NAME, town.how, secured=True))
    town.police(secured=True)
    assert (town.why(), town.seen()) == ([], [])


def test_a_role_that_is_not_there_and_a_table_that_is_not_there_are_said(town: Town) -> None:
    town.police()
    town.how = Restriction(Mode.POLICY, "restricted", "true", ("nobody here",))
    assert town.why() == ["there is no such role"]
    with closing(PostgresqlConnector().connect(town.system, Access.READ)) as connection:
        assert isinstance(connection, PostgresqlConnection)
        with pytest.raises(Refused):
            secured(connection, "public.gone")
