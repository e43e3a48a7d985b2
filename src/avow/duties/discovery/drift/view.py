"""What the schema check looks at, and what it finds: the map, the live schema, the accepted one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from avow.common.findings import Finding, Kind, Severity
from avow.common.places import Place
from avow.declaration.model import Declaration
from avow.duties.discovery.drift.accepted import (
    UNDEFINED,
    Accepted,
    AcceptedTable,
    Paths,
    pointers_of,
)
from avow.duties.discovery.drift.change import Change
from avow.duties.discovery.drift.definitions import Definitions
from avow.duties.discovery.lexicon import OTHER_THINGS, WEAK, folded
from avow.engine.planner.drift import named
from avow.estate.connectors.catalogue import Catalogue, ForeignKey
from avow.estate.datamap.model import Dataset, LinkWord, System

ACCEPT = "look at it, then accept the schema with `avow drift --accept`"
MOST_SHOWN = 12
"""Names in one sentence."""

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class View:
    """One system: its map, its live schema, the paths seen inside its JSON columns, and the schema
    accepted last, if any. `categories` are those declared; `spoken` says which one the map gives
    to columns of a name, where it gives them only one. `defined` is what the database says beside
    its catalogue. `pointers` are the foreign keys of a table, `named` the columns of each dataset
    that the map names."""

    system: System
    catalogue: Catalogue
    paths: Paths
    accepted: Accepted | None
    categories: frozenset[str]
    spoken: Mapping[Words, str]
    defined: Definitions = UNDEFINED
    pointers: Mapping[str, tuple[ForeignKey, ...]] = field(init=False)
    named: Mapping[str, frozenset[str]] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pointers", pointers_of(self.catalogue))
        object.__setattr__(self, "named", named(self.system))

    def of(self, table: str) -> tuple[ForeignKey, ...]:
        """The foreign keys of a table."""
        return self.pointers.get(table, ())

    def before(self, dataset: str) -> AcceptedTable | None:
        """The table as it was accepted; None when it was not."""
        return self.accepted.tables.get(dataset) if self.accepted else None


@dataclass(frozen=True, slots=True)
class Drifted:
    """One difference: where (`table` or `table.column`), the finding, and the change of the map
    that would end it, if one can be written."""

    system: str
    name: str
    finding: Finding
    change: Change | None = field(default=None)


def spoken(declaration: Declaration) -> dict[Words, str]:
    """The words that the map itself uses: folded column name -> its one category. Names that are
    said of anything (`name`, `type`) and that hold several categories say nothing."""
    found: defaultdict[Words, set[str]] = defaultdict(set)
    for system, dataset in declaration.datamap.datasets():
        for each in dataset.fields if is_ours(dataset, system) else ():
            found[folded(each.name)].add(each.category)
    vague = OTHER_THINGS | WEAK
    return {
        words: next(iter(categories))
        for words, categories in found.items()
        if len(categories) == 1 and words and not (len(words) == 1 and words[0] in vague)
    }


def listed(names: Iterable[str]) -> str:
    """Names for a sentence, the first of them when there are many."""
    shown = [f"`{name}`" for name in names]
    more = len(shown) - MOST_SHOWN
    return ", ".join(shown[:MOST_SHOWN]) + (f" and {more:,} more" if more > 0 else "")


def is_ours(dataset: Dataset, system: System) -> bool:
    """Whether the rows are ours as controller: those of a tenant's persons, and what belongs to
    them, are not, and the words of our notice say nothing of them."""
    seen: set[str] = set()
    waiting = [dataset]
    while waiting:
        each = waiting.pop()
        if not each.is_ours:
            return False
        seen.add(each.name)
        owners = [link.to for link in each.links if link.word is LinkWord.OWNED_BY]
        waiting += [system.datasets[o] for o in owners if o in system.datasets and o not in seen]
    return True


def drifted(view: View, name: str, finding: Finding, change: Change | None = None) -> Drifted:
    """A difference in the system that is looked at."""
    return Drifted(view.system.name, name, finding, change)


def defect(
    code: str, severity: Severity, message: str, place: Place, because: str, hint: str
) -> Finding:
    """A difference: the promise is in doubt, and the document may well be right."""
    return Finding(code, message, place, Kind.DEFECT, severity, because, hint)


def place_of(dataset: Dataset, column: str) -> Place:
    """Where the map speaks of a column: its field, else its dataset."""
    return next((f.place for f in dataset.fields if f.name == column), dataset.place)
