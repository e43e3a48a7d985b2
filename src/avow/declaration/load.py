"""From files to a declaration: everything wrong with them is a finding, and nothing is raised."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from avow.common.errors import AvowError
from avow.common.findings import Finding, Kind, Severity
from avow.common.places import Place
from avow.declaration.digest import declaration_digest
from avow.declaration.loading.documents import content_of, files_of, read_documents
from avow.declaration.loading.nodes import Notes
from avow.declaration.loading.references import check_references
from avow.declaration.loading.texts import TITLE, read_texts
from avow.declaration.loading.whole import DECLARATION
from avow.declaration.model import Declaration
from avow.estate.datamap.model import System

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A declaration as read. `declaration` is None when the findings hold an error.

    `sources` maps each file, named as in the places of findings, to its text.
    """

    declaration: Declaration | None
    findings: tuple[Finding, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)

    @property
    def whole(self) -> Declaration:
        """The declaration of documents without errors. Raises BrokenDeclaration otherwise."""
        if self.declaration is None:
            raise BrokenDeclaration(self.findings)
        return self.declaration


class BrokenDeclaration(AvowError):
    """The declaration has errors, so nothing that runs from it may start."""

    code = "AV199"

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        first = next((f for f in findings if f.is_error), None)
        said = f"{first.place}: {first.code} {first.message}" if first else ""
        super().__init__(
            "the declaration has errors",
            because=f"the first one: {said}",
            help="`avow check` shows all of them",
        )


class MissingVariable(AvowError):
    """The address of a system names an environment variable that is not set (AV390)."""

    code = "AV390"


def load(path: Path | str) -> Loaded:
    """Read a declaration from a folder of YAML files, or from one file: both mean the same.

    Texts come from `texts/<language>.md` in the folder, or beside the one file.
    """
    path, notes = Path(path), Notes()
    sources = {str(file): content_of(file, notes) for file in files_of(path, notes)}
    read = {file: text for file, text in sources.items() if text is not None}
    folder = path if path.is_dir() else path.parent
    markdown = {
        str(file): text
        for file in sorted((folder / "texts").glob("*.md"))
        if (text := content_of(file, notes)) is not None
    }
    return load_texts(read, markdown, notes)


def load_texts(
    documents: Mapping[str, str],
    texts: Mapping[str, str] | None = None,
    notes: Notes | None = None,
) -> Loaded:
    """Read a declaration from texts in memory: YAML by file name, and Markdown by file name, whose
    stem is its language. `notes` are findings of reading the files."""
    notes, texts = notes or Notes(), texts or {}
    declaration = None
    if documents:
        root = read_documents(documents, notes)
        if root.pairs or not notes.findings:
            declaration = DECLARATION.read(root, notes)
    if declaration is not None:
        declaration = _with_texts(declaration, texts, notes)
        if not notes.dropped:
            check_references(declaration, notes)
    sources = {**documents, **texts}
    if declaration is None or any(f.is_error for f in notes.findings):
        return Loaded(None, tuple(notes.findings), sources)
    return Loaded(declaration_digest(declaration), tuple(notes.findings), sources)


def _with_texts(declaration: Declaration, texts: Mapping[str, str], notes: Notes) -> Declaration:
    said: dict[str, Mapping[str, str]] = {}
    stand: dict[str, Mapping[str, Place]] = {}
    for file, text in texts.items():
        by_clause, places = read_texts(text, file, notes, declaration.sections)
        said[Path(file).stem], stand[Path(file).stem] = by_clause, places
        for key, place in places.items():
            known = declaration.sections if key.endswith(TITLE) else declaration.clauses
            name = key.removesuffix(TITLE)
            if name not in known:
                kind = "section" if key.endswith(TITLE) else "clause"
                what = f"a text for `{name}`, which is no {kind}"
                notes.findings.append(Finding("AV204", what, place, Kind.DEFECT, Severity.I))
    return replace(declaration, texts=said, text_places=stand)


def resolve_url(system: System, environment: Mapping[str, str]) -> str:
    """The address of a system with every `${NAME}` replaced from the environment.

    Raises:
        MissingVariable: a named variable is not set, or is empty.
    """

    def value(found: re.Match[str]) -> str:
        if not environment.get(found[1]):
            raise MissingVariable(
                f"the environment variable `{found[1]}` is not set",
                because=f"the address of system `{system.name}` names it at {system.place}",
            )
        return environment[found[1]]

    return _VARIABLE.sub(value, system.url)
