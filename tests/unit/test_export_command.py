"""`avow export`: files with their hashes, and every loss told."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from avow.faces.cli.main import main
from tests.exported import DECLARATION, TEXTS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The small declaration as a folder."""
    home = tmp_path / "shop"
    (home / "texts").mkdir(parents=True)
    (home / "all.yaml").write_text(DECLARATION)
    for language, text in TEXTS.items():
        (home / "texts" / f"{language}.md").write_text(text)
    return home


def exported(folder: Path, *words: str) -> Result:
    out = str(folder.parent / "out")
    return CliRunner().invoke(main, ["export", str(folder), "--out", out, *words])


@pytest.mark.parametrize(
    ("form", "names"),
    [
        ("tilt", ["shop.tilt.en.json", "shop.tilt.fr.json", "shop.tilt.nl.json"]),
        ("dpv", ["shop.dpv.jsonld"]),
    ],
)
def test_each_form_is_written_with_its_hash(folder: Path, form: str, names: list[str]) -> None:
    said = exported(folder, "--as", form, "--on", "2026-12-01")

    assert said.exit_code == 0, said.output
    written = sorted((folder.parent / "out").iterdir())
    assert [file.name for file in written] == names
    for file in written:
        assert f"sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}" in said.output
    assert "promises never to do something: `8`" in said.output


def test_one_language_and_answers_for_machines(folder: Path) -> None:
    said = exported(folder, "--as", "tilt", "--language", "nl", "--json")
    told = json.loads(said.output)

    assert [file["name"] for file in told["files"]] == ["shop.tilt.nl.json"]
    assert {"what": "cookies", "about": ["_s*"]} in told["losses"]


def test_a_register_of_a_day_is_not_replaced_by_another(folder: Path) -> None:
    day = ("--as", "register", "--language", "fr", "--on", "2026-12-01")
    assert exported(folder, *day).exit_code == 0
    assert exported(folder, *day).exit_code == 0
    text = (folder / "all.yaml").read_text()
    (folder / "all.yaml").write_text(text.replace("at_most: 3 years", "at_most: 4 years"))

    refused = exported(folder, *day)

    assert refused.exit_code == 3
    assert "AV678" in refused.output
    assert exported(folder, *day, "--out", str(folder.parent / "other")).exit_code == 0
