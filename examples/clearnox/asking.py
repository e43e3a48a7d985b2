"""What persons ask for in the two weeks, and what goes wrong once: as the commands would enter it.

Each is left where somebody has something to do, or where it is over, so that the pages show work.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

import psycopg

from avow.common.masked import Masked
from avow.duties.correspondence.outbox import letters_to
from avow.duties.incidents.machine import Known, Nature, Reported
from avow.duties.incidents.register import Register, report
from avow.duties.incidents.register import take as goes_on
from avow.duties.requests.acting.at_once import act
from avow.duties.requests.acting.handing_over import ByLetter, HandOver, hand_over
from avow.duties.requests.answering import paper
from avow.duties.requests.answering.drafting import begin, draft, redact, review
from avow.duties.requests.answering.gathering import Sources
from avow.duties.requests.answering.records import Records
from avow.duties.requests.book import Arrival, Asking, Person, Said, take
from avow.duties.requests.delivering.answers import collect, deliver
from avow.duties.requests.delivering.links import Post
from avow.duties.requests.intake.entering import enter
from avow.duties.requests.machine import Request
from avow.duties.requests.rows_together import accept_all
from avow.duties.requests.steps import Decided, IdentityAsked, IdentityShown, Steps
from avow.duties.requests.tasks.answering import TaskAnswer, answer_task
from avow.duties.requests.tasks.instructing import Instruction, Instructs, instruct
from avow.duties.requests.tasks.kept import Evidence
from avow.duties.requests.tasks.machine import Outcome as Done
from avow.duties.requests.tasks.mailboxes import Mailbox, put_mailbox
from avow.duties.requests.words import Channel, Ground, Outcome, Right, Rung
from avow.faces.cli.desk import Desk

WORKS, LOOKS = "sofie", "an"
"""Who does all that the staff does here, and who looks an answer through."""
SPHERE = "controller"
PAGES = "https://my.clearnox.example"
"""Where persons' pages would be; nothing is sent there."""
LIVING = (
    "SELECT email FROM account WHERE deleted_at IS NULL AND email IS NOT NULL ORDER BY id LIMIT %s"
)
DEBTOR = "SELECT email, company_id FROM debtor WHERE email IS NOT NULL ORDER BY id LIMIT 1"
COMPANIES = "SELECT DISTINCT company_id FROM debtor ORDER BY company_id LIMIT 2"
KNOWN_SINCE = timedelta(hours=20)
"""How long before the last look the breach was known: the clock runs, and most of it is left."""


def asked_on(desk: Desk, app: str, number: int) -> str:
    """What is asked on a day of the two weeks, counted from 0; what happened in words, or
    nothing. `app` is the address of the system with the accounts."""
    story = STORY.get(number)
    return story(desk, app) if story else ""


def _copy(desk: Desk, app: str) -> str:
    """A copy, by e-mail: shown, found, accepted; it is still to be drawn."""
    request = _arrived(desk, Channel.EMAIL, _living(app, 0), Asking(1, Right.ACCESS))
    _take(desk, request, IdentityShown(person=1, rung=Rung.KNOWN_ADDRESS))
    accept_all(desk.book, desk.estate, by=WORKS, at=desk.now())
    _take(desk, request, Decided(item=1, outcome=Outcome.ACCEPTED))
    return "a copy is asked for by e-mail, and accepted"


def _erasure(desk: Desk, app: str) -> str:
    """An erasure, by telephone: there is a doubt who calls, and the term stands."""
    request = _arrived(desk, Channel.PHONE, _living(app, 1), Asking(1, Right.ERASURE))
    _take(desk, request, IdentityAsked(person=1, rung=Rung.SIGNED_LINK, pauses=True))
    return "an erasure is asked for by telephone; who calls is not settled, the term stands"


def _answered(desk: Desk, app: str) -> str:
    """A copy, from the form to the receipt: what may be somebody else's is hidden, somebody
    looks it through, and the person fetches it with the code that was told on the telephone."""
    book, email = desk.book, _living(app, 4)
    request = _arrived(desk, Channel.PORTAL, email, Asking(1, Right.ACCESS))
    _take(desk, request, IdentityShown(person=1, rung=Rung.KNOWN_ADDRESS))
    accept_all(book, desk.estate, by=WORKS, at=desk.now())
    _take(desk, request, Decided(item=1, outcome=Outcome.ACCEPTED))
    records = Records(book)
    sources = Sources(desk.estate, records, records)
    begun = begin(book, sources, request.id, 1, by=WORKS, at=desk.now())
    if numbers := [mark.number for mark in begun.marks]:
        redact(book, begun.id, numbers, Ground.OTHERS_RIGHTS, by=WORKS, at=desk.now())
    draft(book, begun.id, by=WORKS, at=desk.now(), is_last=True)
    if not paper.can_typeset():
        return "a copy is asked for on our form; it leaves once `avow[paper]` makes its PDF"
    review(book, desk.state.ledger, begun.id, by=LOOKS, at=desk.now())
    sent = deliver(book, Post(PAGES, "clearnox.example"), begun.id, by=WORKS, at=desk.now())
    letters = letters_to(book.runs, book.ring, SPHERE, [Masked(email)])
    link = next(
        line.rpartition("/")[2]
        for letter in reversed(letters)
        for line in letter.content.text.splitlines()
        if line.startswith(PAGES)
    )
    got = collect(book, Masked(link), sent.code, desk.now())
    came = "and the person has it" if isinstance(got, Masked) else "and it waits to be fetched"
    return f"a copy is asked for on our form and sent within the day, {came}"


def _instructed(desk: Desk, app: str) -> str:
    """A customer instructs us, and confirms it: who owns the system is asked, and says nothing. On
    the last day it is overdue."""
    book, now = desk.book, desk.now()
    with psycopg.connect(app) as owner:
        companies = owner.execute(COMPANIES).fetchall()
    tenant = f"tenant:app:{companies[-1][0]}"
    box = Mailbox(who=tenant, name="Creditor", address="boss@creditor.example", may_instruct=True)
    put_mailbox(book, box, by=WORKS, at=now)
    said = Instruction(tenant, Instructs.CORRECT, now, b"a debtor has another address")
    name = instruct(book, said, by=WORKS, at=now)
    (asked,) = book.runs.run("tasks_of_instruction", instruction=name)
    yes = TaskAnswer(asked["id"], Done.DONE, Evidence(), tenant)
    with book.runs.transaction() as tx:
        answer_task(book, tx, yes, at=now)
    return "a customer instructs us to correct a debtor; the owner of the system is asked"


def _debtor(desk: Desk, app: str) -> str:
    """Somebody whom a customer of ours dunned: the customer decides, and hears of it."""
    with psycopg.connect(app) as owner:
        email, company = owner.execute(DEBTOR).fetchone() or ("", 0)
    tenant = f"tenant:app:{company}"
    box = Mailbox(who=tenant, name=f"Creditor {company}", address="privacy@creditor.example")
    put_mailbox(desk.book, box, by=WORKS, at=desk.now())
    request = _arrived(desk, Channel.LETTER, email, Asking(1, Right.ACCESS))
    _take(desk, request, IdentityShown(person=1, rung=Rung.KNOWN_ADDRESS))
    what = HandOver(request.id, 1, tenant, only=True)
    hand_over(desk.book, what, ByLetter("clearnox.example"), by=WORKS, at=desk.now())
    return "a debtor of a customer asks; the request is handed over to that customer"


def _objection(desk: Desk, app: str) -> str:
    """No more marketing: done at once, without a proof and without a decision."""
    _arrived(desk, Channel.PORTAL, _living(app, 2), Asking(1, Right.OBJECTION, marketing=True))
    done = act(desk.book, at=desk.now())
    return f"an objection to marketing took effect at once ({done.stopped})"


def _breach(desk: Desk, app: str) -> str:
    """A list went to a wrong address: reported, and known to be a breach."""
    del app
    register = Register(
        desk.state.store, desk.state.ring, desk.declaration.controller.zone, desk.tell
    )
    now, nature = desk.now(), (Nature.CONFIDENTIALITY,)
    words = b"a list of participants went to a wrong address"
    name = report(register, Reported(nature=nature), words, by=WORKS, at=now)
    goes_on(register, name, Known(since=now - KNOWN_SINCE), by=WORKS, at=now)
    return "a list went to a wrong address: the 72 hours run"


def _late(desk: Desk, app: str) -> str:
    """A new one on the last day: who asks is not settled."""
    _arrived(desk, Channel.EMAIL, _living(app, 3), Asking(1, Right.PORTABILITY))
    return "somebody wants to take their data along"


STORY: Mapping[int, Callable[[Desk, str], str]] = {
    1: _copy,
    2: _instructed,
    3: _erasure,
    4: _debtor,
    6: _objection,
    9: _answered,
    12: _late,
    13: _breach,
}
"""What happens on which day of the two weeks."""


def somebody(app: str) -> str:
    """The address of somebody who asked nothing yet."""
    return _living(app, 6)


def _living(app: str, place: int) -> str:
    with psycopg.connect(app) as owner:
        return str(owner.execute(LIVING, [place + 1]).fetchall()[place][0])


def _arrived(desk: Desk, channel: Channel, email: str, asking: Asking) -> Request:
    now = desk.now()
    person = Person(name="Somebody", language="fr", email=email)
    arrival = Arrival(channel, now, "fr", (person,), (asking,), words=b"Bonjour, ")
    return enter(desk.book, arrival, by=WORKS, at=now).request


def _take(desk: Desk, request: Request, step: Steps) -> None:
    take(desk.book, request.id, [Said(step)], by=WORKS, at=desk.now())
