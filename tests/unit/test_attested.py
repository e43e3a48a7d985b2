"""What an owner gives back is held against what was made, and counts as their word for a term."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from avow.declaration.model import Level
from avow.duties.assurance.model import Status as Word
from avow.engine.facts.standing import HOLD, note, row
from avow.engine.planner import records, standings
from avow.engine.planner.as_sql import packages
from avow.engine.planner.as_sql.offline import offline
from avow.engine.planner.as_sql.packages import APPLY, CHECK, COUNT
from avow.engine.planner.program import Derives, Move, Program, Step
from avow.engine.planner.refusals import Guarded, PlannerError
from avow.engine.planner.trust import Standing
from avow.estate.datamap.predicates import TRUE
from tests.acceptance.evidence import avow
from tests.owners import (
    NOON,
    ROWS,
    TODAY,
    VISIT,
    Desk,
    names,
    of_schema,
    quoted,
)


def test_a_script_that_was_changed_is_refused_with_its_result(owned_file: Desk) -> None:
    plan = owned_file.issued()
    owned_file.run(APPLY, CHECK)
    script = owned_file.folder / APPLY
    script.write_text(script.read_text() + "-- one more word\n")
    with pytest.raises(PlannerError, match="AV473"):
        owned_file.attest(plan.id)
    assert owned_file.word().status is not Word.ATTESTED


def test_a_table_that_changed_since_it_was_accepted_is_refused(owned_file: Desk) -> None:
    """A column more after the script was issued: it stops by itself, and no result is taken."""
    plan = owned_file.issued()
    table = quoted(owned_file.place.engine, VISIT)
    owned_file.place.run(f"ALTER TABLE {table} ADD COLUMN referrer varchar(10)")
    before = owned_file.place.rows()
    text = owned_file.run(APPLY, CHECK).read_text()
    assert "avow|stopped|-1|schema" in text
    assert owned_file.place.rows() == before
    with pytest.raises(Guarded, match=r"AV471.*referrer"):
        owned_file.attest(plan.id)


def test_a_script_is_not_run_after_its_last_day(owned_file: Desk) -> None:
    """The script asks the database what day it is; a result of a late one is refused."""
    plan = owned_file.approved()
    written = packages.issue(owned_file.work, plan.id, NOON)
    last, gone = f"'{written.package.valid_until}'", f"'{TODAY - timedelta(days=1)}'"
    owned_file.hand_over(written)
    (owned_file.folder / APPLY).write_text(written.files[APPLY].replace(last, gone))
    before = owned_file.place.rows()
    text = owned_file.run(APPLY, CHECK).read_text()
    assert "avow|stopped|-1|late" in text
    assert owned_file.place.rows() == before
    owned_file.hand_over(written)
    with pytest.raises(PlannerError, match="AV474"):
        owned_file.attest(plan.id)


def test_a_hold_that_came_while_the_script_was_out_is_said(owned_file: Desk) -> None:
    plan = owned_file.issued()
    held = names(owned_file.place.engine)[1]
    note(
        owned_file.small.runs,
        owned_file.small.ring,
        HOLD,
        row("app", held, ["5"]),
        at=NOON,
        clause="2.a",
    )
    owned_file.run(APPLY, CHECK)
    with pytest.raises(PlannerError, match="AV474"):
        owned_file.attest(plan.id)


def test_a_result_that_was_cut_off_is_no_result(owned_file: Desk) -> None:
    """Without its last line the check says nothing; without that of the changes it is not done."""
    plan = owned_file.issued()
    result = owned_file.run(APPLY, CHECK)
    whole = result.read_text()
    result.write_text(whole[: whole.rindex("avow|end|")])
    with pytest.raises(PlannerError, match="AV472"):
        owned_file.attest(plan.id)
    first = whole.index("avow|end|")
    result.write_text(whole[:first] + whole[whole.index("avow|begin|", first) :])
    assert [f.code for f in owned_file.attest(plan.id).findings] == ["AV475"]


def test_more_than_was_approved_breaks_the_promise_whatever_else_is_said(owned_file: Desk) -> None:
    plan = owned_file.issued()
    result = owned_file.run(APPLY, CHECK)
    result.write_text(re.sub(r"(avow\|moved\|\d+)\|6\|", r"\1|600|", result.read_text()))
    told = owned_file.attest(plan.id)
    assert ([f.code for f in told.findings], told.broken) == (["AV476"], ("2.a",))


def test_only_the_owner_gives_a_result(owned_file: Desk) -> None:
    name = owned_file.asked()
    text = owned_file.run(COUNT).read_text()
    with pytest.raises(PlannerError, match="AV478"):
        packages.take_counts(owned_file.work, name, text, "paul", NOON)


def test_an_owners_word_lapses(owned_file: Desk) -> None:
    """Attested for its term, and from the next day on nothing enforces the promise."""
    plan = owned_file.issued()
    owned_file.run(APPLY, CHECK)
    until = owned_file.attest(plan.id).until
    assert owned_file.word(until - TODAY).status is Word.ATTESTED
    word = owned_file.word(until - TODAY + timedelta(days=1))
    assert (word.status, {r.on for r in word.reasons}) == (Word.UNENFORCED, {until})


def test_avow_itself_does_not_apply_what_an_owner_carries_out(owned_file: Desk) -> None:
    """Neither when asked by name nor among the plans that are due."""
    plan = owned_file.approved()
    with pytest.raises(PlannerError, match="AV479"):
        owned_file.small.apply(plan, TODAY)
    assert plan.id not in records.waiting(owned_file.small.runs)


def test_no_script_is_made_without_an_accepted_schema(owned_home: Desk) -> None:
    (owned_home.folder.parent / "schema" / "app.json").unlink()
    assert (
        "AV470"
        in avow("plan-sql", "app", str(owned_home.folder), *of_schema(owned_home), expect=3).output
    )


def test_the_whole_way_by_the_commands_that_people_type(owned_home: Desk) -> None:
    """Count, plan, two approvals, changes, result: and the ledger verifies."""
    target = str(owned_home.folder)
    made = avow(
        "plan-sql", "app", target, *of_schema(owned_home), "--accept", "visits=12", "--json"
    )
    script = json.loads(made.output)["script"]
    found = {each.name for each in owned_home.folder.iterdir()}
    assert found == {COUNT, CHECK, "manifest.json", *(f"README.{n}.md" for n in ("fr", "nl", "en"))}
    result = str(owned_home.run(COUNT))
    assert "AV478" in avow("attest", "count", script, result, "--by", "paul", expect=3).output
    counted = avow("attest", "count", script, result, "--by", "marc", "--json").output
    plan = json.loads(counted)["plan"]["id"]
    avow("plan-sql", plan, target, expect=3)
    for person in ("marc", "paul"):
        avow("approve", plan, "--as", person)
    avow("plan-sql", plan, target)
    said = json.loads((owned_home.folder / "manifest.json").read_text())
    assert sum(each["rows"] for each in said["approved"]) == ROWS // 2
    assert avow("apply", "--due").output.strip() == "nothing"
    owned_home.run(APPLY, CHECK)
    told = json.loads(avow("attest", "result", plan, result, "--by", "marc", "--json").output)
    assert (told["rows"], told["findings"], told["broken"]) == (ROWS // 2, [], [])
    assert owned_home.word(timedelta(days=1)).status is Word.ATTESTED
    avow("ledger", "verify")


def test_at_level_observe_an_owner_vouches_for_what_is_left(owned_home: Desk) -> None:
    """Only the check is run: nothing is changed, and what is overdue breaks the promise."""
    small = owned_home.small
    lower = Standing("app", "visits", Level.OBSERVE)
    standings.lower_level(small.runs, small.declaration, lower, by="olivia", at=NOON)
    made = avow("plan-sql", "app", str(owned_home.folder), *of_schema(owned_home), "--json")
    result = str(owned_home.run(CHECK))
    script = json.loads(made.output)["script"]
    told = avow("attest", "result", script, result, "--by", "marc", "--json").output
    assert json.loads(told)["broken"] == ["2.a"]
    assert owned_home.word(timedelta(days=1)).status is Word.BROKEN


def test_who_places_a_hold_is_told_of_scripts_that_are_out(owned_home: Desk) -> None:
    """A text that lies with an owner cannot be called back, so somebody has to tell them."""
    plan = owned_home.issued()
    dataset = names("sqlite")[1]
    held = ("--system", "app", "--dataset", dataset, "--key", "5", "--as", "olivia")
    law = ("--reason", "litigation", "--law", "art. 17(3)(e) GDPR", "--until", "2099-01-01")
    said = avow("hold", "add", *held, *law).output
    assert f"{plan.id}: the owner of `app` may run its script" in said


def test_a_system_that_is_no_sql_database_gets_no_script(owned_file: Desk) -> None:
    system = replace(owned_file.system, connector="mbox")
    with pytest.raises(PlannerError, match="AV479"):
        offline(system, owned_file.catalogue)


def test_what_is_made_from_rows_that_go_is_made_again_by_no_script() -> None:
    """A column of totals, made from visits: without them it would still tell of them."""
    totals = Derives("total", "visit")
    step = Step("visit", Move.DELETE, TRUE, ("2.a",), derives=(totals,))
    with pytest.raises(PlannerError, match="AV479"):
        packages.refuse_made_again(Program("app", TODAY, (step,)))
    packages.refuse_made_again(Program("app", TODAY, (replace(step, derives=()),)))
