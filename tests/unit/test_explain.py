"""`avow explain`: a clause, a dataset and a live row, each with the promises that speak of it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from avow.common.exits import Exit
from avow.declaration.explain import explain_clause, explain_dataset
from avow.declaration.interpretation import applied, proposed
from avow.declaration.model import Declaration
from avow.faces.cli.main import main
from tests.unit.declared import SOUND, reading

DECISION = """\
decisions:
  - decision: kept
    author: claire
    date: 2026-12-01
    reason: because
    effects:
      rule:
        rule: mails
        clause: "2.a"
        applies_to: {category: [email]}
        starts: answered
        at_most: 1 year
"""
LETTER = """\
      letter:
        owned_by: {caller: caller_id}
        collected_at: contact
        rest: message
"""


@pytest.fixture
def declaration() -> Declaration:
    whole = reading(SOUND + LETTER + DECISION).whole
    return replace(whole, texts={"en": {"3.a": "We forget.", "3.a#kept-when": "nothing stays"}})


def test_a_clause_shows_its_text_its_rules_and_where_they_reach(declaration: Declaration) -> None:
    view = explain_clause(declaration, applied(declaration, ()), "3.a")
    assert view is not None
    assert (view.texts, view.kept_when) == ({"en": "We forget."}, {"en": "nothing stays"})
    assert view.rules == ("3.a `contacts`: erase collected at contact: 0 days after `answered`",)
    assert view.reaches == {"desk.caller": ("email", "message"), "desk.letter": ("message",)}
    assert view.against == ()


def test_a_clause_shows_what_contradicts_it_while_nobody_has_decided(
    declaration: Declaration,
) -> None:
    law = proposed(declaration)
    view = explain_clause(declaration, law, "3.a")
    assert view is not None
    assert view.against == ("contradicts 2.a (`mails`), undecided",)
    settled = replace(law, settled=frozenset({frozenset({"contacts", "mails"})}))
    decided = explain_clause(declaration, settled, "3.a")
    assert decided is not None
    assert decided.against == ()


def test_a_clause_shows_everything_that_names_it(declaration: Declaration) -> None:
    law = proposed(declaration)
    purposes = explain_clause(declaration, law, "2.a")
    points = explain_clause(declaration, law, "1.a")
    assert purposes is not None
    assert points is not None
    assert purposes.others == ("2.a `answer` (contract): ends with `answered`",)
    assert points.others == ("collected at `contact`: email, message",)
    assert points.reaches == {"desk.caller": ("email", "message"), "desk.letter": ("message",)}
    assert explain_clause(declaration, law, "7.z") is None


def test_a_dataset_shows_its_cells_and_where_its_events_come_from(
    declaration: Declaration,
) -> None:
    system = declaration.datamap.systems["desk"]
    law = proposed(declaration)
    caller = explain_dataset(law, system, system.datasets["caller"])
    assert caller.whose == "each row is of one `caller`"
    email, message = caller.cells
    assert (email.columns, message.columns) == (("email",), ("every other column",))
    assert email.rules == (
        "3.a `contacts`: erase 0 days after `answered`",
        "2.a `mails`: erase 1 year after `answered`; decided by kept",
    )
    assert caller.events == {"answered": "caller.answered_at"}
    letter = explain_dataset(law, system, system.datasets["letter"])
    assert letter.whose == "owned by `caller` by `caller_id` (`caller`)"
    assert letter.events == {"answered": "letter.caller_id>caller → caller.answered_at"}


# --- a live row ----------------------------------------------------------------------------------

Explain = Callable[..., Result]


@pytest.fixture
def explain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Explain:
    """Run `avow explain` over a desk with three callers: answered, not yet, and unreadable."""
    (tmp_path / "d.yaml").write_text(SOUND.replace("at_most: 0 days", "at_most: 1 month") + LETTER)
    with sqlite3.connect(tmp_path / "desk.sqlite") as desk:
        desk.executescript(
            """
            create table caller (id integer primary key, email text, answered_at text);
            create table letter (id integer primary key, caller_id integer references caller (id));
            insert into caller values (1, 'secret@example.org', '2027-01-31 09:00:00+00:00');
            insert into caller values (2, 'b@example.org', null);
            insert into letter values (7, 1);
            """
        )
    desk.close()
    monkeypatch.setenv("DESK_URL", str(tmp_path / "desk.sqlite"))

    def run(what: str, *more: str) -> Result:
        path = ("--declaration", str(tmp_path / "d.yaml"))
        return CliRunner().invoke(main, ["explain", what, *path, *more])

    return run


def test_a_row_is_read_live_and_judged(explain: Explain) -> None:
    answer = explain("desk.caller:1", "--on", "2027-01-30")
    assert answer.output == (
        "desk.caller:1 on 2027-01-30\n"
        "  answered: 2027-01-31\n"
        "  email: live (3.a), until 2027-02-28\n"
        "    may be used for  answer\n"
        "  message: live (3.a), until 2027-02-28\n"
        "    may be used for  answer\n"
    )
    due = explain("desk.caller:1", "--on", "2027-02-28")
    assert "  email: due erase (3.a, 2.a), since 2027-02-28\n" in due.output


def test_a_row_says_all_reasons_why_a_purpose_may_not_use_it(explain: Explain) -> None:
    """The question was answered: the purpose has ended, and by both clauses the data are due."""
    due = explain("desk.caller:1", "--on", "2027-02-28")
    assert (
        "    may not for      answer: the purpose has ended (2.a); "
        "the data are due (3.a); the data are due (2.a)\n"
    ) in due.output
    assert "may be used for" not in due.output


def test_a_row_without_a_start_is_undated(explain: Explain) -> None:
    answer = explain("desk.caller:2", "--on", "2027-02-28")
    assert "  answered: missing\n  email: undated (3.a)\n" in answer.output


def test_no_value_of_a_row_is_shown(explain: Explain) -> None:
    assert "secret" not in explain("desk.caller:1", "--json").output


def test_an_answer_in_json(explain: Explain) -> None:
    row = json.loads(explain("desk.caller:1", "--on", "2027-02-28", "--json").output)
    assert (row["key"], row["moments"]) == ("1", {"answered": "2027-01-31"})
    assert row["answers"][0]["verdict"] == "due erase"
    assert row["answers"][0]["usable_for"] == []
    assert "the purpose has ended (2.a)" in row["answers"][0]["refused"]["answer"]
    clause = json.loads(explain("3.a", "--json").output)
    assert clause["reaches"]["desk.letter"] == ["message"]


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ("3.b", "did you mean `3.a`?"),
        ("desk.calller", "did you mean `desk.caller`?"),
        ("desk.caller:99", "has no row with this key"),
        ("desk.caller:1,2", "has 1 parts: id"),
        ("desk.letter:7", "none is declared"),
    ],
)
def test_what_cannot_be_explained_is_said(explain: Explain, what: str, why: str) -> None:
    answer = explain(what)
    assert answer.exit_code != Exit.OK
    assert why in answer.output


def test_a_system_that_does_not_answer_is_said(
    explain: Explain, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DESK_URL", str(tmp_path / "nowhere" / "desk.sqlite"))
    answer = explain("desk.caller:1")
    assert answer.exit_code == Exit.UNREACHABLE
    assert "`desk` cannot be read" in answer.output
    monkeypatch.delenv("DESK_URL")
    assert explain("desk.caller:1").exit_code == Exit.USAGE
