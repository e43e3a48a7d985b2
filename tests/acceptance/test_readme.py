"""The README shows what avow prints: its commands run here, on its declaration.

`AVOW_UPDATE=1 make test ARGS=tests/acceptance/test_readme.py` writes the transcript anew.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
EXAMPLE = ROOT / "examples/calls"
MOST_LINES = 25
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[str]:
    """The fenced blocks of the README in one language."""
    return [
        text
        for name, text in _BLOCK.findall(README.read_text(encoding="utf-8"))
        if name == language
    ]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A fresh folder with the example in it, where the commands run."""
    shutil.copytree(EXAMPLE, tmp_path / "examples/calls")
    return tmp_path


def test_the_declaration_is_the_example_and_short() -> None:
    (declaration,) = blocks("yaml")
    assert declaration == (EXAMPLE / "avow.yaml").read_text(encoding="utf-8")
    assert declaration.count("\n") <= MOST_LINES


def test_the_transcript_is_what_avow_prints(folder: Path) -> None:
    (printed,) = blocks("console")
    real = transcript(commands(printed), folder)
    if os.environ.get("AVOW_UPDATE") == "1":
        text = README.read_text(encoding="utf-8")
        README.write_text(text.replace(printed, real), encoding="utf-8")
        printed = real
    assert real == printed, "run again with AVOW_UPDATE=1, and read the difference"


def test_the_two_commands_are_there() -> None:
    text = README.read_text(encoding="utf-8")
    assert "make demo" in text
    assert "make test" in text


def commands(printed: str) -> list[str]:
    """The commands of a transcript, which begin with `$ `."""
    found = [line[2:] for line in printed.splitlines() if line.startswith("$ ")]
    assert found, "a transcript without a command proves nothing"
    return found


def transcript(lines: list[str], folder: Path) -> str:
    """Run the commands one after the other; what they print, with the commands in between."""
    return "\n".join(f"$ {line}\n{run(line, folder)}" for line in lines)


def run(line: str, folder: Path) -> str:
    """What one command prints. `sqlite3 FILE < SCRIPT` is done here: not everybody has it."""
    match shlex.split(line):
        case ["sqlite3", database, "<", script]:
            with sqlite3.connect(folder / database) as connection:
                connection.executescript((folder / script).read_text(encoding="utf-8"))
            connection.close()
            return ""
        case ["./avow", *arguments]:
            return avow(arguments, folder)
        case words:
            raise AssertionError(f"the README shows avow, not {words[0]}")


def avow(arguments: list[str], folder: Path) -> str:
    """What avow prints in a terminal of 100 columns."""
    answer = subprocess.run(
        [sys.executable, "-m", "avow.faces.cli.main", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "COLUMNS": "100", "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=60,
    )
    assert "Traceback" not in answer.stdout, answer.stdout
    return answer.stdout
