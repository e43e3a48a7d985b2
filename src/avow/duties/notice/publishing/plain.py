"""The words of a notice as canonical text, clause by clause: what two editions are compared by.

# 6 How long
Nothing is held longer than this.
## 6.h
We keep recordings for one month.
"""

from __future__ import annotations

from collections.abc import Iterator

from avow.declaration.digest import digest_of
from avow.declaration.loading.texts import INTRO, TITLE
from avow.declaration.model import Declaration
from avow.declaration.publishing import Section

_SECTION, _CLAUSE = "# ", "## "


def printed(declaration: Declaration) -> tuple[str, ...]:
    """The clauses that the notice prints, in the order of the print.

    Without sections every clause that has a text in some language is printed.
    """
    if declaration.sections:
        inside = (c for section in declaration.sections.values() for c in section.clauses)
        return tuple(dict.fromkeys(inside))
    said = {clause for texts in declaration.texts.values() for clause in texts}
    return tuple(clause for clause in declaration.clauses if clause in said)


def untold(declaration: Declaration, language: str) -> tuple[str, ...]:
    """The printed clauses that have no text in a language."""
    texts = declaration.texts.get(language, {})
    return tuple(clause for clause in printed(declaration) if not texts.get(clause))


def plain_text(declaration: Declaration, language: str) -> str:
    """The words of the notice in a language. The same declaration gives the same text."""
    texts = declaration.texts.get(language, {})
    if not declaration.sections:
        parts = [f"{_CLAUSE}{clause}\n{texts.get(clause, '')}" for clause in printed(declaration)]
    else:
        ordered = declaration.sections.values()
        parts = [part for section in ordered for part in _section(declaration, section, language)]
    return "\n".join(parts) + "\n"


def _section(declaration: Declaration, section: Section, language: str) -> Iterator[str]:
    texts = declaration.texts.get(language, {})
    title = texts.get(f"{section.id}{TITLE}", "")
    opening = texts.get(f"{section.id}{INTRO}", "")
    yield f"{_SECTION}{section.id} {title}".rstrip() + (f"\n{opening}" if opening else "")
    for clause in section.clauses:
        yield f"{_CLAUSE}{clause}\n{texts.get(clause, '')}"


def parts_of(text: str) -> dict[str, str]:
    """The parts of a canonical text by their ids, in their order: `# 6` for the title and opening
    words of a section, `6.h` for a clause."""
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in text.rstrip("\n").split("\n"):
        if line.startswith(_CLAUSE):
            current = found.setdefault(line.removeprefix(_CLAUSE), [])
        elif line.startswith(_SECTION):
            id_, _, title = line.removeprefix(_SECTION).partition(" ")
            current = found.setdefault(f"# {id_}", [])
            current.append(title)
        else:
            current.append(line)
    return {id_: "\n".join(lines).strip() for id_, lines in found.items()}


def texts_digest(declaration: Declaration, language: str) -> str:
    """`sha256:…` of the texts of a language: what an approval of a translation is given over."""
    return digest_of(declaration.texts.get(language, {}))


def is_draft(declaration: Declaration, language: str) -> bool:
    """Whether a language is a translation whose texts, as they are, nobody has approved. The first
    language is the original; its approval is that of the edition."""
    if declaration.languages[:1] == (language,):
        return False
    digest = texts_digest(declaration, language)
    return not any((t.language, t.digest) == (language, digest) for t in declaration.translations)
