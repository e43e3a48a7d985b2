"""Changes of the data map as edits of its YAML text: what people wrote stays as it is.

Block and flow style are kept. A line of proposal is marked with `# ?`, which a person removes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from functools import lru_cache

import yaml

from avow.common.places import Place
from avow.duties.discovery.drift.change import (
    AddDataset,
    AddLink,
    Change,
    Forget,
    NameColumn,
    Rename,
    link_text,
    names_text,
)
from avow.duties.discovery.drift.nodes import (
    Pair,
    Unwritable,
    as_mapping,
    end_of,
    mappings,
    no_pair,
    root_of,
    scalars,
    stands_at,
    value_of,
)
from avow.duties.discovery.writing import word


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the text from `start` to `end` (offsets in characters) of a file."""

    start: int
    end: int
    text: str


def edits(texts: Mapping[str, str], changes: Iterable[Change]) -> dict[str, list[Edit]]:
    """What the changes do to each file, from its end to its begin, so that no edit moves the
    offsets of those after it.

    Raises:
        Unwritable: a change does not fit what is written.
    """
    by_file: defaultdict[str, list[Change]] = defaultdict(list)
    for change in changes:
        by_file[change.file if isinstance(change, AddDataset) else change.dataset.file].append(
            change
        )
    return {file: _edits(texts.get(file, ""), found) for file, found in by_file.items()}


def changed(texts: Mapping[str, str], changes: Iterable[Change]) -> dict[str, str]:
    """The files that the changes touch, as they would be: file -> new text. Raises Unwritable."""
    new = {}
    for file, found in edits(texts, changes).items():
        text = texts[file]
        for edit in found:
            text = text[: edit.start] + edit.text + text[edit.end :]
        new[file] = text
    return new


def patch(texts: Mapping[str, str], new: Mapping[str, str], path: Callable[[str], str]) -> str:
    """A unified diff from the texts to the new ones. `path` gives a file's name in it."""
    return "".join(
        line for file in sorted(new) for line in _diff(texts.get(file, ""), new[file], path(file))
    )


def _diff(old: str, new: str, name: str) -> Iterator[str]:
    before, after = _split(old), _split(new)
    for line in unified_diff(before, after, f"a/{name}", f"b/{name}"):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _split(text: str) -> list[str]:
    """Lines with their ends; only a line feed ends one, as in `git` and `patch`."""
    lines = text.split("\n")
    return [f"{line}\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def _edits(text: str, changes: Sequence[Change]) -> list[Edit]:
    document = _document(text)
    found = [edit for each in _joined(changes) for edit in document.edits(each)]
    order = sorted(enumerate(found), key=lambda e: (e[1].start, e[1].end, e[0]), reverse=True)
    return [edit for _, edit in order]


@lru_cache(maxsize=4)
def _document(text: str) -> _Document:
    """The text with its nodes; kept, because each finding asks for its own patch of one file."""
    return _Document(text)


def _joined(changes: Sequence[Change]) -> Iterator[list[Change]]:
    """Changes that go to the same place of the text, together."""
    groups: dict[object, list[Change]] = {}
    for change in changes:
        groups.setdefault(_where(change), []).append(change)
    yield from groups.values()


def _where(change: Change) -> object:
    match change:
        case NameColumn():
            return "fields", change.dataset
        case AddLink():
            return change.word, change.dataset
        case AddDataset():
            return "datasets", change.system
        case Rename():
            return "rename", change.dataset, change.column
        case Forget():
            return "forget", change.dataset if change.column else None


class _Document:
    """A YAML text with its nodes."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.newline = "\r\n" if "\r\n" in text else "\n"
        self.root = root_of(text)

    def edits(self, changes: Sequence[Change]) -> Iterator[Edit]:
        """The edits of changes that go to one place."""
        first = changes[0]
        match first:
            case NameColumn():
                named = [c for c in changes if isinstance(c, NameColumn)]
                entries = [_Entry(word(c.column), c.category, c.why) for c in named]
                yield from self._under(self._dataset(first.dataset), "fields", entries)
            case Rename():
                yield self._rename(first)
            case AddLink():
                links = [c for c in changes if isinstance(c, AddLink)]
                yield from self._links(self._dataset(first.dataset), links)
            case AddDataset():
                added = [c for c in changes if isinstance(c, AddDataset)]
                yield from self._add(self._datasets(first.system), [_entry(c) for c in added])
            case Forget():
                gone = [c for c in changes if isinstance(c, Forget)]
                yield from self._forget(gone)

    # --- finding ---------------------------------------------------------------------------------

    def _dataset(self, place: Place) -> yaml.MappingNode:
        return as_mapping(self._pair(place)[1])

    def _pair(self, place: Place) -> Pair:
        """The dataset whose name stands at a place, as a pair of its mapping."""
        return next((pair for m in mappings(self.root) for pair in m.value
                     if stands_at(pair[0], place)), None) or no_pair()  # fmt: skip

    def _datasets(self, system: str) -> yaml.MappingNode:
        for mapping in mappings(self.root):
            name = value_of(mapping, "system")
            if isinstance(name, yaml.ScalarNode) and name.value == system:
                found = value_of(mapping, "datasets")
                if found is not None:
                    return as_mapping(found)
        raise Unwritable

    # --- writing ---------------------------------------------------------------------------------

    def _under(self, dataset: yaml.MappingNode, key: str, entries: list[_Entry]) -> Iterator[Edit]:
        """Add entries to the mapping under a key of a dataset, which is made where it is not."""
        found = value_of(dataset, key)
        if found is not None:
            yield from self._add(as_mapping(found), entries)
            return
        content = ", ".join(f"{e.key}: {e.text}" for e in entries)
        why = "; ".join(dict.fromkeys(e.why for e in entries))
        yield from self._before_rest(dataset, _Entry(key, f"{{{content}}}", why))

    def _before_rest(self, dataset: yaml.MappingNode, entry: _Entry) -> Iterator[Edit]:
        """Add a key to a dataset: before `rest`, where there is one, or at its end."""
        rest = next((k for k, _ in dataset.value if k.value == "rest"), None)
        yield from self._before(dataset, rest, entry) if rest else self._add(dataset, [entry])

    def _before(self, mapping: yaml.MappingNode, key: yaml.Node, entry: _Entry) -> Iterator[Edit]:
        """Insert an entry before a key."""
        at = key.start_mark.index
        if mapping.flow_style:
            yield from self._marks(key, [entry])
            yield Edit(at, at, f"{entry.key}: {entry.text}, ")
            return
        indent = " " * key.start_mark.column
        if self.text[at - len(indent) : at] != indent:
            raise Unwritable
        yield Edit(at, at, f"{entry.key}: {entry.text}{_mark(entry)}{self.newline}{indent}")

    def _add(self, mapping: yaml.MappingNode, entries: list[_Entry]) -> Iterator[Edit]:
        """Append entries to a mapping."""
        if mapping.flow_style:
            yield from self._append_flow(mapping, entries)
            return
        last_key, last = mapping.value[-1]
        indent = " " * last_key.start_mark.column
        lines = [f"{indent}{line}" for entry in entries for line in entry.lines()]
        yield self._whole_lines(end_of(last), lines)

    def _whole_lines(self, after: int, lines: list[str]) -> Edit:
        """Insert lines below the one in which a text ends."""
        at = self._line_after(after)
        is_open = self.text[at - 1] != "\n"  # the last line of the file has no end
        content = self.newline.join(lines)
        return Edit(at, at, self.newline + content if is_open else content + self.newline)

    def _append_flow(self, mapping: yaml.MappingNode, entries: list[_Entry]) -> Iterator[Edit]:
        content = ", ".join(f"{e.key}: {e.text}" for e in entries)
        if mapping.value:
            near, last = mapping.value[-1]
            at, content = end_of(last), f", {content}"
        else:
            near, at = mapping, mapping.start_mark.index + 1
        yield from self._marks(near, entries)
        yield Edit(at, at, content)

    def _marks(self, near: yaml.Node, entries: list[_Entry]) -> Iterator[Edit]:
        """A line above that says what is proposed: nothing may be said behind an entry of flow
        style. Where a text runs over the begin of the line there is no such line."""
        start = self.text.rfind("\n", 0, near.start_mark.index) + 1
        said = [e for e in entries if e.why]
        if any(n.start_mark.index < start < n.end_mark.index for n in scalars(self.root)):
            return
        line = self.text[start : near.start_mark.index]
        indent = " " * (len(line) - len(line.lstrip(" ")))
        for entry in said:
            yield Edit(
                start, start, f"{indent}# ? {entry.key}: {_one_line(entry.why)}{self.newline}"
            )

    def _line_after(self, at: int) -> int:
        """The begin of the next line, or the end of the text."""
        if at and self.text[at - 1] == "\n":
            return at
        end = self.text.find("\n", at)
        return len(self.text) if end < 0 else end + 1

    # --- links -----------------------------------------------------------------------------------

    def _links(self, dataset: yaml.MappingNode, links: list[AddLink]) -> Iterator[Edit]:
        """Add links under their word: to the short form where it has room, else to a list."""
        key = links[0].word.value
        found = value_of(dataset, key)
        targets = [link.to for link in links]
        is_short = len(set(targets)) == len(targets) and not any(k.parent_fields for k in links)
        if found is None and is_short:
            yield from self._under(dataset, key, [_short(link) for link in links])
        elif found is None:
            listed = ", ".join(_long(link) for link in links)
            why = "; ".join(dict.fromkeys(link.why for link in links))
            yield from self._before_rest(dataset, _Entry(key, f"[{listed}]", why))
        elif isinstance(found, yaml.SequenceNode):
            yield from self._append_list(found, links)
        elif is_short and not {k.value for k, _ in as_mapping(found).value} & {"to", *targets}:
            yield from self._add(as_mapping(found), [_short(link) for link in links])
        else:
            raise Unwritable

    def _append_list(self, found: yaml.SequenceNode, links: list[AddLink]) -> Iterator[Edit]:
        last = found.value[-1]
        if found.flow_style:
            yield from self._marks(last, [_short(link) for link in links])
            at = end_of(last)
            yield Edit(at, at, "".join(f", {_long(link)}" for link in links))
            return
        indent = " " * found.start_mark.column
        yield self._whole_lines(
            end_of(last), [f"{indent}- {_long(link)}  # ? {_one_line(link.why)}" for link in links]
        )

    # --- taking out ------------------------------------------------------------------------------

    def _rename(self, change: Rename) -> Edit:
        fields = as_mapping(value_of(self._dataset(change.dataset), "fields") or no_pair()[1])
        key = next((k for k, _ in fields.value if k.value == change.column), None) or no_pair()[0]
        return Edit(key.start_mark.index, key.end_mark.index, word(change.to))

    def _forget(self, gone: list[Forget]) -> Iterator[Edit]:
        if gone[0].column is None:
            pairs = [self._pair(each.dataset) for each in gone]
            for mapping in mappings(self.root):
                out = [p for p in mapping.value if any(p is pair for pair in pairs)]
                yield from self._remove(mapping, out) if out else ()
            return
        dataset = self._dataset(gone[0].dataset)
        fields = _under_fields(dataset)
        columns = {each.column for each in gone}
        out = [pair for pair in as_mapping(fields[1]).value if pair[0].value in columns]
        if len(out) < len(columns):
            raise Unwritable
        whole = len(out) == len(fields[1].value)
        yield from self._remove(*((dataset, [fields]) if whole else (as_mapping(fields[1]), out)))

    def _remove(self, mapping: yaml.MappingNode, out: list[Pair]) -> Iterator[Edit]:
        """Take pairs out: their whole lines in block style, themselves and one comma each in flow
        style. What would be left must not be empty."""
        kept = [n for n, pair in enumerate(mapping.value) if not any(pair is o for o in out)]
        if not kept:
            raise Unwritable
        if not mapping.flow_style:
            yield from (self._line_of(pair) for pair in out)
            return
        for n, pair in enumerate(mapping.value[: kept[-1]]):
            if n not in kept:
                yield Edit(pair[0].start_mark.index, mapping.value[n + 1][0].start_mark.index, "")
        if kept[-1] + 1 < len(mapping.value):
            yield Edit(end_of(mapping.value[kept[-1]][1]), end_of(mapping.value[-1][1]), "")

    def _line_of(self, pair: Pair) -> Edit:
        start = pair[0].start_mark.index
        line = self.text.rfind("\n", 0, start) + 1
        if self.text[line:start].strip():
            raise Unwritable
        return Edit(line, self._line_after(end_of(pair[1])), "")


def _under_fields(dataset: yaml.MappingNode) -> Pair:
    return next((pair for pair in dataset.value if pair[0].value == "fields"), None) or no_pair()


@dataclass(frozen=True, slots=True)
class _Entry:
    """A key with its YAML text, in block style perhaps on several lines, and why."""

    key: str
    text: str
    why: str
    block: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """As lines of block style, marked as a proposal."""
        if self.block:
            return [f"{self.key}:{_mark(self)}", *(f"  {line}" for line in self.block)]
        return [f"{self.key}: {self.text}{_mark(self)}"]


def _entry(added: AddDataset) -> _Entry:
    block = tuple(f"{key}: {text}" for key, text in added.keys.items())
    return _Entry(word(added.name), added.text, added.why, block)


def _short(link: AddLink) -> _Entry:
    return _Entry(word(link.to), names_text(link.fields), link.why)


def _long(link: AddLink) -> str:
    if link.parent_fields:
        return link_text(link.to, link.fields, link.parent_fields)
    return f"{{to: {word(link.to)}, field: {names_text(link.fields)}}}"


def _mark(entry: _Entry) -> str:
    return f"  # ? {_one_line(entry.why)}" if entry.why else ""


def _one_line(why: str) -> str:
    """Text that stays inside its comment, whatever the tables are called."""
    return "".join(c if c.isprintable() else " " for c in why)
