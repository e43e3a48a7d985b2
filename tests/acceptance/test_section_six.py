"""Section 6, promise by promise: kept, broken by one row, put right, kept again.

It is noon on 1 December 2026 at a made-up Clearnox; nothing is wrong, and avow may write. Each
scenario plants one row too old, as somebody with a database console would, and names the place that
must turn red. Then a plan is made, approved by two persons and applied, and every row that was
there before is still there, byte for byte. Real PostgreSQL and SQLite.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from avow.duties.assurance.model import PromiseStatus, ReasonCode, Status
from avow.engine.evidence.checks import Mode
from avow.engine.planner.records import Status as PlanStatus
from tests.acceptance.town import KEPT_BY_LAW, Town, broken, let_it_write, town

FAILED = ReasonCode.FAILED
LETTERS = "abcdefghijklmo"
GONE_COMPANY = """
    INSERT INTO company (id, number, name, street, postcode, city, country_code, language,
                         contact_name, contact_email, created_at)
    VALUES (900001, 'N900001', 'Gone NV', 'Kaai 1', '1000', 'Brussel', 'BE', 'nl',
            'Ann', 'ann@gone.example.com', '2020-01-01');
    INSERT INTO contract (id, company_id, reference, started_on, ended_on)
    VALUES (900001, 900001, 'C900001', '2020-01-01', '2026-11-30')
"""


@dataclass(frozen=True)
class Scenario:
    """One row too old, in one place: what is planted, what turns red, what the plan does.

    `does`: rows that the plan removes or blanks. `left`: tables in which something of what was
    planted rightly stays.
    """

    clause: str
    place: str
    plant: str
    does: int = 1
    left: frozenset[str] = frozenset()
    also: frozenset[str] = frozenset()

    @property
    def system(self) -> str:
        """The system of the place."""
        return self.place.partition(".")[0]


SCENARIOS = (
    # An account deleted yesterday, and its row still there: a soft deletion is no erasure.
    Scenario(
        "6.a",
        "app.public.account",
        "INSERT INTO account (email, full_name, language, plan, password_hash, created_at,"
        " deleted_at, deletion_asked_by) VALUES ('ann@gone.example.com', 'Ann', 'nl', 'Start', 'x',"
        " '2025-01-01', '2026-11-30 10:00', 'person')",
    ),
    # The contract ended yesterday, and the address to write to is still there.
    Scenario(
        "6.b",
        "app.public.company",
        GONE_COMPANY,
        left=frozenset({"company", "contract"}),
    ),
    # An invoice of a relation that ended eleven years ago; the law asks for it no more.
    Scenario(
        "6.c",
        "app.public.invoice",
        "INSERT INTO invoice (company_id, contract_id, number, issued_on, fiscal_year_end, due_on,"
        " billing_name, billing_address, total) SELECT company_id, id, 'F900001', '2012-03-01',"
        f" '2012-12-31', '2012-04-01', 'Ann', 'Kaai 1', 10 FROM contract WHERE company_id ="
        f" {KEPT_BY_LAW} LIMIT 1",
        also=frozenset({"6.d"}),
    ),
    # What such a customer bought.
    Scenario(
        "6.d",
        "app.public.product_subscription",
        "INSERT INTO product_subscription (company_id, product, seats, monthly_price, bought_at,"
        f" payer_name) VALUES ({KEPT_BY_LAW}, 'Plus', 1, 10, '2012-03-01', 'Ann')",
    ),
    # How such a customer had set the service.
    Scenario(
        "6.e",
        "app.public.collection_setting",
        "INSERT INTO collection_setting (company_id, sender_name, tone, first_after_days,"
        f" updated_at) VALUES ({KEPT_BY_LAW}, 'Ann', 'kind', 7, '2012-03-01')",
    ),
    # Somebody asked for help ten years and a day ago, and never wrote again.
    Scenario(
        "6.f",
        "support.public.requester",
        "INSERT INTO requester (email, full_name, created_at, last_message_at)"
        " VALUES ('ann@gone.example.com', 'Ann', '2016-11-01', '2016-11-30 10:00')",
    ),
    # Somebody asked for information three years and a day ago.
    Scenario(
        "6.g",
        "marketing.public.information_request",
        "INSERT INTO information_request (email, full_name, asked_at)"
        " VALUES ('ann@gone.example.com', 'Ann', '2023-11-30 10:00')",
    ),
    # A call recorded on 31 October: its month ended on 30 November, the last day there is.
    Scenario(
        "6.h",
        "support.public.call",
        "INSERT INTO call (requester_id, phone_number, started_at, seconds, recorded_at,"
        " recording_file, recording_seconds) SELECT max(id), '+32 400 00 00 01',"
        " '2026-10-31 10:00', 60, '2026-10-31 10:00', 'a.ogg', 60 FROM requester",
        left=frozenset({"call"}),
    ),
    # A visit to the site fourteen months and a day ago.
    Scenario(
        "6.i",
        "web.visit",
        "INSERT INTO visit (visitor, started_at, landing_page, device)"
        " VALUES ('00ff', '2025-09-30 10:00:00', '/', 'phone')",
    ),
    # A registration for a webinar that was held twelve months and a day ago.
    Scenario(
        "6.j",
        "marketing.public.webinar_registration",
        "INSERT INTO webinar (id, title, language, held_at)"
        " VALUES (900001, 'Reminders', 'nl', '2025-11-30 10:00');"
        " INSERT INTO webinar_registration (webinar_id, email, full_name, registered_at)"
        " VALUES (900001, 'ann@gone.example.com', 'Ann', '2025-11-01')",
        left=frozenset({"webinar"}),
    ),
    # A registration for an event that took place one month and a day ago.
    Scenario(
        "6.k",
        "marketing.public.event_registration",
        "INSERT INTO event (id, title, place, held_at)"
        " VALUES (900001, 'Breakfast', 'Gent', '2026-10-31 10:00');"
        " INSERT INTO event_registration (event_id, email, full_name, registered_at)"
        " VALUES (900001, 'ann@gone.example.com', 'Ann', '2026-10-01')",
        left=frozenset({"event"}),
    ),
    # An answer to a survey, twelve months and a day old.
    Scenario(
        "6.l",
        "marketing.public.survey_answer",
        "INSERT INTO survey_answer (survey_id, email, full_name, answers, answered_at)"
        " SELECT min(id), 'ann@gone.example.com', 'Ann', '{}', '2025-11-30 10:00' FROM survey",
    ),
    # A line of the web server's log, six months and a day old.
    Scenario(
        "6.m",
        "web.web_log",
        "INSERT INTO web_log (at, ip, method, path, status)"
        " VALUES ('2026-05-31 10:00:00', '192.0.2.1', 'GET', '/', 200)",
    ),
    # A line of the log of the service, as old: it lies in another system, and is found there too.
    Scenario(
        "6.m",
        "app.public.login",
        "INSERT INTO login (at, ip, user_agent, succeeded)"
        " VALUES ('2026-05-31 10:00', '192.0.2.1', 'Firefox', true)",
    ),
    # A reader whose consent was withdrawn yesterday; the consent itself stays, as proof.
    Scenario(
        "6.o",
        "marketing.public.newsletter_subscriber",
        "INSERT INTO newsletter_subscriber (email, full_name, language, subscribed_at)"
        " VALUES ('ann@gone.example.com', 'Ann', 'nl', '2026-01-01');"
        " INSERT INTO consent (email, purpose, wording, given_at, withdrawn_at)"
        " VALUES ('Ann@Gone.example.com', 'newsletter', 'v3', '2026-01-01', '2026-11-30 10:00')",
        left=frozenset({"consent"}),
        also=frozenset({"6.0-4"}),
    ),
)


@pytest.fixture(scope="module")
def clearnox(
    postgres_server: Path, state_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Town]:
    """The estate with nothing wrong in it, where avow may write; looked at once."""
    with town(postgres_server, state_template, tmp_path_factory.mktemp("town")) as made:
        let_it_write(made)
        made.look()
        yield made


def holds(promise: PromiseStatus) -> bool:
    """Kept by acting, everywhere in its scope, with rows to show for it."""
    rows = sum(proof.count for item in promise.items for proof in item.evidence)
    assert promise.reasons == ()
    return promise.status is Status.KEPT and promise.mode is Mode.ENFORCED and rows > 0


@pytest.mark.parametrize("told", SCENARIOS, ids=lambda told: f"{told.clause} {told.place}")
def test_one_row_breaks_a_promise_and_a_plan_of_two_persons_keeps_it_again(
    clearnox: Town, told: Scenario
) -> None:
    before = clearnox.rows()
    assert holds(clearnox.promise(told.clause))

    clearnox.change(told.system, told.plant)
    clearnox.look(told.system)
    promises = clearnox.promises()
    assert promises[told.clause].status is Status.BROKEN
    assert broken(promises[told.clause]) == {told.place: (FAILED, 1)}
    red = {c for c, p in promises.items() if p.status is Status.BROKEN}
    assert red == {told.clause, *told.also}, "no other promise suffers"

    plan, applied = clearnox.sweep(told.system, told.clause)
    assert applied.status is PlanStatus.DONE
    assert applied.rows == plan.rows == told.does
    clearnox.look(told.system)
    assert holds(clearnox.promise(told.clause))

    after = clearnox.rows()
    assert before - after == {}, "a row that nobody planted was changed or removed"
    assert {table for _, table, _ in after - before} == told.left


def test_every_letter_of_the_section_that_reaches_a_system_has_a_scenario() -> None:
    assert {s.clause for s in SCENARIOS} == {f"6.{letter}" for letter in LETTERS}
