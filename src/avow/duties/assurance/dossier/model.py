"""A dossier as data: sections of plain blocks, the same for every way of printing it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import msgspec


class Para(msgspec.Struct, frozen=True, tag="para"):
    """A paragraph."""

    text: str


class Pairs(msgspec.Struct, frozen=True, tag="pairs"):
    """Names and what stands for them."""

    rows: tuple[tuple[str, str], ...]


class Grid(msgspec.Struct, frozen=True, tag="grid"):
    """A table; every row is as long as its head. `widths` are parts of the width."""

    head: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]


class Lines(msgspec.Struct, frozen=True, tag="lines"):
    """Text to be copied letter by letter: a checkpoint, a command."""

    text: str


Block = Para | Pairs | Grid | Lines


class Part(msgspec.Struct, frozen=True):
    """A numbered part of the dossier."""

    title: str
    blocks: tuple[Block, ...]


class Dossier(msgspec.Struct, frozen=True):
    """The whole: at most twelve pages of parts, then annexes of any length."""

    title: str
    language: str
    head: tuple[tuple[str, str], ...]
    parts: tuple[Part, ...]
    annexes: tuple[Part, ...]
    annex_word: str
    day: date


@dataclass(frozen=True, slots=True)
class Scope:
    """What the dossier is about: clauses, and a request where it is about one.

    `name` says it in the dossier's own words; `since` and `until` are the days of its period.
    """

    name: str
    clauses: frozenset[str]
    since: date
    until: date
    request: str = ""


@dataclass(frozen=True, slots=True)
class Moment:
    """When the dossier speaks: the end of a local day, and the instant at which it is made."""

    as_of: datetime
    made_at: datetime
