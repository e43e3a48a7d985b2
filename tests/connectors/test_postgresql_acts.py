"""What PostgreSQL does beside what it is told: triggers, rules, and views in place of tables."""

from __future__ import annotations

import pytest

from tests.connectors.postgresql_country import ERASED, SAID, SIMPLE, Found, found

__all__ = ["found"]


def trigger(when: str, body: str) -> str:
    return (
        f"CREATE FUNCTION act() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN {body} END'; "
        f"CREATE TRIGGER act {when} ON visit FOR EACH ROW EXECUTE FUNCTION act();"
    )


COPIES = trigger("AFTER DELETE", "INSERT INTO audit (old) VALUES (OLD.page); RETURN NULL;")
KEEPS = trigger("BEFORE DELETE", "RETURN NULL;")
RAISES = trigger("BEFORE DELETE", "RAISE EXCEPTION ''no %'', OLD.page;")


def test_a_trigger_that_copies_undoes_the_batch_and_is_named_in_the_plan(found: Found) -> None:
    """The copy is nobody's row for the plan: rather nothing than a person in the audit table."""
    land = found(SIMPLE + COPIES, SAID)
    for plan in (land.sweep_plan(), land.erasure_plan(ERASED)):
        assert {t for _, s in plan.steps for t in s.triggers} == {"act"}
        said = land.undone(plan)
        assert said.startswith("AV418")
        assert "rows were added to `public.audit` by the system itself" in said


@pytest.mark.parametrize("fault", [KEEPS, RAISES])
def test_a_trigger_that_keeps_the_row_is_spoken(found: Found, fault: str) -> None:
    """Nothing done is not success: the row is set aside, with the table that kept it."""
    land = found(SIMPLE + fault, SAID)
    applied = land.apply(land.approved(land.sweep_plan()))
    assert [(b.dataset, b.table) for b in applied.blocked] == [("public.visit", "public.visit")]
    assert applied.rows == 1, "person 2 went"
    assert land.rows()["visit"] == ["(1,1,2026-01-01,a)", "(2,1,2026-04-20,b)"]


def test_a_rule_that_does_something_else_instead_refuses_the_plan(found: Found) -> None:
    land = found(SIMPLE + "CREATE RULE keep AS ON DELETE TO visit DO INSTEAD NOTHING;", SAID)
    for plan in (land.sweep_plan(), land.erasure_plan(ERASED)):
        assert land.codes(plan) == ["AV403"]
        assert "rule `keep`" in plan.parts[0].gaps[0]


VIEWS = {
    "written through": "CREATE VIEW visit AS SELECT * FROM really;",
    "only read": "CREATE MATERIALIZED VIEW visit AS SELECT * FROM really;",
    "with a trigger that acts": """
        CREATE VIEW visit AS SELECT * FROM really;
        CREATE FUNCTION act() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN DELETE FROM really WHERE id = OLD.id; RETURN OLD; END';
        CREATE TRIGGER act INSTEAD OF DELETE ON visit FOR EACH ROW EXECUTE FUNCTION act();""",
}


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_a_view_in_place_of_a_table_refuses_the_plan(found: Found, view: str) -> None:
    land = found(f"{SIMPLE} ALTER TABLE visit RENAME TO really; {view}", SAID)
    before = land.rows()
    for plan in (land.sweep_plan(), land.erasure_plan(ERASED)):
        assert land.codes(plan) == ["AV403"]
        assert "public.visit" in plan.parts[0].gaps[0]
    assert land.rows() == before


REVERTS = (
    "CREATE FUNCTION act() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.page := OLD.page; "
    "RETURN NEW; END'; CREATE TRIGGER act BEFORE UPDATE ON visit FOR EACH ROW EXECUTE FUNCTION "
    "act(); ALTER TABLE visit ADD COLUMN kept text; UPDATE visit SET kept = 'x';"
)
PARTLY = SAID.replace("rest: log", "fields: {page: log}, rest: data")


def test_a_trigger_that_puts_back_what_was_emptied_is_spoken(found: Found) -> None:
    land = found(SIMPLE + REVERTS, PARTLY)
    applied = land.apply(land.approved(land.sweep_plan()))
    assert [(b.table, b.constraint) for b in applied.blocked] == [("public.visit", "act")]
    assert land.rows()["visit"][0] == "(1,1,2026-01-01,a,x)"


def test_a_trigger_that_keeps_a_persons_row_leaves_nothing_of_the_person_in_it(
    found: Found,
) -> None:
    """What stays is emptied, and the plan ends with the number that did not go."""
    land = found(SIMPLE + KEEPS, SAID)
    applied = land.apply(land.approved(land.erasure_plan(ERASED)))
    assert "not done: 0 of 2 rows of public.visit went" in applied.effects
    assert land.rows() == {
        "audit": [],
        "person": ["(2,bob,2026-01-01)"],
        "visit": ["(1,,2026-01-01,)", "(2,,2026-04-20,)"],
    }
