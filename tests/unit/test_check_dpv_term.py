"""Annotations of the Data Privacy Vocabulary: names that exist, and what they stand for."""

from __future__ import annotations

from datetime import date

import pytest

from avow.common.findings import Finding
from avow.declaration.check.run import check
from avow.declaration.vocabulary.terms import Stands, iri_of, meant, terms
from tests.unit.declared import SOUND, reading

DAY = date(2027, 1, 1)


def annotated(old: str, new: str) -> list[Finding]:
    """The findings of the sound declaration with one annotation in it."""
    assert old in SOUND
    return list(check(reading(SOUND.replace(old, new, 1)).whole, DAY))


def test_the_list_holds_each_name_once_and_gives_its_iri() -> None:
    assert terms()["dpv:CustomerCare"] is Stands.PURPOSE
    assert terms()["pd:Religion"] is Stands.SPECIAL
    assert iri_of("pd:EmailAddress") == "https://w3id.org/dpv/pd#EmailAddress"
    assert iri_of("eu-gdpr:A6-1-f") == "https://w3id.org/dpv/legal/eu/gdpr#A6-1-f"
    assert iri_of("dpv:Nonsense") == ""


@pytest.mark.parametrize(
    "name",
    ["dpv:Analytics", "dpv:ConsentTerminated", "dpv:hasLegalName", "pd:Email", "pd:Behavioral"],
)
def test_names_of_older_versions_and_of_guides_are_unknown(name: str) -> None:
    assert name not in terms()


def test_terms_of_the_right_kind_are_fine() -> None:
    assert annotated("  caller: {}", "  caller: {dpv: dpv:Customer}") == []
    assert annotated('email: {clause: "1.a"}', 'email: {clause: "1.a", dpv: pd:Health}') == []
    assert annotated("    ends: answered", "    ends: answered\n    dpv: dpv:CustomerCare") == []
    own = "    ends: answered\n    dpv: https://example.org/words#Answer"
    assert annotated("    ends: answered", own) == []


@pytest.mark.parametrize(
    ("old", "new", "why", "meant_"),
    [
        ('email: {clause: "1.a"}', 'email: {clause: "1.a", dpv: pd:Email}', "no such", "EmailAdd"),
        ("  caller: {}", "  caller: {dpv: dpv:Costumer}", "no such name", "dpv:Customer"),
        ("  caller: {}", "  caller: {dpv: pd:Name}", "does not stand for persons", ""),
        (
            "    ends: answered",
            "    ends: answered\n    dpv: dpv:CustomerCares",
            "no such",
            "dpv:CustomerCare",
        ),
        ("    ends: answered", "    ends: answered\n    dpv: odd:Thing", "no vocabulary", ""),
    ],
)
def test_an_annotation_that_means_nothing_is_found(
    old: str, new: str, why: str, meant_: str
) -> None:
    [finding] = annotated(old, new)

    assert finding.code == "AV299"
    assert why in finding.because
    assert meant_ in finding.help


def test_a_near_name_is_offered_among_terms_of_the_same_kind_only() -> None:
    assert meant("dpv:Customer", {Stands.PURPOSE})[0].startswith("dpv:Customer")
    assert "dpv:Customer" not in meant("dpv:Customer", {Stands.PURPOSE})
