"""How rows are kept from use, as a shape: a word, or a mode with its column and its readers."""

from __future__ import annotations

from avow.declaration.loading.nodes import Node, Notes
from avow.declaration.loading.shapes import (
    Fields,
    Shape,
    either,
    may,
    need,
    one_of,
    one_or_many,
    record,
)
from avow.declaration.loading.words import NAME, PROSE
from avow.estate.datamap.restricting import Mode, Restriction

_SAYS = "a way to restrict use"
_WORD = one_of(Mode, _SAYS)
_AS = need("as", PROSE)
_MODE, _SET = may("mode", _WORD, None), may("set", PROSE, "true")
_FLAG, _POLICY = may("flag", NAME, None), may("policy", NAME, None)
_FOR, _ASKED_BY = may("for", one_or_many(NAME), ()), may("asked_by", one_or_many(NAME), ())
_READS = may("reads", record("who reads", lambda f: f[_AS], _AS).shape, "")
_COLUMNED = {Mode.FLAG: "which column?", Mode.POLICY: "which column, and for which roles?"}
_WRITTEN = {
    Mode.FLAG: "write `{flag: restricted}`",
    Mode.POLICY: "write `{policy: restricted, for: [bi]}`",
}


def _read_word(node: Node, notes: Notes) -> Restriction | None:
    mode = _WORD.read(node, notes)
    if mode in _COLUMNED:
        notes.wrong("AV113", _COLUMNED[mode], node.place, hint=_WRITTEN[mode])
        notes.dropped += 1
        return None
    return None if mode is None else Restriction(mode)


def _made(f: Fields) -> Restriction | None:
    said = (f[_MODE], Mode.FLAG if f[_FLAG] else None, Mode.POLICY if f[_POLICY] else None)
    modes = [m for m in said if m is not None]
    wrong = ""
    if len(modes) != 1:
        wrong = "it has one mode: `mode`, `flag` or `policy`"
    elif f[_MODE] in _COLUMNED or (f[_POLICY] and not f[_FOR]):
        wrong = _COLUMNED[modes[0]]
    elif (f[_FOR] and not f[_POLICY]) or (f[_ASKED_BY] and modes != [Mode.GATE]):
        wrong = "`for` belongs to a policy, `asked_by` to a gate"
    if wrong:
        hint = _WRITTEN.get(modes[0], "") if modes else ""
        f.notes.wrong("AV113", wrong, f.node.place, hint=hint)
        f.notes.dropped += 1
        return None
    column = f[_FLAG] or f[_POLICY] or ""
    value = f[_SET] if column else ""
    return Restriction(modes[0], column, value, f[_FOR] or f[_ASKED_BY], f[_READS])


RESTRICTION = may(
    "restriction",
    either(
        Shape(_SAYS, _read_word, _WORD.schema),
        record(_SAYS, _made, _MODE, _FLAG, _POLICY, _SET, _FOR, _ASKED_BY, _READS).shape,
    ),
    None,
)
"""The key of a dataset."""
