"""A made-up organisation with 143 promises, as a source for the pages.

Ateliers Lune is a bicycle repair chain. Nothing in it is real. The numbers are chosen so that
every word, every reason and every component occurs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from avow.duties.assurance.history import DayPoint, fold
from avow.duties.assurance.model import RANK, WORST_FIRST, Clause, Evidenced, Status
from avow.duties.assurance.source import ClauseText
from avow.engine.evidence.checks import (
    NO_CAPABILITY,
    Attestation,
    Check,
    CheckKind,
    CheckResult,
    Item,
    Mode,
    Outcome,
    blind,
    failed,
    passed,
)
from avow.faces.web.source import (
    Approval,
    Ask,
    AskKind,
    Cascade,
    Collateral,
    Counted,
    Credential,
    Digest,
    Due,
    HoldSeen,
    HoldToReview,
    House,
    NoticeLanguage,
    NoticePreview,
    Novelty,
    NoveltyKind,
    Obstacle,
    PlanState,
    PlanStep,
    PlanView,
    Stop,
    Sweep,
    Told,
    Trigger,
    Upcoming,
    Waiting,
)

ZONE = ZoneInfo("Europe/Brussels")
NOW = datetime(2027, 3, 15, 9, 12, tzinfo=ZONE)
TODAY = NOW.date()

TEXTS = {
    "fr": (
        "Nous conservons les enregistrements d'appels pendant un mois au maximum.",
        "Vos données de facturation sont conservées dix ans après la fin de notre relation.",
        "Vous pouvez retirer votre consentement à tout moment.",
        "Seul le personnel qui en a besoin accède à vos données.",
        "Nous n'établissons aucun profil de nos clients.",
        "Chaque lettre d'information contient un lien de désinscription, en bas du message.",
        "Nos sous-traitants n'agissent que sur nos instructions, en toute confidentialité.",
        "Les journaux techniques sont effacés après six mois.",
    ),
    "nl": (
        "Wij bewaren opnames van gesprekken hoogstens één maand.",
        "Uw facturatiegegevens worden bewaard tot tien jaar na het einde van onze relatie.",
        "U kunt uw toestemming op elk moment intrekken.",
        "Alleen medewerkers die ze nodig hebben, hebben toegang tot uw gegevens.",
        "Wij stellen geen profiel van onze klanten op.",
        "Elke nieuwsbrief bevat onderaan een link om u uit te schrijven.",
        "Onze verwerkers handelen enkel volgens onze instructies en houden alles geheim.",
        "Technische logboeken worden na zes maanden gewist.",
    ),
    "en": (
        "We keep recordings of calls for one month at most.",
        "Your invoicing data are kept for ten years after the end of our relation.",
        "You may withdraw your consent at any time.",
        "Only members of staff who need your data have access to them.",
        "We do not establish any profile of our customers.",
        "Each newsletter contains a link to unsubscribe, at the bottom of the message.",
        "Our processors act only on our instructions and are bound to confidentiality.",
        "Technical logs are erased after six months.",
    ),
}
SECTIONS = (("1", 3), ("2", 3), ("3", 38), ("4", 31), ("5", 29), ("6", 20), ("7", 1), ("8", 2))
PLACES = tuple(
    Item(system, name)
    for system in ("app", "crm", "mailing", "phone", "support")
    for name in ("account", "contact", "message", "recording")
)


def clause_ids() -> Iterator[str]:
    """143 ids in the order of the statement: `1.a` … `10.2`."""
    for section, count in SECTIONS:
        for number in range(count):
            letter = "abcdefghijklmnopqrstuvwxyz"[number % 26]
            yield f"{section}.{letter}" if number < 26 else f"{section}.{letter}-{number // 26}"
    yield from (f"9.{number}" for number in range(1, 15))
    yield from ("10.1", "10.2")


IDS = tuple(clause_ids())
OLDEST = "retention.oldest"
REQUESTS = "requests.on-time"


def outcome_of(number: int, item: Item) -> Outcome:
    """Most pass; a few places are wrong in each way there is."""
    if (number, item) == (100, PLACES[15]):
        return failed(212, "oldest row is 47 days old", count=9_310)
    if number == 60 and item == PLACES[4]:
        return replace(passed(12_480), undated=31)
    if number == 108 and item == PLACES[5]:
        return replace(passed(48_210), undecided=1_904, contradicts=(IDS[104],))
    if number % 17 == 5 and item.system == "mailing":
        return blind("unreachable")
    if number % 23 == 7 and item.system == "support":
        return blind(NO_CAPABILITY, "restriction flag")
    return passed(100 * number + 7)


def results_of(number: int, places: tuple[Item, ...]) -> Iterator[CheckResult]:
    for place, item in enumerate(places):
        hours = 71 if number % 41 == 3 and place == 0 else 2 + (number + place) % 24
        yield CheckResult(
            check=OLDEST,
            clauses=frozenset({IDS[number]}),
            item=item,
            outcome=outcome_of(number, item),
            run_at=NOW - timedelta(hours=hours),
            entry=48_000 + 20 * number + place,
            mode=Mode.ENFORCED if number % 3 else Mode.OBSERVED,
            canary_seen=True,
            simulated=item.system == "support" and number % 9 == 0,
        )


def evidenced(items: int = 4) -> Evidenced:
    """143 promises with `items` places each, and a day's answers about all of them."""
    kinds = ["E+D", "E", "D", "E", "D", "H", "E", "D+H", "E", "E+D", "D"]
    clauses = tuple(
        Clause(
            name,
            kinds[number % len(kinds)],
            unbound="a register of signed agreements" if number in (40, 71, 90) else None,
        )
        for number, name in enumerate(IDS)
    )
    bound = [n for n, c in enumerate(clauses) if c.needs_check and c.unbound is None]
    scope = {IDS[n]: frozenset(PLACES[(n + k) % 20] for k in range(items)) for n in bound}
    scope |= {IDS[n]: frozenset(PLACES[:items]) | {PLACES[15], PLACES[4]} for n in (60, 100)}
    scope[IDS[108]] = frozenset(PLACES[2 : 2 + items])
    results = [r for n in bound for r in results_of(n, tuple(sorted(scope[IDS[n]])))]
    late = CheckResult(
        check=REQUESTS,
        clauses=frozenset({"9.1"}),
        item=Item("avow", "request"),
        outcome=failed(1, "answered 3 days late"),
        run_at=NOW - timedelta(days=9),
        entry=40_112,
        case="R-2027-031",
    )
    on_time = replace(late, outcome=passed(14), run_at=NOW - timedelta(hours=3), case=None)
    checks = (
        Check(OLDEST, frozenset(IDS[n] for n in bound), freshness=timedelta(hours=48)),
        Check(REQUESTS, frozenset({"9.1"}), CheckKind.CASE, everywhere=False),
    )
    return Evidenced(clauses, scope, checks, (*results, late, on_time), documents(clauses))


def documents(clauses: tuple[Clause, ...]) -> tuple[Attestation, ...]:
    """Each human leg has a document; one has lapsed, one lapses soon, one is missing."""
    human = [clause.id for clause in clauses if clause.needs_document]
    ends = {human[2]: TODAY - timedelta(days=4), human[5]: TODAY + timedelta(days=11)}
    return tuple(
        Attestation(
            name, "sha256:5f1d…c09a", "claire", date(2026, 9, 1), ends.get(name, date(2027, 9, 1))
        )
        for name in human
        if name != human[7]
    )


def past(known: Evidenced) -> tuple[DayPoint, ...]:
    """Ninety days that become better: a promise has its word of today from some day on."""
    words = {promise.clause: promise.status for promise in fold(known, NOW)}
    points = []
    for back in range(90, 0, -1):
        day = {}
        for number, (name, word) in enumerate(words.items()):
            lag = max(0, back - (number * 37) % 97)
            day[name] = WORST_FIRST[max(1, RANK[word] - lag // 22)] if lag else word
        if back <= 1:
            day[IDS[100]], day[IDS[3]] = Status.KEPT, Status.UNKNOWN
        points.append(DayPoint(TODAY - timedelta(days=back), day))
    return tuple(points)


SQL = """DELETE FROM public.recording AS r
USING avow_keys AS k
WHERE r.call_id = k.call_id
  AND r.recorded_at < timestamptz '2027-02-15 00:00+01'"""

PLAN = PlanView(
    id="P-0214",
    digest="sha256:9b1c2f4e7a",
    release="sha256:44e0d1",
    system="phone",
    level="approve",
    state=PlanState.WAITING,
    as_of=TODAY,
    made_at=NOW - timedelta(hours=2),
    persons=187,
    steps=(
        PlanStep("public.recording", "delete", 212, 215, (IDS[100],), SQL, 38),
        PlanStep("public.call", "blank", 212, 215, (IDS[100], IDS[97]), "UPDATE public.call …", 12),
    ),
    cascades=(Cascade("public.recording", "public.transcript", "ON DELETE CASCADE", 208),),
    triggers=(
        Trigger("public.call", "call_touch", "writes `changed_at`"),
        Trigger("public.call", "sync"),
    ),
    others=(Collateral("public.call", 3, 3, "the second speaker loses the recording too"),),
    holds=(HoldSeen("H-7", "dispute before the court", 4, date(2027, 12, 31)),),
    gaps=("the telephone provider keeps its own copy for 24 hours",),
    approvals=(Approval("marc", NOW - timedelta(hours=1)),),
    author="claire",
)


@dataclass
class HouseSource:
    """The source of Ateliers Lune; remembers what was asked of it."""

    known: Evidenced = field(default_factory=evidenced)
    stopped: tuple[Stop, ...] = ()
    approved: list[tuple[str, str, str]] = field(default_factory=list)
    points: tuple[DayPoint, ...] | None = None

    def now(self) -> datetime:
        return NOW

    def evidenced(self) -> Evidenced:
        return self.known

    def history(self, days: int = 365) -> tuple[DayPoint, ...]:
        if self.points is None:
            self.points = past(self.known)
        return self.points[-days:]

    def text(self, clause: str, language: str) -> ClauseText | None:
        number = IDS.index(clause)
        if number % 29 == 11:
            return ClauseText(clause, TEXTS["fr"][number % 8], "fr")
        draft = language == "nl" and number % 5 == 0
        return ClauseText(clause, TEXTS[language][number % 8], language, draft)

    def house(self) -> House:
        return House("Ateliers Lune", takes_codes=True)

    def notice(self) -> NoticePreview:
        """A sound original, and a draft translation that lacks words and still has a key."""
        return NoticePreview(
            "4",
            (
                Obstacle("AV221", "`b` (clause 6.b) contradicts `a` (clause 6.a)", ("6.a", "6.b")),
                Obstacle("AV208", "one kind of use rests on several legal bases", ("4.a",)),
            ),
            (
                NoticeLanguage("fr", 84_210, "5f" * 32),
                NoticeLanguage(
                    "nl", 83_977, "6a" * 32, True, ("category frame-number",), ("cookie_list",)
                ),
            ),
        )

    def notice_page(self, language: str) -> bytes | None:
        if language not in {"fr", "nl"}:
            return None
        return f"<!doctype html><html lang={language}><style>p {{}}</style><p>…</p></html>".encode()

    def digest(self) -> Digest:
        return Digest(
            asks=(
                Ask(AskKind.ANSWER_REQUEST, "R-2027-044", TODAY - timedelta(days=1), ("9.1",)),
                Ask(AskKind.DECIDE_DATASET, "crm.public.lead_import", TODAY),
            ),
            due=(
                Due("app", "public.login", IDS[104], 48_210, 0, 0, "observe"),
                Due("phone", "public.recording", IDS[100], 212, 40, 212, "approve"),
                Due("app", "public.visit", "", 3),
            ),
            upcoming=(
                Upcoming(TODAY, "phone", "public.recording", IDS[100], 212, 0, "approve", "P-0214"),
                Upcoming(
                    TODAY + timedelta(3), "mailing", "list.member", IDS[99], 1_207, 0, "automatic"
                ),
                Upcoming(
                    TODAY + timedelta(5), "mailing", "list.member", IDS[99], 93, 7, "automatic"
                ),
                Upcoming(TODAY + timedelta(7), "app", "public.login", IDS[104], 9),
                Upcoming(TODAY + timedelta(8), "app", "public.later", IDS[104], 9),
            ),
            novelties=(
                Novelty(NoveltyKind.DATASET, "crm", "public.lead_import", TODAY, True),
                Novelty(NoveltyKind.TRACKER, "site", "stats.example", TODAY - timedelta(1)),
                Novelty(NoveltyKind.NO_FIELD, "crm", "public.contact.fax"),
                Novelty(NoveltyKind.SCHEMA, "crm", "", TODAY - timedelta(2)),
                Novelty(NoveltyKind.FIELD, "app", "", n=16),
            ),
            waiting=(Waiting("P-0214", "phone", TODAY, 1, (IDS[97], IDS[100])),),
            sweeps=(
                Sweep("app", "P-0213", TODAY, PlanState.REFUSED, ("AV401", "AV404")),
                Sweep("phone", "P-0214", TODAY, PlanState.WAITING),
            ),
            unsigned=("contact-until-contract-end", "logs-six-months"),
            holds=(HoldToReview("H-7", TODAY), HoldToReview("H-8", TODAY + timedelta(1))),
            counted=(
                Counted("app", NOW - timedelta(hours=3), "", (("public.journal", "view"),)),
                Counted("support", NOW - timedelta(hours=2), "unreachable"),
            ),
        )

    def systems(self) -> tuple[str, ...]:
        return ("app", "crm", "mailing", "phone", "support")

    def plans(self) -> tuple[PlanView, ...]:
        return (PLAN, replace(PLAN, id="P-0213", state=PlanState.DONE, system="app"))

    def plan(self, plan: str) -> PlanView | None:
        return next((found for found in self.plans() if found.id == plan), None)

    def stops(self) -> tuple[Stop, ...]:
        return self.stopped

    def approve(self, plan: str, digest: str, who: Credential) -> Told:
        if digest != PLAN.digest:
            return Told.PLAN_CHANGED
        if who.code.reveal() != "right":
            return Told.UNKNOWN_PERSON
        self.approved.append((plan, digest, who.person))
        return Told.APPROVED

    def stop(self, system: str | None) -> Told:
        self.stopped = (*self.stopped, Stop(f"S-{len(self.stopped) + 1}", system, NOW, "console"))
        return Told.STOPPED

    def release(self, stop: str, who: Credential) -> Told:
        if who.code.reveal() != "right":
            return Told.UNKNOWN_PERSON
        self.stopped = tuple(
            replace(s, released_by=(*s.released_by, who.person)) if s.id == stop else s
            for s in self.stopped
        )
        self.stopped = tuple(s for s in self.stopped if len(s.released_by) < 2)
        return Told.RELEASE_ASKED if any(s.id == stop for s in self.stopped) else Told.RELEASED
