"""The digest of a declaration is that of its meaning: layout changes nothing, every word does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from avow.declaration.digest import digest_of
from avow.declaration.load import load, load_texts
from avow.declaration.model import Declaration, Scope
from tests.unit.declared import SOUND, swapped

CLEARNOX = Path(__file__).parents[2] / "declarations" / "clearnox"


def whole(text: str, **texts: str) -> Declaration:
    markdown = {f"{language}.md": said for language, said in texts.items()}
    return load_texts({"d.yaml": text}, markdown).whole


def reversed_(value: object) -> object:
    """The same document with every mapping and every list of mappings the other way round."""
    if isinstance(value, dict):
        return {key: reversed_(value[key]) for key in reversed(list(value))}
    if isinstance(value, list):
        items = [reversed_(item) for item in value]
        return items[::-1] if items and isinstance(items[0], dict) else items
    return value


def test_comments_layout_and_quotes_change_nothing() -> None:
    other = re.sub(r"\n(\w)", r"\n# a comment\n\n\1", SOUND).replace("kind: E", 'kind: "E"')
    assert other != SOUND
    assert whole(other).digest == whole(SOUND).digest


def test_the_order_of_mappings_and_lists_of_records_changes_nothing() -> None:
    turned = yaml.safe_dump(
        reversed_(yaml.load(SOUND, Loader=yaml.BaseLoader)),  # noqa: S506 - builds texts only
        sort_keys=False,
    )
    assert turned.index("systems:") < turned.index("avow:")
    assert whole(turned).digest == whole(SOUND).digest


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("at_most: 0 days", "at_most: 1 day"),
        ("basis: contract", "basis: consent"),
        ("then: erase", "then: anonymise"),
        ("name: Marc", "name: Mark"),
        ("rest: message", "rest: email"),
        ("url: ${DESK_URL}", "url: ${OTHER_URL}"),
        ("roles: [officer]", "roles: [author]"),
        ('email, clause: "1.a", required: yes', 'email, clause: "1.a", required: no'),
    ],
)
def test_every_word_that_means_something_changes_it(old: str, new: str) -> None:
    assert whole(swapped(old, new)).digest != whole(SOUND).digest


def test_the_order_of_the_columns_of_a_key_means_something() -> None:
    one, other = swapped("key: [id]", "key: [a, b]"), swapped("key: [id]", "key: [b, a]")
    assert whole(one).digest != whole(other).digest


def test_texts_are_part_of_it() -> None:
    digests = {
        whole(SOUND).digest,
        whole(SOUND, en="## 1.a\nOne.\n").digest,
        whole(SOUND, en="## 1.a\nTwo.\n").digest,
        whole(SOUND, fr="## 1.a\nOne.\n").digest,
    }
    assert len(digests) == 4
    spaced = whole(SOUND, en="# note\n\n## 1.a\n\nOne.\n\n")
    assert spaced.digest == whole(SOUND, en="## 1.a\nOne.\n").digest


def test_what_equals_its_default_is_not_said() -> None:
    """A later version of the model with one field more gives old declarations the same number."""
    said = swapped("    at_most: 0 days\n", "    at_most: 0 days\n    undo: 0 days\n")
    assert whole(said).digest == whole(SOUND).digest
    assert digest_of(Scope()) == digest_of(Scope(category=frozenset()))


def test_it_is_a_sha256_and_the_same_every_time() -> None:
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", whole(SOUND).digest)
    assert load(CLEARNOX).whole.digest == load(CLEARNOX).whole.digest
