"""The declaration with new tables in it, as texts and as a unified diff. Nothing else is touched.

Entries go to the end of the system's `datasets`, in whatever style it is written; categories and
subjects that are new go where the declaration keeps the others.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias, cast

import yaml

from avow.common.errors import AvowError
from avow.common.findings import Finding
from avow.declaration.check.run import check
from avow.declaration.load import Loaded, load_texts
from avow.declaration.model import Declaration
from avow.duties.discovery.triage.declaring import Entry
from avow.duties.discovery.writing import word
from avow.estate.datamap.model import System

_YAML = (".yaml", ".yml")
Pair: TypeAlias = tuple[yaml.Node, yaml.Node]
Written: TypeAlias = Callable[[str], list[str]]
"""Lines of a new pair, given the blanks that they begin with."""


class BreaksDeclaration(AvowError):
    """The declaration would have errors with the new entries, so nothing is written (AV545)."""

    code = "AV545"


@dataclass(frozen=True, slots=True)
class Edit:
    """Text to be put in at a place of a file."""

    file: str
    at: int
    text: str


def patched(loaded: Loaded, system: System, entries: Sequence[Entry], day: date) -> dict[str, str]:
    """The changed files, by name, with their new text.

    Raises:
        BreaksDeclaration: with them the declaration would have errors that it has not now (AV545).
    """
    if not entries:
        return {}
    files = {f: t for f, t in loaded.sources.items() if f.endswith(_YAML)}
    declaration = loaded.whole
    edits = [_datasets(files, system, entries), *_ids(files, system, declaration, entries)]
    changed = dict(_applied(files, edits))
    _prove(loaded, changed, day)
    return changed


def diff(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """The change as a unified diff."""
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
        for file, text in after.items()
        for line in difflib.unified_diff(
            before[file].splitlines(keepends=True),
            text.splitlines(keepends=True),
            f"a/{file.lstrip('/')}",
            f"b/{file.lstrip('/')}",
        )
    )


def _prove(loaded: Loaded, changed: Mapping[str, str], day: date) -> None:
    documents = {f: t for f, t in loaded.sources.items() if f.endswith(_YAML)}
    texts = {f: t for f, t in loaded.sources.items() if not f.endswith(_YAML)}
    again = load_texts({**documents, **changed}, texts)
    known = {(f.code, f.message) for f in _errors(loaded, day)}
    new = [f for f in _errors(again, day) if (f.code, f.message) not in known]
    if new:
        raise BreaksDeclaration(
            "the declaration would have errors with the new tables, and was left as it is",
            because=f"the first one: {new[0].code} {new[0].message}",
            help="map the tables of that message by hand, as docs/reference/language.md shows",
        )


def _errors(loaded: Loaded, day: date) -> list[Finding]:
    if loaded.declaration is None:
        return [f for f in loaded.findings if f.is_error]
    return [f for f in check(loaded.declaration, day) if f.is_error]


# --- where it goes -------------------------------------------------------------------------------


def _datasets(files: Mapping[str, str], system: System, entries: Sequence[Entry]) -> Edit:
    file = system.place.file
    root = _root(files[file])
    for holder in _systems(root):
        said = _get(holder, "system")
        if isinstance(said, yaml.ScalarNode) and said.value == system.name:
            found = _pair(holder, "datasets")
            if found is not None:
                return _into(file, files[file], found, [e.lines for e in entries])
    raise BreaksDeclaration(f"the place of the tables of `{system.name}` was not found in `{file}`")


def _systems(root: yaml.Node | None) -> Iterator[yaml.MappingNode]:
    if not isinstance(root, yaml.MappingNode):
        return
    if _get(root, "system") is not None:
        yield root
    several = _get(root, "systems")
    if isinstance(several, yaml.SequenceNode):
        yield from (n for n in several.value if isinstance(n, yaml.MappingNode))


def _ids(
    files: Mapping[str, str], system: System, declaration: Declaration, entries: Sequence[Entry]
) -> Iterator[Edit]:
    wanted = {
        "categories": [e.category for e in entries if e.category not in declaration.categories],
        "subjects": [e.subject for e in entries if e.subject not in declaration.subjects],
    }
    for key, ids in wanted.items():
        new = list(dict.fromkeys(i for i in ids if i))
        if new:
            yield _new_ids(files, system, key, new)


def _new_ids(files: Mapping[str, str], system: System, key: str, ids: list[str]) -> Edit:
    for file, text in files.items():
        found = _pair(_root(text), key)
        if found is not None:
            return _into(file, text, found, [_line(i) for i in ids])
    file = system.place.file
    text = files[file]
    inner = ", ".join(f"{word(i)}: {{}}" for i in ids)
    return Edit(file, len(text), ("" if text.endswith("\n") else "\n") + f"{key}: {{{inner}}}\n")


def _line(name: str) -> Written:
    return lambda indent: [f"{indent}{word(name)}: {{}}"]


def _into(file: str, text: str, pair: Pair, made: Sequence[Written]) -> Edit:
    """New pairs at the end of a mapping, in its own style."""
    key, value = pair
    if isinstance(value, yaml.MappingNode) and value.flow_style:
        indent = " " * (key.start_mark.column + 2)
        lines = ",\n".join("\n".join(make(indent)) for make in made)
        comma = "," if value.value else ""
        return Edit(file, value.end_mark.index - 1, f"{comma}\n{lines}")
    column = key.start_mark.column + 2
    last = value
    if isinstance(value, yaml.MappingNode) and value.value:
        column = value.value[0][0].start_mark.column
        last = _last_leaf(value)
    elif isinstance(value, yaml.ScalarNode):
        last = key
    lines = "\n".join("\n".join(make(" " * column)) for make in made)
    end = text.find("\n", max(last.end_mark.index - 1, 0))
    if end < 0:
        return Edit(file, len(text), f"\n{lines}\n")
    return Edit(file, end + 1, f"{lines}\n")


def _last_leaf(node: yaml.Node) -> yaml.Node:
    """The node that ends last: the marks of block nodes reach over comments to the next key."""
    match node:
        case yaml.MappingNode(flow_style=False, value=[*_, (key, last)]):
            is_absent = isinstance(last, yaml.ScalarNode) and not last.value
            return cast("yaml.Node", key) if is_absent else _last_leaf(last)
        case yaml.SequenceNode(flow_style=False, value=[*_, last]):
            return _last_leaf(last)
    return node


def _root(text: str) -> yaml.Node | None:
    return yaml.compose(text, Loader=yaml.SafeLoader)


def _get(node: yaml.Node | None, name: str) -> yaml.Node | None:
    found = _pair(node, name)
    return None if found is None else found[1]


def _pair(node: yaml.Node | None, name: str) -> Pair | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next(((k, v) for k, v in node.value if k.value == name), None)


def _applied(files: Mapping[str, str], edits: Iterable[Edit]) -> Iterator[tuple[str, str]]:
    """The files after the edits, put in from the last place to the first."""
    several = list(edits)
    for file in dict.fromkeys(edit.file for edit in several):
        text = files[file]
        for edit in sorted((e for e in several if e.file == file), key=lambda e: -e.at):
            text = text[: edit.at] + edit.text + text[edit.at :]
        yield file, text
