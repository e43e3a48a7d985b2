"""What may be taken along: which data, in which files, and that they fit their schema."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from avow.duties.requests.answering import drafting
from avow.duties.requests.answering.packing import unzipped
from avow.duties.requests.answering.portable import fits
from avow.duties.requests.book import file_of
from avow.duties.requests.words import Right
from avow.engine.db.store import Store
from tests.answers_room import BEN, Shop
from tests.unit.test_answered import answer


@pytest.fixture
def shop(store: Store, tmp_path: Path) -> Shop:
    return Shop(tmp_path, store)


def files(shop: Shop) -> dict[str, bytes]:
    found = file_of(shop.office.book, answer(shop).package)
    assert found is not None
    return unzipped(found[1].reveal())


def test_the_file_validates_against_its_schema(shop: Shop) -> None:
    """By a library that knows the whole standard, and by our own reader: both say the same."""
    made = files(shop)
    data, schema = (json.loads(made[f"portable/{n}.json"]) for n in ("data", "schema"))
    Draft202012Validator.check_schema(schema)
    assert Draft202012Validator(schema).is_valid(data)
    assert fits(data, schema)
    for wrong in (
        {**data, "more": 1},
        {**data, "form": "other"},
        {**data, "datasets": []},
        {**data, "datasets": [{**data["datasets"][0], "name": "x"}, *data["datasets"][1:]]},
    ):
        assert not Draft202012Validator(schema).is_valid(wrong)
        assert not fits(wrong, schema)


def test_what_was_concluded_or_is_of_others_stays(shop: Shop) -> None:
    """The score is in the answer and not in what is taken along; the colleague is in neither."""
    made = files(shop)
    access = {
        d["dataset"]: set(d["rows"][0]["values"]) for d in json.loads(made["data.json"])["datasets"]
    }
    taken = {
        d["name"]: set(d["rows"][0]) for d in json.loads(made["portable/data.json"])["datasets"]
    }
    assert access["customer"] == {"id", "name", "email", "phone", "score"}
    assert taken["shop.customer"] == {"id", "name", "email", "phone"}
    assert taken["shop.orders"] == {"id", "what", "note", "at"}


def test_the_law_gives_it_for_consent_and_contract_and_a_statement_for_more(shop: Shop) -> None:
    """Orders are billed by law only: nothing is taken along. Where the right is wider, all is."""
    law_only = {
        n: replace(p, basis=type(p.basis).LEGAL_OBLIGATION)
        for n, p in shop.declaration.purposes.items()
    }
    shop.office.declaration = replace(shop.declaration, purposes=law_only)
    assert json.loads(files(shop)["portable/data.json"])["datasets"] == []
    wider = tuple(
        {**r, "wider": "yes"} if r["right"] == "portability" else r for r in shop.declaration.rights
    )
    shop.office.declaration = replace(shop.office.declaration, rights=wider)
    names = [d["name"] for d in json.loads(files(shop)["portable/data.json"])["datasets"]]
    assert names == ["shop.customer", "shop.orders"]


def test_what_others_gave_is_not_taken_along(shop: Shop) -> None:
    points = {n: replace(p, source="partner") for n, p in shop.declaration.points.items()}
    shop.office.declaration = replace(shop.declaration, points=points)
    assert json.loads(files(shop)["portable/data.json"])["datasets"] == []


def test_a_table_for_spreadsheets_computes_nothing(shop: Shop) -> None:
    """Names, then labels in the person's language; `=SUM(A1)` is a text."""
    text = files(shop)["portable/shop.orders.csv"].decode("utf-8-sig")
    head, labels, first, *_ = list(csv.reader(io.StringIO(text)))
    assert head == ["id", "what", "note", "at"]
    assert labels == ["", "bestelling (what)", "aantekening", "bestelling (at)"]
    assert first[1] == "'=SUM(A1)"


def test_who_asks_only_to_take_along_gets_only_that(shop: Shop) -> None:
    book, now = shop.office.book, shop.office.clock.now()
    request = shop.accepted(Right.PORTABILITY, person=BEN)
    begun = drafting.begin(book, shop.sources, request.id, 1, by="claire", at=now)
    done = drafting.draft(book, begun.id, by="claire", at=now)
    found = file_of(book, done.package)
    assert found is not None
    names = set(unzipped(found[1].reveal()))
    assert "data.json" not in names
    assert "portable/news.subscriber.csv" in names
