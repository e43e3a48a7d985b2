"""A small house with a notice of its own, and a site that shows it over real HTTP."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from litestar.testing import TestClient

from avow.app import open_state
from avow.declaration.load import load
from avow.faces.cli.main import main
from avow.faces.cli.serve_command import Shown, app_of
from tests.today import today

CHANGED = today() - timedelta(days=3)

STATEMENT = """\
avow: "1"
declaration: house
controller: {name: Example NV, address: "Rue de l'Exemple 1, 1000 Bruxelles",
    phone: +32 2 555 01 02, email: privacy@example.org, officer: dpo@example.org,
    zone: Europe/Brussels, country: BE}
languages: [fr, nl]
people:
  - {person: claire, name: Claire, roles: [author]}
  - {person: marc, name: Marc, roles: [approver]}
  - {person: an, name: An, roles: [approver]}
  - {person: olivier, name: Olivier, roles: [officer]}
notice: {version: "1", changed: "CHANGED", hosts: [HOST], forms: ["HOST/form"],
    pages: {fr: /fr/privacy, nl: /nl/privacy},
    promises: {same-notice: "2.a", linked: "1.b", dated: "2.c", identity: "1.a", group: "1.c",
        no-residue: "Z.1", cookie-list: "Z.2", cookie-settings: "Z.3", no-page-marks: "Z.4"}}
sections: [{section: "1", clauses: ["1.a", "1.b", "1.c"]}, {section: "2", clauses: ["2.a", "2.c"]},
    {section: "10", clauses: ["10.1", "10.2"]}]
clauses: {"1.a": {kind: E}, "1.b": {kind: D}, "1.c": {kind: E}, "2.a": {kind: E}, "2.c": {kind: E},
    "10.1": {kind: E}, "10.2": {kind: E}, "Z.1": {kind: E}, "Z.2": {kind: E}, "Z.3": {kind: E},
    "Z.4": {kind: E}}
recipients:
  - {recipient: sister, clause: "1.c", name: Sister SA, role: group-member, country: BE,
     transfer: none-needed}
rights:
  - {right: exercise-by-email, clause: "10.1", address: privacy@example.org}
  - {right: exercise-by-letter, clause: "10.2", address: "Rue de l'Exemple 1, 1000 Bruxelles"}
"""
TEXT = """\
# 1 {who}

## 1.a
Example NV, Rue de l'Exemple 1, 1000 Bruxelles.
## 1.b
{site}
## 1.c
Sister SA.
# 2 {changes}

## 2.a
{may}
## 2.c
{last}
# 10 {contact}

## 10.1
privacy@example.org
## 10.2
Rue de l'Exemple 1, 1000 Bruxelles
"""
WORDS = {
    "fr": {
        "who": "Qui répond",
        "site": "Ce texte vaut pour le site.",
        "changes": "Modifications",
        "may": "Nous pouvons modifier ce texte.",
        "last": "La date est celle du dernier changement.",
        "contact": "Contact",
    },
    "nl": {
        "who": "Wie antwoordt",
        "site": "Deze tekst geldt voor de site.",
        "changes": "Wijzigingen",
        "may": "Wij mogen deze tekst wijzigen.",
        "last": "De dag is die van de laatste wijziging.",
        "contact": "Contact",
    },
}
LINKING = '<!doctype html><title>x</title><a href="/fr/privacy#top">Vie privée</a>'


@dataclass
class Site:
    """What a host shows: paths to status and bytes, or to the address that they lead to."""

    host: str
    pages: dict[str, bytes | str | int] = field(default_factory=dict)


@contextmanager
def site() -> Iterator[Site]:
    """A site on this machine."""
    pages: dict[str, bytes | str | int] = {}

    class Shows(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = pages.get(self.path, 404)
            if isinstance(found, bytes):
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(found)))
            elif isinstance(found, str):
                self.send_response(302)
                self.send_header("Location", found)
                self.send_header("Content-Length", "0")
            else:
                self.send_response(found)
                self.send_header("Content-Length", "0")
            self.end_headers()
            if isinstance(found, bytes):
                self.wfile.write(found)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Shows)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield Site(f"http://127.0.0.1:{server.server_port}", pages)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class House:
    """A folder with a declaration, a state, and the site of the house."""

    folder: Path
    site: Site
    state: Path
    url: str

    def write(self, old: str = "", new: str = "", *, version: str = "1") -> None:
        """Write the declaration anew, with one piece replaced."""
        text = STATEMENT.replace("HOST", self.site.host).replace("CHANGED", CHANGED.isoformat())
        text = text.replace('version: "1"', f'version: "{version}"')
        assert old in text
        (self.folder / "all.yaml").write_text(text.replace(old, new) if old else text)

    def texts(self, old: str = "", new: str = "") -> None:
        """Write the texts of both languages anew, with one piece replaced where it stands."""
        (self.folder / "texts").mkdir(exist_ok=True)
        for language, words in WORDS.items():
            text = TEXT.format(**words)
            (self.folder / "texts" / f"{language}.md").write_text(text.replace(old, new))

    def avow(self, *words: str, expect: int | None = 0) -> Result:
        """Run a command."""
        done = CliRunner().invoke(main, words, env={"COLUMNS": "140"})
        assert expect is None or done.exit_code == expect, done.output
        return done

    def propose(self, *words: str) -> str:
        """Propose; gives the id."""
        done = self.avow("publish", str(self.folder), "--by", "claire", "--json", *words)
        return str(json.loads(done.output)[0]["id"])

    def publish(self, *words: str) -> str:
        """Propose, and approve as the second person."""
        name = self.propose(*words)
        self.avow("publish", "--approve", name, "--by", "marc")
        return name

    @contextmanager
    def served(self) -> Iterator[TestClient[Any]]:
        """What `avow serve --only-public` serves to everybody."""
        with open_state(self.state, self.url) as opened:
            declaration = load(self.folder).whole
            app = app_of(Shown.PUBLIC, declaration, opened, ("n.example",))
            with TestClient(app, base_url="https://n.example") as client:
                client.follow_redirects = False
                yield client

    def show(self) -> None:
        """Let the site show the edition in force as avow serves it, and link it everywhere."""
        with self.served() as client:
            version = client.get("/.well-known/privacy-notice.json").json()["in-force"]
            for language in WORDS:
                answer = client.get(f"/notice/{version}/{language}/")
                assert answer.status_code == 200
                self.site.pages[f"/{language}/privacy"] = answer.content
        self.site.pages["/"] = self.site.pages["/form"] = LINKING.encode()

    def look(self) -> dict[str, str]:
        """Look at everything, and give the word of each promise."""
        self.avow("verify", str(self.folder), expect=None)
        said = json.loads(self.avow("status", str(self.folder), "--json", expect=None).output)
        return {p["clause"]: p["status"] for p in said["promises"]}
