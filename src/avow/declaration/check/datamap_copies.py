"""AV320 to AV324, AV329: copies that are not only copies."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Severity
from avow.declaration.check.found import Found, defect, error, listed
from avow.declaration.check.universe import Universe
from avow.declaration.model import Declaration, InForce
from avow.estate.datamap.copies import originals
from avow.estate.datamap.model import Dataset, Link, LinkWord, System


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """A copy says of what, and nothing that would give its rows persons or dates of their own."""
    del law, universe
    for system, dataset in declaration.datamap.datasets():
        links = tuple(link for link in dataset.links if link.word is LinkWord.COPY_OF)
        if links:
            yield from _circle(system, dataset, links[0])
            yield from _own(dataset, links[0])
            yield from _several(dataset, links)
            yield from _of_nobody(system, dataset, links)
            yield from _of_whom(system, dataset, links[0])
        yield from _dated_by_copies(system, dataset)


def _circle(system: System, dataset: Dataset, link: Link) -> Iterator[Found]:
    if dataset.name in originals(system, dataset.name):
        yield error(
            "AV320",
            f"the rows of `{dataset.name}` are copies of themselves",
            link.place,
            because="somewhere there must be an original, whose person and dates are known",
            hint="say which of these datasets holds the originals, and whose they are",
        )


def _own(dataset: Dataset, link: Link) -> Iterator[Found]:
    owning = {x.word.value for x in dataset.links} - {"copy_of", "no_right"}
    said = {
        "subject": dataset.subject is not None,
        "identities": bool(dataset.identities),
        "sphere": dataset.sphere_field is not None,
        "events": bool(dataset.events),
    }
    wrong = sorted(owning | {key for key, there in said.items() if there})
    if wrong:
        yield error(
            "AV321",
            f"`{dataset.name}` is a copy of `{link.to}`, and also says {listed(wrong)}",
            link.place,
            because="the rows of a copy are of whom their original is, and end when it ends",
            hint="leave `copy_of` away, or the other words",
        )


def _several(dataset: Dataset, links: tuple[Link, ...]) -> Iterator[Found]:
    if len(links) > 1 and not all(link.when for link in links):
        yield error(
            "AV322",
            f"each row of `{dataset.name}` is said to be a copy of several rows",
            links[1].place,
            because="a copy is of one row, and goes with it",
            hint="say under `when` which rows are copies of what, or use `owned_by`",
        )


def _of_nobody(system: System, dataset: Dataset, links: tuple[Link, ...]) -> Iterator[Found]:
    for link in links:
        target = system.datasets.get(link.to)
        if target is not None and not (target.is_personal and target.is_ours):
            yield error(
                "AV323",
                f"`{dataset.name}` is a copy of `{link.to}`, whose rows are not persons' of ours",
                link.place,
                hint="say of both whose they are, each by itself",
            )


def _of_whom(system: System, dataset: Dataset, link: Link) -> Iterator[Found]:
    """Where the original tells several persons apart, so must the copy."""
    above = [system.datasets[name] for name in sorted(originals(system, dataset.name))]
    told = {f.of: d.name for d in above for f in d.fields if f.of is not None}
    if told and not any(f.of in told for f in dataset.fields):
        names = listed(dict.fromkeys(told.values()))
        yield defect(
            "AV329",
            Severity.W,
            f"`{dataset.name}` does not say of whom its columns speak, and {names} does",
            link.place,
            because="when one of several persons leaves, what speaks of them ends in the original "
            "and would stay in the copy",
            hint="write `column: {category: …, of: …}` with the words of the original",
            about=(dataset.name,),
        )


def _dated_by_copies(system: System, dataset: Dataset) -> Iterator[Found]:
    for event in dataset.events:
        names = {s.dataset for s in event.sources} | {event.via}
        copied = [n for n in names if n and n in system.datasets and originals(system, n)]
        if copied:
            yield error(
                "AV324",
                f"`{event.event}` of `{dataset.name}` is read from copies: {listed(copied)}",
                event.place,
                because="copies go with their originals, and would take the date along",
                hint="read it from the original",
            )
