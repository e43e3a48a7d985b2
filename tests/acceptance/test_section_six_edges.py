"""Section 6 at its edges: what prolongs, cancels or forbids the end of a period, and what betrays
a negative promise.

The estate is the one of `test_section_six.py`: noon on 1 December 2026, nothing wrong, avow may
write. Each scenario says what happened, what the promise must then say, and how it ends. Real
PostgreSQL and SQLite.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from avow.common.masked import Masked
from avow.duties.assurance.model import ReasonCode, Status
from avow.engine.facts.standing import Who, note
from avow.engine.planner.hold import Reason
from avow.engine.planner.hold import place as hold
from tests.acceptance.town import KEPT_BY_LAW, Town, Why, broken, let_it_write, town

BROKEN, KEPT, UNENFORCED = Status.BROKEN, Status.KEPT, Status.UNENFORCED
FAILED, UNDATED = ReasonCode.FAILED, ReasonCode.UNDATED
EMAIL = "ann@gone.example.com"
COMPANY = """
    INSERT INTO company (id, number, name, street, postcode, city, country_code, language,
                         contact_name, contact_email, created_at)
    VALUES (900002, 'N900002', 'Gone NV', 'Kaai 1', '1000', 'Brussel', 'BE', 'nl',
            'Ann', 'ann@gone.example.com', '2010-01-01');
"""
EVENT = """
    INSERT INTO event (id, title, place, held_at)
    VALUES (900001, 'Breakfast', 'Gent', '2026-10-31 10:00');
    INSERT INTO event_registration (event_id, email, full_name, registered_at)
    VALUES (900001, 'ann@gone.example.com', 'Ann', '2026-10-01');
"""
READER = """
    INSERT INTO newsletter_subscriber (email, full_name, language, subscribed_at)
    VALUES ('ann@gone.example.com', 'Ann', 'nl', '2026-01-01');
    INSERT INTO consent (email, purpose, wording, given_at, withdrawn_at)
    VALUES ('ann@gone.example.com', 'newsletter', 'v3', '2026-01-01', '2026-11-30 10:00');
"""
AGAIN = """
    INSERT INTO consent (email, purpose, wording, given_at)
    VALUES ('ANN@gone.example.com', 'newsletter', 'v3', '2026-11-30 18:00');
"""


@pytest.fixture(scope="module")
def clearnox(
    postgres_server: Path, state_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Town]:
    """The estate with nothing wrong in it, where avow may write; looked at once."""
    with town(postgres_server, state_template, tmp_path_factory.mktemp("town")) as made:
        let_it_write(made)
        made.look()
        yield made


def said(clearnox: Town, place: str, change: str, clause: str) -> tuple[Status, Why]:
    """Let something happen in the system of a place, look there, and read one promise."""
    system = place.partition(".")[0]
    clearnox.change(system, change)
    clearnox.look(system)
    promise = clearnox.promise(clause)
    return promise.status, broken(promise)


def swept(clearnox: Town, system: str, clause: str) -> tuple[int, Status]:
    """How many rows a plan of two persons moved, and what the promise says then."""
    _, applied = clearnox.sweep(system, clause)
    clearnox.look(system)
    return applied.rows, clearnox.promise(clause).status


def test_6a_a_company_may_ask_for_the_account_of_its_person(clearnox: Town) -> None:
    """Asked by the company, the account goes like one that the person deleted; its log line stays
    for its six months and no longer says whose it is."""
    place = "app.public.account"
    change = f"""
        INSERT INTO account (id, company_id, email, full_name, language, plan, password_hash,
                             created_at, deleted_at, deletion_asked_by)
        SELECT 900001, min(company_id), '{EMAIL}', 'Ann', 'nl', 'Start', 'x', '2025-01-01',
               '2026-11-30 10:00', 'company' FROM contract WHERE ended_on IS NULL;
        INSERT INTO login (id, account_id, at, user_agent, succeeded)
        VALUES (900001, 900001, '2026-11-20 10:00', 'Firefox', true);
    """
    assert said(clearnox, place, change, "6.a") == (BROKEN, {place: (FAILED, 1)})
    rows, word = swept(clearnox, "app", "6.a")
    assert (rows >= 1, word) == (True, KEPT)
    left = clearnox.read("app", "SELECT account_id, user_agent FROM login WHERE id = 900001")
    assert left == [(None, "Firefox")]


def test_6a_a_hold_retains_an_account_and_the_promise_stays_kept(clearnox: Town) -> None:
    """Deleted yesterday and in a dispute: overdue until somebody holds it, then retained by law."""
    place, email = "app.public.account", "held@gone.example.com"
    deleted = f"""
        INSERT INTO account (email, full_name, language, plan, password_hash, created_at,
                             deleted_at)
        VALUES ('{email}', 'Ann', 'nl', 'Start', 'x', '2025-01-01', '2026-11-30 10:00')
    """
    assert said(clearnox, place, deleted, "6.a") == (BROKEN, {place: (FAILED, 1)})
    state, at = clearnox.state, clearnox.clock.now()
    why = Reason("dispute", "Art. 17(3)(e) GDPR", date(2027, 5, 31))
    hold(state.store, state.ring, [Who("email", Masked(email))], why, by="olivier", at=at)
    assert said(clearnox, place, "SELECT 1", "6.a") == (KEPT, {})
    assert clearnox.plan("app", "6.a").rows == 0


def test_6b_a_resumed_contract_keeps_the_relation_alive(clearnox: Town) -> None:
    """The relation ends with the last of its contracts; one that was taken up again resumes it."""
    place = "app.public.company"
    contracts = """
        INSERT INTO contract (id, company_id, started_on, ended_on)
        VALUES (900002, 900002, '2010-01-01', '2016-11-01');
        INSERT INTO contract (id, company_id, started_on, resumes_id)
        VALUES (900003, 900002, '2017-01-01', 900002);
    """
    assert said(clearnox, place, COMPANY + contracts, "6.b") == (KEPT, {})
    assert clearnox.promise("6.c").status is clearnox.promise("6.d").status is KEPT
    ended = "UPDATE contract SET ended_on = '2026-11-30' WHERE id = 900003"
    assert said(clearnox, place, ended, "6.b") == (BROKEN, {place: (FAILED, 1)})
    assert clearnox.promise("6.c").status is KEPT, "ten years have only begun"
    assert swept(clearnox, "app", "6.b") == (1, KEPT)
    left = "SELECT name, contact_email, contact_phone FROM company WHERE id = 900002"
    assert clearnox.read("app", left) == [("Gone NV", None, None)]


def test_6c_6d_the_law_retains_a_young_invoice_and_the_promise_stays_kept(clearnox: Town) -> None:
    """The relation ended more than ten years ago; the fiscal year of the invoice did not."""
    place = "app.public.invoice"
    invoice = f"""
        INSERT INTO invoice (id, company_id, contract_id, number, issued_on, fiscal_year_end,
                             due_on, billing_name, billing_address, total)
        SELECT 900001, company_id, id, 'F900001', '2016-03-01', '2016-12-31', '2016-04-01', 'Ann',
               'Kaai 1', 10 FROM contract WHERE company_id = {KEPT_BY_LAW} LIMIT 1;
        INSERT INTO invoice_line (invoice_id, position, description, amount)
        VALUES (900001, 1, 'Plus', 10);
    """
    assert said(clearnox, place, invoice, "6.c") == (KEPT, {})
    assert clearnox.promise("6.d").status is KEPT
    assert clearnox.plan("app", "6.c").rows == 0
    older = "UPDATE invoice SET fiscal_year_end = '2015-12-31' WHERE id = 900001"
    both = {place: (FAILED, 1), "app.public.invoice_line": (FAILED, 1)}
    assert said(clearnox, place, older, "6.c") == (BROKEN, both)
    assert broken(clearnox.promise("6.d")) == both
    assert swept(clearnox, "app", "6.c") == (2, KEPT)


def test_6g_who_asks_for_deletion_need_not_wait_three_years(clearnox: Town) -> None:
    """What was asked last week is kept, until the person asks us to delete it: a fact that avow
    knows and no system. The mail that we exchanged ends with it (6.∅)."""
    place, mail = "marketing.public.information_request", "marketing.public.information_mail"
    asked = f"""
        INSERT INTO information_request (id, email, full_name, asked_at)
        VALUES (900001, '{EMAIL}', 'Ann', '2026-11-20');
        INSERT INTO information_mail (request_id, sent_at, from_address, to_address, subject, body)
        VALUES (900001, '2026-11-21', 'us@example.com', '{EMAIL}', 'Re', 'Hello');
    """
    assert said(clearnox, place, asked, "6.g") == (KEPT, {})
    state, yesterday = clearnox.state, datetime(2026, 11, 30, 9, tzinfo=UTC)
    note(state.store, state.ring, "deletion-asked", Who("email", Masked(EMAIL)), at=yesterday)
    assert said(clearnox, place, "SELECT 1", "6.g") == (BROKEN, {place: (FAILED, 1)})
    assert broken(clearnox.promise("6.∅")) == {mail: (FAILED, 1)}
    _, applied = clearnox.sweep("marketing")
    assert applied.rows == 2
    assert said(clearnox, place, "SELECT 1", "6.g") == (KEPT, {})
    assert broken(clearnox.promise("6.∅")) == {}


def test_6h_a_month_from_the_thirty_first_ends_with_the_next_month(clearnox: Town) -> None:
    """Recorded on 31 October: ends on 30 November, so it is overdue. Recorded on 1 November: ends
    today, so it is due and not overdue; the plan of today takes both."""
    place = "support.public.call"
    call = """
        INSERT INTO call (requester_id, phone_number, started_at, seconds, recorded_at,
                          recording_file, recording_seconds)
        SELECT max(id), '+32 400 00 00 01', '{0}', 60, '{0}', 'a.ogg', 60 FROM requester;
    """
    first = call.format("2026-11-01 00:00:01")
    assert said(clearnox, place, first, "6.h") == (KEPT, {})
    last = call.format("2026-10-31 23:59:59")
    assert said(clearnox, place, last, "6.h") == (BROKEN, {place: (FAILED, 1)})
    assert swept(clearnox, "support", "6.h") == (2, KEPT)


def test_6j_a_webinar_without_a_date_breaks_the_promise_until_it_is_entered(clearnox: Town) -> None:
    place = "marketing.public.webinar_registration"
    registered = f"""
        INSERT INTO webinar (id, title, language) VALUES (900001, 'Reminders', 'nl');
        INSERT INTO webinar_registration (webinar_id, email, full_name, registered_at)
        VALUES (900001, '{EMAIL}', 'Ann', '2026-11-01');
    """
    assert said(clearnox, place, registered, "6.j") == (BROKEN, {place: (UNDATED, 1)})
    dated = "UPDATE webinar SET held_at = '2026-11-20' WHERE id = 900001"
    assert said(clearnox, place, dated, "6.j") == (KEPT, {})


def test_6k_an_event_that_moves_takes_its_list_along(clearnox: Town) -> None:
    """Moved later, the list is kept; cancelled, nobody knows its end, and that is said; put back to
    its old day, it is overdue."""
    place = "marketing.public.event_registration"
    later = EVENT + "UPDATE event SET moved_to = '2026-11-15 10:00' WHERE id = 900001"
    assert said(clearnox, place, later, "6.k") == (KEPT, {})
    earlier = "UPDATE event SET moved_to = '2026-10-20 10:00' WHERE id = 900001"
    assert said(clearnox, place, earlier, "6.k") == (BROKEN, {place: (FAILED, 1)})
    cancelled = "UPDATE event SET cancelled_at = '2026-10-15' WHERE id = 900001"
    assert said(clearnox, place, cancelled, "6.k") == (BROKEN, {place: (UNDATED, 1)})
    assert clearnox.plan("marketing", "6.k").rows == 0, "without an end nothing is removed"
    held = "UPDATE event SET cancelled_at = NULL, moved_to = NULL WHERE id = 900001"
    assert said(clearnox, place, held, "6.k") == (BROKEN, {place: (FAILED, 1)})
    assert swept(clearnox, "marketing", "6.k") == (1, KEPT)


def test_6o_consent_that_is_given_again_lives(clearnox: Town) -> None:
    """Withdrawn in the morning and given again in the evening, in capitals; then withdrawn for
    good. The consents stay, as proof of what was sent and why it stopped."""
    place = "marketing.public.newsletter_subscriber"
    assert said(clearnox, place, READER + AGAIN, "6.o") == (KEPT, {})
    withdrawn = (
        "UPDATE consent SET withdrawn_at = '2026-11-30 20:00' WHERE email = 'ANN@gone.example.com'"
    )
    assert said(clearnox, place, withdrawn, "6.o") == (BROKEN, {place: (FAILED, 1)})
    assert swept(clearnox, "marketing", "6.o") == (1, KEPT)
    proofs = "SELECT count(*) FROM consent WHERE lower(email) = 'ann@gone.example.com'"
    assert clearnox.read("marketing", proofs) == [(2,)]
    clearnox.change("marketing", "DELETE FROM consent WHERE lower(email) = 'ann@gone.example.com'")


def test_60_4_says_that_most_needs_have_no_end_and_sees_the_one_that_has(clearnox: Town) -> None:
    """No purpose is printed with an end, so 6.0-4 is enforced only where a decision names one:
    offers end with the consent, and nothing else needs a reader's data."""
    place = "marketing.public.newsletter_subscriber"
    before = clearnox.promise("6.0-4")
    assert before.status is UNENFORCED
    assert {r.code for r in before.reasons} == {ReasonCode.NO_CAPABILITY}
    assert any("has no end" in r.detail for r in before.reasons)
    assert said(clearnox, place, READER, "6.0-4") == (BROKEN, {place: (FAILED, 1)})
    assert swept(clearnox, "marketing", "6.o") == (1, KEPT)
    assert clearnox.promise("6.0-4").status is UNENFORCED


def test_6x_what_the_print_forgot_is_enforced_by_decision_save_the_rows_of_tenants(
    clearnox: Town,
) -> None:
    """6.∅: demos, documents, mails have the periods that decisions gave them. The debtors of
    customers are theirs; avow does nothing there yet, and says so."""
    place = "marketing.public.web_demo"
    tenants = {f"app.public.{table}" for table in ("debtor", "claim", "reminder")}
    before = clearnox.promise("6.∅")
    assert before.status is UNENFORCED
    assert {str(i.item) for i in before.items if i.status is not KEPT} == tenants
    demo = f"""
        INSERT INTO web_demo (email, full_name, requested_at)
        VALUES ('{EMAIL}', 'Ann', '2023-11-30 10:00')
    """
    assert said(clearnox, place, demo, "6.∅") == (BROKEN, {place: (FAILED, 1)})
    assert swept(clearnox, "marketing", "6.∅") == (1, UNENFORCED)
    assert broken(clearnox.promise("6.∅")) == {}


@pytest.mark.parametrize(
    ("clause", "place", "planted", "undone"),
    [
        (
            "7",
            "app.public.account",
            "ALTER TABLE account ADD COLUMN birth_date date",
            "ALTER TABLE account DROP COLUMN birth_date",
        ),
        (
            "8-2",
            "web.visit",
            "ALTER TABLE visit ADD COLUMN leadScore integer",
            "ALTER TABLE visit DROP COLUMN leadScore",
        ),
        # A table that the data map does not know: the whole system is named, and the table said.
        (
            "8-2",
            "marketing",
            "CREATE TABLE lead_list (id integer, lead_score integer)",
            "DROP TABLE lead_list",
        ),
    ],
)
def test_7_8_a_column_that_is_promised_never_to_be_there_is_seen_wherever_it_appears(
    clearnox: Town, clause: str, place: str, planted: str, undone: str
) -> None:
    """No row needs to be in it, and the promise stands where it stood when it is gone. 7 speaks of
    an attestation of age too, which nobody checks yet."""
    word = UNENFORCED if clause == "7" else KEPT
    assert clearnox.promise(clause).status is word
    assert said(clearnox, place, planted, clause) == (BROKEN, {place: (FAILED, 1)})
    assert said(clearnox, place, undone, clause) == (word, {})
