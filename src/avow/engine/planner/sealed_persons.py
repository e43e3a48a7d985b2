"""The persons of an erasure plan: their keys, sealed, from the plan's making to its end.

A plan never holds a row's key. Whom it erases is kept beside it, sealed for this plan and this
digest, so that nobody can put another person in; the database forgets it when the plan ends.
"""

from __future__ import annotations

import json

from avow.engine.db.store import Runs
from avow.engine.keys.ring import KeyRing
from avow.engine.planner.keysets import Roots, persons
from avow.engine.planner.plan import Plan, PlanKind
from avow.engine.planner.refusals import PlannerError
from avow.estate.connectors.values import plain
from avow.estate.datamap.reach import Key


def seal_persons(runs: Runs, ring: KeyRing, plan: Plan, roots: Roots) -> None:
    """Keep the persons of a plan, in the order in which they are erased."""
    runs.many(
        "plan_person_add",
        [
            {
                "plan": plan.id,
                "number": number,
                "dataset": dataset,
                "sealed": ring.seal(_written(key), _about(plan, number)),
            }
            for number, (dataset, key) in enumerate(persons(roots))
        ],
    )


def sealed_persons(runs: Runs, ring: KeyRing, plan: Plan) -> Roots:
    """The persons of a plan; none for a sweep. Parts of keys are read as text.

    Raises:
        PlannerError: AV447, an erasure whose persons are not known any more.
        KeyringError: AV872, somebody changed the plan or a person of it.
    """
    found: dict[str, list[Key]] = {}
    if plan.kind is not PlanKind.ERASURE:
        return found
    for row in runs.run("plan_persons", plan=plan.id):
        opened = ring.open(bytes(row["sealed"]), _about(plan, row["number"]))
        found.setdefault(row["dataset"], []).append(tuple(json.loads(opened)))
    if not found:
        raise PlannerError(
            f"whom `{plan.id}` erases is not known any more",
            because="the keys of its persons are gone, as they are once a plan has ended",
            help="ask for the erasure again: `avow request new erasure`",
            code="AV447",
        )
    return found


def _written(key: Key) -> bytes:
    return json.dumps([plain(part) for part in key]).encode()


def _about(plan: Plan, number: int) -> str:
    return f"{plan.id} {plan.digest} {number}"
