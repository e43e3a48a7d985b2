# ruff: noqa: ANN401 - a test that walks the model takes any value of it
"""What a diff notices, which way it says it goes, and what it calls material: from fields alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from click.testing import CliRunner

from avow.common.calendar import Period
from avow.common.exits import Exit
from avow.common.languages import LANGUAGES
from avow.declaration.difference.change import Change, Kind, Sense
from avow.declaration.difference.diff import diff, weakens
from avow.declaration.difference.said import said
from avow.declaration.difference.senses import no_longer
from avow.declaration.load import load, load_texts
from avow.declaration.model import (
    Action,
    AddRule,
    Basis,
    Case,
    Decision,
    Declaration,
    End,
    EventKind,
    Existing,
    Level,
    LevelSetting,
    Minimum,
    Never,
    Offers,
    Rule,
    Scope,
    Signature,
    Use,
)
from avow.declaration.mutating import mutants
from avow.declaration.publishing import Cookie, Section
from avow.estate.datamap.model import (
    DataMap,
    Dataset,
    Derivation,
    EventMap,
    EventMode,
    Field,
    Identity,
    Link,
    LinkWord,
    Source,
    System,
    Then,
)
from avow.faces.cli.main import main
from tests.unit.test_load_notice import DECLARATION, TEXTS

CLEARNOX = Path(__file__).parents[2] / "declarations" / "clearnox"
DAY = date(2026, 10, 1)


def small() -> Declaration:
    """A declaration with something in every part."""
    read = load_texts({"d.yaml": DECLARATION}, {"texts/en.md": TEXTS}).whole
    scope = Scope(frozenset({"recording"}), frozenset({"fair"}))
    rule = Rule("more", "4", scope, (End("recorded", Period(years=1)),))
    dataset = Dataset(
        "call",
        ("id",),
        "caller",
        "tenant",
        (Identity("email", "mail"),),
        (Link(LinkWord.OWNED_BY, "person", ("person_id",)),),
        "fair",
        (Field("sound", "recording"),),
        "recording",
        (EventMap("recorded", EventMode.POINT, (Source("at"),)),),
        derived=(Derivation("person", Then.REFRESH),),
    )
    return replace(
        read,
        rules={**read.rules, "more": replace(rule, exceptions=(scope,))},
        minimums={"tax": Minimum("tax", "6.h", "law", scope, "recorded", Period(years=7))},
        nevers=(Never("profile", "4", "recording", ("score",)),),
        decisions={"d": Decision("d", "ann", DAY, "why", ("AV221",), (AddRule(rule),), "sha256:1")},
        signatures=(Signature("d", "sha256:1", "bob", DAY),),
        levels=(LevelSetting("app", "more", Level.OBSERVE),),
        cases=(Case("c", {"category": "recording"}, {}, {}, DAY, "live", use=Use("news")),),
        rights=({"right": "access", "clause": "4", "within": "1 month"},),
        subjects={"caller": "dpv:Customer"},
        events={**read.events, "left": EventKind("left", EventMode.END_OF, "4")},
        datamap=DataMap({"app": System("app", "sqlite", datasets={"call": dataset})}),
    )


def only(old: Declaration, new: Declaration) -> Change:
    (change,) = diff(old, new)
    return change


# --- nothing is passed over ----------------------------------------------------------------------

PASSED = {"id", "digest", "place", "right_places", "text_places", "name"}
"""Ids and names stand as keys; what came or went is tested with them."""


def changed(kind: type, name: str, value: object) -> object:
    """Another value for a field of the model; the same where only a thing could stand there."""
    hint = str(get_type_hints(kind)[name])
    for known, other in _OTHERS:
        if isinstance(value, known) or (value is None and known.__name__ in hint):
            return other(value, hint)
    return f"{value or ''}x"


def _listed(value: Any, hint: str) -> object:
    if not value:
        return ("x",) if "tuple[str" in hint else value
    return (*value, "x") if isinstance(value[0], str) else value[1:]


def _mapped(value: Any, hint: str) -> object:
    if value:
        return {}
    return {"x": Period(days=9) if "Period" in hint else "x"} if "Blank" not in hint else value


_OTHERS: tuple[tuple[type, Callable[[Any, str], object]], ...] = (
    (Offers, lambda v, _: Offers.OTHERS if v is not Offers.OTHERS else None),
    (Enum, lambda v, _: next(each for each in type(v) if each is not v)),
    (bool, lambda v, _: not v),
    (int, lambda v, _: v + 1),
    (date, lambda *_: date(2031, 1, 1)),
    (Period, lambda *_: Period(days=3)),
    (frozenset, lambda v, _: v | {"x"}),
    (tuple, _listed),
    (Mapping, _mapped),
)


def altered(value: Any, visited: set[tuple[str, str]]) -> Iterator[tuple[str, Any]]:
    """The value with one field changed, anywhere inside."""
    if not is_dataclass(value) or isinstance(value, type):
        return
    kind = type(value)
    for each in fields(value):
        if not each.compare or not each.init or each.name in PASSED:
            continue
        now = getattr(value, each.name)
        mark = f"{kind.__name__}.{each.name}"
        visited.add((kind.__name__, each.name))
        inner = list(_inside(now, visited))
        for name, other in inner:
            yield f"{mark} > {name}", replace(value, **{each.name: other})
        if not inner and (other := changed(kind, each.name, now)) != now:
            yield mark, replace(value, **{each.name: other})


def _inside(value: Any, visited: set[tuple[str, str]]) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Period):
        return
    if isinstance(value, Mapping):
        for key, item in value.items():
            for name, other in (*altered(item, visited), *_inside_mapping(item)):
                yield f"{key}: {name}", {**value, key: other}
    elif isinstance(value, tuple):
        for n, item in enumerate(value):
            for name, other in (*altered(item, visited), *_inside_mapping(item)):
                yield f"{n}: {name}", (*value[:n], other, *value[n + 1 :])
    else:
        yield from altered(value, visited)


def _inside_mapping(item: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(item, Mapping):
        for key, text in item.items():
            if isinstance(text, str) and key not in ("right", "clause"):
                yield key, {**item, key: f"{text}x"}
            else:
                yield from ((f"{key} {n}", {**item, key: o}) for n, o in _inside_mapping(text))


def test_every_field_of_the_model_is_noticed() -> None:
    """One field changed, whichever: at least one change. A field that is new is noticed too."""
    declaration, visited = small(), set[tuple[str, str]]()
    count = 0
    for name, other in altered(declaration, visited):
        assert diff(declaration, other), name
        count += 1
    assert count > 200
    for kind in ("Rule", "End", "Purpose", "Recipient", "Cookie", "Edition", "Dataset", "Link"):
        assert any(k == kind for k, _ in visited), kind


def test_a_field_that_the_model_gets_tomorrow_is_material() -> None:
    """A part with a row for none of its fields weighs them all."""
    from avow.declaration.difference.parts import PURPOSE  # noqa: PLC0415 (only here)

    row = PURPOSE.row("of tomorrow")
    assert row.compare("a", "b") is Sense.BOTH
    assert str(row.weight) == "always"


def test_equal_declarations_have_no_difference() -> None:
    for declaration in (small(), load(CLEARNOX).whole):
        assert diff(declaration, declaration) == ()


def mirrors(old: Declaration, new: Declaration) -> None:
    def marks(changes: tuple[Change, ...]) -> set[tuple[object, ...]]:
        return {(c.thing, c.id, c.field, c.before, c.after, c.sense) for c in changes}

    there, back = diff(old, new), diff(new, old)
    assert marks(tuple(c.back for c in there if c.field != "id")) == marks(
        tuple(c for c in back if c.field != "id")
    )


def test_the_way_back_is_the_mirror() -> None:
    """What weakens one way strengthens the other, for every field of the model."""
    declaration = small()
    for _, other in altered(declaration, set()):
        mirrors(declaration, other)


def test_whatever_is_left_out_of_clearnox_is_noticed() -> None:
    """Every mutant gives a change, and the way back its mirror."""
    declaration = load(CLEARNOX).whole
    count = 0
    for mutant in mutants(declaration):
        count += 1
        assert diff(declaration, mutant.declaration), (mutant.kind, mutant.name)
        if count % 40 == 0:
            mirrors(declaration, mutant.declaration)
    assert count > 250


# --- which way -----------------------------------------------------------------------------------


def rule(change: Callable[[Rule], Rule]) -> tuple[Declaration, Declaration]:
    old = small()
    return old, replace(old, rules={**old.rules, "more": change(old.rules["more"])})


def of_a_year(**more: Any) -> tuple[End, ...]:
    return (replace(End("recorded", Period(years=1)), **more),)


@pytest.mark.parametrize(
    ("ends", "sense"),
    [
        (of_a_year(period=Period(years=3)), Sense.WEAKENS),
        (of_a_year(period=Period(months=11)), Sense.STRENGTHENS),
        (of_a_year(period=Period(days=300)), Sense.STRENGTHENS),
        (of_a_year(period=Period(days=400)), Sense.WEAKENS),
        (of_a_year(period=Period(months=12)), Sense.NEUTRAL),
        (of_a_year(starts="left"), Sense.BOTH),
        (of_a_year(starts=None), Sense.WEAKENS),
        (of_a_year() + of_a_year(starts="left"), Sense.STRENGTHENS),
        (of_a_year(period=Period(years=3)) + of_a_year(before=DAY), Sense.WEAKENS),
    ],
)
def test_a_longer_period_is_less(ends: tuple[End, ...], sense: Sense) -> None:
    change = only(*rule(lambda r: replace(r, ends=ends)))
    assert (change.kind, change.field, change.clause) == (Kind.RETENTION, "ends", "4")
    assert change.sense is sense
    assert change.material is change.weakens
    assert change.existing is Existing.SHORTER


@pytest.mark.parametrize(("years", "sense"), [(3, Sense.WEAKENS), (0, Sense.STRENGTHENS)])
def test_a_period_without_a_start_is_compared_too(years: int, sense: Sense) -> None:
    """A decision may give the start that the print does not name."""
    old, _ = rule(lambda r: replace(r, ends=of_a_year(starts=None)))
    was = _part(old, "rules", "more", ends=of_a_year(starts=None))
    now = _part(old, "rules", "more", ends=of_a_year(starts=None, period=Period(years=years)))
    assert only(was, now).sense is sense


def test_periods_are_compared_only_where_calendars_agree() -> None:
    """A month may have 28 days or 31: neither 30 days nor a month is surely the longer."""
    month, days = Period(months=1), Period(days=30)
    assert not no_longer(month, days)
    assert not no_longer(days, month)
    assert no_longer(Period(days=27), month)
    assert no_longer(month, Period(months=1, days=1))


CASES: dict[str, tuple[Callable[[Declaration], Declaration], Kind, Sense, bool]] = {}


def case(
    kind: Kind, sense: Sense, material: bool
) -> Callable[[Callable[[Declaration], Declaration]], Callable[[Declaration], Declaration]]:
    def keep(change: Callable[[Declaration], Declaration]) -> Callable[[Declaration], Declaration]:
        CASES[change.__name__] = (change, kind, sense, material)
        return change

    return keep


def _part(d: Declaration, part: str, key: str, **change: Any) -> Declaration:
    things = getattr(d, part)
    fields_: Any = {part: {**things, key: replace(things[key], **change)}}
    return replace(d, **fields_)


@case(Kind.BASIS, Sense.WEAKENS, True)
def consent_becomes_interest(d: Declaration) -> Declaration:
    return _part(d, "purposes", "news", basis=Basis.LEGITIMATE_INTEREST)


@case(Kind.PURPOSE, Sense.WEAKENS, True)
def offers_of_others(d: Declaration) -> Declaration:
    return _part(d, "purposes", "news", offers=Offers.OTHERS)


@case(Kind.PURPOSE, Sense.WEAKENS, True)
def a_wider_use(d: Declaration) -> Declaration:
    return _part(d, "purposes", "news", uses=Scope())


@case(Kind.RECIPIENT, Sense.WEAKENS, True)
def a_recipient_more(d: Declaration) -> Declaration:
    return _part(d, "purposes", "news", recipients=("lines",))


@case(Kind.TRANSFER, Sense.STRENGTHENS, True)
def back_into_europe(d: Declaration) -> Declaration:
    return _part(d, "recipients", "lines", country="FR")


@case(Kind.TRANSFER, Sense.STRENGTHENS, False)
def a_tool_is_named(d: Declaration) -> Declaration:
    return _part(d, "recipients", "lines", transfer="standard-clauses")


@case(Kind.TRANSFER, Sense.WEAKENS, True)
def no_copy_any_more(d: Declaration) -> Declaration:
    return _part(d, "recipients", "lines", copy=None)


@case(Kind.RETENTION, Sense.WEAKENS, True)
def a_rule_goes(d: Declaration) -> Declaration:
    return replace(d, rules={k: v for k, v in d.rules.items() if k != "more"})


@case(Kind.RETENTION, Sense.STRENGTHENS, False)
def a_narrower_exception(d: Declaration) -> Declaration:
    return _part(d, "rules", "more", exceptions=())


@case(Kind.RETENTION, Sense.WEAKENS, True)
def review_in_place_of_erasure(d: Declaration) -> Declaration:
    return _part(d, "rules", "more", then=Action.REVIEW)


@case(Kind.RIGHT, Sense.WEAKENS, True)
def a_right_goes(d: Declaration) -> Declaration:
    return replace(d, rights=())


@case(Kind.RIGHT, Sense.WEAKENS, True)
def a_right_is_limited(d: Declaration) -> Declaration:
    limit = {"right": "limit-law", "clause": "4", "limits": "erasure"}
    return replace(d, rights=(*d.rights, limit))


@case(Kind.RIGHT, Sense.WEAKENS, True)
def a_slower_answer(d: Declaration) -> Declaration:
    return replace(d, rights=({**d.rights[0], "within": "3 months"},))


@case(Kind.RIGHT, Sense.NEUTRAL, False)
def any_form_is_no_form(d: Declaration) -> Declaration:
    return replace(d, rights=({**d.rights[0], "form": "any"},))


@case(Kind.PROMISE, Sense.NEUTRAL, False)
def residue_of_the_print_goes(d: Declaration) -> Declaration:
    return replace(d, clauses={k: v for k, v in d.clauses.items() if k != "Z"})


@case(Kind.PROMISE, Sense.WEAKENS, True)
def a_promise_goes(d: Declaration) -> Declaration:
    return replace(d, clauses={k: v for k, v in d.clauses.items() if k != "4"})


@case(Kind.NEVER, Sense.WEAKENS, True)
def a_negative_promise_goes(d: Declaration) -> Declaration:
    return replace(d, nevers=())


@case(Kind.CONTROLLER, Sense.NEUTRAL, True)
def another_controller(d: Declaration) -> Declaration:
    return replace(d, controller=replace(d.controller, name="Other"))


@case(Kind.CONTROLLER, Sense.NEUTRAL, False)
def another_phone(d: Declaration) -> Declaration:
    return replace(d, controller=replace(d.controller, phone="+32"))


@case(Kind.COOKIE, Sense.WEAKENS, True)
def an_exempt_cookie(d: Declaration) -> Declaration:
    return replace(d, cookies=(replace(d.cookies[0], exempt=True),))


@case(Kind.COOKIE, Sense.WEAKENS, True)
def a_longer_cookie(d: Declaration) -> Declaration:
    return replace(d, cookies=(replace(d.cookies[0], lifetime=Period(years=1)),))


@case(Kind.COOKIE, Sense.WEAKENS, True)
def a_new_cookie(d: Declaration) -> Declaration:
    return replace(d, cookies=(*d.cookies, Cookie("id", "4")))


@case(Kind.COLLECTION, Sense.WEAKENS, True)
def a_thing_becomes_mandatory(d: Declaration) -> Declaration:
    point = d.points["fair"]
    asked = tuple(replace(c, required=True) for c in point.collects)
    return _part(d, "points", "fair", collects=asked)


@case(Kind.NOTICE, Sense.WEAKENS, True)
def a_shorter_time_to_be_told(d: Declaration) -> Declaration:
    assert d.edition is not None
    return replace(d, edition=replace(d.edition, ahead={"purpose": Period(days=7)}))


@case(Kind.ORDER, Sense.NEUTRAL, False)
def sections_in_another_order(d: Declaration) -> Declaration:
    return replace(d, sections=dict(reversed(list(d.sections.items()))))


@case(Kind.ORDER, Sense.NEUTRAL, False)
def a_new_section(d: Declaration) -> Declaration:
    return replace(d, sections={**d.sections, "9": Section("9")})


@case(Kind.TEXT, Sense.NEUTRAL, False)
def a_translation_more(d: Declaration) -> Declaration:
    return replace(d, texts={**d.texts, "fr": {"4": "Nous vous écrivons."}})


@case(Kind.DECISION, Sense.WEAKENS, True)
def a_decision_goes(d: Declaration) -> Declaration:
    return replace(d, decisions={})


@pytest.mark.parametrize("name", CASES)
def test_fields_say_which_way_and_how_heavy(name: str) -> None:
    change, kind, sense, material = CASES[name]
    old = small()
    found = only(old, change(old))
    assert (found.kind, found.sense, found.material) == (kind, sense, material)
    back = only(change(old), old)
    assert back.sense is found.back.sense


def test_words_alone_are_shown_and_not_weighed() -> None:
    """A text of a clause whose fields stay: somebody has to look. With a field it is wording."""
    old = small()
    texts = {**old.texts, "en": {**old.texts["en"], "4": "We write and we sell."}}
    change = only(old, replace(old, texts=texts))
    assert (change.kind, change.words_only, change.material) == (Kind.TEXT, True, False)
    wider = _part(replace(old, texts=texts), "rules", "more", exceptions=())
    assert not any(c.words_only for c in diff(old, wider))


def test_a_comment_is_no_change() -> None:
    read = load_texts({"d.yaml": "# seen by counsel\n" + DECLARATION}, {"texts/en.md": TEXTS}).whole
    old = load_texts({"d.yaml": DECLARATION}, {"texts/en.md": TEXTS}).whole
    assert diff(old, read) == ()


def test_another_id_is_one_change_whatever_refers_to_it() -> None:
    """A category and an event get other names; all that names them is read with the new one."""
    text = DECLARATION.replace("recording", "sound").replace("recorded", "taped")
    text = text.replace("{rule: sounds", "{rule: recordings").replace(
        "sound of a call", "recording of a call"
    )
    old = load_texts({"d.yaml": DECLARATION}, {"texts/en.md": TEXTS}).whole
    new = load_texts({"d.yaml": text}, {"texts/en.md": TEXTS}).whole
    found = diff(old, new)
    assert [(c.thing, c.field, c.before, c.after) for c in found] == [
        ("category", "id", "recording", "sound"),
        ("event", "id", "recorded", "taped"),
    ]
    assert not weakens(found)
    assert not any(c.material for c in found)


def test_an_id_is_not_another_name_when_two_would_do() -> None:
    """Two categories alike went and one came: which one it is, nobody can tell."""
    old = small()
    one = old.categories["recording"]
    two = {**old.categories, "a": replace(one, id="a"), "b": replace(one, id="b")}
    three = {**old.categories, "c": replace(one, id="c")}
    found = diff(replace(old, categories=two), replace(old, categories=three))
    assert sorted((c.id, c.field) for c in found) == [("a", ""), ("b", ""), ("c", "")]


# --- in words, and as a command ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        (
            "en",
            "4: retention rule “more”: period was “1 year after recorded” and is “3 years after",
        ),
        ("fr", "4: règle de conservation « more » : durée, avant « 1 an after recorded », désor"),
        ("nl", "4: bewaarregel “more”: termijn was “1 jaar after recorded” en is “3 jaar after"),
    ],
)
def test_a_change_is_said_in_a_sentence(language: str, sentence: str) -> None:
    change = only(*rule(lambda r: replace(r, ends=of_a_year(period=Period(years=3)))))
    told = said(change, language)
    assert told.startswith(sentence)
    assert told.count(". ") == 2, "what counts for data held already, and that it may be less"


def test_every_kind_of_change_has_a_sentence_in_every_language() -> None:
    """Whatever changes, something is said."""
    declaration = small()
    for _, other in altered(declaration, set()):
        for change in diff(declaration, other):
            for language in LANGUAGES:
                assert said(change, language, declaration)


def written(folder: Path, text: str) -> str:
    folder.mkdir()
    (folder / "avow.yaml").write_text(text)
    (folder / "texts").mkdir()
    (folder / "texts" / "en.md").write_text(TEXTS)
    return str(folder)


def test_the_gate_closes_when_people_get_less(tmp_path: Path) -> None:
    """The same files one way round and the other: 1 for a longer period, 0 for a shorter one."""
    month = written(tmp_path / "month", DECLARATION)
    year = written(tmp_path / "year", DECLARATION.replace("at_most: 1 month", "at_most: 1 year"))
    run = CliRunner().invoke
    longer = run(main, ["diff", month, year, "--gate"])
    assert longer.exit_code == Exit.FINDINGS, longer.output
    assert "1 material, 1 may give people less" in longer.output
    assert run(main, ["diff", year, month, "--gate"]).exit_code == Exit.OK
    assert run(main, ["diff", month, year]).exit_code == Exit.OK
    (told,) = json.loads(run(main, ["diff", month, year, "--json"]).output)
    assert (told["clause"], told["field"], told["existing"]) == ("6.h", "ends", "old-rule")
    assert told["before"] == "1 month after recorded"
