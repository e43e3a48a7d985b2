"""Predicates as MariaDB says them.

Collations of MariaDB may ignore case, accents and spaces at the end; here two texts are equal when
their characters are. Where a column's own collation would find them equal too, that comparison
stands beside the exact one, so that an index can be used. Related rows are asked for with `IN`,
which this server can answer from one reading of them, and not with `EXISTS`, which it often asks
anew for every row.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import sqlalchemy as sa

from avow.estate.connectors import mariadb_inside
from avow.estate.connectors.base import Refused, Window
from avow.estate.connectors.catalogue import Column, ColumnKind
from avow.estate.connectors.leading import leads, names_none
from avow.estate.connectors.render import (
    ELEMENT,
    TEXTUAL,
    Condition,
    Elements,
    Expression,
    Grammar,
    Renderer,
    key_pairs,
    value,
)
from avow.estate.connectors.values import typed
from avow.estate.connectors.written import Pieces, around, joined
from avow.estate.datamap.edges import Edge, Side
from avow.estate.datamap.leaf_moments import Told
from avow.estate.datamap.model import Blank, BlankKind, Normaliser
from avow.estate.datamap.predicates import TRUE, And, InKeys, Null, Predicate, Related, Until
from avow.estate.datamap.reach import Key

Pair: TypeAlias = tuple[Expression, Expression]
Field: TypeAlias = tuple[Column, Expression]
MOMENTS = frozenset({ColumnKind.DATE, ColumnKind.NAIVE, ColumnKind.INSTANT})
EXACT = "utf8mb4_nopad_bin"
"""The collation in which texts are equal when their characters are, spaces at the end included."""
_CASELESS = "hebrew"
"""A character set of single bytes in whose upper half no letter has a lower case: of the bytes of a
text, lower case there changes A to Z alone."""
_START = 190
"""Characters of a text that are looked up by an index."""
_CHARSET = re.compile(r" CHARACTER SET (\w+) COLLATE (\w+)$")
_LETTERS = {
    "utf8mb4": "",
    "utf8mb3": r"\x{0}-\x{FFFF}",
    "latin1": r"\x{0}-\x{7F}\x{A0}-\x{FF}€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ",
    "ascii": r"\x{0}-\x{7F}",
}
"""What a character set can say, for a regular expression; nothing where that is all."""
_FOLDING = r"[a-z0-9]+_(general|swedish|unicode|unicode_520|uca1400_a[is])_ci"
_PADS: Mapping[Normaliser, re.Pattern[str]] = {
    Normaliser.ASCII_LOWER: re.compile(_FOLDING),
    Normaliser.TRIM: re.compile(rf"{_FOLDING}|[a-z0-9]+_bin"),
}
"""Collations that find equal what is so after this, whatever spaces stand at the end: none has
letters made of several, or a language with another small letter for an I."""
_NUMERIC = frozenset({ColumnKind.INTEGER, ColumnKind.NUMBER})
_INTEGER = re.compile(r"[1-9][0-9]{0,19}")


def cast_as(expression: Expression, native: str) -> Expression:
    """The value as a type that only this server has."""
    return sa.func.convert(expression, sa.literal_column(native))


def written_in(column: Column) -> tuple[str, str] | None:
    """The character set and collation of a text column."""
    found = _CHARSET.search(column.native)
    return (found[1], found[2]) if found else None


def using(expression: Expression, charset: str) -> Expression:
    """The value as text in a character set."""
    return sa.func.convert(expression.op("USING")(sa.literal_column(charset)))


def exact(expression: Expression) -> Expression:
    """The value as text that is compared character by character."""
    return sa.collate(using(expression, "utf8mb4"), EXACT)


class MariadbGrammar(Grammar):
    """What MariaDB says in its own way."""

    def text(self, column: Expression) -> Expression:
        return exact(column)

    def read(self, column: Expression, of: Column) -> Expression:
        return exact(column) if of.kind is ColumnKind.TEXT else column

    def lower(self, text: Expression) -> Expression:
        lowered = sa.func.lower(using(_bytes(using(text, "utf8mb4")), _CASELESS))
        return exact(_bytes(lowered))

    def digits(self, text: Expression) -> Expression:
        return exact(sa.func.regexp_replace(text, "[^0-9]", ""))

    def leaf(self, base: Expression, column: Column) -> Expression:
        return mariadb_inside.leaf(base, column)

    def with_leaf(self, base: Expression, column: Column, text: Expression | None) -> Expression:
        return mariadb_inside.with_leaf(base, column, None if text is None else exact(text))

    def moment(self, said: Expression, told: Told) -> Expression:
        return mariadb_inside.moment(exact(said), told)

    def until_said(self, said: Expression, told: Told, leaf: Until) -> Condition:
        return mariadb_inside.until_said(exact(said), told, leaf)

    def elements(self, base: Expression, column: Column) -> Elements:
        return mariadb_inside.elements(base, column)

    def with_elements(
        self, base: Expression, column: Column, elements: Elements, kept: Condition
    ) -> Expression:
        return mariadb_inside.with_elements(base, column, elements, kept)

    def year_start(self, expression: Expression, column: Column) -> Expression:
        first: Expression = sa.func.makedate(sa.func.year(expression), 1)
        if column.kind is not ColumnKind.DATE:
            first = sa.cast(first, sa.DateTime())
        if column.kind is ColumnKind.INSTANT:  # whose first second of 1970 stands for no time
            first = sa.func.greatest(first, sa.literal("1970-01-01 00:00:01"))
        return sa.case((happened(expression), first), else_=expression)

    def hashed(self, text: Expression) -> Expression:
        return cast_as(sa.func.md5(using(text, "utf8mb4")), "UUID")

    def coarse(self, expression: Expression, column: Column, table: str) -> Expression:
        """An address keeps its network: /24 of IPv4, /48 of IPv6."""
        if column.native == "inet4":
            three = sa.func.substring_index(using(expression, "utf8mb4"), ".", 3)
            return cast_as(sa.func.concat(three, ".0"), "INET4")
        if column.native == "inet6":
            return cast_as(_network(expression), "INET6")
        return super().coarse(expression, column, table)


def _bytes(expression: Expression) -> Expression:
    return cast_as(expression, "BINARY")


def _network(address: Expression) -> Expression:
    """The first 48 bits; of an IPv4 address in this form, its first 24."""
    whole = sa.func.inet6_aton(using(address, "utf8mb4"))
    keep = sa.case((sa.func.is_ipv4_mapped(whole) == 1, 15), else_=6)
    zeros = sa.func.repeat(sa.func.unhex("00"), 16 - keep)
    return sa.func.inet6_ntoa(sa.func.concat(sa.func.left(whole, keep), zeros))


def _beginning(text: Expression) -> Expression:
    """So much of a text that the server can look it up in a relation that it made itself."""
    short = cast_as(sa.func.left(text, sa.literal(_START)), f"CHAR({_START})")
    return sa.collate(short, EXACT)


def happened(moment: Expression) -> Condition:
    """It is a day of the calendar: not `0000-00-00`, not a month without a day, not 31 February."""
    return sa.func.dayofmonth(moment).between(1, sa.func.dayofmonth(sa.func.last_day(moment)))


class MariadbRenderer(Renderer):
    """Renders predicates for MariaDB. A date that is no day of the calendar counts as absent."""

    # --- values --------------------------------------------------------------------------

    def text(self, expression: Expression, column: Column) -> Expression:
        """The value as text, exact; bytes as hexadecimal digits."""
        if column.kind is ColumnKind.BYTES:
            return exact(sa.func.lower(sa.func.hex(expression)))
        if column.kind is ColumnKind.BOOLEAN:
            words = ((expression == sa.literal(1), "true"), (expression == sa.literal(0), "false"))
            return exact(sa.case(*words, else_=using(expression, "utf8mb4")))
        if column.native.startswith("bit("):
            return exact(expression + sa.literal(0))
        return exact(expression)

    def pairs(
        self,
        one: tuple[Column, Expression],
        two: tuple[Column, Expression],
        how: Normaliser = Normaliser.EXACT,
    ) -> list[Pair]:
        """What is pairwise equal when the two values are: the last pair says it exactly, one
        before it what follows from that in the second value's own collation."""
        (left, a), (right, b) = one, two
        alike = left.kind is right.kind or {left.kind, right.kind} <= _NUMERIC
        textual = left.kind in {*TEXTUAL, ColumnKind.JSON}
        if alike and not textual:
            return [(a, b)]
        if not alike or how is not Normaliser.EXACT:
            return [(self.normal(*self._said(one), how), self.normal(*self._said(two), how))]
        said = [(self.text(a, left), self.text(b, right))]
        if left.kind is not ColumnKind.TEXT:
            return [(a, b), *said] if left.native == right.native else said
        return [*_collated(one, two), *said]

    def _said(self, one: tuple[Column, Expression]) -> tuple[Expression, Column]:
        column, expression = one
        is_text = column.kind is ColumnKind.TEXT
        return expression if is_text else self.text(expression, column), column

    def same(
        self,
        one: tuple[Column, Expression],
        two: tuple[Column, Expression],
        how: Normaliser = Normaliser.EXACT,
    ) -> Condition:
        return sa.and_(*(a == b for a, b in self.pairs(one, two, how)))

    def normal(self, expression: Expression, column: Column, how: Normaliser) -> Expression:
        if column.kind not in TEXTUAL:
            return expression
        return exact(expression) if how is Normaliser.EXACT else self._trimmed(expression, how)

    def _trimmed(self, expression: Expression, how: Normaliser) -> Expression:
        trimmed = sa.func.trim(expression)
        match how:
            case Normaliser.ASCII_LOWER:
                return self.grammar.lower(trimmed)
            case Normaliser.DIGITS:
                return self.grammar.digits(trimmed)
        return exact(trimmed)

    def _equal(self, column: Column, rows: Expression, text: str, negated: bool) -> Condition:
        meant = _meant(text, column)
        if meant is None:
            return rows.is_not(None) if negated else sa.false()
        said = column.kind in {*TEXTUAL, ColumnKind.JSON}
        left = self.text(rows, column) if said else rows
        return left != value(meant) if negated else left == value(meant)

    def holds(self, column: Column, rows: Expression, content: Expression) -> Condition:
        """The column holds this value, which was read from it."""
        if column.kind not in {*TEXTUAL, ColumnKind.JSON}:
            return rows == content
        return self.text(rows, column) == exact(content)

    # --- moments -------------------------------------------------------------------------

    def moment(self, dataset: str, column: str, rows: sa.FromClause) -> Expression:
        """A column of moments, absent where it tells none."""
        there = self.of(dataset, column, rows)
        return sa.case((happened(there), there))

    def _leaf(self, dataset: str, predicate: Predicate, rows: sa.FromClause) -> Condition:
        match predicate:
            case Null(f, negated) if self.column(dataset, f).kind in MOMENTS:
                there = happened(self.of(dataset, f, rows))
                return there if negated else sa.func.ifnull(there, sa.literal(0)) == sa.literal(0)
            case Until(field=f) if self.column(dataset, f).kind in MOMENTS:
                there = happened(self.of(dataset, f, rows))
                return sa.and_(super()._leaf(dataset, predicate, rows), there)
        return super()._leaf(dataset, predicate, rows)

    # --- other rows ----------------------------------------------------------------------

    def _write(self, dataset: str, predicate: Predicate, rows: sa.FromClause, depth: int) -> Pieces:
        """Beside keys, of a few rows it is asked one by one what they point to: from one reading of
        all related rows the server would answer dearly."""
        if isinstance(predicate, And) and any(map(leads, predicate.parts)):
            found = [
                self._none(p, rows, depth)
                if isinstance(p, Related) and names_none(p, self.table(p.dataset))
                else self._written(dataset, p, rows, depth)
                for p in predicate.parts
            ]
            return joined(found, "AND")
        return super()._write(dataset, predicate, rows, depth)

    def _none(self, leaf: Related, rows: sa.FromClause, depth: int) -> Pieces:
        others = self._inner(leaf, depth + 1)
        conditions = [self.writer.pieces(c) for c in self.joined(leaf.edge, rows, others)]
        if leaf.where != TRUE:
            conditions.append(self._written(leaf.dataset, leaf.where, others, depth + 1))
        return self._exists(others, conditions, negated=True)

    def _in_keys(self, dataset: str, leaf: InKeys, rows: sa.FromClause) -> Pieces:
        keys = self.keys(leaf.keys)
        mine, listed = self._fields(dataset, leaf.fields, rows)
        met = [self.pairs(b, a) for a, b in zip(mine, key_pairs(keys), strict=True)]
        pairs = [(a, b) for each in met for b, a in each]
        inside = [] if leaf.until is None else [keys.relation.c.day <= value(leaf.until)]
        given = [self.writer.pieces(c) for c in inside]
        return self._among([keys.relation], pairs, listed, [], given, leaf.negated)

    def _related(self, leaf: Related, rows: sa.FromClause, depth: int) -> Pieces:
        others = self._inner(leaf, depth + 1)
        up = leaf.to is Side.PARENT
        child, parent = (rows, others) if up else (others, rows)
        edge = leaf.edge
        mine, theirs, listed = self.ends(edge, child, parent)
        ours = [*self.speaks(edge, child), *self.filled(edge, mine)]
        pairs = self.met(edge, mine, theirs) if up else self.met(edge, theirs, mine)
        said = [self.writer.pieces(c) for c in ours]
        inside = [] if up else said
        if leaf.where != TRUE:
            inside.append(self._written(leaf.dataset, leaf.where, others, depth + 1))
        if up:
            return self._among([others], pairs, listed, said, inside, leaf.negated)
        return self._among([others, *listed], pairs, [], [], inside, leaf.negated)

    def ends(
        self, edge: Edge, child: sa.FromClause, parent: sa.FromClause
    ) -> tuple[list[Field], list[Field], list[sa.FromClause]]:
        """The fields of an edge on either side, with their columns, and the elements of lists among
        those of the child: a relation beside its rows."""
        mine, listed = self._fields(edge.child, edge.child_fields, child)
        theirs, _ = self._fields(edge.parent, edge.parent_fields, parent)
        return mine, theirs, listed

    def _fields(
        self, dataset: str, fields: Sequence[str], rows: sa.FromClause
    ) -> tuple[list[Field], list[sa.FromClause]]:
        """Fields of rows with their columns. A list stands for any one of its elements."""
        found: list[Field] = []
        listed: list[sa.FromClause] = []
        for each in fields:
            column, expression = self.column(dataset, each), self.of(dataset, each, rows)
            if column.inside is not None and column.inside.each:
                elements = self.grammar.elements(expression, column)
                listed.append(elements.relation)
                column, expression = ELEMENT, elements.text
            found.append((column, expression))
        return found, listed

    def met(
        self,
        edge: Edge,
        outer: Sequence[tuple[Column, Expression]],
        inner: Sequence[tuple[Column, Expression]],
    ) -> list[Pair]:
        """The pairs that are equal where two rows meet over an edge."""
        found = zip(outer, inner, strict=True)
        return [pair for a, b in found for pair in self.pairs(a, b, edge.normalise)]

    def filled(self, edge: Edge, mine: Sequence[tuple[Column, Expression]]) -> list[Condition]:
        """An empty text in a link by value points nowhere."""
        if not edge.by_value:
            return []
        return [
            self.normal(e, c, edge.normalise) != value("") for c, e in mine if c.kind in TEXTUAL
        ]

    def meet(
        self,
        edge: Edge,
        mine: Sequence[tuple[Column, Expression]],
        theirs: Sequence[tuple[Column, Expression]],
    ) -> list[Condition]:
        equal = [a == b for a, b in self.met(edge, mine, theirs)]
        return [*equal, *self.filled(edge, mine)]

    def _among(
        self,
        inner: Sequence[sa.FromClause],
        pairs: Sequence[Pair],
        listed: Sequence[sa.FromClause],
        outside: Sequence[Pieces],
        inside: Sequence[Pieces],
        negated: bool,
    ) -> Pieces:
        """The outer values of the pairs, which may stand in `listed` elements of the outer row, are
        among the inner ones of rows that satisfy `inside`."""
        there: Pieces = (*self._listed([b for _, b in pairs]), " FROM ", *self._named(inner))
        there = (*there, " WHERE ", *joined(inside, "AND")) if inside else there
        mine = around("(", self._listed([a for a, _ in pairs]), ") IN (SELECT ")
        whole = joined([*outside, (*mine, *there, ")")], "AND")
        if listed:
            some = ("EXISTS (SELECT 1 FROM ", *self._named(listed), " WHERE ", *whole, ")")
            whole = joined([some], "AND")
        # Not `= 0`: of two such questions the server would take one for the other where their texts
        # begin alike, since it puts the constant in the place of what it believes to be equal.
        return around("IFNULL(", whole, ", 0) < 1") if negated else whole

    def _named(self, relations: Sequence[sa.FromClause]) -> Pieces:
        """Relations, as they stand behind `FROM`."""
        starts = map(self.writer.beginning, relations)
        return joined([(*_cut((_bare(s[0]), *s[1:]), " WHERE "),) for s in starts], ",")

    def _listed(self, values: Sequence[Expression]) -> Pieces:
        return joined([self.writer.pieces(v) for v in values], ",")

    # --- keys in order -------------------------------------------------------------------

    def _beside(self, dataset: str, key: Key, rows: sa.FromClause, sign: str) -> Condition:
        """Spelled out: the server cannot follow an index by a comparison of whole rows."""
        columns = self.key_columns(dataset)
        given = [self.grammar.given(v, c) for v, c in zip(key, columns, strict=True)]
        mine = [rows.c[c.name] for c in columns]
        strict = sign[0]
        found: Condition = mine[-1].op(sign, is_comparison=True)(given[-1])
        for at in range(len(mine) - 2, -1, -1):
            further = mine[at].op(strict, is_comparison=True)(given[at])
            found = sa.or_(further, sa.and_(mine[at] == given[at], found))
        if len(mine) == 1:
            return found
        return sa.and_(mine[0].op(f"{strict}=", is_comparison=True)(given[0]), found)

    def is_kept_apart(self, dataset: str) -> bool:
        """Whether the server itself sees to it that no two rows have one key."""
        table, key = self.table(dataset), set(self.key(dataset))
        loose = {c.name for c in table.columns if c.nullable}
        return not loose & key and any(set(u) <= key for u in table.unique)

    def keys_of(
        self, dataset: str, where: Predicate, window: Window | None = None
    ) -> sa.Select[Any]:
        """The keys of the rows that satisfy `where` within the window."""
        rows = self.other(dataset)
        keys: sa.Select[Any] = sa.select(*(rows.c[f] for f in self.key(dataset)))
        return keys.where(self.where(dataset, where, rows), *self.within(dataset, window, rows))

    def key_values(self, dataset: str, rows: sa.FromClause) -> list[Expression]:
        """The key as a key set holds it: two texts stay two, whatever their collation says."""
        texts = {*TEXTUAL, ColumnKind.JSON}
        return [
            self.text(rows.c[c.name], c) if c.kind in texts else rows.c[c.name]
            for c in self.key_columns(dataset)
        ]

    def meeting(
        self,
        known: sa.Select[Any],
        fields: Sequence[tuple[Field, Field]],
        how: Normaliser,
        rows: sa.FromClause,
        dataset: str,
        listed: Sequence[sa.FromClause] = (),
        also: Sequence[Condition] = (),
    ) -> sa.Select[Any]:
        """The subject of `known` and the keys of `rows` that its fields meet, normalised."""
        (one, two), *more = fields
        near = None if more or listed else self.near(dataset, one, two, how)
        if near is not None:
            said = self.normal(*self._said(one), how)
            return self.met_nearly(known, (said, two[1], how), near, rows, dataset, also)
        pairs = [pair for a, b in fields for pair in self.pairs(a, b, how)]
        return self.met_by(known, pairs, rows, dataset, listed, also)

    def met_by(
        self,
        known: sa.Select[Any],
        pairs: Sequence[Pair],
        rows: sa.FromClause,
        dataset: str,
        listed: Sequence[sa.FromClause] = (),
        also: Sequence[Condition] = (),
    ) -> sa.Select[Any]:
        """The subject of `known` and the keys of `rows` that its values meet, pair by pair.

        Its values are gathered first. Where no column of `rows` stands for itself, no index helps:
        every row is then read once, and its beginning looked up among those of the values. `also`
        must be true of the rows.
        """
        is_computed = not any(isinstance(b, sa.ColumnClause) for _, b in pairs)
        if is_computed:
            starts = [(_beginning(a), _beginning(b)) for a, b in pairs]
            pairs = [*starts, *pairs]
        named = known.add_columns(*(a.label(f"v{n}") for n, (a, _) in enumerate(pairs)))
        values = named.distinct().subquery("g")
        met = [values.c[f"v{n}"] == b for n, (_, b) in enumerate(pairs)]
        found: sa.Select[Any] = sa.select(values.c[0], *self.key_values(dataset, rows))
        found = found.where(*met, *also).distinct()
        if is_computed:
            return found.select_from(rows, *listed, values).prefix_with("STRAIGHT_JOIN")
        return found

    def near(self, dataset: str, one: Field, two: Field, how: Normaliser) -> Expression | None:
        """What the second value, a column with an index, is equal to by the column's own collation
        if the two are equal as `how` says, and it does not begin with a space; None where that does
        not follow."""
        (column, text), spoken = two, written_in(two[0])
        if spoken is None or not isinstance(text, sa.ColumnClause) or column.inside is not None:
            return None
        if (fits := _PADS.get(how)) is None or fits.fullmatch(spoken[1]) is None:
            return None
        if not any(index[:1] == (column.name,) for index in self.table(dataset).indexes):
            return None
        return _in_charset(self.normal(*self._said(one), how), *spoken)

    def met_nearly(
        self,
        known: sa.Select[Any],
        pair: tuple[Expression, Expression, Normaliser],
        near: Expression,
        rows: sa.FromClause,
        dataset: str,
        also: Sequence[Condition] = (),
    ) -> sa.Select[Any]:
        """As `met_by` for one pair: the rows are looked up by the index, one value after the other,
        and compared exactly then; those that begin with a space are looked at one by one."""
        given, bare, how = pair
        asked = self._trimmed(bare, how)
        named = known.add_columns(given.label("v0"), near.label("v1")).distinct().subquery("g")
        found = sa.select(named.c[0], *self.key_values(dataset, rows))
        found = found.where(named.c.v0 == asked, *also).prefix_with("STRAIGHT_JOIN")
        looked_up = found.select_from(named, rows).where(bare == named.c.v1)
        spaced = found.select_from(rows, named).where(bare.like(value(" %")))
        both = sa.union(looked_up, spaced).subquery("b")
        return sa.select(*both.c)

    # --- emptying ------------------------------------------------------------------------

    def _ghost(self, dataset: str, column: Column, rows: sa.FromClause) -> Expression:
        key = [self.text(rows.c[c.name], c) for c in self.key_columns(dataset)]
        parts = [part for each in key for part in (sa.literal("-"), each)][1:]
        made = sa.func.concat(sa.literal("gone-"), *parts)
        match column.kind:
            case ColumnKind.TEXT:
                return made
            case ColumnKind.UUID:
                return self.grammar.hashed(made)
        raise Refused("form", dataset, column.name)

    def emptied(self, dataset: str, blanks: Mapping[str, Blank]) -> dict[str, Expression]:
        made = super().emptied(dataset, blanks)
        for field in made:
            if blanks[field].kind is BlankKind.NULL and self.column(dataset, field).generated:
                raise Refused("form", dataset, field)
        return made

    def _differs(
        self, dataset: str, column: str, new: Expression, rows: sa.FromClause
    ) -> Condition:
        old, of = self.of(dataset, column, rows), self.column(dataset, column)
        if isinstance(new, sa.Null):
            return old.is_not(None)
        if of.inside is not None:
            return sa.and_(old.is_not(None), exact(old) != exact(new))
        if of.kind in {*TEXTUAL, ColumnKind.JSON}:
            old, new = self.text(old, of), exact(new)
        return old.is_distinct_from(new)


def _meant(text: str, column: Column) -> object | None:
    """See `typed`; a column of truth values may hold other numbers too, and one without a sign
    larger ones."""
    found = typed(text, column.kind)
    more = column.kind is ColumnKind.BOOLEAN or column.native.endswith("unsigned")
    if found is None and more and _INTEGER.fullmatch(text) and text not in {"0", "1"}:
        return int(text)
    return found


def _collated(one: tuple[Column, Expression], two: tuple[Column, Expression]) -> list[Pair]:
    """Two texts that are equal are equal in every collation: in that of the second column, whose
    index can then be used; in its own form if the first has the same."""
    (left, a), (right, b) = one, two
    mine, theirs = written_in(left), written_in(right)
    if theirs is None:
        return []
    if mine == theirs:
        return [(a, b)]
    said = _in_charset(a, *theirs)
    return [] if said is None else [(said, b)]


def _in_charset(text: Expression, charset: str, collation: str) -> Expression | None:
    """A text in a column's own character set and collation, absent where it has letters that the
    set has not: to ask for them is an error. None where nobody knows which those are."""
    if charset not in _LETTERS:
        return None
    there = using(text, charset)
    if letters := _LETTERS[charset]:
        whole = exact(text).op("REGEXP", is_comparison=True)(value(rf"\A[{letters}]*\z"))
        there = sa.case((whole, there))
    return sa.collate(there, collation)


def _bare(piece: object) -> str:
    """What stands behind the first `FROM`."""
    return str(piece).partition("FROM ")[2]


def _cut(pieces: Pieces, end: str) -> Pieces:
    """Without the word that a condition would stand behind."""
    return (*pieces[:-1], str(pieces[-1]).removesuffix(end))
