"""The words of staff pages about requests: what was looked at and why, beside the closed lists."""

from __future__ import annotations

from collections.abc import Mapping

from avow.common.languages import Words, mark
from avow.duties.assurance.wording import ROLES
from avow.duties.requests import called
from avow.engine.accounts.views import Kind, Why

WORDS: Mapping[str, str] = {
    f"view-{Kind.IDENTITY}": mark("who the person is"),
    f"view-{Kind.WORDS}": mark("what was said"),
    f"why-{Why.IDENTIFY}": mark("to find out who they are"),
    f"why-{Why.ANSWER}": mark("to answer"),
    f"why-{Why.REVIEW}": mark("to review the work"),
}


def request_word(code: str, words: Words) -> str:
    """What a word of the closed lists is called; itself where it is none of them."""
    own = ROLES.get(code) or WORDS.get(code)
    return words.say(own) if own else called.word_of(code, words)
