"""The proof that goes with an answer: salt, ledger entries, audit paths and a signed checkpoint.

With it anybody can check that the answer and the day of the request were not changed afterwards,
without us: `templates/check.py` needs nothing but Python.
"""

from __future__ import annotations

from importlib import resources
from typing import Any

import msgspec

from avow.common.masked import Masked
from avow.duties.requests.book import Book, entries_of, reference, words_of_steps
from avow.duties.requests.machine import Entry
from avow.duties.requests.steps import AnswerReviewed, Received, name_of, step_bytes
from avow.engine.evidence.ledger import Ledger, Proof


def proof_of(book: Book, ledger: Ledger, request: str, answer: str) -> dict[str, Any]:
    """The proof of an answer, once it was reviewed: of the day its request arrived, and of the
    review, whose step holds the SHA-256 of the page.

    Raises:
        LedgerError: AV807, the ledger has no such entry.
    """
    row = book.runs.one("request_known", id=request)
    entries = entries_of(book, request)
    proven = [e for e in entries if isinstance(e.step, Received)]
    proven += [
        e for e in entries if isinstance(e.step, AnswerReviewed) and e.step.answer == answer
    ][-1:]
    numbers = _numbers(book, request)
    proofs = ledger.prove_all([numbers[e.number] for e in proven])
    said = words_of_steps(book, request, [e.number for e in proven])
    salt = bytes(row["salt"]).hex() if row else ""
    words = [said.get(e.number, Masked(b"")).reveal() for e in proven]
    return {
        "form": "avow-proof/1",
        "request": request,
        "answer": answer,
        "salt": salt,
        "key": str(ledger.key),
        "steps": [_step(*each) for each in zip(proven, words, proofs, strict=True)],
    }


def _numbers(book: Book, request: str) -> dict[int, int]:
    """Number of a step -> number of its entry in the ledger."""
    rows = book.runs.run("ledger_request_steps", request=request.encode())
    return {msgspec.json.decode(r["bytes"])["body"]["number"]: r["number"] for r in rows}


def _step(entry: Entry, words: bytes, proof: Proof) -> dict[str, Any]:
    return {
        "name": name_of(entry.step),
        "reference": reference(entry, step_bytes(entry.step), words),
        "number": proof.number,
        "entry": proof.entry.decode(),
        "path": [each.hex() for each in proof.path],
        "checkpoint": proof.note,
    }


def checker() -> bytes:
    """The few lines that check a proof, for the person."""
    place = resources.files("avow.duties.requests.answering") / "templates"
    return place.joinpath("check.py.txt").read_bytes()
