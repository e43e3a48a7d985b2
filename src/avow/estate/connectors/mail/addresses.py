"""Addresses of header fields, taken apart as RFC 5322 writes them, and never guessed.

A display name, a comment or the name of a group is never an address, whatever stands in it. Encoded
words (RFC 2047) may stand in display names only, so fields are taken apart before they are decoded.
What cannot be read for certain is left out, and said to be.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header, make_header

_SPECIALS = frozenset("<>,:;@.")
_ATOM = re.compile(r"[^\s()<>\[\]:;@\\,.\"]+")
_DOT_ATOM = re.compile(r"[^\s()<>\[\]:;@\\,.\"]+(?:\.[^\s()<>\[\]:;@\\,.\"]+)*")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_LITERAL = re.compile(r"\[[^\[\]\\]*\]")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Address:
    """An address in the form in which addresses are compared, and the name shown beside it."""

    address: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class _Token:
    """A piece of a field: a special character, `atom`, `quoted` or `literal`, and its text."""

    kind: str
    text: str


class Unreadable(Exception):
    """A field, or a part of it, that no rule of RFC 5322 reads."""


def addresses(field: str) -> tuple[tuple[Address, ...], bool]:
    """The addresses of a field in the order written, those in groups included, and whether all of
    the field could be read."""
    found: list[Address] = []
    whole = True
    try:
        items = list(_items(list(_tokens(field))))
    except Unreadable:
        return (), False
    for item in items:
        try:
            address = _address(item)
        except Unreadable:
            whole = False
            continue
        if address is not None:
            found.append(address)
    return tuple(found), whole


def canonical(value: str) -> str:
    """An address that somebody gave, in the form in which addresses are compared; other texts stay
    as they are. The local part is not touched: only its host knows whether its case matters."""
    found, whole = addresses(value)
    if whole and len(found) == 1 and not found[0].name:
        return found[0].address
    return value


def decoded(text: str) -> str:
    """A free text of a header with its encoded words read (RFC 2047); as it is where they cannot
    be."""
    try:
        return str(make_header(decode_header(text)))
    except (HeaderParseError, LookupError, ValueError):
        return text


def _tokens(field: str) -> Iterator[_Token]:
    at = 0
    while at < len(field):
        here = field[at]
        if here.isspace():
            at += 1
        elif here == "(":
            at = _after_comment(field, at)
        elif here in _SPECIALS:
            yield _Token(here, here)
            at += 1
        else:
            token, at = _word(field, at)
            yield token


def _word(field: str, at: int) -> tuple[_Token, int]:
    for kind, pattern in (("atom", _ATOM), ("quoted", _QUOTED), ("literal", _LITERAL)):
        found = pattern.match(field, at)
        if found is not None:
            text = _ESCAPED.sub(r"\1", found[1]) if kind == "quoted" else found[0]
            return _Token(kind, text), found.end()
    raise Unreadable


def _after_comment(field: str, at: int) -> int:
    depth = 0
    while at < len(field):
        match field[at]:
            case "\\":
                at += 1
            case "(":
                depth += 1
            case ")":
                depth -= 1
        at += 1
        if depth == 0:
            return at
    raise Unreadable


def _items(tokens: Sequence[_Token]) -> Iterator[list[_Token]]:
    """The tokens of each address. What stands before a colon is the name of a group."""
    item: list[_Token] = []
    inside = False
    for token in tokens:
        if not inside and token.kind in ",;":
            yield item
            item = []
        elif not inside and token.kind == ":":
            item = []
        else:
            inside = token.kind == "<" or (inside and token.kind != ">")
            item.append(token)
    yield item


def _address(item: list[_Token]) -> Address | None:
    """One address; None where there is none, as in an empty group or `<>`."""
    opened = [n for n, token in enumerate(item) if token.kind == "<"]
    if not opened:
        return None if _is_words(item) else Address(_spec(item))
    if len(opened) > 1 or item[-1].kind != ">" or sum(t.kind == ">" for t in item) > 1:
        raise Unreadable
    name = decoded(" ".join(t.text for t in item[: opened[0]]))
    spec = _unrouted(item[opened[0] + 1 : -1])
    return Address(_spec(spec), name) if spec else None


def _is_words(item: list[_Token]) -> bool:
    """Words that can hold no address, as in `Doe, John <john@example.org>` without its quotes."""
    return all(t.kind in ("atom", "quoted", ".") and "=?" not in t.text for t in item)


def _unrouted(spec: list[_Token]) -> list[_Token]:
    """An address without the hosts it was once routed over (RFC 5322, 4.4)."""
    if not spec or spec[0].kind != "@":
        return spec
    colons = [n for n, token in enumerate(spec) if token.kind == ":"]
    if len(colons) != 1:
        raise Unreadable
    return spec[colons[0] + 1 :]


def _spec(tokens: list[_Token]) -> str:
    at = [n for n, token in enumerate(tokens) if token.kind == "@"]
    if len(at) != 1:
        raise Unreadable
    return f"{_local(tokens[: at[0]])}@{_domain(tokens[at[0] + 1 :])}"


def _local(tokens: list[_Token]) -> str:
    words = _dotted(tokens, frozenset({"atom", "quoted"}))
    text = ".".join(words)
    if _DOT_ATOM.fullmatch(text):
        return text
    return '"{}"'.format(text.replace("\\", "\\\\").replace('"', '\\"'))


def _domain(tokens: list[_Token]) -> str:
    if len(tokens) == 1 and tokens[0].kind == "literal":
        return tokens[0].text.lower()
    return ".".join(_label(word) for word in _dotted(tokens, frozenset({"atom"})))


def _dotted(tokens: list[_Token], kinds: frozenset[str]) -> list[str]:
    """Words with one dot between each two of them."""
    words = tokens[::2]
    if len(tokens) % 2 == 0 or any(t.kind != "." for t in tokens[1::2]):
        raise Unreadable
    if any(word.kind not in kinds for word in words):
        raise Unreadable
    return [word.text for word in words]


def _label(text: str) -> str:
    """A label of a domain in the form of the DNS (RFC 5890). Nothing is mapped but case: the older
    rules made one name of `straße` and `strasse`, which may be two persons' domains today."""
    lower = unicodedata.normalize("NFC", text.lower())
    if lower.isascii():
        return lower
    return "xn--" + lower.encode("punycode").decode("ascii")
