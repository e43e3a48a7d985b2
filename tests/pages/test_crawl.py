"""A reader who follows every link: nothing is broken, nothing is foreign, nothing is heavy."""

from __future__ import annotations

import re
from typing import Any

from litestar.testing import TestClient

from tests.pages.document import read

LIGHT = 60_000
SAME_AS_FRENCH = re.compile(r"/(nl|en)/promises/(?!5\.)")  # one section in three languages will do


def crawl(client: TestClient[Any], start: str) -> tuple[dict[str, int], dict[str, int], set[str]]:
    """Follow all addresses: status and size by address, and addresses that leave the server."""
    todo, statuses, sizes, foreign = [start], {}, {}, set()
    while todo:
        address = todo.pop()
        if address in statuses or SAME_AS_FRENCH.match(address):
            continue
        answer = client.get(address)
        statuses[address], sizes[address] = answer.status_code, len(answer.content)
        if answer.is_redirect:
            todo.append(answer.headers["location"])
        if answer.headers.get("content-type", "").startswith("text/html"):
            ours, others = addresses(answer.text)
            todo += ours
            foreign |= others
    return statuses, sizes, foreign


def addresses(html: str) -> tuple[list[str], set[str]]:
    """The addresses a page leads to or loads: on this server, and elsewhere."""
    page = read(html)
    found = [node.attributes[name] for name in ("href", "src") for node in page.having(name)]
    ours = [target for target in found if target.startswith("/") and not target.startswith("//")]
    here = ("#", "data:image/svg+xml,")
    sent = {form.attributes["action"] for form in page.all("form")}
    return ours, {t for t in {*found, *sent} - {*ours} if not t.startswith((*here, "/"))}


def test_every_link_resolves_to_a_light_page_of_this_server(client: TestClient[Any]) -> None:
    statuses, sizes, foreign = crawl(client, "/")
    assert foreign == set()
    assert {address for address, status in statuses.items() if status >= 400} == set()
    pages = [address for address in statuses if "/promises/" in address]
    assert len(pages) >= 2 * 143  # each promise in French, each with its twin
    heavy = {
        address
        for address, size in sizes.items()
        if size > LIGHT and address.split("?")[0].split(".json")[0][3:] != "/promises"
    }
    assert heavy == set()


def test_the_crawler_finds_a_planted_fault() -> None:
    """A foreign font and a dead link, planted: both are reported."""

    class Planted:
        def get(self, address: str) -> object:
            import httpx  # noqa: PLC0415 -- only this planted answer needs it

            if address != "/":
                return httpx.Response(404)
            html = '<a href="/dead">x</a><link href="https://fonts.example/a.css">'
            return httpx.Response(200, html=html)

    statuses, _, foreign = crawl(Planted(), "/")  # type: ignore[arg-type]
    assert foreign == {"https://fonts.example/a.css"}
    assert statuses["/dead"] == 404
