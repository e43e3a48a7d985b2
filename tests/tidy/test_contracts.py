"""The order of imports holds, and each contract that says so finds the import planted for it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src"
CONFIG = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS = CONFIG["tool"]["importlinter"]["contracts"]

PLANTED = {
    "floors": ("avow.common", "import avow.duties"),
    "faces": ("avow.faces.web", "import avow.faces.worker"),
    "duties": ("avow.duties.consent", "import avow.duties.requests"),
    "engine": ("avow.engine.verifier", "import avow.engine.planner"),
    "estate": ("avow.estate.datamap", "import avow.estate.connectors"),
    "connectors": ("avow.duties.retention", "import avow.estate.connectors"),
    "verifier": ("avow.engine.verifier", "import avow.estate.connectors.render"),
    "pure": ("avow.declaration", "import psycopg"),
    "acyclic": ("avow.duties.correspondence", "import avow.duties.assurance"),
}
"""Contract → the package that breaks it, and how. `acyclic` needs the way back as well."""


def test_the_source_keeps_every_contract() -> None:
    assert lint(SOURCE) == frozenset()


def test_every_contract_has_its_planted_fault() -> None:
    assert {contract["id"] for contract in CONTRACTS} == set(PLANTED)


def test_a_tree_without_imports_keeps_every_contract(skeleton: Path) -> None:
    assert lint(skeleton) == frozenset()


@pytest.mark.parametrize("contract", PLANTED)
def test_a_planted_import_breaks_its_contract(skeleton: Path, contract: str) -> None:
    package, line = PLANTED[contract]
    plant(skeleton, package, line)
    if contract == "acyclic":
        plant(skeleton, "avow.duties.assurance", "import avow.duties.correspondence")
    assert contract in lint(skeleton, contract)


def test_a_new_package_must_find_its_floor(skeleton: Path) -> None:
    (skeleton / "avow/basement").mkdir()
    (skeleton / "avow/basement/__init__.py").touch()
    assert "floors" in lint(skeleton, "floors")


@pytest.fixture
def skeleton(tmp_path: Path) -> Path:
    """The modules of the real source, all empty."""
    for file in SOURCE.rglob("*.py"):
        copy = tmp_path / file.relative_to(SOURCE)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.touch()
    return tmp_path


def plant(source: Path, package: str, line: str) -> None:
    """Write an import into a package."""
    (source / Path(*package.split(".")) / "__init__.py").write_text(line + "\n", encoding="utf-8")


def lint(source: Path, *only: str) -> frozenset[str]:
    """The ids of the contracts that a source tree breaks."""
    command = "import sys; from importlinter.cli import lint_imports_command as c; c()"
    limits = [word for contract in only for word in ("--contract", contract)]
    answer = subprocess.run(
        [sys.executable, "-c", command, "--no-cache", "--no-logo", "--config",
         str(ROOT / "pyproject.toml"), *limits],
        env={**os.environ, "PYTHONPATH": str(source), "COLUMNS": "200", "NO_COLOR": "1"},
        capture_output=True, text=True, check=False, cwd=source,
    )  # fmt: skip
    verdicts = dict(re.findall(r"^(.+) (KEPT|BROKEN)$", answer.stdout, re.MULTILINE))
    assert verdicts, answer.stdout + answer.stderr
    names = {contract["name"]: contract["id"] for contract in CONTRACTS}
    return frozenset(names[name] for name, verdict in verdicts.items() if verdict == "BROKEN")
