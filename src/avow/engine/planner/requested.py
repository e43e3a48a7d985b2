"""What persons ask for, over all systems of a declaration: whose rows, and what they may see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import TypeAlias

from avow.engine.planner import identities, reading
from avow.engine.planner.identities import Asked, Candidate, Found
from avow.engine.planner.making import Estate
from avow.engine.planner.reaching import Extract, Reach, Seeds
from avow.engine.planner.refusals import Away, Guarded
from avow.estate.connectors.base import Access, Connection, Refused
from avow.estate.connectors.values import plain_all

Systems: TypeAlias = Mapping[str, Connection]


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found in the systems that answered; `gaps` say what could not be looked into."""

    found: Found
    gaps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Everything that accepted persons own or see. With gaps it is never complete."""

    extracts: tuple[Extract, ...]
    gaps: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        """Whether everything there is was read, and nothing could not be asked."""
        return not self.gaps and not any(e.truncated for e in self.extracts)


@contextmanager
def _opened(estate: Estate) -> Iterator[tuple[Systems, list[str]]]:
    """Every system that answers, opened for reading, and why the others do not."""
    with ExitStack() as stack:
        connections: dict[str, Connection] = {}
        gaps: list[str] = []
        for name in estate.declaration.datamap.systems:
            try:
                connections[name] = stack.enter_context(closing(estate.open(name, Access.READ)))
            except (Away, Guarded) as error:
                gaps.append(error.what)
        yield connections, gaps


def look(estate: Estate, asked: Sequence[Asked]) -> Looked:
    """Whose rows these values name, in every system that answers.

    A system that refuses in the middle is left out whole, and said to be.
    """
    with _opened(estate) as (connections, gaps):
        systems = dict(connections)
        for name, connection in connections.items():
            try:
                gaps.extend(identities.gaps(connection))
            except Refused as refused:
                gaps.append(_refused(name, refused))
                del systems[name]
        try:
            return Looked(identities.search(systems, asked), tuple(gaps))
        except Refused:
            return _one_by_one(systems, asked, gaps)


def _one_by_one(systems: Systems, asked: Sequence[Asked], gaps: list[str]) -> Looked:
    """The search again without the systems that refuse it alone."""
    fit = {}
    for name, connection in systems.items():
        try:
            identities.search({name: connection}, asked)
        except Refused as refused:
            gaps.append(_refused(name, refused))
        else:
            fit[name] = connection
    return Looked(identities.search(fit, asked), tuple(gaps))


def _refused(name: str, refused: Refused) -> str:
    return f"`{name}` refused a question: {refused}"


def disclose(
    estate: Estate,
    accepted: Sequence[Candidate],
    most: int = reading.MOST,
    known: Sequence[str] = (),
) -> Disclosure:
    """Everything that the persons of accepted candidates own or see; `most` rows per dataset.
    `known` are gaps of the search: what could not be looked into is not read either."""
    wanted = by_system(accepted)
    extracts: list[Extract] = []
    with _opened(estate) as (connections, gaps):
        for name, connection in connections.items():
            seeds = wanted.get(name, {})
            try:
                reaching = Reach(connection.system, connection.catalogue().tables)
                gaps.extend(reaching.gaps(frozenset(seeds)))
                extracts += reading.read(connection, seeds, most)
            except Refused as refused:
                gaps.append(_refused(name, refused))
    return Disclosure(tuple(extracts), tuple(dict.fromkeys([*known, *gaps])))


def by_system(accepted: Sequence[Candidate]) -> dict[str, Seeds]:
    """The rows that name the persons, by system and dataset; each row of a person once."""
    found: dict[str, dict[str, dict[tuple[object, ...], tuple[int, tuple[object, ...]]]]] = {}
    for each in accepted:
        rows = found.setdefault(each.system, {}).setdefault(each.dataset, {})
        for key in each.keys:
            rows.setdefault((each.person, plain_all(key)), (each.person, key))
    return {s: {d: tuple(rows.values()) for d, rows in ds.items()} for s, ds in found.items()}
