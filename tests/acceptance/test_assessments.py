"""The promise that every legitimate interest is weighed: broken, attested, near its review, broken.

Nothing is kept here but a declaration, an empty table and what `avow verify` found.
"""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from avow.app import open_state
from avow.declaration.load import load
from avow.duties.assurance.standing import Standing
from avow.faces.cli.main import main
from avow.faces.web.console.asks import Known, asks, reviews
from avow.faces.web.source import AskKind, Digest
from tests.today import today

DECLARATION = """
avow: "1"
declaration: desk
controller: {name: Desk, zone: Europe/Brussels, country: BE, officer: dpo@desk.example}
languages: [en]
people:
  - {person: ann, roles: [author]}
  - {person: bob, roles: [approver]}
  - {person: eve, roles: [officer]}
clauses: {"3": {kind: E}, "4": {kind: D}, "4.weighed": {kind: H}}
categories: {note: {clause: "3"}}
subjects: {caller: {}}
purposes:
  - {purpose: improve, clause: "4", basis: legitimate-interest, uses: {category: note}}
notice: {version: "1", promises: {assessed: "4.weighed"}}
retention:
  - {rule: notes, clause: "3", applies_to: {category: note}, starts: noted, at_most: 1 year}
events: {noted: {kind: point}}
systems:
  - system: desk
    connector: sqlite
    url: ${DESK}
    owner: {person: bob}
    datasets:
      note: {subject: caller, key: [id], rest: note, events: {noted: noted_on}}
"""
BALANCING = """
assessments:
  - {{assessment: improve-weighed, kind: balancing, of: improve, author: {author},
      approver: {approver}, date: {on}, review: {review}, conclusion: {conclusion},
      interest: a better desk, necessity: notes are needed, balance: little weighs against it}}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A declaration without any assessment."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "all.yaml").write_text(DECLARATION)
    return tmp_path


@pytest.fixture
def home(folder: Path, state_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """That declaration, and its system with one fresh row."""
    monkeypatch.setenv("DESK", str(folder / "desk.db"))
    monkeypatch.setenv("AVOW_STATE", str(folder / "state"))
    monkeypatch.setenv("AVOW_DATABASE_URL", state_url)
    with closing(sqlite3.connect(folder / "desk.db")) as made:
        made.execute("CREATE TABLE note (id integer PRIMARY KEY, words text, noted_on date)")
        made.execute("INSERT INTO note VALUES (1, 'w', ?)", (today().isoformat(),))
        made.commit()
    return folder


def avow(*words: str) -> Result:
    return CliRunner().invoke(main, words, env={"COLUMNS": "160"})


def assessed(
    home: Path,
    review: date,
    *,
    author: str = "ann",
    approver: str = "bob",
    conclusion: str = "passes",
) -> None:
    """Write the one assessment anew, approved two years before its review."""
    on = review - timedelta(days=730)
    text = BALANCING.format(
        author=author, approver=approver, on=on, review=review, conclusion=conclusion
    )
    (home / "all.yaml").write_text(DECLARATION + text)


def words(home: Path) -> dict[str, str]:
    """Look, then say the word of each clause."""
    avow("verify", str(home / "all.yaml"))
    said = json.loads(avow("status", str(home / "all.yaml"), "--json").output)
    return {promise["clause"]: promise["status"] for promise in said["promises"]}


def test_an_interest_that_nobody_weighed_breaks_both_clauses(home: Path) -> None:
    found = words(home)

    assert (found["4.weighed"], found["4"]) == ("broken", "broken")
    said = avow("status", str(home / "all.yaml")).output
    assert "the balancing of `improve` is missing" in said
    listed = avow("assess", str(home / "all.yaml"))
    assert (listed.exit_code, "▲ missing" in listed.output) == (1, True)


def test_a_weighed_interest_is_attested_and_heals_nothing_else(home: Path) -> None:
    assert words(home)["4.weighed"] == "broken"
    assessed(home, today() + timedelta(days=400))

    found = words(home)

    assert found["4.weighed"] == "attested"
    assert found["4"] == "unenforced"
    listed = avow("assess", str(home / "all.yaml"))
    assert (listed.exit_code, "● valid" in listed.output) == (0, True)
    assert "looked at again" not in avow("status", str(home / "all.yaml")).output


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"approver": "eve"}, "officer advises"),
        ({"conclusion": "fails"}, "may not go on"),
    ],
)
def test_what_does_not_count_keeps_it_broken(home: Path, said: dict[str, str], why: str) -> None:
    assessed(home, today() + timedelta(days=400), **said)

    assert words(home)["4.weighed"] == "broken"
    assert why in avow("assess", str(home / "all.yaml")).output


def test_a_review_that_comes_near_nags_in_the_terminal_and_on_the_page(home: Path) -> None:
    assessed(home, today() + timedelta(days=28))
    assert words(home)["4.weighed"] == "attested"

    assert "is to be looked at again by" in avow("status", str(home / "all.yaml")).output
    assert "in 28 days" in avow("status", str(home / "all.yaml")).output
    (ask,) = asked(home)
    assert (ask[0], ask[1]) == (AskKind.RENEW_DOCUMENT, "4")
    assert ask[2] == today() + timedelta(days=28)


def asked(home: Path) -> list[tuple[AskKind, str, date | None]]:
    """What the page of today asks for because of assessments."""
    declaration = load(home / "all.yaml").whole
    with open_state(home / "state", _url()) as state:
        known = Standing(declaration, state.store, state.clock).evidenced()
    waiting = asks(Known(Digest(), (), tuple(reviews(known.results)), (), today()))
    return [(each.kind, each.subject, each.due) for each in waiting]


def _url() -> str | None:
    return os.environ.get("AVOW_DATABASE_URL")


def test_a_review_that_is_past_breaks_the_promise_again(home: Path) -> None:
    assessed(home, today() + timedelta(days=28))
    assert words(home)["4.weighed"] == "attested"
    assessed(home, today() - timedelta(days=1))

    assert words(home)["4.weighed"] == "broken"
    assert "was to be looked at again by" in avow("status", str(home / "all.yaml")).output
    found = avow("check", str(home / "all.yaml")).output
    assert "AV672" in found
    assert "AV670" not in found


@pytest.mark.parametrize("language", ["fr", "nl", "en"])
@pytest.mark.parametrize("kind", ["balancing", "impact"])
def test_the_questions_are_written_and_no_answer_is(folder: Path, kind: str, language: str) -> None:
    made = avow(
        "assess", str(folder / "all.yaml"), "--new", kind, "--of", "improve", "--language", language
    )

    text = (folder / f"improve-{kind}.{language}.md").read_text()
    assert made.exit_code == 0, made.output
    assert "conclusion: open" in text
    assert 'necessity: ""' in text
    assert "{" not in text
    assert text.count("…") > 15
    again = avow("assess", str(folder / "all.yaml"), "--new", kind, "--of", "improve",
                 "--language", language)  # fmt: skip
    assert again.exit_code == 2
    assert (folder / f"improve-{kind}.{language}.md").read_text() == text


def test_only_what_is_declared_can_be_assessed(folder: Path) -> None:
    wrong = avow("assess", str(folder / "all.yaml"), "--new", "transfer", "--of", "improve")

    assert wrong.exit_code == 2
    assert "name a recipient of the declaration" in wrong.output
    said = json.loads(avow("assess", str(folder / "all.yaml"), "--json").output)
    assert [(each["of"], each["state"], each["asked_by_law"]) for each in said] == [
        ("improve", "missing", True)
    ]
