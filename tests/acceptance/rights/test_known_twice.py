"""What is known of a person by their address and by their row is known once, on every engine: a
withdrawal writes both, and every plan and every question about a use reads them."""

from __future__ import annotations

from pathlib import Path

import pytest

from avow.common.masked import Masked
from avow.engine.facts.standing import RESTRICTION, Noting, Who, note_all, row
from tests.restriction_room import Shop, made


@pytest.fixture(params=["postgresql", "sqlite", "mariadb"])
def shop(
    request: pytest.FixtureRequest, tmp_path: Path, state_url: str, monkeypatch: pytest.MonkeyPatch
) -> Shop:
    names = {"postgresql": "postgres_url", "mariadb": "mariadb_url"}
    kind: str = request.param
    url = request.getfixturevalue(names[kind]) if kind in names else str(tmp_path / "shop.db")
    return made(kind, url, tmp_path, state_url, monkeypatch.setenv)


def test_a_fact_of_a_row_and_of_its_address_is_one(shop: Shop) -> None:
    """Two facts about person 1, one about person 2 by address, one about a row that is gone."""
    shop.declare("gate")
    shop.run("UPDATE buyer SET joined_on = '2001-01-01'")
    with shop.desk() as desk:
        known = [
            row("shop", shop.buyer, (1,)),
            Who("email", Masked("p1@example.org")),
            Who("email", Masked("p2@example.org")),
            row("shop", shop.buyer, (9,)),
        ]
        notings = [Noting(RESTRICTION, who) for who in known]
        note_all(desk.state.store, desk.state.ring, notings, at=desk.now())
    ask = ["may-use", f"shop:{shop.buyer}", "--purpose", "news", "--as", "mailer"]
    said = shop.says(*ask, given="1\n2\n").output.splitlines()
    assert [each.startswith("no: the data are restricted") for each in said] == [True, True]
    planned = shop.says("plan", "shop")
    assert planned.exit_code == 0, planned.output
    assert "AV" not in planned.output
