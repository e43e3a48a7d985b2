"""The wording of the interface: every message in every language, with its facts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import avow
from avow.common.languages import LANGUAGES, LOCALES, SOURCE_LANGUAGE, preferred, words

KEYWORDS = {"_": None, "_n": (1, 2), "mark": None, "say": None, "count": (1, 2)}
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2.ext:babel_extract")]
TRANSLATED = [language for language in LANGUAGES if language != SOURCE_LANGUAGE]
FACT = re.compile(r"\{\w+\}")


def spoken() -> set[str | tuple[str, str]]:
    """Every message that code or a template says."""
    root = Path(str(avow.__file__)).parent
    found = extract_from_dir(root, method_map=METHODS, keywords=KEYWORDS)
    return {message for _, _, message, _, _ in found if message}  # type: ignore[misc]


def catalogue(language: str) -> Catalog:
    with (LOCALES / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


def entries(language: str) -> list[Message]:
    return [message for message in catalogue(language) if message.id]


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_message_is_translated_and_none_is_left_over(language: str) -> None:
    known = {m.id if isinstance(m.id, str) else tuple(m.id) for m in entries(language)}
    assert known == spoken()


def forms(text: object) -> list[str]:
    """A message or translation as the list of its forms: one, or singular and plural."""
    return [text] if isinstance(text, str) else list(text)  # type: ignore[call-overload]


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_translation_is_empty_or_doubtful(language: str) -> None:
    for message in entries(language):
        assert all(forms(message.string)), message.id
        assert not message.fuzzy, message.id
        assert len(forms(message.string)) == len(forms(message.id))


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_names_the_same_facts(language: str) -> None:
    """`{n}`, `{clauses}` and the like are in the translation too, and nothing else is."""
    for message in entries(language):
        for form in forms(message.string):
            assert set(FACT.findall(form)) == set(FACT.findall(forms(message.id)[-1])), message.id


def test_plural_forms_and_numbers_follow_the_language() -> None:
    """French says `0 ligne`, Dutch and English `0 rijen`, `0 rows`."""
    said = [words(code).count("{n} row", "{n} rows", 0) for code in ("fr", "nl", "en")]
    assert said == ["0 ligne", "0 rijen", "0 rows"]
    assert words("nl").number(12_500) == "12.500"
    assert words("en").number(12_500) == "12,500"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("nl-BE,nl;q=0.9,en;q=0.8", "nl"),
        ("de,en;q=0.5,fr;q=0.6", "fr"),
        ("en;q=0, nl;q=0.1", "nl"),
        ("", "fr"),
        ("xx;q=hello", "fr"),
    ],
)
def test_the_language_is_the_one_the_browser_likes_best(header: str, language: str) -> None:
    assert preferred(header) == language


def test_an_unknown_language_has_no_words() -> None:
    with pytest.raises(KeyError):
        words("de")
