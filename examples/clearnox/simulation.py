"""Two weeks in the life of the estate: what happens on each simulated day, always the same.

Nothing here repairs what retention has to repair; it only lets life go on: people come, write, log
in, leave, withdraw, and two forgotten dates are entered after all.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

import psycopg

from examples.clearnox.days import ZONE, utc_text
from examples.clearnox.marketing_rows import CANCELLED_EVENT, UNDATED_WEBINAR
from examples.clearnox.people import Someone, firm, someone
from examples.clearnox.rows import sqlite_file

EVENT_TAKEN_UP_ON, WEBINAR_DATED_ON = 5, 8
"""The days on which the two starts that were missing (6.k, 6.j) are entered."""
_PERSONS = 900_000
"""Newcomers are numbered from here, so that nobody shares their address."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A person who asks on this day that we delete their data: a fact for avow, not for the estate."""

    email: str
    name: str


@dataclass(frozen=True, slots=True)
class Played:
    """What happened: rows written, and what people asked for."""

    day: date
    rows: int
    asked: tuple[Asked, ...]


def play_day(urls: Mapping[str, str], day: date, *, started: date, seed: int = 1) -> Played:
    """Let one day happen in the four systems. `started` is the `today` that `load` was given.

    Days are played in order, once each. Times of the day lie between eight and six o'clock, local.
    """
    number = (day - started).days
    rng = Random(f"{seed}:day {number}")  # noqa: S311 - made-up data must be repeatable
    at = firm(rng, _PERSONS + number)
    people = [someone(rng, _PERSONS + 100 * number + n, at) for n in range(12)]
    rows = _app(urls["app"], day, rng, people)
    rows += _marketing(urls["marketing"], day, number, people)
    rows += _support(urls["support"], day, people)
    rows += _web(urls["web"], day, rng)
    return Played(day, rows, _asking(urls["marketing"], number))


def _clock(day: date, n: int) -> str:
    return f"{day.isoformat()} {8 + n % 10:02}:{n * 7 % 60:02}:00"


def _connect(url: str) -> psycopg.Connection:
    connection = psycopg.connect(url)
    connection.execute(f"SET TimeZone = '{ZONE.key}'")
    return connection


def _insert(
    connection: psycopg.Connection, table: str, columns: str, rows: list[tuple[Any, ...]]
) -> list[int]:
    """Insert rows in order; the ids they were given."""
    marks = ", ".join(["%s"] * len(rows[0]))
    statement = f"INSERT INTO {table} ({columns}) VALUES ({marks}) RETURNING id"  # noqa: S608 - our own names
    made = []
    with connection.cursor() as cursor:
        for row in rows:
            cursor.execute(statement, row)
            made += [found[0] for found in cursor]
    return made


# --- the application --------------------------------------------------------------------------------


def _app(url: str, day: date, rng: Random, people: list[Someone]) -> int:
    with _connect(url) as connection:
        rows = _new_customer(connection, day, people[0])
        rows += _machine_notes(connection, day, rng)
        rows += _leavers(connection, day)
        return rows + _contract_ends(connection, day)


def _new_customer(connection: psycopg.Connection, day: date, who: Someone) -> int:
    at, now = who.firm, _clock(day, 1)
    (company,) = _insert(
        connection,
        "company",
        "number, name, legal_form, vat_number, street, postcode, city, country_code, language, contact_name, contact_email, contact_phone, created_at",
        [
            (
                f"N{day:%Y%m%d}",
                at.name,
                at.form,
                at.vat,
                at.street,
                at.postcode,
                at.city,
                at.country,
                at.language,
                who.name,
                who.email,
                who.phone,
                now,
            )
        ],
    )
    (contract,) = _insert(
        connection,
        "contract",
        "company_id, reference, started_on",
        [(company, f"N{day:%Y%m%d}", day)],
    )
    (account,) = _insert(
        connection,
        "account",
        "company_id, email, full_name, job_title, phone, language, plan, password_hash, adult_attested_at, created_at",
        [
            (
                company,
                who.email,
                who.name,
                who.job,
                who.phone,
                who.language,
                "Clearnox Start",
                "scrypt$0",
                now,
                now,
            )
        ],
    )
    _insert(
        connection,
        "workspace",
        "company_id, account_id, display_name, notify_email, updated_at",
        [(company, account, who.name, who.email, now)],
    )
    _insert(
        connection,
        "signature",
        "contract_id, account_id, signer_name, signer_email, certificate_serial, signed_at",
        [(contract, account, who.name, who.email, f"{company:016x}", now)],
    )
    return 5


def _machine_notes(connection: psycopg.Connection, day: date, rng: Random) -> int:
    found = connection.execute(
        "SELECT id FROM account WHERE deleted_at IS NULL AND email IS NOT NULL ORDER BY id"
    ).fetchall()
    accounts = [rng.choice(found)[0] for _ in range(60)]
    logins = [
        (a, _clock(day, n), f"198.51.100.{n}", "Mozilla/5.0 Firefox/142.0", True)
        for n, a in enumerate(accounts)
    ]
    _insert(connection, "login", "account_id, at, ip, user_agent, succeeded", logins)
    acts = [
        (a, _clock(day, n), "opened claim", "claim", f"198.51.100.{n}")
        for n, a in enumerate(accounts)
    ]
    _insert(connection, "activity", "account_id, at, action, object_type, ip", acts)
    return len(logins) + len(acts)


def _leavers(connection: psycopg.Connection, day: date) -> int:
    """Two people delete their accounts: a date in a column, no more."""
    return connection.execute(
        "UPDATE account SET deleted_at = %s, deletion_asked_by = 'person' WHERE id IN ("
        " SELECT a.id FROM account a JOIN contract c ON c.company_id = a.company_id"
        "  WHERE a.deleted_at IS NULL AND a.email IS NOT NULL AND c.ended_on IS NULL"
        "  ORDER BY a.id LIMIT 2)",
        (_clock(day, 2),),
    ).rowcount


def _contract_ends(connection: psycopg.Connection, day: date) -> int:
    """Contracts end today: those with notice given, and one without. Their companies have the
    accounts of their people deleted."""
    rows = connection.execute(
        "UPDATE contract SET ended_on = %s, end_reason = 'agreed' WHERE id = ("
        " SELECT max(id) FROM contract WHERE ended_on IS NULL AND started_on < %s)",
        (day, day - timedelta(days=365)),
    ).rowcount
    return (
        rows
        + connection.execute(
            "UPDATE account SET deleted_at = %s, deletion_asked_by = 'company'"
            " WHERE deleted_at IS NULL AND email IS NOT NULL"
            " AND company_id IN (SELECT company_id FROM contract WHERE ended_on = %s)"
            " AND company_id NOT IN (SELECT company_id FROM contract WHERE ended_on IS NULL OR ended_on > %s)",
            (_clock(day, 3), day, day),
        ).rowcount
    )


# --- marketing --------------------------------------------------------------------------------------


def _marketing(url: str, day: date, number: int, people: list[Someone]) -> int:
    with _connect(url) as connection:
        rows = _newcomers(connection, day, people)
        rows += _withdrawal(connection, day, number)
        return rows + _missing_starts(connection, day, number)


def _newcomers(connection: psycopg.Connection, day: date, people: list[Someone]) -> int:
    asks = [
        (p.email, p.name, p.phone, p.firm.name, _clock(day, n)) for n, p in enumerate(people[:4])
    ]
    _insert(
        connection, "information_request", "email, full_name, phone, company_name, asked_at", asks
    )
    answers = [
        (1, p.email, p.name, '{"content": 8}', _clock(day, n)) for n, p in enumerate(people[4:7])
    ]
    _insert(
        connection, "survey_answer", "survey_id, email, full_name, answers, answered_at", answers
    )
    readers = [
        (p.email, p.name, p.language, p.firm.name, _clock(day, n))
        for n, p in enumerate(people[7:9])
    ]
    _insert(
        connection,
        "newsletter_subscriber",
        "email, full_name, language, company_name, subscribed_at",
        readers,
    )
    proofs = [(p.email, "newsletter", "v3", _clock(day, n)) for n, p in enumerate(people[7:9])]
    _insert(connection, "consent", "email, purpose, wording, given_at", proofs)
    return len(asks) + len(answers) + len(readers) + len(proofs)


_AGAIN = """
    INSERT INTO consent (email, purpose, wording, given_at)
    SELECT email, 'newsletter', 'v3', %s FROM newsletter_subscriber WHERE email IN (
        SELECT email FROM consent
         WHERE purpose = 'newsletter' AND withdrawn_at::date = %s::date
         ORDER BY id DESC LIMIT 1)
"""
_WITHDRAWN = """
    UPDATE consent SET withdrawn_at = %s
     WHERE purpose = 'newsletter' AND ended_at IS NULL AND email = (
        SELECT email FROM consent
         WHERE purpose = 'newsletter' AND ended_at IS NULL AND given_at::date < %s
         ORDER BY id DESC LIMIT 1)
"""


def _withdrawal(connection: psycopg.Connection, day: date, number: int) -> int:
    """One reader withdraws; on every fifth day the one of the day before gives consent again, if
    retention has left anything of them."""
    rows = 0
    if number % 5 == 0:
        yesterday = day - timedelta(days=1)
        rows += connection.execute(_AGAIN, (_clock(day, 4), yesterday)).rowcount
    old = day - timedelta(days=2)
    return rows + connection.execute(_WITHDRAWN, (_clock(day, 5), old)).rowcount


def _missing_starts(connection: psycopg.Connection, day: date, number: int) -> int:
    if number == EVENT_TAKEN_UP_ON:
        return connection.execute(
            "UPDATE event SET cancelled_at = NULL, moved_to = %s WHERE title = %s",
            (_clock(day - timedelta(days=40), 6), CANCELLED_EVENT),
        ).rowcount
    if number == WEBINAR_DATED_ON:
        return connection.execute(
            "UPDATE webinar SET held_at = %s WHERE title = %s",
            (_clock(day - timedelta(days=398), 6), UNDATED_WEBINAR),
        ).rowcount
    return 0


def _asking(url: str, number: int) -> tuple[Asked, ...]:
    """Who asks for deletion today: somebody who once wanted information (6.g)."""
    with _connect(url) as connection:
        found = connection.execute(
            "SELECT email, full_name FROM information_request WHERE email <> ''"
            " ORDER BY asked_at DESC, id OFFSET %s LIMIT 1",
            (40 + number,),
        ).fetchone()
    return (Asked(*found),) if found else ()


# --- support and web --------------------------------------------------------------------------------


def _support(url: str, day: date, people: list[Someone]) -> int:
    with _connect(url) as connection:
        callers = [
            (p.email, p.name, p.phone, p.firm.name, _clock(day, n), _clock(day, n))
            for n, p in enumerate(people[:6])
        ]
        ids = _insert(
            connection,
            "requester",
            "email, full_name, phone, company_name, created_at, last_message_at",
            callers,
        )
        tickets = _insert(
            connection,
            "ticket",
            "requester_id, agent_id, subject, channel, opened_at, form_ip, form_user_agent",
            [
                (
                    r,
                    1,
                    "Question",
                    "form",
                    _clock(day, n),
                    f"192.0.2.{n}",
                    "Mozilla/5.0 Firefox/142.0",
                )
                for n, r in enumerate(ids)
            ],
        )
        words = [
            (t, r, a, _clock(day, n), "How do I start?")
            for n, (t, r) in enumerate(zip(tickets, ids, strict=True))
            for a in (None, 2)
        ]
        _insert(connection, "message", "ticket_id, requester_id, agent_id, sent_at, body", words)
        calls = [
            (
                r,
                t,
                3,
                "+32 400 00 00 01",
                _clock(day, n),
                240,
                _clock(day, n),
                f"call-{day}-{n}.ogg",
                240,
            )
            for n, (t, r) in enumerate(zip(tickets, ids, strict=True))
            if n % 2
        ]
        _insert(
            connection,
            "call",
            "requester_id, ticket_id, agent_id, phone_number, started_at, seconds, recorded_at,"
            " recording_file, recording_seconds",
            calls,
        )
    return len(ids) + len(tickets) + len(words) + len(calls)


def _web(url: str, day: date, rng: Random) -> int:
    connection = sqlite3.connect(sqlite_file(url))
    try:
        for n in range(40):
            at = utc_text(day, _clock(day, n)[11:])
            visit = connection.execute(
                "INSERT INTO visit (visitor, started_at, landing_page, device) VALUES (?, ?, '/', 'phone')",
                (f"{rng.getrandbits(64):016x}", at),
            ).lastrowid
            connection.execute(
                "INSERT INTO page_view (visit_id, at, path) VALUES (?, ?, '/')", (visit, at)
            )
            connection.execute(
                "INSERT INTO web_log (at, ip, method, path, status) VALUES (?, ?, 'GET', '/', 200)",
                (at, f"192.0.2.{n}"),
            )
        connection.commit()
    finally:
        connection.close()
    return 120
