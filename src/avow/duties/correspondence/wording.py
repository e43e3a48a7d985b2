"""The words of letters: text files with places for values, one per kind and language.

A file `KIND.LANGUAGE.txt` begins with `Subject: …`, then an empty line and the text. Values stand
in `{{ names }}`. An organisation's own files take the place of ours, file by file.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from jinja2 import StrictUndefined, TemplateError, UndefinedError, meta
from jinja2.sandbox import SandboxedEnvironment

from avow.common.errors import AvowError
from avow.common.languages import LANGUAGES
from avow.duties.correspondence.letters import Words

_NAME = re.compile(r"([a-z][a-z0-9-]{0,39})\.([a-z]{2})\.txt")
_HEAD = "Subject: "
_ENGINE = SandboxedEnvironment(
    undefined=StrictUndefined,
    autoescape=False,  # plain text: there is nothing to escape
    keep_trailing_newline=False,
    trim_blocks=True,
    lstrip_blocks=True,
)


class WordingError(AvowError):
    """The words of a letter cannot be used (AV624, AV625)."""

    code = "AV624"


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one kind in one language, with places for values."""

    kind: str
    language: str
    subject: str
    text: str

    @property
    def names(self) -> frozenset[str]:
        """The values it asks for."""
        found = (
            meta.find_undeclared_variables(_ENGINE.parse(t)) for t in (self.subject, self.text)
        )
        return frozenset().union(*found)

    def said(self, values: Mapping[str, object]) -> Words:
        """The letter with its values. Raises WordingError AV625 when one is missing.

        A value can break no line of the head: in a subject every break and control character is a
        space.
        """
        try:
            subject = _ENGINE.from_string(self.subject).render(values)
            text = _ENGINE.from_string(self.text).render(values)
        except UndefinedError:
            raise self._wanting(frozenset(values)) from None
        except TemplateError as error:
            raise _unreadable(f"{self.kind}.{self.language}.txt", type(error).__name__) from None
        return Words(one_line(subject), text.strip() + "\n")

    def _wanting(self, given: frozenset[str]) -> WordingError:
        missing = (
            ", ".join(f"`{name}`" for name in sorted(self.names - given)) or "a part of a value"
        )
        return WordingError(
            f"the letter `{self.kind}` in `{self.language}` asks for {missing}, which nobody gave",
            help="take it out of the text, or ask for a value that this kind of letter has",
            code="AV625",
        )


def one_line(text: str) -> str:
    """The text as one line: what breaks a line or controls a machine is a space."""
    plain = (" " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c for c in text)
    return " ".join("".join(plain).split())


def wording(kind: str, language: str, own: Path | None = None) -> Wording:
    """The words of a kind of letter; those in the folder `own` come first.

    Raises:
        WordingError: AV624, there are none in this language, or they cannot be read.
    """
    name = f"{kind}.{language}.txt"
    if not _NAME.fullmatch(name):
        raise WordingError(f"`{name}` is no name of a letter's words")
    for place in (own, resources.files("avow.duties.correspondence").joinpath("templates")):
        file = place.joinpath(name) if place is not None else None
        if file is not None and file.is_file():
            return parsed(kind, language, _text(name, file.read_bytes()))
    raise WordingError(
        f"there are no words for the letter `{kind}` in `{language}`",
        help=f"write `{name}`: a line `Subject: …`, an empty line, and the text",
    )


def parsed(kind: str, language: str, text: str) -> Wording:
    """The words in a file's text. Raises WordingError AV624 for a text of another form."""
    name = f"{kind}.{language}.txt"
    head, _, body = text.replace("\r\n", "\n").partition("\n\n")
    if not head.startswith(_HEAD) or "\n" in head or not body.strip():
        raise _unreadable(name, "it begins with `Subject: …` and an empty line")
    made = Wording(kind, language, head.removeprefix(_HEAD), body)
    try:
        _ = made.names
    except TemplateError as error:
        raise _unreadable(name, type(error).__name__) from None
    return made


def _text(name: str, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _unreadable(name, "it is not UTF-8") from None


def _unreadable(name: str, because: str) -> WordingError:
    return WordingError(f"the words `{name}` cannot be used", because=because)


def all_wordings(kind: str, own: Path | None = None) -> Mapping[str, Wording]:
    """The words of a kind in every language of the interface, checked against each other.

    Raises:
        WordingError: AV624, a language is missing; AV625, one asks for other values.
    """
    found = {language: wording(kind, language, own) for language in LANGUAGES}
    asked = {each.names for each in found.values()}
    if len(asked) > 1:
        odd = frozenset().union(*asked) - frozenset.intersection(*asked)
        raise WordingError(
            f"the words of `{kind}` do not ask for the same values in every language",
            because=", ".join(f"`{name}`" for name in sorted(odd)),
            code="AV625",
        )
    return found
