"""A skip is spoken on a desk and a failure in continuous integration."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

RULE = Path(__file__).parents[1] / "skips.py"
FILES = {
    "test_one.py": 'import pytest\ndef test_it():\n    pytest.skip("no browser here")\n',
    "test_file.py": 'import pytest\npytest.skip("no server here", allow_module_level=True)\n',
    "test_xfail.py": "import pytest\n@pytest.mark.xfail\ndef test_it():\n    assert 0\n",
}
"""One test skipped, one file skipped, and one expected failure, which is no skip."""


def test_a_skip_says_why_on_a_desk(tmp_path: Path) -> None:
    answer = run(tmp_path, ci="")
    assert "no browser here" in answer.stdout
    assert "no server here" in answer.stdout
    assert "2 skipped, 1 xfailed" in answer.stdout


def test_a_skip_fails_in_continuous_integration(tmp_path: Path) -> None:
    answer = run(tmp_path, ci="1")
    assert "a skip is a failure here: Skipped: no browser here" in answer.stdout
    assert "a skip is a failure here: Skipped: no server here" in answer.stdout
    assert "1 failed, 1 xfailed, 1 error" in answer.stdout
    assert answer.returncode != 0


def run(folder: Path, *, ci: str) -> subprocess.CompletedProcess[str]:
    """Run the three files under our rule."""
    shutil.copy(RULE, folder / "conftest.py")
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    options = ["-rs", "-p", "no:cacheprovider", "--continue-on-collection-errors"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(folder)],
        cwd=folder,
        env={**os.environ, "AVOW_CI": ci},
        capture_output=True,
        text=True,
        check=False,
    )
