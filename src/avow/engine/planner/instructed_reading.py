"""What we hold for a controller, read for it alone: of persons it names, or all of it.

A row counts only where it names that tenant itself, at every step of the way: what points to it
from another sphere, or is pointed to there, is neither read nor followed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field

from avow.engine.planner.erasure_plan import refusal
from avow.engine.planner.keysets import Roots
from avow.engine.planner.making import Estate
from avow.engine.planner.reaching import Reach, passed
from avow.engine.planner.refusals import Guarded
from avow.estate.connectors.base import Access, Connection, Refused
from avow.estate.datamap.edges import Right
from avow.estate.datamap.model import Dataset
from avow.estate.datamap.predicates import InKeys, Predicate, all_of, any_of
from avow.estate.datamap.reach import Key
from avow.estate.datamap.spheres import in_sphere, inside

GIVEN, TAKEN, READ = "instructed.given", "instructed.taken", "instructed.read"
"""The key sets from which rights are spread, to which, and of what is read."""


@dataclass(frozen=True, slots=True)
class Held:
    """The rows of one dataset that are the tenant's, in the order of the columns. `is_cut`: there
    are more than were read."""

    dataset: str
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...] = field(repr=False)
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class HeldFor:
    """What was read of a tenant in one system; `gaps` say what could not be looked into."""

    tables: tuple[Held, ...]
    gaps: tuple[str, ...]

    @property
    def rows(self) -> Mapping[str, int]:
        """How many rows were read, by dataset."""
        return {each.dataset: len(each.rows) for each in self.tables}

    @property
    def is_cut(self) -> bool:
        """Whether some dataset has more rows than were read."""
        return any(each.is_cut for each in self.tables)


def held_for(
    estate: Estate, system: str, value: str, roots: Roots | None = None, *, most: int
) -> HeldFor:
    """Everything that we hold for the tenant that `value` names in the rows of a system; with
    `roots`, what these persons of it own or see there. At most so many rows of each dataset.

    Raises: Away, Guarded: the system does not answer, or refused a question.
    """
    with closing(estate.open(system, Access.READ)) as connection:
        try:
            return read_held(connection, value, roots, most)
        except Refused as refused:
            raise Guarded((refusal(system, refused),)) from refused


def owned_in(estate: Estate, system: str, value: str, roots: Roots) -> dict[str, tuple[Key, ...]]:
    """The keys of the rows, by dataset, that are the tenant's and that these persons of it own.

    Raises: Away, Guarded: the system does not answer, or refused a question.
    """
    with closing(estate.open(system, Access.READ)) as connection:
        tables = connection.catalogue().tables
        reaching = Reach(in_sphere(connection.system, value), tables)
        try:
            known = _claims(connection, reaching, roots)
        except Refused as refused:
            raise Guarded((refusal(system, refused),)) from refused
    return {
        name: tuple(sorted(keys, key=repr))
        for (name, held), keys in sorted(known.items())
        if held is Right.OWN and keys
    }


def read_held(connection: Connection, value: str, roots: Roots | None, most: int) -> HeldFor:
    """The same on an open connection. Raises Refused: the system refuses a statement."""
    tables = connection.catalogue().tables
    reaching = Reach(in_sphere(connection.system, value), tables)
    held = [d for d in reaching.system.datasets.values() if d.is_ours]
    there = [d for d in held if d.name in tables]
    found = None if roots is None else _reached(connection, reaching, roots)
    read = (_table(connection, reaching, d, found, most) for d in there)
    return HeldFor(tuple(t for t in read if t is not None), tuple(_gaps(reaching, held)))


def _gaps(reaching: Reach, held: Collection[Dataset]) -> Iterator[str]:
    for dataset in held:
        where, table = f"`{reaching.system.name}.{dataset.name}`", reaching.tables.get(dataset.name)
        if table is None:
            yield f"{where} is declared and not there, or not shown to us"
        elif table.row_security:
            yield f"row security may hide rows of {where} from us"


def _table(
    connection: Connection,
    reaching: Reach,
    dataset: Dataset,
    found: Mapping[str, Collection[Key]] | None,
    most: int,
) -> Held | None:
    """The tenant's rows of a dataset; None where there are none."""
    mine: Predicate = inside(dataset)
    if found is not None:
        keys = found.get(dataset.name, ())
        if not keys:
            return None
        connection.put_keys(READ, dataset.name, [(0, key, None) for key in keys])
        mine = all_of([InKeys(reaching.key(dataset.name), READ), mine])
    columns = [column.name for column in reaching.tables[dataset.name].columns]
    rows = list(connection.fetch(dataset.name, mine, columns, most + 1))
    if found is not None:
        connection.drop_keys(READ)
    return (
        Held(dataset.name, tuple(columns), tuple(rows[:most]), len(rows) > most) if rows else None
    )


def _reached(connection: Connection, reaching: Reach, roots: Roots) -> dict[str, set[Key]]:
    """The keys of the tenant's rows that these persons own or see, step by step along the links:
    ownership over owning links, sight over the others (rule 2 of links)."""
    found: dict[str, set[Key]] = {}
    for (name, _), keys in _claims(connection, reaching, roots).items():
        found.setdefault(name, set()).update(keys)
    return found


def _claims(
    connection: Connection, reaching: Reach, roots: Roots
) -> dict[tuple[str, Right], set[Key]]:
    known: dict[tuple[str, Right], set[Key]] = {}
    todo: deque[tuple[str, Right, set[Key]]] = deque()
    for name, keys in roots.items():
        start = _mine(connection, reaching, name, [(0, key, None) for key in keys])
        known[name, Right.OWN] = set(start)
        todo.append((name, Right.OWN, start))
    while todo:
        name, held, keys_given = todo.popleft()
        if not keys_given:
            continue
        connection.put_keys(GIVEN, name, [(0, key, None) for key in keys_given])
        for edge in reaching.lowered():
            right = passed(edge, held)
            if edge.giver != name or right is None:
                continue
            connection.spread(edge, edge.flows, GIVEN, TAKEN)
            before = known.setdefault((edge.taker, right), set())
            new = _taken(connection, reaching, edge.taker) - before
            before |= new
            todo.append((edge.taker, right, new))
        connection.drop_keys(GIVEN)
    return known


def _mine(
    connection: Connection, reaching: Reach, dataset: str, keys: list[tuple[int, Key, None]]
) -> set[Key]:
    connection.put_keys(TAKEN, dataset, list(keys))
    return _taken(connection, reaching, dataset)


def _taken(connection: Connection, reaching: Reach, dataset: str) -> set[Key]:
    """The rows of the key set that are really the tenant's; the set is dropped."""
    key = reaching.key(dataset)
    mine = all_of([any_of([InKeys(key, TAKEN)]), inside(reaching.system.datasets[dataset])])
    found = set(connection.fetch(dataset, mine, key))
    connection.drop_keys(TAKEN)
    return found
