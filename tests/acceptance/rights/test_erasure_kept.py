"""Clauses 9.3, 9.10-b and 9.10-c: a person is erased from a real database but for what a law keeps,
hears what stays and until when, and is looked for again every day; `avow verify` sees who came
back, what was not told, and an interest that nobody weighed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from avow.common.ids import new_id
from avow.common.masked import Masked
from avow.duties.correspondence.letters import Draft, Mailing, Words
from avow.duties.correspondence.outbox import letters_to, write
from avow.duties.requests.acting.resuming import resume
from avow.duties.requests.book import Arrival, Asking, Person, Said, open_request, take
from avow.duties.requests.rows import accept, looked_for
from avow.duties.requests.steps import Decided, IdentityShown, Refusal
from avow.duties.requests.telling import letters
from avow.duties.requests.words import Channel, Ground, Outcome, Right, Rung
from avow.faces.cli.desk import Desk, opened
from avow.faces.cli.main import main
from avow.faces.cli.request.erase_command import hands_of
from tests.verified_room import KEPT, Verifies

DECLARATION = """\
avow: "1"
declaration: shop
controller: {name: Example, zone: Europe/Brussels, country: BE, email: privacy@shop.example}
languages: [en]
people:
  - {person: claire, name: Claire, roles: [author]}
  - {person: marc, name: Marc, roles: [approver]}
  - {person: paul, name: Paul, roles: [approver]}
clauses: {"1.a": {kind: E}, "2.a": {kind: E}, "3.a": {kind: E}, "6.n": {kind: E}, "9.3": {kind: E},
  "9.6": {kind: E}, "9.10-b": {kind: E}, "9.10-c": {kind: E}}
rights:
  - {right: erasure, clause: "9.3"}
  - {right: objection, clause: "9.6"}
  - {right: limit-legal-duty, clause: "9.10-b", limits: erasure, law: Art. 17(3)(b) GDPR}
  - {right: limit-compelling-interest, clause: "9.10-c", limits: erasure, law: Art. 21(1) GDPR}
categories: {profile: {clause: "1.a"}, invoice: {clause: "1.a"}, backup: {clause: "6.n"}}
subjects: {buyer: {}}
collection:
  - {point: door, clause: "1.a", collects: [{category: profile, clause: "1.a", required: yes}]}
purposes:
  - {purpose: news, clause: "1.a", basis: consent, uses: {category: [profile]}}
  - {purpose: rank, clause: "1.a", basis: legitimate-interest, uses: {category: [profile]}}
retention:
  - {rule: profiles, clause: "2.a", applies_to: {category: [profile]}, starts: joined,
     at_most: 9 years, then: erase}
  - {rule: invoices, clause: "2.a", applies_to: {category: [invoice]}, starts: billed,
     at_most: 7 years, then: erase}
  - {rule: backups, clause: "6.n", applies_to: {category: [backup]}, starts: backup-made,
     at_most: 4 weeks, then: erase}
minimums:
  - {minimum: books, law: the accounting act, clause: "3.a", applies_to: {category: [invoice]},
     starts: billed, at_least: 7 years}
events: {joined: {kind: point}, billed: {kind: point}, backup-made: {kind: point}}
systems:
  - system: shop
    connector: postgresql
    url: ${SHOP}
    zone: Europe/Brussels
    datasets:
      public.buyer:
        subject: buyer
        key: [id]
        identities: {email: {field: email, strength: unique}}
        collected_at: door
        rest: profile
        events: {joined: joined_on}
        blank: {email: {constant: ""}, joined_on: {constant: "1900-01-01"}}
      public.bill:
        key: [id]
        owned_by: {public.buyer: buyer_id}
        collected_at: door
        rest: invoice
        events: {billed: billed_on}
"""
TABLES = """
CREATE TABLE buyer (id integer PRIMARY KEY, email text NOT NULL, joined_on date NOT NULL);
CREATE TABLE bill (id integer PRIMARY KEY, buyer_id integer NOT NULL REFERENCES buyer,
                   billed_on date);
CREATE INDEX bill_of ON bill (buyer_id);
INSERT INTO buyer VALUES (1, 'p1@example.org', '2026-01-02'), (2, 'p2@example.org', '2026-01-02');
INSERT INTO bill VALUES (1, 1, '2026-02-01');
"""
P1 = Person(name="One", language="en", email="p1@example.org")
CLAUSES = ("9.3", "9.6", "9.10-b", "9.10-c")


class Killed(Exception):
    """The process died here."""


@dataclass
class Town(Verifies):
    """A shop on PostgreSQL, the state beside it, and who works there."""

    url: str
    folder: Path
    state: str

    def says(self, *words: str, ends: int = 0) -> Result:
        place = ["--state", str(self.folder / "state"), "--database-url", self.state]
        done = CliRunner().invoke(main, [*words, *place])
        assert done.exit_code == ends, done.output
        return done

    def run(self, statement: str) -> Sequence[tuple[object, ...]]:
        with psycopg.connect(self.url) as owner:
            done = owner.execute(statement.encode())
            return done.fetchall() if done.description else []

    def own(self, statement: str) -> None:
        """Somebody meddles with the state of avow itself."""
        with psycopg.connect(self.state) as owner:
            owner.execute(statement.encode())

    def desk(self) -> AbstractContextManager[Desk]:
        return opened(self.folder / "state", self.state)

    def asked(
        self, right: Right, *decided: Decided, words: bytes = b"", person: Person = P1
    ) -> str:
        """What a person asks, decided; their rows are accepted."""
        with self.desk() as desk:
            book, at = desk.book, desk.now()
            arrival = Arrival(Channel.EMAIL, at, "en", (person,), (Asking(1, right),))
            name = open_request(book, arrival, by="claire", at=at).id
            shown = Said(IdentityShown(person=1, rung=Rung.SIGNED_LINK))
            take(book, name, [shown, *(Said(d, words) for d in decided)], by="claire", at=at)
            found = looked_for(book, desk.estate, name).found.candidates
            accept(book, name, found, by="claire", at=at)
            return name

    def erased(self) -> str:
        """The first person is erased, by the commands and two approvals."""
        name = self.asked(Right.ERASURE, Decided(item=1, outcome=Outcome.ACCEPTED))
        said = self.says("request", "erase", name, "1", "--as", "claire").output
        plan = next(w for w in said.split() if w.startswith("plan-"))
        for person in ("marc", "paul"):
            self.says("approve", plan, "--as", person)
        self.says("apply", plan)
        self.says("request", "erase", name, "1", "--finish", "--as", "claire")
        return name

    def told(self, request: str) -> None:
        """The letter is drafted, looked through, and sent once nothing can be taken back."""
        said = self.says("request", "outcome", "draft", request, "--as", "claire").output
        answer = said.partition(":")[0]
        text = self.says("request", "outcome", "show", answer).output
        assert "“invoice”: a law obliges us to keep it (the accounting act)" in text
        assert "the last one that may hold what is erased" in text, "the last backup has its day"
        self.says("request", "outcome", "review", answer, "--as", "marc")
        with self.desk() as desk:
            later = desk.now() + timedelta(hours=73)
            letters.send(desk.book, desk.state.ledger, answer, by="claire", at=later)

    def held(self) -> str:
        """A hold on the row of the first person; its name."""
        said = self.says(
            "hold", "add", "--system", "shop", "--dataset", "public.buyer", "--key", "1",
            "--reason", "litigation", "--law", "a court's order", "--until", "2040-01-01",
            "--as", "claire",
        )  # fmt: skip
        return next(w.strip("`:,") for w in said.output.split() if "hold-" in w)

    def resumed(self, *, dies: bool = False) -> tuple[str, ...]:
        """The plans that the round makes of erasures that can go on."""

        def die(moment: str) -> None:
            if dies and moment == "resumed":
                raise Killed

        with self.desk() as desk:
            hands = replace(hands_of(desk), crash=die)
            return resume(hands, by="avow", at=desk.now()).planned


@pytest.fixture
def town(
    postgres_url: str, tmp_path: Path, state_url: str, monkeypatch: pytest.MonkeyPatch
) -> Town:
    (tmp_path / "state").mkdir()
    (tmp_path / "declaration").mkdir()
    (tmp_path / "declaration" / "all.yaml").write_text(DECLARATION)
    monkeypatch.setenv("SHOP", postgres_url)
    town = Town(postgres_url, tmp_path, state_url)
    for statement in TABLES.strip().rstrip(";").split(";"):
        town.run(statement)
    people = ("--author", "claire", "--as", "marc", "--as", "paul")
    town.says("activate", str(tmp_path / "declaration"), *people)
    return town


def test_who_is_erased_stays_gone_and_hears_what_the_law_keeps(town: Town) -> None:
    request = town.erased()
    assert town.run("SELECT id, email FROM buyer ORDER BY id") == [(1, ""), (2, "p2@example.org")]
    assert town.run("SELECT id FROM bill") == [(1,)], "seven years, by the accounting act"
    town.told(request)
    words = town.looked().words()
    assert {clause: words[clause] for clause in CLAUSES} == dict.fromkeys(CLAUSES, KEPT)


def test_who_came_back_by_an_import_is_red_until_it_is_known_how(town: Town) -> None:
    """Planted: an old list is read in, and the address is there again. Had they come by
    themselves, somebody writes it down."""
    request = town.erased()
    with town.turns("9.3"):
        town.run("INSERT INTO buyer VALUES (9, 'p1@example.org', '2026-11-01')")
    how = town.folder / "how.txt"
    how.write_text("a new account, opened with a confirmed address")
    with town.mended("9.3"):
        town.says("request", "came-back", request, "--text", str(how), "--as", "claire")


def test_older_letters_to_an_erased_person_go_and_those_about_the_request_stay(town: Town) -> None:
    """A newsletter of before they asked lies in the outbox still; so does the answer."""
    with town.desk() as desk:
        mailing = Mailing("newsletter", new_id("telling"), "shop.example", date(2040, 1, 1))
        words = Words("News", "Buy bread\n")
        old = [Draft(Masked(v), "en", words, Masked(v)) for v in (P1.email, "p2@example.org")]
        before = desk.now() - timedelta(days=9)
        write(desk.book.runs, desk.book.ring, mailing, old, at=before, tell=desk.book.tell)
    town.told(town.erased())
    with town.desk() as desk:
        mine = letters_to(desk.book.runs, desk.book.ring, "controller", [Masked(P1.email)])
        other = letters_to(desk.book.runs, desk.book.ring, "controller", [Masked("p2@example.org")])
    assert [each.kind for each in mine] == ["request-outcome"]
    assert [each.kind for each in other] == ["newsletter"]


def test_an_old_list_is_looked_through_before_it_is_imported(town: Town) -> None:
    """Whoever was erased is on it; the command finds them by hashes and writes the others down."""
    town.erased()
    old, new = town.folder / "old.csv", town.folder / "new.csv"
    old.write_text("mail,city\nP1@example.org,Gent\np3@example.org,Mons\n")
    found = town.says("kept-out", str(old), "--column", "mail=email", "--out", str(new), ends=1)
    assert "2 lines, 1 of persons who must not come back" in found.output
    assert "example.org" not in found.output.lower()
    assert new.read_text().split() == ["mail,city", "p3@example.org,Mons"]
    assert town.says("kept-out", str(new), "--column", "mail=email").output.startswith("1 lines, 0")


def test_what_stays_past_its_end_is_red(town: Town) -> None:
    """Planted: the end of what stays is over, and the person is still found there."""
    town.held()
    town.erased()
    assert town.looked().words()["9.3"] == KEPT, "everything stays while the hold stands"
    with town.turns("9.3"):
        town.own("UPDATE avow.request_stay SET until = current_date")
    with town.mended("9.3"):
        town.own("UPDATE avow.request_stay SET until = current_date + 9")


def test_a_shell_that_names_somebody_again_is_red(town: Town) -> None:
    """Planted: the application writes the address back into the row that only keys were left of."""
    town.erased()
    with town.turns("9.3"):
        town.run("UPDATE buyer SET email = 'p1@example.org' WHERE id = 1")
    with town.mended("9.3"):
        town.run("UPDATE buyer SET email = '' WHERE id = 1")


def test_what_was_not_told_or_has_no_law_is_red(town: Town) -> None:
    """Planted: the last answer left without the letter; then a group loses its clause."""
    request = town.erased()
    town.told(request)
    with town.turns("9.10-b"):
        town.own("DELETE FROM avow.outcome_stay")
    with town.mended("9.10-b"):
        town.own("INSERT INTO avow.outcome_stay SELECT l.answer, s.plan, s.number"
                 " FROM avow.request_stay s, avow.outcome_letter l")  # fmt: skip
    with town.turns("9.10-b"):
        town.own("UPDATE avow.request_stay SET clauses = '{}' WHERE why = 'legal minimum'")
    with town.mended("9.10-b"):
        town.own("UPDATE avow.request_stay SET clauses = '{3.a}' WHERE why = 'legal minimum'")


def test_an_interest_that_nobody_weighed_in_writing_is_red(town: Town) -> None:
    """Against an objection it may stand, with its balancing; against an erasure it never may."""
    ground = Refusal(ground=Ground.COMPELLING, law="Art. 21(1) GDPR", where="rank")
    kept = Decided(item=1, outcome=Outcome.REFUSED, refusals=(ground,))
    town.asked(Right.OBJECTION, kept, words=b"we weighed: fraud of this size, no milder means")
    with town.turns("9.10-c"):
        town.asked(Right.OBJECTION, kept)  # for good: nobody weighs what is refused already
    with pytest.raises(Exception, match="AV687"):
        town.asked(Right.ERASURE, kept)


def test_what_a_hold_kept_goes_when_it_is_released_and_nobody_asks_again(town: Town) -> None:
    """A hold stands while they are erased, and everything stays. Released, a round plans what can
    go; killed in between and done again there is one plan; two persons approve, and only what a law
    keeps is left."""
    hold = town.held()
    request = town.erased()
    town.told(request)
    assert town.run("SELECT email FROM buyer WHERE id = 1") == [("p1@example.org",)]
    assert town.resumed() == (), "nothing can go while it stands"
    town.says("hold", "release", hold, "--as", "claire")
    with town.turns("9.3"):  # they can go, and are still there; what the law keeps was told before
        with pytest.raises(Killed):
            town.resumed(dies=True)
        (plan,) = town.resumed()
        assert town.resumed() == (), "it waits already"
    with town.mended("9.3"):
        for person in ("marc", "paul"):
            town.says("approve", plan, "--as", person)
        town.says("apply", plan)
    assert town.run("SELECT email FROM buyer WHERE id = 1") == [("",)]
    assert town.run("SELECT id FROM bill") == [(1,)]
