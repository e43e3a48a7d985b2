"""Scripts for owners who allow no connection, run by the engines' own clients.

The same plan is applied by avow to a twin of each database: what is left must be equal. Then what
must stop a script, or keep it from being made, is planted.
"""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest

from avow.common.masked import Masked
from avow.declaration.model import Level
from avow.duties.assurance.model import Status as Word
from avow.engine.facts.standing import HOLD, Who, note, row
from avow.engine.planner import standings
from avow.engine.planner.approve import approve
from avow.engine.planner.as_sql import packages
from avow.engine.planner.as_sql.packages import APPLY, CHECK, COUNT
from avow.engine.planner.as_sql.readme import manifest, readmes
from avow.engine.planner.refusals import Guarded, PlannerError
from avow.engine.planner.trust import Standing
from tests.owners import (
    ENGINES,
    FRESH,
    NOON,
    PERSON,
    ROWS,
    TODAY,
    VISIT,
    Desk,
    Place,
    again,
    applied_by_avow,
    declaration_text,
    names,
    quoted,
    visit,
)


def test_what_a_script_leaves_is_what_avow_leaves(
    owned: Desk, owner_places: tuple[Place, Place]
) -> None:
    """Both databases are equal afterwards, and the promise is attested, by whom and until when."""
    plan = owned.issued()
    assert plan.rows == ROWS // 2
    owned.run(APPLY, CHECK)
    told = owned.attest(plan.id)
    applied_by_avow(owned, owner_places[1])
    assert owner_places[0].rows() == owner_places[1].rows()
    assert owned.place.ids() == {n for n in range(2 * ROWS) if n % 4 != 1}
    assert (told.rows, told.findings, told.broken) == (ROWS // 2, (), ())
    word = owned.word()
    (item,) = word.items
    assert (word.status, {e.source for e in item.evidence}) == (Word.ATTESTED, {"marc"})


def test_more_rows_than_were_approved_stop_the_script_before_its_batch(owned_file: Desk) -> None:
    """A row that became due after the count: nothing of the batch that would take it is changed."""
    plan = owned_file.issued()
    owned_file.place.run(visit(owned_file.place.engine, 900))
    before = owned_file.place.rows()
    owned_file.run(APPLY, CHECK)
    assert owned_file.place.rows() == before
    told = owned_file.attest(plan.id)
    assert ([f.code for f in told.findings], told.rows) == (["AV475"], 0)
    assert "more" in told.findings[0].because
    assert owned_file.word().status is Word.BROKEN


def test_what_must_stop_a_script_stops_it_before_a_row_is_changed(owned: Desk) -> None:
    """Three times the script of one plan: its last day is over; a row more is due; a column more
    is there. Each time the database stays as it is, and the result says why."""
    plan, engine = owned.approved(), owned.place.engine
    table = quoted(engine, VISIT)
    planted = {
        "late": (),
        "more": (visit(engine, 900),),
        "schema": (f"ALTER TABLE {table} ADD COLUMN referrer varchar(10)",),
    }
    for why, texts in planted.items():
        written = packages.issue(owned.work, plan.id, NOON)
        last, gone = f"'{written.package.valid_until}'", f"'{TODAY - timedelta(days=1)}'"
        script = written.files[APPLY]
        (owned.folder / APPLY).write_text(script.replace(last, gone) if why == "late" else script)
        if texts:
            owned.place.run(*texts)
        before = owned.place.rows()
        said = owned.run(APPLY).read_text()
        assert re.search(rf"avow\|stopped\|-?\d+\|{why}", said), said
        assert owned.place.rows() == before


def test_what_the_database_refuses_undoes_its_batch_and_is_told_by_code(owned: Desk) -> None:
    """A trigger that was accepted says no to one row of six: none of its batch goes."""
    engine, table = owned.place.engine, quoted(owned.place.engine, VISIT)
    refusing = {
        "postgresql": f"""
            CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
              IF old.id = 9 THEN RAISE EXCEPTION 'no'; END IF; RETURN old; END $$;
            CREATE TRIGGER no BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION no()""",
        "mariadb": f"""CREATE TRIGGER no BEFORE DELETE ON {table} FOR EACH ROW
            BEGIN IF old.id = 9 THEN SIGNAL SQLSTATE '45000'; END IF; END""",
        "sqlite": f"""CREATE TRIGGER no BEFORE DELETE ON {table} WHEN old.id = 9
            BEGIN SELECT RAISE(ABORT, 'no'); END""",
    }
    owned.place.run(refusing[engine])
    plan = owned.issued()
    before = owned.place.rows()
    owned.run(APPLY, CHECK)
    assert owned.place.rows() == before
    (finding,) = owned.attest(plan.id).findings
    said = {"postgresql": "P0001", "mariadb": "45000", "sqlite": "did not come to its end"}
    assert finding.code == "AV475"
    assert said[engine] in finding.because


def test_a_held_row_stays_and_the_readme_says_that_its_key_is_there(owned: Desk) -> None:
    """The hold is placed after the count, and before the script is issued."""
    plan = owned.approved()
    held = names(owned.place.engine)[1]
    note(owned.small.runs, owned.small.ring, HOLD, row("app", held, ["5"]), at=NOON, clause="2.a")
    written = packages.issue(owned.work, plan.id, NOON)
    owned.hand_over(written)
    owned.run(APPLY, CHECK)
    assert 5 in owned.place.ids()
    assert 9 not in owned.place.ids()
    assert written.facts == 1
    for text in readmes(written, owned.small.declaration, owned.system).values():
        assert " 1 " in text
        assert "`10-apply.sql`" in text
    assert json.loads(manifest(written, owned.small.office()))["local_keys_that_must_stay"] == 1
    told = owned.attest(plan.id)
    assert (told.findings, told.broken, told.rows) == ((), (), ROWS // 2 - 1)


def test_the_scripts_that_read_change_nothing_and_make_no_table(owned: Desk) -> None:
    before = owned.place.rows()
    owned.asked()
    text = owned.run(COUNT, CHECK).read_text()
    assert owned.place.rows() == before
    assert text.count("avow|end|") == 2
    for name in (COUNT, CHECK):
        script = (owned.folder / name).read_text()
        assert not re.search(r"\b(INSERT|DELETE|UPDATE|CREATE|DROP)\b", script)


def test_below_level_approve_no_script_of_changes_is_given(owned_file: Desk) -> None:
    small = owned_file.small
    standings.lower_level(
        small.runs, small.declaration, Standing("app", "visits", Level.OBSERVE),
        by="olivia", at=NOON,
    )  # fmt: skip
    plan = owned_file.counted()
    with pytest.raises(Guarded, match="AV411"):
        packages.issue(owned_file.work, plan.id, NOON)


def test_one_approval_is_not_enough(owned_file: Desk) -> None:
    plan, small = owned_file.counted(), owned_file.small
    approve(small.runs, small.ring, small.declaration, plan.id, person="marc", at=NOON)
    with pytest.raises(Guarded, match="AV427"):
        packages.issue(owned_file.work, plan.id, NOON)


def test_a_count_above_the_share_is_refused_as_any_other(owned_file: Desk) -> None:
    """A quarter of the visits would go, and nobody accepted the number."""
    name = owned_file.asked(accepted=())
    text = owned_file.run(COUNT).read_text()
    made = packages.take_counts(owned_file.work, name, text, "marc", NOON)
    assert [f.code for f in made.findings] == ["AV401"]


def test_a_foreign_key_from_a_table_that_is_not_mapped_is_refused_before_the_count(
    owned: Desk,
) -> None:
    """Nobody would see what happens to its rows."""
    name = owned.asked()
    kind, person = owned.place.engine, quoted(owned.place.engine, PERSON)
    owned.place.run(
        f"CREATE TABLE stray (id integer PRIMARY KEY, who integer, "
        f"FOREIGN KEY (who) REFERENCES {person} (id) ON DELETE CASCADE)"
    )
    with pytest.raises(Guarded, match=r"AV471.*stray.*cascade"):
        packages.take_counts(owned.work, name, owned.run(COUNT).read_text(), "marc", NOON)
    assert kind in ENGINES


def test_a_row_that_points_to_nothing_breaks_the_promise(owned: Desk) -> None:
    """Planted as a careless owner would: with the database's own guard switched off."""
    plan = owned.issued()
    table = quoted(owned.place.engine, VISIT)
    insert = f"INSERT INTO {table} VALUES (901, 4711, '{FRESH}', 'stray')"
    unguarded = {
        "postgresql": f"SET session_replication_role = replica; {insert}",
        "mariadb": f"SET STATEMENT foreign_key_checks = 0 FOR {insert}",
        "sqlite": insert,
    }
    owned.run(APPLY)
    first = (owned.folder / "result.txt").read_text()
    owned.place.run(unguarded[owned.place.engine])
    file = owned.run(CHECK)
    file.write_text(first + file.read_text())
    told = owned.attest(plan.id)
    assert ([f.code for f in told.findings], told.broken) == (["AV477"], ("2.a",))


def test_a_hold_on_an_address_makes_no_script(owned_file: Desk) -> None:
    """A script holds local keys only, and nobody can say which rows the address has."""
    text = declaration_text("sqlite").replace(
        "        key: [id]\n        collected_at: door\n        fields: {name: name}",
        "        key: [id]\n        identities: {email: {field: name, strength: unique}}\n"
        "        collected_at: door\n        fields: {name: name}",
    )
    owned_file.small.activate(text)
    who = Who("email", Masked("ada@example.org"))
    note(owned_file.small.runs, owned_file.small.ring, HOLD, who, at=NOON, clause="2.a")
    with pytest.raises(PlannerError, match="AV479") as refused:
        again(owned_file).asked()
    assert "ada" not in str(refused.value)
