"""The accounts of the people of an organisation, over an opened state."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from avow.app import State
from avow.declaration.model import Declaration, Member
from avow.engine.accounts.known import Accounts, accounts_over
from avow.engine.db.store import Runs
from avow.engine.evidence.entries import Body
from avow.engine.planner.refusals import PlannerError
from avow.engine.planner.release import in_force


def staff(state: State, declaration: Declaration) -> Accounts:
    """The accounts of a state. Who is who says the declaration in force: an edited file gives
    nobody a role. Only where none was ever activated the one at hand counts."""

    def tell(bodies: list[Body], at: datetime, runs: Runs) -> None:
        state.ledger.append(bodies, at, runs=runs)

    return accounts_over(state.store, state.ring, _people(state, declaration), tell)


def _people(state: State, declaration: Declaration) -> Mapping[str, Member]:
    try:
        return in_force(state.store).people
    except PlannerError:
        return declaration.people
