"""A customer of the made-up Clearnox asks what is known of them, and gets one answer in Dutch."""

from __future__ import annotations

import io
import json
import os
import re
import stat
import time
import zipfile
from pathlib import Path

import psycopg
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from avow.duties.requests import steps
from avow.duties.requests.book import Arrival, Asking, Person, Said, open_request, read, take
from avow.duties.requests.words import Channel, Outcome, Right, Rung, Status
from avow.faces.cli.desk import opened
from avow.faces.cli.main import main
from tests.acceptance.test_requests import Town, avow, town

__all__ = ["town"]
BY = ("--as", "marc")


def state() -> tuple[Path, str]:
    """Where the state of the town lies."""
    return Path(os.environ["AVOW_STATE"]), os.environ["AVOW_DATABASE_URL"]


def asked(email: str, language: str, *rights: Right) -> str:
    """A request of a person who is known and whose rows are accepted; gives its id."""
    person = Person(name="Jan Janssens", language=language, email=email)
    with opened(*state()) as desk:
        book, now = desk.book, desk.now()
        items = tuple(Asking(1, right) for right in rights)
        arrival = Arrival(Channel.EMAIL, now, language, (person,), items)
        request = open_request(book, arrival, by="avow", at=now).id
        shown = steps.IdentityShown(person=1, rung=Rung.KNOWN_ADDRESS)
        take(book, request, [Said(shown)], by="marc", at=now)
    done = CliRunner().invoke(main, ("request", "rows", request, "--accept-all", *BY))
    assert done.exit_code in (0, 1), done.output
    decided = [
        Said(steps.Decided(item=n, outcome=Outcome.ACCEPTED)) for n, _ in enumerate(rights, 1)
    ]
    with opened(*state()) as desk:
        take(desk.book, request, decided, by="marc", at=desk.now())
    return request


def answered(request: str, out: Path) -> dict[str, bytes]:
    """The whole way by commands; gives the files of the package."""
    said = avow("request", "answer", "begin", request, *BY).output
    found = re.search(r"answer-[a-z2-7]{26}", said)
    assert found is not None
    answer = found.group()
    listed = CliRunner().invoke(main, ("request", "redact", answer))
    if listed.exit_code:
        avow("request", "redact", answer, "--hide", "rights-of-others", *BY)
    avow("request", "answer", "draft", answer, *BY)
    refused = avow("request", "answer", "send", answer, "mail", *BY, expect=3)
    assert "AV619" in refused.output
    avow("request", "answer", "review", answer, "--as", "an")
    avow("request", "answer", "write", answer, "package", str(out), *BY)
    avow("request", "answer", "send", answer, "mail", *BY)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    with zipfile.ZipFile(io.BytesIO(out.read_bytes())) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_customer_gets_a_whole_answer(town: Town) -> None:
    """Eight items, the data of three systems, the part to take along with its schema, the proof."""
    with psycopg.connect(town.urls["app"]) as owner:
        row = owner.execute(
            "SELECT email FROM account WHERE deleted_at IS NULL ORDER BY id LIMIT 1"
        ).fetchone()
    assert row is not None
    request = asked(row[0], "nl", Right.ACCESS, Right.PORTABILITY)
    before = time.monotonic()
    files = answered(request, town.home / "answer.zip")
    assert time.monotonic() - before < 30
    page = files["answer.html"].decode()
    assert row[0] in page
    for part in ("Waarvoor wij uw gegevens gebruiken", "de dienst", "Waar u een klacht"):
        assert part in page
    assert "autoriteprotectiondonnees.be" in page
    assert "cnil.fr" in page
    data, schema = (json.loads(files[f"portable/{n}.json"]) for n in ("data", "schema"))
    assert Draft202012Validator(schema).is_valid(data)
    assert data["datasets"]
    with opened(*state()) as desk:
        status = read(desk.book, request).status
    assert status is Status.ANSWERED
    if kept := os.environ.get("AVOW_SHOW"):
        for name, content in files.items():
            (Path(kept) / name.replace("/", "_")).write_bytes(content)


def test_a_subscriber_hears_nothing_of_invoices(town: Town) -> None:
    """Who only reads the newsletter: no word of accounts, invoices or calls."""
    with psycopg.connect(town.urls["marketing"]) as owner:
        row = owner.execute(
            "SELECT email FROM newsletter_subscriber ORDER BY id LIMIT 1"
        ).fetchone()
    assert row is not None
    page = answered(asked(row[0], "fr", Right.ACCESS), town.home / "letter.zip")[
        "answer.html"
    ].decode()
    for word in ("factur", "Zoom", "Zendesk", "Ringover", "contrat l’exige"):
        assert word not in page, word
    assert "À quoi servent vos données" in page


def test_the_promises_are_answered_by_verify(town: Town) -> None:
    """After the answers above: kept where everything was seen. Whether the link of the authority
    leads there is known only with a network, so nothing is said of 9.11 here."""
    folder = str(town.home / "declaration")
    CliRunner().invoke(main, ("verify", folder))
    done = CliRunner().invoke(main, ("status", folder, "--json"))
    found = {p["clause"]: p["status"] for p in json.loads(done.stdout)["promises"]}
    assert {found[c] for c in ("9.1", "9.5", "9.10-a")} == {"kept"}
