"""Clauses 9.1, 9.5, 9.10-a and 9.11: who asks for a copy gets all of it in time, may take along
what they gave, learns nothing of others, and hears where to complain; `avow verify` sees each of
these broken."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from avow.duties.requests.answering import drafting, marks, packing, portable
from tests.kept_room import CLAIRE, Kept, made
from tests.today import today

FRIEND = "two.friend@mail.example"
"""The address of somebody else, which stands in a message of the first person."""


@pytest.fixture
def shop(
    postgres_url: str, tmp_path: Path, state_url: str, monkeypatch: pytest.MonkeyPatch
) -> Kept:
    return made(postgres_url, tmp_path, state_url, monkeypatch.setenv)


def decided(shop: Kept, *asks: str) -> str:
    """A request of the first person, known and accepted."""
    request = shop.called(*asks)
    shop.known(request)
    for item, _ in enumerate(asks, 1):
        shop.says("request", "decide", request, str(item), "--as-proposed", *CLAIRE)
    return request


def answered(shop: Kept, request: str, *last: str) -> dict[str, bytes]:
    """The copy drawn, what is another's hidden, looked through, sent; what is in the package."""
    said = shop.says("request", "answer", "begin", request, *CLAIRE, ends=None).output
    answer = next(word.strip("`:,.") for word in said.split() if word.startswith("answer-"))
    shop.says("request", "redact", answer, "--hide", "rights-of-others", *CLAIRE, ends=None)
    shop.says("request", "answer", "draft", answer, *last, *CLAIRE, ends=None)
    shop.says("request", "answer", "review", answer, "--as", "marc")
    out = shop.folder / f"{answer}.zip"
    shop.says("request", "answer", "write", answer, "package", str(out), *CLAIRE)
    shop.says("request", "deliver", answer, *CLAIRE)
    with zipfile.ZipFile(io.BytesIO(out.read_bytes())) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def everything(shop: Kept) -> list[object]:
    """Every row of the shop."""
    return [shop.run(f"SELECT * FROM {name} ORDER BY id") for name in ("buyer", "message")]


def test_a_copy_is_whole_and_says_nothing_of_others(shop: Kept) -> None:
    """Given a person with a row and a message that names a neighbour, when they ask for a copy and
    for what they may take along, then both are in the package, the neighbour is not, the file fits
    its schema, and the letter says where to complain. The rows are as they were."""
    before = everything(shop)
    files = answered(shop, decided(shop, "access", "portability"))
    page = files["answer.html"].decode()
    assert "p1@example.org" in page
    assert "please send it to my neighbour" in page
    assert not [name for name, data in files.items() if FRIEND.encode() in data]
    assert "p2@example.org" not in page
    data, schema = (json.loads(files[f"portable/{name}.json"]) for name in ("data", "schema"))
    assert Draft202012Validator(schema).is_valid(data)
    assert data["datasets"]
    assert "https://www.dataprotectionauthority.be" in page
    assert everything(shop) == before
    assert shop.verified("9.1", "9.5", "9.10-a", "9.11") == {
        "requests.in-time": "pass",
        "requests.tasks-in-time": "pass",
        "answers.whole": "pass",
        "answers.held": "pass",
        "answers.portable": "pass",
        "answers.others": "pass",
        "answers.complaint": "pass",
        "answers.link": "blind",
    }


def test_a_request_that_nobody_answered_in_a_month_is_red(shop: Kept) -> None:
    """Planted: a letter of forty days ago was found in a drawer today."""
    shop.file("who.json", '{"name": "One", "email": "p1@example.org", "language": "en"}')
    arrived = (today() - timedelta(days=45)).isoformat()
    shop.says("request", "receive", "letter", "--arrived", arrived, "--ask", "access", "--who",
              str(shop.folder / "who.json"), *CLAIRE)  # fmt: skip
    assert shop.verified("9.1")["requests.in-time"] == "fail"


def test_a_copy_that_was_left_partial_is_red(shop: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: the shop was away when the copy was drawn, and somebody said that no more comes."""
    request = decided(shop, "access")
    monkeypatch.setenv("SHOP", "postgresql://nobody@127.0.0.1:1/shop")
    answered(shop, request, "--last")
    monkeypatch.setenv("SHOP", shop.url)
    assert shop.verified("9.1")["answers.whole"] == "fail"


def test_a_file_that_is_not_as_its_schema_is_red(
    shop: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: whoever writes the file adds a column that the schema does not know."""
    plain = portable.as_json

    def crooked(*told: object) -> dict[str, object]:
        said = plain(*told)  # type: ignore[arg-type]
        said["datasets"][0]["rows"][0]["more"] = 1
        return said

    monkeypatch.setattr(packing, "as_json", crooked)
    answered(shop, decided(shop, "access", "portability"))
    assert shop.verified("9.5")["answers.portable"] == "fail"


def test_a_copy_that_tells_of_somebody_else_is_red(
    shop: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: nothing was taken out, and the last look before it is kept was left out."""
    monkeypatch.setattr(marks, "without", lambda value, *_: value)
    monkeypatch.setattr(drafting, "_look_for_others", lambda *_: None)
    files = answered(shop, decided(shop, "access"))
    assert FRIEND in files["answer.html"].decode()
    assert shop.verified("9.10-a")["answers.others"] == "fail"


def test_a_letter_that_hides_where_to_complain_is_red(
    shop: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: the part about complaints is left out of the page."""
    monkeypatch.setattr("avow.duties.requests.answering.eight._complaint", lambda *_: iter(()))
    answered(shop, decided(shop, "access"))
    assert shop.verified("9.11")["answers.complaint"] == "fail"
