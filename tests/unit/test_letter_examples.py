"""Every kind of letter as somebody gets it, with made-up values, in every language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from avow.common.languages import LANGUAGES
from avow.duties.correspondence import examples
from avow.duties.correspondence.examples import Example, cases, example, kinds
from avow.duties.correspondence.letters import Reason
from avow.duties.correspondence.wording import WordingError, wording
from avow.duties.requests.tasks.machine import ENDED, State
from avow.faces.web.letter_words import CASES, KINDS, REASONS

EVERY = [(kind, case) for kind in kinds() for case in cases(kind)]
GLUED = re.compile(r"[a-zà-öø-ÿ][A-ZÀ-Ö]|[.!?][A-ZÀ-Ö]")
"""A line that runs into the next one: `confidentialityA link stood open`."""


def said(kind: str, case: str, language: str, own: Path | None = None) -> Example:
    """An example of the house of these tests."""
    return example(
        kind, case, language, house="Maison SA", contact="privacy@maison.example", own=own
    )


def sentences(text: str) -> set[str]:
    """The lines of a letter that say something, without addresses and numbers."""
    lines = (re.sub(r"\S*(?:EXAMPLE|@|://)\S*", "", line).strip() for line in text.split("\n"))
    return {line for line in lines if len(re.findall(r"[a-zà-ÿ]{2,}", line)) >= 4}


def test_every_kind_has_examples_a_title_and_a_usual_letter() -> None:
    assert set(KINDS) == set(kinds()) == {kind for kind, _ in EVERY}
    assert {case for _, case in EVERY} == set(CASES)
    assert {cases(kind)[0] for kind in kinds()} == {"first"}
    assert set(REASONS) == set(Reason)


@pytest.mark.parametrize(("kind", "case"), EVERY)
def test_a_letter_is_whole_in_every_language_and_in_no_other(kind: str, case: str) -> None:
    spoken = {language: said(kind, case, language).words for language in LANGUAGES}
    for language, found in spoken.items():
        for text in (found.subject, found.text):
            assert text.strip(), language
            assert not re.search(r"[{}]|\bNone\b|\bTrue\b|\bFalse\b|20\d\d-\d\d", text), language
            assert not GLUED.search(re.sub(r"\S*(?:EXAMPLE|@|://)\S*", "", text)), language
    for one, other in (("fr", "en"), ("nl", "en"), ("fr", "nl")):
        assert not sentences(spoken[one].text) & sentences(spoken[other].text)


@pytest.mark.parametrize("state", sorted(set(State) - ENDED))
def test_why_a_task_is_not_done_is_said_in_words(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every state in which somebody is told of it; not one is said by its code."""
    values = {"task-escalation": {"first": {**_escalation(), "state": str(state)}}}
    monkeypatch.setattr(examples, "_values", lambda: values)
    whys = {said("task-escalation", "first", language).words.text for language in LANGUAGES}
    assert len(whys) == len(LANGUAGES)
    assert not any(re.search(rf": ?{state}\.", re.sub(r"\s+", " ", why)) for why in whys)


def _escalation() -> dict[str, object]:
    return dict(examples._values()["task-escalation"]["first"])


def test_the_examples_are_written_with_the_words_that_are_sent(tmp_path: Path) -> None:
    """Words of an organisation's own take the place of ours, and one that lacks a value is said."""
    own = tmp_path / "task.fr.txt"
    own.write_text("Subject: À vous, {{ name }}\n\nAvant le {{ due }}.\n", encoding="utf-8")
    assert said("task", "first", "fr", tmp_path).words.subject == "À vous, Claude Exemple"
    assert said("task", "first", "fr", tmp_path).words.text == "Avant le 12 mai 2031.\n"
    assert said("task", "first", "nl", tmp_path) == said("task", "first", "nl")
    own.write_text("Subject: {{ shoe_size }}\n\nx\n", encoding="utf-8")
    with pytest.raises(WordingError) as refused:
        said("task", "first", "fr", tmp_path)
    assert refused.value.code == "AV625"


def test_an_example_gives_what_the_words_ask_for_and_nothing_beside() -> None:
    """A value that no letter asks for would only look as if it were shown."""
    for kind, case in EVERY:
        given = {*examples._values()[kind][case], "organisation", "house", "contact"}
        asked = {name for each in LANGUAGES for name in wording(kind, each).names}
        assert given - {"organisation", "house", "contact"} <= asked <= given, kind
