"""The registers of art. 30: every activity, every collection point, and what nobody declared."""

from __future__ import annotations

import csv
import io
import sys

import pytest
from odfdo import Document
from pypdf import PdfReader

from avow.duties.notice.exports.choosing import Form, export
from avow.duties.notice.exports.register import of_controller, of_processor
from avow.duties.notice.exports.register_files import ExportError, as_csv, as_ods, as_pdf
from tests.exported import DAY, shop

FR = of_controller(shop(), "fr", DAY)


def test_an_activity_is_a_purpose_with_all_that_article_30_asks_for() -> None:
    deliver, study = FR.activities

    assert (deliver.name, deliver.fields["clause"]) == ("livrer", ("2",))
    assert deliver.fields["basis"] == ("contrat (art. 6, § 1, b)",)
    assert deliver.fields["subjects"] == ("buyer",)
    assert deliver.fields["categories"] == (
        "adresse e-mail: 3 ans à compter de : livraison (5)",
        "allergy: jusqu'à : livraison (6)",
    )
    assert deliver.fields["special"] == ("allergy",)
    assert deliver.fields["recipients"] == (
        "Post NV, sous-traitant, letters, BE",
        "Cloud Inc, sous-traitant, US",
    )
    assert deliver.fields["transfers"] == ("Cloud Inc, US, scc-2021, ask us",)
    assert deliver.fields["systems"] == ("till",)
    assert deliver.fields["security"] == ("Tout est chiffré.",)
    assert study.fields["interest"] == ("mieux choisir",)
    assert study.fields["assessments"] == ("study-weighed (balancing, passes, 2026-09-01)",)


def test_a_collection_point_in_no_activity_is_missing() -> None:
    assert FR.missing == ("fair",)
    all_used = of_controller(
        shop(("{category: email}, rec", "{category: [email, taste]}, rec")), "fr", DAY
    )
    assert all_used.missing == ()


@pytest.mark.parametrize(
    ("language", "said"), [("fr", "non déclaré"), ("nl", "niet aangegeven"), ("en", "not declared")]
)
def test_what_nobody_declared_is_said_to_be_so(language: str, said: str) -> None:
    silent = shop((',\n    promises: {security: "7"}', ""))
    register = of_controller(silent, language, DAY)

    assert all(each.fields["security"] == (said,) for each in register.activities)
    assert register.head["representative"] == (said,)


def test_the_processor_has_a_register_of_what_is_done_for_others() -> None:
    (till,) = of_processor(shop(), "en", DAY).activities

    assert till.fields["controllers"] == (
        "those that `company_id` names in `till.debtor`; their names: not declared",
    )
    assert till.fields["categories"] == ("claim",)
    assert till.fields["subjects"] == ("debtor",)
    assert till.fields["processing"] == ("not declared",)


def test_the_csv_has_one_line_per_activity_and_no_formula() -> None:
    rows = list(csv.reader(io.StringIO(as_csv(FR).decode("utf-8-sig"))))

    assert [row[0] for row in rows] == ["Référence", "deliver", "study"]
    planted = of_controller(
        shop(("purpose: {deliver: livrer}", 'purpose: {deliver: "=1+1"}')), "fr", DAY
    )
    assert "'=1+1" in as_csv(planted).decode("utf-8-sig")


def test_the_spreadsheet_has_an_overview_and_a_sheet_per_activity() -> None:
    tables = Document(io.BytesIO(as_ods(FR))).body.tables

    assert [t.name for t in tables] == ["Organisme", "Vue d'ensemble", "1 livrer", "2 study"]
    cover, overview, first = (table.get_values() for table in tables[:3])
    assert ["Délégué à la protection des données", "dpo@shop.example"] in [r[:2] for r in cover]
    assert cover[-1][:2] == ["Points de collecte absents de toute activité", "fair"]
    assert len(overview) == 3
    assert ["Base juridique", "contrat (art. 6, § 1, b)"] in [row[:2] for row in first]


def test_every_value_in_a_cell_of_the_spreadsheet_has_a_line_of_its_own() -> None:
    cells = (
        [p.text for p in cell.get_paragraphs()]
        for table in Document(io.BytesIO(as_ods(FR))).body.tables
        for row in table.rows
        for cell in row.cells
    )
    several = next(v for a in FR.activities for v in a.fields.values() if len(v) > 1)

    assert list(several) in list(cells)


def test_the_pdf_is_tagged_titled_and_in_its_language() -> None:
    read = PdfReader(io.BytesIO(as_pdf(of_controller(shop(), "nl", DAY))))
    catalogue = read.root_object
    text = " ".join(page.extract_text() for page in read.pages)

    assert "/StructTreeRoot" in catalogue
    assert str(catalogue["/Lang"]) == "nl"
    assert read.metadata is not None
    assert read.metadata.title == "Register van de verwerkingsactiviteiten (art. 30, lid 1, AVG)"
    assert "Alles is versleuteld." in text


def test_the_same_declaration_on_the_same_day_gives_the_same_bytes() -> None:
    once, again = (export(shop(), Form.REGISTER, ("fr",), DAY).files for _ in "ab")

    assert [file.digest for file in once] == [file.digest for file in again]
    assert once[0].name == "shop.register.30-1.fr.2026-12-01.csv"


def test_gaps_are_told_by_field() -> None:
    losses = {loss.what: loss.about for loss in export(shop(), Form.REGISTER, ("en",), DAY).losses}

    assert losses["register 30-1: collection points in no activity"] == ("fair",)
    assert losses["register 30-1: not declared: representative"] == ("organisation",)
    assert losses["register 30-2: not declared: processing"] == ("till",)


@pytest.mark.parametrize(("library", "make"), [("typst", as_pdf), ("odfdo", as_ods)])
def test_without_its_library_a_form_is_refused_and_named(
    library: str, make: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    assert callable(make)
    with pytest.raises(ExportError, match="AV679"):
        make(FR)
