"""A person is asked on a one-time page, from the command to the diff of the declaration."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from litestar.testing import TestClient

from avow.app import open_state
from avow.common.exits import Exit
from avow.declaration.load import load
from avow.faces.cli.main import main
from avow.faces.cli.serve_command import desk_of, source_of
from avow.faces.web.application import asked_app
from tests.acceptance.test_map_command import MARK, datasets, folder
from tests.pages.document import read
from tests.pages.test_security import OURS

__all__ = ["folder"]


@pytest.fixture
def state(new_database: Callable[[], str], tmp_path: Path) -> list[str]:
    """The options that say where avow remembers."""
    return ["--state", str(tmp_path / "state"), "--database-url", new_database()]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["map", "shop", "--declaration", "avow.yaml", *arguments])


def ask(state: list[str], person: str = "lea") -> str:
    """Ask a person; gives the path of the page."""
    result = run("--ask", person, "--at", "https://q.example", "--json", *state)
    assert result.exit_code == Exit.OK, result.output
    address: str = json.loads(result.stdout)["invited"]["address"]
    assert address.startswith("https://q.example/ask/")
    return address.removeprefix("https://q.example")


@contextmanager
def served(folder: Path, state: list[str]) -> Iterator[TestClient[Any]]:
    """What `avow serve --only-asked` serves."""
    declaration = load(folder / "avow.yaml").whole
    with open_state(Path(state[1]), state[3]) as opened:
        desk = desk_of(source_of(declaration, opened), declaration, opened)
        app = asked_app(desk, hosts=("q.example",))
        with TestClient(app, base_url="https://q.example") as client:
            client.follow_redirects = False
            yield client


def answer(client: TestClient[Any], path: str, answers: dict[str, dict[str, str]]) -> None:
    """Answer by table, and send."""
    there = client.get(path, headers={"accept-language": "en"}).headers["location"]
    page = read(client.get(there).text)
    form: dict[str, str] = {}
    for section in (s for s in page.all("section") if s.attributes.get("id", "")[:1] == "q"):
        table = section.all("p")[0].text.split("called ")[-1].split(". ")[0]
        for name, value in answers.get(table, {}).items():
            form[name + section.attributes["id"][1:]] = value
    assert client.post(f"{there}/1/save", data=form, headers=OURS).status_code == 303
    assert client.post(f"{there}/send/now", headers=OURS).status_code == 303


def test_from_the_question_to_the_diff_with_who_answered_and_when(
    folder: Path, state: list[str]
) -> None:
    path = ask(state)
    with served(folder, state) as client:
        answer(
            client,
            path,
            {
                "bestellingen": {"a": "offered-0"},
                "landen": {"a": "nobody", "why": "countries"},
                "munten": {"a": "unknown"},
                "sms": {"a": "other", "who": "marc"},
            },
        )
    result = run("--patch", *state)
    assert result.exit_code == Exit.OK, result.output
    assert "owned_by: {klanten: klant_id}" in result.stdout, result.stdout
    assert "because: countries" in result.stdout
    for said in ("bestellingen: belongs to klanten by klant_id", "landen: nobody's: countries"):
        assert any(
            line.startswith("lea on 20") and said in line for line in result.stderr.split("\n")
        )
    assert "bestellingen" not in datasets(folder)  # nothing is declared by an answer
    assert "klant_id" in json.dumps(json.loads((folder / "map-shop.json").read_text()))
    again = run("--write", *state)
    assert "lea on" not in again.stderr  # taken up once
    assert datasets(folder)["bestellingen"].links[0].to == "klanten"
    assert MARK not in (folder / "avow.yaml").read_text()


def test_whom_they_name_is_asked_next_and_only_about_that(folder: Path, state: list[str]) -> None:
    path = ask(state)
    with served(folder, state) as client:
        answer(client, path, {"sms": {"a": "other", "who": "marc"}})
    second = ask(state, "marc")
    with served(folder, state) as client:
        there = client.get(second, headers={"accept-language": "en"}).headers["location"]
        page = read(client.get(there).text)
    assert [h.text for h in page.all("h2")] == ["1 Sms"]


def test_a_question_on_a_one_time_page_is_not_in_a_file_too(folder: Path, state: list[str]) -> None:
    ask(state)
    assert list(folder.glob("map-shop-*.txt")) == []


def test_without_a_state_answers_are_not_looked_for_and_none_is_made(
    folder: Path, state: list[str], tmp_path: Path
) -> None:
    ask(state)
    missing = tmp_path / "elsewhere"
    result = run("--patch", "--state", str(missing))
    assert result.exit_code == Exit.OK
    assert "were not looked for" in result.stderr
    assert not missing.exists()


@pytest.mark.parametrize(
    ("person", "code", "expected"),
    [("eve", "AV543", Exit.USAGE), ("lea", "AV546", Exit.REFUSED)],
)
def test_nobody_else_is_asked_and_nothing_twice(
    folder: Path, state: list[str], person: str, code: str, expected: Exit
) -> None:
    """Planted: every table is answered already."""
    rest = "medewerkers best* berichten sms landen munten django_migrations".split()
    (folder / "answers.txt").write_text("".join(f'{t}: "nobody: x"\n' for t in rest))
    result = run("--answers", "answers.txt", "--ask", person, *state)
    assert result.exit_code == expected
    assert code in result.output


def test_an_invitation_changed_in_the_database_stops_the_taking_up(
    folder: Path, state: list[str]
) -> None:
    """Planted: the answers of lea are made those of marc."""
    path = ask(state)
    with served(folder, state) as client:
        answer(client, path, {"munten": {"a": "nobody", "why": "x"}})
    before = (folder / "map-shop.json").read_text()
    with open_state(Path(state[1]), state[3]) as opened, opened.store.outside() as connection:
        connection.execute("UPDATE avow.invitation SET person = 'marc'")
    result = run("--patch", *state)
    assert result.exit_code == Exit.REFUSED
    assert "AV547" in result.output
    assert (folder / "map-shop.json").read_text() == before
