"""Places of a copy that may be somebody else's or protected: proposed, decided one by one, hidden.

The right of others limits the copy and never the answer: whole rows, tables or answers cannot be
hidden, and each hidden place has its reason (art. 15(4) GDPR).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

import msgspec

from avow.common.errors import AvowError
from avow.common.masked import SHOWN, Masked
from avow.declaration.model import Declaration
from avow.duties.requests.answering.contents import Veiled
from avow.duties.requests.answering.copy import FILE, Copy, Row, Table, plain
from avow.duties.requests.answering.detecting import (
    Detector,
    Kind,
    is_contact,
    is_credential,
    texts,
    without,
)
from avow.duties.requests.words import Ground
from avow.estate.datamap.model import Dataset

AROUND = 60
"""Letters of context on each side of a place, for a reviewer who opens it."""
CONTACT = frozenset(
    f"pd:{name}"
    for name in ("EmailAddress", "EmailAddressPersonal", "EmailAddressWork", "TelephoneNumber")
)
"""Terms of categories that say where a person is reached."""
GROUNDS = (Ground.OTHERS_RIGHTS, Ground.PRIVILEGE, Ground.SECRET)
"""Why a place may be hidden: nothing else limits a copy."""


class AnswerRefused(AvowError):
    """Something about an answer may not be done (AV615 to AV619, AV631)."""

    code = "AV616"


class Keeps(StrEnum):
    """Why a place is shown though it looks like somebody else's: the whole list."""

    OWN = "own"
    FROM_PERSON = "person-wrote-it"
    ORGANISATION = "organisation"
    PUBLIC = "public"
    CONSENT = "other-person-agrees"


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """A place: a piece of a cell, or the whole of it where `text` is empty. `decision` is the
    ground it is hidden for, or why it is shown; empty while nobody has decided."""

    number: int
    place: str
    key: tuple[str, ...]
    column: str
    kind: Kind
    text: str = ""
    decision: str = ""
    by: str = ""

    def __repr__(self) -> str:
        return f"Mark({self.number}, {self.place}.{self.column}, {self.kind})"

    @property
    def is_hidden(self) -> bool:
        """Whether the person does not see it."""
        return self.decision in {str(g) for g in GROUNDS}


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A mark as a reviewer sees it: the piece and what stands around it, masked unless opened."""

    mark: Mark
    before: str
    piece: str
    after: str


def detector(declaration: Declaration, copy: Copy, others: Iterable[str] = ()) -> Detector:
    """What finds others in a copy: everybody whose identity stands in rows that the person may see
    and does not own, and `others`. What names the person or the organisation is nobody else's, nor
    is the person's declared contact data, unless it names somebody of those."""
    own, known, contacts = set(copy.names), set(others), set[str]()
    systems = declaration.datamap.systems
    for table in copy.tables:
        if table.is_by_hand:
            continue
        dataset = systems[table.system].datasets[table.dataset]
        naming = {i.field for i in dataset.identities}
        for row in table.rows:
            values = {
                str(v)
                for (n, _), v in zip(table.columns, row.values, strict=True)
                if n in naming and v
            }
            (own if row.own else known).update(values)
        contacts |= set(_contacts(declaration, dataset, table))
    strangers = Detector(known=frozenset(known - own))
    own |= {value for value in contacts if not strangers.names(value)}
    controller = declaration.controller
    ours = (controller.email, controller.officer, controller.phone, controller.address)
    own |= {*filter(None, ours), declaration.mailbox}
    return Detector(frozenset(filter(None, own)), frozenset(known - own))


def _contacts(declaration: Declaration, dataset: Dataset, table: Table) -> Iterator[str]:
    """The addresses and numbers at which the person is reached: the whole cell of a column that the
    map gives to contact data, in a row of theirs that is about themself. A row of another subject's
    table that they own (a company, a ticket) may give those of others, and so may a text."""
    if dataset.subject is None:
        return
    speaking = {f.name for f in dataset.fields if f.of is None}
    for row in (each for each in table.rows if each.own):
        for (name, category), value in zip(table.columns, row.values, strict=True):
            declared = declaration.categories.get(category or "")
            if name not in speaking or declared is None or declared.of_others:
                continue
            if declared.dpv in CONTACT and isinstance(value, str) and is_contact(value):
                yield value


def proposed(declaration: Declaration, copy: Copy, others: Iterable[str] = ()) -> tuple[Mark, ...]:
    """Every place of a copy that may be somebody else's; an empty text is nobody's."""
    finding = detector(declaration, copy, others)
    found: dict[tuple[str, tuple[str, ...], str, str], Kind] = {}
    for table, row, column, category, value in copy.cells():
        if isinstance(value, str) and not value.strip():
            continue
        declared = declaration.categories.get(category)
        if declared is not None and declared.of_others:
            found[table.place, row.key, column, ""] = Kind.OF_OTHERS
            continue
        if table.is_by_hand and column == FILE:
            found[table.place, row.key, column, ""] = Kind.ATTACHMENT
            continue
        if is_credential(column, value):
            found[table.place, row.key, column, ""] = Kind.CREDENTIAL
            continue
        for text in texts(value):
            for hit in finding.hits(text):
                found.setdefault((table.place, row.key, column, hit.text), hit.kind)
    return tuple(
        Mark(number=n, place=place, key=key, column=column, kind=kind, text=text)
        for n, ((place, key, column, text), kind) in enumerate(found.items(), 1)
    )


def pointed(marks: Sequence[Mark], copy: Copy, where: tuple[str, tuple[str, ...], str], text: str,
            ground: Ground, by: str) -> tuple[Mark, ...]:  # fmt: skip
    """The marks with a place more that a reviewer has found and hides.

    Raises:
        AnswerRefused: AV617, there is no such place, or the ground limits no copy.
    """
    place, key, column = where
    there = any(
        (t.place, r.key, c) == where and (not text or any(text in each for each in texts(v)))
        for t, r, c, _, v in copy.cells()
    )
    if not there or ground not in GROUNDS:
        raise _refused("this place cannot be hidden", "there is no such place in the copy"
                       if not there else "the ground limits no copy")  # fmt: skip
    number = max((m.number for m in marks), default=0) + 1
    mark = Mark(number=number, place=place, key=key, column=column, kind=Kind.POINTED, text=text,
                decision=str(ground), by=by)  # fmt: skip
    return (*marks, mark)


def decided(
    marks: Sequence[Mark], numbers: Iterable[int], decision: Ground | Keeps, by: str
) -> tuple[Mark, ...]:
    """The marks with a decision of somebody about some of them.

    Raises:
        AnswerRefused: AV617, there is no such place, or the ground limits no copy.
    """
    wanted, known = set(numbers), {m.number for m in marks}
    if not wanted <= known:
        raise _refused("there is no such place", "the answer has other numbers")
    if isinstance(decision, Ground) and decision not in GROUNDS:
        raise _refused("a place is not hidden for that", f"`{decision}` limits no copy")
    return tuple(
        msgspec.structs.replace(m, decision=str(decision), by=by) if m.number in wanted else m
        for m in marks
    )


def veiled(copy: Copy, marks: Sequence[Mark], mark: str) -> Veiled:
    """The copy without what is hidden, and how many places are, by ground. Places that the data map
    hides are counted as those of others.

    Raises:
        AnswerRefused: AV616, a place is not decided; AV617, nothing would be left.
    """
    waiting = sum(not m.decision for m in marks)
    if waiting:
        raise AnswerRefused(
            f"{waiting} places of the answer are not decided",
            because="they may be somebody else's",
            help="look at each with `avow request redact`",
        )
    grounds = Counter(m.decision for m in marks if m.is_hidden)
    by_map = sum(len(r.hidden) for t in copy.tables for r in t.rows)
    grounds[str(Ground.OTHERS_RIGHTS)] += by_map
    hides = _by_row([m for m in marks if m.is_hidden])
    tables = tuple(_table(table, hides, mark) for table in copy.tables)
    done = msgspec.structs.replace(copy, tables=tables)
    before, after = _filled(copy), _filled(done)
    if before and not after:
        raise _refused(
            "an answer that hides everything cannot be given",
            "the rights of others limit the copy, and do not refuse it (art. 15(4))",
        )
    return Veiled(done, {g: n for g in map(str, GROUNDS) if (n := grounds[g])})


def _filled(copy: Copy) -> int:
    return sum(bool(c) and name not in row.hidden for _, row, name, c, _ in copy.cells())


_Hides = Mapping[tuple[str, tuple[str, ...]], Mapping[str, Sequence[str]]]


def _by_row(marks: Iterable[Mark]) -> _Hides:
    found: dict[tuple[str, tuple[str, ...]], dict[str, list[str]]] = {}
    for m in marks:
        found.setdefault((m.place, m.key), {}).setdefault(m.column, []).append(m.text)
    return found


def _table(table: Table, hides: _Hides, mark: str) -> Table:
    rows = tuple(
        _row(table, row, hides.get((table.place, row.key), {}), mark) for row in table.rows
    )
    return msgspec.structs.replace(table, rows=rows)


def _row(table: Table, row: Row, hides: Mapping[str, Sequence[str]], mark: str) -> Row:
    if not hides:
        return row
    values: list[Any] = []
    whole = set(row.hidden)
    for (name, _), value in zip(table.columns, row.values, strict=True):
        pieces = hides.get(name, ())
        if "" in pieces:
            whole.add(name)
            values.append(None)
        else:
            values.append(without(value, pieces, mark) if pieces else value)
    return msgspec.structs.replace(row, values=tuple(values), hidden=tuple(sorted(whole)))


def leaks(
    declaration: Declaration, copy: Copy, marks: Iterable[Mark], said: str, others: Iterable[str]
) -> int:
    """Pieces that name others and still stand in a finished text, but for those that somebody
    decided to show. The text is what leaves: page, letter and files."""
    finding = detector(declaration, copy, others)
    shown = {m.text for m in marks if m.decision in set(Keeps)}
    gone = Detector(frozenset({*finding.own, *shown}), finding.known)
    return len({hit.text for hit in gone.hits(said)})


def view(
    copy: Copy, marks: Iterable[Mark], opened: frozenset[int] = frozenset()
) -> Iterator[Shown]:
    """The places as a reviewer sees them: masked, but for those that they opened."""
    cells = {(t.place, r.key, c): v for t, r, c, _, v in copy.cells()}
    for m in marks:
        value = cells.get((m.place, m.key, m.column), "")
        whole = next((t for t in texts(value) if m.text in t), "" if m.text else str(plain(value)))
        at = whole.find(m.text) if m.text else 0
        piece = m.text or whole
        before, after = whole[max(0, at - AROUND) : at], whole[at + len(piece) :][:AROUND]
        if m.number in opened:
            yield Shown(mark=m, before=before, piece=piece, after=after)
        else:
            yield Shown(mark=msgspec.structs.replace(m, text=""), before=_mask(before),
                        piece=SHOWN, after=_mask(after))  # fmt: skip


def _mask(text: str) -> str:
    """A text as its shape: letters and digits are dots, so that a reviewer sees where it stands."""
    return "".join("·" if c.isalnum() else c for c in text)


def marks_bytes(marks: Iterable[Mark]) -> Masked[bytes]:
    """Marks as bytes to be sealed."""
    return Masked(msgspec.json.encode(list(marks)))


def read_marks(data: bytes) -> tuple[Mark, ...]:
    """The marks of `marks_bytes`. Raises msgspec.ValidationError."""
    return tuple(msgspec.json.decode(data, type=list[Mark]))


def _refused(what: str, because: str) -> AnswerRefused:
    return AnswerRefused(
        what,
        because=because,
        help="hide single places, each with its ground",
        code="AV617",
    )
