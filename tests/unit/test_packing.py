"""The package of an answer: what is read of it, and how files join it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from avow.duties.requests.answering.detecting import texts
from avow.duties.requests.answering.packing import joined, made_at, strings_of, unzipped, zipped

AT = datetime(2027, 3, 1, 9, tzinfo=UTC)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(VALUES)
def test_every_string_of_a_json_file_is_found_without_building_it(value: object) -> None:
    """Quotes, backslashes and control characters in it change nothing; names of members count."""
    encoded = msgspec.json.encode(value)
    for content in (encoded, msgspec.json.format(encoded)):
        assert sorted(strings_of(content)) == sorted(texts(msgspec.json.decode(content)))


def test_files_join_a_package_and_leave_the_others_as_they_were() -> None:
    package = zipped({"page": b"words" * 100, "data": b"1"}, AT)
    later = AT + timedelta(days=2)
    more = joined(package, {"proof": b"2"}, later)
    assert unzipped(more) == {"page": b"words" * 100, "data": b"1", "proof": b"2"}
    assert unzipped(more, ("data", "proof", "nothing")) == {"data": b"1", "proof": b"2"}
    assert made_at(more) == AT
    assert joined(package, {"proof": b"2"}, later) == more


def test_a_file_in_the_place_of_another_is_there_once_and_one_that_is_taken_out_not_at_all() -> (
    None
):
    """What was taken out stands nowhere in the bytes either."""
    package = zipped({"page": b"words", "data": b"secret-of-somebody"}, AT)
    changed = joined(package, {"page": b"other words", "data": None}, AT)
    assert unzipped(changed) == {"page": b"other words"}
    assert b"data" not in changed
    assert changed == zipped({"page": b"other words"}, AT)
