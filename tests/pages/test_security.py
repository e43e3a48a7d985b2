"""The rules of the browser: strict headers, forms only from our own pages, one host name."""

from __future__ import annotations

from typing import Any

import pytest
from litestar.testing import TestClient

from avow.faces.web.render import STYLE_URL
from tests.pages.conftest import HOST, PATHS
from tests.pages.house import PLAN, HouseSource

OURS = {"sec-fetch-site": "same-origin", "origin": "null"}


@pytest.mark.parametrize("path", [*(f"/en{path}" for path in PATHS), STYLE_URL, "/", "/none/x/y"])
def test_every_answer_has_the_headers_and_sets_no_cookie(
    path: str, client: TestClient[Any]
) -> None:
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in headers


def test_pages_are_never_cached_and_the_style_for_ever(client: TestClient[Any]) -> None:
    assert client.get("/en").headers["cache-control"] == "no-store"
    assert "immutable" in client.get(STYLE_URL).headers["cache-control"]
    assert client.get("/static/0123456789abcdef/avow.css").status_code == 404
    assert client.get("/static/a/avow.css").status_code == 404


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin", "origin": "null"}, 303),
        ({"sec-fetch-site": "same-origin", "origin": f"http://{HOST}"}, 303),
        ({"origin": f"http://{HOST}"}, 303),
        ({"sec-fetch-site": "cross-site", "origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": f"http://{HOST}"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "none"}, 403),
        ({"sec-fetch-site": "same-origin", "origin": "http://evil.example"}, 403),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": f"http://{HOST}.evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({}, 403),
    ],
)
def test_a_form_is_taken_only_from_our_own_pages(
    headers: dict[str, str], status: int, client: TestClient[Any], source: HouseSource
) -> None:
    assert client.post("/en/stop/now", headers=headers).status_code == status
    assert len(source.stops()) == (1 if status == 303 else 0)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", f"{HOST}.evil.example", ""])
def test_a_foreign_host_name_is_refused(
    host: str, client: TestClient[Any], source: HouseSource
) -> None:
    """A name of somebody else, pointed at our address, reaches neither page nor button."""
    foreign = {"host": host, "sec-fetch-site": "same-origin"}
    assert client.get("/en", headers=foreign).status_code == 400
    assert client.post("/en/stop/now", headers=foreign).status_code == 400
    assert source.stops() == ()


def test_the_port_is_no_part_of_the_name(client: TestClient[Any]) -> None:
    assert client.get("/en", headers={"host": f"{HOST}:8443"}).status_code == 200


def test_a_form_that_is_too_large_is_refused(client: TestClient[Any], source: HouseSource) -> None:
    answer = client.post("/en/stop/now", data={"system": "x" * 30_000}, headers=OURS)
    assert answer.status_code == 413
    assert source.stops() == ()


def test_an_approval_signs_the_digest_that_was_shown(
    client: TestClient[Any], source: HouseSource
) -> None:
    """Post, redirect, get; the code is in neither the address nor the page that follows."""
    form = {"digest": PLAN.digest, "person": "marc", "code": "right"}
    answer = client.post("/fr/plans/P-0214/approve", data=form, headers=OURS)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/fr/plans/P-0214?told=approved"
    assert source.approved == [("P-0214", PLAN.digest, "marc")]
    page = client.get(answer.headers["location"]).text
    assert "Approuvé. Le plan peut s&#39;exécuter." in page
    assert 'value="right"' not in page


@pytest.mark.parametrize(
    ("change", "told"),
    [({"digest": "sha256:other"}, "plan-changed"), ({"code": "wrong"}, "unknown-person")],
)
def test_a_refused_approval_says_so_and_does_nothing(
    change: dict[str, str], told: str, client: TestClient[Any], source: HouseSource
) -> None:
    form = {"digest": PLAN.digest, "person": "marc", "code": "right", **change}
    answer = client.post("/nl/plans/P-0214/approve", data=form, headers=OURS)
    assert answer.headers["location"].endswith(f"?told={told}")
    assert source.approved == []
    assert 'class="notice bad"' in client.get(answer.headers["location"]).text


def test_what_is_told_is_a_code_and_never_the_words_of_the_address(
    client: TestClient[Any],
) -> None:
    assert "Your account" not in client.get("/en/stop?told=Your+account+is+locked").text


def test_a_search_is_shown_escaped(client: TestClient[Any]) -> None:
    page = client.get("/en/promises?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E").text
    assert "<script" not in page
    assert "&#34;&gt;&lt;script&gt;" in page


@pytest.mark.parametrize("path", ["/de", "/de/promises", "/en/promises/99.z", "/en/plans/P-9"])
def test_what_does_not_exist_is_not_found(path: str, client: TestClient[Any]) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert 'class="answer"' in answer.text


def test_the_root_leads_to_the_language_of_the_browser(client: TestClient[Any]) -> None:
    answer = client.get("/", headers={"accept-language": "nl-BE, fr;q=0.5"})
    assert (answer.status_code, answer.headers["location"]) == (302, "/nl")
