"""The documents name what is there: commands, dependencies, files."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from avow.faces.cli.main import SETTINGS, main

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
WIDTH = 100
EXTRAS = "optional-dependencies"
COMMANDS = """# Commands

What every command says with `--help`; this page is made from it. Each ends with one of the
[exit codes](exit-codes.md), the same for all.
"""
_LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#]+)")
_NAME = re.compile(r"^[A-Za-z0-9_.-]+")


def read(path: str) -> str:
    """The text of a file of the project."""
    return (ROOT / path).read_text(encoding="utf-8")


def test_the_page_of_commands_is_what_they_say_of_themselves() -> None:
    """`AVOW_UPDATE=1 make test ARGS=tests/tidy/test_documents.py` writes the page anew."""
    page, made = ROOT / "docs/reference/commands.md", commands_page()
    if os.environ.get("AVOW_UPDATE") == "1":
        page.write_text(made, encoding="utf-8")
    assert page.read_text(encoding="utf-8") == made


def commands_page() -> str:
    """The reference of all commands: an introduction, and the help of each."""
    return "\n".join([COMMANDS, *sections(main, click.Context(main, info_name="avow", **SETTINGS))])


def sections(group: click.Group, context: click.Context) -> Iterator[str]:
    """A heading and the help of every command of a group, each followed by its own commands."""
    for word in group.list_commands(context):
        command = group.get_command(context, word)
        assert command is not None
        inner = click.Context(command, context, info_name=word, terminal_width=WIDTH)
        level = "#" * (len(inner.command_path.split()))
        yield f"{level} {inner.command_path}\n\n```text\n{command.get_help(inner)}\n```\n"
        if isinstance(command, click.Group):
            yield from sections(command, inner)


def test_every_finding_has_one_paragraph_in_the_order_of_codes() -> None:
    codes = re.findall(r"^## (AV\d{3})$", read("docs/reference/findings.md"), re.MULTILINE)
    assert codes == sorted(set(codes))


@pytest.mark.parametrize("requirement", PROJECT["project"]["dependencies"])
def test_a_dependency_is_explained_and_locked(requirement: str) -> None:
    name = package(requirement)
    table = read("docs/decisions/0002-dependencies.md").lower()
    assert re.search(rf"^\|.*\b{name}\b.*\|.+\|$", table.replace("_", "-"), re.MULTILINE)
    for lock in ("run", "test"):
        assert name in locked(lock)


LIBRARIES = {"typst": "typst", "odfdo": "odfdo", "docx": "python-docx", "lxml": "lxml",
             "pypdf": "pypdf"}  # fmt: skip
"""What of the extras is imported under which name, and its package."""


def smallest_extra(needed: set[str]) -> str:
    """The extra that has these packages and the fewest others."""
    extras = PROJECT["project"][EXTRAS].items()
    every: dict[str, set[str]] = {name: set(map(package, has)) for name, has in extras}
    return min((len(has), name) for name, has in every.items() if needed <= has)[1]


def test_a_library_that_lacks_is_had_by_the_smallest_extra_that_has_it() -> None:
    """Who prints letters is not told to install what reads spreadsheets."""
    told = {}
    for path in (ROOT / "src").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        said = re.search(r"avow\[(\w+)\]", text)
        imports = re.findall(r"""(?:import|from|find_spec\(")\s*(\w+)""", text)
        needed = {LIBRARIES[name] for name in imports if name in LIBRARIES}
        if said and needed:
            told[str(path.relative_to(ROOT))] = (said[1], smallest_extra(needed))
    assert len(told) > 1, "this test reads nothing any more"
    assert {name: pair for name, pair in told.items() if pair[0] != pair[1]} == {}


@pytest.mark.parametrize("requirement", PROJECT["dependency-groups"]["dev"])
def test_a_tool_is_locked_for_tests_only(requirement: str) -> None:
    assert package(requirement) in locked("test") - locked("run")


def test_the_test_lock_contains_the_run_lock() -> None:
    assert locked("run") < locked("test")


def package(requirement: str) -> str:
    """The normalised name in a requirement."""
    found = _NAME.match(requirement)
    assert found
    return found.group().lower().replace("_", "-")


def locked(lock: str) -> set[str]:
    """The packages of a lock, each pinned and with hashes."""
    text = read(f"requirements/{lock}.txt")
    entries = re.findall(r"^([^\s=]+)==\S+.*\\\n    --hash=sha256:", text, re.MULTILINE)
    assert len(entries) == len(re.findall(r"^\S+==", text, re.MULTILINE))
    return {entry.lower().replace("_", "-") for entry in entries}


@pytest.mark.parametrize("page", sorted(path.name for path in ROOT.glob("*.md")))
def test_links_lead_somewhere(page: str) -> None:
    dead = [link for link in _LINK.findall(read(page)) if not (ROOT / link).exists()]
    assert dead == []
