"""One-time pages about tables: plain words, answers that are kept, an address that ends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from avow.duties.discovery.triage.answering import Standpoint
from avow.duties.discovery.triage.choices import Whose
from avow.duties.discovery.triage.inviting import read_answer, read_questions, taken_up
from avow.duties.discovery.triage.memory import State
from avow.engine.db.store import Store
from avow.engine.evidence.entries import InvitationAnswered, Invited, body_bytes
from avow.engine.evidence.invitations import Kind, answered, arrived, found, take
from avow.faces.web.application import asked_app, web_app
from avow.faces.web.asked.desk import MOST_GUESSES
from tests.pages.asked_house import MARK, PEOPLE, AskedHouse
from tests.pages.conftest import HOST, LANGUAGES
from tests.pages.document import Node, read
from tests.pages.house import HouseSource
from tests.pages.test_accessible import faults
from tests.pages.test_security import OURS

HEADERS = (
    ("cache-control", "no-store"),
    ("referrer-policy", "no-referrer"),
    ("x-robots-tag", "noindex, nofollow, noarchive"),
    ("x-content-type-options", "nosniff"),
)


@pytest.fixture
def asked(store: Store, tmp_path: Path) -> AskedHouse:
    return AskedHouse(store, tmp_path)


@pytest.fixture
def client(asked: AskedHouse) -> Iterator[TestClient[Litestar]]:
    """One-time pages and nothing else."""
    with TestClient(asked_app(asked.desk, hosts=(HOST,)), base_url=f"http://{HOST}") as client:
        client.follow_redirects = False
        yield client


Client = TestClient[Litestar]


def numbers(page: Node) -> dict[str, int]:
    """The number of each table on a page, by its name in the system."""
    found = {}
    for section in page.all("section"):
        if section.attributes.get("id", "").startswith("q"):
            name = section.all("p")[0].text.split("called ")[-1].split(". ")[0]
            found[name] = int(section.attributes["id"][1:])
    return found


def where(client: Client, token: str) -> dict[str, int]:
    """The number of every table."""
    pages = (client.get(f"/en/ask/{token}/{n}").text for n in (1, 2))
    return {name: n for page in pages for name, n in numbers(read(page)).items()}


def post(client: Client, token: str, page: int, **form: str) -> Any:  # noqa: ANN401
    return client.post(f"/en/ask/{token}/{page}/save", data=form, headers=OURS)


# --- what is shown -------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_in_every_language_is_accessible_and_private(
    asked: AskedHouse, client: Client, language: str
) -> None:
    _, token = asked.asks_about_tables()
    post(client, token, 1, a1="nobody")
    pages = [f"ask/{token}", f"ask/{token}/2", f"ask/{token}/send", "thanks", "ask/none"]
    for path in pages:
        answer = client.get(f"/{language}/{path}")
        assert answer.status_code == (404 if path == "ask/none" else 200), path
        assert faults(read(answer.text)) == [], path
        assert f'<html lang="{language}">' in answer.text
        assert {name: answer.headers[name] for name, _ in HEADERS} == dict(HEADERS)
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert not re.search(r"<script|https?://(?!www\.w3\.org)", answer.text)
        assert "set-cookie" not in answer.headers
        assert len(answer.content) < 60_000, path


def test_the_language_is_the_browsers_and_a_link_leads_to_each_other(
    asked: AskedHouse, client: Client
) -> None:
    _, token = asked.asks_about_tables()
    first = client.get(f"/ask/{token}", headers={"accept-language": "nl-BE,fr;q=0.5"})
    assert first.headers["location"] == f"/nl/ask/{token}"
    page = read(client.get(f"/nl/ask/{token}/2").text)
    links = {a.attributes["hreflang"]: a.attributes["href"] for a in page.having("hreflang")}
    assert links == {code: f"/{code}/ask/{token}/2" for code in LANGUAGES}


def test_ten_tables_in_plain_words_and_no_value_of_a_row(asked: AskedHouse, client: Client) -> None:
    _, token = asked.asks_about_tables()
    first, second = (read(client.get(f"/en/ask/{token}/{n}").text) for n in (1, 2))
    assert (len(numbers(first)), len(numbers(second))) == (10, 3)
    said = first.text + second.text
    assert "About 60 rows." in said
    assert "written like aaaa@aaaa.aa" in said
    assert "Each row belongs to a person or thing in klanten, named in its column klant_id." in said
    assert MARK not in said
    assert "470" not in said


def test_nothing_leads_to_the_console_and_the_console_is_not_served(
    asked: AskedHouse, client: Client
) -> None:
    _, token = asked.asks_about_tables()
    page = read(client.get(f"/en/ask/{token}").text)
    there = {a.attributes["href"] for a in page.all("a")} - {"#main"}
    assert all("/ask/" in href for href in there)
    for path in ("/", "/en", "/en/promises", "/en/stop"):
        assert client.get(path).status_code == 404
    assert client.post("/en/stop/now", headers=OURS).status_code == 404


def test_the_console_serves_them_too_and_says_of_them_what_they_say(asked: AskedHouse) -> None:
    _, token = asked.asks_about_tables()
    app = web_app(HouseSource(), hosts=(HOST,), asked=asked.desk)
    with TestClient(app, base_url=f"http://{HOST}") as client:
        assert client.get("/en/promises").status_code == 200
        assert client.get(f"/en/ask/{token}").status_code == 200
        gone = client.get("/en/ask/none")
    assert gone.status_code == 404
    assert "/en/stop/now" not in gone.text


# --- what is answered ----------------------------------------------------------------------------


def test_answers_are_kept_as_they_come_and_can_be_changed_until_they_are_sent(
    asked: AskedHouse, client: Client
) -> None:
    """Without JavaScript: save, leave, come back, change, send; then the address is used up."""
    made, token = asked.asks_about_tables()
    at = where(client, token)
    klanten, orders, sms = at["klanten"], at["bestellingen"], at["sms"]
    last = (sms - 1) // 10 + 1
    post(client, token, (klanten - 1) // 10 + 1, **{f"a{klanten}": "nobody"})
    back = client.get(f"/fr/ask/{token}").text  # another day, another language
    assert f'id="e{klanten}"' in back  # it lacks a reason, and says so
    post(client, token, 1, **{f"a{klanten}": "offered-0"})
    post(client, token, (orders - 1) // 10 + 1, **{f"a{orders}": "offered-0"})
    form = {f"a{sms}": "link", f"to{sms}": "klanten", f"by{sms}": "nummer"}
    answer = post(client, token, last, go="on", **form)
    assert answer.status_code == 303
    review = read(client.get(f"/en/ask/{token}/send").text)
    assert "3 of 13 answered" in review.text
    sent = client.post(f"/en/ask/{token}/send/now", headers=OURS)
    assert sent.headers["location"] == "/en/thanks"
    assert client.get(f"/en/ask/{token}").status_code == 404
    assert post(client, token, 1, **{f"a{klanten}": "unknown"}).status_code == 404
    said = {n: read_answer(each) for n, each in answered(asked.store, asked.ring, made).items()}
    assert {n: each.said for n, each in said.items()} == {
        klanten: "offered", orders: "offered", sms: "link",
    }  # fmt: skip


def test_an_answer_that_lacks_a_word_leads_back_to_itself(
    asked: AskedHouse, client: Client
) -> None:
    _, token = asked.asks_about_tables()
    answer = post(client, token, 1, a2="nobody", why2="  \n ", go="on")
    assert answer.headers["location"] == f"/en/ask/{token}/1?saved=yes#q2"
    answer = post(client, token, 1, a2="nobody", why2="a list\n of colours", go="on")
    assert answer.headers["location"] == f"/en/ask/{token}/2"
    assert 'value="a list of colours"' in client.get(f"/en/ask/{token}/1").text


@pytest.mark.parametrize(
    "form",
    [
        {"a1": "offered-99"},
        {"a1": "offered--1"},
        {"a1": "link", "to1": "users; DROP TABLE", "by1": "id"},
        {"a1": "other", "who1": "eve"},
        {"a1": "other", "who1": "lea"},
        {"a1": "nobody"},
    ],
)
def test_what_the_page_does_not_offer_is_no_answer(
    asked: AskedHouse, client: Client, form: dict[str, str]
) -> None:
    _, token = asked.asks_about_tables()
    post(client, token, 1, **form)
    assert "0 of 13 answered" in read(client.get(f"/en/ask/{token}/send").text).text


def test_a_form_that_speaks_of_other_pages_changes_only_its_own(
    asked: AskedHouse, client: Client
) -> None:
    made, token = asked.asks_about_tables()
    post(client, token, 1, a11="unknown", a99="unknown", a1="maybe", a0="unknown")
    assert answered(asked.store, asked.ring, made) == {}


def test_the_words_of_a_person_are_text_and_never_markup(asked: AskedHouse, client: Client) -> None:
    _, token = asked.asks_about_tables()
    post(client, token, 1, a1="nobody", why1='"><script>alert(1)</script>')
    for path in ("1", "send"):
        assert "<script" not in client.get(f"/en/ask/{token}/{path}").text


def test_the_answers_become_the_standpoint_with_who_and_when(
    asked: AskedHouse, client: Client
) -> None:
    """Sent on the 20th, taken up on the 22nd: it is remembered of the 20th, and taken up once."""
    _, token = asked.asks_about_tables()
    at = where(client, token)
    form = {f"a{at['klanten']}": "offered-0"}
    for name, answer in (("lijst_kleur", "nobody"), ("lijst_maat", "unknown")):
        form[f"a{at[name]}"] = answer
    form[f"why{at['lijst_kleur']}"] = "colours"
    form |= {f"a{at['sms']}": "other", f"who{at['sms']}": "marc"}
    asked.later(timedelta(days=5))
    for page in (1, 2):
        post(client, token, page, **form)
    client.post(f"/en/ask/{token}/send/now", headers=OURS)
    asked.later(timedelta(days=2))
    (made,) = arrived(asked.store, asked.ring, Kind.MAP, "shop")
    said = {n: read_answer(each) for n, each in answered(asked.store, asked.ring, made).items()}
    assert made.sent_at is not None
    assert asked.standpoint is not None
    came = taken_up(asked.standpoint, read_questions(made.content), said, made.sent_at.date())
    known = came.standpoint.known
    assert (known["klanten"].state, str(known["klanten"].on)) == (State.SETTLED, "2027-03-20")
    assert known["klanten"].person == "lea"
    kleur = known["lijst_kleur"].choice
    assert kleur is not None
    assert (kleur.whose, kleur.because) == (Whose.NOBODY, "colours")
    assert known["lijst_maat"].state is State.OPEN
    assert (known["sms"].state, known["sms"].person) == (State.ASKED, "marc")
    assert known["bestellingen"].state is State.ASKED
    assert len(came.lines) == 4
    take(asked.store, made, asked.clock.now())
    assert arrived(asked.store, asked.ring, Kind.MAP, "shop") == []
    assert answered(asked.store, asked.ring, made) == {}


def test_what_was_answered_meanwhile_or_has_other_columns_is_left_as_it_is(
    asked: AskedHouse, client: Client
) -> None:
    _, token = asked.asks_about_tables()
    at = where(client, token)
    form = {f"a{n}": "unknown" for n in at.values()}
    for page in (1, 2):
        post(client, token, page, **form)
    client.post(f"/en/ask/{token}/send/now", headers=OURS)
    (made,) = arrived(asked.store, asked.ring, Kind.MAP, "shop")
    said = {n: read_answer(each) for n, each in answered(asked.store, asked.ring, made).items()}
    questions = read_questions(made.content)
    changed = replace(questions.tables[at["sms"] - 1], form="other")
    tables = tuple(changed if t.table == "sms" else t for t in questions.tables)
    standpoint: Standpoint | None = asked.standpoint
    assert standpoint is not None
    memory = standpoint.memory.without(["klanten"])
    came = taken_up(
        standpoint.told(memory), replace(questions, tables=tables), said, standpoint.today
    )
    assert sorted(line.split(":")[1].strip() for line in came.refused) == ["klanten", "sms"]
    assert all(line.startswith("AV548") for line in came.refused)
    assert len(came.lines) == 11


# --- the address ---------------------------------------------------------------------------------


def test_expired_used_withdrawn_and_forged_addresses_are_one_page(
    asked: AskedHouse, client: Client
) -> None:
    """The same status, body and headers, whatever is wrong with the address."""
    _, used = asked.asks_about_tables()
    client.post(f"/en/ask/{used}/send/now", headers=OURS)
    _, withdrawn = asked.asks_about_tables()
    _, expired = asked.asks_about_tables()
    assert client.get(f"/en/ask/{expired}").status_code == 200
    asked.later(timedelta(days=15))
    tokens = (used, withdrawn, expired, "A" * 43, "x", expired[:-1])
    found = [client.get(f"/en/ask/{token}{rest}") for token in tokens for rest in ("", "/send")]
    found += [post(client, token, 1, a1="unknown") for token in tokens]
    assert {answer.status_code for answer in found} == {404}
    assert len({answer.text for answer in found}) == 1
    assert len({tuple(sorted(answer.headers.items())) for answer in found}) == 1
    assert not any(token in found[0].text for token in tokens if len(token) > 2)


def test_what_is_wrong_with_an_address_takes_the_same_question_to_the_database(
    asked: AskedHouse,
) -> None:
    """Nothing is worked out for one kind of dead address and not for another: one query, no row."""
    _, expired = asked.asks_about_tables()
    asked.later(timedelta(days=15))
    names: list[str] = []

    class Listening:
        def one(self, name: str, **params: object) -> object:
            names.append(name)
            return asked.store.one(name, **params)

    from avow.common.masked import Masked  # noqa: PLC0415 -- read where it is used

    for token in (expired, "A" * 43):
        runs: Any = Listening()
        assert found(runs, asked.ring, Masked(token), asked.clock.now()) is None
    assert names == ["invitation_by_token"] * 2


def test_who_guesses_is_kept_waiting_and_others_are_not(asked: AskedHouse) -> None:
    _, token = asked.asks_about_tables()
    app = asked_app(asked.desk, hosts=(HOST,))
    with TestClient(app, base_url=f"http://{HOST}") as client:
        codes = [client.get(f"/en/ask/{n}").status_code for n in range(MOST_GUESSES)]
        assert set(codes) == {404}
        late = client.get(f"/en/ask/{token}")
        assert (late.status_code, late.headers["retry-after"]) == (429, "60")
        asked.later(timedelta(seconds=61))
        assert client.get(f"/en/ask/{token}").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site", "origin": "null"},
        {"sec-fetch-site": "same-site"},
        {"origin": "http://evil.example"},
        {},
    ],
)
def test_a_form_of_another_site_is_refused_though_it_knows_the_address(
    asked: AskedHouse, client: Client, headers: dict[str, str]
) -> None:
    made, token = asked.asks_about_tables()
    for path in ("1/save", "send/now"):
        answer = client.post(f"/en/ask/{token}/{path}", data={"a1": "unknown"}, headers=headers)
        assert answer.status_code == 403
    assert answered(asked.store, asked.ring, made) == {}
    assert client.get(f"/en/ask/{token}").status_code == 200


def test_a_row_changed_in_the_database_is_no_invitation(
    asked: AskedHouse, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    """Planted: another person, a longer term. Both are said with AV547 and work no more."""
    for change in ("person = 'marc'", "ends_at = ends_at + interval '1 year'"):
        made, token = asked.asks_about_tables()
        assert client.get(f"/en/ask/{token}").status_code == 200
        with asked.store.outside() as connection:
            connection.execute(
                f"UPDATE avow.invitation SET {change} WHERE id = '{made.id}'".encode()
            )
        caplog.clear()
        assert client.get(f"/en/ask/{token}").status_code == 404
        assert "AV547" in caplog.text
        assert token not in "".join(r.getMessage() for r in caplog.records if r.name != "httpx")


def test_the_secret_is_kept_nowhere_and_the_ledger_names_nobody(
    asked: AskedHouse, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    _, token = asked.asks_about_tables()
    post(client, token, 1, a1="nobody", why1="veryprivate words")
    with asked.store.outside() as connection:
        rows = [
            *connection.execute("SELECT * FROM avow.invitation").fetchall(),
            *connection.execute("SELECT * FROM avow.invitation_answer").fetchall(),
        ]
    stored = b"".join(
        bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode()
        for row in rows
        for v in row.values()
    )
    for secret in (token, "veryprivate", "klanten"):
        assert secret.encode() not in stored
    client.post(f"/en/ask/{token}/send/now", headers=OURS)
    assert [type(entry) for entry in asked.ledger] == [Invited, InvitationAnswered]
    written = b"".join(bytes(body_bytes(entry)) for entry in asked.ledger)
    for hidden in ("lea", "veryprivate", token, *PEOPLE.values()):
        assert hidden.encode() not in written
    ours = "".join(r.getMessage() for r in caplog.records if r.name != "httpx")
    assert token not in ours
    assert "veryprivate" not in ours


def test_an_answer_changed_in_the_database_and_a_fault_of_ours_tell_no_secret(
    asked: AskedHouse, caplog: pytest.LogCaptureFixture
) -> None:
    """Planted: an answer of another invitation, and a database that goes away."""
    _, token = asked.asks_about_tables()
    app = asked_app(asked.desk, hosts=(HOST,))
    with TestClient(app, base_url=f"http://{HOST}", raise_server_exceptions=False) as client:
        post(client, token, 1, a1="nobody", why1="veryprivate")
        with asked.store.outside() as connection:
            connection.execute("UPDATE avow.invitation_answer SET question = 2")
        assert client.get(f"/en/ask/{token}").status_code == 404
        assert "AV872" in caplog.text
        with asked.store.outside() as connection:
            connection.execute("ALTER TABLE avow.invitation RENAME TO elsewhere")
        answer = client.get(f"/en/ask/{token}")
    assert answer.status_code == 500
    assert "a page failed: UndefinedTable" in caplog.text
    ours = "".join(
        r.getMessage() + str(r.exc_info or "") for r in caplog.records if r.name != "httpx"
    )
    for secret in (token, "veryprivate"):
        assert secret not in answer.text + ours
