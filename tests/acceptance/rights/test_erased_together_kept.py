"""Clauses 9.3 and 9.10-b for many persons in one plan: each is erased from a real database but for
what a law keeps of them, and hears of that and of nobody else's; who takes it back keeps all;
`avow verify` sees when what stays of one is said of another."""

from __future__ import annotations

from datetime import timedelta

from avow.duties.requests.book import Person, Said, take
from avow.duties.requests.steps import Decided, WithdrawnByPerson
from avow.duties.requests.telling import letters
from avow.duties.requests.words import Outcome, Right
from tests.acceptance.rights.test_erasure_kept import Town
from tests.acceptance.rights.test_erasure_kept import town as town  # noqa: PLC0414 (a fixture)
from tests.verified_room import KEPT

PEOPLE = [Person(name=f"P{n}", language="en", email=f"p{n}@example.org") for n in (1, 2, 3, 4)]
MORE = (
    "INSERT INTO buyer SELECT n, format('p%s@example.org', n), '2026-01-02'"
    " FROM generate_series(3, 4) AS n;"
    "INSERT INTO bill VALUES (3, 3, '2024-06-30'), (4, 4, '2026-03-01')"
)


def told(town: Town, request: str) -> str:
    """The letter of a request, drafted, looked through and sent; gives its text."""
    said = town.says("request", "outcome", "draft", request, "--as", "claire").output
    answer = said.partition(":")[0]
    town.says("request", "outcome", "review", answer, "--as", "marc")
    with town.desk() as desk:
        later = desk.now() + timedelta(hours=73)
        letters.send(desk.book, desk.state.ledger, answer, by="claire", at=later)
    return town.says("request", "outcome", "show", answer).output


def test_each_is_erased_and_hears_of_their_own(town: Town) -> None:
    """Of four, the first and the third have a bill of other days, the second none, and the fourth
    takes it back between the approval and the plan's turn."""
    town.run(MORE)
    accepted = Decided(item=1, outcome=Outcome.ACCEPTED)
    requests = [town.asked(Right.ERASURE, accepted, person=each) for each in PEOPLE]

    said = town.says("request", "erase", "--all", "--as", "claire").output
    assert "for 4 requests" in said
    plan = next(w for w in said.split() if w.startswith("plan-"))
    for person in ("marc", "paul"):
        town.says("approve", plan, "--as", person)
    with town.desk() as desk:
        back = Said(WithdrawnByPerson(items=(1,)))
        take(desk.book, requests[3], [back], by="person", at=desk.now())
    town.says("apply", plan)
    assert (
        "3 erasures ended"
        in town.says("request", "erase", "--all", "--finish", "--as", "claire").output
    )

    assert town.run("SELECT id, email FROM buyer ORDER BY id") == [
        (1, ""), (3, ""), (4, "p4@example.org"),
    ]  # fmt: skip
    assert town.run("SELECT id FROM bill ORDER BY id") == [(1,), (3,), (4,)], "by the law"
    first, second, third = (told(town, each) for each in requests[:3])
    assert "1 February 2033" in first
    assert "invoice" not in second
    assert "30 June 2031" in third
    assert "2031" not in first
    words = town.looked().words()
    assert words["9.3"] == words["9.10-b"] == KEPT

    planted = "UPDATE avow.request_stay SET request = '{}' WHERE request = '{}'"
    with town.turns("9.10-b"):  # the bill of the first, said of the second
        town.own(planted.format(requests[1], requests[0]))
    with town.mended("9.10-b"):
        town.own(planted.format(requests[0], requests[1]))
