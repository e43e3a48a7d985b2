"""From files to a declaration: what is read, and that everything wrong is found with its place."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avow.common.calendar import Period
from avow.common.places import Place
from avow.declaration.cases import run_cases
from avow.declaration.check.run import check
from avow.declaration.load import BrokenDeclaration, MissingVariable, load, load_texts, resolve_url
from avow.declaration.model import Action, Basis, Declaration, End, Scope
from avow.estate.datamap.model import (
    Blank,
    BlankKind,
    Dataset,
    EventMode,
    LinkWord,
    Normaliser,
    Source,
    Strength,
)
from tests.unit.declared import SOUND, codes, found, reading, swapped

CLEARNOX = Path(__file__).parents[2] / "declarations" / "clearnox"


def whole(text: str) -> Declaration:
    loaded = reading(text)
    assert loaded.findings == ()
    return loaded.whole


def dataset(body: str, *, others: str = "") -> Dataset:
    """One dataset `it`, beside the sound declaration's `caller`."""
    return whole(f"{SOUND}      it: {{{body}}}\n{others}").datamap.systems["desk"].datasets["it"]


# --- what is read --------------------------------------------------------------------------------


def test_a_declaration_is_read_typed() -> None:
    declaration = whole(SOUND)
    assert declaration.controller.zone == "Europe/Brussels"
    assert declaration.purposes["answer"].basis is Basis.CONTRACT
    assert declaration.rules["contacts"].ends == (End("answered", Period()),)
    assert declaration.rules["contacts"].then is Action.ERASE
    assert declaration.rules["contacts"].place == Place("d.yaml", 31, 11, 8)
    assert declaration.points["contact"].collects[0].required is True
    assert declaration.people["claire"].roles == {"author"}


def test_a_rule_may_have_several_ends_exceptions_and_an_undo() -> None:
    text = swapped(
        "    starts: answered\n    at_most: 0 days\n    then: erase\n",
        "    except: {category: email}\n    undo: 1 week\n    whichever_first:\n"
        "      - {at_most: P3Y, else: answered}\n"
        "      - {starts: answered, at_most: 1 month}\n    then: archive\n",
    )
    rule = whole(text).rules["contacts"]
    assert rule.ends == (
        End(None, Period(years=3), "answered"),
        End("answered", Period(months=1)),
    )
    assert rule.exceptions == (Scope(category=frozenset({"email"})),)
    assert (rule.undo_days, rule.then) == (7, Action.ARCHIVE)


def test_links_have_a_short_and_a_long_form() -> None:
    short = dataset("owned_by: {caller: caller_id}, no_right: {caller: [a, b]}, rest: message")
    assert [(x.word, x.to, x.fields) for x in short.links] == [
        (LinkWord.OWNED_BY, "caller", ("caller_id",)),
        (LinkWord.NO_RIGHT, "caller", ("a", "b")),
    ]
    [long] = dataset(
        "accessed_by: [{to: caller, field: mail, parent_field: email, normalise: ascii-lower, "
        "when: {kind: mail}, of: sender, gone: shell}], rest: message"
    ).links
    assert (long.word, long.parent_fields, long.when) == (
        LinkWord.ACCESSED_BY,
        ("email",),
        (("kind", "mail"),),
    )
    assert (long.normalise, long.of, long.gone) == (Normaliser.ASCII_LOWER, "sender", "shell")


def test_nobodys_rows_have_a_reason() -> None:
    assert dataset("owned_by: nobody, because: a list").nobody == "a list"
    assert dataset("subject: caller, key: id, rest: message").nobody is None


def test_events_have_a_short_and_several_long_forms() -> None:
    it = dataset(
        "owned_by: {caller: c}, rest: message, zone: UTC, events: {answered: "
        "{latest: [asked_at, caller.seen_at, {field: x, zone: UTC}]}}"
    )
    assert it.events[0].mode is EventMode.LATEST
    assert it.events[0].sources == (
        Source("asked_at"),
        Source("seen_at", "caller"),
        Source("x", zone="UTC"),
    )
    moved = dataset(
        "subject: caller, key: id, rest: message, "
        "events: {answered: {field: at, moved_by: to, cancelled_by: off}}"
    )
    assert moved.events[0].sources == (Source("at", None, "to", "off"),)
    assert (
        dataset("owned_by: {caller: c}, rest: message, events: {answered: {via: caller}}")
        .events[0]
        .via
        == "caller"
    )


def test_a_column_of_the_dataset_itself_may_be_written_in_full() -> None:
    it = dataset("subject: caller, key: id, rest: message, events: {answered: it.at}")
    assert it.events[0].sources == (Source("at"),)


def test_identities_and_blanks_are_read() -> None:
    it = dataset(
        "subject: caller, key: id, rest: message, "
        "identities: {phone: {field: tel, strength: shared, normalise: digits}}, "
        'blank: {a: "null", b: {constant: ""}, c: ghost, d: {ghost: g}}'
    )
    assert (it.identities[0].kind, it.identities[0].strength) == ("phone", Strength.SHARED)
    assert it.blanks == {
        "a": Blank(BlankKind.NULL),
        "b": Blank(BlankKind.CONSTANT, ""),
        "c": Blank(BlankKind.GHOST),
        "d": Blank(BlankKind.GHOST, "g"),
    }


def test_a_country_may_be_no_and_a_clause_9_10() -> None:
    text = swapped('  "9.1": {kind: E}', '  9.10: {kind: E}\n  9.1: {kind: "-"}')
    text = text.replace("country: BE", "country: NO")
    assert {"9.1", "9.10"} <= whole(text).clauses.keys()
    assert whole(text).controller.country == "NO"
    assert whole(text).clauses["9.1"].kinds == frozenset()


# --- one file or many ----------------------------------------------------------------------------


def test_a_folder_means_the_same_as_one_file(tmp_path: Path) -> None:
    """Every top-level key in a file of its own, lists cut in two, the system as a file."""
    one = tmp_path / "one.yaml"
    one.write_text(SOUND)
    folder = tmp_path / "split"
    head, systems = SOUND.split("systems:\n  - system: desk\n")
    people = "people:\n  - {person: olivier, name: Olivier, roles: [officer]}\n"
    parts = {
        "z.yaml": head.replace(people.split("\n")[1] + "\n", ""),
        "a/people.yml": people,
        "datamap/desk.yaml": "system: desk\n"
        + "\n".join(line.removeprefix("    ") for line in systems.split("\n")),
    }
    for name, text in parts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    alone, split = load(one).whole, load(folder).whole
    assert alone == split
    assert alone.digest == split.digest


def test_what_two_files_say_twice_is_an_error() -> None:
    head = 'avow: "1"\ndeclaration: x\n'
    loaded = load_texts(
        {
            "a.yaml": head
            + "events: {a: {kind: point}}\npeople:\n  - {person: p, roles: author}\n",
            "b.yaml": "declaration: y\nevents: {a: {kind: fact}}\n"
            "people:\n  - {person: p, roles: author}\n",
        }
    )
    assert [(f.code, str(f.place)) for f in loaded.findings] == [
        ("AV119", "b.yaml:1:1"),
        ("AV119", "b.yaml:2:10"),
        ("AV119", "b.yaml:4:14"),
    ]


def test_hidden_folders_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "d.yaml").write_text(SOUND)
    (tmp_path / ".kept").mkdir()
    (tmp_path / ".kept" / "old.yaml").write_text(SOUND)
    assert load(tmp_path).declaration is not None


# --- texts ---------------------------------------------------------------------------------------

TEXT = """\
# Ours
A note to the reader.

## 1.a
We keep it
for a day.

Not longer.
> kept when: nothing is older than a day
> on every system

## 2.a
Two.
"""


def test_texts_come_from_markdown_by_clause(tmp_path: Path) -> None:
    (tmp_path / "d.yaml").write_text(SOUND)
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "en.md").write_text(TEXT)
    assert load(tmp_path).whole.texts["en"] == {
        "1.a": "We keep it\nfor a day.\n\nNot longer.",
        "1.a#kept-when": "nothing is older than a day\non every system",
        "2.a": "Two.",
    }


def test_a_text_twice_is_an_error_and_a_text_of_no_clause_a_note() -> None:
    loaded = load_texts({"d.yaml": SOUND}, {"en.md": "## 1.a\nx\n## 1.a\ny\n## 7.q\nz\n"})
    assert [(f.code, f.place.line, f.is_error) for f in loaded.findings] == [
        ("AV119", 3, True),
        ("AV204", 5, False),
    ]


# --- what is wrong ----------------------------------------------------------------------------

WRONG = [
    ("controller: {name", "controler: {name", "AV112", "did you mean `controller`?"),
    ('    clause: "3.a"\n', "", "AV113", ""),
    ("required: yes}\npurposes", "required: yes}\n      - email\npurposes", "AV114", ""),
    ("basis: contract", "basis: contrat", "AV115", "did you mean `contract`?"),
    ("at_most: 0 days", "at_most: 0 dayz", "AV116", "14 months"),
    ("at_most: 0 days", "at_most: one month", "AV116", "14 months"),
    ("at_most: 0 days", "at_most: 99999 years", "AV116", "14 months"),
    ("- rule: contacts", "- rule: Contacts", "AV118", "lower-case"),
    ('avow: "1"', 'avow: "2"', "AV120", 'avow: "1"'),
    ("at_most: 0 days", "at_most: 0 days\n    whichever_first: []", "AV121", "into the list"),
    ("applies_to: {collected_at: [contact]}", "applies_to: {}", "AV123", "category"),
    ("    at_most: 0 days\n", "", "AV113", ""),
    ("zone: Europe/Brussels", "zone: Europe/Bruxelles", "AV115", "IANA"),
    ("answered: answered_at", "answered: {field: a, latest: [b]}", "AV121", "one of: field"),
    ("roles: [author]", "roles: [autor]", "AV115", "approver"),
    ("required: yes}\n      - {category: m", "required: 1}\n      - {category: m", "AV115", ""),
    ('  "1.a": {kind: E}', '  "1.a": {kind: Q}', "AV115", "joined"),
    ("    url: ${DESK_URL}\n", "    url:\n", "AV113", ""),
    # names that nothing declares
    ('clause: "3.a"', 'clause: "3.b"', "AV201", "did you mean `3.a`?"),
    ("fields: {email: email}", "fields: {email: emial}", "AV201", "did you mean `email`?"),
    ("    starts: answered", "    starts: answred", "AV201", "did you mean `answered`?"),
    ("ends: answered", "ends: answred", "AV201", "did you mean `answered`?"),
    ("uses: {collected_at: [contact]}", "uses: {collected_at: [contct]}", "AV201", "`contact`"),
    ("owner: {person: marc}", "owner: {person: mark}", "AV201", "did you mean `marc`?"),
    ("subject: caller\n", "subject: calller\n", "AV201", "did you mean `caller`?"),
    ("rest: message", "rest: mesage", "AV201", "did you mean `message`?"),
    ("answered: answered_at", "answerd: answered_at", "AV201", "did you mean `answered`?"),
    ("answered: answered_at", "answered: other.answered_at", "AV201", ""),
    ('right: access, clause: "9.1"', 'right: access, clause: "9.2"', "AV201", "`9.1`"),
]


@pytest.mark.parametrize(("old", "new", "code", "hint"), WRONG)
def test_one_thing_wrong_is_one_finding_with_its_place(
    old: str, new: str, code: str, hint: str
) -> None:
    text = swapped(old, new)
    [finding] = found(text)
    assert finding.code == code
    assert hint in finding.help
    assert finding.place.file == "d.yaml"
    assert reading(text).declaration is None


@pytest.mark.parametrize("day", ["1.2.2027", "2027-02-30", "2027", "tomorrow", "20270201"])
def test_what_is_no_day_is_refused(day: str) -> None:
    [finding] = found(f"{SOUND}signatures: [{{decision: d, digest: x, by: marc, on: {day}}}]\n")
    assert (finding.code, "2026-10-01" in finding.help) == ("AV117", True)


def test_a_rule_twice_says_where_the_first_is() -> None:
    rule = SOUND[SOUND.index("  - rule:") : SOUND.index("events:\n")]
    [finding] = found(SOUND.replace(rule, rule + rule))
    assert (finding.code, finding.because) == ("AV119", "the first one is at d.yaml:31:11")


def test_findings_do_not_follow_from_each_other() -> None:
    """A category that could not be read is not also reported as unknown wherever it is used."""
    assert codes(swapped('email: {clause: "1.a"}', "email: {clause: {}}")) == ["AV114"]


def test_a_broken_declaration_is_never_used() -> None:
    with pytest.raises(BrokenDeclaration, match="errors") as raised:
        _ = reading(swapped("basis: contract", "basis: contrat")).whole
    assert raised.value.code == "AV199"


@pytest.mark.parametrize("cut", range(0, len(SOUND), 97))
def test_no_document_raises(cut: int) -> None:
    """A declaration cut off anywhere, or with a character too many anywhere, gives findings."""
    for text in (SOUND[:cut], SOUND[:cut] + "{" + SOUND[cut:], SOUND[:cut] + "- x:" + SOUND[cut:]):
        reading(text)


LINES = SOUND.splitlines(keepends=True)
PIECES = [*LINES, "- ", "  ", "{", "}", "[", "]", ": ", "'", "x: 1\n", "? ", "&a ", "*a", "\t", "é"]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, len(LINES)), st.sampled_from(PIECES)), max_size=4),
    st.sets(st.integers(0, len(LINES) - 1), max_size=3),
)
def test_no_mistake_whatever_raises(added: list[tuple[int, str]], gone: set[int]) -> None:
    """Lines lost and pieces gone astray: a declaration comes out, or findings do; both are
    checked to the end."""
    lines = [line for n, line in enumerate(LINES) if n not in gone]
    for at, piece in added:
        lines.insert(at, piece)
    loaded = reading("".join(lines))
    assert (loaded.declaration is None) == any(f.is_error for f in loaded.findings)
    if loaded.declaration is not None:
        check(loaded.declaration, date(2027, 1, 1))
        run_cases(loaded.declaration)


# --- addresses --------------------------------------------------------------------------------


def test_an_address_is_resolved_when_it_is_needed() -> None:
    system = whole(SOUND).datamap.systems["desk"]
    assert system.url == "${DESK_URL}"
    assert resolve_url(system, {"DESK_URL": "sqlite:///desk"}) == "sqlite:///desk"


def test_a_variable_that_is_not_set_is_an_error_that_names_it() -> None:
    system = whole(SOUND).datamap.systems["desk"]
    with pytest.raises(MissingVariable) as raised:
        resolve_url(system, {"DESK_URL": ""})
    assert raised.value.code == "AV390"
    assert "`DESK_URL`" in raised.value.what


# --- size -------------------------------------------------------------------------------------


def test_two_thousand_fields_are_read_within_a_second(capsys: pytest.CaptureFixture[str]) -> None:
    many = "".join(
        f"      t{n}:\n        owned_by: {{caller: c}}\n        rest: message\n        fields:\n"
        + "".join(f"          column_{i}: email\n" for i in range(50))
        for n in range(40)
    )
    start = time.perf_counter()
    loaded = reading(SOUND + many)
    took = time.perf_counter() - start
    with capsys.disabled():
        print(f"\n2,000 fields read in {took:.3f} s")  # noqa: T201 - the measurement is the result
    assert sum(len(d.fields) for _, d in loaded.whole.datamap.datasets()) == 2001
    assert took < 1


def test_the_clearnox_declaration_is_read_without_errors() -> None:
    loaded = load(CLEARNOX)
    assert [f for f in loaded.findings if f.is_error] == []
    assert len(loaded.whole.clauses) == 143
