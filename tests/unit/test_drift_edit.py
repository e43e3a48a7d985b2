"""Changes of the data map as edits of its text: the style stays, and what comes out is read again.

The declaration is read anew after each change, so that a test of a text is also one of its meaning.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avow.common.places import Place
from avow.declaration.load import load_texts
from avow.duties.discovery.drift.change import (
    AddDataset,
    AddLink,
    Change,
    Forget,
    NameColumn,
    Rename,
)
from avow.duties.discovery.drift.edit import changed, patch
from avow.duties.discovery.drift.nodes import Unwritable
from avow.duties.discovery.drift.ready import ready
from avow.duties.discovery.writing import word
from avow.estate.datamap.model import Dataset, LinkWord, System

HEAD = """\
avow: "1"
declaration: shop
controller: {name: Example, zone: Europe/Brussels, country: BE}
clauses: {"1": {kind: E}}
categories: {name: {}, email: {}, other: {}}
subjects: {customer: {}}
events: {left: {kind: point}}
"""
BLOCK = """\
systems:
  - system: shop
    connector: sqlite
    datasets:
      account:               # the persons
        subject: customer
        key: [id]
        fields:
          email: email       # how to reach them
          full_name: name
        rest: other
        # events
        events: {left: left_at}

      login:
        key: [id]
        owned_by: {account: account_id}
        rest: other
"""
FLOW = """\
systems:
  - {system: shop, connector: sqlite, datasets: {
      account: {subject: customer, key: [id], fields: {email: email, full_name: name}, rest: other},
      login: {key: [id], owned_by: {account: account_id}, rest: other}}}
"""
MIXED = """\
system: shop
connector: sqlite
datasets:
  account: {subject: customer, key: [id], rest: other, fields: {
    email: email,
    full_name: name}}
  login:
    key: [id]
    owned_by:
      - {to: account, field: account_id}
    no_right:
      - to: account
        field: by_id
    rest: other"""
STYLES = {"block": BLOCK, "flow": FLOW, "mixed": MIXED}
FILE = "map.yaml"


def system_of(text: str) -> System:
    """The system of a map; a text that does not load fails the test."""
    loaded = load_texts({"head.yaml": HEAD, FILE: text})
    assert [f for f in loaded.findings if f.is_error] == [], text
    return loaded.whole.datamap.systems["shop"]


def place(text: str, dataset: str) -> Place:
    """Where the map names a dataset."""
    return system_of(text).datasets[dataset].place


def after(text: str, *changes: Change) -> tuple[str, dict[str, Dataset]]:
    """The text after changes, and what it says."""
    new = changed({FILE: text}, changes)[FILE]
    return new, dict(system_of(new).datasets)


@pytest.fixture(params=sorted(STYLES))
def text(request: pytest.FixtureRequest) -> str:
    """The same map in one style."""
    return STYLES[str(request.param)]


def test_columns_are_named(text: str) -> None:
    """Under `fields` where it is, else before `rest`; other datasets stay as they are."""
    columns = [
        NameColumn(place(text, name), column, "email", "why")
        for name, column in (("account", "e2"), ("account", "e3"), ("login", "no"))
    ]
    new, datasets = after(text, *columns)
    names = {name: [f.name for f in d.fields] for name, d in datasets.items()}
    assert names == {"account": ["email", "full_name", "e2", "e3"], "login": ["no"]}
    assert new.count("# ?") >= 2
    assert "email: email" in new


def test_links_are_added_beside_what_is_there(text: str) -> None:
    """A second link to one dataset becomes a list where nothing was written yet."""
    here = place(text, "login")
    links = [
        AddLink(here, LinkWord.NO_RIGHT, "account", ("seen_by",), (), "why"),
        AddLink(here, LinkWord.NO_RIGHT, "account", ("a", "b"), ("id", "email"), "why"),
    ]
    before = len(system_of(text).datasets["login"].links)
    _, datasets = after(text, *links)
    assert [(k.word, k.fields, k.parent_fields) for k in datasets["login"].links[before:]] == [
        (LinkWord.NO_RIGHT, ("seen_by",), ()),
        (LinkWord.NO_RIGHT, ("a", "b"), ("id", "email")),
    ]
    _, datasets = after(text, links[0])
    assert ("seen_by",) in [k.fields for k in datasets["login"].links]


def test_a_short_link_to_the_same_dataset_leaves_no_room() -> None:
    text = BLOCK.replace("owned_by: {account: account_id}", "no_right: {account: by_id}")
    link = AddLink(place(text, "login"), LinkWord.NO_RIGHT, "account", ("x",), (), "why")
    with pytest.raises(Unwritable):
        after(text, link)
    other = AddLink(place(text, "login"), LinkWord.NO_RIGHT, "login", ("x",), (), "why")
    new, _ = after(text, other)
    assert "no_right: {account: by_id, login: x}" in new


def test_datasets_are_added_at_the_end(text: str) -> None:
    keys = {"key": "[id]", "owned_by": "{account: a}", "rest": "other"}
    added = [AddDataset("shop", FILE, name, keys, "why") for name in ("visit", "null", "a b")]
    _, datasets = after(text, *added)
    assert list(datasets) == ["account", "login", "visit", "null", "a b"]
    assert datasets["a b"].links[0].to == "account"


def test_what_is_not_there_is_taken_out(text: str) -> None:
    new, datasets = after(text, Forget(place(text, "login"), "login"))
    assert list(datasets) == ["account"]
    here = place(text, "account")
    one, datasets = after(text, Forget(here, "account", "full_name"))
    assert [f.name for f in datasets["account"].fields] == ["email"]
    both = [Forget(here, "account", c) for c in ("email", "full_name")]
    assert after(text, *both)[1]["account"].fields == ()
    _, datasets = after(text, both[0], NameColumn(here, "e2", "email", "why"))
    assert [f.name for f in datasets["account"].fields] == ["full_name", "e2"]
    assert "full_name" not in one
    assert "login" not in new.partition("account")[2]


def test_the_only_dataset_cannot_be_taken_out() -> None:
    text = BLOCK[: BLOCK.index("\n      login:")]
    with pytest.raises(Unwritable):
        changed({FILE: text}, [Forget(place(text, "account"), "account")])


def test_a_renamed_column_keeps_what_is_said_of_it(text: str) -> None:
    new, datasets = after(text, Rename(place(text, "account"), "email", "e: mail"))
    assert next((f.name, f.category) for f in datasets["account"].fields) == ("e: mail", "email")
    assert new == text.replace("email: email", '"e: mail": email')


def test_everything_at_once_is_read_again(text: str) -> None:
    account, login = place(text, "account"), place(text, "login")
    new, datasets = after(
        text,
        NameColumn(account, "e2", "email", "why"),
        NameColumn(login, "e3", "email", "why"),
        AddLink(account, LinkWord.NO_RIGHT, "account", ("boss",), (), "why"),
        AddLink(login, LinkWord.NO_RIGHT, "login", ("up",), (), "why"),
        AddDataset("shop", FILE, "visit", {"owned_by": "{account: a}", "rest": "other"}, "why"),
        Forget(account, "account", "email"),
        Rename(account, "full_name", "fn"),
    )
    assert [f.name for f in datasets["account"].fields] == ["fn", "e2"], new
    assert [f.name for f in datasets["login"].fields] == ["e3"]
    assert [k.to for k in datasets["account"].links] == ["account"]
    assert datasets["visit"].links[0].fields == ("a",)


def test_lines_end_as_they_did(text: str) -> None:
    windows = text.replace("\n", "\r\n")
    new, _ = after(windows, NameColumn(place(windows, "login"), "e3", "email", "why"))
    assert new.count("\r\n") == new.count("\n")
    diff = patch({FILE: windows}, {FILE: new}, str)
    assert diff.startswith(f"--- a/{FILE}\n+++ b/{FILE}\n@@")


def test_a_file_without_a_last_line_end_is_said_to_have_none() -> None:
    new, _ = after(MIXED, AddDataset("shop", FILE, "x", {"owned_by": "nobody",
                                                         "because": "y"}, ""))  # fmt: skip
    diff = patch({FILE: MIXED}, {FILE: new}, str)
    assert diff.count("\\ No newline at end of file") == 2


def test_no_mark_is_put_into_a_text_that_runs_over_lines() -> None:
    """The line above may be inside a text in quotes: then nothing is written there."""
    text = FLOW.replace("{subject: customer", '{zone: "Europe/\n  Brussels", subject: customer')
    text = text.replace('"Europe/\n  Brussels"', '"Europe/\\\n  Brussels"')
    new, datasets = after(text, NameColumn(place(text, "account"), "e2", "email", "why"))
    assert datasets["account"].zone == "Europe/Brussels"
    assert "# ?" not in new


def test_a_change_that_does_not_load_is_not_offered() -> None:
    loaded = load_texts({"head.yaml": HEAD, FILE: BLOCK})
    here = place(BLOCK, "account")
    good = NameColumn(here, "e2", "email", "why")
    unknown = NameColumn(here, "e3", "no-such-category", "why")
    needed = Forget(here, "account")
    offered = ready(loaded, [unknown, good, needed, None, good])
    assert list(offered.changes) == [good]
    assert (offered.of(unknown), offered.edits_of(needed)) == ("", {})
    assert offered.of(good) == offered.whole() != ""


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(STYLES)), st.lists(NAMES, min_size=1, max_size=3, unique=True))
def test_any_name_of_a_column_or_table_is_read_again(style: str, names: list[str]) -> None:
    """Colons, braces, quotes and line ends in names change nothing else of the map."""
    text = STYLES[style]
    before = system_of(text).datasets
    fresh = [n for n in names if n not in ("email", "full_name", "account", "login")]
    here = place(text, "login")
    new, datasets = after(
        text,
        *(NameColumn(here, n, "email", f"of {n}") for n in fresh),
        *(AddDataset("shop", FILE, n, {"key": f"[{word(n)}]", "owned_by": "{account: a}",
                                       "rest": "other"}, "why") for n in fresh),
    )  # fmt: skip
    assert [f.name for f in datasets["login"].fields] == fresh, new
    assert [n for n in datasets if n not in before] == fresh
    assert datasets["account"] == before["account"]
