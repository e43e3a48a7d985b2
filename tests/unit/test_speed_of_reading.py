"""What makes `avow check` and `avow --help` quick, guarded by counts: they hold on any machine."""

from __future__ import annotations

import cProfile
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

from avow.declaration.check.run import check
from avow.declaration.load import load
from avow.declaration.model import Declaration

ROOT = Path(__file__).parents[2]
COMMAND = """
import sys
from avow.faces.cli.main import main
try:
    main(sys.argv[1:], prog_name="avow")
except SystemExit:
    pass
print(*sys.modules, file=sys.stderr)
"""
LATE = frozenset(
    {
        "babel", "cryptography", "holidays", "jinja2", "litestar", "msgspec", "psycopg", "rich",
        "sqlalchemy", "uvicorn", "whenever", "yaml",
    }
)  # fmt: skip
"""Libraries that take long to import; a help needs none of them."""
FOR_CHECKING = frozenset({"msgspec", "whenever", "yaml"})


def imported(*words: str) -> set[str]:
    """The modules that a command has imported when it ends."""
    run = subprocess.run(
        [sys.executable, "-c", COMMAND, *words],
        env={"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(run.stderr.split())


def test_the_help_imports_no_library_that_takes_long() -> None:
    found = imported("--help")
    assert "click" in found
    assert sorted(found & LATE) == []


def test_a_check_imports_only_what_reads_declarations(tmp_path: Path) -> None:
    file = tmp_path / "avow.yaml"
    file.write_text("declaration: small\n", encoding="utf-8")
    found = imported("check", str(file))
    assert sorted(found & LATE) == sorted(FOR_CHECKING)


def asked(declaration: Declaration) -> int:
    """How often a check asks whether a scope reaches a cell."""
    profile = cProfile.Profile()
    profile.runcall(check, declaration, date(2026, 6, 1))
    return sum(
        e.callcount for e in profile.getstats() if getattr(e.code, "co_name", "") == "covers"
    )


def test_a_decision_costs_only_the_cells_that_it_changes() -> None:
    """Twice the decisions are far from twice the questions: most ask nothing of most cells."""
    declaration = load(ROOT / "declarations" / "clearnox").whole
    again = {f"{name}-again": replace(d, id=f"{name}-again")
             for name, d in declaration.decisions.items()}  # fmt: skip
    twice = replace(declaration, decisions={**declaration.decisions, **again})
    assert len(again) > 20
    assert 0 < asked(twice) < 1.5 * asked(declaration)
