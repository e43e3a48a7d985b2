"""Every template of staff uses every field of its context, and every field says what it is."""

from __future__ import annotations

from dataclasses import fields
from typing import get_type_hints

import pytest
from jinja2 import meta

from avow.common.languages import words
from avow.faces.web.console.accounts import AccountsPage
from avow.faces.web.console.erase_together import Together
from avow.faces.web.console.instruction import InstructionPage
from avow.faces.web.console.instructions import Instructions
from avow.faces.web.console.letter import LetterPage
from avow.faces.web.console.letters import Letters
from avow.faces.web.console.request import RequestPage
from avow.faces.web.console.request_answer import AnswerPage
from avow.faces.web.console.request_correct import CorrectPage
from avow.faces.web.console.request_end import EndPage
from avow.faces.web.console.request_enter import EnterPage
from avow.faces.web.console.request_erase import ErasePage
from avow.faces.web.console.request_files import FilesPage
from avow.faces.web.console.request_hand_over import HandOverPage
from avow.faces.web.console.request_outcome import OutcomePage
from avow.faces.web.console.request_redact import RedactPage
from avow.faces.web.console.request_restrict import RestrictPage
from avow.faces.web.console.requests import Requests
from avow.faces.web.console.system_task import TaskPage
from avow.faces.web.console.views import Views
from avow.faces.web.render import HERE, environment, globals_of
from avow.faces.web.signin.enrol import Enrol
from avow.faces.web.signin.sign_in import SignIn

CONTEXTS = {
    "signin/sign_in.html": SignIn,
    "signin/enrol.html": Enrol,
    "staff/requests.html": Requests,
    "staff/request.html": RequestPage,
    "staff/outcome.html": OutcomePage,
    "staff/answer.html": AnswerPage,
    "staff/redact.html": RedactPage,
    "staff/erase_together.html": Together,
    "staff/enter.html": EnterPage,
    "staff/files.html": FilesPage,
    "staff/erase.html": ErasePage,
    "staff/correct.html": CorrectPage,
    "staff/restrict.html": RestrictPage,
    "staff/end.html": EndPage,
    "staff/hand_over.html": HandOverPage,
    "staff/instructions.html": Instructions,
    "staff/instruction.html": InstructionPage,
    "staff/letters.html": Letters,
    "staff/letter.html": LetterPage,
    "staff/accounts.html": AccountsPage,
    "staff/task.html": TaskPage,
    "staff/views.html": Views,
}


@pytest.mark.parametrize(("template", "context"), CONTEXTS.items())
def test_a_template_uses_every_field_of_its_context(template: str, context: type) -> None:
    env = environment("en")
    named = {"frame"}
    for name in (template, "layout.html"):
        source = (HERE / "templates" / name).read_text(encoding="utf-8")
        named |= meta.find_undeclared_variables(env.parse(source))
    assert named - set(globals_of(words("en"))) - {"part"} == {f.name for f in fields(context)}
    for name, hint in get_type_hints(context, include_extras=True).items():
        assert len(hint.__metadata__[0]) > 10, name
