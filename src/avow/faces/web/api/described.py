"""The description of the interface (OpenAPI 3.1), as exact as the interface is.

What is read from the handlers is corrected where the library says less than is true: a list holds
what it says and nothing else, a pattern is written as ECMA 262 reads it (JSON Schema 2020-12,
6.3.3), a message has no field that is not named. Answers that refuse are all named.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litestar import Request
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.plugins import JsonRenderPlugin

from avow.faces.web.api.shapes import Problem, SeenRequest

PROBLEM = "application/problem+json"
TITLES = {
    400: "the message cannot be read",
    401: "nobody is let in without a token",
    403: "the token does not allow it",
    404: "there is no such thing",
    409: "it cannot be done as things stand",
    413: "the message is too large",
}
"""What each answer that refuses means."""
STRICT = ("Asked", "Identity", "NewAsked", "NewPerson", "NewRequest", "Withdrawn")
"""Messages with a field that is not named are refused."""
REQUEST = "^request-[a-z2-7]{26}$"
"""What the id of a request looks like."""
ONE, BACK = "ApiV1RequestsNameShowOne", "ApiV1RequestsNameWithdrawalWithdraw"


def refusing(*statuses: int) -> dict[int, ResponseSpec]:
    """The answers of a handler that refuse, beside those without a token or its scope."""
    return {
        status: ResponseSpec(Problem, False, TITLES[status], PROBLEM)
        for status in sorted({401, 403, *statuses})
    }


OPENED = {
    200: ResponseSpec(SeenRequest, False, "the request of this key, opened before")
} | refusing(400, 413)


class Exact(JsonRenderPlugin):
    """Gives the description, corrected."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """The description as JSON."""
        return super().render(request, exact(openapi_schema))


def exact(described: Mapping[str, Any]) -> dict[str, Any]:
    """A description that says what is true; the given one stays as it is."""
    found: dict[str, Any] = _exact(described)
    for name in STRICT:
        found["components"]["schemas"][name]["additionalProperties"] = False
    follow: dict[str, Any] = {"parameters": {"name": "$response.body#/request"}}
    for path, methods in found["paths"].items():
        for told in (each for each in methods.values() if "responses" in each):
            for given in told.get("parameters", ()):
                if given["in"] == "path":
                    given["schema"]["pattern"] = REQUEST
            if path == "/api/v1/requests" and "201" in told["responses"]:
                back: dict[str, Any] = {"operationId": BACK, "requestBody": {"items": [1]}}
                links = {"it": {"operationId": ONE} | follow, "taken back": back | follow}
                for status in ("200", "201"):
                    told["responses"][status]["links"] = links
    return found


def _exact(node: Any) -> Any:  # noqa: ANN401 (any JSON)
    if isinstance(node, list):
        return [_exact(each) for each in node]
    if not isinstance(node, Mapping):
        return node
    one_of = node.get("oneOf")
    if isinstance(one_of, list) and {} in one_of and len(one_of) == 2:
        return _exact(one_of[0])  # the rest of a tuple, which the library reads as anything
    found = {key: _exact(each) for key, each in node.items()}
    if isinstance(found.get("pattern"), str):
        found["pattern"] = found["pattern"].replace(r"\A", "^").replace(r"\Z", "$")
    return found
