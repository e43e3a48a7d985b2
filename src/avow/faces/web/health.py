"""Whether the service works, and its counts, for machines; no personal data and no names."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from litestar import Litestar, Response, get
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from avow.common.clock import Clock
from avow.engine.db.store import Runs

LATE = timedelta(hours=26)
"""After this a round of a day was missed."""
FORMAT = "text/plain; version=0.0.4; charset=utf-8"
"""The text format of Prometheus."""
PATHS = frozenset({"/health", "/metrics"})


def watched(app: ASGIApp, runs: Runs, clock: Clock, api: ASGIApp | None = None) -> ASGIApp:
    """The application with what is for machines before it: two addresses, and the interface under
    `/api` where there is one."""
    beside = health_app(runs, clock)

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"] if scope["type"] == ScopeType.HTTP else ""
        if path in PATHS:
            await beside(scope, receive, send)
        elif api is not None and path.startswith("/api/"):
            await api(scope, receive, send)
        else:
            await app(scope, receive, send)

    return answer


def health_app(runs: Runs, clock: Clock) -> Litestar:
    """`/health` and `/metrics`: no personal data, no names, no session, nothing to change."""

    @get("/health", sync_to_thread=True)
    def health() -> Response[bytes]:
        wrong = wrong_with(runs, clock)
        said = ("\n".join(wrong) or "ok").encode()
        return Response(said, media_type="text/plain", status_code=503 if wrong else 200)

    @get("/metrics", sync_to_thread=True)
    def metrics() -> Response[bytes]:
        return Response(exposed(runs).encode(), headers={"content-type": FORMAT})

    return Litestar([health, metrics], openapi_config=None, logging_config=None)


def wrong_with(runs: Runs, clock: Clock) -> list[str]:
    """Why the service is not well, in words; empty when it is."""
    now = clock.now()
    found = []
    for row in runs.run("rounds"):
        if row["failures"] > 1:
            found.append(f"round {row['name']} failed {row['failures']} times ({row['code']})")
        elif row["done_at"] is not None and now - row["done_at"] > LATE:
            found.append(f"round {row['name']} was not done since {row['done_at']:%Y-%m-%d %H:%M}")
    return found


def exposed(runs: Runs) -> str:
    """Every figure, one line each."""
    lines = []
    requests = Counter(row["status"] for row in runs.run("requests_open"))
    lines += _family("avow_requests_open", "Open requests by status.", "status", requests)
    letters: Counter[str] = Counter()
    for row in runs.run("letters_counted"):
        letters[row["state"]] += row["letters"]
    lines += _family("avow_letters", "Letters by state.", "state", letters)
    failures = Counter({row["name"]: row["failures"] for row in runs.run("rounds")})
    lines += _family(
        "avow_round_failures", "Failures of a round since it last succeeded.", "round", failures
    )
    return "\n".join(lines) + "\n"


def _family(name: str, about: str, label: str, values: Counter[str]) -> list[str]:
    """One figure with its values; labels are words of closed lists and need no escaping."""
    head = [f"# HELP {name} {about}", f"# TYPE {name} gauge"]
    return [*head, *(f'{name}{{{label}="{key}"}} {n}' for key, n in sorted(values.items()))]
