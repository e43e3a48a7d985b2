"""The pages of a made-up house, served in this process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from avow.faces.web.application import web_app
from tests.pages.house import HouseSource

HOST = "testserver.local"
LANGUAGES = ("fr", "nl", "en")
PATHS = (
    "",
    "/promises",
    "/promises/5.z",
    "/promises/9.1",
    "/plans",
    "/plans/P-0214",
    "/notice",
    "/stop",
    "/patterns",
    "/no-such-page",
)


@pytest.fixture
def source() -> HouseSource:
    """A fresh source, which remembers what the pages asked of it."""
    return HouseSource()


@pytest.fixture
def client(source: HouseSource) -> Iterator[TestClient[Litestar]]:
    """The console over that source; redirects are looked at, not followed."""
    with TestClient(web_app(source, hosts=(HOST,)), base_url=f"http://{HOST}") as client:
        client.follow_redirects = False
        yield client


@pytest.fixture(scope="module")
def pages() -> dict[tuple[str, str], str]:
    """Every page in every language, with a stop in effect so that all parts are there."""
    source = HouseSource()
    source.stop("phone")
    with TestClient(web_app(source, hosts=(HOST,)), base_url=f"http://{HOST}") as client:
        return {
            (language, path): client.get(f"/{language}{path}").text
            for language in LANGUAGES
            for path in PATHS
        }
