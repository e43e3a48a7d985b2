"""What speaks for level approve, recorded by the commands that people type."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from click.testing import CliRunner, Result

from avow.faces.cli.main import main


def avow(*words: str, expect: int = 0, answers: str = "") -> Result:
    """Run a command and look at its exit code."""
    done = CliRunner().invoke(main, words, input=answers)
    assert done.exit_code == expect, done.output
    return done


def planned() -> str:
    """The id of a new plan of the one system."""
    return str(json.loads(avow("plan", "--json").output)[0]["plan"]["id"])


def restored(home: Path) -> str:
    """A fresh copy of the system, which is the file `app.db`."""
    return str(shutil.copyfile(home / "app.db", home / "copy.db"))


def judged_right(home: Path, plan: str, person: str = "paul") -> None:
    """A person says that every row drawn from the plan is right, in a file."""
    said = json.loads(avow("sample", plan, "--json").output)
    for row in said["rows"]:
        row["judgement"] = "right"
    (home / "judged.json").write_text(json.dumps(said))
    avow("sample", plan, "--judged", str(home / "judged.json"), "--as", person)


def spoken_for(home: Path) -> None:
    """A plan of today is rehearsed on a copy, and its sample is judged."""
    plan = planned()
    avow("rehearse", plan, "--on", restored(home))
    judged_right(home, plan)
