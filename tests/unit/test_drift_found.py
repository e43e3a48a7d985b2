"""What counts as drift and what is proposed for it, on schemas and maps made in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avow.common.findings import Severity
from avow.declaration.load import load_texts
from avow.duties.discovery.drift.accepted import (
    Accepted,
    AcceptedColumn,
    AcceptedKey,
    AcceptedTable,
    accept,
    read,
    text_of,
)
from avow.duties.discovery.drift.against_map import against_map
from avow.duties.discovery.drift.change import AddDataset, Change, Forget, NameColumn, Rename
from avow.duties.discovery.drift.since_accepted import since_accepted
from avow.duties.discovery.drift.view import Drifted, View, spoken
from avow.estate.connectors.catalogue import Catalogue, Column, ColumnKind, ForeignKey, Table
from avow.estate.datamap.model import (
    Dataset,
    EventMap,
    EventMode,
    Field,
    Link,
    LinkWord,
    Source,
    System,
)

CATEGORIES = frozenset({"email", "phone", "account-data", "tenant-data", "invoice"})
PERSON = Dataset("a", ("id",), "customer", fields=(Field("email", "email"),), rest="account-data")


def table(name: str, *columns: str, **more: object) -> Table:
    """A table with `id` and text columns."""
    named = [Column("id", "bigint", ColumnKind.INTEGER, nullable=False)]
    named += [Column(c, "text", ColumnKind.TEXT) for c in columns]
    return replace(Table(name, tuple(named), ("id",)), **more)  # type: ignore[arg-type]


def key(child: str, field: str, parent: str) -> ForeignKey:
    """A foreign key to the `id` of a table."""
    return ForeignKey(f"{child}_{field}", child, (field,), parent, ("id",))


def found(
    datasets: list[Dataset],
    tables: list[Table],
    keys: tuple[ForeignKey, ...] = (),
    accepted: Accepted | None = None,
    words: Mapping[tuple[str, ...], str] | None = None,
) -> list[Drifted]:
    """Everything that is drift of level E or W, or an error."""
    system = System("s", "sqlite", datasets={d.name: d for d in datasets})
    catalogue = Catalogue({t.name: t for t in tables}, keys)
    view = View(system, catalogue, {}, accepted, CATEGORIES, words or {})
    everything = [*against_map(view), *since_accepted(view)]
    return [d for d in everything if d.finding.severity is not Severity.I]


def said(drifted: list[Drifted]) -> list[tuple[str, str]]:
    """Codes and names."""
    return [(d.finding.code, d.name) for d in drifted]


def before(*columns: str) -> Accepted:
    """The persons' table as it was accepted, with text columns beside its `id`."""
    made = {c: AcceptedColumn("text") for c in columns}
    return Accepted(
        "s", {"a": AcceptedTable({"id": AcceptedColumn("bigint", True), **made}, ("id",))}
    )


# --- what counts ---------------------------------------------------------------------------------


def test_a_view_is_no_new_table_and_a_materialized_one_is() -> None:
    tables = [
        table("a", "email"),
        table("v", "email", writable=False),
        table("m", "email", writable=False, materialized=True),
        table("avow_receipts", "plan"),
    ]
    (one,) = found([PERSON], tables)
    assert (one.name, one.change) == ("m", None)
    assert "the materialized view `m`" in one.finding.message


def test_columns_that_the_map_names_anywhere_are_not_new() -> None:
    """Keys, pointers and the moments of other datasets are words of the map too."""
    reads = EventMap("left", EventMode.POINT, (Source("gone_at", "a"),))
    other = Dataset("b", ("id",), links=(Link(LinkWord.OWNED_BY, "a", ("a_id",)),), events=(reads,),
                    fields=(Field("x", "email"),))  # fmt: skip
    strict = replace(PERSON, rest=None)
    assert found([strict, other], [table("a", "email", "gone_at"), table("b", "a_id", "x")]) == []


def test_names_with_dots_are_taken_apart_rightly() -> None:
    """Leaves of JSON Lines are columns with dots, and datasets have dots too."""
    both = [replace(PERSON, rest=None), replace(PERSON, name="a.b", rest=None)]
    tables = [table("a", "email", "b.x.y"), table("a.b", "mail.work")]
    assert said(found(both, tables)) == [
        ("AV522", "a.b.x.y"),
        ("AV522", "a.b.mail.work"),
        ("AV524", "a.b.email"),
    ]


def test_a_link_by_some_columns_of_a_foreign_key_follows_it() -> None:
    tenant = ForeignKey("k", "b", ("tenant", "a_id"), "a", ("tenant", "id"))
    link = Link(LinkWord.OWNED_BY, "a", ("a_id",))
    other = Dataset("b", ("id",), links=(link,), rest="account-data")
    tables = [table("a", "email", "tenant"), table("b", "a_id", "tenant")]
    assert found([PERSON, other], tables, (tenant,)) == []
    elsewhere = replace(other, links=(replace(link, fields=("other_id",)),))
    assert ("AV525", "b.tenant+a_id>a") in said(found([PERSON, elsewhere], tables, (tenant,)))


def test_rows_of_nobody_that_point_to_persons_are_found_and_nothing_is_proposed() -> None:
    nobody = Dataset("n", ("id",), nobody="a list")
    (one,) = found([PERSON, nobody], [table("a", "email"), table("n", "a_id")],
                   (key("n", "a_id", "a"),))  # fmt: skip
    assert (one.finding.code, one.change) == ("AV525", None)


def test_the_name_of_a_tenants_column_says_nothing_of_our_notice() -> None:
    """Nor do columns of what belongs to a tenant's rows; new ones are the rest of their rows."""
    debtor = Dataset("d", ("id",), "debtor", "tenant_id", rest="tenant-data")
    note = Dataset(
        "n", ("id",), links=(Link(LinkWord.OWNED_BY, "d", ("d_id",)),), rest="tenant-data"
    )
    tables = [table("d", "tenant_id", "phone"), table("n", "d_id", "email")]
    assert found([debtor, note], tables) == []
    known = Accepted("s", {"n": AcceptedTable({"id": AcceptedColumn("bigint", True)}, ("id",))})
    (one,) = found([debtor, note], tables, accepted=known)
    assert isinstance(one.change, NameColumn)
    assert one.change.category == "tenant-data"


# --- what is proposed ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "words", "category"),
    [
        ("gsm", {}, "phone"),
        ("gsm", {("gsm",): "invoice"}, "invoice"),
        ("Invoice_No", {("invoice", "no"): "invoice"}, "invoice"),
        ("whatever", {}, "account-data"),
        ("iban", {}, "account-data"),  # `bank-account` is no category of the declaration
    ],
)
def test_a_category_is_proposed_by_the_words_of_the_map_and_of_three_languages(
    column: str, words: dict[tuple[str, ...], str], category: str
) -> None:
    (one,) = found([PERSON], [table("a", "email", column)], accepted=before("email"), words=words)
    assert isinstance(one.change, NameColumn)
    assert (one.finding.code, one.change.category) == ("AV521", category)
    assert ("does not know" in one.finding.help) is (column == "iban")


def test_the_map_speaks_of_a_name_where_it_gives_it_one_meaning() -> None:
    """Not where it gives two, not of names that are said of anything, and not of tenants' rows."""
    text = """
avow: "1"
declaration: shop
controller: {name: Example, zone: UTC}
categories: {email: {}, phone: {}}
subjects: {customer: {}}
systems:
  - system: shop
    connector: sqlite
    datasets:
      a: {subject: customer, key: [id], fields: {cell: phone, contact: phone, name: email}}
      b: {owned_by: {a: a_id}, fields: {contact: email, Cell: phone, first_mail: email}}
      c: {subject: customer, key: [id], sphere: {processor_for: t}, fields: {handle: email}}
      d: {owned_by: {c: c_id}, fields: {nick: email}}
"""
    assert spoken(load_texts({"all.yaml": text}).whole) == {
        ("cell",): "phone",
        ("first", "mail"): "email",
    }


def test_a_new_table_is_owned_by_whom_it_is_about_and_not_by_who_wrote_it() -> None:
    tables = [table("a", "email"), table("t", "agent_id", "a_id", "up", "phone", "iban", "x")]
    keys = (key("t", "agent_id", "a"), key("t", "a_id", "a"), key("t", "up", "t"))
    (one,) = found([PERSON], tables, keys)
    assert isinstance(one.change, AddDataset)
    assert one.change.keys == {
        "key": "[id]",
        "owned_by": "{a: a_id}",
        "no_right": "{t: up, a: agent_id}",
        "fields": "{phone: phone, iban: account-data}",
        "rest": "account-data",
    }


def rename_of(dataset: Dataset, accepted: Accepted | None, *columns: str) -> list[Change | None]:
    """The changes proposed when the table of persons has these columns."""
    return [d.change for d in found([dataset], [table("a", *columns)], accepted=accepted)]


def test_one_column_in_place_of_another_is_a_rename_as_far_as_is_known() -> None:
    renamed = Rename(PERSON.place, "email", "mel")
    assert rename_of(PERSON, None, "mel") == [renamed, renamed]
    assert rename_of(PERSON, before("email"), "mel") == [renamed, renamed]
    forgotten = Forget(PERSON.place, "a", "email")
    assert rename_of(PERSON, before("email", "mel"), "mel") == [forgotten]
    other_type = replace(before("email").tables["a"], columns={"email": AcceptedColumn("bytea")})
    assert forgotten in rename_of(PERSON, Accepted("s", {"a": other_type}), "mel")
    assert forgotten in rename_of(PERSON, before("email"), "mel", "tel")


def test_a_column_that_an_event_reads_is_not_taken_out_by_itself() -> None:
    reads = EventMap("left", EventMode.POINT, (Source("email"),))
    assert rename_of(replace(PERSON, events=(reads,)), None) == [None]
    assert rename_of(replace(PERSON, rest=None), None) == [None]


def test_a_table_that_others_name_is_not_taken_out() -> None:
    other = Dataset("b", ("id",), links=(Link(LinkWord.OWNED_BY, "a", ("a_id",)),),
                    rest="account-data")  # fmt: skip
    (one,) = found([PERSON, other], [table("b", "a_id")])
    assert (one.finding.code, one.name, one.change) == ("AV523", "a", None)
    (one,) = found([PERSON, other], [table("a", "email")])
    assert one.change == Forget(other.place, "b")


# --- the file ------------------------------------------------------------------------------------

NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8)
COLUMNS = st.dictionaries(
    NAMES, st.builds(AcceptedColumn, NAMES, st.booleans(), st.booleans()), max_size=4
)
LISTS = st.lists(NAMES, max_size=3).map(tuple)
KEYS = st.lists(st.builds(AcceptedKey, LISTS, NAMES, LISTS, NAMES), max_size=2).map(tuple)
TABLES = st.builds(
    AcceptedTable, COLUMNS, LISTS, KEYS, LISTS, st.dictionaries(NAMES, LISTS, max_size=2),
    st.booleans(),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(accepted=st.builds(Accepted, NAMES, st.dictionaries(NAMES, TABLES, max_size=3)))
def test_what_is_accepted_is_read_again(
    accepted: Accepted, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("schema") / "s.json"
    file.write_text(text_of(accepted), encoding="utf-8")
    assert read(file) == accepted


def test_only_the_changed_thing_is_another_line() -> None:
    """A new column among fifty is one line more."""
    columns = [f"c{n}" for n in range(50)]
    system = System("s", "sqlite", datasets={"a": PERSON})
    old = text_of(accept(system, Catalogue({"a": table("a", *columns)}), {}))
    new = text_of(accept(system, Catalogue({"a": table("a", *columns[:9], "x", *columns[9:])}), {}))
    assert [line for line in new.splitlines() if line not in old.splitlines()] == [
        '        "x": {"type": "text"},'
    ]
    assert len(new.splitlines()) == len(old.splitlines()) + 1


def test_a_path_stays_accepted_as_long_as_its_column_is_there() -> None:
    system = System("s", "sqlite", datasets={"a": PERSON})
    catalogue = Catalogue({"a": table("a", "doc")})
    first = accept(system, catalogue, {("a", "doc"): ("$.b",)})
    second = accept(system, catalogue, {("a", "doc"): ("$.a",)}, first)
    assert second.tables["a"].leaves == {"doc": ("$.a", "$.b")}
    assert accept(system, Catalogue({"a": table("a")}), {}, second).tables["a"].leaves == {}


def test_no_file_is_nothing_accepted(tmp_path: Path) -> None:
    assert read(tmp_path / "s.json") is None
