"""What names and values say: every guess with a decoy beside it that must not be taken."""

from __future__ import annotations

import random

import pytest

from avow.duties.discovery.columns import day_in, guesses_of, holds_persons, moment_columns
from avow.duties.discovery.lexicon import (
    category_of,
    happening,
    is_person_word,
    moment_rank,
)
from avow.duties.discovery.sampling import ROWS
from avow.duties.discovery.shapes import Seen, look, proven
from avow.duties.discovery.stretches import points
from avow.duties.discovery.survey import is_framework
from avow.estate.connectors.catalogue import Column, ColumnKind, Table


@pytest.mark.parametrize(
    ("column", "category"),
    [
        ("email", "email"), ("E-Mail", "email"), ("emailAdres", "email"), ("courriel", "email"),
        ("adresse_email", "email"), ("primary_emails", "email"),
        ("téléphone", "phone"), ("gsm_nummer", "phone"), ("mobile_phone", "phone"),
        ("ip_address", "ip-address"), ("adresse IP", "ip-address"), ("remoteAddr", "ip-address"),
        ("prénom", "name"), ("Achternaam", "name"), ("first_name", "name"),
        ("Date de naissance", "birth-date"), ("geboortedatum", "birth-date"),
        ("rijksregisternummer", "national-number"), ("user_agent", "user-agent"),
        ("email_verified", None), ("phone_count", None), ("ip_version", None), ("email_id", None),
        ("shipping", None), ("hotel", None), ("description", None), ("", None), ("日本", None),
    ],
)  # fmt: skip
def test_a_column_is_known_by_its_name_in_three_languages(
    column: str, category: str | None
) -> None:
    found = category_of(column)
    assert (found[0] if found else None) == category


@pytest.mark.parametrize(
    ("table", "event"),
    [
        ("login", "logged"), ("journal des accès", "logged"), ("Aanmeldingen", None),
        ("aanmelding", "logged"), ("opname", "recorded"), ("calls", "recorded"),
        ("user_sessions", "started"), ("berichten", "sent"), ("event_registration", None),
        ("catalog", None), ("dialog", None),
    ],
)  # fmt: skip
def test_a_table_of_happenings_is_known_by_its_name(table: str, event: str | None) -> None:
    assert happening(table) == event


def test_tables_of_persons_and_of_programs_are_told_apart() -> None:
    assert is_person_word("klant")
    assert is_person_word("Utilisateurs")
    assert not is_person_word("product")
    assert is_framework("public.django_migrations")
    assert is_framework("schema_migrations")
    assert not is_framework("public.login")


@pytest.mark.parametrize(
    ("column", "rank"),
    [("créé_le", 0), ("created_at", 0), ("aangemaakt_op", 0), ("at", 1), ("datum", 1),
     ("updated_at", 2), ("x", 3), ("deleted_at", None), ("valid_until", None), ("échéance", None)],
)  # fmt: skip
def test_a_moment_is_ranked_by_how_well_it_names_the_beginning(
    column: str, rank: int | None
) -> None:
    assert moment_rank(column) == rank


def test_the_best_moment_comes_first_and_a_dotted_name_never() -> None:
    names = ("updated_at", "deleted_at", "created.at", "at", "created_at", "born")
    table = Table("public.t", tuple(Column(n, "timestamptz", ColumnKind.INSTANT) for n in names))
    assert moment_columns(table, is_typed=True) == ("created_at", "at", "updated_at")


def test_a_number_or_text_is_a_moment_only_where_the_engine_has_no_type_for_moments() -> None:
    table = Table("t", (Column("created", "int", ColumnKind.INTEGER),))
    assert moment_columns(table, is_typed=True) == ()
    assert moment_columns(table, is_typed=False) == ("created",)


EMAILS = [f"p{n}@example.org" for n in range(50)]
ADDRESSES = [f"192.0.2.{n}" for n in range(50)]
NUMBERS = [f"+32 2 555 {n:02} 10" for n in range(50)]


@pytest.mark.parametrize(
    ("values", "category"),
    [(EMAILS, "email"), (ADDRESSES, "ip-address"), (NUMBERS, "phone"),
     ([f"2001:db8::{n:x}" for n in range(9)], "ip-address")],
)  # fmt: skip
def test_values_alone_prove_a_shape(values: list[str], category: str) -> None:
    found = proven(values)
    assert found is not None
    assert (found[0], found[1].passed) == (category, len(set(values)))


DRAW = random.Random(7)  # noqa: S311 (a decoy, no secret)


@pytest.mark.parametrize(
    "values",
    [
        [f"{DRAW.randrange(10**9):09}" for _ in range(200)],  # what a parser with a region takes
        [f"{n:010}" for n in range(200)],
        [f"10:{n:02}:15" for n in range(60)],
        [f"00:1b:44:11:3a:{n:02x}" for n in range(60)],
        [f"https://example.org/{n}" for n in range(60)],
        ["a@b.org", "c@d.org", "e@f.org", "g@h.org"],  # four are no proof
        [f"p{n}@example.org" if n % 2 else f"note {n}" for n in range(60)],  # half are no type
        [],
    ],
)
def test_decoys_prove_nothing(values: list[str]) -> None:
    assert proven(values) is None


def test_local_phone_numbers_need_the_name_to_agree() -> None:
    """One number of ten digits in ten begins like a phone number."""
    values = [f"0470 55 {n:02} 10" for n in range(50)]
    assert proven(values) is None
    seen = look(values, "phone")
    assert seen is not None
    assert seen.is_proven


def test_a_share_is_held_against_chance() -> None:
    assert Seen(100, 90, 0.01).is_proven
    assert not Seen(4, 4, 0.01).is_proven
    assert not Seen(100, 60, 0.01).is_proven
    assert Seen(100, 10, 0.001).is_refuted
    assert not Seen(2, 0, 0.001).is_refuted


def test_values_overrule_a_name_and_a_name_without_values_only_proposes() -> None:
    table = text_table("public.t", "email", "mobile", "col7", "phone")
    values = {"email": ["yes", "no", "a", "b", "c"], "mobile": [], "col7": EMAILS, "phone": NUMBERS}
    found = {g.field: (g.category, g.by) for g in guesses_of(table, values)}
    assert found == {
        "mobile": ("phone", "name"),
        "col7": ("email", "values"),
        "phone": ("phone", "name and values"),
    }


def test_a_thing_with_a_name_is_no_person() -> None:
    assert guesses_of(text_table("public.product", "name"), {}) == ()
    (guess,) = guesses_of(text_table("public.klant", "naam"), {})
    assert (guess.field, guess.category) == ("naam", "name")
    assert holds_persons(
        text_table("public.x", "a"), guesses_of(text_table("u", "email", "gsm"), {})
    )


def text_table(name: str, *columns: str) -> Table:
    """A table of text columns."""
    return Table(name, tuple(Column(c, "text", ColumnKind.TEXT) for c in columns), ("id",))


@pytest.mark.parametrize(
    ("value", "day"),
    [("2026-01-31 09:30:00", "2026-01-31"), (1_769_850_000, "2026-01-31"),
     (1_769_850_000_000, "2026-01-31"), ("soon", None), (True, None), (2.5, None), ("", None)],
)  # fmt: skip
def test_a_stored_moment_gives_its_day(value: object, day: str | None) -> None:
    found = day_in(value)
    assert (found.isoformat() if found else None) == day


def test_sample_points_are_spread_and_bounded() -> None:
    assert points(1, 4, ROWS) == [1, 2, 3, 4]
    many = points(1, 10_000_000, ROWS)
    assert len(many) == ROWS
    assert many[len(many) // 2] == pytest.approx(5_000_000, rel=0.01)
    assert many[-1] > 9_900_000


@pytest.mark.parametrize(
    ("column", "category"),
    [
        ("adres_ip", "ip-address"), ("address_ipv4", "ip-address"), ("IpAddressV6", "ip-address"),
        ("remote_address", "ip-address"), ("adresse_reseau", "ip-address"),
        ("laatste_ip_adres", "ip-address"), ("adresse_ip_connexion", "ip-address"),
        ("address_mail", "email"), ("adres_email", "email"), ("adresse_courriel", "email"),
        ("adresse_electronique", "email"), ("billing_address_email", "email"),
        ("elektronisch_adres", "email"), ("mail_address", "email"),
        ("mac_address", None), ("web_address", None), ("adresse_web", None),
        ("wallet_address", None),
        ("adres", "address"), ("billing_address", "address"), ("adresse_livraison", "address"),
        ("mailing_address", "address"), ("address_line_2", "address"), ("huisadres", "address"),
        ("klant_adressen", "address"), ("host_address", "address"), ("site_address", "address"),
    ],
)  # fmt: skip
def test_an_address_is_that_of_a_house_unless_a_word_beside_it_says_otherwise(
    column: str, category: str | None
) -> None:
    found = category_of(column)
    assert (found[0] if found else None) == category


def test_values_say_which_sort_of_address_a_column_holds() -> None:
    """Logs call it `address`, newsletters too; that of a house has no shape to prove it."""
    houses = [f"Kerkstraat {n}" for n in range(50)]
    for values, category in ((ADDRESSES, "ip-address"), (EMAILS, "email"), (houses, "address")):
        (guess,) = guesses_of(text_table("t", "address"), {"address": values})
        assert guess.category == category
        assert guess.by == ("name" if category == "address" else "values")
