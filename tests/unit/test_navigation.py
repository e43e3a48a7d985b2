"""Which pages a page of the console leads to, for each role."""

from __future__ import annotations

from itertools import pairwise

import pytest

from avow.engine.accounts.matrix import Role, allowed
from avow.faces.web.frame import AS_BEFORE
from avow.faces.web.navigation import ENTRIES, PAGES, ROW, entries_for

EVERY = frozenset(str(entry.action) for entry in ENTRIES)


def test_every_page_has_its_word() -> None:
    assert [entry.page for entry in ENTRIES] == list(PAGES)


@pytest.mark.parametrize("role", sorted(Role))
@pytest.mark.parametrize("page", sorted(PAGES))
def test_what_a_role_may_see_is_there_once_and_nothing_else(role: Role, page: str) -> None:
    may = frozenset(map(str, allowed([role])))
    found = entries_for(may, page, is_signed=True)
    shown = [*found.row, *found.more]
    assert sorted(shown) == sorted(e.page for e in ENTRIES if e.action in may)
    assert page not in found.more, "where somebody is stands in the row"
    assert len(found.row) <= ROW + 1
    assert len(found.more) != 1


@pytest.mark.parametrize(
    ("page", "row"),
    [
        ("today", "today requests incidents promises plans"),
        ("requests", "today requests incidents promises plans"),
        ("holds", "today requests incidents promises plans holds"),
        ("", "today requests incidents promises plans"),
    ],
)
def test_the_row_keeps_its_order_and_ends_with_the_page_that_is_looked_at(
    page: str, row: str
) -> None:
    assert entries_for(EVERY, page, is_signed=True).row == tuple(row.split())


def test_where_nobody_signs_in_all_stand_in_the_row() -> None:
    found = entries_for(frozenset(map(str, AS_BEFORE)), "plans", is_signed=False)
    assert (found.row, found.more) == (("today", "promises", "plans", "notice", "stop"), ())


def test_the_list_is_in_the_order_of_the_pages() -> None:
    more = entries_for(EVERY, "holds", is_signed=True).more
    places = [list(PAGES).index(page) for page in more]
    assert all(one < other for one, other in pairwise(places))
