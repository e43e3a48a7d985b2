"""The command line: lazy, quick, and honest in its exit codes."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from avow.common.exits import Exit, exit_of
from avow.faces.cli.main import LazyGroup, main, short_help

ROOT = Path(__file__).parents[2]
COMMAND = '''"""Count the planets.

More about planets.
"""
import click
from avow.common.errors import AvowError

class Guarded(AvowError):
    code = "AV401"

@click.command()
def command():
    raise Guarded("too many planets", help="ask for fewer")
'''


@pytest.fixture
def group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LazyGroup:
    """A group with one command that works and one whose import fails."""
    package = tmp_path / "planets"
    package.mkdir()
    (package / "count_all_command.py").write_text(COMMAND)
    (package / "broken_command.py").write_text('"""Break."""\nraise RuntimeError')
    (package / "orbit.py").write_text('"""No command."""')
    monkeypatch.syspath_prepend(tmp_path)
    return LazyGroup("planets", folder=package, package="planets")


def test_help_reads_first_lines_and_imports_nothing(group: LazyGroup) -> None:
    answer = CliRunner().invoke(group, ["--help"])
    assert answer.exit_code == Exit.OK
    assert "broken     Break\n  count-all  Count the planets\n" in answer.output
    assert "orbit" not in answer.output


def test_a_command_is_named_after_its_file(group: LazyGroup) -> None:
    context = click.Context(group)
    assert isinstance(group.get_command(context, "count-all"), click.Command)
    assert group.get_command(context, "orbit") is None


def test_an_unknown_command_is_a_usage_error(group: LazyGroup) -> None:
    assert CliRunner().invoke(group, ["orbit"]).exit_code == Exit.USAGE


def test_an_error_is_printed_with_its_help_and_ends_with_the_code_of_its_family(
    group: LazyGroup,
) -> None:
    answer = CliRunner().invoke(group, ["count-all"])
    assert answer.exit_code == Exit.REFUSED
    assert answer.stderr == "error AV401: too many planets\n  help     ask for fewer\n"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("AV101", Exit.USAGE),
        ("AV214", Exit.USAGE),
        ("AV402", Exit.REFUSED),
        ("AV501", Exit.UNREACHABLE),
        ("AV850", Exit.UNREACHABLE),
        ("AV801", Exit.FINDINGS),
        ("AV000", Exit.FINDINGS),
    ],
)
def test_every_family_of_errors_has_its_exit_code(code: str, expected: Exit) -> None:
    assert exit_of(code) is expected


def test_the_documented_exit_codes_are_the_real_ones() -> None:
    page = (ROOT / "docs/reference/exit-codes.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1:3] for line in page.splitlines() if line.startswith("| ")][1:]
    assert {(int(code), name.strip().upper()) for code, name in rows} == {
        (exit_.value, exit_.name) for exit_ in Exit
    }


def test_every_command_says_what_it_does() -> None:
    assert isinstance(main, LazyGroup)
    files = list(main.folder.glob("*_command.py"))
    assert [file.name for file in files if not short_help(file)] == []


def test_help_comes_at_once() -> None:
    """Three tries, the best counts: other work on the machine is not our slowness."""
    assert min(_seconds_of_help() for _ in range(3)) < 0.3


def _seconds_of_help() -> float:
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "avow.faces.cli.main", "--help"],
        check=True,
        capture_output=True,
        cwd=ROOT / "src",
    )
    return time.perf_counter() - start
