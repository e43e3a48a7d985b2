"""Answers as entries of the data map: rows first, one line per table.

A table whose owner is not mapped yet waits, and holds up nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from avow.duties.discovery.lexicon import happening
from avow.duties.discovery.survey import bare
from avow.duties.discovery.triage.choices import Choice, Hop, Whose
from avow.duties.discovery.triage.signals import Look, Signals
from avow.duties.discovery.writing import PERSON_DATA, RESTS, slug, word
from avow.estate.datamap.model import Dataset

OTHER_DATA = "other-data"
WIDTH = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """One table as it would stand in the declaration, with the ids that it needs."""

    table: str
    parts: tuple[str, ...]
    category: str | None = None
    subject: str | None = None

    def lines(self, indent: str) -> list[str]:
        """The entry on one line, or folded where that is too long."""
        one = f"{indent}{word(self.table)}: {{{', '.join(self.parts)}}}"
        if len(one) <= WIDTH:
            return [one]
        inner = [f"{indent}  {part}," for part in self.parts]
        inner[-1] = inner[-1].removesuffix(",") + "}"
        return [f"{indent}{word(self.table)}: {{", *inner]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A table that was answered and cannot be written yet, and why."""

    table: str
    why: str


def entries(
    settled: Mapping[str, Choice], signals: Signals, declared: Mapping[str, Dataset]
) -> tuple[list[Entry], list[Waiting]]:
    """What can be written, parents first, and what has to wait."""
    done: dict[str, Entry] = {}
    left = {n: c for n, c in settled.items() if c.is_written and n not in declared}
    keyless = [n for n, c in left.items() if c.whose is Whose.PERSONS and not _key(n, signals)]
    waiting = [Waiting(n, "its rows are persons, and it has no key to name them") for n in keyless]
    for name in keyless:
        del left[name]
    while True:
        ready = [n for n, c in left.items() if _is_ready(c, done, declared, signals)]
        if not ready:
            break
        for name in ready:
            known = done.keys() | declared.keys() | set(ready)
            done[name] = _entry(signals.looks[name], left.pop(name), signals, declared, known)
    waiting += [Waiting(n, f"its owner {_missing(c, done, declared)}") for n, c in left.items()]
    return list(done.values()), waiting


def _is_ready(
    choice: Choice, done: Mapping[str, Entry], declared: Mapping[str, Dataset], signals: Signals
) -> bool:
    there = all(hop.to in done or hop.to in declared for hop in choice.hops)
    return there and all(_theirs(hop, signals, declared) for hop in choice.hops)


def _missing(choice: Choice, done: Mapping[str, Entry], declared: Mapping[str, Dataset]) -> str:
    away = [hop.to for hop in choice.hops if hop.to not in done and hop.to not in declared]
    return f"{away[0]} is not mapped yet" if away else "has no key to point to"


def _key(table: str, signals: Signals) -> tuple[str, ...]:
    return signals.looks[table].table.key


def _entry(
    look: Look,
    choice: Choice,
    signals: Signals,
    declared: Mapping[str, Dataset],
    known: Iterable[str],
) -> Entry:
    table, there = look.table, frozenset(known)
    parts = [f"key: {_names(table.key)}"] if table.key else []
    beside = [hop for hop in choice.beside if hop.to in there]
    right = list(_links("no_right", beside, signals, declared))
    if choice.whose is Whose.NOBODY:
        said = ["owned_by: nobody", f"because: {word(choice.because)}"]
        return Entry(table.name, (*parts, *said, *right))
    category = rest_of(look, choice)
    rest = f"rest: {category}"
    if choice.whose is Whose.PERSONS:
        subject = slug(bare(table.name))
        named = _identities(look)
        return Entry(
            table.name, (f"subject: {subject}", *parts, *named, *right, rest), category, subject
        )
    owned = _links("owned_by", choice.hops, signals, declared)
    return Entry(table.name, (*parts, *owned, *right, rest), category)


def rest_of(look: Look, choice: Choice) -> str:
    """The category of all columns together, until somebody names them one by one."""
    if choice.whose is Whose.PERSONS:
        return PERSON_DATA
    return RESTS.get(happening(bare(look.table.name)) or "", OTHER_DATA)


def _identities(look: Look) -> Iterator[str]:
    """An e-mail address that the database keeps unique names the person."""
    for guess in look.guesses:
        if guess.category == "email" and (guess.field,) in look.table.unique:
            field = f"field: {word(guess.field)}, strength: unique, normalise: ascii-lower"
            yield f"identities: {{email: {{{field}}}}}"
            return


def _links(
    said: str, hops: Iterable[Hop], signals: Signals, declared: Mapping[str, Dataset]
) -> Iterator[str]:
    """Links in the short form where each target stands once and is named by its key."""
    several = list(hops)
    if not several:
        return
    plain = all(not _parent(h, signals, declared) and not h.is_by_email for h in several)
    if plain and len({h.to for h in several}) == len(several):
        pairs = ", ".join(f"{word(h.to)}: {_columns(h.fields)}" for h in several)
        yield f"{said}: {{{pairs}}}"
        return
    long = ", ".join(_long(h, signals, declared, is_one_of=len(several) > 1) for h in several)
    yield f"{said}: [{long}]"


def _long(hop: Hop, signals: Signals, declared: Mapping[str, Dataset], *, is_one_of: bool) -> str:
    parts = [f"to: {word(hop.to)}", f"field: {_columns(hop.fields)}"]
    if parent := _parent(hop, signals, declared):
        parts.append(f"parent_field: {_columns(parent)}")
    if hop.is_by_email:
        parts.append("normalise: ascii-lower")
    if is_one_of:
        parts.append(f"of: {slug(hop.fields[-1])}")
    return f"{{{', '.join(parts)}}}"


def _theirs(hop: Hop, signals: Signals, declared: Mapping[str, Dataset]) -> tuple[str, ...]:
    """The columns that a link names on the other side."""
    known = declared[hop.to].key if hop.to in declared else ()
    return hop.parent_fields or _key(hop.to, signals) or known


def _parent(hop: Hop, signals: Signals, declared: Mapping[str, Dataset]) -> tuple[str, ...]:
    """Those columns where they are not the key that the declaration names."""
    said = declared[hop.to].key if hop.to in declared else _key(hop.to, signals)
    theirs = _theirs(hop, signals, declared)
    return () if theirs == said else theirs


def _columns(names: tuple[str, ...]) -> str:
    return word(names[0]) if len(names) == 1 else _names(names)


def _names(names: Iterable[str]) -> str:
    return f"[{', '.join(map(word, names))}]"
