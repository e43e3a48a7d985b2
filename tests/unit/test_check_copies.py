"""What a map may not say of copies, and what of the declaration reaches them."""

from __future__ import annotations

from datetime import date

import pytest

from avow.declaration.check.run import check
from avow.declaration.check.universe import universe_of
from avow.estate.datamap.model import LinkWord
from tests.unit.declared import SOUND, reading

DAY = date(2026, 11, 1)
LETTER = "      letter: {key: [id], owned_by: {caller: x}, collected_at: contact, rest: message}\n"
CACHE = "      cache: {key: [id], copy_of: {caller: x}, rest: message}\n"


def codes(more: str, old: str = "", new: str = "") -> set[str]:
    """The codes of the check for the sound declaration with more datasets."""
    loaded = reading(SOUND.replace(old, new) + more)
    assert loaded.findings == ()
    return {f.code for f in check(loaded.whole, DAY)}


def test_a_sound_copy_is_no_finding() -> None:
    """Where its cells were collected, and when they are due, is known from the original."""
    assert not codes(CACHE) & {"AV303", "AV305", "AV307", "AV320", "AV321", "AV322", "AV323"}


@pytest.mark.parametrize(
    ("code", "more"),
    [
        ("AV320", "      cache: {key: [id], copy_of: {cache: x}, rest: message}\n"),
        ("AV321", CACHE.replace("copy_of", "subject: caller, copy_of")),
        ("AV321", LETTER + CACHE.replace("copy_of", "accessed_by: {letter: y}, copy_of")),
        ("AV321", CACHE.replace("copy_of", "events: {answered: at}, copy_of")),
        ("AV322", LETTER + CACHE.replace("x}", "x, letter: y}")),
        (
            "AV323",
            LETTER.replace("owned_by: {caller: x}", "owned_by: nobody, because: a list")
            + (CACHE.replace("caller", "letter")),
        ),
    ],
)
def test_copies_that_are_more_than_copies(code: str, more: str) -> None:
    """Each is an error with the code that says which."""
    assert code in codes(more)


def test_a_date_that_would_go_with_the_copies() -> None:
    """The original is dated by its copy."""
    assert "AV324" in codes(CACHE, "answered: answered_at", "answered: {latest: [cache.at]}")


def test_several_originals_are_told_apart() -> None:
    """Each row says which it is a copy of."""
    caller, letter = (f"{{to: {t}, field: x, when: {{kind: {t}}}}}" for t in ("caller", "letter"))
    links = f"copy_of: [{caller}, {letter}]"
    assert "AV322" not in codes(LETTER + CACHE.replace("copy_of: {caller: x}", links))


def test_what_covers_the_original_covers_the_copy() -> None:
    """Category, point, person and dataset of a copy's cells are those of its original's."""
    whole = reading(SOUND + CACHE).whole
    [cell] = [c for c in universe_of(whole).cells if c.dataset == "cache"]
    assert (cell.collected_at, cell.subject) == ("contact", "caller")
    assert cell.originals == {"caller"}


def test_a_copy_is_read_with_its_place() -> None:
    """Short and long form of the word."""
    long = CACHE.replace("{caller: x}", "{to: caller, field: x, parent_field: email}")
    for text, theirs in ((CACHE, ()), (long, ("email",))):
        [link] = reading(SOUND + text).whole.datamap.systems["desk"].datasets["cache"].links
        assert (link.word, link.to, link.fields) == (LinkWord.COPY_OF, "caller", ("x",))
        assert (link.parent_fields, link.place.line > 40) == (theirs, True)


def made(how: str) -> set[str]:
    """The codes of the check for a list that is made so."""
    return codes(
        f"      list: {{key: [id], owned_by: nobody, because: x, derived_from: {how}}}\n{LETTER}"
    )


def test_what_is_made_from_rows() -> None:
    """A view, rows that go along, and columns that are computed again are no findings."""
    sound = ("{caller: refresh}", "{from: caller, field: x, then: erase}")
    columns = "[{from: caller, field: x, recompute: {n: 1}}, {from: list, recompute: {m: 1}}]"
    for how in (*sound, columns):
        assert not {"AV325", "AV326", "AV327"} & made(how)


@pytest.mark.parametrize(
    ("code", "how"),
    [
        ("AV325", "{callers: refresh}"),
        ("AV326", "{caller: erase}"),
        ("AV326", "{from: caller, field: [x, y], then: erase}"),
        ("AV326", "{from: caller, field: x, then: refresh}"),
        ("AV327", "{from: list, then: erase}"),
    ],
)
def test_what_could_not_be_made_again(code: str, how: str) -> None:
    """Each is an error with the code that says which."""
    assert code in made(how)


def test_computed_from_what_is_computed() -> None:
    """The second would be computed from what the first still was."""
    first = LETTER.replace(
        "rest", "derived_from: {from: caller, field: x, recompute: {n: 1}}, rest"
    )
    second = first.replace("letter", "page").replace("from: caller", "from: letter")
    assert "AV327" in codes(first + second)
    assert "AV327" not in codes(first)


def test_two_things_cannot_happen_at_once() -> None:
    """Computed again, or gone."""
    wrong = CACHE.replace("rest", "derived_from: {from: caller, field: x}, rest")
    assert [f.code for f in reading(SOUND + wrong).findings] == ["AV121"]


def test_an_original_in_another_system_is_refused() -> None:
    """Nothing would make the copy go: said, and not passed over."""
    elsewhere = CACHE.replace("{caller: x}", "{to: caller, system: crm, field: x}")
    assert [f.code for f in reading(SOUND + elsewhere).findings] == ["AV328"]


def test_a_copy_tells_the_same_persons_apart() -> None:
    """The original says of whom a column speaks; the copy must, or what is of the leaver stays."""
    link = "[{to: caller, field: x, of: one}, {to: caller, field: z, of: other}]"
    about = f"{link}, fields: {{said: {{category: message, of: one}}}}"
    page = LETTER.replace("{caller: x}", about)
    silent = CACHE.replace("caller", "letter")
    assert "AV329" in codes(page + silent)
    telling = silent.replace("rest", "fields: {text: {category: message, of: one}}, rest")
    assert not {"AV329", "AV311"} & codes(page + telling)
