"""From signals to proposals, without a database: each case is a few tables and what follows."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from avow.duties.discovery.proposal import Guess
from avow.duties.discovery.triage.asking import Question, questions
from avow.duties.discovery.triage.choices import Choice, Proposal, Whose
from avow.duties.discovery.triage.pointing import candidates
from avow.duties.discovery.triage.proposing import proposals
from avow.duties.discovery.triage.signals import (
    Basis,
    Inclusion,
    Look,
    Pointer,
    Signals,
    Sureness,
)
from avow.estate.connectors.catalogue import Column, ColumnKind, Table

TODAY = date(2026, 11, 22)
ALL_THERE = Inclusion(200, 200, 1.0)


def table(name: str, *columns: str) -> Table:
    """A table whose first column is its key; `x_id` are numbers, others texts."""
    made = (
        Column(c, "bigint", ColumnKind.INTEGER) if c.endswith("id") else
        Column(c, "text", ColumnKind.TEXT)
        for c in ("id", *columns)
    )  # fmt: skip
    return Table(name, tuple(made), ("id",), unique=(("id",),))


def persons(name: str = "klanten", rows: int = 600) -> Look:
    """A table whose rows are persons."""
    guesses = (Guess("email", "email", "name"), Guess("voornaam", "name", "name"))
    return Look(table(name, "email", "voornaam"), rows, guesses, oldest=date(2016, 11, 22))


def look(name: str, *columns: str, rows: int = 100) -> Look:
    """A table that says nothing of persons."""
    return Look(table(name, *columns), rows)


def pointer(child: str, field: str, to: str, basis: Basis = Basis.FOREIGN_KEY) -> Pointer:
    """A pointer whose values are all there."""
    seen = None if basis is Basis.FOREIGN_KEY else ALL_THERE
    return Pointer(child, (field,), to, ("id",), basis, fit=3.0, inclusion=seen)


def signals(*looks: Look, pointers: tuple[Pointer, ...] = ()) -> Signals:
    """What was seen of a system."""
    return Signals("shop", {found.table.name: found for found in looks}, pointers)


def proposed(seen: Signals, said: Mapping[str, Choice] | None = None) -> dict[str, Proposal]:
    """The proposals for it."""
    return proposals(seen, said or {}, TODAY)


def test_ownership_runs_along_a_chain_to_the_persons() -> None:
    found = proposed(
        signals(
            persons(),
            look("orders", "klant_id"),
            look("order_lines", "order_id"),
            pointers=(
                pointer("orders", "klant_id", "klanten"),
                pointer("order_lines", "order_id", "orders"),
            ),
        )
    )
    assert found["klanten"].choice.whose is Whose.PERSONS
    assert found["order_lines"].path == ("order_lines", "orders", "klanten")
    assert [hop.to for hop in found["order_lines"].choice.hops] == ["orders"]
    assert found["order_lines"].sureness is Sureness.SURE


def test_who_wrote_a_row_does_not_own_it_but_the_pointer_is_not_forgotten() -> None:
    seen = signals(
        persons("users"), look("pages", "created_by_id"),
        pointers=(replace(pointer("pages", "created_by_id", "users"), fit=0.0),),
    )  # fmt: skip
    page = proposed(seen)["pages"]
    assert page.choice.whose is Whose.NOBODY
    assert [hop.fields for hop in page.choice.beside] == [("created_by_id",)]


def test_whole_numbers_that_are_there_by_chance_prove_nothing() -> None:
    """Every quantity is some customer's number: without a fitting name nothing follows."""
    by_chance = Pointer("stock", ("aantal",), "klanten", ("id",), Basis.NAME, 0.0,
                        inclusion=Inclusion(40, 40, 1.0, 0.06))  # fmt: skip
    assert by_chance.is_refuted
    assert not ALL_THERE.proves
    found = proposed(signals(persons(), look("stock", "aantal"), pointers=(by_chance,)))
    assert found["stock"].choice.whose is Whose.NOBODY


def test_values_that_are_not_there_refute_a_name() -> None:
    wrong = replace(pointer("forms", "klant_id", "klanten", Basis.NAME),
                    inclusion=Inclusion(200, 63, 0.4))  # fmt: skip
    found = proposed(signals(persons(), look("forms", "klant_id"), pointers=(wrong,)))
    assert found["forms"].choice.whose is Whose.NOBODY
    assert found["forms"].sureness is Sureness.UNSURE, "nobody knows where it points"


def test_a_program_s_table_that_leads_to_persons_is_not_waved_out() -> None:
    """`user_settings` is called like a program's own, and belongs to a user."""
    seen = signals(
        persons("users"), look("user_settings", "user_id"), look("django_migrations"),
        pointers=(pointer("user_settings", "user_id", "users"),),
    )  # fmt: skip
    found = proposed(seen)
    assert found["user_settings"].choice.whose is Whose.OWNED
    assert found["django_migrations"].choice.because == "kept by Django for itself"


def test_empty_tables_and_views_are_out_with_their_reason() -> None:
    view = replace(table("v_klanten"), writable=False)
    found = proposed(signals(look("leeg", rows=0), Look(view, 5)))
    assert found["leeg"].choice.whose is Whose.OUT
    assert found["leeg"].evidence == ("empty today; asked about when it fills",)
    assert found["v_klanten"].choice.whose is Whose.OUT


def test_a_queue_or_json_or_an_address_without_a_link_is_put_as_a_question() -> None:
    json = Table("carts", (Column("id", "bigint", ColumnKind.INTEGER),
                           Column("content", "json", ColumnKind.JSON)), ("id",))  # fmt: skip
    sms = Look(table("sms", "nummer"), 9, (Guess("nummer", "phone", "values"),))
    found = proposed(signals(look("mail_queue", "subject"), Look(json, 9), sms))
    assert {p.choice.whose for p in found.values()} == {Whose.UNKNOWN}


def test_type_and_id_together_point_to_several_tables() -> None:
    found = proposed(signals(persons(), look("notes", "about_type", "about_id")))
    assert found["notes"].choice.whose is Whose.UNKNOWN
    assert "point to rows of several tables" in found["notes"].evidence[0]


def test_two_pointers_to_the_same_persons_make_the_rows_shared() -> None:
    seen = signals(
        persons(), look("messages", "sender_id", "receiver_id"),
        pointers=(pointer("messages", "sender_id", "klanten"),
                  pointer("messages", "receiver_id", "klanten")),
    )  # fmt: skip
    message = proposed(seen)["messages"]
    assert message.choice.whose is Whose.SHARED
    assert {hop.fields for hop in message.choice.hops} == {("sender_id",), ("receiver_id",)}


def test_a_thing_of_a_company_waits_for_what_is_said_of_the_company() -> None:
    supplier = replace(persons("leveranciers"), rows=40)
    seen = signals(
        supplier, look("purchases", "supplier_id"),
        pointers=(pointer("purchases", "supplier_id", "leveranciers"),),
    )  # fmt: skip
    found = proposed(seen)
    assert found["leveranciers"].sureness is Sureness.UNSURE, "are companies persons?"
    assert found["purchases"].waits == "leveranciers"
    then = proposed(seen, {"leveranciers": Choice(Whose.PERSONS)})
    assert then["purchases"].choice.whose is Whose.OWNED


def test_circles_end() -> None:
    seen = signals(
        persons(), look("a", "b_id", "klant_id"), look("b", "a_id"),
        pointers=(pointer("a", "b_id", "b"), pointer("b", "a_id", "a"),
                  pointer("a", "klant_id", "klanten")),
    )  # fmt: skip
    found = proposed(seen)
    assert found["a"].path == ("a", "klanten")
    assert found["b"].path == ("b", "a", "klanten")


def test_the_order_is_persons_times_age_and_alike_tables_are_one_question() -> None:
    old = replace(look("old", "klant_id", rows=500), oldest=date(2010, 1, 1))
    new = replace(look("new", "klant_id", rows=500), oldest=date(2026, 1, 1))
    doubtful = [
        replace(pointer(n, "klant_id", "klanten", Basis.NAME), fit=1.0) for n in ("old", "new")
    ]
    seen = signals(persons(), new, old, *(look(f"zrep{n}", "v") for n in range(30)),
                   pointers=tuple(doubtful))  # fmt: skip
    asked = questions(proposed(seen), seen)
    assert [q.tables[0] for q in asked[:3]] == ["klanten", "old", "new"]
    assert [len(q.tables) for q in asked] == [1, 1, 1, 25, 5], "never more than can be read at once"
    assert isinstance(asked[0], Question)


def test_thousands_of_tables_are_held_against_their_neighbours_only() -> None:
    """Three thousand tables with a pointer each: every pointer found, in time that grows with their
    number and not with its square."""
    names = [f"app_{spoken(n)}" for n in range(3000)]
    looks = {
        name: look(name, f"{after.removeprefix('app_')}_id", "v")
        for name, after in zip(names, names[1:] + names[:1], strict=True)
    }
    start = time.monotonic()
    found = candidates(looks, [])
    assert time.monotonic() - start < 10
    assert {(p.table, p.to) for p in found} == set(zip(names, names[1:] + names[:1], strict=True))


def spoken(number: int) -> str:
    """A number as a word of its own."""
    return "".join("ba ce di fo gu ka le mi no ru".split()[int(digit)] for digit in f"{number:04}")
