"""Marketing: requests, events, webinars, surveys, the newsletter, and the consents beside them."""

from __future__ import annotations

from random import Random

from examples.clearnox.days import Limit
from examples.clearnox.people import Someone
from examples.clearnox.plants import DECIDED, STAYS, Tally
from examples.clearnox.rows import Size, Table, Times, table

SYSTEM = "marketing"
SHARED_EMAIL = "info@boulangerie-martin.example.net"
"""One address that two people gave."""
UNDATED_WEBINAR = "Recovering claims abroad"
"""Its date is entered on a later day; until then its registrations have no start."""
CANCELLED_EVENT = "Breakfast on cash flow"
"""Cancelled, so that it has no end; taken up again on a later day."""
MOVED = "the event was moved to a later day"
AGAIN = "consent withdrawn and given again"
_BROWSER = "Mozilla/5.0 (X11; Linux x86_64) Firefox/142.0"


class MarketingRows:
    """Fills every table of marketing and counts what is wrong."""

    def __init__(self, times: Times, rng: Random, size: Size, people: list[Someone]) -> None:
        self.times, self.rng, self.size, self.people = times, rng, size, people
        self.tally = Tally(SYSTEM)
        self.request = table(
            "information_request",
            "email full_name title phone address company_name number_of_banks potential_users asked_at",
        )
        self.mail = table(
            "information_mail",
            "request_id sent_at received_at from_address to_address subject body",
        )
        self.trial = table(
            "trial", "email full_name phone company_name heard_from started_at ends_at closed_at"
        )
        self.demo = table(
            "web_demo",
            "email full_name phone organisation organisation_revenue message requested_at",
        )
        self.imported = table(
            "organiser_import",
            "email full_name job_title company_name organiser agreement_proof imported_at",
        )
        self.event = table("event", "title place held_at moved_to cancelled_at")
        self.registration = table(
            "event_registration",
            "event_id email full_name title job_title phone company_name arrival_slot registered_at attended",
        )
        self.webinar = table("webinar", "title language held_at")
        self.attendance = table(
            "webinar_registration",
            "webinar_id email full_name phone job_title company_name registered_at attended ip user_agent",
        )
        self.question = table("webinar_question", "registration_id asked_at question")
        self.recording = table("webinar_recording", "webinar_id announced_at recorded_at file")
        self.survey = table("survey", "title opened_on")
        self.answer = table(
            "survey_answer",
            "survey_id email full_name phone job_title company_name answers answered_at",
        )
        self.subscriber = table(
            "newsletter_subscriber",
            "email full_name language company_name company_address subscribed_at",
        )
        self.reading = table("newsletter_reading", "subscriber_id opened_at device")
        self.paper = table(
            "white_paper_request",
            "email full_name phone organisation organisation_revenue job_title document requested_at",
        )
        self.consent = table("consent", "email purpose wording given_at withdrawn_at expires_at")

    def tables(self) -> list[Table]:
        """Every table, parents first."""
        return [
            self.request,
            self.mail,
            self.trial,
            self.demo,
            self.imported,
            self.event,
            self.registration,
            self.webinar,
            self.attendance,
            self.question,
            self.recording,
            self.survey,
            self.answer,
            self.subscriber,
            self.reading,
            self.paper,
            self.consent,
        ]

    def fill(self) -> None:
        """Make all rows."""
        self._requests()
        self._trials()
        self._demos_and_papers()
        self._imports()
        self._events()
        self._webinars()
        self._surveys()
        self._newsletter()

    def _anyone(self) -> Someone:
        return self.people[int(self.rng.random() * len(self.people))]

    def _ages(
        self, limit: Limit, late: int, fresh: int, spread: int = 400
    ) -> list[tuple[int, bool]]:
        """Ages with whether they lie at an edge: the limit itself, month ends, each coming day, some
        overdue and many that are not."""
        edge = [*limit.edges(), *limit.clamped(), *limit.coming()]
        over = [self.rng.randrange(limit.overdue, limit.overdue + spread) for _ in range(late)]
        rest = [int(self.rng.random() * (limit.due - 15)) for _ in range(fresh)]
        return [(a, True) for a in edge] + [(a, False) for a in over + rest]

    def _at(self, age: int, *, edge: bool) -> str:
        return self.times.edge(age) if edge else self.times.at(age)

    # --- 6.g: three years after the last contact from the person ----------------------------------

    def _requests(self) -> None:
        limit = Limit(self.times.today, 36)
        for n, (age, edge) in enumerate(self._ages(limit, self.size.of(60), self.size.of(3000))):
            mails = self._request(n, age, edge=edge)
            self.tally.add("6.g", "public.information_request", limit.kind(age))
            self.tally.add("6.∅", "public.information_mail", limit.kind(age), mails, DECIDED)

    def _request(self, n: int, last: int, *, edge: bool) -> int:
        """A request whose last mail from the person is `last` days old, and how many mails it has;
        our own mails before it prolong nothing."""
        who, times = self._anyone(), self.times
        email = SHARED_EMAIL if n in (40, 41) else who.email
        mails = n % 4
        asked = self._at(last, edge=edge) if not mails else times.at(last + 30)
        request = self.request.add(
            email,
            who.name,
            who.title,
            who.phone,
            who.firm.address,
            who.firm.name,
            1 + n % 5,
            2 + n % 30,
            asked,
        )
        for k in range(mails):
            ours = k % 2 == 0 and k < mails - 1
            sent = self._at(last, edge=edge) if k == mails - 1 else times.at(last + 20 - k)
            ends = ("sales@clearnox.example", email) if ours else (email, "sales@clearnox.example")
            self.mail.add(
                request,
                sent,
                None if ours else sent,
                *ends,
                "Your question",
                f"Message {k} of {who.name}",
            )
        return mails

    # --- 6.a: a trial lasts as long as its account -------------------------------------------------

    def _trials(self) -> None:
        at_once = Limit(self.times.today, 0)
        closed = [0, 1, 1, *(self.rng.randrange(2, 300) for _ in range(self.size.of(40)))]
        for n, age in enumerate([*closed, *[-1] * self.size.of(1400, 40)]):
            who, started = self._anyone(), max(age, 0) + 40 + n % 200
            done = None if age < 0 else self.times.edge(age)
            self.trial.add(
                who.email,
                who.name,
                who.phone,
                who.firm.name,
                "search",
                self.times.at(started),
                self.times.at(started - 30),
                done,
            )
            self.tally.add("6.a", "public.trial", at_once.kind(age))

    # --- no printed rule: kept young ---------------------------------------------------------------

    def _demos_and_papers(self) -> None:
        for n in range(self.size.of(1200)):
            who, age = self._anyone(), int(self.rng.random() * 900)
            self.demo.add(
                who.email,
                who.name,
                who.phone,
                who.firm.name,
                f"{1 + n % 40} M€",
                "How long does the set-up take?",
                self.times.at(age),
            )
            who = self._anyone()
            self.paper.add(
                who.email,
                who.name,
                who.phone,
                who.firm.name,
                f"{1 + n % 40} M€",
                who.job,
                "Ten ways to be paid",
                self.times.at(age),
            )

    def _imports(self) -> None:
        for n in range(self.size.of(800)):
            who, age = self.people[n], int(self.rng.random() * 330)
            self.imported.add(
                who.email,
                who.name,
                who.job,
                who.firm.name,
                "Salon du recouvrement",
                f"list-2026-{n}",
                self.times.at(age),
            )
            self._consent(who.email, "promotional-offers", age + 1, None, None)

    # --- 6.k: one month after the event -------------------------------------------------------------

    def _events(self) -> None:
        limit, rng = Limit(self.times.today, 1), self.rng
        ages = [(a, True) for a in (*limit.edges(), *limit.clamped(), *limit.coming())]
        ages += [(limit.overdue + 40 * n, False) for n in range(1, self.size.of(4))]
        ages += [(rng.randrange(-120, limit.due - 14), False) for _ in range(self.size.of(20, 20))]
        for n, (age, edge) in enumerate(ages):
            event = self.event.add(
                f"Round table {n + 1}", "Bruxelles", self._at(age, edge=edge), None, None
            )
            self._come(event, self.size.of(60), limit.kind(age))
        moved = self.event.add("Open house", "Leuven", self.times.at(75), self.times.at(-20), None)
        self._come(moved, 12, "live", MOVED)
        sooner = self.event.add(
            "Evening at Tours", "Tours", self.times.at(-20), self.times.at(75), None
        )
        self._come(sooner, 9, "overdue", "the event was moved to an earlier day")
        off = self.event.add(CANCELLED_EVENT, "Gent", self.times.at(60), None, self.times.at(70))
        self._come(off, 6, "undated", "the event was cancelled")

    def _come(self, event: int, count: int, kind: str, note: str = "") -> None:
        for n in range(count):
            who = self._anyone()
            self.registration.add(
                event,
                who.email,
                who.name,
                who.title,
                who.job,
                who.phone,
                who.firm.name,
                f"{8 + n % 3} h",
                self.times.at(100),
                "t",
            )
        self.tally.add("6.k", "public.event_registration", kind, count, note)

    # --- 6.j and 6.m: twelve months after the webinar, its log six months ---------------------------

    def _webinars(self) -> None:
        limit, rng, size = Limit(self.times.today, 12), self.rng, self.size
        ages = [(a, True) for a in (*limit.edges(), *limit.clamped(), *limit.coming())]
        ages += [
            (rng.randrange(limit.overdue, limit.overdue + 300), False) for _ in range(size.of(6))
        ]
        ages += [(rng.randrange(-40, limit.due - 16), False) for _ in range(size.of(45, 30))]
        for n, (age, edge) in enumerate(ages):
            webinar = self.webinar.add(
                f"Webinar {n + 1}", ("fr", "nl", "en")[n % 3], self._at(age, edge=edge)
            )
            self._attend(webinar, age, size.of(90), limit.kind(age))
            if 0 <= age < 12:
                self.recording.add(
                    webinar, self.times.at(age), self.times.at(age), f"webinar-{webinar}.mp4"
                )
        undated = self.webinar.add(UNDATED_WEBINAR, "en", None)
        self._attend(undated, 400, 15, "undated", "the date of the webinar is missing")
        self._forgotten_logs(undated - 1)

    def _attend(self, webinar: int, held: int, count: int, kind: str, note: str = "") -> None:
        """Registrations up to ten days before the webinar; those of the last six months, and no
        older ones, still hold the address and the browser."""
        six, times = Limit(self.times.today, 6), self.times
        asked = 0
        for n in range(count):
            who, age = self._anyone(), max(held, 0) + n % 10
            fresh = age < six.due
            row = self.attendance.add(
                webinar,
                who.email,
                who.name,
                who.phone,
                who.job,
                who.firm.name,
                times.at(age),
                "t",
                f"203.0.113.{n % 250}" if fresh else None,
                _BROWSER if fresh else "",
            )
            if n % 3 == 0:
                asked += 1
                self.question.add(
                    row, times.at(max(held, 0)), f"How does it work with {who.firm.name}?"
                )
        self.tally.add("6.j", "public.webinar_registration", kind, count, note)
        self.tally.add("6.j", "public.webinar_question", kind, asked, note)

    def _forgotten_logs(self, webinar: int) -> None:
        """Registrations of a webinar within its twelve months whose logs are past their six."""
        limit = Limit(self.times.today, 6)
        edges = [*limit.edges(), *limit.clamped(), *limit.coming()]
        late = [
            self.rng.randrange(limit.overdue, limit.overdue + 90) for _ in range(self.size.of(60))
        ]
        self.webinar.rows[webinar - 1] = (
            webinar,
            "Webinar on reminders",
            "fr",
            self.times.at(limit.due - 20),
        )
        for age in [*edges, *late]:
            who = self._anyone()
            self.attendance.add(
                webinar,
                who.email,
                who.name,
                who.phone,
                who.job,
                who.firm.name,
                self.times.edge(age),
                "t",
                "203.0.113.251",
                _BROWSER,
            )
            self.tally.add("6.m", "public.webinar_registration", limit.kind(age), note=STAYS)

    # --- 6.l: twelve months after the answer --------------------------------------------------------

    def _surveys(self) -> None:
        limit = Limit(self.times.today, 12)
        for n in range(8):
            self.survey.add(f"Survey {n + 1}", self.times.day(60 * n + 30))
        for n, (age, edge) in enumerate(self._ages(limit, self.size.of(70), self.size.of(3000))):
            who = self._anyone()
            self.answer.add(
                1 + n % 8,
                who.email,
                who.name,
                who.phone,
                who.job,
                who.firm.name,
                f'{{"content": {1 + n % 10}, "why": "quick answers"}}',
                self._at(age, edge=edge),
            )
            self.tally.add("6.l", "public.survey_answer", limit.kind(age))

    # --- 6.o: as long as there is consent -----------------------------------------------------------

    def _newsletter(self) -> None:
        """One subscriber per person, each with a consent: alive, ended, to end, or given again."""
        limit, size = Limit(self.times.today, 0), self.size
        ends = [*limit.edges(), *(-k for k in range(2, 15))]
        ends += [self.rng.randrange(2, 300) for _ in range(size.of(60))]
        again = size.of(15)
        alive = size.of(4000)
        for n in range(len(ends) + again + alive):
            who = self.people[-1 - n]
            end = ends[n] if n < len(ends) else None
            self._subscribe(who, n, limit, end, again=len(ends) <= n < len(ends) + again)
        for n in range(size.of(300)):
            gone = self.people[n]
            self._consent(gone.email, "newsletter", 900, 400 + n % 300, None)

    def _subscribe(
        self, who: Someone, n: int, limit: Limit, end: int | None, *, again: bool
    ) -> None:
        since = (end or 0) + 400 + n % 300
        row = self.subscriber.add(
            who.email, who.name, who.language, who.firm.name, who.firm.address, self.times.at(since)
        )
        readings = n % 6
        for k in range(readings):
            self.reading.add(
                row, self.times.at(max(end or 0, 0) + 30 * k + 1), ("phone", "desktop")[n % 2]
            )
        lapsed = end is not None and (n % 3 == 0 or end < 0)
        self._consent(
            who.email, "newsletter", since, None if lapsed else end, end if lapsed else None
        )
        if again:
            self.consent.rows[-1] = (*self.consent.rows[-1][:5], self.times.at(90), None)
            self._consent(who.email.upper(), "newsletter", 60, None, None)
            self.tally.add("6.o", "public.newsletter_subscriber", "live", note=AGAIN)
        if end is not None:
            kind = limit.kind(end)
            self.tally.add("6.o", "public.newsletter_subscriber", kind)
            self.tally.add("6.o", "public.newsletter_reading", kind, readings)

    def _consent(
        self, email: str, purpose: str, given: int, withdrawn: int | None, expires: int | None
    ) -> None:
        times = self.times
        self.consent.add(
            email,
            purpose,
            "v3",
            times.at(given),
            None if withdrawn is None else times.edge(withdrawn),
            None if expires is None else times.edge(expires),
        )
