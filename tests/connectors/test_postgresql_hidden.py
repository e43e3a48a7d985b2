"""Rows and values that a role may not see: unknown, never "0 rows, kept". Each with such a role."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from avow.estate.connectors.base import Access, Connection, Refused
from avow.estate.connectors.postgresql import PostgresqlConnector
from avow.estate.datamap.model import System
from avow.estate.datamap.predicates import TRUE
from tests.connectors.postgresql_country import ERASED, SAID, SIMPLE, Found, found, run
from tests.connectors.whole_way import Country

__all__ = ["found"]

ROLE = "avow_guest"
GIVEN = f"GRANT SELECT ON person, visit TO {ROLE};"
As = Callable[[str], Country]


@pytest.fixture
def seen(found: Found, postgres_url: str) -> Iterator[As]:
    """A function that founds the simple country, runs more statements, and looks as the guest."""
    url = postgres_url.replace("//avow@", f"//{ROLE}@")

    def opened(system: System, access: Access) -> Connection:
        return PostgresqlConnector().connect(replace(system, url=url), access)

    def build(more: str) -> Country:
        land = found(SIMPLE, SAID)
        run(postgres_url, f"CREATE ROLE {ROLE} LOGIN; {more}")
        return replace(land, opener=opened)

    yield build
    run(postgres_url, f"DROP OWNED BY {ROLE}; DROP ROLE {ROLE}")


def gaps(land: Country) -> set[str]:
    """What a sweep and an erasure say is unknown; no row is counted beside a gap."""
    plans = (land.sweep_plan(), land.erasure_plan(ERASED))
    for plan in plans:
        is_unknown = bool(plan.parts[0].gaps)
        assert land.codes(plan) == (["AV403"] if is_unknown else [])
        assert not is_unknown or {s.measure.of for _, s in plan.steps} == {0}
    return {gap for plan in plans for gap in plan.parts[0].gaps}


HIDDEN = {"row security may hide rows of `app.public.visit` from us"}
SECURED = "ALTER TABLE visit ENABLE ROW LEVEL SECURITY;"
POLICIES = {
    "no policy at all": "",
    "a policy that shows every row": f"CREATE POLICY all_rows ON visit TO {ROLE} USING (true);",
    "a policy for reading alone": f"CREATE POLICY one ON visit FOR SELECT TO {ROLE} USING (true);",
    "a policy for deleting alone": f"CREATE POLICY one ON visit FOR DELETE TO {ROLE} USING (true);",
    "a policy of another role": "CREATE POLICY mine ON visit TO avow USING (true);",
    "an owner under force": f"ALTER TABLE visit OWNER TO {ROLE}; ALTER TABLE visit FORCE ROW LEVEL "
    "SECURITY;",
}


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_under_row_security_nothing_is_counted(seen: As, policy: str) -> None:
    """Whatever the policies say today: a smaller count is not the truth."""
    assert gaps(seen(GIVEN + SECURED + policy)) == HIDDEN


SEEING = {
    "a role that passes by": f"ALTER ROLE {ROLE} BYPASSRLS;",
    "the owner without force": f"ALTER TABLE visit OWNER TO {ROLE};",
}


@pytest.mark.parametrize("right", SEEING.values(), ids=SEEING)
def test_who_is_not_under_it_counts(seen: As, right: str) -> None:
    land = seen(GIVEN + SECURED + right)
    assert gaps(land) == set()
    assert sum(s.measure.rows for _, s in land.sweep_plan().steps) == 2


def test_a_policy_that_comes_after_the_look_refuses_the_count(seen: As, postgres_url: str) -> None:
    """Row security is off for the session, so the server refuses rather than to hide rows."""
    land = seen(GIVEN)
    connection = land.connect("app", Access.READ)
    connection.catalogue()
    run(postgres_url, SECURED)
    with pytest.raises(Refused) as refused:
        connection.count("public.visit", TRUE)
    assert refused.value.kind == "rights"
    connection.close()


NO_RIGHT = "we may not read `app.public.{}: its owner gives us no right to"
VISIT = NO_RIGHT.format("visit` (id, person_id, seen_on, page)")
PERSON = NO_RIGHT.format("person` (id, name, left_on)")
PAGE = NO_RIGHT.format("visit` (page)")
ALL_OF_PERSON, READ = f"GRANT SELECT ON person TO {ROLE};", "(id, person_id, seen_on)"
RIGHTS = {
    "one column": (f"{ALL_OF_PERSON} GRANT SELECT {READ} ON visit TO {ROLE};", {PAGE}),
    "a table": (ALL_OF_PERSON, {VISIT}),
    "the schema": (f"{GIVEN} REVOKE USAGE ON SCHEMA public FROM PUBLIC;", {VISIT, PERSON}),
}


@pytest.mark.parametrize(("rights", "said"), RIGHTS.values(), ids=RIGHTS)
def test_a_right_that_is_missing_is_named(seen: As, rights: str, said: set[str]) -> None:
    assert gaps(seen(rights)) == said


def test_a_view_in_place_of_the_table_is_no_count_either(seen: As) -> None:
    view = "CREATE VIEW visit AS SELECT * FROM really WHERE id = 2;"
    (gap,) = gaps(seen(f"ALTER TABLE visit RENAME TO really; {view} {GIVEN}"))
    assert gap.startswith("rows of `app.public.visit` cannot be changed: it is a view")
