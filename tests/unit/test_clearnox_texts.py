"""The texts of the Clearnox declaration: every promise, in every language, saying the same thing.

Input is `declarations/clearnox/`: the clauses by id and one text file per language. Read here
without the loader, so that a fault of the loader cannot hide one of the texts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

FOLDER = Path(__file__).parents[2] / "declarations" / "clearnox"
LANGUAGES = ("fr", "nl", "en")
Texts = Mapping[str, str]

COUNTS = {
    "1": 3, "2": 3, "3": 38, "4": 30, "5": 27, "6": 20, "7": 1, "8": 2, "9": 13, "10": 2, "Z": 4,
}  # fmt: skip
"""How many promises each printed section has: 143 in all, page residue included."""

NAMES = (
    "Isabel NV/SA", "CodaBox NV/SA", "Clearfacts BV/SRL", "Clearnox SAS", "Groupe Isabel",
    "Clearnox", "Keizerinlaan", "Bruxelles", "Diestsepoort", "Leuven", "Posthoflei", "Antwerpen",
    "Tours", "Rue Honoré de Balzac", "SurveyAnyplace", "Tobania", "MyForce", "BPost", "Microsoft",
    "Google Analytics", "Google Drive", "Google Suite", "OVH", "Zoom", "MailChimp", "Salesforce",
    "Atlassian", "ZenDesk", "TeamViewer", "Ringover", "GoToMeeting", "TableauSoftware",
    "Woodpecker", "PLEZI", "Autorité de Protection des Données", "privacy@isabelgroup.eu",
    "arrow up", "pg. n/8", "https://www.autoriteprotectiondonnees.be/", "cookie_list_text",
    "cookie_button_settings_text",
)  # fmt: skip

UNITS = {
    "years": ("ans", "jaar", "years"),
    "months": ("mois", "maand", "maanden", "month", "months"),
    "weeks": ("semaines", "weken", "weeks"),
}
_PERIOD = re.compile(r"(\d+) (\w+)")


def clause_ids() -> list[str]:
    """The ids of all promises, in the order of the declaration."""
    document = yaml.safe_load((FOLDER / "statement" / "clauses.yaml").read_text())
    return list(document["clauses"])


def headings(source: str) -> list[str]:
    """The ids that head the paragraphs of one text file."""
    return [line.removeprefix("## ").strip() for line in source.splitlines() if line[:3] == "## "]


def texts(language: str) -> Texts:
    """The paragraph of each promise in one language."""
    source = (FOLDER / "texts" / f"{language}.md").read_text()
    source = re.sub(r"^# .*$", "", source, flags=re.MULTILINE)  # titles of sections
    parts = re.split(r"^## (.+)$", source, flags=re.MULTILINE)[1:]
    return {i.strip(): body.strip() for i, body in zip(parts[::2], parts[1::2], strict=True)}


def numbers(text: str) -> Counter[str]:
    """Every number, date and telephone group of a text."""
    return Counter(re.findall(r"\d[\d/.]*\d|\d", text))


def periods(text: str) -> Counter[tuple[str, str]]:
    """Every period of a text as (amount, unit), whatever the language."""
    return Counter(
        (amount, unit)
        for amount, word in _PERIOD.findall(text)
        for unit, words in UNITS.items()
        if word in words
    )


def names(text: str) -> frozenset[str]:
    """The proper names of a text."""
    return frozenset(name for name in NAMES if name in text)


def disagreements(one: Texts, other: Texts) -> list[str]:
    """The promises of which two languages give other numbers, periods or names."""
    return [
        clause
        for clause in one
        if any(facts(one[clause]) != facts(other[clause]) for facts in (numbers, periods, names))
    ]


def test_the_declaration_has_the_143_promises_of_the_print() -> None:
    """Counted by section, so that a lost or a doubled promise shows where it is."""
    sections = Counter(re.match(r"\d+|Z", clause).group() for clause in clause_ids())  # type: ignore[union-attr]
    assert sections == COUNTS
    assert sum(COUNTS.values()) == len(clause_ids()) == 143


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_promise_has_one_text(language: str) -> None:
    """In the order of the print, none missing, none twice, none of a promise that is not there."""
    source = (FOLDER / "texts" / f"{language}.md").read_text()
    assert headings(source) == clause_ids()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_says_the_promise_and_when_it_is_kept(language: str) -> None:
    """One line that promises, one line that says what must be seen, both whole sentences."""
    for clause, text in texts(language).items():
        promise, kept = text.split("\n> kept when: ")
        assert promise.endswith("."), clause
        assert kept.endswith("."), clause
        assert "\n" not in promise + kept, clause


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_languages_agree_on_numbers_periods_and_names(language: str) -> None:
    """A period that is 12 months in French is 12 months in Dutch and in English."""
    assert disagreements(texts("fr"), texts(language)) == []


@pytest.mark.parametrize(
    ("clause", "right", "wrong"),
    [
        ("6.h", "1 maand", "2 maanden"),
        ("6.c", "10 jaar", "10 maanden"),
        ("5.e.i", "Zoom", "GoToMeeting"),
        ("2.c", "09/12/2021", "12/09/2021"),
    ],
)
def test_a_translation_with_another_fact_is_found(clause: str, right: str, wrong: str) -> None:
    """Plant a false period, unit, name and date in the Dutch text: each is found, and only it."""
    dutch = dict(texts("nl"))
    dutch[clause] = dutch[clause].replace(right, wrong)
    assert disagreements(texts("fr"), dutch) == [clause]


def test_no_text_was_left_in_another_language() -> None:
    """No promise reads the same in two languages."""
    french, dutch, english = (texts(language) for language in LANGUAGES)
    assert [c for c in french if len({french[c], dutch[c], english[c]}) < 3] == []
