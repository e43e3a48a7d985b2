"""`avow request questions`: shows what would be asked, sends it, and tells what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from avow.common.exits import Exit
from avow.duties.requests.book import read
from avow.duties.requests.identity.knowing import answer, fact_checks, judge_due
from avow.duties.requests.words import Right, Rung, Waits
from avow.engine.db.store import Store
from avow.faces.cli.desk import Desk
from avow.faces.cli.main import main
from avow.faces.cli.request import questions_command
from avow.faces.cli.task_rounds import ADDRESS
from tests.facts_room import MONTHS, PRODUCTS, TOWNS, Market, declared


@pytest.fixture
def shop(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Market:
    """The shop, with a command that opens it in place of a state of its own."""
    made = Market(tmp_path, store)
    made.says(declared(("officer: privacy", "email: privacy@shop.example, officer: privacy")))
    office = made.office
    state = SimpleNamespace(store=store, ring=office.ring, ledger=made.ledger, clock=office.clock)

    @contextmanager
    def opened(folder: Path, url: str | None) -> Iterator[Desk]:
        del folder, url
        day = office.book.day(office.clock.now())
        yield Desk(state, made.declaration, day)  # type: ignore[arg-type]

    monkeypatch.setattr(questions_command, "opened", opened)
    for name, value in (*made.urls.items(), (ADDRESS, "https://my.example")):
        monkeypatch.setenv(name, value)
    return made


def command(*said: str) -> Result:
    return CliRunner().invoke(main, ["request", "questions", *said])


def test_without_send_nothing_is_written_and_no_value_is_shown(shop: Market) -> None:
    request = shop.office.arrive(Right.ACCESS)
    said = command(request.id)
    assert said.exit_code == Exit.REFUSED, said.output
    assert "shop.orders.at (month): 6 answers, the likeliest is right for 17%" in said.output
    assert "3 of 3 have to be right; a guess passes 0.5% of the time" in said.output
    assert not any(
        value in said.output for value in (*MONTHS, *PRODUCTS, *(f"{t}0" for t in TOWNS))
    )
    assert fact_checks(shop.office.book, request.id) == ()


def test_sent_with_a_doubt_the_term_stands_and_the_counts_are_told_afterwards(
    shop: Market, tmp_path: Path
) -> None:
    request = shop.office.arrive(Right.ACCESS)
    (tmp_path / "why.txt").write_text("the address is none that we know")
    why = ("--pause", "--why", str(tmp_path / "why.txt"))
    assert "--send" in command(request.id, *why).output
    sent = command(request.id, "--send", *why, "--as", "claire")
    assert sent.exit_code == 0, sent.output
    state = read(shop.office.book, request.id)
    assert state.persons[1].asked == (Rung.KNOWN_FACTS,)
    assert state.waits == {Waits.IDENTITY}
    now = shop.office.clock.now()
    assert answer(shop.office.book, shop.token(), (0, 0, 1), at=now)
    judge_due(shop.office.book, shop.store, at=now)
    assert "2 of 3 right, not enough" in command(request.id).output


def test_who_asks_is_named(shop: Market) -> None:
    request = shop.office.arrive(Right.ACCESS)
    assert "--as" in command(request.id, "--send").output
    assert fact_checks(shop.office.book, request.id) == ()
