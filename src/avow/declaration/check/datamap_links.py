"""AV301, AV303, AV310, AV311, AV318: links that lead nowhere."""

from __future__ import annotations

from collections.abc import Iterator

from avow.declaration.check.found import Found, error
from avow.declaration.check.universe import Universe
from avow.declaration.loading.nodes import meant
from avow.declaration.model import Declaration, InForce
from avow.estate.datamap.copies import originals
from avow.estate.datamap.model import Dataset, Link, System


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """Every link names a dataset of its system, and as many columns as it compares with."""
    del law, universe
    for system, dataset in declaration.datamap.datasets():
        for link in dataset.links:
            yield from _link(system, dataset, link)
        yield from _names(system, dataset)


def _link(system: System, dataset: Dataset, link: Link) -> Iterator[Found]:
    target = system.datasets.get(link.to)
    if target is None:
        what = f"`{dataset.name}` is linked to `{link.to}`, which is no dataset of `{system.name}`"
        yield error("AV301", what, link.place, hint=meant(link.to, system.datasets))
        return
    theirs = link.parent_fields or target.key
    if not theirs:
        yield error(
            "AV303",
            f"`{dataset.name}` is linked to `{link.to}`, whose key is not declared",
            link.place,
            hint=f"declare the `key` of `{link.to}`",
        )
    elif len(theirs) != len(link.fields):
        yield error(
            "AV310",
            f"the link of `{dataset.name}` to `{link.to}` compares {len(link.fields)} columns "
            f"with {len(theirs)}",
            link.place,
        )


def _names(system: System, dataset: Dataset) -> Iterator[Found]:
    sources = (dataset.name, *originals(system, dataset.name))
    known = {link.of for name in sources for link in system.datasets[name].links if link.of}
    for column in dataset.fields:
        if column.of is not None and column.of not in known:
            what = (
                f"`{column.name}` speaks of `{column.of}`, and no link of the dataset is named so"
            )
            yield error("AV311", what, column.place, hint=meant(column.of, known))
    linked = {link.to for link in dataset.links}
    linked |= {d.name for d in system.datasets.values() if any(_to(x, dataset) for x in d.links)}
    for needed in dataset.needs:
        if needed not in linked:
            what = f"`{dataset.name}` needs columns of `{needed}`, to which it is not linked"
            yield error("AV318", what, dataset.place, hint=meant(needed, linked))


def _to(link: Link, dataset: Dataset) -> bool:
    return link.to == dataset.name
