"""What a statement seems to declare: each proposal quotes its words, and what is open is asked."""

from __future__ import annotations

from io import BytesIO

import docx
import pytest

from avow.duties.discovery.importing.context import cited
from avow.duties.discovery.importing.formats import read
from avow.duties.discovery.importing.lasting import ends_in
from avow.duties.discovery.importing.model import Imported, Proposal
from avow.duties.discovery.importing.passages import folded
from avow.duties.discovery.importing.plain import read_plain
from avow.duties.discovery.importing.proposing import imported
from avow.duties.discovery.importing.refused import NotImported
from avow.duties.discovery.importing.territories import countries_in
from tests.statements.reading import LANGUAGES, kade


def taken(text: str, language: str = "en") -> Imported:
    """What is imported of a text."""
    return imported(read_plain(text.encode()), language)


def kinds(found: Imported, kind: str) -> list[Proposal]:
    """The proposals of one kind."""
    return [proposal for proposal in found.proposals if proposal.kind == kind]


@pytest.fixture(scope="module", params=LANGUAGES)
def kade_in(request: pytest.FixtureRequest) -> Imported:
    """The statement of the shop, in each language; the language is found out."""
    return imported(read_plain(kade(request.param)), None)


def test_collection_points_hold_the_categories_of_their_lists(kade_in: Imported) -> None:
    items = [(p.get("point"), p.id, p.clause) for p in kinds(kade_in, "item")]
    assert items == [
        ("customer-relation", "name", "2.1.a"),
        ("customer-relation", "email", "2.1.a"),
        ("customer-relation", "phone", "2.1.a"),
        ("customer-relation", "language", "2.1.a"),
        ("customer-relation", "billing-info", "2.1.b"),
        ("contact", "name", "2.2-A.a"),
        ("contact", "phone", "2.2-A.a"),
        ("survey", "email", "2.2-C.a"),
        ("survey", "survey-answers", "2.2-C.b"),
        ("website-visit", "ip-address", "2.3.a"),
        ("website-visit", "security-log", "2.3.b"),
        ("website-visit", "user-agent", "2.3.b"),
    ]


def test_a_point_whose_words_we_do_not_know_is_called_by_its_clause(kade_in: Imported) -> None:
    points = {p.clause: p.id for p in kinds(kade_in, "collection")}
    assert points["2.2-B"] == "point-2-2-b"
    assert points["2.2-C"] == "survey"


def test_periods_have_their_start_only_where_it_is_said(kade_in: Imported) -> None:
    rules = {
        p.clause: {k: v for k, v in p.values if k not in {"category", "collected_at"}}
        for p in kinds(kade_in, "retention")
    }
    assert rules == {
        "5.a": {"starts": "contract-ended", "at_most": "10 years"},
        "5.b": {
            "whichever_first": ("{at_most: 2 years}", "{starts: deletion-asked, at_most: 0 days}")
        },
        "5.c": {"at_most": "14 months"},
        "5.d": {"at_most": "6 months"},
        "5.e": {"starts": "consent-withdrawn", "at_most": "0 days"},
    }  # fmt: skip


def test_a_rule_reaches_what_its_words_name_and_else_lacks_it(kade_in: Imported) -> None:
    rules = {p.clause: p for p in kinds(kade_in, "retention")}
    assert rules["5.a"].get("category") == ("billing-info",)
    assert rules["5.b"].get("collected_at") == ("contact",)
    assert rules["5.c"].get("collected_at") == ("survey",)
    assert rules["5.d"].get("category") == ("security-log",)
    assert rules["5.e"].missing == ("applies_to",)


def test_recipients_have_the_country_and_role_that_lead_to_them(kade_in: Imported) -> None:
    said = {
        p.id: (p.clause, p.get("role"), p.get("country"), p.get("transfer"))
        for p in kinds(kade_in, "recipient")
    }
    assert said == {
        "staff": ("4.a", "staff", None, None),
        "wielkeur": ("4.b.i", "processor", "BE", None),
        "cloudshed": ("4.c.i", "processor", "US", "none-printed"),
        "postmule": ("4.c.i", "processor", "US", "none-printed"),
        "bellwether": ("4.d.i", "processor", "GB", "adequacy"),
        "authorities": ("4.e", "authority", None, None),
    }


def test_purposes_stand_on_the_basis_above_them(kade_in: Imported) -> None:
    said = {
        p.clause: (p.get("basis"), p.get("uses"), p.get("marketing"))
        for p in kinds(kade_in, "purpose")
    }
    assert said == {
        "3.a.i": ("contract", ("customer-relation",), None),
        "3.a.ii": ("contract", None, None),
        "3.b.i": ("consent", ("survey",), None),
        "3.b.ii": ("consent", None, "yes"),
        "3.c.i": ("legitimate-interest", ("website-visit",), None),
        "3.d": ("legal-obligation", None, None),
    }  # fmt: skip


def test_rights_and_the_controller_are_found(kade_in: Imported) -> None:
    assert {p.id: p.clause for p in kinds(kade_in, "right")} == {
        "access": "8.1", "rectification": "8.2", "erasure": "8.3", "restriction": "8.4",
        "portability": "8.5", "objection": "8.6", "withdrawal": "8.7", "complaint": "8.9",
    }  # fmt: skip
    said = {p.id: p.get(p.id) for p in kinds(kade_in, "controller")}
    assert said.pop("address") in {
        "Oude Kaai 4, 9000 Gent, Belgique",
        "Oude Kaai 4, 9000 Gent, België",
        "Oude Kaai 4, 9000 Gent, Belgium",
    }
    assert said == {
        "name": "Kade Bikes NV/SA",
        "country": "BE",
        "phone": "+32 9 555 01 02",
        "officer": "privacy@kade.example",
    }


def test_every_proposal_quotes_words_of_its_own_promise(kade_in: Imported) -> None:
    spans = {s.id: s.spans for s in kade_in.segments}
    for proposal in kade_in.proposals:
        assert proposal.quotes
        assert all(cited(kade_in, quote).strip() for quote in proposal.quotes)
        if proposal.kind != "controller":
            first = proposal.quotes[0]
            assert any(s.start <= first.start < s.end for s in spans[proposal.clause])


def test_every_promise_led_to_a_proposal_or_is_listed(kade_in: Imported) -> None:
    used = {(q.start, q.end) for p in kade_in.proposals for q in p.quotes}
    listed = {clause for clause, _ in kade_in.unplaced}
    for segment in kade_in.segments:
        if segment.kind.value == "clause":
            is_used = any(a < s.end and s.start < b for s in segment.spans for a, b in used)
            assert is_used or segment.id in listed, segment.id
    assert {"1.2", "1.3", "2.2-A.b", "2.3-P", "3.c-P", "5.0-1", "6", "7-1", "7-2"} <= listed


def test_what_is_open_is_listed_in_the_order_of_the_print(kade_in: Imported) -> None:
    asked = [q.span.start for q in kade_in.questions]
    left = [span.start for _, span in kade_in.unplaced]
    assert asked == sorted(asked)
    assert left == sorted(left)


def test_a_negation_is_asked_about_and_never_resolved(kade_in: Imported) -> None:
    asked = {q.clause for q in kade_in.questions if "negation" in q.why}
    assert {"7-1", "7-2", "3.c"} <= asked
    assert {p.clause for p in kade_in.proposals} & {"7-1", "7-2"} == set()


def test_open_words_and_missing_keys_are_asked_about(kade_in: Imported) -> None:
    asked = [(q.clause, q.why.partition(":")[0]) for q in kade_in.questions]
    assert ("1.3", "open words") in asked
    assert ("5.0-2", "no period") in asked
    assert ("3.a.ii", "`purpose-3-a-ii`") in asked
    assert ("5.e", "`rule-5-e`") in asked


@pytest.mark.parametrize(
    ("language", "words", "said"),
    [
        ("fr", "dix ans après la fin du contrat", [("10 years", "contract-ended")]),
        ("fr", "conservées 6 mois à compter de la collecte", [("6 months", "collected")]),
        ("fr", "une durée d’un an", [("1 year", None)]),
        ("fr", "jusqu’à la clôture de votre compte", [("0 days", "account-deleted")]),
        ("fr", "aussi longtemps que nécessaire", []),
        ("nl", "tien jaar na het einde van de overeenkomst", [("10 years", "contract-ended")]),
        ("nl", "vier weken", [("4 weeks", None)]),
        ("nl", "zolang uw account niet verwijderd is", [("0 days", "account-deleted")]),
        ("nl", "zolang het nodig is", []),
        ("en", "seven (7) years after a fiscal year", [("7 years", "fiscal-year-ended")]),
        ("en", "for 14 months", [("14 months", None)]),
        ("en", "until you ask us to erase them", [("0 days", "deletion-asked")]),
        ("en", "as long as needed", []),
        ("en", "room 12 monthsly and 3.5 years", []),
        ("en", "90 days after the last contact", [("90 days", "last-contact")]),
    ],
)  # fmt: skip
def test_periods_and_open_ends(
    language: str, words: str, said: list[tuple[str, str | None]]
) -> None:
    assert [(end.at_most, end.starts) for end in ends_in(folded(words), language)] == said


def test_a_least_period_is_asked_about_and_proposed_as_nothing() -> None:
    found = taken("1 HOW LONG\n\nInvoices are kept for at least 7 years.\n")
    assert kinds(found, "retention") == []
    assert "a least period" in " ".join(q.why for q in found.questions)


def test_a_row_under_a_title_about_keeping_is_a_period() -> None:
    page = b"<h2>How long we keep it</h2><table><tr><td>Security logs</td><td>6 months</td></tr>"
    rules = kinds(imported(read(page, "x.html"), "en"), "retention")
    assert [(p.get("category"), p.get("at_most")) for p in rules] == [
        (("security-log",), "6 months")
    ]


def test_a_row_of_a_docx_is_read_as_one_line() -> None:
    document = docx.Document()
    document.add_heading("How long we keep it", 1)
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Security logs", "6 months"
    out = BytesIO()
    document.save(out)
    rules = kinds(imported(read(out.getvalue(), "x.docx"), "en"), "retention")
    assert [p.get("at_most") for p in rules] == ["6 months"]


def test_the_address_may_stand_in_the_next_sentence() -> None:
    first = 'Rad Ltd ("we") is the controller.'
    found = taken(f"1 US\n\n{first} Our registered office is at 1 Quay, Cork, Ireland.\n")
    said = {p.id: p.get(p.id) for p in kinds(found, "controller")}
    assert said == {"name": "Rad Ltd", "address": "1 Quay, Cork, Ireland", "country": "IE"}


def test_a_country_without_anybody_in_it_is_asked_about() -> None:
    found = taken("1 SHARING\n\nSome of them are located in the United States.\n")
    assert kinds(found, "recipient") == []
    assert [cited(found, q.span) for q in found.questions if "nobody who is there" in q.why] == [
        "United States"
    ]


def test_a_company_that_does_not_call_itself_the_controller_is_asked_about() -> None:
    found = taken("1 US\n\nThis page is made by Rad Ltd with care for your data.\n")
    assert any("is it the controller" in q.why for q in found.questions)


def test_a_key_of_an_interface_is_asked_about(kade_in: Imported) -> None:
    asked = [(q.clause, cited(kade_in, q.span)) for q in kade_in.questions if "key of" in q.why]
    assert asked == [("Z.3", "cookie_table_text")]


def test_two_periods_in_a_sentence_are_not_guessed_at() -> None:
    found = taken("1 HOW LONG\n\nLetters are kept for 2 years, logs for 6 months.\n")
    assert kinds(found, "retention") == []
    assert any("which is for what" in q.why for q in found.questions)


def test_two_bases_for_one_purpose_are_asked_about() -> None:
    one = "a. with your consent or for our legitimate interests;"
    found = taken(f"1 PURPOSES\n\nWe use it:\n{one}\nb. else.\n")
    assert kinds(found, "purpose") == []
    assert any("2 legal bases" in q.why for q in found.questions)


def test_names_in_a_sentence_about_sharing_are_recipients() -> None:
    said = "We share your data with Postmule (United States), Wielkeur and Belfort Cloud."
    text = f"1 SHARING\n\n{said}\n"
    found = {p.id: p.get("country") for p in kinds(taken(text), "recipient")}
    assert found["postmule"] == "US"
    assert set(found) == {"postmule", "wielkeur", "belfort-cloud"}
    assert all(p.missing == ("role",) for p in kinds(taken(text), "recipient"))


@pytest.mark.parametrize(
    ("language", "words", "codes"),
    [
        ("fr", "aux États-Unis d’Amérique et au Royaume-Uni", ["US", "GB"]),
        ("fr", "dans l’Espace économique européen", ["EEA"]),
        ("nl", "in de Verenigde Staten en in België", ["US", "BE"]),
        ("nl", "de Europese Economische Ruimte", ["EEA"]),
        ("en", "in Ireland, Germany and the European Economic Area", ["IE", "DE", "EEA"]),
        ("en", "an indian summer", []),
    ],
)
def test_countries_are_known_by_their_names(language: str, words: str, codes: list[str]) -> None:
    assert [code for code, _, _ in countries_in(folded(words), language)] == codes


def test_a_text_without_a_language_is_refused() -> None:
    with pytest.raises(NotImported) as refused:
        imported(read_plain(b"zzz yyy xxx"), None)
    assert refused.value.code == "AV156"


def test_a_text_too_long_for_a_statement_is_refused() -> None:
    with pytest.raises(NotImported) as refused:
        imported(read_plain(b"we keep the data of you " * 50_000), "en")
    assert refused.value.code == "AV155"
