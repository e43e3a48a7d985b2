"""What an owner did and found with scripts of ours, taken as their word: attested, never kept.

The result is believed as far as it answers what was asked: the scripts that lie beside it must be
those that were made, every count is held against what was approved, and what the check found is
judged as if avow had looked itself.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from avow.common.findings import Finding
from avow.declaration.interpretation import in_force
from avow.declaration.model import Level
from avow.duties.retention import checks
from avow.duties.retention.outcomes import of_count
from avow.engine.evidence.checks import (
    Answer,
    Attested,
    Check,
    CheckResult,
    Item,
    Outcome,
    blind,
    failed,
    passed,
)
from avow.engine.evidence.entries import ResultAttested
from avow.engine.evidence.kept import keep
from avow.engine.planner import records, standings
from avow.engine.planner.apply import Office
from avow.engine.planner.approve import Note
from avow.engine.planner.as_sql import packages
from avow.engine.planner.as_sql.packages import AskedOf, Checked, Desk, Package
from avow.engine.planner.as_sql.results import Moved, Result, read
from avow.engine.planner.known import fact_events
from avow.engine.planner.making import Memory
from avow.engine.planner.overdue import Counted, Looked
from avow.engine.planner.plan import Plan
from avow.engine.planner.records import Status
from avow.engine.planner.refusals import PlannerError
from avow.engine.planner.trust import Standing, tried
from avow.engine.verifier import oldest

TERM = timedelta(days=35)
"""How long an owner's word counts: a month, and some days to run the next scripts."""
UNREAD = "rows have to be read to tell, and a script reads none"


def desk(office: Office, memory: Memory) -> Desk:
    """What packages are worked on with, and the verifier as the reader that looks again."""

    def again(asked: AskedOf, looked: Looked) -> Mapping[tuple[str, str], bool | None]:
        law, _ = in_force(office.declaration, memory.day)
        how = oldest.Looking(memory.day, law.zone, fact_events(office.declaration))
        return oldest.young(asked, how, _questions(looked))

    return Desk(office, memory, again)


def _questions(looked: Looked) -> oldest.Questions:
    return {
        name: tuple(oldest.Asked(r.rule.ends, r.cells.columns) for r in counted.reaches)
        for name, counted in looked.clauses.items()
        if not isinstance(counted, str)
    }


@dataclass(frozen=True, slots=True)
class Told:
    """What was taken as an owner's word: rows moved, what is wrong, and until when it counts."""

    script: str
    plan: str | None
    rows: int
    until: date
    findings: tuple[Finding, ...]
    broken: tuple[str, ...]

    def plain(self) -> dict[str, object]:
        """For machines."""
        return {
            "script": self.script,
            "plan": self.plan,
            "rows": self.rows,
            "until": self.until.isoformat(),
            "broken": list(self.broken),
            "findings": [{"code": f.code, "message": f.message} for f in self.findings],
        }

    def lines(self) -> Iterator[str]:
        """For people."""
        for each in self.findings:
            yield f"{each.code}: {each.message}"
            yield from (f"  {text}" for text in (each.because, each.help) if text)
        what = f"{self.rows:,} rows were moved; attested until {self.until}"
        yield f"{self.plan or self.script}: {what}"
        if self.broken:
            yield f"broken: {', '.join(self.broken)}"


def take(work: Desk, name: str, file: Path, person: str, at: datetime, note: Note) -> Told:
    """Take an owner's result. Nothing is taken of one that is not of these scripts.

    Raises:
        PlannerError: AV472, it cannot be read; AV473, a script was changed; AV474, it was run out
            of date; AV478, the person does not own the system.
        Guarded: AV471, the schema is not the accepted one.
    """
    package = packages.package_of(work, name)
    system = work.system(package.system)
    packages.owned(system, person)
    if package.attested_at is not None:
        raise PlannerError(f"the result of `{name}` is there already", code="AV473")
    text = file.read_text(encoding="utf-8")
    _same_scripts(package, file.parent)
    results = read(text, package.id)
    check = packages.last_of(results, "check", package)
    packages.in_place(system, package, check)
    found = packages.checked(work, package, check)
    plan = records.read(work.office.runs, package.plan).plan if package.plan else None
    run = _run(work, package, results) if package.issued_at is not None else None
    wrong = [*_not_done(run), *_above(plan, run), *_orphans(system.name, found)]
    rows = sum(m.own + m.along for m in run.moved.values()) if run else 0
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    word = Attested(person, digest, work.office.today + TERM)
    asked = list(_answers(package, found, wrong, word, at))
    _keep(work, package, plan, run, wrong, asked, word, at)
    codes = tuple(dict.fromkeys(f.code for f in wrong))
    note(
        ResultAttested(
            script=package.id,
            plan=package.plan,
            system=package.system,
            by=person,
            result=digest,
            rows=rows,
            findings=codes,
        ),
        at,
    )
    broken = sorted({c for _, r in asked if r.outcome.bad for c in r.clauses})
    return Told(package.id, package.plan, rows, word.until, tuple(wrong), tuple(broken))


def _same_scripts(package: Package, folder: Path) -> None:
    """Refuse a result beside which another script lies than the one that was made (AV473)."""
    for name, digest in package.files.items():
        file = folder / name
        if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != digest:
            raise PlannerError(
                f"`{name}` beside the result is not the script that was made",
                because="it is missing, or was changed, so nobody knows what the result is of",
                help="send the result in the folder of the scripts that were run, unchanged; if "
                "others were run, look at the system before anything else",
                code="AV473",
            )


def _run(work: Desk, package: Package, results: tuple[Result, ...]) -> Result | None:
    """What the script of changes printed; None when it never came to print anything.

    Raises:
        PlannerError: AV474, it was run after its last day, or what had to stay changed since.
    """
    token = package.tokens["apply"]
    mine = [r for r in results if r.kind == "apply" and r.token == token]
    last = mine[-1] if mine else None
    until = package.valid_until or date.max
    if last is not None and (last.day > until or any(w == "late" for _, w in last.stopped)):
        raise _late(f"it was run on {last.day}, and might be until {until}")
    if packages.facts_now(work, package) != package.facts:
        raise _late("a hold, a restriction or a request came, or ended, while it was out")
    return last


def _late(why: str) -> PlannerError:
    return PlannerError(
        "the script of changes was out of date",
        because=why,
        help="look whether rows went that had to stay; then make the scripts again",
        code="AV474",
    )


def _not_done(run: Result | None) -> Iterator[Finding]:
    if run is None:
        return
    if run.is_whole and not run.stopped:
        return
    words = ", ".join(f"step {step}: {why}" for step, why in run.stopped)
    yield Finding(
        "AV475",
        "the script of changes did not do all that was approved",
        because=f"it stopped by itself ({words})" if words else "it did not come to its end",
        help="`more`: rows became due after the count; `schema`: a table changed; another word is "
        "the database's own code. What was done was approved; make the scripts again for the rest",
    )


def _above(plan: Plan | None, run: Result | None) -> Iterator[Finding]:
    if plan is None or run is None:
        return
    total = sum(each.bound for _, each in plan.steps)
    moved = sum(m.own for m in run.moved.values())
    if moved > total:
        yield Finding(
            "AV476",
            f"{moved:,} rows were moved, and {total:,} were approved",
            because="the script cannot do that by itself: it was changed, or others ran beside it",
            help="look at the system before anything else",
        )


def _orphans(system: str, found: Checked) -> Iterator[Finding]:
    for each in found.orphans:
        yield Finding(
            "AV477",
            f"{each.rows:,} rows of `{system}.{each.child}` point to no row of `{each.parent}`",
            because="a foreign key of the database says that there is one",
            help="find out when they came to be, and correct them; then check again",
        )


def _answers(
    package: Package, found: Checked, wrong: list[Finding], word: Attested, at: datetime
) -> Iterator[tuple[Check, CheckResult]]:
    """What the checks of every clause say, resting on the owner's word."""
    torn = {each.child: each.rows for each in found.orphans}
    above = any(f.code == "AV476" for f in wrong)
    for (clause, dataset), counted in found.looked.clauses.items():
        first = of_count(counted)
        if dataset in torn:
            first = failed(torn[dataset], "point to rows that are not there", count=first.count)
        if above:
            first = failed(1, "more rows were moved than were approved", count=first.count)
        second = _read_again(found.again.get((clause, dataset)), counted)
        for check, outcome in (
            (checks.overdue(clause), first),
            (checks.read_again(clause), second),
        ):
            (leg,) = check.legs
            item = Item(package.system, dataset)
            # That nothing could be told is nobody's word.
            attested = word if outcome.answer is not Answer.BLIND else None
            yield check, check.answered(item, outcome, at, leg=leg, attested=attested)


def _read_again(young: bool | None, counted: Counted | str) -> Outcome:
    if young is None or isinstance(counted, str):
        return blind(UNREAD if not isinstance(counted, str) else counted)
    if young or counted.past:
        return passed(counted.examined)
    return failed(1, "older than its period by its own column, and not counted")


def _keep(
    work: Desk,
    package: Package,
    plan: Plan | None,
    run: Result | None,
    wrong: list[Finding],
    asked: list[tuple[Check, CheckResult]],
    word: Attested,
    at: datetime,
) -> None:
    runs = work.office.runs
    asked_of = {check.id: check for check, _ in asked}
    keep(
        runs,
        asked_of.values(),
        [result for _, result in asked],
        release=package.release,
        at=at,
    )
    if package.issued_at is not None and run is None:
        return  # only the check was run: the changes may still come
    runs.run("script_attested", id=package.id, result=word.digest, by=word.by, at=at)
    if plan is None or run is None:
        return
    status = Status.PAUSED if any(f.code == "AV475" for f in wrong) else Status.DONE
    records.pass_to(runs, plan.id, status, [Status.RUNNING], at)
    if not wrong and _all_moved(plan, run.moved):
        _climb(work, plan, run.moved, at)


def _all_moved(plan: Plan, moved: Mapping[int, Moved]) -> bool:
    """Whether every step moved as many rows as were approved."""
    return all(
        moved.get(n, Moved()).own >= each.bound or not each.bound
        for n, (_, each) in enumerate(plan.steps)
    )


def _climb(work: Desk, plan: Plan, moved: Mapping[int, Moved], at: datetime) -> None:
    """A plan that was carried out whole and checked lets its rules take the next step of the ramp,
    as one that avow applied does."""
    rows = Counter[str]()
    for number, (_, each) in enumerate(plan.steps):
        for rule in each.step.rules:
            rows[rule] += moved.get(number, Moved()).own + moved.get(number, Moved()).along
    cut = {r for _, s in plan.steps if s.bound < s.measure.rows for r in s.step.rules}
    known = standings.effective(work.office.runs, work.office.declaration, plan.system)
    for rule in sorted(rows):
        now = known.get(rule, Standing(plan.system, rule))
        if now.level is Level.APPROVE:
            then = tried(now, rows[rule], cut=rule in cut)
            standings.climb(work.office.runs, work.office.declaration, now, then, plan.id, at)
