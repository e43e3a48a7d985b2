"""The laws of every connector, on the twin, PostgreSQL, SQLite, CSV, JSON Lines and Parquet.

What a law says of rows, it says with the ids of the shop in `world.py`.
"""

from __future__ import annotations

from datetime import date

import pytest

from avow.estate.connectors.base import Batch, Connection, Refused, Window
from avow.estate.connectors.values import plain_all
from avow.estate.datamap.edges import Edge, Side
from avow.estate.datamap.model import Blank, BlankKind, Identity, Normaliser
from avow.estate.datamap.predicates import (
    FALSE,
    TRUE,
    And,
    Equal,
    InKeys,
    Null,
    Or,
    Predicate,
    Related,
    Until,
    negate,
)
from tests.connectors import world
from tests.connectors.conftest import guarded
from tests.connectors.world import Estate

PERSON, ORDER, LINE, NOTE = (t.name for t in (world.PERSON, world.ORDER, world.LINE, world.NOTE))
BRUSSELS = "Europe/Brussels"
NULL, GHOST, TRUNCATE = Blank(BlankKind.NULL), Blank(BlankKind.GHOST), Blank(BlankKind.TRUNCATE)


def constant(text: str) -> Blank:
    return Blank(BlankKind.CONSTANT, text)


def ids(connection: Connection, where: Predicate, dataset: str = PERSON) -> list[object]:
    """The first key column of the rows that satisfy a predicate, counted and fetched alike."""
    field = connection.system.datasets[dataset].key[0]
    found = [row[0] for row in connection.fetch(dataset, where, [field])]
    assert connection.count(dataset, where) == len(found)
    return found


PREDICATES: list[tuple[str, Predicate, list[int]]] = [
    ("everything", TRUE, [1, 2, 3, 4, 5]),
    ("nothing", FALSE, []),
    ("an integer read as text", Equal("id", "2"), [2]),
    ("an integer has one way to be written", Equal("id", "02"), []),
    ("what is no integer is equal to none", Equal("id", "two"), []),
    ("what is no integer differs from all that are there", Equal("boss", "x", True), [2, 3, 4]),
    ("a truth value", Equal("adult", "true"), [1]),
    ("a truth value that is absent is not unequal", Equal("adult", "true", negated=True), [2]),
    ("a number", Equal("balance", "10"), [1]),
    ("a number in another spelling", Equal("balance", "-3.0"), [3]),
    ("a date", Equal("born", "2020-02-01"), [2]),
    ("absent", Null("boss"), [1, 5]),
    ("present", Null("boss", negated=True), [2, 3, 4]),
    ("a day counts", Until("born", date(2020, 1, 31), BRUSSELS), [1]),
    ("later", Until("born", date(2020, 1, 31), BRUSSELS, negated=True), [2]),
    ("until the last day of all", Until("born", date.max, BRUSSELS), [1, 2]),
    ("after the last day of all", Until("born", date.max, BRUSSELS, negated=True), []),
    ("until the first day of all", Until("born", date.min, BRUSSELS), []),
    ("an instant just before local midnight", Until("seen", date(2025, 3, 29), BRUSSELS), [1]),
    ("the first instant of the next local day", Until("seen", date(2025, 3, 29), "UTC"), [1, 2]),
    ("a naive time in the controller's zone", Until("noted", date(2024, 12, 31), BRUSSELS), []),
    # 00:30 UTC on 1 January is still the old year in New York, and 01:00 Brussels is 00:00 UTC.
    (
        "a naive time elsewhere",
        Until("noted", date(2024, 12, 31), "America/New_York", "UTC"),
        [1, 2],
    ),
    ("its own zone shifts the bound", Until("noted", date(2024, 12, 31), "UTC", BRUSSELS), [1]),
    ("both", And((Null("boss", negated=True), Equal("adult", "false"))), [2]),
    ("either", Or((Equal("id", "5"), Equal("adult", "false"))), [2, 5]),
    ("rows that point here", Related(world.BUYER, Side.CHILD, TRUE), [1, 2]),
    ("rows that nobody points to", Related(world.BUYER, Side.CHILD, TRUE, True), [3, 4, 5]),
    ("the row pointed to", Related(world.BOSS, Side.PARENT, Equal("id", "1")), [2]),
    ("a row that points to itself", Related(world.BOSS, Side.PARENT, Equal("id", "4")), [4]),
    ("no row pointed to, null pointers too", Related(world.BOSS, Side.PARENT, TRUE, True), [1, 5]),
    ("a conditional link", Related(world.ABOUT_PERSON, Side.CHILD, TRUE), [1]),
    ("by value, A–Z in any case", Related(world.BY_EMAIL, Side.CHILD, TRUE), [1, 2]),
    ("by value, spaces only", Related(world.BY_TRIMMED, Side.CHILD, TRUE), [2]),
    ("by value, digits; none of them is nobody", Related(world.BY_PHONE, Side.CHILD, TRUE), [1]),
    ("two steps", Related(world.BUYER, Side.CHILD, Related(world.LINES, Side.CHILD, TRUE)), [1]),
    (
        "two steps, nowhere at the end",
        Related(world.BUYER, Side.CHILD, Related(world.LINES, Side.CHILD, TRUE, True)),
        [1, 2],
    ),
]


@pytest.mark.parametrize(
    ("predicate", "expected"), [p[1:] for p in PREDICATES], ids=[p[0] for p in PREDICATES]
)
def test_a_predicate_and_its_negation_share_the_rows_out(
    shop: Estate, predicate: Predicate, expected: list[int]
) -> None:
    """Two-valued: whatever is absent, each row satisfies either a predicate or its negation."""
    connection = shop.read()
    assert ids(connection, predicate) == expected
    assert ids(connection, negate(predicate)) == [n for n in range(1, 6) if n not in expected]


def test_a_conditional_link_seen_from_the_row_that_points(shop: Estate) -> None:
    """Note 1 is about a person who exists; 2 is about an order with the same number."""
    points = Related(world.ABOUT_PERSON, Side.PARENT, TRUE)
    assert ids(shop.read(), points, NOTE) == [1]
    assert ids(shop.read(), negate(points), NOTE) == [2, 3, 4, 5, 6]


def test_a_composite_pointer_with_a_hole_points_nowhere(shop: Estate) -> None:
    """The fourth line names a year and no number."""
    points = Related(world.LINES, Side.PARENT, TRUE)
    assert ids(shop.read(), points, LINE) == [world.uuid(1), world.uuid(2), world.uuid(3)]
    assert ids(shop.read(), negate(points), LINE) == [world.uuid(4)]


def test_fetch_gives_python_values_in_key_order(shop: Estate) -> None:
    rows = list(shop.read().fetch(ORDER, Equal("nr", "A"), ["note", "år"], limit=5))
    assert rows == [("first", 2024), ("it's 100%", 2025)]
    people = list(shop.read().fetch(PERSON, Null("born", negated=True), ["born", "noted", "adult"]))
    assert people[0] == (date(2020, 1, 31), world.NAIVE_EARLY, True)


def test_a_table_or_column_that_does_not_exist_is_refused_by_name(shop: Estate) -> None:
    connection = shop.read()
    with pytest.raises(Refused) as table:
        connection.count("public.nothing", TRUE)
    with pytest.raises(Refused) as column:
        connection.count(PERSON, Null("nothing"))
    assert (table.value.kind, table.value.table) == ("schema", "public.nothing")
    assert (column.value.kind, column.value.constraint) == ("schema", "nothing")


def test_moments_in_a_column_of_text_are_refused_and_not_guessed(shop: Estate) -> None:
    with pytest.raises(Refused) as refused:
        shop.read().count(PERSON, Until("name", date(2026, 1, 1), "UTC"))
    assert refused.value.kind == "form"


# --- key sets ----------------------------------------------------------------------------


@pytest.fixture(params=["read", "write"])
def connection(shop: Estate, request: pytest.FixtureRequest) -> Connection:
    """Key sets work alike where we may only read; they never touch the system's rows."""
    return shop.read() if request.param == "read" else shop.write()


def test_a_key_set_selects_its_rows_and_its_negation_all_others(connection: Connection) -> None:
    connection.put_keys("wanted", PERSON, [(1, (1,), None), (2, (4,), None), (3, (99,), None)])
    assert ids(connection, InKeys(("id",), "wanted")) == [1, 4]
    assert ids(connection, InKeys(("boss",), "wanted")) == [2, 4]
    assert ids(connection, InKeys(("boss",), "wanted", negated=True)) == [1, 3, 5]
    assert connection.keys("wanted") == [(1, (1,)), (2, (4,)), (3, (99,))]


def test_an_empty_key_set_selects_nothing(connection: Connection) -> None:
    connection.put_keys("none", PERSON, [])
    assert ids(connection, InKeys(("id",), "none")) == []
    assert ids(connection, InKeys(("id",), "none", negated=True)) == [1, 2, 3, 4, 5]


def test_a_dated_fact_counts_from_its_day(connection: Connection) -> None:
    """A fact without a day never counts where a day is asked for."""
    day = date(2026, 3, 1)
    connection.put_keys("f", PERSON, [(1, (1,), day), (1, (2,), date(2026, 3, 2)), (1, (3,), None)])
    assert ids(connection, InKeys(("id",), "f", until=day)) == [1]
    assert ids(connection, InKeys(("id",), "f", until=day, negated=True)) == [2, 3, 4, 5]


def test_composite_and_text_keys(connection: Connection) -> None:
    connection.put_keys("orders", ORDER, [(1, (2024, "A"), None), (1, (2025, "é"), None)])
    assert ids(connection, InKeys(("år", "nr"), "orders"), LINE) == [
        world.uuid(1), world.uuid(2), world.uuid(3),
    ]  # fmt: skip
    assert ids(connection, InKeys(("år", "nr"), "orders", negated=True), LINE) == [world.uuid(4)]


def test_uuid_keys(connection: Connection) -> None:
    connection.put_keys("lines", LINE, [(1, (world.uuid(2),), None)])
    assert ids(connection, InKeys(("id",), "lines"), LINE) == [world.uuid(2)]


def test_keys_of_another_type_are_compared_as_text(connection: Connection) -> None:
    """A note holds the number of a person in a column of text."""
    connection.put_keys("p", PERSON, [(1, (322555,), None)])
    assert ids(connection, InKeys(("email",), "p"), NOTE) == [4]


def test_putting_a_key_set_again_replaces_it_and_dropping_forgets_it(
    connection: Connection,
) -> None:
    connection.put_keys("k", PERSON, [(1, (1,), None)])
    connection.put_keys("k", PERSON, [(1, (2,), None)])
    assert ids(connection, InKeys(("id",), "k")) == [2]
    connection.drop_keys("k")
    connection.drop_keys("never made")
    assert connection.capabilities


def test_find_compares_normalised_and_never_the_empty_text(connection: Connection) -> None:
    by_email = Identity("email", "email", normalise=Normaliser.ASCII_LOWER)
    values = {7: " ADA@example.org ", 8: "bob@EXAMPLE.org", 9: "", 10: "nobody@example.org"}
    assert connection.find("found", PERSON, by_email, values) == 2
    assert sorted(connection.keys("found")) == [(7, (1,)), (8, (2,))]
    by_phone = Identity("phone", "phone", normalise=Normaliser.DIGITS)
    assert connection.find("found", PERSON, by_phone, {1: "322 555", 2: "none"}) == 1
    assert connection.keys("found") == [(1, (1,))]


def test_find_leaves_letters_beyond_ascii_as_they_are(connection: Connection) -> None:
    by_email = Identity("email", "email", normalise=Normaliser.ASCII_LOWER)
    assert connection.find("k", PERSON, by_email, {1: "école@example.org"}) == 0
    assert connection.find("k", PERSON, by_email, {1: "ÉCOLE@EXAMPLE.org"}) == 1


def test_find_in_a_column_of_numbers(connection: Connection) -> None:
    assert connection.find("k", PERSON, Identity("number", "id"), {5: "3", 6: "x"}) == 1
    assert connection.keys("k") == [(5, (3,))]


def test_spread_walks_both_ways_and_keeps_the_subject(connection: Connection) -> None:
    connection.put_keys("people", PERSON, [(1, (1,), None), (2, (2,), None)])
    assert connection.spread(world.BUYER, Side.CHILD, "people", "orders") == 3
    assert sorted(connection.keys("orders")) == [
        (1, (2024, "A")),
        (1, (2025, "A")),
        (2, (2024, "B")),
    ]
    assert connection.spread(world.LINES, Side.CHILD, "orders", "lines") == 2
    assert {plain_all(k) for _, k in connection.keys("lines")} == {
        (str(world.uuid(1)),), (str(world.uuid(2)),),
    }  # fmt: skip
    assert connection.spread(world.BUYER, Side.CHILD, "people", "orders") == 0
    assert connection.spread(world.LINES, Side.PARENT, "lines", "back") == 1
    assert connection.spread(world.BUYER, Side.PARENT, "back", "owners") == 1
    assert connection.keys("owners") == [(1, (1,))]


def test_spread_closes_a_circle(connection: Connection) -> None:
    """Two reports to one, three to two, four to itself."""
    connection.put_keys("k", PERSON, [(1, (1,), None), (2, (4,), None)])
    rounds = []
    while new := connection.spread(world.BOSS, Side.CHILD, "k", "k"):
        rounds.append(new)
    assert rounds == [1, 1]
    assert sorted(connection.keys("k")) == [(1, (1,)), (1, (2,)), (1, (3,)), (2, (4,))]


def test_spread_obeys_the_condition_of_a_link(connection: Connection) -> None:
    connection.put_keys("k", PERSON, [(1, (1,), None)])
    assert connection.spread(world.ABOUT_PERSON, Side.CHILD, "k", "notes") == 1
    connection.put_keys("notes", NOTE, [(1, (n,), None) for n in range(1, 7)])
    assert connection.spread(world.ABOUT_PERSON, Side.PARENT, "notes", "people") == 1


def test_a_row_that_names_the_key_of_a_person_who_is_gone_is_still_theirs(
    connection: Connection,
) -> None:
    """Note 3 is about person 9, whose row does not exist any more."""
    connection.put_keys("k", PERSON, [(1, (9,), None)])
    assert connection.spread(world.ABOUT_PERSON, Side.CHILD, "k", "notes") == 1
    assert connection.keys("notes") == [(1, (3,))]


@pytest.mark.parametrize(
    ("edge", "notes"),
    [(world.BY_EMAIL, [1, 2]), (world.BY_TRIMMED, [2]), (world.BY_PHONE, [4])],
)
def test_spread_by_value(connection: Connection, edge: Edge, notes: list[int]) -> None:
    """An empty address is nobody's: person 4 and note 3 have nothing to do with each other."""
    connection.put_keys("k", PERSON, [(n, (n,), None) for n in range(1, 6)])
    connection.spread(edge, Side.CHILD, "k", "notes")
    assert sorted(key[0] for _, key in connection.keys("notes")) == notes  # type: ignore[type-var]


def test_a_key_set_that_was_never_made_is_refused_by_name(connection: Connection) -> None:
    with pytest.raises(Refused) as refused:
        connection.count(PERSON, InKeys(("id",), "fact.hold"))
    assert (refused.value.kind, refused.value.table) == ("keys", "fact.hold")


def test_a_statement_shows_what_would_run_and_no_content_of_a_key_set(estate: Estate) -> None:
    connection = estate.write()
    connection.put_keys("fact.hold", PERSON, [(1, (424242,), None)])
    held = And((InKeys(("id",), "fact.hold", negated=True), Until("born", date(2026, 1, 1), "UTC")))
    text = connection.statement(PERSON, held, None)
    assert "fact.hold" in text
    assert "424242" not in text
    assert "2026" in text
    assert "name" in connection.statement(PERSON, held, {"name": constant("-")})


# --- reading -----------------------------------------------------------------------------


def test_oldest_is_a_local_day(shop: Estate) -> None:
    connection = shop.read()
    born = connection.oldest(PERSON, "born", None, BRUSSELS, TRUE)
    assert (born.day, born.rows, born.empty) == (date(2020, 1, 31), 2, 3)
    seen = connection.oldest(PERSON, "seen", None, BRUSSELS, Equal("id", "2"))
    assert (seen.day, seen.rows, seen.empty) == (date(2025, 3, 30), 1, 0)
    assert connection.oldest(PERSON, "noted", "UTC", "America/New_York", TRUE).day == date(
        2024, 12, 31
    )
    assert connection.oldest(PERSON, "born", None, BRUSSELS, FALSE).day is None


def test_windows_show_each_row_once_in_key_order(shop: Estate) -> None:
    connection = shop.read()
    assert _windows(connection, PERSON, 2) == [((2,), 2), ((4,), 2), ((5,), 1)]
    assert _windows(connection, ORDER, 3) == [((2025, "A"), 3), ((2025, "é"), 1)]
    assert connection.window(PERSON, FALSE, None, 2) is None


def _windows(connection: Connection, dataset: str, size: int) -> list[tuple[object, int]]:
    found: list[tuple[object, int]] = []
    after = None
    while window := connection.window(dataset, TRUE, after, size):
        after = window.until
        found.append((after, window.rows))
    return found


@pytest.mark.parametrize("dataset", [NOTE, ORDER, LINE])
def test_windows_take_each_row_once_even_when_rows_vanish_between_them(
    estate: Estate, dataset: str
) -> None:
    """Each window is removed before the next is asked for, and a row behind it vanishes too."""
    connection, after, removed = estate.write(), None, 0
    total = connection.count(dataset, TRUE)
    while window := connection.window(dataset, TRUE, after, 2):
        with connection.transaction() as batch:
            removed += batch.remove(dataset, TRUE, window)
        after = window.until
    assert (removed, connection.count(dataset, TRUE)) == (total, 0)


def test_a_window_bounds_a_removal_on_both_sides(estate: Estate) -> None:
    connection = estate.write()
    with connection.transaction() as batch:
        assert batch.remove(NOTE, TRUE, Window((1,), (3,), 2)) == 2
    assert ids(connection, TRUE, NOTE) == [1, 4, 5, 6]


def test_a_table_without_a_key_is_read_and_emptied_but_has_no_windows(estate: Estate) -> None:
    connection = estate.write()
    sheet = world.SHEET.name
    assert list(connection.fetch(sheet, TRUE, ["text"])) == [("same",), ("same",)]
    with pytest.raises(Refused) as gap:
        connection.window(sheet, TRUE, None, 1)
    assert gap.value.kind == "key"
    with pytest.raises(Refused) as gap:
        connection.put_keys("k", sheet, [])
    assert gap.value.kind == "key"
    with connection.transaction() as batch:
        assert batch.remove(sheet, Equal("who", "1")) == 2


def test_stream_reads_every_row_in_blocks_from_one_reading(estate: Estate) -> None:
    """What a batch removes while the stream runs is still in it."""
    connection = estate.write()
    blocks = connection.stream(NOTE, ["id", "about"], 4)
    first = next(blocks)
    if estate.system.connector != "sqlite":  # where a reader and a writer exclude each other
        with connection.transaction() as batch:
            batch.remove(NOTE, TRUE)
    rest = list(blocks)
    assert [len(first), *map(len, rest)] == [4, 2]
    assert sorted(n for block in [first, *rest] for n, _ in block) == [1, 2, 3, 4, 5, 6]  # type: ignore[type-var]


# --- writing -----------------------------------------------------------------------------


def test_remove_counts_and_removes_what_satisfies_the_predicate(estate: Estate) -> None:
    connection = estate.write()
    with connection.transaction() as batch:
        assert batch.lock(NOTE, Equal("about", "person")) == 3
        assert batch.remove(NOTE, Equal("about", "person")) == 3
        assert connection.count(NOTE, TRUE) == 3, "the batch sees what it did"
    assert ids(estate.read(), TRUE, NOTE) == [2, 5, 6]


@guarded
def test_a_refused_batch_leaves_everything_as_it_was(estate: Estate) -> None:
    """Person 1 still has orders: the foreign key refuses, and the notes removed before are back."""
    connection = estate.write()
    before = world.snapshot(connection)
    with pytest.raises(Refused) as refused:
        _remove_all(connection)
    assert refused.value.kind == "constraint"
    assert refused.value.table in {ORDER, PERSON}
    assert "Ada" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert world.snapshot(estate.read()) == before
    assert connection.count(NOTE, TRUE) == 6, "the connection is still of use"


def _remove_all(connection: Connection) -> None:
    connection.put_keys("outside", PERSON, [(1, (1,), None)])
    with connection.transaction() as batch:
        connection.put_keys("inside", PERSON, [(1, (1,), None)])
        batch.remove(NOTE, TRUE)
        batch.remove(PERSON, InKeys(("id",), "outside"))


@guarded
def test_key_sets_outlive_a_refused_batch_unless_it_made_them(estate: Estate) -> None:
    connection = estate.write()
    with pytest.raises(Refused):
        _remove_all(connection)
    assert connection.keys("outside") == [(1, (1,))]
    with pytest.raises((Refused, KeyError)):
        connection.keys("inside")


def test_an_error_of_ours_inside_a_batch_undoes_it(estate: Estate) -> None:
    connection = estate.write()
    with pytest.raises(ZeroDivisionError):
        _remove_then_fail(connection)
    assert connection.count(NOTE, TRUE) == 6


def _remove_then_fail(connection: Connection) -> None:
    with connection.transaction() as batch:
        batch.remove(NOTE, TRUE)
        raise ZeroDivisionError


@guarded
def test_cascades_of_the_database_do_what_the_schema_says(estate: Estate) -> None:
    connection = estate.write()
    with connection.transaction() as batch:
        assert batch.remove(ORDER, Equal("nr", "A")) == 2, "cascaded rows are not counted"
    assert connection.count(LINE, TRUE) == 2


BLANKS: list[tuple[str, Blank, object]] = [
    ("email", NULL, None),
    ("email", constant("gone"), "gone"),
    ("name", constant("-"), "-"),
    ("email", GHOST, "gone-1"),
    ("phone", TRUNCATE, ""),
    ("phone", Blank(BlankKind.TRUNCATE, "3"), "+32"),
    ("adult", constant("false"), False),
    ("born", constant("1900-01-01"), date(1900, 1, 1)),
    ("born", TRUNCATE, date(2020, 1, 1)),
    ("noted", TRUNCATE, world.NAIVE_EARLY.replace(hour=0, minute=0)),
    ("balance", TRUNCATE, 0),
    ("boss", Blank(BlankKind.GHOST, "5"), 5),
]


@pytest.mark.parametrize(("field", "how", "expected"), BLANKS)
def test_a_blank_is_counted_once(estate: Estate, field: str, how: Blank, expected: object) -> None:
    """A row that is already blank is not counted, so that a second run finds nothing to do."""
    connection = estate.write()
    first = Equal("id", "1")
    with connection.transaction() as batch:
        assert batch.blank(PERSON, first, {field: how}) == 1
    assert next(connection.fetch(PERSON, first, [field])) == (expected,)
    with connection.transaction() as batch:
        assert batch.blank(PERSON, first, {field: how}) == 0


def test_a_blank_instant_is_the_start_of_its_year_in_utc(estate: Estate) -> None:
    connection = estate.write()
    with connection.transaction() as batch:
        assert batch.blank(PERSON, TRUE, {"seen": TRUNCATE}) == 2
    assert connection.oldest(PERSON, "seen", None, "UTC", TRUE).day == date(2025, 1, 1)


def test_blanking_several_columns_counts_rows(estate: Estate) -> None:
    connection = estate.write()
    with connection.transaction() as batch:
        assert batch.blank(NOTE, TRUE, {"email": NULL, "at": NULL}, Window(None, (4,), 4)) == 4
        assert batch.blank(NOTE, TRUE, {"email": NULL, "at": NULL}) == 2


@pytest.mark.parametrize(
    ("blanks", "kind"),
    [
        ({"balance": constant("none")}, "form"),
        ({"adult": TRUNCATE}, "form"),
        ({"balance": GHOST}, "form"),
        ({"name": Blank(BlankKind.RECOMPUTE)}, "form"),
        ({"nothing": NULL}, "schema"),
    ],
)
def test_what_the_database_cannot_hold_is_refused_whole(
    estate: Estate, blanks: dict[str, Blank], kind: str
) -> None:
    _is_refused(estate, blanks, kind)


@guarded
@pytest.mark.parametrize("blanks", [{"name": NULL}, {"email": constant("same")}])
def test_what_the_schema_forbids_is_refused_whole(estate: Estate, blanks: dict[str, Blank]) -> None:
    _is_refused(estate, blanks, "constraint")


def test_a_key_stays_a_key(estate: Estate) -> None:
    _is_refused(estate, {"id": constant("1")}, "constraint")


def _is_refused(estate: Estate, blanks: dict[str, Blank], kind: str) -> None:
    connection = estate.write()
    before = world.snapshot(connection)
    with pytest.raises(Refused) as refused:
        _blank(connection, blanks)
    assert (refused.value.kind, refused.value.table) == (kind, PERSON)
    assert world.snapshot(connection) == before


def _blank(connection: Connection, blanks: dict[str, Blank]) -> None:
    with connection.transaction() as batch:
        batch.blank(PERSON, TRUE, blanks)


def test_a_read_connection_cannot_write(estate: Estate) -> None:
    with pytest.raises(Refused) as refused:
        _remove_all_notes(estate.read())
    assert refused.value.kind == "rights"
    assert estate.read().count(NOTE, TRUE) == 6


def _remove_all_notes(connection: Connection) -> None:
    with connection.transaction() as batch:
        _keep(batch).remove(NOTE, TRUE)


def _keep(batch: Batch) -> Batch:
    return batch


def test_effects_can_be_asked_of_every_engine(estate: Estate) -> None:
    assert all(isinstance(line, str) for line in estate.write().effects([PERSON, NOTE]))


def test_the_catalogue_says_what_the_schema_is(shop: Estate) -> None:
    """Of files it says keys and columns; nothing keeps other columns from being empty."""
    live = shop.read().catalogue()
    assert set(live.tables) == set(world.CATALOGUE.tables)
    for name, table in world.CATALOGUE.tables.items():
        assert live.tables[name].key == table.key
        assert [(c.name, c.kind, c.nullable) for c in live.tables[name].columns] == [
            (c.name, c.kind, c.nullable or not (shop.guarded or c.name in table.key))
            for c in table.columns
        ]
    assert {
        (k.child, k.child_fields, k.parent, k.parent_fields, k.on_delete) for k in live.foreign_keys
    } == {
        (k.child, k.child_fields, k.parent, k.parent_fields, k.on_delete)
        for k in world.CATALOGUE.foreign_keys
        if shop.guarded
    }
