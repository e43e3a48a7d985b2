"""Many files as one document: lists are joined, mappings merged, nothing may be said twice."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from avow.common.places import Place
from avow.declaration.loading.datamap import lift_system
from avow.declaration.loading.events import read_yaml, text_of
from avow.declaration.loading.nodes import KIND, Items, Node, Notes, Pairs, Text

MOST_FILES = 2_000
"""Files of one declaration; more are a mistake (a folder above was named)."""

_SUFFIXES = frozenset({".yaml", ".yml"})


def files_of(path: Path, notes: Notes) -> tuple[Path, ...]:
    """The YAML files of a folder and its sub-folders in the order of their names, or one file."""
    if path.is_file():
        return (path,)
    found = tuple(
        sorted(
            file
            for file in path.rglob("*")
            if file.suffix in _SUFFIXES and file.is_file() and not _is_hidden(file, path)
        )
    )
    if not found:
        what = "the folder holds no YAML file" if path.is_dir() else "there is no such file"
        notes.wrong("AV111", what, Place(str(path), 1, 1))
    if len(found) > MOST_FILES:
        what = f"the folder holds {len(found):,} YAML files"
        notes.wrong("AV110", what, Place(str(path), 1, 1), because=f"{MOST_FILES:,} are read")
        return ()
    return found


def _is_hidden(file: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(folder).parts)


def content_of(file: Path, notes: Notes) -> str | None:
    """The text of a file, or None with a finding."""
    try:
        content = file.read_bytes()
    except OSError as error:
        reason = error.strerror or "unreadable"
        notes.wrong("AV111", "the file cannot be read", Place(str(file), 1, 1), because=reason)
        return None
    return text_of(content, str(file), notes)


def read_documents(texts: Mapping[str, str], notes: Notes) -> Pairs:
    """The files (name to text) as one mapping."""
    merged: dict[str, tuple[Text, Node]] = {}
    for file, text in texts.items():
        root = read_yaml(text, file, notes)
        if root is None:
            notes.dropped += 1
        elif not isinstance(root, Pairs):
            what = f"a file of a declaration is a mapping, and this is {KIND[type(root)]}"
            notes.wrong("AV114", what, root.place)
            notes.dropped += 1
        else:
            for key, node in lift_system(root).pairs:
                _join(merged, key, node, notes)
    first = next(iter(texts), "")
    return Pairs(tuple(merged.values()), Place(first, 1, 1))


def _join(merged: dict[str, tuple[Text, Node]], key: Text, node: Node, notes: Notes) -> None:
    if key.value not in merged:
        merged[key.value] = (key, node)
        return
    known = merged[key.value][1]
    if isinstance(known, Items) and isinstance(node, Items):
        merged[key.value] = (key, Items((*known.items, *node.items), known.place))
    elif isinstance(known, Pairs) and isinstance(node, Pairs):
        merged[key.value] = (key, _merge(known, node, notes))
    else:
        _twice(key, known.place, notes)


def _merge(one: Pairs, other: Pairs, notes: Notes) -> Pairs:
    names = {key.value: key for key, _ in one.pairs}
    for key, _ in other.pairs:
        if key.value in names:
            _twice(key, names[key.value].place, notes)
    new = tuple(pair for pair in other.pairs if pair[0].value not in names)
    return Pairs((*one.pairs, *new), one.place)


def _twice(key: Text, first: Place, notes: Notes) -> None:
    notes.wrong(
        "AV119",
        f"`{key.value}` is said twice",
        key.place,
        because=f"it is also at {first}",
        hint="keep one of them",
    )
