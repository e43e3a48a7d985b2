"""The documents name what is there: commands, dependencies, files."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import click
import pytest

from avow.faces.cli.main import main

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
_LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#]+)")
_NAME = re.compile(r"^[A-Za-z0-9_.-]+")


def read(path: str) -> str:
    """The text of a file of the project."""
    return (ROOT / path).read_text(encoding="utf-8")


def test_every_command_has_its_section_and_every_section_its_command() -> None:
    sections = re.findall(r"^## avow (\S+)$", read("docs/reference/commands.md"), re.MULTILINE)
    assert sections == main.list_commands(click.Context(main))


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
