"""A sample judged on a one-time page, and a slip of the finger that two approvers correct."""

from __future__ import annotations

import json
import os
from pathlib import Path

from litestar.testing import TestClient

from avow.app import open_state
from avow.declaration.load import load
from avow.faces.cli.serve_command import desk_of, source_of
from avow.faces.web.application import asked_app
from tests.acceptance.evidence import avow, planned, restored
from tests.acceptance.test_rehearse_command import BOTH, home, made
from tests.pages.test_security import OURS

__all__ = ["home", "made"]

REASON = "the wrong line was ticked for Jansen"


def judge(folder: Path, plan: str, person: str, *, wrong: int = 0, shown: bool = False) -> str:
    """Ask a person on a page, and judge every row there; gives the text of the pages."""
    show = ("--show",) if shown else ()
    said = json.loads(avow("sample", plan, "--ask", person, "--json", *show).output)
    path = "/fr" + said["address"].removeprefix("http://127.0.0.1:8400")
    declaration = load(folder / "declaration").whole
    state = open_state(folder / "state", os.environ["AVOW_DATABASE_URL"])
    with state as opened:
        desk = desk_of(source_of(declaration, opened), declaration, opened)
        with TestClient(asked_app(desk), base_url="http://127.0.0.1") as client:
            client.follow_redirects = False
            seen = client.get(path).text + client.get(f"{path}/1?values=1").text
            form = {f"a{n}": "right" for n in range(1, 70)}
            if wrong:
                form[f"a{wrong}"] = "wrong"
            for page in range(1, 8):
                client.post(f"{path}/{page}/save", data=form, headers=OURS)
            assert client.post(f"{path}/send/now", headers=OURS).status_code == 303
    return seen


def test_a_sample_judged_on_a_page_speaks_for_a_level(home: Path) -> None:
    plan = planned()
    avow("rehearse", plan, "--on", restored(home))
    assert "secret page" not in judge(home, plan, "olivia")
    avow("level", "app", "visits", "approve", *BOTH)
    avow("ledger", "verify")


def test_values_are_on_the_page_only_when_that_was_allowed(home: Path) -> None:
    assert "secret page" in judge(home, planned(), "olivia", shown=True)


def test_a_slip_of_the_finger_is_corrected_by_two_and_kept(home: Path) -> None:
    """Wrong by mistake: no level, no second answer, not by one. Two and a reason free it."""
    plan = planned()
    avow("rehearse", plan, "--on", restored(home))
    judge(home, plan, "olivia", wrong=3)
    refused = avow("level", "app", "visits", "approve", *BOTH, expect=3).output
    assert "1 rows that were drawn were judged wrong" in refused
    file = home / "judged.json"
    said = json.loads(avow("sample", plan, "--json", expect=1).output)
    for row in said["rows"]:
        row["judgement"] = "right"
    file.write_text(json.dumps(said))
    again = avow("sample", plan, "--judged", str(file), "--as", "olivia", expect=3)
    assert "AV549" in again.output
    correct = ("sample", plan, "--correct", "3", "--reason", REASON)
    assert "AV549" in avow(*correct, "--as", "marc", expect=3).output
    assert "AV420" in avow(*correct, "--as", "marc", "--as", "claire", expect=3).output
    done = avow(*correct, *BOTH).output
    assert "Jansen" not in done
    avow("level", "app", "visits", "approve", *BOTH)
    (kept,) = json.loads(avow("sample", plan, "--json").output)["corrections"]
    assert kept["before"] == {"judgement": "wrong", "person": "olivia"}
    assert kept["after"] == {"judgement": "right", "by": ["marc", "paul"]}
    assert kept["reason"] == REASON
    avow("ledger", "verify")


def test_an_older_sample_of_the_plan_is_corrected_by_its_name(home: Path) -> None:
    plan = planned()
    judge(home, plan, "olivia", wrong=1)
    older = json.loads(avow("sample", plan, "--json", expect=1).output)["sample"]
    avow("sample", plan, "--again")
    correct = ("sample", plan, "--correct", "1", "--reason", "a slip", *BOTH)
    assert "AV549" in avow(*correct, expect=3).output
    avow(*correct, "--of", older, "--to", "unsure")
    assert "AV581" in avow(*correct, "--of", "sample-none", expect=3).output


def test_what_a_correction_needs_is_said_before_anything_is_read(home: Path) -> None:
    del home
    for words in (("--correct", "1", *BOTH), ("--correct", "1", "--reason", "x"), BOTH):
        avow("sample", "plan-none", *words, expect=2)
