"""The rules that read the texts: each defect in each language, in other words than any statement.

Input is a small declaration with sound texts in three languages; one sentence in one language is
put in the place of another. Expected is the one finding, at that sentence, and nothing else.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis.strategies import text

from avow.common.findings import Finding, Need, Severity
from avow.declaration.check.rule import Rule
from avow.declaration.check.run import RULES, check
from avow.declaration.check.text_placeholder import placeholder
from avow.declaration.check.words import Word, find, phrase, sentences
from avow.declaration.load import load_texts
from tests.unit.declared import SOUND as DECLARED
from tests.unit.sentences import ASKS, COLLECTS, PLANTED, SOUND, TELLS

DAY = date(2027, 1, 1)

BASE = {
    "fr": {
        COLLECTS: "Vous nous donnez votre e-mail et votre message.",
        ASKS: "Avec votre accord, nous vous répondons.",
        "3.a": "Nous effaçons tout le jour de la réponse. Des statistiques avancées comptent.",
        TELLS: "Vous avez tous vos droits.",
    },
    "nl": {
        COLLECTS: "U geeft ons uw e-mailadres en uw bericht.",
        ASKS: "Met uw akkoord antwoorden wij u.",
        "3.a": "Wij wissen alles op de dag van het antwoord. Uitgebreide statistieken tellen.",
        TELLS: "U hebt al uw rechten.",
    },
    "en": {
        COLLECTS: "You give us your e-mail and your message.",
        ASKS: "With your agreement, we answer you.",
        "3.a": "We erase everything on the day of the answer. Advanced statistics count.",
        TELLS: "You have all your rights.",
    },
}


def declared() -> str:
    """The sound declaration, with consent, a processor in Belgium and three languages."""
    text = DECLARED
    for old, new in (
        ("people:\n", "languages: [fr, nl, en]\npeople:\n"),
        ("    basis: contract\n", "    basis: consent\n    recipients: [desk-maker]\n"),
        ('  - {right: complaint, clause: "9.1"}\n',
         '  - {right: complaint, clause: "9.1"}\n  - {right: withdrawal, clause: "9.1"}\n'),
    ):  # fmt: skip
        assert old in text
        text = text.replace(old, new, 1)
    return text + (
        'recipients:\n  - {recipient: desk-maker, clause: "2.a", name: Desk, role: processor, '
        "country: BE, for: desks}\n"
    )


DECLARATION = declared()


def found(changes: dict[str, dict[str, str]] | None = None) -> list[Finding]:
    """The findings with some sentences put in place of others: language, clause, sentence."""
    texts = {
        f"texts/{language}.md": "\n".join(
            f"## {clause}\n{said}\n"
            for clause, said in {**by_clause, **(changes or {}).get(language, {})}.items()
        )
        for language, by_clause in BASE.items()
    }
    loaded = load_texts({"d.yaml": DECLARATION}, texts)
    assert [f for f in loaded.findings if f.is_error] == []
    return list(check(loaded.whole, DAY))


def test_the_sound_texts_have_no_finding() -> None:
    assert found() == []


CASES = [
    (code, language, clause, sentence)
    for code, by_language in PLANTED.items()
    for language, several in by_language.items()
    for clause, sentence in several
]


@pytest.mark.parametrize(("code", "language", "clause", "sentence"), CASES)
def test_one_sentence_turns_one_rule_red(
    code: str, language: str, clause: str, sentence: str
) -> None:
    told = found({language: {clause: sentence}})
    assert [f.code for f in told] == [code]
    assert told[0].place.file == f"texts/{language}.md"
    assert told[0].place.line > 0
    assert clause in told[0].clauses


LEVELS = {
    "AV275": "E", "AV276": "E", "AV277": "W", "AV278": "I", "AV279": "I", "AV280": "W",
    "AV281": "I", "AV282": "W", "AV283": "W", "AV284": "W", "AV285": "I", "AV286": "W",
    "AV287": "W", "AV288": "E", "AV289": "E", "AV290": "E",
}  # fmt: skip


def test_every_rule_is_tried_in_three_languages_at_its_level() -> None:
    tried = {code: set(by_language) for code, by_language in PLANTED.items()}
    assert tried == {code: {"fr", "nl", "en"} for code in LEVELS}
    for code, language, clause, sentence in CASES:
        [finding] = found({language: {clause: sentence}})
        assert finding.severity is Severity(LEVELS[code]), code


def test_every_rule_says_its_law_and_what_would_do() -> None:
    """Page residue needs no words in its place, and one word for one thing no new sentence."""
    rules = {r.code: r for r in RULES if isinstance(r, Rule) and r.code in LEVELS}
    assert rules.keys() == LEVELS.keys()
    for rule in rules.values():
        assert rule.law
        assert rule.need in {Need.FIX_TEXT, Need.DECIDE}
        assert rule.wording is not None or rule.code in {"AV278", "AV281"}


@pytest.mark.parametrize("language", ["fr", "nl", "en"])
def test_there_are_enough_sound_sentences(language: str) -> None:
    assert len(set(SOUND[language])) >= 40


@pytest.mark.parametrize(
    ("language", "sentence"),
    [(language, sentence) for language, several in SOUND.items() for sentence in several],
)
def test_a_sound_sentence_is_left_alone(language: str, sentence: str) -> None:
    """Wherever it stands: where data are collected, where consent is asked, where rights are."""
    advanced = {"3.a": "Nothing."}
    for clause in (COLLECTS, ASKS, TELLS):
        assert found({language: {clause: sentence, **advanced}}) == []


def test_the_proposed_wordings_are_sound_themselves() -> None:
    """What any rule proposes turns no rule red: an author may take it as it is."""
    for rule in RULES:
        if isinstance(rule, Rule) and rule.wording:
            for language, sentence in rule.wording.pairs:
                told = found({language: {TELLS: sentence, "3.a": "Nothing."}})
                assert told == [], (rule.code, language)


def test_a_clause_that_says_it_in_three_languages_is_one_finding() -> None:
    wrong = {language: {TELLS: PLANTED["AV283"][language][0][1]} for language in BASE}
    [finding] = found(wrong)
    assert (finding.code, finding.clauses, len(finding.members)) == ("AV283", (TELLS,), 3)
    assert {m.place.file for m in finding.members} == {f"texts/{x}.md" for x in BASE}


def test_case_accents_apostrophes_and_line_breaks_say_nothing() -> None:
    said = "NOTRE INTERET LEGITIME\nne l'emporte pas sur VOS droits."
    told = found({"fr": {TELLS: said}})
    assert [f.code for f in told] == ["AV275"]


@pytest.mark.parametrize("between", ["\n\n", "\n- ", "; ", ". "])
def test_paragraphs_items_and_semicolons_end_a_sentence(between: str) -> None:
    """What is said in two of them is not said together."""
    apart = f"Our interest in this{between}does not outweigh your rights"
    assert [f.code for f in found({"en": {TELLS: apart}})] == []


def test_secrecy_is_not_too_much_where_nobody_else_gets_data() -> None:
    whole = load_texts({"d.yaml": DECLARATION}, {}).whole
    texts = {"fr": {TELLS: "Vos données sont strictement confidentielles."}}
    bare = replace(whole, texts=texts, recipients={}, languages=())
    assert "AV286" in {f.code for f in check(replace(bare, recipients=whole.recipients), DAY)}
    assert "AV286" not in {f.code for f in check(bare, DAY)}


def test_data_may_stay_in_europe_where_nobody_outside_gets_them() -> None:
    whole = load_texts({"d.yaml": DECLARATION}, {}).whole
    texts = {"en": {TELLS: "Your data never leave the European Union."}}
    bare = replace(whole, texts=texts, languages=())
    abroad = {"desk-maker": replace(whole.recipients["desk-maker"], country="US")}
    assert "AV289" not in {f.code for f in check(bare, DAY)}
    assert "AV289" in {f.code for f in check(replace(bare, recipients=abroad), DAY)}


def test_the_opening_words_and_the_title_of_a_section_are_read_too() -> None:
    sections = 'sections:\n  - {section: "9", clauses: ["9.1"]}\n'
    rest = "".join(f"## {clause}\n{said}\n" for clause, said in BASE["en"].items())
    for title, opening in (("Rights", "See rights_list_text."), ("rights_title_text", "See.")):
        texts = {"texts/en.md": f"{rest}# 9 {title}\n{opening}\n"}
        whole = load_texts({"d.yaml": DECLARATION + sections}, texts).whole
        [finding] = [f for f in check(replace(whole, languages=("en",)), DAY) if f.code == "AV276"]
        assert finding.message.startswith("section 9 prints a placeholder")
        assert (finding.clauses, finding.place.file) == (("9.1",), "texts/en.md")
        assert finding.place.line > 0


def test_what_stands_in_a_list_of_collected_things_is_collected() -> None:
    """Also where nobody has said yet which category it is; a whole chapter is no list."""
    said = "Any other information about the event."
    text = DECLARATION.replace('"1.a"', '"3.5-A.a"')
    for clause, expected in (("3.5-A.c", 1), ("3.5-B.a", 0), ("3.6", 0)):
        more = text.replace("clauses:\n", f'clauses:\n  "{clause}": {{kind: E}}\n', 1)
        whole = load_texts({"d.yaml": more}, {}).whole
        written = replace(whole, languages=(), texts={"en": {clause: said}})
        assert [f.code for f in check(written, DAY)].count("AV282") == expected, clause


def test_names_of_declared_cookies_are_no_placeholders() -> None:
    assert placeholder("The cookie consent_text_seen remembers it.") == "consent_text_seen"
    assert placeholder("The cookie consent_text_seen remembers it.", frozenset({"consent_"})) == ""


# --- phrases --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "text", "where"),
    [
        ("our interest*", "in our interests", (1, 2)),
        ("our interest*", "our own interests", None),
        ("our ~1 interest*", "our own interests", (0, 2)),
        ("our ~3-your interest*", "our data and your interest", None),
        ("our ~3-your interest*", "our own legitimate interest", (0, 3)),
        ("a|b c", "x b c", (1, 2)),
        ("interet*", "Intérêts", (0, 0)),
        ("l emporte", "l’emporte", (0, 1)),
    ],
)
def test_a_phrase_is_found_where_it_stands(
    wanted: str, text: str, where: tuple[int, int] | None
) -> None:
    [sentence] = sentences(text)
    assert find(phrase(wanted), sentence.words) == where


class Counted(Word):
    """A word of a phrase that counts how often it is asked."""

    asked = 0

    def fits(self, word: str) -> bool:
        Counted.asked += 1
        return Word.fits(self, word)


def questions(repeated: int) -> int:
    """How often words are compared in a text that almost says it, again and again."""
    wanted = phrase("our ~2 interest* ~12 does not ~6 outweigh* ~6 your")
    counted = tuple(replace(s, word=Counted(s.word.exact, s.word.begins)) for s in wanted)
    Counted.asked = 0
    assert find(counted, ("our", "interest", "does", "not", "our", "our") * repeated) is None
    return Counted.asked


def test_looking_takes_time_in_proportion_to_the_text() -> None:
    """Ten times the text is ten times the work, also of a text made to take long."""
    assert questions(10_000) <= questions(1_000) * 10.1


HOSTILE = (
    "pg" + " " * 300_000,
    "a_" * 150_000 + "@",
    "{{" * 150_000,
    "_" * 300_000,
    ". " * 30_000,
    "&nbsp" * 60_000,
    "lorem" + "\n" * 300_000,
    "our interest does not " * 15_000,
)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_text_made_to_take_long_does_not(text: str) -> None:
    """Anything but time in proportion would not come to an end here."""
    assert isinstance(found({"en": {TELLS: text}}), list)


@settings(max_examples=60, deadline=None)
@given(text(max_size=400))
def test_no_text_breaks_a_rule(said: str) -> None:
    """Whatever stands in a clause: the check answers."""
    whole = load_texts({"d.yaml": DECLARATION}, {}).whole
    texts = {language: dict.fromkeys(by, said) for language, by in BASE.items()}
    assert isinstance(check(replace(whole, texts=texts), DAY), tuple)
