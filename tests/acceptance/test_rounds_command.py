"""The rounds of an organisation: looked at, sent and forgotten, without anybody's asking."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from avow.duties.assurance.model import Status
from avow.faces.cli.main import main
from avow.faces.cli.rounds import rounds_of
from avow.faces.rounds.turning import Turned, turn_all
from tests.acceptance.town import Town, environment, town


def test_a_round_looks_at_every_promise_and_the_status_knows(
    postgres_server: Path,
    state_template: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing was looked at; after one round the status speaks, and nothing is due for a day."""
    with town(postgres_server, state_template, tmp_path) as made:
        for name, address in environment(made.urls).items():
            monkeypatch.setenv(name, address)
        monkeypatch.delenv("AVOW_SMTP_URL", raising=False)
        before = made.promise("6.h").status
        done = {each.name: each for each in turn(made)}
        assert set(done) == {"look", "forget", "acts", "undo", "holds", "resume", "contests"}
        assert done["look"].said.endswith("not as promised"), done["look"]
        assert done["forget"].said == "0 files and 0 records of requests"
        assert (before, made.promise("6.h").status) == (Status.UNENFORCED, Status.KEPT)
        made.clock.move(timedelta(hours=23))
        assert [each.name for each in turn(made)] == ["acts", "undo", "holds", "contests"]
        made.clock.move(timedelta(hours=1))
        assert {each.name for each in turn(made)} == set(done)


def turn(made: Town) -> list[Turned]:
    return turn_all(made.state.store, made.clock, rounds_of(made.state))


def test_letters_go_out_only_where_a_mail_server_is_named(
    postgres_server: Path,
    state_template: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with town(postgres_server, state_template, tmp_path) as made:
        monkeypatch.setenv("AVOW_SMTP_URL", "smtp://127.0.0.1:9")
        monkeypatch.setenv("AVOW_LETTERS_FROM", "privacy@firm.example")
        assert "letters" in {each.name for each in rounds_of(made.state)}


def test_before_anything_is_in_force_rounds_fail_by_their_code(
    state_url: str, tmp_path: Path
) -> None:
    where = ["--state", str(tmp_path), "--database-url", state_url]
    once = CliRunner().invoke(main, ["rounds", "--once", *where])
    assert (once.exit_code, once.output.splitlines()) == (
        1,
        [
            f"{name}: {'0 holds took effect' if name == 'holds' else 'failed, AV430'}"
            for name in ("look", "forget", "acts", "undo", "holds", "resume", "contests")
        ],
    )
    shown = CliRunner().invoke(main, ["rounds", *where])
    assert "1 (AV430)" in shown.output
