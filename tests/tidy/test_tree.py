"""The rules of the house hold in the whole tree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.tidy import rules

ROOT = Path(__file__).parents[2]
FOLDERS = ("src", "tests", "docs", "examples", "declarations", "bench", "changelog.d", ".ci")
TEXTS = frozenset(
    {".py", ".md", ".sql", ".yaml", ".html", ".css", ".js", ".toml", ".txt", ".json", ".sh", ""}
)
MADE = frozenset({".git", "__pycache__", "_build", "node_modules"})
PAGES = ROOT / "src/avow/faces/web"

ENTRIES = frozenset({"avow.faces.cli.main"})
"""Modules that are started and not imported. Commands are entries by their name."""

SPECIFICATION = frozenset({"avow.declaration.decision.fate", "avow.estate.connectors.twin"})
"""The meaning as plain functions: what the engine compiles is held against it, in the tests."""

Rule = Callable[[str, str], list[str]]


@cache
def tree() -> dict[str, str]:
    """Every text file of the project, by its path from the root."""
    return {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in _files()}


def _files() -> Iterator[Path]:
    yield from (path for path in ROOT.glob("*.*") if _is_text(path))
    for folder in FOLDERS:
        yield from (path for path in (ROOT / folder).rglob("*") if _is_text(path))


def _is_text(path: Path) -> bool:
    return path.is_file() and path.suffix in TEXTS and not MADE & set(path.parts)


def below(*folders: str, suffix: str = ".py") -> dict[str, str]:
    """The files under some folders."""
    return {p: t for p, t in tree().items() if p.startswith(folders) and p.endswith(suffix)}


def broken(rule: Rule, files: dict[str, str]) -> list[str]:
    """All that a rule says about some files; that there are files at all is part of the rule."""
    assert files, "the rule looks at nothing"
    return [line for path, text in files.items() for line in rule(path, text)]


@pytest.mark.parametrize("rule", [rules.long_functions, rules.long_file, rules.nameless])
def test_python_is_small_and_named(rule: Rule) -> None:
    assert broken(rule, below("src", "tests", "bench", "docs")) == []


def test_only_the_command_line_prints() -> None:
    assert broken(rules.prints, _without(below("src"), "src/avow/faces/cli/")) == []


def test_only_the_clock_and_the_faces_read_the_clock() -> None:
    allowed = ("src/avow/common/clock.py", "src/avow/faces/")
    assert broken(rules.clock_reads, _without(below("src"), *allowed)) == []


def _without(files: dict[str, str], *folders: str) -> dict[str, str]:
    return {path: text for path, text in files.items() if not path.startswith(folders)}


def test_public_functions_are_documented() -> None:
    assert broken(rules.undocumented, below("src")) == []


def test_init_files_are_empty() -> None:
    assert broken(rules.filled_init, _named(tree(), "__init__.py")) == []


def _named(files: dict[str, str], name: str) -> dict[str, str]:
    return {path: text for path, text in files.items() if Path(path).name == name}


def test_every_package_has_its_init() -> None:
    folders = {path.parent for path in (ROOT / "src/avow").rglob("*.py")}
    assert [folder for folder in folders if not (folder / "__init__.py").exists()] == []


@pytest.mark.parametrize("rule", [rules.markers, rules.machine_paths])
def test_texts_are_finished_and_at_home_everywhere(rule: Rule) -> None:
    assert broken(rule, tree()) == []


def test_locks_hold_no_address() -> None:
    locks = {str(p): p.read_text(encoding="utf-8") for p in (ROOT / "requirements").glob("*.txt")}
    assert broken(rules.addresses, locks) == []


def test_pages_ask_no_other_host() -> None:
    assets = [p for p in PAGES.rglob("*") if p.suffix in {".html", ".css", ".js", ".svg"}]
    texts = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in assets}
    assert [line for path, text in texts.items() for line in rules.foreign_assets(path, text)] == []


def test_changelog_fragments_are_sentences() -> None:
    fragments = _without(below("changelog.d", suffix=".md"), "changelog.d/README.md")
    assert broken(rules.malformed_fragment, fragments) == []


def test_every_finding_code_has_a_paragraph_and_every_paragraph_a_code() -> None:
    raised = _union(rules.raised_codes(text) for text in below("src").values())
    documented = rules.documented_codes(tree()["docs/reference/findings.md"])
    assert sorted(raised - documented) == [], "without a paragraph in docs/reference/findings.md"
    assert sorted(documented - raised) == [], "documented, and given by nothing"


def _union(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*sets)


def test_no_module_is_dead() -> None:
    sources = {_module(p): t for p, t in below("src").items() if Path(p).name != "__init__.py"}
    commands = {name for name in sources if name.endswith("_command")}
    assert rules.dead_modules(sources, ENTRIES | SPECIFICATION | commands) == []


def _module(path: str) -> str:
    return ".".join(Path(path).relative_to("src").with_suffix("").parts)
