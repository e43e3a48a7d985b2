"""`avow import`: a folder that loads, that says where each word is from, and overwrites nothing."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from avow.common.exits import Exit
from avow.declaration.check.run import check
from avow.declaration.load import load, load_texts
from avow.duties.discovery.importing.laying import lay
from avow.duties.discovery.importing.plain import read_plain
from avow.duties.discovery.importing.proposing import imported
from avow.duties.discovery.importing.rendering import files_of
from avow.faces.cli.main import main
from tests.statements.reading import LANGUAGES, SMALL, as_docx, as_html, as_pdf, kade

TODAY = date(2026, 11, 23)
WORDS = "\n".join(words for _, _, words in SMALL)
ORIGINAL = "source/original.txt"


def run(*words: object) -> Result:
    """Run `avow import`."""
    return CliRunner().invoke(main, ["import", *map(str, words)])


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """The folder of the English statement."""
    file = tmp_path / "kade.en.txt"
    file.write_bytes(kade("en"))
    folder = tmp_path / "kade"
    lay(imported(read_plain(kade("en")), None), folder, file, kade("en"))
    return folder


def test_a_statement_becomes_a_folder_that_check_loads(tmp_path: Path) -> None:
    file, folder = tmp_path / "kade.en.txt", tmp_path / "kade"
    file.write_bytes(kade("en"))
    answer = run(file, "--into", folder)
    assert answer.exit_code == Exit.OK, answer.output
    assert "60 promises, in en" in answer.output
    assert "0 errors" in answer.output
    checked = CliRunner().invoke(main, ["check", str(folder)])
    assert checked.exit_code == Exit.OK, checked.output


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_loads_in_every_language_and_its_defects_are_found(
    tmp_path: Path, language: str
) -> None:
    file, folder = tmp_path / "x.txt", tmp_path / "x"
    lay(imported(read_plain(kade(language)), None), folder, file, kade(language))
    loaded = load(folder)
    assert [f for f in loaded.findings if f.is_error] == []
    declaration = loaded.whole
    assert declaration.languages == (language,)
    codes = {finding.code for finding in check(declaration, TODAY)}
    assert {"AV209"} <= codes, "data go to the United States, and no tool is printed"
    assert set(declaration.rules) == {"rule-5-a", "rule-5-b", "rule-5-c", "rule-5-d"}
    assert declaration.sections["2.2"].within == "2"
    assert declaration.texts[language]["4#title"]


def test_each_proposal_has_a_comment_with_its_words(made: Path) -> None:
    text = (made / "statement/retention.yaml").read_text(encoding="utf-8")
    source = (made / "source/normalised.txt").read_text(encoding="utf-8")
    start = source.index("14 months")
    assert f'# to confirm: [{start}-{start + 9}] "14 months"' in text
    for file in made.glob("statement/*.yaml"):
        if file.stem not in {"clauses", "sections", "labels"}:
            assert "# to confirm: [" in file.read_text(encoding="utf-8"), file.name


def test_printed_words_become_the_words_for_ids(made: Path) -> None:
    declaration = load(made).whole
    assert declaration.words("en", "category", "ip-address") == "IP address"
    said = declaration.words("en", "point", "contact")
    assert said == "When you contact us by phone or by mail"
    said = declaration.words("en", "purpose", "purpose-3-b-i")
    assert said == "To send you surveys about our service"


def test_what_lacks_a_key_is_a_comment_to_be_completed(made: Path) -> None:
    text = (made / "statement/retention.yaml").read_text(encoding="utf-8")
    assert "  # - rule: rule-5-e\n" in text
    assert "  #   applies_to: ?\n" in text
    opened = "\n".join(
        f"  {line[4:]}" if line.startswith("  # ") and "decide" not in line else line
        for line in text.split("  # decide:")[1].splitlines()[2:]
    )
    completed = "retention:\n" + opened.replace(" ?", " {category: [email]}") + "\n"
    (made / "statement/retention.yaml").write_text(completed, encoding="utf-8")
    assert set(load(made).whole.rules) == {"rule-5-e"}


def test_the_source_lies_beside_with_its_number_and_its_spans(made: Path) -> None:
    said = json.loads((made / "source/segments.json").read_text(encoding="utf-8"))
    original = (made / ORIGINAL).read_bytes()
    assert original == kade("en")
    assert said["original"] == f"sha256:{hashlib.sha256(original).hexdigest()}"
    text = (made / "source/normalised.txt").read_bytes().decode()
    assert said["normalised"] == f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
    spans = sorted(tuple(span) for segment in said["segments"] for span in segment["spans"])
    assert "".join(text[a:b] for a, b in spans) == text


def test_the_texts_are_the_words_of_the_print(made: Path) -> None:
    declaration = load(made).whole
    source = " ".join(kade("en").decode().split())
    for id_, text in declaration.texts["en"].items():
        assert text in source, id_
    assert set(declaration.clauses) <= set(declaration.texts["en"])


def test_the_report_says_what_is_open_and_what_is_left(made: Path) -> None:
    said = (made / "import.md").read_text(encoding="utf-8")
    for head in ("must be decided", "could not be placed", "could not be read: 0", "kept apart: 5"):
        assert head in said
    assert "- [ ] `7-2` a negation" in said
    assert '"cookie_table_text"' in said


def test_a_folder_that_is_there_is_never_touched(tmp_path: Path) -> None:
    file, folder = tmp_path / "x.txt", tmp_path / "x"
    file.write_bytes(kade("en"))
    folder.mkdir()
    answer = run(file, "--into", folder)
    assert answer.exit_code == Exit.REFUSED
    assert "AV159" in answer.output
    assert list(folder.iterdir()) == []


def test_a_folder_that_cannot_be_made_leaves_nothing_behind(tmp_path: Path) -> None:
    file = tmp_path / "x.txt"
    file.write_bytes(kade("en"))
    (tmp_path / "taken").write_text("a file")
    answer = run(file, "--into", tmp_path / "taken" / "x")
    assert answer.exit_code == Exit.REFUSED
    assert "AV160" in answer.output
    assert sorted(p.name for p in tmp_path.iterdir()) == ["taken", "x.txt"]


def test_json_holds_everything_but_the_source(tmp_path: Path) -> None:
    file, folder = tmp_path / "x.txt", tmp_path / "x"
    file.write_bytes(kade("nl"))
    answer = run(file, "--into", folder, "--json")
    said = json.loads(answer.output)
    assert said["language"] == "nl"
    assert said["counts"]["clauses"] == 60
    assert {p["kind"] for p in said["proposals"]} >= {"item", "retention", "recipient", "right"}
    assert said["questions"]
    assert said["unplaced"]
    assert "import.md" in said["files"]


def test_a_language_that_is_told_is_taken(tmp_path: Path) -> None:
    file = tmp_path / "x.txt"
    file.write_text("1 ONE\n\nx y z.\n", encoding="utf-8")
    assert "AV156" in run(file, "--into", tmp_path / "a").output
    assert "in nl" in run(file, "--into", tmp_path / "b", "--language", "nl").output


@pytest.mark.parametrize(
    ("name", "content"),
    [("s.html", as_html()), ("s.docx", as_docx()), ("s.pdf", as_pdf(WORDS))],
    ids=["html", "docx", "pdf"],
)  # fmt: skip
def test_every_format_goes_all_the_way(tmp_path: Path, name: str, content: bytes) -> None:
    file, folder = tmp_path / name, tmp_path / "made"
    file.write_bytes(content)
    answer = run(file, "--into", folder)
    assert answer.exit_code == Exit.OK, answer.output
    declaration = load(folder).whole
    assert {"email", "name", "phone", "security-log"} <= set(declaration.categories)
    assert (folder / f"source/original{file.suffix}").read_bytes() == content


def test_hostile_words_stay_words(tmp_path: Path) -> None:
    """Quotes, marks of comments, controls and marks of Markdown cannot leave their place."""
    text = (
        '1 A "b": {c} # d\n\nWe share your data with Evil" # x: [y] and Mal: {z} Corp, and with\n'
        "Third SA `x`.\n## 9.9 is no heading of ours.\n> nor is this a quote.\n\u202eWe keep it.\n"
    )
    folder = tmp_path / "x"
    lay(imported(read_plain(text.encode()), "en"), folder, tmp_path / "x.txt", text.encode())
    assert [f for f in load(folder).findings if f.is_error] == []


_WORDS = st.sampled_from(
    ["1 WE", "2.1 LATER", "a. your name, your email", "b. logs: kept 3 months", "i. with Rad NV",
     "When you call us, we collect:", "We share data with Rad (France), Mal and the authorities.",
     "Kept until you close your account.", "ii. \u201cx\u201d: {y} # z", "## 1 x", "> y",
     "- 'a' \"b\"",
     "You have the right to object, to erase and to restrict.", "- [ ] *: &x !y %z", "---", "...",
     'Rad NV ("we"), offices at 1 Quay, Cork, Ireland (+353 1 555 0102), r@rad.example.',
     "With your consent:", "Processors located in Belgium:", "\\n \\ x\\", "key: value",
     "some_key"]
)  # fmt: skip


@given(st.lists(_WORDS, max_size=25), st.sampled_from(LANGUAGES))
@settings(max_examples=100, deadline=None)
def test_whatever_was_read_loads_without_errors(lines: list[str], language: str) -> None:
    """The promise of the command: the folder is a declaration, whatever the words are."""
    found = imported(
        read_plain("\n".join(["We say it.", *lines]).encode()),
        language,
    )
    files = files_of(found, "it")
    yaml = {name: text for name, text in files.items() if name.endswith(".yaml")}
    loaded = load_texts(yaml, {f"texts/{language}.md": files[f"texts/{language}.md"]})
    assert [(f.code, f.message) for f in loaded.findings] == []
