"""The persons of an erasure plan: their keys, sealed, from the plan's making to its end.

A plan never holds a row's key. Whom it erases is kept beside it, sealed for this plan and this
digest, so that nobody can put another person in; the database forgets it when the plan ends.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from avow.engine.db.store import Runs
from avow.engine.keys.ring import KeyRing
from avow.engine.planner.keysets import Roots, persons
from avow.engine.planner.plan import Plan, PlanKind
from avow.engine.planner.refusals import PlannerError
from avow.estate.connectors.values import plain
from avow.estate.datamap.reach import Key


def seal_persons(
    runs: Runs, ring: KeyRing, plan: Plan, roots: Roots, cases: Sequence[str] = ()
) -> None:
    """Keep the persons of a plan, in the order in which they are numbered. `cases`: for whose sake
    each is erased, where the plan is of many requests."""
    runs.many(
        "plan_person_add",
        [
            {
                "plan": plan.id,
                "number": number,
                "dataset": dataset,
                "sealed": ring.seal(_written(key), _about(plan, number)),
                "case_id": cases[number] if cases else None,
            }
            for number, (dataset, key) in enumerate(persons(roots))
        ],
    )


def sealed_persons(runs: Runs, ring: KeyRing, plan: Plan) -> Roots:
    """The persons of a plan; none where it names nobody. Parts of keys are read as text.

    Raises:
        PlannerError: AV447, an erasure whose persons are not known any more.
        KeyringError: AV872, somebody changed the plan or a person of it.
    """
    found: dict[str, list[Key]] = {}
    if plan.kind is not PlanKind.ERASURE and not (plan.is_asked and plan.persons):
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


def cases_of(runs: Runs, plan: str) -> dict[int, str]:
    """For whose sake each person of a plan of many requests is erased, by number; empty where the
    plan has one request."""
    return {row["number"]: row["case_id"] for row in runs.run("plan_cases", plan=plan)}


def spared_of(runs: Runs, plan: str) -> frozenset[int]:
    """The numbers of those who are not to be erased any more, as it stands now."""
    return frozenset(row["number"] for row in runs.run("plan_spared", plan=plan))


def spare(runs: Runs, plans: Sequence[str], cases: Sequence[str], at: datetime) -> tuple[str, ...]:
    """Leave persons out of plans before their turn comes, in the caller's transaction. A plan of
    which nobody is left is withdrawn, unless a worker has it; gives those.

    The rest of a plan stays what two persons approved: at most these rows, and fewer is no other
    plan. Who is in the chunk that runs at this instant is past sparing.
    """
    if not plans:
        return ()
    runs.run("plan_persons_spare", plans=list(plans), cases=list(cases), at=at)
    return tuple(row["id"] for row in runs.run("plans_without_persons", plans=list(plans), at=at))


def _written(key: Key) -> bytes:
    return json.dumps([plain(part) for part in key]).encode()


def _about(plan: Plan, number: int) -> str:
    return f"{plan.id} {plan.digest} {number}"
