"""Linked data: every term exists in version 2.3, every pointer leads somewhere, JSON-LD syntax."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from avow.declaration.load import load
from avow.declaration.model import Declaration
from avow.declaration.vocabulary.terms import PREFIXES, terms
from avow.duties.notice.exports.dpv import dpv, ref
from tests.exported import DAY, shop

ROOT = Path(__file__).parents[2]
_TERM = re.compile(rf"({'|'.join(PREFIXES)}):\S+")
_KEYWORDS = {"@id", "@type", "@value", "@language", "@context", "@graph"}


def document(declaration: Declaration) -> dict[str, Any]:
    """The document as a reader gets it."""
    (file,) = dpv(declaration, DAY).files
    read: dict[str, Any] = json.loads(file.content)
    return read


def walked(value: object) -> Iterator[dict[str, Any]]:
    """Every object of a document, itself included."""
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from walked(each)
    elif isinstance(value, list):
        for each in value:
            yield from walked(each)


def terms_in(read: dict[str, Any]) -> set[str]:
    """Everything that a document writes as a term: keys, types and pointers."""
    found: set[str] = set()
    for each in walked(read["@graph"]):
        types = each.get("@type", [])
        named = [*each, each.get("@id", ""), *([types] if isinstance(types, str) else types)]
        found |= {name for name in named if _TERM.fullmatch(name)}
    return found


def node(read: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [each for each in read["@graph"] if each["@id"] == f"own:{name}"]
    assert isinstance(found, dict)
    return found


@pytest.fixture(params=["shop", "clearnox"])
def read(request: pytest.FixtureRequest) -> dict[str, Any]:
    """A small document and a whole one."""
    is_small = request.param == "shop"
    return document(shop() if is_small else load(ROOT / "declarations" / "clearnox").whole)


def test_every_term_exists(read: dict[str, Any]) -> None:
    assert len(terms_in(read)) > len(PREFIXES)
    assert terms_in(read) - terms().keys() == set()


def test_a_term_that_does_not_exist_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="no term"):
        ref("dpv:Analytics")


def test_every_pointer_points_into_the_document_or_into_the_vocabulary(
    read: dict[str, Any],
) -> None:
    here = {each["@id"] for each in read["@graph"]}
    own = [e["@id"] for e in walked(read["@graph"]) if e.get("@id", "").startswith("own:")]

    assert len(here) == len(read["@graph"])
    assert set(own) - here == {"own:officer"}


def test_the_syntax_is_json_ld(read: dict[str, Any]) -> None:
    context = read["@context"]
    assert context["own"]["@id"].startswith("urn:uuid:")
    for each in walked(read["@graph"]):
        for key in each:
            assert key in _KEYWORDS or key.partition(":")[0] in context
        if "@value" in each:
            assert set(each) <= {"@value", "@type", "@language"}
            assert isinstance(each["@value"], str)
            assert not {"@type", "@language"} <= set(each)


def test_what_has_no_term_gets_a_class_of_its_own_below_one_that_exists() -> None:
    read = document(shop())

    assert node(read, "category/email")["@type"] == "pd:EmailAddress"
    assert node(read, "category/taste")["@type"] == "own:class/category/taste"
    assert node(read, "class/category/taste")["rdfs:subClassOf"] == {"@id": "dpv:PersonalData"}
    assert node(read, "recipient/ads")["@type"] == "own:class/role/reseller"
    wrong = document(shop(("dpv: pd:EmailAddress", "dpv: pd:Email")))
    assert node(wrong, "category/email")["@type"] == "own:class/category/email"


def test_a_process_says_whose_data_on_what_basis_how_long_and_with_whom() -> None:
    read = document(shop())
    process = node(read, "process/study")

    assert process["dpv:hasLegalBasis"] == {"@id": "eu-gdpr:A6-1-f"}
    assert process["dpv:hasPersonalData"] == [{"@id": "own:category/email"}]
    assert process["dpv:hasDataSubject"] == [{"@id": "own:subject/buyer"}]
    assert process["dpv:hasStorageCondition"] == [{"@id": "own:rule/orders"}]
    assert process["dpv:hasAssessment"] == [{"@id": "own:assessment/study-weighed"}]
    assert process["dpv:isImplementedUsingTechnology"] == [{"@id": "own:cookie/1"}]
    duration = node(read, "rule/orders")["dpv:hasDuration"][0]
    assert duration["rdf:value"] == {"@value": "P3Y", "@type": "xsd:duration"}
    cloud = node(read, "recipient/cloud")
    assert cloud["dpv:hasLegalBasis"] == [{"@id": "eu-gdpr:A46-2-c"}]
    assert cloud["dpv:hasThirdCountry"][0]["skos:notation"] == "US"


def test_losses_are_told() -> None:
    found = {loss.what: loss.about for loss in dpv(shop(), DAY).losses}

    assert found["not annotated: a class of its own stands there"] == (
        "study", "taste", "claim", "debtor",
    )  # fmt: skip
    assert found["promises never to do something"] == ("8",)
    assert "legal minimums" not in found
    unknown = dpv(shop(("dpv: pd:EmailAddress", "dpv: pd:Email")), DAY).losses
    assert unknown[0].about == ("email",)
