"""Every note of a request has words: what is written in the code of the program is looked through,
so that no code is shown to people in its place."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType

import pytest

from avow.common.languages import LANGUAGES, words
from avow.duties.requests.acting.rectifying import Stays
from avow.duties.requests.called import NOTES, note_word
from avow.duties.requests.files import ADDED
from avow.duties.requests.intake import receiving
from avow.duties.requests.tasks.machine import Outcome

SOURCE = Path(__file__).parents[2] / "src"
VARIED: Mapping[str, Iterable[str]] = {"what": ADDED, "why": Stays, "said.outcome": Outcome}
"""What the variable part of a code may be, where it stands before the dot."""
LISTED = {receiving.HANDED_ON, receiving.UNANSWERED, receiving.UNKNOWN_ARRIVAL, "advice", "note",
          "attachments-in-the-message-only", "could-not-be-taken-apart", "known-facts-answered",
          "message-cut", "sender-checked"}  # fmt: skip
"""What is noted by a name that was given its code elsewhere."""


def codes(node: ast.expr, module: ModuleType) -> Iterator[str]:
    """The codes, up to a dot, that an expression may be."""
    match node:
        case ast.Constant(value=str(text)):
            yield text.partition(".")[0]
        case ast.Name(id=name) if isinstance(found := getattr(module, name, None), str):
            yield found.partition(".")[0]
        case ast.IfExp():
            yield from (*codes(node.body, module), *codes(node.orelse, module))
        case ast.JoinedStr():
            before = [""]
            for part in node.values:
                inner = part.value if isinstance(part, ast.FormattedValue) else part
                known = tuple(codes(inner, module)) or tuple(VARIED.get(ast.unparse(inner), ()))
                before = [one + str(more) for one in before for more in known] or before
                if isinstance(inner, ast.Constant) and "." in str(inner.value):
                    break
            yield from before


def noted() -> dict[str, str]:
    """Every code that the program notes with a request, and where."""
    found = dict.fromkeys(LISTED, "a list")
    for path in SOURCE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if "Noted(what=" not in text:
            continue
        module = importlib.import_module(".".join(path.relative_to(SOURCE).with_suffix("").parts))
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Noted":
                given = (k.value for k in node.keywords if k.arg == "what")
                found |= {code: path.name for each in given for code in codes(each, module)}
    return found


def test_every_note_has_words_and_none_is_left_over() -> None:
    assert set(noted()) == set(NOTES), set(noted()) ^ set(NOTES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_code_is_shown_in_place_of_words(language: str) -> None:
    spoken = words(language)
    assert [code for code in NOTES if note_word(code, spoken) == code] == []


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("acknowledged", "the receipt was written"),
        ("added-by-person.2", "the person added something"),
        ("erasure-goes-on.shop", "a hold ended and the erasure goes on (shop)"),
        ("known-facts-answered.1.2-of-3", "the questions were answered"),
        ("something-new", "something-new"),
    ],
)
def test_what_follows_a_dot_is_shown_where_it_says_something(code: str, said: str) -> None:
    assert note_word(code, words("en")) == said
