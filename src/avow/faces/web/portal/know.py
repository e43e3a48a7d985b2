"""The page that asks what only the person knows: answered once, and the same words afterwards
whatever was right.

The questions do not depend on who is asked, and no page says whether anybody is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from litestar import Response, get, post
from litestar.params import FromPath

from avow.common.masked import Masked
from avow.duties.requests.identity.knowing import answer, questions_of
from avow.duties.requests.identity.questions import Question
from avow.faces.web.asked.desk import TooMany
from avow.faces.web.asked.frame import frame, html
from avow.faces.web.console.plan_approve import Form
from avow.faces.web.portal.follow import spoken_in
from avow.faces.web.portal.knowing import KNOWINGS, choice, sentence
from avow.faces.web.portal.make import PATH, GivenPortal, PortalDesk
from avow.faces.web.security import Asked

NONE = "none"
"""The value of "none of these"."""


@get(f"/{{language:str}}/{PATH}/know/{{token:str}}", sync_to_thread=True)
def know(
    request: Asked, language: FromPath[str], token: FromPath[str], portal: GivenPortal
) -> Response[bytes]:
    """Ask the questions. To look uses nothing: mail servers look at links too."""
    language = spoken_in(language)
    asked = _reached(request, portal, token)
    return _page(portal, language, token, asked, {}) if asked else _gone(request, portal, language)


@post(f"/{{language:str}}/{PATH}/know/{{token:str}}/answers", sync_to_thread=True, status_code=200)
def knew(
    request: Asked, language: FromPath[str], token: FromPath[str], data: Form, portal: GivenPortal
) -> Response[bytes]:
    """Take the answers, once; where one is missing, show the page again with the others in it."""
    language = spoken_in(language)
    asked = _reached(request, portal, token)
    if asked is None:
        return _gone(request, portal, language)
    chosen = [_chosen(each, data.get(f"question-{n}", "")) for n, each in enumerate(asked)]
    if None in chosen:
        return _page(portal, language, token, asked, data, is_sent=True)
    numbers = [None if each == NONE else int(each or NONE) for each in chosen]
    if not answer(portal.book(), Masked(token), numbers, at=portal.clock.now()):
        return _gone(request, portal, language)
    say, house = KNOWINGS[language], portal.book().declaration.controller.name
    around = frame(language, house, PATH)
    return html("portal/told.html", around, title=say.done, lead=say.done_lead, back=None)


def _chosen(question: Question, typed: str) -> str | None:
    """What was chosen; None for nothing, and for what the page does not offer."""
    offered = {NONE, *(str(n) for n in range(len(question.parts)))}
    return typed if typed in offered else None


def _reached(request: Asked, portal: PortalDesk, token: str) -> tuple[Question, ...] | None:
    """The questions of a link that works. Raises TooMany for a reader who guesses."""
    if portal.guesses.is_over(_reader(request), portal.clock.now()):
        raise TooMany
    return questions_of(portal.book(), Masked(token), at=portal.clock.now())


def _reader(request: Asked) -> str:
    return request.client.host if request.client else ""


def _page(
    portal: PortalDesk,
    language: str,
    token: str,
    asked: Sequence[Question],
    data: Mapping[str, str],
    *,
    is_sent: bool = False,
) -> Response[bytes]:
    say, declaration = KNOWINGS[language], portal.book().declaration
    questions = []
    for n, each in enumerate(asked):
        name, text = f"question-{n}", sentence(declaration, language, each)
        picked = _chosen(each, data.get(name, ""))
        answers = [(str(m), choice(language, each, part)) for m, part in enumerate(each.parts)]
        missing = say.missing.format(question=text) if is_sent and picked is None else ""
        questions.append((name, text, [*answers, (NONE, say.none)], picked, missing))
    path = f"{PATH}/know/{token}"
    return html(
        "portal/know.html",
        frame(language, declaration.controller.name, path),
        422 if is_sent else 200,
        say=say,
        questions=questions,
        wrong=[(name, missing) for name, _, _, _, missing in questions if missing],
        action=f"/{language}/{path}/answers",
    )


def _gone(request: Asked, portal: PortalDesk, language: str) -> Response[bytes]:
    """The one page of every link that does not work, which counts as a guess."""
    portal.guesses.note(_reader(request))
    say = KNOWINGS[language]
    around = frame(language, portal.book().declaration.controller.name, PATH)
    return html("portal/told.html", around, 404, title=say.gone, lead=say.gone_lead, back=None)
