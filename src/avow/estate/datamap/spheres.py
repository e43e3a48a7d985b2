"""Whose data it is, seen from one side: a controller's own map, or what one tenant has with us.

Nothing crosses a sphere. Seen from a tenant's, only datasets that we hold for others are there, and
of these only the rows that name the tenant; what is ours is in its way and never its own.
"""

from __future__ import annotations

from dataclasses import replace

from avow.estate.datamap.model import Dataset, System
from avow.estate.datamap.predicates import TRUE, Equal, Predicate


def in_sphere(system: System, tenant: str) -> System:
    """The map of a system as a tenant has it; `tenant` is the value that names it in the rows."""
    seen = {name: replace(d, tenant=tenant) for name, d in system.datasets.items()}
    return replace(system, datasets=seen)


def seen_from(system: System, sphere: str) -> System:
    """The map of a system as a plan of a sphere has it: a tenant's (`tenant:SYSTEM:VALUE`), or a
    controller's own."""
    kind, _, rest = sphere.partition(":")
    return in_sphere(system, rest.partition(":")[2]) if kind == "tenant" else system


def inside(dataset: Dataset) -> Predicate:
    """The rows of a dataset of this sphere that are really of it: all, or a tenant's own."""
    if dataset.tenant is None or dataset.sphere_field is None:
        return TRUE
    return Equal(dataset.sphere_field, dataset.tenant)
