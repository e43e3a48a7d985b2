"""Data to take along, from the form to the fetched file, in a real browser without a script, in
every language: what the person gave on consent or contract, as JSON with its schema (art. 20)."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from playwright.sync_api import Browser

from avow.common.languages import LANGUAGES
from avow.duties.requests.book import read
from avow.duties.requests.words import ItemState, Status
from tests.pages.answer_house import answer_house
from tests.pages.test_journeys import browser as browser  # noqa: PLC0414 (a fixture)
from tests.pages.town import (
    Town,
    answer_fetched,
    asked,
    decided,
    rows_accepted,
    shown,
    town_of,
)

CARLA = "carla@mail.example"
HERS = {"name": "Carla Maes", "email": CARLA, "what": "tea"}
"""What she gave the shop; that it scores her with 3 is its own."""


@pytest.fixture(params=LANGUAGES)
def town(
    request: pytest.FixtureRequest, tmp_path: Path, state_url: str, browser: Browser
) -> Iterator[Town]:
    with (
        answer_house(tmp_path, state_url) as there,
        town_of(there.house, there.shop.estate, browser, request.param, CARLA) as town,
    ):
        yield town


def test_data_to_take_along_from_the_form_to_the_file(town: Town) -> None:
    """Asked, shown who it is, rows accepted, decided, drawn, read, sent, and fetched by the link
    with its second factor: a schema that the data obey, and in them what she gave and no more."""
    request = asked(town, 4)
    shown(town)
    rows_accepted(town, request)
    decided(town, request)
    with zipfile.ZipFile(io.BytesIO(answer_fetched(town, request))) as box:
        texts = {name: box.read(name).decode() for name in box.namelist() if "portable/" in name}
    data, schema = (json.loads(texts[f"portable/{name}.json"]) for name in ("data", "schema"))
    Draft202012Validator.check_schema(schema)
    assert Draft202012Validator(schema).is_valid(data)
    assert not Draft202012Validator(schema).is_valid({}), "a schema that refuses nothing is none"
    whole = texts["portable/data.json"]
    assert [value for value in HERS.values() if value not in whole] == []
    assert [value for value in ("score", "anna@mail", "ben@mail", "Dirk") if value in whole] == []
    state = read(town.book, request)
    assert (state.status, state.items[1].state) == (Status.ANSWERED, ItemState.DONE)
