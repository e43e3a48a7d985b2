"""Where data come in: what is asked, whether one must, what for, and how long it stays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from avow.declaration.model import Collected, CollectionPoint, InForce, Purpose
from avow.declaration.scope import CellPlace, purpose_uses, rule_covers
from avow.duties.notice.rendering.lifetimes import Lifetime
from avow.duties.notice.rendering.model import Cell, Fact, Line, Piece, Table
from avow.duties.notice.rendering.periods import brief
from avow.duties.notice.rendering.said import APART, Saying, joined


@dataclass(frozen=True, slots=True)
class Kind:
    """What items collected at one place have in common: they are told in one line."""

    required: bool | None
    purposes: tuple[str, ...]
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Common:
    """What holds for every item of a point, and is told once below its table."""

    purposes: tuple[str, ...]
    required: tuple[bool | None, ...]

    @property
    def same_need(self) -> bool:
        """Whether all are required, none is, or of none it is said."""
        return len(self.required) == 1


def point_table(
    saying: Saying, point: CollectionPoint, law: InForce, known: Iterable[Lifetime]
) -> Table:
    """What is collected at a point; items that share everything stand in one row."""
    say = saying.spoken.say
    by_id = {lifetime.rule.id: lifetime for lifetime in known}
    purposes = {purpose.id: purpose for purpose in law.purposes}
    rows: dict[Kind, list[Collected]] = {}
    for item in point.collects:
        rows.setdefault(_kind(law, point, item), []).append(item)
    common = _common(rows)
    shows_why = any(set(kind.purposes) - set(common.purposes) for kind in rows)
    columns = [
        (say("Data"), True),
        (say("Required"), not common.same_need),
        (say("What else for") if common.purposes else say("What for"), shows_why),
        (say("How long"), True),
    ]
    shown = [is_shown for _, is_shown in columns]
    cells = (_row(saying, kind, items, purposes, by_id, common) for kind, items in rows.items())
    return Table(
        f"t-{point.id}",
        say("What we collect: {point}", point=saying.word("point", point.id).text),
        tuple(name for name, is_shown in columns if is_shown),
        tuple(
            tuple(c for c, is_shown in zip(row, shown, strict=True) if is_shown) for row in cells
        ),
        gap="" if point.collects else say("The statement does not say which data come in here."),
        facts=tuple(_facts(saying, point, common, purposes)),
    )


def _kind(law: InForce, point: CollectionPoint, item: Collected) -> Kind:
    place = CellPlace(item.category, point.id)
    return Kind(
        item.required,
        tuple(purpose.id for purpose in law.purposes if purpose_uses(purpose, place)),
        tuple(rule.id for rule in law.rules if rule.ends and rule_covers(rule, place)),
    )


def _common(kinds: Iterable[Kind]) -> Common:
    found = list(kinds)
    first = found[0].purposes if found else ()
    shared = (p for p in first if all(p in kind.purposes for kind in found))
    return Common(tuple(shared), tuple(dict.fromkeys(kind.required for kind in found)))


def _row(
    saying: Saying,
    kind: Kind,
    items: Iterable[Collected],
    purposes: Mapping[str, Purpose],
    known: Mapping[str, Lifetime],
    common: Common,
) -> tuple[Cell, ...]:
    others = [name for name in kind.purposes if name not in common.purposes]
    none = Piece("–") if kind.purposes else _gap(saying.spoken.say("no purpose is named"))
    return (
        Cell(saying.words_of("category", (item.category for item in items))),
        Cell((_must(saying, kind.required),)),
        Cell(_purposes(saying, others, purposes) or (none,)),
        Cell(_long(saying, [known[rule] for rule in kind.rules])),
    )


def _purposes(saying: Saying, ids: Iterable[str], known: Mapping[str, Purpose]) -> Line:
    return joined((saying.word("purpose", name, known[name].clause) for name in ids), APART)


def _must(saying: Saying, required: bool | None) -> Piece:
    say = saying.spoken.say
    if required is None:
        return _gap(say("not said"))
    return Piece(say("yes") if required else say("no"))


def _long(saying: Saying, rules: Sequence[Lifetime]) -> Line:
    """Every period with the clauses that say so; the same words are said once."""
    said: dict[str, list[str]] = {}
    for each in rules:
        said.setdefault(brief(saying, each), []).append(each.rule.clause)
    lines = (
        (Piece(words + " "), *joined(map(saying.clause, dict.fromkeys(clauses))))
        for words, clauses in said.items()
    )
    return tuple(_apart(lines)) or (_gap(saying.spoken.say("no period is named")),)


def _apart(lines: Iterable[Line]) -> Iterator[Piece]:
    for number, line in enumerate(lines):
        if number:
            yield Piece(APART)
        yield from line


def _facts(
    saying: Saying, point: CollectionPoint, common: Common, purposes: Mapping[str, Purpose]
) -> Iterator[Fact]:
    say = saying.spoken.say
    if common.purposes:
        yield Fact(say("All of it serves to"), _purposes(saying, common.purposes, purposes))
    if point.source is not None:
        yield Fact(say("Not from you, but"), (saying.word("source", point.id),))
        return
    if common.same_need:
        yield Fact(say("Must you give it?"), (_must(saying, common.required[0]),))
    yield Fact(say("What if you do not?"), (_refusal(saying, point),))


def _refusal(saying: Saying, point: CollectionPoint) -> Piece:
    if saying.declaration.words(saying.language, "refusal", point.id):
        return saying.word("refusal", point.id)
    return saying.lacks("refusal", point.id, saying.spoken.say("not said"))


def _gap(words: str) -> Piece:
    return Piece(words, is_missing=True)
