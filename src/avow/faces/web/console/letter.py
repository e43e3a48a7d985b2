"""One kind of letter in every language, as a person gets it, with values that are made up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from avow.common.languages import LANGUAGES, NAMES
from avow.duties.correspondence.examples import cases, example, kinds
from avow.duties.correspondence.wording import WordingError
from avow.engine.accounts.matrix import Action
from avow.faces.web.console.letters import Kind, house_of, kind_of, own_of
from avow.faces.web.frame import Frame
from avow.faces.web.letter_words import CASES
from avow.faces.web.render import GivenPages
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import StaffDesk
from avow.faces.web.signin.sign_in import GivenStaff


@dataclass(frozen=True, slots=True)
class Shown:
    """A letter in one language. `wrong`: the code of why it cannot be written."""

    language: str
    tongue: str
    subject: str
    text: str
    wrong: str


@dataclass(frozen=True, slots=True)
class Case:
    """The letters of one kind in one case, in every language."""

    title: str
    letters: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class LetterPage:
    """The context of the page of one kind of letter."""

    frame: Annotated[Frame, "what surrounds the page"]
    kind: Annotated[Kind, "what it is and when it is written"]
    cases: Annotated[tuple[Case, ...], "the usual letter first"]


@get("/{language:str}/letters/{kind_id:str}", sync_to_thread=True, action=Action.SEE_STATUS)
def letter(
    request: Asked, language: FromPath[str], kind_id: FromPath[str], pages: GivenPages,
    staff: GivenStaff,
) -> Response[bytes]:  # fmt: skip
    """Show a kind of letter. Raises NotFoundException for one that there is not."""
    frame = pages.frame(request, language, "letters")
    name = kind_id.removesuffix(".json")
    if name not in kinds():
        raise NotFoundException(name)
    ordered = sorted(LANGUAGES, key=lambda each: each != language)
    shown = tuple(
        Case(CASES.get(case, case), tuple(_shown(staff, name, case, each) for each in ordered))
        for case in cases(name)
    )
    page = LetterPage(frame, kind_of(staff, name), shown)
    return pages.answer(request, "staff/letter.html", page)


def _shown(staff: StaffDesk, kind: str, case: str, language: str) -> Shown:
    try:
        found = example(
            kind, case, language, **house_of(staff.book.declaration), own=own_of(staff)
        ).words
    except WordingError as problem:
        return Shown(language, NAMES[language], "", "", problem.code)
    return Shown(language, NAMES[language], found.subject, found.text, "")
