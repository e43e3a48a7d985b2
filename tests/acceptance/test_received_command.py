"""A list from another organiser, by the command: entered, due, informed in time or broken."""

from __future__ import annotations

import json
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from avow.common.calendar import Period, add
from avow.faces.cli.main import main
from tests.today import today

DECLARATION = """\
avow: "1"
declaration: fairs
controller: {name: Fairs NV, zone: Europe/Brussels, country: BE}
people:
  - {person: claire, name: Claire, roles: [author]}
  - {person: marc, name: Marc, roles: [approver]}
  - {person: paul, name: Paul, roles: [approver]}
clauses: {"1": {kind: E}, "3": {kind: E}}
categories: {email: {clause: "1", dpv: pd:EmailAddress}}
subjects: {visitor: {}}
events: {came: {kind: point}}
collection:
  - {point: lists, clause: "1", source: other-fairs, collects: [{category: email, clause: "1", required: yes}]}
purposes: [{purpose: invite, clause: "1", basis: consent, uses: {category: email}}]
retention: [{rule: lists, clause: "3", applies_to: {category: email}, starts: came, at_most: 1 year}]
systems:
  - system: fairs
    connector: sqlite
    url: ${FAIRS}
    zone: Europe/Brussels
    datasets:
      visitor:
        subject: visitor
        key: [id]
        collected_at: lists
        rest: email
        events: {came: came_on}
"""  # noqa: E501 -- a declaration reads best one thing on a line


def avow(*words: str, expect: int = 0) -> Result:
    done = CliRunner().invoke(main, words)
    assert done.exit_code == expect, done.output
    return done


@pytest.fixture
def proof(tmp_path: Path, state_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The declaration in force, and the document by which the persons agreed."""
    with sqlite3.connect(tmp_path / "fairs.db") as made:
        made.execute("CREATE TABLE visitor (id integer PRIMARY KEY, email text, came_on date)")
    made.close()
    for name, value in (
        ("FAIRS", tmp_path / "fairs.db"),
        ("AVOW_STATE", tmp_path / "state"),
        ("AVOW_DATABASE_URL", state_url),
    ):
        monkeypatch.setenv(name, str(value))
    (tmp_path / "state").mkdir()
    (tmp_path / "now").mkdir()
    (tmp_path / "now" / "avow.yaml").write_text(DECLARATION)
    avow("activate", str(tmp_path / "now"), "--author", "claire", "--as", "marc", "--as", "paul")
    document = tmp_path / "agreement.pdf"
    document.write_bytes(b"they agreed")
    return document


def word_of(clause: str, proof: Path) -> str:
    """The word of a promise after the checks were asked."""
    declaration = str(proof.parent / "now")
    CliRunner().invoke(main, ["verify", declaration])
    told = json.loads(CliRunner().invoke(main, ["status", declaration, "--json"]).output)
    return str(next(p["status"] for p in told["promises"] if p["clause"] == clause))


def entered(proof: Path, *, days_ago: int) -> str:
    came = today() - timedelta(days=days_ago)
    done = avow(
        "received", "add", "other-fairs", "--system", "fairs", "--persons", "12",
        "--on", came.isoformat(), "--proof", str(proof), "--by", "claire",
    )  # fmt: skip
    assert f"to be informed by {add(came, Period(months=1))}" in done.output
    return done.output.partition(":")[0]


def test_a_list_whose_persons_were_informed_in_time_keeps_the_promise(proof: Path) -> None:
    name = entered(proof, days_ago=20)

    avow("received", "note", name, "--told", (today() - timedelta(days=1)).isoformat())

    assert word_of("1", proof) == "kept"
    (listed,) = json.loads(avow("received", "list", "--json").output)
    assert (listed["persons"], listed["told_on"]) == (12, str(today() - timedelta(days=1)))


def test_a_letter_before_the_month_is_over_brings_the_day_forward(proof: Path) -> None:
    """Imported on a day, first letter nine days later: informed by then, or late."""
    name = entered(proof, days_ago=20)

    first = (today() - timedelta(days=11)).isoformat()
    said = avow("received", "note", name, "--contact", first).output

    assert f"to be informed by {first}" in said
    assert word_of("1", proof) == "broken"


def test_a_list_without_a_proof_is_broken_from_its_first_day(proof: Path) -> None:
    done = avow(
        "received", "add", "other-fairs", "--system", "fairs", "--persons", "3", "--by", "claire"
    )

    assert "no document shows that they agreed" in done.output
    assert word_of("1", proof) == "broken"


@pytest.mark.parametrize(
    ("source", "system", "person", "said"),
    [
        ("nobody", "fairs", "claire", "no source `nobody`"),
        ("other-fairs", "crm", "claire", "no system `crm`"),
        ("other-fairs", "fairs", "eve", "no person `eve`"),
    ],
)
def test_what_the_declaration_does_not_name_is_refused(
    proof: Path, source: str, system: str, person: str, said: str
) -> None:
    words = ("received", "add", source, "--system", system, "--persons", "1", "--by", person)

    done = CliRunner().invoke(main, words)

    assert done.exit_code != 0
    assert said in done.output
    assert avow("received", "list").output == ""
