"""From signals to one proposal for each table. Pure: what was said before is an argument.

First what needs no person: views, empty tables, tables of programs. Then the tables whose rows are
persons, as their names and values say. From them ownership runs along pointers, nearest and surest
first, and tables that nothing leads to persons are things unless something speaks against it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from avow.duties.discovery.columns import DIRECT
from avow.duties.discovery.lexicon import happening, is_weak_name, is_writer_word
from avow.duties.discovery.survey import bare
from avow.duties.discovery.triage.choices import Choice, Hop, Proposal, Whose
from avow.duties.discovery.triage.naming import (
    is_called_pointer,
    is_of_organisations,
    is_of_persons,
    is_of_staff,
)
from avow.duties.discovery.triage.pointing import any_row, may_point
from avow.duties.discovery.triage.programs import is_carrier, program_of
from avow.duties.discovery.triage.signals import Basis, Look, Pointer, Signals, Sureness
from avow.duties.discovery.triage.standing import Standing, standings
from avow.estate.connectors.catalogue import ColumnKind, Table

OF_PERSONS = frozenset({"email", "phone", "name", "birth-date", "national-number", "login-name"})
_MAY_BE_ANOTHERS = frozenset({"email", "phone"})
_NOTHING = "nothing leads to persons, and no name or value speaks of any"
_RANK = {
    Basis.FOREIGN_KEY: 0,
    Basis.KEY_NAME: 1,
    Basis.VALUES: 2,
    Basis.NAME: 3,
    Basis.EMAIL: 4,
    Basis.REACH: 5,
}


def proposals(signals: Signals, said: Mapping[str, Choice], today: date) -> dict[str, Proposal]:
    """A proposal for every table that nothing was said of yet. `said` holds what the declaration
    and earlier answers say."""
    return _Triage(signals, said, today).all()


@dataclass(frozen=True)
class _Triage:
    signals: Signals
    said: Mapping[str, Choice]
    today: date

    def all(self) -> dict[str, Proposal]:
        names = [name for name in self.signals.looks if name not in self.said]
        return {name: self._weighed(self._proposal(self.signals.looks[name])) for name in names}

    @cached_property
    def _signs(self) -> dict[str, frozenset[str]]:
        """What of a person each table holds."""
        return {name: _signs(look) for name, look in self.signals.looks.items()}

    @cached_property
    def _pointers(self) -> dict[str, tuple[Pointer, ...]]:
        """Of the pointers of the same columns the best one that values do not refute."""
        found: dict[str, list[Pointer]] = {name: [] for name in self.signals.looks}
        for pointer in self.signals.pointers:
            if not pointer.is_refuted:
                found[pointer.table].append(pointer)
        return {name: tuple(_best(several)) for name, several in found.items()}

    @cached_property
    def _persons(self) -> dict[str, Sureness]:
        """The tables whose rows are persons: as said, as they are called, and of those that lead
        to none of these the ones that hold enough of a person."""
        near = self._standings_from(self._called)
        found = dict(self._called)
        for name, look in self.signals.looks.items():
            if name not in self.said and name not in near and (sure := self._are_persons(look)):
                found.setdefault(name, sure)
        return found

    @cached_property
    def _called(self) -> dict[str, Sureness]:
        """Tables said to be persons, and tables called after persons that hold some of them."""
        found = {n: Sureness.SURE for n, c in self.said.items() if c.whose is Whose.PERSONS}
        for name, signs in self._signs.items():
            if name in self.said or not signs or not self._is_open(name):
                continue
            if is_of_persons(name) and not self._extends_persons(name):
                found[name] = Sureness.SURE if len(signs) > 1 else Sureness.LIKELY
        return found

    def _are_persons(self, look: Look) -> Sureness | None:
        signs, name = self._signs[look.table.name], look.table.name
        if not signs or not self._is_open(name) or self._extends_persons(name):
            return None
        if is_of_organisations(name):
            return Sureness.UNSURE if len(signs) > 1 else None
        if len(signs) > 1 and not self._points_to_persons(name):
            return Sureness.LIKELY if _has_unique(look, "email") else Sureness.UNSURE
        if _has_unique(look, "email") and not is_carrier(name):
            return Sureness.UNSURE
        return None

    def _extends_persons(self, name: str) -> bool:
        """At most one row for each row of a table called after persons: more about the same."""
        own = self.signals.looks[name].table.key
        return any(
            p.is_single and is_of_persons(p.to) and p.basis is not Basis.EMAIL
            and (not is_of_persons(name) or p.fields == own)
            for p in self._pointers[name]
        )  # fmt: skip

    def _points_to_persons(self, name: str) -> bool:
        return any(
            not _is_writer(p) and (p.to in self.said or self._holds_signs(p.to))
            for p in self._pointers[name]
        )

    def _holds_signs(self, name: str) -> bool:
        return bool(self._signs.get(name)) and not is_of_organisations(name)

    @cached_property
    def _standings(self) -> dict[str, Standing]:
        return self._standings_from(self._persons)

    def _standings_from(self, persons: Mapping[str, Sureness]) -> dict[str, Standing]:
        roots = {n: s for n, s in persons.items() if n in self.said or not is_of_organisations(n)}
        settled = frozenset(self.said) | frozenset(persons)
        outside = any(not is_of_staff(n) for n in roots)
        return standings(
            roots,
            {n: c for n, c in self.said.items() if c.hops},
            {n: p for n, p in self._pointers.items() if n not in settled and self._is_open(n)},
            is_writer=_is_writer,
            is_lesser=lambda n: outside and is_of_staff(n),
        )

    def _is_open(self, name: str) -> bool:
        look = self.signals.looks[name]
        return bool(look.rows) and not look.gap and look.table.writable

    # --- one table ---------------------------------------------------------------------------

    def _proposal(self, look: Look) -> Proposal:
        return self._out(look) or self._person(look) or self._owned(look) or self._alone(look)

    def _out(self, look: Look) -> Proposal | None:
        name = look.table.name
        if not look.table.writable:
            return _plain(look, Whose.OUT, Sureness.SURE, _derived(look.table))
        if look.gap:
            return _plain(look, Whose.UNKNOWN, Sureness.UNSURE, look.gap)
        if not look.rows:
            return _plain(look, Whose.OUT, Sureness.SURE, "empty today; asked about when it fills")
        program = program_of(name)
        if program is None or look.categories & DIRECT or self._leads(name):
            return None
        because = f"kept by {program} for itself"
        sure = Sureness.LIKELY if look.texts else Sureness.SURE
        return _nobody(look, sure, because, "program", self._beside(name))

    def _leads(self, name: str) -> bool:
        return any(p.to in self._standings for p in self._pointers[name])

    def _person(self, look: Look) -> Proposal | None:
        name = look.table.name
        sure = self._persons.get(name)
        if sure is None:
            return None
        evidence = [f"holds {_listed(sorted(self._signs[look.table.name]))}"]
        if is_of_organisations(name):
            evidence.append("is called after companies or places: are these persons?")
        elif is_of_persons(name):
            evidence.append("is called after persons")
        choice = Choice(Whose.PERSONS, beside=self._beside(name))
        others = (*self._owners(name), Choice(Whose.NOBODY, because="no person's rows"))
        return replace(
            _plain(look, Whose.PERSONS, sure, *evidence), choice=choice, path=(name,), others=others
        )

    def _owners(self, name: str) -> Iterator[Choice]:
        for pointer in self._pointers[name]:
            if pointer.to in self._standings and pointer.to != name:
                yield Choice(Whose.OWNED, (_hop(pointer, self.signals),))

    def _owned(self, look: Look) -> Proposal | None:
        name = look.table.name
        standing = self._standings.get(name)
        if standing is None or standing.by is None:
            return None
        places = {c.name: at for at, c in enumerate(look.table.columns)}
        pointers = sorted([standing.by, *standing.also], key=lambda p: places[p.fields[0]])
        hops = tuple(_hop(p, self.signals) for p in pointers)
        whose = Whose.SHARED if len(hops) > 1 else Whose.OWNED
        choice = Choice(whose, hops, self._beside(name, pointers))
        sure, doubts = self._doubts(look, standing)
        rest = [Choice(Whose.OWNED, (_hop(p, self.signals),)) for p in self._ranked(name, pointers)]
        if len(hops) > 1:
            rest = [Choice(Whose.OWNED, (hop,)) for hop in hops] + rest
        if len(self._signs[look.table.name]) > 1 or _has_unique(look, "email"):
            rest.append(Choice(Whose.PERSONS))
        rest.append(Choice(Whose.NOBODY, because="no person's rows"))
        evidence = (*(_said(p) for p in pointers), *doubts)
        path = standing.path
        alike = "" if sure is Sureness.UNSURE else f"{path[-1]} by {standing.by.basis.value} {sure}"
        return replace(
            _plain(look, whose, sure, *evidence), choice=choice, path=path,
            others=tuple(rest), alike=alike,
        )  # fmt: skip

    def _doubts(self, look: Look, standing: Standing) -> tuple[Sureness, tuple[str, ...]]:
        name, doubts = look.table.name, []
        staff = is_of_staff(standing.path[-1]) and any(
            not is_of_staff(n) for n in self._persons if not is_of_organisations(n)
        )
        if staff and len(standing.path) == 2 and not _is_about_staff(name, standing):
            doubts.append("points to people who work with the system, who may only have written it")
        if self._signs[look.table.name] & _MAY_BE_ANOTHERS and self._extends_persons(name) is False:
            doubts.append(
                f"holds {_listed(sorted(self._signs[look.table.name]))}, perhaps of somebody else"
            )
        if standing.sureness is Sureness.UNSURE:
            doubts.append("no value proves the link")
        sure = Sureness.UNSURE if doubts else standing.sureness
        return sure, tuple(doubts)

    def _ranked(self, name: str, used: list[Pointer]) -> list[Pointer]:
        rest = [p for p in self._pointers[name] if p not in used and p.to in self._standings]
        return sorted(rest, key=lambda p: (_is_writer(p), _RANK[p.basis], -p.fit))

    def _beside(self, name: str, used: list[Pointer] | None = None) -> tuple[Hop, ...]:
        """Pointers to people that give no right: who wrote or handled the row."""
        given = {p.fields for p in used or []}
        return tuple(
            _hop(p, self.signals)
            for p in self._pointers[name]
            if p.fields not in given
            and p.to in self._persons
            and p.to != name
            and p.sureness is not Sureness.UNSURE
            and (_is_writer(p) or is_of_staff(p.to))
        )

    def _alone(self, look: Look) -> Proposal:
        """A table that nothing leads to persons: a thing, unless something speaks against it."""
        name, table = look.table.name, look.table
        if signs := self._signs[look.table.name] | (look.categories & DIRECT - {"name"}):
            what = f"holds {_listed(sorted(signs))}, and no link tells whose"
            return _unknown(look, what)
        if pair := any_row(table):
            what = f"`{pair[0]}` and `{pair[1]}` point to rows of several tables"
            return _unknown(look, what)
        if is_carrier(name):
            return _unknown(look, "a queue or store of sessions, which may carry personal data")
        if happening(bare(name)) in {"logged", "started"} and not self._pointers[name]:
            return _unknown(look, "is called after something that persons do")
        if json := [c.name for c in table.columns if c.kind is ColumnKind.JSON]:
            return _unknown(look, f"{_listed(json)} is JSON, which may hold anything")
        if look.names:
            what = f"values of {_listed(look.names)} look like names, of persons or of things"
            return _unknown(look, what)
        return self._thing(look)

    def _thing(self, look: Look) -> Proposal:
        """Nobody's rows, and what would still have to be looked at before being sure."""
        name, sure, alike = look.table.name, Sureness.LIKELY, "things"
        evidence: list[str] = [_NOTHING]
        others: list[Choice] = []
        if look.texts:
            evidence.append(f"free text in {_listed(look.texts)}, not searched")
            alike = "things with free text"
        if writers := [p for p in self._pointers[name] if p.to in self._persons]:
            evidence.append(f"written or handled by: {'; '.join(map(_said, writers))}")
            alike = f"{alike} by {writers[0].to}"
            others = [Choice(Whose.OWNED, (_hop(p, self.signals),)) for p in writers]
            sure = Sureness.UNSURE if look.texts else sure
        if loose := self._loose(look):
            evidence.append(f"it is not known where {_listed(loose)} points")
            sure, alike = Sureness.UNSURE, "things with a loose pointer"
        awaited = self._awaited(name)
        if awaited:
            evidence.append(f"belongs to whom the rows of {awaited} belong to, if to anybody")
            alike = f"{alike} of {awaited}"
        found = _nobody(look, sure, "things, no persons", alike, self._beside(name))
        return replace(
            found, evidence=tuple(evidence), waits=awaited, others=(*others, *found.others)
        )

    def _awaited(self, name: str) -> str:
        """A table of which nobody knows yet whose it is, and to which this one leads."""
        for pointer in self._pointers[name]:
            if pointer.to in self._doubtful and not _is_writer(pointer):
                return pointer.to
        return ""

    @cached_property
    def _doubtful(self) -> frozenset[str]:
        """Tables that may turn out to hold persons, and all that lead to them."""
        found = {n for n in self._persons if n not in self.said and is_of_organisations(n)}
        found |= {n for n in self._pointers if n not in self.said and self._is_doubtful(n)}
        while True:
            more = {
                n
                for n, several in self._pointers.items()
                if n not in found and n not in self._standings and n not in self.said
                and any(p.to in found and not _is_writer(p) for p in several)
            }  # fmt: skip
            if not more:
                return frozenset(found)
            found |= more

    def _is_doubtful(self, name: str) -> bool:
        look = self.signals.looks[name]
        if name in self._persons or name in self._standings or not self._is_open(name):
            return False
        return bool(look.names or self._signs[look.table.name])

    def _loose(self, look: Look) -> tuple[str, ...]:
        """Columns called as pointers are of which nobody knows where they point."""
        known = {f for p in self._pointers[look.table.name] for f in p.fields}
        return tuple(
            c.name
            for c in look.table.columns
            if c.name not in known
            and c.kind in {ColumnKind.INTEGER, ColumnKind.UUID}
            and (c.name,) != look.table.key
            and is_called_pointer(c.name)
            and may_point(look.table, c)
        )

    def _weighed(self, proposal: Proposal) -> Proposal:
        look = self.signals.looks[proposal.table]
        days = max((self.today - look.oldest).days, 1) if look.oldest else 0
        persons = 0 if proposal.choice.whose in (Whose.NOBODY, Whose.OUT) else look.rows
        if proposal.path:
            root = self.signals.looks.get(proposal.path[-1])
            persons = min(look.rows, root.rows) if root and root.rows else look.rows
        holds = tuple(sorted(self._signs[look.table.name] | (look.categories & DIRECT)))
        return replace(proposal, rows=look.rows, persons=persons, days=days, holds=holds)


def _plain(look: Look, whose: Whose, sure: Sureness, *evidence: str) -> Proposal:
    return Proposal(look.table.name, Choice(whose), sure, evidence)


def _unknown(look: Look, what: str) -> Proposal:
    others = (Choice(Whose.PERSONS), Choice(Whose.NOBODY, because="no person's rows"))
    return replace(_plain(look, Whose.UNKNOWN, Sureness.UNSURE, what), others=others)


def _nobody(
    look: Look, sure: Sureness, because: str, alike: str, beside: tuple[Hop, ...]
) -> Proposal:
    choice = Choice(Whose.NOBODY, beside=beside, because=because)
    found = replace(_plain(look, Whose.NOBODY, sure, because), choice=choice, alike=alike)
    return replace(found, others=(Choice(Whose.PERSONS),))


def _signs(look: Look) -> frozenset[str]:
    """What of a person it holds. A plain `name` counts in a table called after persons, values like
    names there too, and beside something else of a person."""
    named = [g for g in look.guesses if g.category != "name" or not is_weak_name(g.field)]
    found = frozenset(g.category for g in named) & OF_PERSONS
    weak = any(is_weak_name(c.name) for c in look.table.columns)
    called = is_of_persons(look.table.name)
    if (called and (look.names or weak)) or (found - {"name"} and look.names):
        found |= {"name"}
    return found


def _has_unique(look: Look, category: str) -> bool:
    fields = [g.field for g in look.guesses if g.category == category]
    return any((f,) in look.table.unique or f in look.single for f in fields)


def _derived(table: Table) -> str:
    """Why nobody is asked about what shows the rows of other tables."""
    if table.is_foreign:
        return "a foreign table: its rows lie in another system, which is mapped for itself"
    if table.materialized:
        return "derived: holds copies until it is refreshed, and nothing is erased in it"
    return "a view; nothing is stored by itself"


def _is_writer(pointer: Pointer) -> bool:
    return any(map(is_writer_word, pointer.fields)) and pointer.fit < 1.5


def _is_about_staff(table: str, standing: Standing) -> bool:
    """The table's own name, or its key, says that it is about them."""
    pointer = standing.by
    if pointer is None:
        return False
    happens = happening(bare(table)) in {"logged", "started"}
    return happens or pointer.is_single or set(pointer.fields) <= set(standing.key)


def _best(pointers: list[Pointer]) -> Iterator[Pointer]:
    """For the same columns one pointer, and no part of a composite one that says the same."""
    order = {Sureness.SURE: 0, Sureness.LIKELY: 1, Sureness.UNSURE: 2}
    taken: set[tuple[str, ...]] = set()
    for pointer in sorted(pointers, key=lambda p: (order[p.sureness], _RANK[p.basis], -p.fit)):
        is_email = pointer.basis in {Basis.EMAIL, Basis.VALUES}
        if pointer.fields not in taken and not (is_email and not _proves(pointer)):
            taken.add(pointer.fields)
            yield pointer


def _proves(pointer: Pointer) -> bool:
    return pointer.inclusion is not None and pointer.inclusion.proves


def _hop(pointer: Pointer, signals: Signals) -> Hop:
    key = signals.looks[pointer.to].table.key
    parent = () if pointer.parent_fields == key else pointer.parent_fields
    return Hop(pointer.to, pointer.fields, parent, pointer.basis is Basis.EMAIL)


def _said(pointer: Pointer) -> str:
    """The evidence for a pointer in words."""
    columns = ", ".join(f"`{f}`" for f in pointer.fields)
    said = f"{columns} → {pointer.to}: by {pointer.basis.value}"
    if pointer.inclusion and pointer.inclusion.seen:
        found = pointer.inclusion
        said += f"; {found.found} of {found.seen} sampled values are there"
        said += f" (by chance {found.chance:.0%})" if found.chance > 0 else ""
    return said + ("; an index leads there" if pointer.is_led else "")


def _listed(names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(names)
