"""YAML's traps: what would be read as something else elsewhere stays text here, or is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from avow.declaration.load import load, load_texts
from avow.declaration.loading.events import DEEPEST, LARGEST, read_yaml
from avow.declaration.loading.nodes import Items, Node, Notes, Pairs, Text
from tests.unit.declared import SOUND


def node(text: str) -> tuple[Node | None, Notes]:
    notes = Notes()
    return read_yaml(text, "d.yaml", notes), notes


def value(text: str) -> str:
    """The text under the key `v` of a document without findings."""
    root, notes = node(text)
    assert not notes.findings
    assert isinstance(root, Pairs)
    found = root.get("v")
    assert isinstance(found, Text)
    return found.value


def refusal(text: str) -> tuple[str, int, int, str]:
    """Code, line, column and message of the only finding."""
    _, notes = node(text)
    [finding] = notes.findings
    assert finding.because or finding.help, "every trap says why or what to do"
    return finding.code, finding.place.line, finding.place.column, finding.message


@pytest.mark.parametrize(
    "written", ["9.10", "NO", "on", "yes", "null", "~", "1e3", "0777", "12:30:45", "2026-01-31"]
)
def test_a_scalar_stays_the_text_that_was_written(written: str) -> None:
    assert value(f"v: {written}") == written


def test_9_10_is_not_9_1() -> None:
    assert value("v: 9.10") != value("v: 9.1")


@pytest.mark.parametrize("key", ["on", "off", "NO", "y", "null", "9.10", "1"])
def test_a_key_stays_the_text_that_was_written(key: str) -> None:
    root, notes = node(f"{key}: x")
    assert isinstance(root, Pairs)
    assert root.pairs[0][0].value == key
    assert not notes.findings


def test_an_empty_text_in_quotes_is_written_and_nothing_is_not() -> None:
    root, _ = node("a: ''\nb:\n")
    assert isinstance(root, Pairs)
    assert [n.is_absent for _, n in root.pairs if isinstance(n, Text)] == [False, True]


def test_every_node_knows_where_it_stands() -> None:
    root, _ = node("a:\n  - {é: [bc, d]}\n")
    assert isinstance(root, Pairs)
    outer = root.get("a")
    assert isinstance(outer, Items)
    inner = outer.items[0]
    assert isinstance(inner, Pairs)
    listed = inner.get("é")
    assert isinstance(listed, Items)
    assert [(n.place.line, n.place.column, n.place.width) for n in listed.items] == [
        (2, 10, 2),
        (2, 14, 1),
    ]


def test_a_key_twice_is_refused_where_the_second_stands() -> None:
    assert refusal("a: 1\nb: 2\na: 3\n") == ("AV104", 3, 1, "the key `a` is here twice")


def test_a_key_that_only_looks_different_elsewhere_is_no_duplicate() -> None:
    _, notes = node("9.1: a\n9.10: b\n")
    assert not notes.findings


def test_a_tab_is_refused() -> None:
    assert refusal("a:\n\tb: 1\n") == ("AV103", 2, 1, "a tab")


def test_an_anchor_is_refused() -> None:
    assert refusal("a: &x 1\n") == ("AV105", 1, 4, "the anchor `&x`")


def test_an_alias_and_a_merge_are_refused() -> None:
    _, notes = node("a: &x {b: 1}\nc:\n  <<: *x\n")
    assert [(f.code, f.message) for f in notes.findings] == [
        ("AV105", "the anchor `&x`"),
        ("AV105", "the alias `*x`"),
    ]


@pytest.mark.parametrize("tag", ["!!str", "!!int", "!env", "!!python/object:os.system"])
def test_a_tag_is_refused(tag: str) -> None:
    code, line, column, _ = refusal(f"a: {tag} 1\n")
    assert (code, line, column) == ("AV106", 1, 4)


def test_a_second_document_is_refused() -> None:
    code, line, *_ = refusal("a: 1\n---\nb: 2\n")
    assert (code, line) == ("AV107", 2)


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n"])
def test_a_file_that_holds_nothing_is_refused(text: str) -> None:
    assert refusal(text)[0] == "AV108"


def test_nesting_is_bounded() -> None:
    deep = "a: " + "[" * 100_000
    assert refusal(deep)[0] == "AV109"
    _, notes = node("a: " + "[" * (DEEPEST - 1) + "]" * (DEEPEST - 1))
    assert not notes.findings


def test_what_is_not_yaml_is_pointed_at() -> None:
    code, line, _, message = refusal("a: [1\nb: 2\n")
    assert (code, line, message) == ("AV102", 2, "this is not YAML")


def test_a_control_character_is_pointed_at() -> None:
    assert refusal("a: 1\nb: \x01\n")[:3] == ("AV102", 2, 4)


def test_a_key_that_is_a_list_is_refused() -> None:
    assert refusal("? [a, b]\n: 1\n")[0] == "AV114"


def test_bytes_that_are_no_text_are_pointed_at(tmp_path: Path) -> None:
    (tmp_path / "d.yaml").write_bytes("a: é\nb: ü".encode("latin-1"))
    [finding] = load(tmp_path).findings
    assert (finding.code, finding.place.line, finding.place.column) == ("AV101", 1, 4)


def test_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "d.yaml").write_bytes(SOUND.encode("utf-16"))
    assert [f.code for f in load(tmp_path).findings] == ["AV101"]


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    (tmp_path / "d.yaml").write_bytes(b"\xef\xbb\xbf" + SOUND.encode())
    assert load(tmp_path).declaration is not None


def test_a_huge_file_is_refused_and_not_parsed(tmp_path: Path) -> None:
    (tmp_path / "d.yaml").write_bytes(b"a" * (LARGEST + 1))
    assert [f.code for f in load(tmp_path).findings] == ["AV110"]


def test_a_missing_path_is_a_finding_and_raises_nothing(tmp_path: Path) -> None:
    assert [f.code for f in load(tmp_path / "nowhere").findings] == ["AV111"]
    assert [f.code for f in load(tmp_path).findings] == ["AV111"]


def test_all_findings_of_a_file_come_at_once() -> None:
    text = 'avow: "2"\ndeclaration: A B\nbasis: x\nlevels: {}\npeople:\n  - {person: p}\n'
    codes = [f.code for f in load_texts({"d.yaml": text}).findings]
    assert codes == ["AV112", "AV120", "AV118", "AV113", "AV114"]
