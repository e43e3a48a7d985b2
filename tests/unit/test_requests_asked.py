"""Which rights are recognised in three languages, and in which language a text is."""

from __future__ import annotations

import time

import pytest

from avow.duties.requests.intake.asked import MOST, answer_language, language_of, recognised
from avow.duties.requests.intake.plain import of_html, own
from avow.duties.requests.words import Right

MARKETING = "objection marketing"
ASKED = [
    ("Please send me a copy of all the data you hold about me.", "access"),
    ("This is a subject access request under article 15 GDPR.", "access"),
    ("Je souhaite obtenir une copie de mes données personnelles.", "access"),
    ("En vertu de l'article 15 du RGPD, quelles données avez-vous ?", "access"),
    ("Ik wil graag inzage in mijn gegevens.", "access"),
    ("Graag een kopie van mijn persoonlijke gegevens.", "access"),
    ("My address is wrong, please correct my address.", "rectification"),
    ("Merci de rectifier mon nom.", "rectification"),
    ("Gelieve mijn gegevens te verbeteren.", "rectification"),
    ("Delete my account and everything you have.", "erasure"),
    ("I want my personal data erased.", "erasure"),
    ("Effacez toutes mes données.", "erasure"),
    ("Je demande la suppression de mon compte.", "erasure"),
    ("Wis al mijn gegevens.", "erasure"),
    ("Kunt u mijn account verwijderen?", "erasure"),
    ("Please restrict the processing of my data.", "restriction"),
    ("Je demande la limitation du traitement.", "restriction"),
    ("Beperk de verwerking van mijn gegevens.", "restriction"),
    ("I ask for data portability.", "portability"),
    ("droit à la portabilité", "portability"),
    ("recht op overdraagbaarheid", "portability"),
    ("I object to the processing of my data.", "objection"),
    ("Je m'oppose au traitement de mes données.", "objection"),
    ("Ik maak bezwaar.", "objection"),
    ("Stop sending me offers! Unsubscribe me.", MARKETING),
    ("I object to the use of my data for marketing.", MARKETING),
    ("Je ne veux plus recevoir votre newsletter.", MARKETING),
    ("Ik wil geen reclame meer ontvangen.", MARKETING),
    ("I withdraw my consent.", "withdrawal"),
    ("Je retire mon consentement.", "withdrawal"),
    ("Ik trek mijn toestemming in.", "withdrawal"),
    ("I want human review of the automated decision.", "automated-decision"),
    ("Je conteste la décision automatisée.", "automated-decision"),
    ("een geautomatiseerd besluit", "automated-decision"),
    ("Send me your privacy notice.", "information"),
    ("Envoyez-moi votre politique de confidentialité.", "information"),
]


def words(text: str) -> set[str]:
    return {f"{each.right}{' marketing' if each.marketing else ''}" for each in recognised(text)}


@pytest.mark.parametrize(("text", "right"), ASKED)
def test_a_sentence_asks_for_a_right(text: str, right: str) -> None:
    assert right in words(text)


def test_every_right_is_recognised_in_every_language() -> None:
    """The list above holds each of the nine; one that no list knows would never be seen."""
    assert {right.split()[0] for _, right in ASKED} == {str(each) for each in Right}


def test_several_in_one_message() -> None:
    text = "Envoyez-moi une copie de mes données, puis effacez mon compte. Plus de publicité !"
    assert words(text) == {"access", "erasure", MARKETING}


def test_an_objection_to_all_stays_beside_one_to_marketing() -> None:
    """What is narrower takes the place of the wider one only where it is the same word."""
    assert words("I object to the use of my data for marketing.") == {MARKETING}
    far = " and so on" * 10
    text = f"I object to the processing of my data.{far} Unsubscribe me from the mails."
    assert words(text) == {"objection", MARKETING}


@pytest.mark.parametrize(
    "text",
    [
        "Could you send me the invoice of March?",
        "Le service est en panne depuis hier.",
        "Kunt u mij terugbellen over onze offerte?",
        "Please delete line 3 of the order.",
        "",
    ],
)
def test_what_asks_for_no_right(text: str) -> None:
    assert words(text) == set()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Bonjour, je souhaite une copie de mes données. Merci", "fr"),
        ("Graag een kopie van mijn gegevens, met vriendelijke groeten", "nl"),
        ("Please send me a copy of the data you have", "en"),
        ("Bitte senden Sie mir meine Daten", ""),
        ("", ""),
    ],
)
def test_languages(text: str, language: str) -> None:
    assert language_of(text) == language


def test_the_answer_is_in_a_language_that_we_speak() -> None:
    assert answer_language("Please send me the data", ("fr", "nl")) == "fr"
    assert answer_language("Ik wil mijn gegevens", ("fr", "nl")) == "nl"
    assert answer_language("???", ("nl", "fr")) == "nl"


class TestOwnWords:
    def test_what_is_quoted_is_not_said(self) -> None:
        text = "Merci.\n\nLe 3 mars 2027, Example a écrit :\n> effacez mes données"
        assert own(text).strip().startswith("Merci.")
        assert words(own(text)) == set()

    def test_the_heads_that_another_program_writes_begin_a_quotation(self) -> None:
        text = "Merci.\n\nDe : Example <p@firm.example>\nEnvoyé : lundi\n\neffacez mes données"
        assert own(text).strip() == "Merci."

    def test_a_quotation_in_html_is_not_said(self) -> None:
        markup = "Merci.<blockquote>effacez <blockquote>mes</blockquote> données</blockquote>Anna"
        assert of_html(markup, is_own=True).split() == ["Merci.", "Anna"]
        assert "effacez" in of_html(markup)

    def test_what_is_forwarded_is(self) -> None:
        text = "fyi\n---------- Forwarded message ---------\nFrom: Anna\n\nDelete my account."
        assert words(own(text)) == {"erasure"}

    def test_html_is_text(self) -> None:
        markup = "<style>p{}</style><p>Effacez&nbsp;mes <b>donn&eacute;es</b><!-- no --></p>a < b"
        text = of_html(markup)
        assert words(text) == {"erasure"}
        assert "style" not in text
        assert "no" not in text.split()
        assert "a < b" in text


@pytest.mark.parametrize("word", ["data ", "effac", "delete ", "my data delete oppose ", "é"])
def test_a_long_text_takes_no_longer_than_its_length(word: str) -> None:
    """Twenty times the text, about twenty times the time; ten seconds would be a fault."""
    began = time.perf_counter()
    recognised(word * (1_000_000 // len(word)))
    of_html("<" * 200_000)
    of_html("<script>" * 25_000)
    assert time.perf_counter() - began < 10
    assert MOST <= 20_000
