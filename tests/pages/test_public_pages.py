"""The public pages of the notice: stored bytes under their digests, and pages about them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from litestar.testing import TestClient

from avow.common.clock import SetClock
from avow.common.languages import LANGUAGES
from avow.duties.notice.publishing import approving
from avow.duties.notice.publishing.comparing import Mark, compare, in_words
from avow.engine.db.store import Store
from avow.engine.keys.ring import new_ring
from avow.faces.web.application import public_app
from avow.faces.web.public.desk import PublicDesk
from tests.pages.document import read
from tests.pages.test_accessible import faults
from tests.unit.test_publishing import DECLARATION, FR, NL, NOON, Desk, declared

HOST = "notice.example"
CHANGED_FR = FR.replace("répond.", "répond de vos données.").replace(
    "## 2.a", "## 2.b\nNous vous le dirons.\n## 2.a"
)
SECOND = 'version: "2", changed: 2026-11-10, effective: 2026-12-01'
WITH_B = (
    ('version: "1", changed: 2026-11-01', SECOND),
    ('"2.a": {kind: E}}', '"2.a": {kind: E}, "2.b": {kind: E}}'),
    ('clauses: ["2.a"]', 'clauses: ["2.b", "2.a"]'),
)

RULE = """categories: {{email: {{clause: "1.a"}}}}
collection:
  - {{point: form, clause: "1.a", collects: [{{category: email, clause: "1.a", required: yes}}]}}
events: {{collected: {{kind: point}}}}
retention:
  - {{rule: addresses, clause: "2.a", applies_to: {{category: email}}, starts: collected,
     at_most: {}, then: erase}}
"""


@pytest.fixture
def desk(store: Store) -> Desk:
    """Two editions are out: the first is in force, the second counts from December."""
    made = Desk(store, new_ring(), [])
    made.publish(made.propose().id)
    made.at += timedelta(hours=1)
    second(made)
    return made


def second(desk: Desk) -> None:
    """A second edition, with a clause more and a promise that says more."""
    text = DECLARATION
    for old, new in WITH_B:
        assert old in text
        text = text.replace(old, new)
    dutch = NL.replace("## 2.a", "## 2.b\nWij zeggen het u.\n## 2.a")
    desk.publish(desk.propose(text, fr=CHANGED_FR, nl=dutch).id)


def clients(desk: Desk, at: datetime = NOON) -> TestClient[Any]:
    """What everybody is served at an instant."""
    app = public_app(PublicDesk(desk.runs, SetClock(at), declared().controller), hosts=(HOST,))
    return TestClient(app, base_url=f"https://{HOST}")


@pytest.fixture
def client(desk: Desk) -> Iterator[TestClient[Any]]:
    with clients(desk) as made:
        made.follow_redirects = False
        yield made


def test_an_edition_is_served_byte_by_byte_under_its_digest(client: TestClient[Any]) -> None:
    page = client.get("/notice/1/fr/")
    digest = hashlib.sha256(page.content).hexdigest()
    assert page.status_code == 200
    assert page.headers["etag"] == f'"{digest}"'
    assert page.headers["content-language"] == "fr"
    again = client.get("/notice/1/fr/", headers={"if-none-match": f'"x", W/"{digest}"'})
    assert (again.status_code, again.content) == (304, b"")
    kept = client.get(f"/notice/as-published/{digest}")
    assert kept.content == page.content
    assert "immutable" in kept.headers["cache-control"]
    assert "immutable" not in page.headers["cache-control"]


@pytest.mark.parametrize(
    "path",
    ["/notice/archive/fr/", "/notice/1/2/fr/", "/notice/1/fr/", "/.well-known/privacy-notice.json",
     "/notice/9/fr/", "/"],
)  # fmt: skip
def test_no_public_page_runs_a_script_sets_a_cookie_or_asks_another_host(
    path: str, client: TestClient[Any]
) -> None:
    answer = client.get(path)
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "set-cookie" not in answer.headers
    assert "<script" not in answer.text


@pytest.mark.parametrize(
    "path",
    ["/notice/9/fr/", "/notice/1/de/", "/notice/1/fr.doc", "/notice/1/9/fr/", "/notice/1/2/de/",
     "/notice/as-published/" + "0" * 64, "/notice/as-published/x", "/notice/archive/de/",
     "/en", "/en/promises", "/notice/1/fr.pdf"],
)  # fmt: skip
def test_nothing_else_is_served(path: str, client: TestClient[Any]) -> None:
    """No console, and no edition that is not there; nothing of the address is repeated."""
    answer = client.get(path)
    assert answer.status_code == 404
    assert path not in answer.text


def test_a_proposal_is_not_public(desk: Desk, client: TestClient[Any]) -> None:
    text = DECLARATION.replace('"1", changed: 2026-11-01', '"3", changed: 2026-11-12')
    made = desk.propose(text)
    approving.approve(desk.act("marc"), made.id)
    assert client.get("/notice/3/fr/").status_code == 404
    assert client.get(f"/notice/as-published/{made.pages[0].digest}").status_code == 404
    assert "3" not in [e["version"] for e in editions(client)]


def editions(client: TestClient[Any]) -> list[dict[str, Any]]:
    """The editions of the discovery file."""
    said: list[dict[str, Any]] = client.get("/.well-known/privacy-notice.json").json()["editions"]
    return said


def test_the_discovery_file_names_every_page_with_its_digest(client: TestClient[Any]) -> None:
    answer = client.get("/.well-known/privacy-notice.json")
    said = answer.json()
    assert answer.headers["access-control-allow-origin"] == "*"
    assert (said["in-force"], said["controller"]) == ("1", "Example NV")
    assert [(e["version"], e["standing"]) for e in said["editions"]] == [
        ("2", "announced"), ("1", "in-force")
    ]  # fmt: skip
    for edition in said["editions"]:
        for language, pages in edition["languages"].items():
            page = client.get(pages["html"]["address"])
            assert hashlib.sha256(page.content).hexdigest() == pages["html"]["sha256"]
            assert pages["draft-translation"] is (language == "nl")


def test_the_notice_that_counts_has_an_address_that_never_changes(desk: Desk) -> None:
    for later, version in ((0, "1"), (30, "2")):
        with clients(desk, NOON + timedelta(days=later)) as client:
            now = client.get("/notice/", headers={"accept-language": "nl"})
            assert now.url.path == "/notice/nl/"
            assert now.content == client.get(f"/notice/{version}/nl/").content
            assert client.get("/notice/de/").status_code == 404


def test_the_day_decides_which_edition_counts(desk: Desk) -> None:
    with clients(desk, NOON + timedelta(days=30)) as client:
        assert [(e["version"], e["standing"]) for e in editions(client)] == [
            ("2", "in-force"), ("1", "superseded")
        ]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_archive_lists_every_edition_in_every_language(
    language: str, client: TestClient[Any]
) -> None:
    page = read(client.get(f"/notice/archive/{language}/").text)
    links = {link.attributes["href"] for link in page.all("a")}
    assert {"/notice/1/fr/", "/notice/2/nl/", "/notice/1/2/fr/"} <= links
    for link in links - {"#main"}:
        assert client.get(link).status_code == 200, link
    first = client.get("/notice/archive/", headers={"accept-language": language})
    assert first.headers["location"] == f"/notice/archive/{language}/"


def test_what_changes_is_told_by_names_and_not_by_ids(desk: Desk) -> None:
    labels = "labels: {fr: {category: {email: adresse électronique}}}\n"
    wider = "applies_to: {category: email, collected_at: form}"
    for version, scope in (("3", wider), ("4", "applies_to: {category: email}")):
        text = DECLARATION.replace('"1", changed: 2026-11-01', f'"{version}", changed: 2026-11-11')
        rule = RULE.format("1 year").replace("applies_to: {category: email}", scope)
        desk.publish(desk.propose(text + labels + rule, reason="A test.").id)
    with clients(desk) as client:
        changes = [li.text for li in read(client.get("/notice/3/4/fr/").text).all("li")]
    (said,) = [each for each in changes if "adresse électronique" in each]
    assert "collected_at" not in said
    assert "category" not in said


def test_everybody_can_use_the_pages(desk: Desk, client: TestClient[Any]) -> None:
    """The rules of WCAG 2.2 AA that can be checked without a browser; each can fail."""
    approving.ask_withdrawal(desk.act("claire"), "1", "Wrong.")
    approving.withdraw(desk.act("marc"), "1")
    for path in ("/notice/archive/nl/", "/notice/1/2/fr/", "/notice/1/fr/", "/notice/9/fr/"):
        assert faults(read(client.get(path).text)) == [], path


def test_a_withdrawn_edition_stays_readable_marked_with_the_reason(
    desk: Desk, client: TestClient[Any]
) -> None:
    before = client.get("/notice/1/fr/").content
    approving.ask_withdrawal(desk.act("claire"), "1", "A <wrong> annex.")
    assert client.get("/notice/1/fr/").content == before
    approving.withdraw(desk.act("marc"), "1")
    page = client.get("/notice/1/fr/")
    assert page.status_code == 200
    assert "A &lt;wrong&gt; annex." in page.text
    links = [a.attributes["href"] for a in read(page.text).all("a")]
    (kept,) = [link for link in links if link.startswith("/notice/as-published/")]
    assert client.get(kept).content == before
    assert "A &lt;wrong&gt; annex." in client.get("/notice/archive/fr/").text
    said = {e["version"]: e for e in editions(client)}
    assert (said["1"]["standing"], said["1"]["withdrawn-because"]) == (
        "withdrawn", "A <wrong> annex."
    )  # fmt: skip
    assert said["2"]["withdrawn-because"] is None


def test_the_difference_is_told_word_by_word(client: TestClient[Any]) -> None:
    text = client.get("/notice/1/2/fr/").text
    page = read(text)
    assert "répond <del>.</del>" not in text
    assert [mark.text for mark in page.all("del")][-1:] == ["répond."]
    assert "répond de vos données." in [mark.text for mark in page.all("ins")]
    assert "Nous vous le dirons." in [mark.text for mark in page.all("ins")]
    assert "1 partie a été ajoutée" in text
    back = read(client.get("/notice/2/1/fr/").text)
    assert "Nous vous le dirons." in [mark.text for mark in back.all("del")]


def test_what_changes_for_people_stands_above_the_words(desk: Desk, store: Store) -> None:
    """A longer period is named as one that gives people less; systems and decisions are not."""
    for version, period in (("3", "1 year"), ("4", "10 years")):
        text = DECLARATION.replace('"1", changed: 2026-11-01', f'"{version}", changed: 2026-11-11')
        desk.publish(desk.propose(text + RULE.format(period), reason="A test.").id)
    with clients(desk) as client:
        page = client.get("/notice/3/4/en/")
        assert page.status_code == 404  # English is no language of this notice
        text = client.get("/notice/3/4/fr/").text
    (said,) = [li for li in read(text).all("li") if li.attributes.get("class") == "weakens"]
    assert "1 an" in said.text
    assert "10 ans" in said.text


def test_a_page_that_somebody_changed_in_the_database_is_not_served(
    desk: Desk, client: TestClient[Any]
) -> None:
    with desk.runs.outside() as connection:
        connection.execute("ALTER TABLE avow.publication_page DISABLE TRIGGER append_only")
        connection.execute("UPDATE avow.publication_page SET bytes = '<p>We sell your data.</p>'")
    assert client.get("/notice/1/fr/").status_code == 404
    assert client.get("/notice/1/2/fr/").status_code == 404


def test_the_archive_opens_also_where_a_declaration_cannot_be_read_any_more(
    desk: Desk, client: TestClient[Any]
) -> None:
    """Planted: the files of all releases are others. The words still tell what changed."""
    with desk.runs.outside() as connection:
        connection.execute("ALTER TABLE avow.release_file DISABLE TRIGGER append_only")
        connection.execute("UPDATE avow.release_file SET bytes = 'avow: \"1\"' WHERE path ~ 'yaml'")
    assert client.get("/notice/archive/fr/").status_code == 200
    assert client.get("/.well-known/privacy-notice.json").json()["controller"] == "Example NV"
    text = client.get("/notice/1/2/fr/").text
    assert "Nous vous le dirons." in text
    assert "Aucune durée" not in text


def test_before_anything_is_published_the_pages_say_so(store: Store) -> None:
    with clients(Desk(store, new_ring(), [])) as client:
        assert client.get("/.well-known/privacy-notice.json").json()["in-force"] is None
        assert client.get("/notice/").status_code == 404
        assert "Nothing has been published yet." in client.get("/notice/archive/en/").text


def test_another_host_name_is_refused(client: TestClient[Any]) -> None:
    assert client.get("/notice/1/fr/", headers={"host": "evil.example"}).status_code == 400


# --- in words ------------------------------------------------------------------------------------


TEXTS = st.text(alphabet="ab. \n", max_size=30)


@given(TEXTS, TEXTS)
@settings(max_examples=100, deadline=None)
def test_marked_words_give_both_texts_back(old: str, new: str) -> None:
    told = in_words(old, new)
    assert "".join(w.text for w in told if w.mark is not Mark.GONE) == new
    assert "".join(w.text for w in told if w.mark is not Mark.NEW) == old


def test_what_only_moved_is_not_told_and_what_is_gone_stands_where_it_was() -> None:
    old = "# 1 One\n## 1.a\nA\n## 1.b\nB\n# 2 Two\n"
    new = "# 2 Two\n# 1 One\n## 1.a\nA\n"
    told = compare(old, new)
    assert [(part.id, part.fate.value) for part in told.parts] == [("1.b", "removed")]
    assert told.same == 3
