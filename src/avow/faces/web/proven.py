"""Approving and releasing in the browser: a fresh code, the matrix, then the planner's own acts.

What is signed is what `avow approve` signs, so that an approval is verified the same way wherever
it was given.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from avow.declaration.model import Declaration
from avow.engine.accounts.known import Accounts
from avow.engine.accounts.matrix import Action, may
from avow.engine.accounts.signing_in import prove
from avow.engine.evidence.entries import Body, StopReleased
from avow.engine.planner import records
from avow.engine.planner.approve import approve
from avow.engine.planner.refusals import Guarded, PlannerError
from avow.engine.planner.stop import release, standing
from avow.faces.web.source import Credential, Told


@dataclass(frozen=True, slots=True)
class Proven:
    """Acts of people who show a code. `note` writes an entry to the ledger."""

    accounts: Accounts
    declaration: Declaration
    note: Callable[[Body, datetime], object]

    def approve(self, plan: str, digest: str, who: Credential, at: datetime) -> Told:
        """Sign the plan with this digest for a person."""
        runs = self.accounts.runs
        try:
            kept = records.read(runs, plan)
        except PlannerError:
            return Told.TOO_LATE
        if kept.plan.digest != digest:
            return Told.PLAN_CHANGED
        if refusal := self._refused(who, Action.APPROVE_PLAN, at, kept.plan.author):
            return refusal
        declared = replace(self.declaration, people=self.accounts.people)
        try:
            done = approve(
                runs, self.accounts.ring, declared, plan, person=who.person, at=at, note=self.note
            )
        except Guarded:
            return Told.NOT_ALLOWED
        except PlannerError:
            return Told.TOO_LATE
        return Told.APPROVED if done.quorum.is_met else Told.APPROVED_FIRST

    def release(self, stop: str, who: Credential, at: datetime) -> Told:
        """Ask for the release of a stop; the second person ends it."""
        found = next((s for s in standing(self.accounts.runs) if s.id == stop), None)
        if found is None:
            return Told.TOO_LATE
        if refusal := self._refused(who, Action.RELEASE_STOP, at):
            return refusal
        with self.accounts.runs.transaction() as tx:
            if tx.one("release_asked_add", stop=stop, person=who.person, at=at) is None:
                return Told.SAME_PERSON
            asked = [row["person"] for row in tx.run("releases_asked", stops=[stop])]
            known = [p for p in asked if may(self.accounts.roles(p), Action.RELEASE_STOP)]
            if len(known) < 2:
                return Told.RELEASE_ASKED
            names = release(tx, self.accounts.people, found.system, known, at)
        for name in names:
            self.note(StopReleased(stop=name, by=tuple(sorted(known))), at)
        return Told.RELEASED

    def _refused(
        self, who: Credential, action: Action, at: datetime, author: str = ""
    ) -> Told | None:
        """Why a person may not act; the code is looked at last, so that none is used in vain."""
        roles = self.accounts.roles(who.person)
        if author and who.person == author:
            return Told.SAME_PERSON
        if not may(roles, action):
            return Told.NOT_ALLOWED
        if not prove(self.accounts, who.person, who.code.reveal(), at):
            return Told.UNKNOWN_PERSON
        return None
