"""The tables of a schema by what a column may know of them: words of their names, and their keys.

With ten thousand tables no column can be held against each: it is held against those whose name
shares a word with it, and those whose key ends as it does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from avow.duties.discovery.triage.naming import (
    column_words,
    fit,
    is_of_persons,
    is_of_staff,
    joined,
    table_words,
)
from avow.estate.connectors.catalogue import ColumnKind, Table

MOST_ALIKE = 100
"""Tables that may share a word; a word of more says nothing, but for a table of that name alone."""
SHORTEST = 5
"""Letters by which a key may be known under a prefix."""
_GENERIC = frozenset(
    "id code key cle sleutel seq pos line lang stat type name version parm number nummer nr no "
    "numero obj day date period ligne lijn item mois maand month per year jaar annee".split()
)
"""Names of keys that say nothing: that another table has such a column means nothing."""


@dataclass(frozen=True)
class Keyed:
    """Tables with rows, each with about how many."""

    tables: Mapping[str, Table]
    rows: Mapping[str, int]

    @cached_property
    def masters(self) -> Mapping[tuple[str, ...], str]:
        """Of the tables with the same key the one that the others may point to: the largest, and of
        equally large ones the one whose name the key carries, or else the widest."""
        groups: defaultdict[tuple[str, ...], list[Table]] = defaultdict(list)
        for table in self.tables.values():
            if table.key and not (len(table.key) == 1 and table.key[0].lower() in _GENERIC):
                groups[tuple(map(str.lower, table.key))].append(table)
        return {key: max(same, key=lambda t: self._size(t, key[0])).name
                for key, same in groups.items()}  # fmt: skip

    def _size(self, table: Table, key: str) -> tuple[bool, int, int, str]:
        return fit(key, table.name) >= 2, self.rows[table.name], len(table.columns), table.name

    def composites(self, columns: Iterable[str]) -> Iterator[tuple[tuple[str, ...], str]]:
        """Keys of several columns that begin with one of these, and their master."""
        for column in columns:
            yield from self._composites.get(column, ())

    def near(self, column: str) -> list[str]:
        """Tables with one key column that the column may name, by the words of either, or by the
        end of the key."""
        words = (*column_words(column), joined(column_words(column)))
        found = {name for word in words for name in self._by_word.get(word, ())}
        found |= set(self._by_end.get(_end(column), ()))
        return sorted(found)

    @cached_property
    def persons(self) -> list[str]:
        """Tables called after persons, with one key column."""
        return [name for name in self._single if is_of_persons(name)]

    @cached_property
    def staff(self) -> list[str]:
        """Tables called after people who work with the system, with one key column."""
        return [name for name in self._single if is_of_staff(name)]

    @cached_property
    def long(self) -> list[str]:
        """Tables with a key so long that finding a value there is no chance; persons first."""
        found = [n for n in self._single if _kind(self.tables[n]) is ColumnKind.UUID]
        return sorted(found, key=lambda n: (not is_of_persons(n), n))

    @cached_property
    def _single(self) -> list[str]:
        return sorted(name for name, table in self.tables.items() if len(table.key) == 1)

    @cached_property
    def _composites(self) -> Mapping[str, list[tuple[tuple[str, ...], str]]]:
        found: defaultdict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
        for key, master in self.masters.items():
            if len(key) > 1:
                found[key[0]].append((key, master))
        return found

    @cached_property
    def _by_word(self) -> Mapping[str, list[str]]:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for name in self._single:
            words = table_words(name)
            for word in {*words, joined(words)}:
                found[word].append(name)
        return {
            word: [n for n in names if len(names) <= MOST_ALIKE or joined(table_words(n)) == word]
            for word, names in found.items()
        }

    @cached_property
    def _by_end(self) -> Mapping[str, list[str]]:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for key, master in self.masters.items():
            if len(key) == 1:
                found[_end(key[0])].append(master)
        return found


def _end(column: str) -> str:
    return column.lower()[-SHORTEST:]


def _kind(table: Table) -> ColumnKind | None:
    column = table.column(table.key[0])
    return column.kind if column else None
