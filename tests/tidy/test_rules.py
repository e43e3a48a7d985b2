"""Each rule of the house finds the fault that is planted for it, and leaves good text alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.tidy import rules

Rule = Callable[[str, str], list[str]]

PLANTED: list[tuple[Rule, str, str]] = [
    (rules.long_functions, "a.py", "def f():\n" + "    x = 1\n" * 70),
    (rules.long_file, "a.py", "x = 1\n" * 601),
    (rules.nameless, "src/avow/common/date_utils.py", ""),
    (rules.nameless, "a.py", "class PlanManager: ..."),
    (rules.nameless, "a.py", "def load_helper(): ..."),
    (rules.nameless, "a.py", "async def services(): ..."),
    (rules.prints, "a.py", "def f():\n    print('hello')"),
    (rules.clock_reads, "a.py", "day = date.today()"),
    (rules.clock_reads, "a.py", "at = datetime.datetime.now(tz=UTC)"),
    (rules.clock_reads, "a.py", "field(default_factory=Instant.now)"),
    (rules.markers, "a.py", "x = 1  # TO" + "DO: later"),
    (rules.machine_paths, "a.md", "see /ro" + "ot/notes.txt"),
    (rules.addresses, "requirements/run.txt", "click @ https://example.org/click.whl"),
    (rules.addresses, "requirements/run.txt", "--index-url somewhere"),
    (rules.foreign_assets, "a.css", "@import 'https://fonts.example/x.css';"),
    (rules.foreign_assets, "a.html", '<script src="//cdn.example/x.js"></script>'),
    (rules.foreign_assets, "a.css", "src: url(//cdn.example/x.woff)"),
    (rules.undocumented, "a.py", "def reach(): ..."),
    (rules.undocumented, "a.py", "class Plan: ..."),
    (rules.filled_init, "a/__init__.py", "from a.b import c\n"),
    (rules.malformed_fragment, "changelog.d/News.md", "Holds can be released."),
    (rules.malformed_fragment, "changelog.d/holds.added.md", ""),
    (rules.malformed_fragment, "changelog.d/holds.added.md", "- Holds can be released."),
]


@pytest.mark.parametrize(("rule", "path", "text"), PLANTED)
def test_a_planted_fault_is_found(rule: Rule, path: str, text: str) -> None:
    assert len(rule(path, text)) == 1


GOOD: list[tuple[Rule, str, str]] = [
    (rules.long_functions, "a.py", "def f():\n" + "    x = 1\n" * 69),
    (rules.long_file, "a.py", "x = 1\n" * 600),
    (rules.nameless, "src/avow/engine/plan.py", "class PurposeServed: ..."),
    (rules.prints, "a.py", "console.print('hello')"),
    (rules.clock_reads, "a.py", "day = clock.today()\nat = time.monotonic()"),
    (rules.markers, "a.py", "# a method that is to do with dates"),
    (rules.machine_paths, "a.md", "/usr/bin/chromium and docs/root/x and ./home/x"),
    (rules.addresses, "requirements/run.txt", "click==8.2 \\\n    --hash=sha256:aa"),
    (rules.foreign_assets, "a.svg", '<svg xmlns="http://www.w3.org/2000/svg">'),
    (rules.undocumented, "a.py", 'def reach():\n    """Whose row."""\ndef _f(): ...'),
    (rules.filled_init, "a/__init__.py", ""),
    (rules.malformed_fragment, "changelog.d/holds.added.md", "Holds can be released.\n"),
]


@pytest.mark.parametrize(("rule", "path", "text"), GOOD)
def test_good_text_passes(rule: Rule, path: str, text: str) -> None:
    assert rule(path, text) == []


def test_a_code_is_raised_by_a_literal_and_not_by_prose() -> None:
    text = '"""Gives AV101 and more."""\nFinding("AV102", "see AV103")'
    assert rules.raised_codes(text) == {"AV102"}


def test_a_code_is_documented_by_a_heading_with_a_paragraph() -> None:
    text = "## AV101\n\nA key stands twice in one mapping of the file.\n"
    text += "\n## AV102\n\n## AV103\nShort.\n"
    assert rules.documented_codes(text) == {"AV101"}


def test_a_module_that_nobody_imports_is_dead() -> None:
    sources = {
        "avow.app": "from avow.engine import plan\nload('avow.faces.web.portal')",
        "avow.engine.plan": "import avow.common.ids",
        "avow.common.ids": "",
        "avow.common.left": "",
        "avow.faces.web.portal": "",
    }
    assert rules.dead_modules(sources, frozenset({"avow.app"})) == [
        "avow.common.left: nobody imports it"
    ]
