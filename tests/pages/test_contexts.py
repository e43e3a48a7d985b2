"""Every page shows a documented context: no fact without a meaning, none that is not shown."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import pytest
from jinja2 import meta
from litestar.testing import TestClient

from avow.common.languages import words
from avow.faces.web.console.notice import NoticePage
from avow.faces.web.console.patterns import Patterns
from avow.faces.web.console.plan import Plan
from avow.faces.web.console.plans import Plans
from avow.faces.web.console.promise import Promise
from avow.faces.web.console.promises import Promises
from avow.faces.web.console.refused import Refused
from avow.faces.web.console.stop import StopPage
from avow.faces.web.console.today import Today
from avow.faces.web.frame import Frame
from avow.faces.web.render import HERE, environment, globals_of
from tests.pages.conftest import LANGUAGES, PATHS

CONTEXTS: dict[str, type] = {
    "today.html": Today,
    "promises.html": Promises,
    "promise.html": Promise,
    "plans.html": Plans,
    "plan.html": Plan,
    "notice.html": NoticePage,
    "stop.html": StopPage,
    "patterns.html": Patterns,
    "refused.html": Refused,
}
TWINS = {
    "/today": Today,
    "/promises": Promises,
    "/promises/5.z": Promise,
    "/plans": Plans,
    "/plans/P-0214": Plan,
    "/notice": NoticePage,
    "/stop": StopPage,
    "/patterns": Patterns,
}


def asked_by(template: str) -> set[str]:
    """The names a template and its layout take from outside."""
    env = environment("en")
    source = (HERE / "templates" / template).read_text(encoding="utf-8")
    return meta.find_undeclared_variables(env.parse(source)) - set(globals_of(words("en")))


@pytest.mark.parametrize(("template", "context"), CONTEXTS.items())
def test_a_template_uses_every_field_of_its_context_and_no_other_name(
    template: str, context: type[Any]
) -> None:
    # `frame` is also what the layout shows; `part` is the file of components it imports.
    named = asked_by(template) | asked_by("layout.html")
    assert named - {"part"} == {field.name for field in fields(context)}


@pytest.mark.parametrize("context", [*CONTEXTS.values(), Frame])
def test_every_field_is_documented_and_frozen(context: type[Any]) -> None:
    assert is_dataclass(context)
    assert context.__dataclass_params__.frozen  # type: ignore[attr-defined]
    for name, hint in get_type_hints(context, include_extras=True).items():
        assert get_origin(hint) is Annotated, f"{context.__name__}.{name} has no meaning"
        assert len(get_args(hint)[1]) > 10


def test_each_template_has_a_context() -> None:
    found = {path.name for path in (HERE / "templates").glob("*.html")}
    assert found == {*CONTEXTS, "layout.html", "parts.html"}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_renders_in_every_language(
    language: str, path: str, client: TestClient[Any]
) -> None:
    answer = client.get(f"/{language}{path}")
    assert answer.status_code == (404 if path == "/no-such-page" else 200)
    assert answer.headers["content-language"] == language
    assert f'<html lang="{language}">' in answer.text


@pytest.mark.parametrize(("path", "context"), TWINS.items())
def test_every_page_has_a_json_twin_with_the_same_facts(
    path: str, context: type[Any], client: TestClient[Any]
) -> None:
    by_suffix = client.get(f"/en{path}.json")
    by_wish = client.get(
        f"/en{path.removesuffix('/today')}", headers={"accept": "application/json"}
    )
    assert by_suffix.headers["content-type"] == "application/json"
    assert set(by_suffix.json()) == {field.name for field in fields(context)}
    assert set(by_wish.json()) == set(by_suffix.json())


def test_the_twin_of_a_filtered_page_is_filtered(client: TestClient[Any]) -> None:
    rows = client.get("/en/promises.json?status=broken").json()["rows"]
    assert {row["promise"]["clause"] for row in rows} == {"5.z", "6.e", "9.1"}
