"""Clause 6.a: a client company asks, by its paper, that the account of a user is deleted; in a real
database that account alone goes, and the user was told. `avow verify` sees a user who was not told,
a paper that is none, and rows that were taken beyond the account."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import psycopg
import pytest

from avow.common.masked import Masked
from avow.duties.requests.acting.telling_recipients import Disclosure, disclosed
from avow.duties.requests.rows import accept, accepted_of
from avow.duties.requests.tasks import kept
from avow.engine.planner.identities import Candidate
from tests.kept_room import CLAIRE, DECLARATION, Kept, made
from tests.verified_room import KEPT, UNKNOWN

UTA = "uta@acme.example"
MORE = """
      public.company: {key: [id], owned_by: nobody, because: a list of firms}
      public.account:
        subject: buyer
        key: [id]
        identities: {email: {field: email, strength: unique}}
        no_right: {public.company: company_id}
        rest: account
        events: {joined: joined_on}
"""
TABLES = """
CREATE TABLE company (id integer PRIMARY KEY, firm text);
CREATE TABLE account (id integer PRIMARY KEY, email text, joined_on date NOT NULL,
                      company_id integer NOT NULL REFERENCES company);
INSERT INTO company VALUES (1, 'Acme'), (2, 'Other');
INSERT INTO account VALUES (10, 'uta@acme.example', '2026-01-02', 1),
                           (11, 'una@acme.example', '2026-01-02', 1),
                           (20, 'vic@other.example', '2026-01-02', 2);
INSERT INTO buyer VALUES (3, 'uta@acme.example', 'Uta', '2026-01-02');
"""


@pytest.fixture
def shop(
    postgres_url: str, tmp_path: Path, state_url: str, monkeypatch: pytest.MonkeyPatch
) -> Kept:
    """Uta has an account with Acme, and is a buyer of ours by herself."""
    text = DECLARATION.replace(
        'message: {clause: "1.a"}}', 'message: {clause: "1.a"}, account: {}}'
    )
    found = made(postgres_url, tmp_path, state_url, monkeypatch.setenv, text + MORE[1:])
    found.run(TABLES)
    return found


def speaks(shop: Kept) -> str:
    """Acme asks for Uta; the request."""
    user = {"language": "en", "email": UTA, "identities": [["email", UTA]]}
    who, paper = shop.file("users.json", json.dumps([user])), shop.file("paper.pdf", "%PDF-1.7")
    said = shop.says("request", "speak", "company", "--who", who, "--ask", "erasure", "--company",
                     "shop:public.company:1", "--paper", paper, *CLAIRE)  # fmt: skip
    request = said.output.split()[0]
    shop.says("request", "decide", request, "1", "--accept", *CLAIRE)
    return request


def erases(shop: Kept, request: str) -> None:
    """Two persons approve that the account goes, and it goes."""
    said = shop.says("request", "erase", request, "1", *CLAIRE).output
    plan = next(word for word in said.split() if word.startswith("plan-"))
    for person in ("marc", "paul"):
        shop.says("approve", plan, "--as", person)
    with shop.steady():
        shop.says("apply", plan)
    with shop.steady():
        shop.says("request", "erase", request, "1", "--finish", *CLAIRE)


def accounts(shop: Kept) -> list[object]:
    """Who has an account with a company."""
    return [email for (email,) in shop.run("SELECT email FROM account ORDER BY id")]


def test_the_account_alone_goes_when_its_company_asks(shop: Kept) -> None:
    """What Uta is to us without the company stays: the company may not ask for it, and she is no
    less welcome."""
    request = speaks(shop)
    assert shop.looked().words()["6.a"] == KEPT
    erases(shop, request)
    assert accounts(shop) == ["una@acme.example", "vic@other.example"]
    with psycopg.connect(shop.state) as owner:
        assert owner.execute("SELECT * FROM avow.suppression").fetchall() == [], "kept out"
    assert shop.run("SELECT email FROM buyer WHERE id = 3") == [(UTA,)]


def test_who_got_other_data_of_the_user_is_told_nothing(shop: Kept) -> None:
    """The host of accounts is told that the account went. The bank, which got what Uta wrote to us
    as a buyer, does not learn from us that she left Acme, and loses nothing of hers."""
    for recipient, category in (("host", "account"), ("bank", "message"), ("unsaid", "")):
        what = Disclosure(
            recipient, tuple(filter(None, [category])), date(2026, 1, 2), (Masked(UTA),)
        )
        with shop.desk() as desk:
            disclosed(desk.book, what, by="claire")
    request = speaks(shop)
    erases(shop, request)
    with shop.desk() as desk:
        told = {each.task.place for each in kept.of_request(desk.book, request)}
    assert told == {"recipient:host", "recipient:unsaid"}


def test_a_user_who_was_not_told_is_red(shop: Kept) -> None:
    """Planted: the day on which Uta was told is taken out; then put back."""
    speaks(shop)
    with shop.turns("6.a"):
        shop.own("UPDATE avow.representation SET told_at = NULL")
    with shop.mended("6.a"):
        shop.own("UPDATE avow.representation SET told_at = now()")


def test_a_company_without_its_paper_is_red(shop: Kept) -> None:
    """Planted: what was shown is no paper of a company."""
    speaks(shop)
    with shop.turns("6.a"):
        shop.own("UPDATE avow.representation SET kind = 'mandate'")
    with shop.mended("6.a"):
        shop.own("UPDATE avow.representation SET kind = 'company'")


def test_rows_beyond_the_account_are_red(shop: Kept) -> None:
    """Planted: what Uta is to us by herself is accepted too, past the commands. It stays red when
    that row is gone."""
    request = speaks(shop)
    with shop.steady():
        shop.says("request", "rows", request, "--accept-all", *CLAIRE)
    with shop.desk() as desk:
        mine = accepted_of(desk.book, request) or ()
        more = Candidate(1, "shop", "public.buyer", ("email", UTA), ((3,),))
    with shop.turns("6.a"), shop.desk() as desk:
        accept(desk.book, request, [*mine, more], by="claire", at=desk.now())
    with shop.steady():
        shop.run("DELETE FROM buyer WHERE id = 3")
    with shop.mended("6.a"), shop.desk() as desk:
        accept(desk.book, request, mine, by="claire", at=desk.now())


def test_a_company_whose_system_is_away_is_not_called_kept(
    shop: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    speaks(shop)
    monkeypatch.setenv("SHOP", "postgresql://nobody@127.0.0.1:1/shop")
    assert shop.looked().words()["6.a"] == UNKNOWN
    monkeypatch.setenv("SHOP", shop.url)
    assert shop.looked().words()["6.a"] == KEPT
