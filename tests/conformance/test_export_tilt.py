"""TILT: documents that the published schema takes, with every loss told."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, FormatChecker

from avow.declaration.load import load
from avow.declaration.model import Declaration
from avow.duties.notice.exports.document import Loss
from avow.duties.notice.exports.tilt import tilt
from tests.conformance.tilt_schema import TILT
from tests.exported import DAY, shop

VALID = Draft7Validator(TILT, format_checker=FormatChecker())
ROOT = Path(__file__).parents[2]


def document(declaration: Declaration, language: str = "fr") -> dict[str, Any]:
    """The document of a language, as a reader gets it."""
    (file,) = tilt(declaration, language, DAY).files
    read: dict[str, Any] = json.loads(file.content)
    return read


def lost(declaration: Declaration) -> dict[str, tuple[str, ...]]:
    return {loss.what: loss.about for loss in tilt(declaration, "fr", DAY).losses}


@pytest.mark.parametrize("language", ["fr", "nl", "en"])
def test_a_document_of_each_language_is_valid(language: str) -> None:
    read = document(shop(), language)

    assert [error.message for error in VALID.iter_errors(read)] == []
    assert read["meta"]["language"] == language
    assert (read["meta"]["version"], read["meta"]["status"]) == (3, "active")


@pytest.mark.parametrize("name", ["clearnox"])
def test_a_whole_statement_is_valid_in_each_language(name: str) -> None:
    declaration = load(ROOT / "declarations" / name).whole
    for language in declaration.languages:
        assert list(Draft7Validator(TILT).iter_errors(document(declaration, language))) == []


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (("meta", "version"), "3"),
        (("meta", "_hash"), "short"),
        (("meta", "created"), "yesterday"),
        (("controller", "country"), "Belgium"),
        (("dataDisclosed", 0, "nonDisclosure", "obligationToProvide"), "yes"),
        (("rightToComplain", "supervisoryAuthority"), {}),
    ],
)
def test_the_schema_refuses_what_is_planted(path: tuple[str | int, ...], wrong: object) -> None:
    read = document(shop())
    place: Any = read
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = wrong

    assert list(VALID.iter_errors(read)) != []


def test_the_hash_is_that_of_the_document_without_it() -> None:
    read = document(shop())
    said = read["meta"].pop("_hash")
    text = json.dumps(read, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    assert hashlib.sha256(text.encode()).hexdigest() == said


def test_each_category_has_its_purposes_periods_recipients_and_refusal() -> None:
    email = document(shop())["dataDisclosed"][0]

    assert email["category"] == "adresse e-mail"
    assert email["purposes"][0] == {"purpose": "livrer", "description": "Pour livrer."}
    assert [basis["reference"] for basis in email["legalBases"]] == ["GDPR-6-1-b", "GDPR-6-1-f"]
    assert email["legitimateInterests"] == [{"exists": True, "reasoning": "mieux choisir"}]
    assert [r["name"] for r in email["recipients"]] == ["Post NV", "Cloud Inc"]
    assert email["storage"][0]["temporal"] == [
        {"description": "5: 3 ans à compter de : livraison", "ttl": "P3Y"}
    ]
    assert email["nonDisclosure"] == {
        "legalRequirement": False,
        "contractualRegulation": True,
        "obligationToProvide": True,
        "consequences": "pas de livraison",
    }


def test_a_transfer_names_its_tool_and_how_to_get_a_copy() -> None:
    cloud, ads = document(shop())["thirdCountryTransfers"]

    assert cloud["standardDataProtectionClause"] == {
        "available": True,
        "description": "Cloud Inc: scc-2021. ask us",
    }
    assert not any(ads[key]["available"] for key in ads if key != "country")


def test_what_others_gave_has_its_source_and_no_processor_data_is_told() -> None:
    read = document(shop())

    assert [s["sources"][0]["description"] for s in read["sources"]] == ["salon"]
    assert "claim" not in {each["category"] for each in read["dataDisclosed"]}


def test_what_cannot_be_said_is_listed_with_the_ids_it_is_about() -> None:
    found = lost(shop())

    rights = "rights without a place: restriction, objection and how a right is used"
    assert found[rights] == ("restriction", "objection")
    assert found["cookies"] == ("_s*",)
    assert found["at which point which data are collected"] == ("order", "fair")
    assert found["what is processed for others as their processor"] == ("till.debtor",)
    assert found["the event that starts a period: only words tell it"] == ("5", "6")
    assert found["what happens at the end where it is not erasure"] == ("6",)
    assert found["promises never to do something"] == ("8",)


def test_what_is_said_is_not_lost() -> None:
    bare = lost(
        shop(('cookies: [{cookie: "_s*", clause: "2", purpose: study, lifetime: 6 months}]', ""))
    )
    item = "asked for, not declared: whether an item must be given (`false` stands there)"

    assert "cookies" not in bare
    assert bare[item] == ("fair/taste",)
    assert all(about for about in bare.values())
    assert Loss("a", ("b",)) == Loss("a", ("b",))


def test_a_notice_that_counts_later_is_not_active_yet() -> None:
    (file,) = tilt(shop(), "fr", date(2026, 10, 31)).files
    assert json.loads(file.content)["meta"]["status"] == "inactive"
