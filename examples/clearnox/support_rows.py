"""Support: requesters with their tickets, messages, calls and shared screens."""

from __future__ import annotations

from random import Random

from examples.clearnox.days import Limit
from examples.clearnox.people import Someone
from examples.clearnox.plants import STAYS, Tally
from examples.clearnox.rows import Size, Table, Times, table

SYSTEM = "support"
_SUBJECTS = (
    "Import fails",
    "Question on an invoice",
    "Reminder not sent",
    "New colleague",
    "Bank link",
)
_AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/139.0"


class SupportRows:
    """Fills every table of support and counts what is wrong."""

    def __init__(self, times: Times, rng: Random, size: Size, people: list[Someone]) -> None:
        self.times, self.rng, self.size, self.people = times, rng, size, people
        self.tally = Tally(SYSTEM)
        self.month, self.half_year = Limit(times.today, 1), Limit(times.today, 6)
        self.agent = table("agent", "full_name email")
        self.requester = table(
            "requester", "email full_name phone company_name created_at last_message_at"
        )
        self.ticket = table(
            "ticket",
            "requester_id agent_id subject channel opened_at closed_at form_ip form_user_agent",
        )
        self.message = table("message", "ticket_id requester_id agent_id sent_at body")
        self.call = table(
            "call",
            "requester_id ticket_id agent_id phone_number started_at seconds notes recorded_at"
            " recording_file recording_seconds",
        )
        self.session = table(
            "screen_share_session",
            "requester_id ticket_id agent_id company_name job_title accepted_at asked_by"
            " remote_control recorded_at recording_file",
        )
        self.action = table("screen_share_action", "session_id at action")

    def tables(self) -> list[Table]:
        """Every table, parents first."""
        return [
            self.agent,
            self.requester,
            self.ticket,
            self.message,
            self.call,
            self.session,
            self.action,
        ]

    def fill(self) -> None:
        """Make all rows."""
        for n in range(12):
            self.agent.add(f"Agent {n + 1}", f"agent{n + 1}@clearnox.example")
        ten = Limit(self.times.today, 120)
        edges = [*ten.edges(), *ten.clamped(), *ten.coming()]
        late = [self.rng.randrange(ten.overdue, ten.overdue + 500) for _ in range(self.size.of(40))]
        for n, age in enumerate([*edges, *late]):
            self._old(self.people[n], n, age, ten.kind(age))
        for n in range(self.size.of(4000, 30)):
            self._living(self.people[n * 3 % len(self.people)], n)
        self._forms()
        self._recordings()

    # --- 6.f: ten years after the last message ------------------------------------------------------

    def _ask(self, who: Someone, created: str, last: str) -> int:
        return self.requester.add(who.email, who.name, who.phone, who.firm.name, created, last)

    def _old(self, who: Someone, n: int, last: int, kind: str) -> None:
        """Somebody whose last word is `last` days old, on one or two tickets and perhaps a call."""
        times, messages = self.times, 0
        requester = self._ask(who, times.at(last + 40), times.edge(last))
        tickets = 1 + n % 2
        for k in range(tickets):
            opened = last + 30 + k
            ticket = self.ticket.add(
                requester,
                1 + n % 12,
                _SUBJECTS[n % 5],
                "mail",
                times.at(opened),
                times.edge(last),
                None,
                None,
            )
            for m in range(1 + n % 3):
                self.message.add(
                    ticket,
                    requester,
                    1 + n % 12 if m % 2 else None,
                    times.at(opened - 1 - m),
                    f"Message {m} with {who.name}",
                )
            self.message.add(ticket, requester, None, times.edge(last), f"Thank you, {who.name}")
            messages += 2 + n % 3
        if n % 2:
            self.call.add(
                requester,
                None,
                1 + n % 12,
                who.phone,
                times.edge(last),
                240,
                "Asked twice",
                None,
                None,
                None,
            )
            self.tally.add("6.f", "public.call", kind)
        self.tally.add("6.f", "public.requester", kind)
        self.tally.add("6.f", "public.ticket", kind, tickets)
        self.tally.add("6.f", "public.message", kind, messages)

    def _living(self, who: Someone, n: int) -> None:
        """Somebody within the ten years, without anything that should be gone."""
        times, age = self.times, 60 + int(self.rng.random() * 2400)
        shared = int(self.rng.random() * 150) if n % 3 == 0 else age
        last = max(min(age - 40 * (1 + n % 4), shared), 0)
        requester = self._ask(who, times.at(age + 30), times.at(last))
        for k in range(1 + n % 4):
            opened = max(age - 40 * k, 0)
            form = opened < self.half_year.due - 15
            ticket = self.ticket.add(
                requester,
                1 + n % 12,
                _SUBJECTS[k],
                "form" if form else "mail",
                times.at(opened),
                None,
                f"192.0.2.{n % 250}" if form else None,
                _AGENT if form else None,
            )
            for m in range(2 + n % 3):
                self.message.add(
                    ticket,
                    requester,
                    1 + n % 12 if m % 2 else None,
                    times.at(max(opened - m, 0)),
                    f"Message {m} with {who.name}",
                )
        self._calls(requester, who, n, age)
        if n % 3 == 0:
            self._session(requester, who, shared)

    def _calls(self, requester: int, who: Someone, n: int, age: int) -> None:
        for k in range(n % 4):
            started = max(age - 25 * k, 0)
            recorded = started < self.month.due - 15 and n % 2
            at = self.times.at(started)
            self.call.add(
                requester,
                None,
                1 + n % 12,
                who.phone,
                at,
                60 + n % 900,
                "Explained the import",
                at if recorded else None,
                f"call-{requester}-{k}.ogg" if recorded else None,
                60 + n % 900 if recorded else None,
            )

    def _session(self, requester: int, who: Someone, age: int) -> None:
        times = self.times
        recorded = times.at(age) if age < self.month.due - 15 else None
        session = self.session.add(
            requester,
            None,
            1 + age % 12,
            who.firm.name,
            who.job,
            times.at(age),
            "caller",
            "f",
            recorded,
            recorded and f"screen-{requester}.mkv",
        )
        for action in ("asked", "accepted", "showed the import", "ended"):
            self.action.add(session, times.at(age), action)

    # --- 6.m: what the contact form noted, six months -----------------------------------------------

    def _forms(self) -> None:
        limit = self.half_year
        late = [
            self.rng.randrange(limit.overdue, limit.overdue + 900) for _ in range(self.size.of(50))
        ]
        for n, age in enumerate([*limit.edges(), *limit.clamped(), *limit.coming(), *late]):
            who, at = self.people[n * 5], self.times.edge(age)
            requester = self._ask(who, at, at)
            self.ticket.add(
                requester, None, _SUBJECTS[n % 5], "form", at, None, "192.0.2.251", _AGENT
            )
            self.tally.add("6.m", "public.ticket", limit.kind(age), note=STAYS)

    # --- 6.h: recordings, one month -----------------------------------------------------------------

    def _recordings(self) -> None:
        limit = self.month
        edges = [*limit.edges(), *limit.clamped(), *limit.coming()]
        late = [
            self.rng.randrange(limit.overdue, limit.overdue + 400) for _ in range(self.size.of(70))
        ]
        for n, age in enumerate([*edges, *late]):
            who, at = self.people[n * 7], self.times.edge(age)
            requester = self._ask(who, at, at)
            self.call.add(
                requester,
                None,
                1 + n % 12,
                who.phone,
                at,
                300,
                "Recorded call",
                at,
                f"call-old-{n}.ogg",
                300,
            )
            self.tally.add("6.h", "public.call", limit.kind(age), note=STAYS)
            if n % 4 == 0:
                self.session.add(
                    requester,
                    None,
                    1 + n % 12,
                    who.firm.name,
                    who.job,
                    at,
                    None,
                    None,
                    at,
                    f"screen-old-{n}.mkv",
                )
                self.tally.add("6.h", "public.screen_share_session", limit.kind(age), note=STAYS)
