"""`avow notice`: every language and format of a whole statement, quickly, with hashes."""

from __future__ import annotations

import hashlib
import json
import re
import time
from pathlib import Path

from click.testing import CliRunner

from avow.common.exits import Exit
from avow.faces.cli.main import main
from tests.unit.test_notice_rendering import CLEARNOX, SMALL, TEXTS

SECONDS = 5.0


def run(*arguments: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["notice", *map(str, arguments)])
    return result.exit_code, result.output


def folder(path: Path, texts: str = TEXTS) -> Path:
    (path / "texts").mkdir(parents=True)
    (path / "avow.yaml").write_text(SMALL)
    for language in ("en", "nl"):
        (path / "texts" / f"{language}.md").write_text(texts)
    return path


def test_all_languages_and_formats_of_the_whole_statement(tmp_path: Path) -> None:
    begun = time.perf_counter()
    code, said = run(CLEARNOX, "--pdf", "--out", tmp_path)
    took = time.perf_counter() - begun
    print(f"six files of Clearnox in {took:.2f} s")  # noqa: T201 -- the figure is asked for
    assert code == Exit.OK
    assert took < SECONDS
    lines = dict(re.findall(r"^(\w\w\.\w+) .* sha256 (\w{64})", said, re.MULTILINE))
    assert set(lines) == {f"{c}.{form}" for c in ("fr", "nl", "en") for form in ("html", "pdf")}
    for file, digest in lines.items():
        assert hashlib.sha256((tmp_path / file).read_bytes()).hexdigest() == digest


def test_it_names_what_is_missing_and_which_language_is_a_draft(tmp_path: Path) -> None:
    code, said = run(folder(tmp_path / "d"), "--json")
    assert code == Exit.OK
    english, dutch = json.loads(said)
    assert english["missing"] == ["refusal call"]
    assert dutch["is_draft"]
    assert "rule recordings" in dutch["missing"]


def test_what_is_still_to_be_filled_in_ends_it_with_a_finding(tmp_path: Path) -> None:
    texts = TEXTS.replace("One month.", "One month. cookie_list_text")
    code, said = run(folder(tmp_path / "d", texts), "--language", "en")
    assert code == Exit.FINDINGS
    assert "still to be filled in: `cookie_list_text`" in said


def test_a_language_that_the_declaration_does_not_have_is_refused(tmp_path: Path) -> None:
    code, said = run(folder(tmp_path / "d"), "--language", "de")
    assert code == Exit.REFUSED
    assert "AV640" in said
