"""Play Clearnox: from the statement to kept promises, in fourteen simulated days.

Every step here is what the commands of avow do; only time and people are made up. The persons are
those whom the declaration names. `avow demo` calls `play`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

from rich.table import Table
from rich.text import Text

from avow.common.masked import Masked
from avow.declaration.check.run import check
from avow.declaration.interpretation import in_force
from avow.declaration.load import Loaded, load
from avow.declaration.model import Declaration, Level, Signature
from avow.declaration.signing import append_signatures
from avow.duties.assurance.history import fold
from avow.duties.assurance.model import PromiseStatus, Status
from avow.duties.assurance.standing import Standing as Assured
from avow.duties.notice.live.fetched import Fetched
from avow.duties.retention.run import Asking, Ran, run_checks
from avow.engine.evidence.entries import Activated
from avow.engine.evidence.kept import keep
from avow.engine.evidence.verify import verify_ledger
from avow.engine.facts.standing import Who, note
from avow.engine.planner.apply import Applied
from avow.engine.planner.approve import approve
from avow.engine.planner.consequences import consequences
from avow.engine.planner.hold import Reason, place
from avow.engine.planner.making import Made, Wish, make
from avow.engine.planner.outlook import look_ahead
from avow.engine.planner.plan import Plan
from avow.engine.planner.rehearsal_evidence import evidence_for, live_schema
from avow.engine.planner.rehearsal_run import rehearse
from avow.engine.planner.release import Activation, activate, digest_in, take_in
from avow.engine.planner.sampling import words
from avow.engine.planner.sampling_draw import draw
from avow.engine.planner.sampling_kept import judge
from avow.engine.planner.sampling_kept import keep as keep_sample
from avow.engine.planner.standings import raise_level, standings
from avow.engine.planner.trust import Standing
from avow.engine.planner.working import carry_out
from avow.engine.verifier.checked import Checked
from avow.faces.cli.desk import Desk
from avow.faces.cli.stage import ENVIRONMENT, Stage
from avow.faces.cli.status_command import LOOK
from avow.faces.cli.verify_command import answered
from examples.clearnox import app_rows, asking, estate, rehearsal, simulation

AUTHOR, APPROVERS = "claire", ("marc", "an")
REHEARSED_ON, APPROVED_ON = 6, 7
"""Days after the first: a week of counts, then a rehearsal, then the first rows."""
VARIABLES = {
    "app": "APP_DATABASE_URL",
    "marketing": "MARKETING_DATABASE_URL",
    "support": "SUPPORT_DATABASE_URL",
    "web": "WEB_DATABASE_URL",
}
SECTION = "6."
DRAWN = 12
"""Rows that are judged in each system."""


@dataclass
class Play:
    """What is on the stage: the systems' addresses, the declaration as it stands, the first day."""

    stage: Stage
    urls: dict[str, str]
    loaded: Loaded
    started: date
    plans: dict[str, Plan] = field(default_factory=dict)
    accepted: dict[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)

    @property
    def declaration(self) -> Declaration:
        """The declaration as it stands on the stage."""
        return self.loaded.whole

    @property
    def desk(self) -> Desk:
        """The desk today."""
        return self.stage.desk(self.loaded)

    def say(self, text: str) -> None:
        """One line of the story."""
        self.stage.console.print(text, highlight=False)

    def head(self, text: str) -> None:
        """A headline, with the simulated day."""
        self.stage.console.rule(f"[bold]{text}", align="left", style="dim")


def play(stage: Stage) -> None:
    """The whole story, from an empty folder to the last day."""
    drama = _set_up(stage)
    _check(drama)
    _sign(drama)
    _activate(drama)
    for number in range(stage.days):
        if number:
            stage.clock.move(timedelta(days=1))
        _live(drama, number)
    _end(drama)


def _set_up(stage: Stage) -> Play:
    console = stage.console
    root = Path(__file__).resolve().parents[2]
    loaded = stage.take(root / "declarations" / "clearnox")
    zone = loaded.whole.controller.zone
    started = stage.today(zone)
    urls = {name: stage.database(f"clearnox_{name}") for name in ("app", "marketing", "support")}
    urls["web"] = str(stage.folder.absolute() / "clearnox_web.db")
    stage.addresses({VARIABLES[name]: url for name, url in urls.items()})
    console.rule("[bold]Clearnox, a synthetic organisation", align="left", style="dim")
    with console.status("writing four systems"):
        planted = estate.load(urls, today=started, seed=stage.seed, scale=stage.scale)
    overdue = sum(p.count for p in planted if p.kind == "overdue")
    console.print(
        f"four systems, three on PostgreSQL and one on SQLite; {overdue:,} overdue places planted",
        highlight=False,
    )
    return Play(stage, urls, loaded, started)


def _check(drama: Play) -> None:
    drama.head("$ avow check declarations/clearnox")
    found = check(drama.declaration, drama.started)
    kinds = Counter((f.kind.value, f.severity.value) for f in found)
    drama.say(
        f"{kinds['error', 'E']} errors; open defects of the statement: "
        f"{kinds['defect', 'E']} grave, {kinds['defect', 'W']} doubtful, "
        f"{kinds['defect', 'I']} to know"
    )
    for finding in [f for f in found if f.code == "AV221"][:3]:
        drama.say(f"  {finding.code}  {finding.message}")
    drama.say("  …")


def _sign(drama: Play) -> None:
    decisions = drama.declaration.decisions.values()
    drama.head("$ avow sign --all --as marc")
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    for decision in list(decisions)[:6]:
        table.add_row(decision.id, ", ".join(decision.settles), style="dim")
    drama.stage.console.print(table)
    signed = [Signature(d.id, d.digest, APPROVERS[0], drama.started) for d in decisions]
    append_signatures(drama.stage.declaration_folder, signed)
    drama.loaded = load(drama.stage.declaration_folder)
    open_before = [f for f in check(drama.declaration, drama.started) if f.is_open]
    drama.say(
        f"  … {len(signed)} decisions signed where the print is silent or contradicts itself; "
        f"{sum(not f.is_error for f in open_before)} defects stay open"
    )


def _activate(drama: Play) -> None:
    drama.head("$ avow activate --author claire --as marc --as an")
    desk, store = drama.desk, drama.stage.state.store
    with drama.stage.console.status("counting what changes on the live systems"):
        found = consequences(None, (desk.estate, desk.memory), desk.today)
    for clause in sorted({c.clause for c in found if c.after and c.clause.startswith(SECTION)}):
        rows = sum(c.after or 0 for c in found if c.clause == clause)
        drama.say(f"  {clause:<4} {rows:>6,} rows are due")
    take_in(store, drama.loaded, drama.stage.declaration_folder, desk.now())
    people = (AUTHOR, *APPROVERS)
    activate(store, drama.declaration, Activation(AUTHOR, APPROVERS, found), desk.now())
    desk.note(Activated(release=digest_in(drama.declaration), previous=None, by=people), desk.now())
    drama.say("in force; every rule begins at observe, so nothing can be written")


def _live(drama: Play, number: int) -> None:
    stage, today = drama.stage, drama.started + timedelta(days=number)
    drama.head(f"day {number + 1} of {stage.days} · {today} · simulated")
    if number:
        played = simulation.play_day(drama.urls, today, started=drama.started, seed=stage.seed)
        for asked in played.asked:
            who = Who("email", Masked(asked.email))
            note(stage.state.store, stage.state.ring, "deletion-asked", who, at=drama.desk.now())
    if number == 2:
        _hold(drama, today)
    if happened := asking.asked_on(drama.desk, drama.urls["app"], number):
        drama.say(f"$ avow request …   {happened}")
    if number == APPROVED_ON:
        _raise(drama, Level.APPROVE)
    _plans(drama, writes=number >= APPROVED_ON)
    if number == REHEARSED_ON:
        _rehearse(drama)
    if number in (0, stage.days - 2):
        _look(drama, _retention(drama))
    if number == stage.days - 1:
        _sum(drama, _look(drama, _everything(drama)))


def _hold(drama: Play, today: date) -> None:
    """A lawyer asks that one deleted account in dispute stays."""
    state = drama.stage.state
    who = Who("email", Masked(app_rows.HOLD_CANDIDATE))
    why = Reason("dispute", "Art. 17(3)(e) GDPR", today + timedelta(days=180))
    place(
        state.store, state.ring, [who], why, by="olivier", at=drama.desk.now(), note=drama.desk.note
    )
    drama.say("$ avow hold add …  one person's data are held for a dispute")


def _plans(drama: Play, *, writes: bool) -> None:
    """Plan every system; once two persons may approve, approve and apply what the ramp allows."""

    def one(name: str) -> tuple[str, list[str]]:
        made, said = _made(drama, name), []
        if writes and {f.code for f in made.findings} == {"AV401"}:
            said = [f"  {made.findings[0].code} {made.findings[0].message}: looked at, accepted"]
            drama.accepted[name] = _numbers(made)
            made = _made(drama, name)
        if not writes or made.findings:
            refused = made.findings if writes else ()
            return f"{name} {made.plan.rows:,}", [f"  {f.code} {f.message}" for f in refused]
        done = _apply(drama, made)
        said += [f"  blocked: {b.dataset} by {b.table} {b.constraint}" for b in done.blocked]
        return f"{name} {made.plan.rows:,} → {done.rows:,} gone", said

    with drama.stage.console.status("planning"), ThreadPoolExecutor(2) as pool:
        told = list(pool.map(one, estate.SYSTEMS))
    drama.say("due: " + " · ".join(line for line, _ in told))
    for said in (each for _, lines in told for each in lines):
        drama.say(said)


def _made(drama: Play, name: str) -> Made:
    desk = drama.desk
    wish = Wish(name, desk.today, None, drama.accepted.get(name, ()))
    made = make(desk.office, desk.estate, desk.memory, wish, desk.now())
    drama.plans[name] = made.plan
    return made


def _numbers(made: Made) -> tuple[tuple[str, int], ...]:
    """What somebody accepts until the backlog is gone: for each rule half as many rows again as the
    largest step of the plan would move today."""
    most = Counter[str]()
    for _, planned in made.plan.steps:
        for rule in planned.step.rules:
            most[rule] = max(most[rule], planned.measure.rows)
    return tuple((rule, rows * 3 // 2) for rule, rows in most.items())


def _apply(drama: Play, made: Made) -> Applied:
    """Two persons sign the plan, then it is carried out."""
    desk, state = drama.desk, drama.stage.state
    for person in APPROVERS:
        approve(
            state.store, state.ring, drama.declaration, made.plan.id,
            person=person, at=desk.now(), note=desk.note,
        )  # fmt: skip
    return carry_out(desk.office, desk.bench, made.plan.id)


def _rehearse(drama: Play) -> None:
    """Rehearse every plan of the day on a copy, and let a drawn sample be judged."""
    _raise(drama, Level.REHEARSE)
    with drama.stage.console.status("rehearsing on copies"), ThreadPoolExecutor(2) as pool:
        told = list(pool.map(lambda name: _rehearsed(drama, name), estate.SYSTEMS))
    for line in (each for lines in told for each in lines):
        drama.say(line)


def _rehearsed(drama: Play, name: str) -> list[str]:
    """One system: its plan on a copy, then a sample of it that one person judges."""
    desk, state, plan = drama.desk, drama.stage.state, drama.plans[name]
    with rehearsal.copied(drama.urls[name], drama.stage.url) as url:
        done = rehearse(desk.office, replace(desk.bench, checker=Checked()), plan.id, url)
    sample = draw(desk.estate, desk.memory, plan, DRAWN, drama.stage.seed)
    keep_sample(state.store, state.ring, sample, desk.now())
    sample = judge(
        state.store, state.ring, drama.declaration, sample, rehearsal.judged(sample),
        person=APPROVERS[0], at=desk.now(), note=desk.note,
    )  # fmt: skip
    went = f"{done.moved:,} rows went on a copy, {done.remaining} were left"
    return [
        f"$ avow rehearse …  {name}: {went}, longest batch {done.longest_ms} ms",
        *(f"  {finding.code} {finding.message}" for finding in done.findings),
        f"$ avow sample …    {name}: {words(sample, plan.rows)[0]}",
    ]


def _raise(drama: Play, to: Level) -> None:
    """Raise every rule of section 6 by one step, with what speaks for it."""
    desk, store = drama.desk, drama.stage.state.store
    raised = 0
    schemas = {name: live_schema(desk.estate, name) for name in estate.SYSTEMS}
    for name, rule in _governed(drama):
        if standings(store, name).get(rule, Standing(name, rule)).level is to:
            continue
        wanted = Standing(name, rule, to)
        raise_level(
            store, drama.declaration, wanted, by=APPROVERS, at=desk.now(), author=AUTHOR,
            evidence=evidence_for(desk.office, wanted, schemas[name]),
        )  # fmt: skip
        raised += 1
    drama.say(f"$ avow level …  {raised} rules raised to {to} by {' and '.join(APPROVERS)}")


def _governed(drama: Play) -> Iterator[tuple[str, str]]:
    """Every rule with every system in which it may move something."""
    law, _ = in_force(drama.declaration, drama.desk.today)
    for name in estate.SYSTEMS:
        yield from ((name, rule) for rule in rehearsal.governing(drama.declaration, law, name))


def _retention(drama: Play) -> Ran:
    """What the checks of retention answer."""
    desk = drama.desk
    law, _ = in_force(drama.declaration, desk.today)
    with drama.stage.console.status("looking whether the promises are kept"):
        return run_checks(Asking(desk.estate, desk.memory, law, desk.today, desk.now()))


def _everything(drama: Play) -> Ran:
    """What all checks answer, as `avow verify` asks them; pages are read nowhere."""
    with drama.stage.console.status("looking whether all promises are kept"):
        state, at = drama.stage.state, drama.desk.now()
        return answered(state, drama.declaration, None, at, _no_page)


def _no_page(address: str) -> Fetched:
    """The pages of an organisation that is made up stand nowhere: what they say is not known."""
    return Fetched(address, why="a made-up organisation has no pages")


def _look(drama: Play, ran: Ran) -> tuple[PromiseStatus, ...]:
    """Keep the answers of checks as simulated, and show section 6."""
    desk, store = drama.desk, drama.stage.state.store
    results = [replace(r, simulated=True) for r in ran.results]
    keep(store, ran.checks, results, release=digest_in(drama.declaration), at=desk.now())
    source = Assured(drama.declaration, store, drama.stage.clock)
    promises = fold(source.evidenced(), source.now())
    line = Text()
    for promise in promises:
        if promise.clause.startswith(SECTION):
            mark, colour = LOOK[promise.status]
            line.append(f"{promise.clause} {mark}  ", style=colour)
    drama.say("$ avow status")
    drama.stage.console.print(line)
    return promises


def _sum(drama: Play, promises: Sequence[PromiseStatus]) -> None:
    """How many of all promises stand how."""
    many = Counter(promise.status for promise in promises)
    told = Text(f"{len(promises)} promises: ")
    for status in [each for each in Status if many[each]]:
        mark, colour = LOOK[status]
        told.append(f"{mark} {many[status]} {status.value}  ", style=colour)
    drama.stage.console.print(told)


def _end(drama: Play) -> None:
    desk = drama.desk
    with drama.stage.console.status("counting the seven days to come"):
        look_ahead(desk.estate, desk.memory, desk.today, desk.now())
    drama.head("$ avow ledger verify")
    state = drama.stage.state
    verdict = verify_ledger(state.ledger)
    said = "unbroken" if verdict.broken_at is None else f"broken at {verdict.broken_at}"
    drama.say(f"{verdict.size:,} entries, {said}")
    file = drama.stage.folder / ENVIRONMENT
    drama.say(f"the systems' addresses for the other commands: . {file}")
    _hint(drama)


def _hint(drama: Play) -> None:
    """How a member of staff comes in, and where to look first."""
    declared, folder = drama.stage.declaration_folder, drama.stage.folder
    where = "" if folder == Path(".avow") else f" --state {folder}"
    drama.head("and now you")
    drama.say(
        "1  in another terminal, for somebody who works on requests:\n"
        f"   ./avow account add {asking.WORKS} --declaration {declared}{where}\n"
        "   it prints a secret: open the page /en/enrol with it, choose a password,\n"
        "   scan the code with an authenticator; from then on everybody signs in\n"
        "2  look at Today first: the owner of a system is late with a task, a copy\n"
        "   waits to be drawn, the hours of a breach run\n"
        "3  then at Requests: one has its copy, another one waits for you\n"
        "4  make a request yourself: docs/tutorial/first-hour.md says how, in the name of\n"
        f"   {asking.somebody(drama.urls['app'])}, who is made up"
    )
