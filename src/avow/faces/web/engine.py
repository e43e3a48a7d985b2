"""The console's source over the running engine: the declaration, our database, the planner.

Before anybody has an account nobody can prove here who they are: approvals and releases are refused
and the pages name the command instead. What no part of the engine tells is None, never empty.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from avow.common.languages import LANGUAGES
from avow.duties.assurance.history import DayPoint
from avow.duties.assurance.model import Evidenced
from avow.duties.assurance.source import ClauseText
from avow.duties.assurance.standing import Standing
from avow.engine.accounts.known import Accounts
from avow.engine.db.store import Row
from avow.engine.evidence.entries import Body, Stopped
from avow.engine.planner import records
from avow.engine.planner.approve import sufficient
from avow.engine.planner.plan import OURS, Part, Plan, PlanKind, PlannedStep
from avow.engine.planner.records import Kept
from avow.engine.planner.refusals import PlannerError
from avow.engine.planner.stop import stop
from avow.faces.web.digest import digest_of
from avow.faces.web.preview import page_of, preview_of
from avow.faces.web.proven import Proven
from avow.faces.web.requests_today import (
    half_back_ask,
    incidents_ask,
    instructions_ask,
    letters_ask,
    mailbox_ask,
    requests_ask,
    silent_ask,
    tasks_ask,
)
from avow.faces.web.source import (
    Approval,
    Cascade,
    Collateral,
    Credential,
    Digest,
    HoldSeen,
    House,
    NoticePreview,
    PlanState,
    PlanStep,
    PlanView,
    Stop,
    Told,
    Trigger,
)

Note = Callable[[Body, datetime], object]
BY_BUTTON = "console"


@dataclass(frozen=True, slots=True)
class EngineSource:
    """A `PageSource`. `note` writes an entry to the ledger."""

    standing: Standing
    note: Note
    accounts: Accounts | None = None

    @property
    def _proven(self) -> Proven | None:
        """The acts of people who show a code; None before anybody has an account."""
        if self.accounts is None or not self.accounts.exist():
            return None
        return Proven(self.accounts, self.standing.declaration, self.note)

    def now(self) -> datetime:
        """See `StatusSource.now`."""
        return self.standing.now()

    def evidenced(self) -> Evidenced:
        """See `StatusSource.evidenced`."""
        return self.standing.evidenced()

    def history(self, days: int = 365) -> tuple[DayPoint, ...]:
        """See `StatusSource.history`."""
        return self.standing.history(days)

    def text(self, clause: str, language: str) -> ClauseText | None:
        """See `StatusSource.text`."""
        return self.standing.text(clause, language)

    def house(self) -> House:
        """The controller, in those of the declared languages that the pages speak."""
        declared = self.standing.declaration
        spoken = tuple(code for code in declared.languages if code in LANGUAGES)
        name = declared.controller.name or declared.id
        return House(name, spoken or LANGUAGES, takes_codes=self._proven is not None)

    def systems(self) -> tuple[str, ...]:
        """Every system of the data map."""
        return tuple(self.standing.declaration.datamap.systems)

    def digest(self) -> Digest:
        """See `avow.faces.web.digest`, and what requests of persons wait for."""
        found = digest_of(self.standing)
        if self.accounts is None:
            return found
        runs, day = self.standing.runs, self.now().date()
        asked = (
            *half_back_ask(runs, self.now()),
            *requests_ask(runs, day),
            *tasks_ask(runs, day),
            *silent_ask(runs, day),
            *instructions_ask(runs, self.standing.declaration, day),
            *mailbox_ask(runs, self.standing.declaration, self.now()),
            *letters_ask(runs, self.now()),
            *incidents_ask(runs, self.standing.zone),
        )
        return replace(found, asks=asked)

    def plans(self) -> tuple[PlanView, ...]:
        """The newest plans, in as many statements for one as for fifty."""
        found = records.newest(self.standing.runs)
        given: defaultdict[str, list[Row]] = defaultdict(list)
        for row in self.standing.runs.run("approvals_of", plans=[kept.plan.id for kept in found]):
            given[row["plan"]].append(row)
        return tuple(self._view(kept, given[kept.plan.id]) for kept in found)

    def plan(self, plan: str) -> PlanView | None:
        """One plan; None where there is none, or where somebody changed it in the database."""
        try:
            kept = records.read(self.standing.runs, plan)
        except PlannerError:
            return None
        return self._view(kept, self.standing.runs.run("approvals", plan=plan))

    def _view(self, kept: Kept, given: Sequence[Row]) -> PlanView:
        zone = self.standing.zone
        approvals = tuple(Approval(row["person"], row["at"].astimezone(zone)) for row in given)
        missing = sufficient(self.standing.declaration, kept).missing
        made = (kept.made_at or self.now()).astimezone(zone)
        return view(kept, approvals, len(approvals) + missing, made)

    def notice(self) -> NoticePreview:
        """The notice of the declaration, and what stands in its way."""
        return preview_of(self.standing.declaration, self.now().date())

    def notice_page(self, language: str) -> bytes | None:
        """Its page in a language, as publishing would keep it."""
        return page_of(self.standing.declaration, language, self.now().date())

    def stops(self) -> tuple[Stop, ...]:
        """The stops in effect, of all systems, and who asked for their release."""
        standing = self.standing.runs.run("stops_standing", system=None)
        asked: defaultdict[str, list[str]] = defaultdict(list)
        if standing:
            names = [row["id"] for row in standing]
            for each in self.standing.runs.run("releases_asked", stops=names):
                asked[each["stop"]].append(each["person"])
        zone = self.standing.zone
        return tuple(
            Stop(
                row["id"],
                row["system"],
                row["placed_at"].astimezone(zone),
                row["placed_by"],
                tuple(asked[row["id"]]),
            )
            for row in standing
        )

    def stop(self, system: str | None) -> Told:
        """Stop at once; a system that is stopped already is not stopped twice."""
        if system is not None and system not in self.systems():
            return Told.NOT_ALLOWED
        at = self.standing.clock.now()
        if not any(each.system == system for each in self.stops()):
            name = stop(self.standing.runs, system, BY_BUTTON, at)
            self.note(Stopped(stop=name, system=system, by=BY_BUTTON), at)
        return Told.STOPPED

    def approve(self, plan: str, digest: str, who: Credential) -> Told:
        """Sign for a person who shows a fresh code; refused where nobody has an account."""
        proven = self._proven
        if proven is None:
            return Told.NOT_ALLOWED
        return proven.approve(plan, digest, who, self.standing.clock.now())

    def release(self, stop: str, who: Credential) -> Told:
        """Note that a person who shows a fresh code wants a stop released; two release it."""
        proven = self._proven
        if proven is None:
            return Told.NOT_ALLOWED
        return proven.release(stop, who, self.standing.clock.now())


def _corrects(plan: Plan) -> str:
    is_one = plan.kind is PlanKind.CORRECTION and plan.sphere == OURS
    return plan.case or "" if is_one else ""


def view(kept: Kept, approvals: tuple[Approval, ...], needed: int, made_at: datetime) -> PlanView:
    """A kept plan as the pages show it."""
    plan = kept.plan
    steps = [planned for _, planned in plan.steps]
    return PlanView(
        id=plan.id,
        digest=plan.digest,
        release=plan.release,
        system=plan.system,
        level=str(kept.level),
        state=PlanState(str(kept.status)),
        as_of=plan.day,
        made_at=made_at,
        persons=plan.persons if plan.is_asked and plan.persons else None,
        tenant="" if plan.sphere == OURS else plan.sphere.split(":", 2)[-1],
        undo_hours=plan.undo_hours,
        corrects=_corrects(plan),
        steps=tuple(_step(plan, planned) for planned in steps),
        cascades=tuple(
            Cascade(planned.step.dataset, each.table, f"{each.constraint}: {each.does}", each.rows)
            for planned in steps
            for each in planned.cascades
        ),
        triggers=tuple(
            Trigger(planned.step.dataset, name) for planned in steps for name in planned.triggers
        ),
        others=tuple(
            Collateral(planned.step.dataset, None, planned.measure.others, "shared")
            for planned in steps
            if planned.measure.others
        ),
        holds=tuple(
            HoldSeen("", "held", planned.measure.retained)
            for planned in steps
            if planned.measure.retained
        ),
        gaps=tuple(_gaps(plan)),
        approvals=approvals,
        needed=needed,
        author=plan.author,
    )


def _step(plan: Plan, planned: PlannedStep) -> PlanStep:
    return PlanStep(
        dataset=planned.step.dataset,
        action=plan.does(planned),
        rows=planned.measure.rows,
        bound=planned.bound,
        clauses=planned.step.clauses,
        sql=planned.sql,
        lock_ms=planned.measure.lock_ms or None,
    )


def _gaps(plan: Plan) -> Iterator[str]:
    """What the plan could not know or cannot do, in the planner's words."""
    for part in plan.parts:
        yield from part.gaps
        yield from _of_steps(part)


def _of_steps(part: Part) -> Iterator[str]:
    for planned in part.steps:
        for link in planned.unindexed:
            yield f"{link.table} ({', '.join(link.fields)}): no index"
        for column in planned.unblankable:
            yield f"{planned.step.dataset}.{column}: cannot be emptied"
