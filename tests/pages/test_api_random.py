"""Whatever a program sends that fits or breaks the description: no answer is a fault of ours."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode

from avow.duties.assurance.standing import Standing
from avow.duties.requests.words import Right
from avow.engine.accounts import tokens
from avow.engine.accounts.tokens import Scope
from avow.engine.db.store import Store
from avow.faces.web.api.application import api_app
from avow.faces.web.api.desk import ApiDesk
from tests.requests_room import Office

TRIES = settings(
    max_examples=30,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def described(store: Store) -> schemathesis.BaseSchema:
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


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_no_message_makes_it_fail(described: schemathesis.BaseSchema, mode: GenerationMode) -> None:
    answers: Counter[int] = Counter()
    for result in described.get_all_operations():
        operation = result.ok()  # type: ignore[union-attr]
        if mode is GenerationMode.NEGATIVE and operation.method == "get":
            continue  # nothing is sent, so nothing about it can be wrong

        @TRIES
        @given(case=operation.as_strategy(generation_mode=mode))
        def tried(case: schemathesis.Case[Any]) -> None:
            answer = case.call()
            answers[answer.status_code] += 1
            assert answer.status_code < 500, (case.method, case.path, answer.text)

        tried()
    assert sum(answers.values()) > 50
    if mode is GenerationMode.POSITIVE:
        assert answers[200] + answers[201], "messages that fit are taken"
    else:
        assert answers[400] + answers[404], "messages that break it are refused"
