"""Whatever a program sends that fits or breaks the description: no answer is a fault of ours."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from avow.duties.assurance.standing import Standing
from avow.duties.requests.book import Book, read
from avow.duties.requests.words import Right
from avow.engine.accounts import tokens
from avow.engine.accounts.tokens import Scope
from avow.engine.db.store import Store
from avow.faces.web.api.application import api_app
from avow.faces.web.api.described import exact
from avow.faces.web.api.desk import ApiDesk
from tests.requests_room import Office

TRIES = settings(
    max_examples=max(15, int(os.environ.get("AVOW_CASES", "0"))),
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def described(store: Store) -> schemathesis.BaseSchema:
    """The description of an office."""
    return description(store)


def description(store: Store) -> schemathesis.BaseSchema:
    """The description of an office in which one person has asked, with a token for everything."""
    office = Office(store)
    office.arrive(Right.ACCESS)
    now = office.clock.now()
    _, secret = tokens.make(store, "x", tuple(Scope), by="an", at=now, life=timedelta(days=9))
    head = {"Authorization": f"Bearer {secret.reveal()}"}
    status = Standing(office.declaration, store, office.clock)
    app = api_app(ApiDesk(lambda: office.book, status, office.clock))
    found = schemathesis.openapi.from_asgi("/api/openapi.json", app, headers=head)
    found.config.update(headers=head)
    return found


EVERY = (
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
    not_a_server_error,
)
"""An answer is held to the description: its status, its kind, every field of it."""


def operations(described: schemathesis.BaseSchema) -> dict[str, Any]:
    """Every operation of the description, by its label."""
    return {each.ok().label: each.ok() for each in described.get_all_operations()}  # type: ignore[union-attr]


def can_be_wrong(operation: Any) -> bool:  # noqa: ANN401 (an operation of a library without types)
    """Whether anything of it is sent that could break the description."""
    return bool(operation.definition.raw.get("parameters")) or operation.method == "post"


def called(
    cases: Any,  # noqa: ANN401 (a strategy of a library without types)
    checks: Sequence[Any],
    seen: Counter[int],
) -> None:
    """Send many messages; count what was answered, and hold each answer to the description."""

    @TRIES
    @given(case=cases)
    def one(case: schemathesis.Case[Any]) -> None:
        answer = case.call()
        seen[answer.status_code] += 1
        case.validate_response(answer, checks=list(checks))

    one()


def tried(described: schemathesis.BaseSchema, mode: GenerationMode) -> dict[str, Counter[int]]:
    """The statuses of every operation that was called; each answer as described."""
    checks = EVERY if mode is GenerationMode.POSITIVE else (*EVERY, negative_data_rejection)
    answers: dict[str, Counter[int]] = {}
    for label, operation in operations(described).items():
        if mode is GenerationMode.NEGATIVE and not can_be_wrong(operation):
            continue
        seen = answers.setdefault(label, Counter())

        called(operation.as_strategy(generation_mode=mode), checks, seen)
    return answers


def test_messages_that_fit_are_answered_as_described(described: schemathesis.BaseSchema) -> None:
    """Every operation of the description is called, and most are taken."""
    answers = tried(described, GenerationMode.POSITIVE)
    assert set(answers) == set(operations(described))
    assert len(answers) == 6
    assert all(sum(each.values()) for each in answers.values())
    for label in ("GET /api/v1/requests", "POST /api/v1/requests", "GET /api/v1/promises"):
        assert answers[label][200] + answers[label][201], (label, "is taken")


def test_messages_that_break_it_are_refused_as_described(
    described: schemathesis.BaseSchema,
) -> None:
    """Whatever of it can be wrong, ids in addresses of pages that are only read too."""
    answers = tried(described, GenerationMode.NEGATIVE)
    wrong = {label for label, each in operations(described).items() if can_be_wrong(each)}
    assert set(answers) == wrong
    assert "GET /api/v1/requests/{name}" in wrong
    assert all(min(each) >= 400 for each in answers.values()), "none was taken"


def test_links_lead_from_a_request_to_it(described: schemathesis.BaseSchema) -> None:
    """What was handed in is shown, and taken back, by the links of the answer."""
    (made,) = (each for label, each in operations(described).items()
               if label == "POST /api/v1/requests")  # fmt: skip
    head = described.config.headers or {}
    body = {"persons": [{"email": "anna@mail.example"}], "asked": [{"right": "access"}]}
    answer = made.Case(
        body=body, media_type="application/json", headers=head | {"Idempotency-Key": "1"}
    ).call()
    assert answer.status_code == 201
    links = made.definition.raw["responses"]["201"]["links"]
    by_id = {each.definition.raw["operationId"]: each for each in operations(described).values()}
    reached = []
    for link in links.values():
        assert link["parameters"] == {"name": "$response.body#/request"}
        more = {"body": link["requestBody"]} if "requestBody" in link else {}
        case = by_id[link["operationId"]].Case(
            path_parameters={"name": answer.json()["request"]},
            **more | ({"media_type": "application/json"} if more else {}),
        )
        said = case.call(headers=head)
        case.validate_response(said, checks=list(EVERY))
        assert said.status_code == 200
        reached.append(said.json()["items"][0]["state"])
    assert reached == ["asked", "withdrawn"]


def more_fields(told: dict[str, Any]) -> None:
    """A field of an answer has another kind."""
    told["components"]["schemas"]["SeenRequest"]["properties"]["overdue"] = {"type": "string"}


def no_404(told: dict[str, Any]) -> None:
    """A status is not named."""
    del told["paths"]["/api/v1/requests/{name}"]["get"]["responses"]["404"]


def other_kind(told: dict[str, Any]) -> None:
    """What refuses is another kind of content."""
    told["paths"]["/api/v1/requests/{name}"]["get"]["responses"]["404"]["content"] = {
        "text/csv": {}
    }


@pytest.mark.parametrize("fault", [more_fields, no_404, other_kind])
def test_a_description_that_is_not_true_is_seen(
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    fault: Callable[[dict[str, Any]], None],
) -> None:
    """The faults: the description says something else than what is answered."""

    def lying(described: Mapping[str, Any]) -> dict[str, Any]:
        told = exact(described)
        fault(told)
        return told

    monkeypatch.setattr("avow.faces.web.api.described.exact", lying)
    with pytest.raises(BaseExceptionGroup):
        tried(description(store), GenerationMode.POSITIVE)


def test_a_message_that_is_taken_though_it_breaks_it_is_seen(
    described: schemathesis.BaseSchema, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fault: whatever id is asked for, the first open request is shown."""

    def any_of_them(book: Book, name: str) -> Any:  # noqa: ANN401 (a request)
        del name
        return read(book, book.runs.run("requests_open")[0]["id"])

    monkeypatch.setattr("avow.faces.web.api.application._known", any_of_them)
    with pytest.raises(BaseExceptionGroup):
        tried(described, GenerationMode.NEGATIVE)
