"""Which rows of persons are a client company's: those that point to its row, and no others.

A company may ask for the accounts of its own users (and never for what the same persons are to us
otherwise). The pointers are those of the data map, whatever right they give.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace

from avow.engine.planner.identities import Candidate
from avow.engine.planner.making import Estate
from avow.engine.planner.refusals import Away, PlannerError
from avow.estate.connectors.base import Access, Connection, Refused
from avow.estate.connectors.values import plain_all
from avow.estate.datamap.model import Link, LinkWord, System
from avow.estate.datamap.predicates import InKeys
from avow.estate.datamap.reach import Key

WITHIN = "within"
"""The key set of the row that is looked at."""
_UP = frozenset({LinkWord.OWNED_BY, LinkWord.ACCESSED_BY, LinkWord.NO_RIGHT})
"""Links that stand in the row itself and point to another one."""


@dataclass(frozen=True, slots=True)
class Company:
    """The row of a client company: system, dataset and key."""

    system: str
    dataset: str
    key: tuple[str, ...]

    def __str__(self) -> str:
        return ":".join((self.system, self.dataset, *self.key))


def company_of(estate: Estate, text: str) -> Company:
    """The company of `SYSTEM:DATASET:KEY`.

    Raises:
        PlannerError: AV423, the data map has no such dataset of ours, or no row points to it.
    """
    system, _, rest = text.partition(":")
    dataset, _, key = rest.partition(":")
    known = estate.declaration.datamap.systems.get(system)
    target = known.datasets.get(dataset) if known else None
    points = known is not None and any(_links(known, d, dataset) for d in known.datasets)
    if target is None or not key or not target.is_ours or not points:
        raise PlannerError(
            f"`{text}` is no client company",
            because="the data map has no such dataset, or no dataset points to it",
            help="write `SYSTEM:DATASET:KEY`, such as `app:public.company:12`",
            code="AV423",
        )
    return Company(system, dataset, tuple(key.split(",")))


def within(
    estate: Estate, candidates: Iterable[Candidate], company: Company
) -> tuple[Candidate, ...]:
    """The rows among these that point to the company, of datasets that do. Reads only.

    Raises: Away, Guarded: the system does not answer.
    """
    mine = [c for c in candidates if c.system == company.system]
    looked = _looked(estate, mine, company)
    found = (replace(c, keys=tuple(_those(c, looked[c].pointing))) for c in mine)
    return tuple(each for each in found if each.keys)


def beyond(estate: Estate, candidates: Iterable[Candidate], company: Company) -> int:
    """How many rows among these are not the company's. One that is there no more, of a dataset that
    points to it, was taken away for it. Reads only.

    Raises: Away, Guarded: the system does not answer.
    """
    given = list(candidates)
    mine = [c for c in given if c.system == company.system]
    looked = _looked(estate, mine, company)
    others = sum(len(c.keys) for c in given if c.system != company.system)
    return others + sum(
        len(list(_those(c, looked[c].there - looked[c].pointing)))
        if looked[c].points
        else len(c.keys)
        for c in mine
    )


@dataclass(frozen=True, slots=True)
class _Looked:
    """The rows of a candidate that are there, and those of them that point to the company;
    whether its dataset does at all."""

    points: bool = False
    there: frozenset[tuple[str, ...]] = frozenset()
    pointing: frozenset[tuple[str, ...]] = frozenset()


def _those(candidate: Candidate, keys: frozenset[tuple[str, ...]]) -> Iterator[Key]:
    return (key for key in candidate.keys if plain_all(key) in keys)


def _looked(
    estate: Estate, candidates: Iterable[Candidate], company: Company
) -> dict[Candidate, _Looked]:
    with closing(estate.open(company.system, Access.READ)) as connection:
        try:
            return {each: _read(connection, each, company) for each in candidates}
        except Refused as refused:
            raise Away(f"`{company.system}` refused a question") from refused


def _read(connection: Connection, candidate: Candidate, company: Company) -> _Looked:
    """The rows of a candidate, read in one go."""
    dataset = connection.system.datasets[candidate.dataset]
    links = _links(connection.system, candidate.dataset, company.dataset)
    if not dataset.is_ours or not links:
        return _Looked()
    names = tuple(dataset.key or connection.catalogue().tables[dataset.name].key)
    fields = tuple(dict.fromkeys((*names, *(name for link in links for name in link.fields))))
    connection.put_keys(WITHIN, dataset.name, [(0, key, None) for key in candidate.keys])
    rows = list(connection.fetch(dataset.name, InKeys(names, WITHIN), fields))
    connection.drop_keys(WITHIN)
    read = [dict(zip(fields, row, strict=True)) for row in rows]
    there = {
        key: row for row in read if (key := plain_all(tuple(row[n] for n in names))) is not None
    }
    pointing = (
        key
        for key, row in there.items()
        if any(plain_all(tuple(row[f] for f in link.fields)) == company.key for link in links)
    )
    return _Looked(points=True, there=frozenset(there), pointing=frozenset(pointing))


def _links(system: System, dataset: str, company: str) -> tuple[Link, ...]:
    """The links of a dataset that name the company's key, without any condition."""
    links = system.datasets[dataset].links
    return tuple(
        x for x in links if x.to == company and x.word in _UP and not x.parent_fields and not x.when
    )
