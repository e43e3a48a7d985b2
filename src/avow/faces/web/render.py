"""From a page context to an answer: HTML by a template, or the same facts as JSON."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from markupsafe import Markup

from avow.common.languages import LANGUAGES, NAMES, SOURCE_LANGUAGE, Words, words
from avow.duties.assurance import wording
from avow.duties.assurance.model import RANK, WORST_FIRST
from avow.duties.requests import called
from avow.engine.accounts.matrix import Action
from avow.engine.accounts.sessions import Signed
from avow.faces.web import incident_views, labels, request_words
from avow.faces.web.frame import Frame, frame
from avow.faces.web.navigation import PAGES
from avow.faces.web.security import Asked
from avow.faces.web.source import ACCEPTED, PageSource

HERE = Path(__file__).parent
STYLE = (HERE / "static" / "avow.css").read_bytes()
STYLE_DIGEST = hashlib.sha256(STYLE).hexdigest()[:16]
STYLE_URL = f"/static/{STYLE_DIGEST}/avow.css"


class PageContext(Protocol):
    """The facts of one page: a frozen dataclass whose first field is the frame."""

    @property
    def frame(self) -> Frame:
        """What surrounds the page."""
        ...


@dataclass(frozen=True, slots=True)
class Pages:
    """Gives every page its frame and its form. Knows the source, holds no state."""

    source: PageSource

    def frame(self, request: Asked, language: str, page: str) -> Frame:
        """The frame of the page, for a language the house offers; else there is no such page."""
        if language not in self.source.house().languages or language not in LANGUAGES:
            raise NotFoundException(language)
        return frame(request, self.source, language, page)

    def answer(
        self, request: Asked, template: str, context: PageContext, status: int = 200
    ) -> Response[bytes]:
        """The page, or its JSON twin where the path ends so or the reader prefers it."""
        if wants_json(request):
            body, kind = msgspec.json.encode(context), "application/json"
        else:
            signed: Signed | None = request.state.get("signed")
            page = to_html(template, context, signed.token if signed else "")
            body, kind = page.encode(), "text/html"
        headers = {"vary": "accept", "content-language": context.frame.language}
        return Response(body, media_type=kind, status_code=status, headers=headers)


GivenPages = NamedDependency[Pages]


def with_twin(
    path: str, show: Callable[..., Response[bytes]], action: Action
) -> tuple[HTTPRouteHandler, ...]:
    """Two handlers: the page at `path`, and its JSON twin at `path.json`, for who may `action`.

    Two, because Litestar wraps a handler with `sync_to_thread` once per path and so breaks it.
    """
    return (
        get(path, sync_to_thread=True, action=action)(show),
        get(f"{path}.json", sync_to_thread=True, action=action)(show),
    )


def wants_json(request: Asked) -> bool:
    """By `.json` at the end of the path, or `Accept: application/json` without HTML."""
    accept = request.headers.get("accept", "")
    plain = "application/json" in accept and "text/html" not in accept
    return request.url.path.endswith(".json") or plain


def to_html(template: str, context: PageContext, csrf: str = "") -> str:
    """Render a page from its context, and the token that its forms carry."""
    fields = {name: getattr(context, name) for name in type(context).__dataclass_fields__}  # type: ignore[attr-defined]
    return environment(context.frame.language).get_template(template).render(fields, csrf=csrf)


@cache
def environment(language: str) -> Environment:
    """The templates with the wording of one language. Everything is escaped."""
    env = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    env.globals.update(globals_of(words(language)))
    return env


def globals_of(spoken: Words) -> Mapping[str, Any]:
    """The functions every template may call."""
    return {
        "_": _escaped(spoken.say),
        "_n": _escaped(spoken.count),
        "day": spoken.day,
        "short_day": spoken.short_day,
        "instant": spoken.instant,
        "ago": spoken.ago,
        "number": spoken.number,
        "say": lambda reason: wording.say(reason, spoken),
        "advise": lambda reason: wording.advise(reason, spoken),
        "place": lambda item: wording.place(item, spoken),
        "word": lambda status: spoken.say(wording.WORDS[status]),
        "mode_word": lambda mode: spoken.say(wording.MODES[mode]),
        "label": lambda code: spoken.say(labels.LABELS.get(code, code)),
        "level_word": lambda level: spoken.say(labels.LEVELS[level]),
        "way": lambda how: spoken.say(labels.WAYS[how]),
        "meaning": lambda kind: (
            spoken.say(labels.MEANINGS[kind]) if kind in labels.MEANINGS else ""
        ),
        "step_word": lambda name: called.step_word(name, spoken),
        "page_word": lambda page: spoken.say(PAGES[page]),
        "note_word": lambda code: called.note_word(code, spoken),
        "request_word": lambda code: request_words.request_word(code, spoken),
        "problem_word": lambda code: request_words.problem_word(code, spoken),
        "incident_word": lambda code: incident_views.incident_word(code, spoken),
        "ask": lambda wanted: labels.ask(wanted, spoken),
        "cause": lambda why: wording.cause(why, spoken),
        "headline": lambda tally: labels.headline(tally.counts, spoken),
        "url": lambda *parts: (
            "/" + "/".join([spoken.language, *(quote(p, safe="") for p in parts)])
        ),
        "style_url": STYLE_URL,
        "language_names": NAMES,
        "source_language": SOURCE_LANGUAGE,
        "all_words": WORST_FIRST,
        "rank": RANK,
        "accepted": ACCEPTED,
    }


def _escaped(say: Callable[..., str]) -> Callable[..., Markup]:
    """Translations are ours and trusted; the facts in them are escaped."""

    def spoken(*arguments: object, **facts: object) -> Markup:
        safe = {name: Markup.escape(str(value)) for name, value in facts.items()}
        return Markup(say(*arguments, **safe))  # noqa: S704 -- facts are escaped above

    return spoken
