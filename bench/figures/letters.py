"""Letters: written into the outbox, and sent through a real mail server in another process."""

from __future__ import annotations

import smtplib
import time
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial

import psycopg

from avow.common.ids import new_id
from avow.common.masked import Masked
from avow.duties.correspondence.addresses import Address
from avow.duties.correspondence.letters import Content, Draft, Letter, Mailing, Words
from avow.duties.correspondence.message import Envelope, Sender, envelope
from avow.duties.correspondence.outbox import write
from avow.duties.correspondence.relay import Relay
from avow.duties.correspondence.sending import Hands, send_together
from avow.duties.correspondence.wording import wording
from avow.engine.db.store import Runs
from avow.engine.evidence.entries import Body
from bench.figure import Better, Say, Scale, beside
from bench.post_office import HOST, post_office
from bench.stand import NOW, Stand

LETTERS = {"small": 2_000, "full": 20_000}
SENDER = Sender("Example NV", Address("privacy", "firm.example"),
                returns=Address("returns", "firm.example"))  # fmt: skip
VALUES = {
    "organisation": "Example NV", "effective": "1 mai 2027", "more": 0,
    "changes": ["une durée", "un pays"],
    "notice": "https://firm.example/n", "comparison": "https://firm.example/d",
    "contact": "privacy@firm.example",
}  # fmt: skip
TABLE = "CREATE TABLE sent (n integer PRIMARY KEY, code integer)"


def measure(stand: Stand, scale: Scale, say: Say) -> None:
    """Letters written per second, then sent per second beside bare loops over the same bytes."""
    count, words = LETTERS[scale.name], wording("notice-change", "fr").said(VALUES)
    _written(stand, words, count, say)
    messages = _messages(words, count)
    link = psycopg.connect(stand.database("letters_by_hand"), autocommit=True)
    link.execute(TABLE)
    with post_office() as port:
        floors = {
            "nothing kept": _rate(count, lambda: _bare(port, messages, lambda *_: None)),
            "a row per answer": _rate(count, lambda: _bare(port, messages, _noting(link))),
        }
        told = ", ".join(f"{name} {rate:,.0f}" for name, rate in floors.items())
        for senders in (1, 4):
            if senders > 1:
                _write(stand, words, count)
            ours = _rate(count, partial(_sent, stand, port, count, senders))
            say(
                beside(
                    f"letters: sent per second, connections: {senders}",
                    ours,
                    "letters/s",
                    list(floors.values()),
                    better=Better.HIGHER,
                    note=f"{count:,} letters of {len(messages[0].data):,} bytes;"
                    f" bare loops of one connection: {told}",
                )
            )


def _rate(count: int, work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return count / (time.perf_counter() - began)


def _write(stand: Stand, words: Words, count: int) -> None:
    state = stand.stage.state
    mailing = Mailing("notice-change", new_id("telling"), "firm.example", date(2099, 1, 1))
    drafts = (Draft(Masked(f"{n}"), "fr", words, Masked(_to(n))) for n in range(count))

    def tell(bodies: Sequence[Body], at: object, runs: Runs) -> None:  # noqa: ARG001
        state.ledger.append(bodies, NOW, runs=runs)

    assert write(state.store, state.ring, mailing, drafts, at=NOW, tell=tell).new == count


def _written(stand: Stand, words: Words, count: int, say: Say) -> None:
    ours = _rate(count, lambda: _write(stand, words, count))
    floor = _rate(count, lambda: _rows(stand, words, count))
    say(
        beside(
            "letters: written per second",
            ours,
            "letters/s",
            [floor],
            better=Better.HIGHER,
            note=f"{count:,} letters, sealed, 500 to a transaction; by hand: rows in the clear",
        )
    )


def _rows(stand: Stand, words: Words, count: int) -> None:
    """A table of letters as a script would write it, in the clear."""
    with psycopg.connect(stand.database("letters_in_clear")) as link:
        link.execute("CREATE TABLE letter (n integer PRIMARY KEY, sent_to text, said text)")
        rows = [(n, _to(n), words.text) for n in range(count)]
        with link.cursor() as cursor:
            cursor.executemany("INSERT INTO letter VALUES (%s, %s, %s)", rows)


def _to(number: int) -> str:
    return f"person{number}@mail.example"


def _messages(words: Words, count: int) -> list[Envelope]:
    """The same mails, made before the clock runs."""
    made = []
    for n in range(count):
        content = Content(_to(n), words.subject, words.text)
        name = f"letter-{n:026}"
        each = Letter(name, "notice-change", "", "fr", f"{name}@firm.example", NOW, content)
        found = envelope(SENDER, each)
        assert found is not None
        made.append(found)
    return made


def _bare(port: int, messages: Sequence[Envelope], note: Callable[[int, int], object]) -> None:
    """What a script would do: one connection, and on to the next message."""
    with smtplib.SMTP(HOST, port) as client:
        client.ehlo()
        for n, each in enumerate(messages):
            client.mail(each.return_path)
            client.rcpt(str(each.to))
            code, _ = client.data(each.data)
            assert code == 250
            note(n, code)


def _noting(link: psycopg.Connection[tuple[object, ...]]) -> Callable[[int, int], object]:
    """A script that can be killed notes each answer, as we do."""
    return lambda n, code: link.execute("INSERT INTO sent VALUES (%s, %s)", [n, code])


def _sent(stand: Stand, port: int, count: int, senders: int) -> None:
    state = stand.stage.state

    def tell(bodies: Sequence[Body], at: object, runs: Runs) -> None:  # noqa: ARG001
        state.ledger.append(bodies, NOW, runs=runs)

    relay = Relay(HOST, port, is_sealed=False)
    hands = Hands(state.store, state.ring, state.clock, SENDER, relay, tell)
    done = send_together(hands, senders)
    assert done.taken == count
