"""The part of the tutorial about a request: its commands run, and what it names is there."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from avow.common.exits import Exit
from avow.duties.requests.book import read
from avow.duties.requests.words import Status
from avow.faces.cli.desk import Desk
from avow.faces.cli.main import main
from examples.clearnox.asking import STORY, asked_on
from tests.acceptance.town import DECLARATION, TODAY, Town, environment, town

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/tutorial/first-hour.md"
HEAD = "## A request, from the form to the answer\n"
_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_BOLD = re.compile(r"\*\*([^*]+)\*\*")


def part() -> str:
    """The part of the page."""
    return PAGE.read_text(encoding="utf-8").partition(HEAD)[2].partition("\n## ")[0]


def commands() -> list[str]:
    """Every line that the reader types."""
    return [line for block in _BLOCK.findall(part()) for line in block.splitlines()]


def answered(made: Town) -> tuple[str, str]:
    """A request of the town that was answered, and its answer."""
    desk = Desk(made.state, made.declaration, TODAY)
    (day,) = [n for n, story in STORY.items() if story.__name__ == "_answered"]
    asked_on(desk, made.urls["app"], day)
    with made.state.store.outside() as owner:
        (row,) = owner.execute("SELECT id FROM avow.request").fetchall()
    state = read(desk.book, row["id"])
    assert state.status is Status.ANSWERED
    (answer,) = state.answers
    return state.id, answer


def test_every_command_runs(
    postgres_server: Path, state_template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the reader types them, with the ids that they have by then."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(DECLARATION, ".avow/declaration")
    with town(postgres_server, state_template, tmp_path / "town") as made:
        monkeypatch.setenv("AVOW_DATABASE_URL", made.address)
        monkeypatch.setenv("AVOW_STATE", str(made.state.folder))
        for name, address in environment(made.urls).items():
            monkeypatch.setenv(name, address)
        request, answer = answered(made)
        said = {}
        for line in commands():
            name, *words = shlex.split(line.replace("request-…", request))
            said[line] = run(name, [answer if w == "answer-…" else w for w in words], answer)
    first, shown, _, listed = said.values()
    assert "one-time secret: " in first
    assert answer in shown
    assert "data/" in listed


def run(name: str, words: list[str], answer: str) -> str:
    """What a command says."""
    if name == "python3":
        return subprocess.run([sys.executable, *words], check=True, capture_output=True,
                              text=True).stdout  # fmt: skip
    assert name == "./avow"
    done = CliRunner().invoke(main, words)
    assert done.exit_code == Exit.OK, done.output
    return done.output


def test_what_is_to_be_pressed_is_on_a_page() -> None:
    """What stands in bold with a capital stands so in the pages. What begins a paragraph ends in a
    full stop, and is no button."""
    pages = [*ROOT.glob("src/avow/faces/web/**/*.html"), *ROOT.glob("src/avow/faces/web/**/*.py")]
    said = " ".join(" ".join(page.read_text(encoding="utf-8").split()) for page in pages)
    bold = [" ".join(each.split()) for each in _BOLD.findall(part())]
    pressed = [each for each in bold if not each.endswith(".")]
    assert len(pressed) > 10
    assert [each for each in pressed if each not in said] == []
