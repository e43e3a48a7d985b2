"""The questions of an invitation, at most ten at a time."""

from __future__ import annotations

from urllib.parse import quote

from litestar import Response, get
from litestar.params import FromPath

from avow.common.errors import AvowError
from avow.duties.assurance.source import ClauseText
from avow.engine.evidence.invitations import Invitation
from avow.engine.planner.making import Estate
from avow.engine.planner.release import in_force
from avow.engine.planner.sampling_draw import values
from avow.engine.planner.sampling_kept import of_id
from avow.faces.web.asked.desk import AskedDesk, GivenDesk
from avow.faces.web.asked.frame import AskedFrame, frame, html
from avow.faces.web.asked.map_sheet import MapSheet
from avow.faces.web.asked.sample_sheet import SampleSheet
from avow.faces.web.security import Asked

A_PAGE = 10
"""Questions on one page."""
LONGEST = 400
"""Letters of a value that are shown."""


@get("/{language:str}/ask/{token:str}", sync_to_thread=True)
def begin(
    request: Asked, language: FromPath[str], token: FromPath[str], asked: GivenDesk
) -> Response[bytes]:
    """Show the first page of questions."""
    return _page(request, language, token, asked, 1)


@get("/{language:str}/ask/{token:str}/{page:int}", sync_to_thread=True)
def show(
    request: Asked,
    language: FromPath[str],
    token: FromPath[str],
    page: FromPath[int],
    asked: GivenDesk,
) -> Response[bytes]:
    """Show one page of questions with the answers so far; a page that is not there is the last."""
    return _page(request, language, token, asked, page)


def _page(
    request: Asked, language: str, token: str, asked: AskedDesk, page: int
) -> Response[bytes]:
    invitation = asked.invitation(request, language, token)
    sheet = asked.sheet(invitation, language)
    pages = count_of_pages(sheet.total)
    here = min(max(page, 1), pages)
    numbers = numbers_of(here, sheet.total)
    shown: dict[int, dict[str, str] | None] = {}
    texts: dict[str, ClauseText | None] = {}
    if isinstance(sheet, SampleSheet):
        shown = _values(request, asked, sheet)
        texts = {clause: asked.text(clause, language) for clause in sheet.clauses(numbers)}
    return html(
        sheet.template,
        around(asked, invitation, sheet, token, f"/{here}"),
        sheet=sheet,
        questions=sheet.questions,
        items=sheet.views(numbers),
        page=here,
        pages=pages,
        shown=shown,
        texts=texts,
        is_saved="saved" in request.query_params,
    )


def count_of_pages(total: int) -> int:
    """How many pages so many questions need."""
    return max(1, -(-total // A_PAGE))


def numbers_of(page: int, total: int) -> range:
    """The numbers of the questions on a page."""
    return range((page - 1) * A_PAGE + 1, min(page * A_PAGE, total) + 1)


def base_of(language: str, token: str) -> str:
    """The path of an invitation."""
    return f"/{language}/ask/{quote(token, safe='')}"


def around(
    asked: AskedDesk,
    invitation: Invitation,
    sheet: MapSheet | SampleSheet,
    token: str,
    rest: str,
) -> AskedFrame:
    """The frame of a page of an invitation."""
    language = sheet.spoken.language
    until = sheet.spoken.day(invitation.ends_at.astimezone(asked.now().tzinfo).date())
    base = base_of(language, token)
    path = base.partition("/ask/")[2]
    return frame(language, asked.house.name, f"ask/{path}{rest}", base, until, sheet.questions.name)


def _values(
    request: Asked, asked: AskedDesk, sheet: SampleSheet
) -> dict[int, dict[str, str] | None]:
    """The values of the one row that the reader wants to see, read from the system just now and
    kept nowhere; None where they cannot be read."""
    wanted = request.query_params.get("values", "")
    if not (sheet.questions.shows_values and wanted.isascii() and wanted.isdigit()):
        return {}
    number = int(wanted[:6])
    if not 1 <= number <= sheet.total:
        return {}
    row = sheet.questions.rows[number - 1].number
    try:
        sample = of_id(asked.runs, asked.ring, sheet.questions.sample)
        drawn = next(each for each in sample.rows if each.number == row)
        if not drawn.key:
            return {number: None}
        estate = Estate(in_force(asked.runs), asked.environment)
        found = values(estate, sample, drawn)
    except AvowError:
        return {number: None}
    return {number: {name: _short(value) for name, value in found.items()} or None}


def _short(value: object) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
