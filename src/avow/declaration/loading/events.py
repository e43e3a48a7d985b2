"""YAML events to nodes: nothing is resolved, everything has a place, every trap is a finding.

YAML's surprises cannot happen here because no scalar gets a type from its look: `9.10` stays
`9.10`, `NO` is a country and `on` a key. What is left of them is refused with its place.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import yaml

from avow.common.places import Place
from avow.declaration.loading.nodes import Items, Node, Notes, Pairs, Text

DEEPEST = 24
"""Levels of lists and mappings inside each other; a declaration needs fewer than ten."""

LARGEST = 4_000_000
"""Bytes of one file; the largest sensible ones have some hundred thousand."""


class _Stop(Exception):
    """Reading this file ends here; the reason is noted."""


def text_of(content: bytes, file: str, notes: Notes) -> str | None:
    """The text of a file in UTF-8; None, with a finding, when it is none or too large."""
    if len(content) > LARGEST:
        notes.wrong(
            "AV110",
            f"the file has {len(content):,} bytes",
            Place(file, 1, 1),
            because=f"more than {LARGEST:,} are not read",
            hint="split it: several files mean the same as one",
        )
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8", "replace")
        line = before.count("\n") + 1
        column = len(before) - before.rfind("\n")
        notes.wrong(
            "AV101",
            "the file is not UTF-8 text",
            Place(file, line, column),
            because=f"byte {content[error.start]:#04x} here belongs to no character",
            hint="save it as UTF-8",
        )
        return None


def read_yaml(text: str, file: str, notes: Notes) -> Node | None:
    """The one document of a YAML text as nodes; None, with findings, when it cannot be read."""
    if _tabs(text, file, notes):
        return None
    builder = _Builder(file, text.split("\n"), notes)
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            builder.take(event)
    except _Stop:
        return None
    except yaml.YAMLError as error:
        _unreadable(error, text, file, notes)
        return None
    if builder.root is None or (isinstance(builder.root, Text) and builder.root.is_absent):
        notes.wrong("AV108", "the file holds nothing", Place(file, 1, 1), hint="remove the file")
        return None
    return builder.root


def _tabs(text: str, file: str, notes: Notes) -> bool:
    found = False
    for number, line in enumerate(text.split("\n"), start=1) if "\t" in text else ():
        if "\t" in line:
            found = True
            notes.wrong(
                "AV103",
                "a tab",
                Place(file, number, line.index("\t") + 1),
                because="what a tab indents, nobody sees the same way",
                hint="use spaces",
            )
    return found


def _unreadable(error: yaml.YAMLError, text: str, file: str, notes: Notes) -> None:
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        place = Place(file, mark.line + 1, mark.column + 1)
        problem = str(getattr(error, "problem", ""))
    else:  # a character that YAML forbids: only its position in the whole text is known
        before = text[: getattr(error, "position", 0)]
        place = Place(file, before.count("\n") + 1, len(before) - before.rfind("\n"))
        problem = str(getattr(error, "reason", "unreadable"))
    context = getattr(error, "context", None)
    because = f"{problem}, {context}" if context else problem
    notes.wrong("AV102", "this is not YAML", place, because=because)


@dataclass(slots=True)
class _Open:
    """A list or mapping that has not ended yet."""

    place: Place
    is_map: bool
    items: list[Node] = field(default_factory=list)
    pairs: dict[str, tuple[Text, Node]] = field(default_factory=dict)
    key: Text | None = None
    skip: bool = False


class _Builder:
    """Takes events one by one and holds the nodes that are still open on a stack."""

    def __init__(self, file: str, lines: list[str], notes: Notes) -> None:
        self.file, self.lines, self.notes = file, lines, notes
        self.stack: list[_Open] = []
        self.root: Node | None = None
        self.documents = 0

    def take(self, event: yaml.Event) -> None:
        """One event of the parser."""
        match event:
            case yaml.ScalarEvent():
                self._marked(event)
                self._put(Text(event.value, self._place(event), not event.style))
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                self._marked(event)
                self._begin(event)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self._put(_closed(self.stack.pop()))
            case yaml.AliasEvent():
                self._refuse("AV105", f"the alias `*{event.anchor}`", event, _NO_ANCHORS)
                self._put(Text("", self._place(event), plain=False))
            case yaml.DocumentStartEvent():
                self._document(event)

    def _document(self, event: yaml.Event) -> None:
        self.documents += 1
        if self.documents > 1:
            why = "one file is one document; `---` begins another"
            self._refuse("AV107", "a second document in the file", event, why)
            raise _Stop

    def _begin(self, event: yaml.Event) -> None:
        place = self._place(event)
        if len(self.stack) >= DEEPEST:
            self._refuse("AV109", "nested too deeply", event, f"{DEEPEST} levels are read")
            raise _Stop
        self.stack.append(_Open(place, isinstance(event, yaml.MappingStartEvent)))

    def _put(self, node: Node) -> None:
        if not self.stack:
            self.root = node
            return
        top = self.stack[-1]
        if not top.is_map:
            top.items.append(node)
        elif top.key is None:
            self._put_key(top, node)
        else:
            if not top.skip:
                top.pairs[top.key.value] = (top.key, node)
            top.key, top.skip = None, False

    def _put_key(self, top: _Open, node: Node) -> None:
        if not isinstance(node, Text):
            why = "only a text can name something"
            self.notes.wrong("AV114", "a key that is a list or a mapping", node.place, because=why)
            node = Text("", node.place)
            top.skip = True
        elif node.value in top.pairs:
            first = top.pairs[node.value][0].place
            self.notes.wrong(
                "AV104",
                f"the key `{node.value}` is here twice",
                node.place,
                because=f"the first one is on line {first.line}",
                hint="keep one of them",
            )
            top.skip = True
        top.key = node

    def _marked(
        self, event: yaml.ScalarEvent | yaml.MappingStartEvent | yaml.SequenceStartEvent
    ) -> None:
        if event.anchor is not None:
            self._refuse("AV105", f"the anchor `&{event.anchor}`", event, _NO_ANCHORS)
        if event.tag is not None:
            why = "the meaning of a value comes from its key and never from a tag"
            self._refuse("AV106", f"the tag `{_short(event.tag)}`", event, why)

    def _refuse(self, code: str, what: str, event: yaml.Event, why: str) -> None:
        self.notes.wrong(code, what, self._place(event), because=why)

    def _place(self, event: yaml.Event) -> Place:
        start, end = event.start_mark, event.end_mark
        if start is None or end is None:  # the parser marks every event; its types do not say so
            return Place(self.file, 1, 1)
        width = end.column - start.column
        if end.line != start.line:
            width = len(self.lines[start.line].rstrip()) - start.column
        return Place(self.file, start.line + 1, start.column + 1, max(width, 1))


_NO_ANCHORS = "what is written once must be read at one place"


def _closed(top: _Open) -> Node:
    if top.is_map:
        return Pairs(tuple(top.pairs.values()), top.place)
    return Items(tuple(top.items), top.place)


def _short(tag: str) -> str:
    return tag.replace("tag:yaml.org,2002:", "!!")
