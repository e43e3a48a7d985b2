"""The document of an answer: letter, the eight items, where was looked, what is hidden, data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from html import escape

from avow.declaration.facts.authorities import authorities_of
from avow.declaration.model import Declaration
from avow.duties.requests.answering import eight
from avow.duties.requests.answering.copy import Copy, Report, Row, Sent, State, Table, Way
from avow.duties.requests.answering.document import Block, Document, Facts, Grid, Part, Points, Text
from avow.duties.requests.answering.found import found_in
from avow.duties.requests.answering.saying import Saying, spoken

STATES: Mapping[State, str] = {
    State.FOUND: "state_found",
    State.EMPTY: "state_empty",
    State.UNSEARCHED: "state_unsearched",
    State.UNREACHABLE: "state_unreachable",
    State.PENDING: "state_pending",
}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?")
PROOF, CHECK = "proof.json", "check.py"


@dataclass(frozen=True, slots=True)
class Veiled:
    """A copy without what others have a right to, and how many places that were, by ground."""

    copy: Copy
    hidden: Mapping[str, int]

    @property
    def places(self) -> int:
        """Places that the person does not see."""
        return sum(self.hidden.values())


def saying_of(declaration: Declaration, copy: Copy) -> Saying:
    """The words of an answer in its language."""
    return Saying(declaration, spoken(copy.language, declaration))


def letter(declaration: Declaration, veiled: Veiled) -> str:
    """The letter as it is proposed: paragraphs with an empty line between them."""
    copy, saying = veiled.copy, saying_of(declaration, veiled.copy)
    phrase = saying.phrase
    asked = next((a.day for a in copy.asked if a.request == copy.request), copy.day)
    said = [phrase("dear", name=copy.name) if copy.name else phrase("dear_nobody")]
    said.append(phrase("letter_found" if copy.rows else "letter_nothing", day=saying.day(asked)))
    if not copy.is_whole:
        said.append(phrase("letter_partial", n=saying.number(max(copy.gaps, 1))))
    if veiled.places:
        said.append(phrase("letter_hidden"))
    if copy.rows:
        said.append(phrase("letter_portable"))
    said.append(phrase("letter_rights", address=eight.address_of(saying)))
    said.append(f"{phrase('letter_end')}\n{declaration.controller.name}")
    return "\n\n".join(said)


def document(declaration: Declaration, veiled: Veiled, words: str) -> Document:
    """The whole answer with the words of its letter."""
    copy, saying = veiled.copy, saying_of(declaration, veiled.copy)
    phrase, house = saying.phrase, declaration.controller.name
    asked = next((a.day for a in copy.asked if a.request == copy.request), copy.day)
    return Document(
        saying.language,
        house,
        phrase("title", house=house) if copy.access else phrase("title_portable"),
        (
            (phrase("about"), copy.name or phrase("empty_mark")),
            (phrase("request_number"), copy.request),
            (phrase("received_on"), saying.day(asked)),
            (phrase("drawn_on"), saying.instant(copy.drawn_at)),
        ),
        tuple(p.strip() for p in words.split("\n\n") if p.strip()),
        tuple(_parts(saying, veiled)),
    )


def _parts(saying: Saying, veiled: Veiled) -> Iterator[Part]:
    phrase, copy = saying.phrase, veiled.copy
    if copy.access:
        yield from eight.parts(saying, copy, found_in(saying.declaration, copy))
    yield Part(phrase("part_places"), (_places(saying, copy),))
    yield Part(phrase("part_hidden"), tuple(_hidden(saying, veiled)))
    if copy.access:
        yield Part(phrase("part_data"), ())
        yield from (_data(saying, table) for table in copy.tables)
        yield from _ours(saying, copy)
    proof = (Text(phrase("proof_words")), Text(phrase("proof_file", name=PROOF)))
    yield Part(phrase("part_proof"), proof)


def _places(saying: Saying, copy: Copy) -> Block:
    phrase = saying.phrase
    head = (phrase("system"), phrase("searched_by"), phrase("result"))
    caption = phrase("searched_at", at=saying.instant(copy.drawn_at))
    return Grid(caption, head, tuple(_place(saying, each) for each in copy.reports))


def _place(saying: Saying, each: Report) -> tuple[str, str, str]:
    phrase = saying.phrase
    by = saying.labels("category", each.kinds) if each.kinds else phrase("empty_mark")
    said = [phrase(STATES[each.state], n=saying.number(each.rows))]
    if each.state is State.EMPTY and each.way is Way.READ:
        said.append(phrase({True: "seen_yes", False: "seen_no", None: "seen_none"}[each.seen]))
    if each.why and each.state is State.FOUND:
        said.append(phrase("not_whole"))
    return each.system, phrase("by_hand") if each.way is Way.BY_HAND else by, "; ".join(said)


def _hidden(saying: Saying, veiled: Veiled) -> Iterator[Block]:
    if not veiled.places:
        yield Text(saying.phrase("hidden_none"))
        return
    yield Points(
        tuple(
            saying.phrase(
                "hidden_line", n=saying.number(n), reason=saying.phrase(f"reason_{ground}")
            )
            for ground, n in veiled.hidden.items()
            if n
        )
    )


def _data(saying: Saying, table: Table) -> Part:
    """A table of the person: a few columns side by side, more of them row by row."""
    names = saying.columns(table)
    title = f"{saying.heading(table)} – {table.system}"
    blocks: list[Block] = []
    if len(names) <= 4 and table.rows:
        rows = tuple(tuple(_cells(saying, table, r, names).values()) for r in table.rows)
        if names:
            blocks.append(Grid(title, tuple(names.values()), rows))
    else:
        for n, row in enumerate(table.rows, 1):
            cells = _cells(saying, table, row, names)
            shown = tuple(
                (names[c], v) for c, v in cells.items() if v != saying.phrase("empty_mark")
            )
            blocks.append(Facts(saying.phrase("row", n=saying.number(n)), shown))
    if table.truncated:
        blocks.append(Text(saying.phrase("truncated")))
    if table.copies:
        blocks.append(Text(saying.phrase("copies", n=saying.number(table.copies))))
    return Part(title, tuple(blocks), 2)


def _cells(saying: Saying, table: Table, row: Row, names: Mapping[str, str]) -> dict[str, str]:
    values = dict(zip((n for n, _ in table.columns), row.values, strict=True))
    hidden = frozenset(row.hidden)
    return {
        name: saying.phrase("hidden_mark") if name in hidden else shown(saying, values[name])
        for name in names
    }


def shown(saying: Saying, value: object) -> str:
    """A value as people read it."""
    if value is None or value == "":
        return saying.phrase("empty_mark")
    if isinstance(value, bool):
        return saying.phrase("yes" if value else "no")
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        return _when(saying, value)
    if isinstance(value, dict):
        return "; ".join(f"{k}: {shown(saying, v)}" for k, v in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(shown(saying, v) for v in value)
    return str(value)


def _when(saying: Saying, value: str) -> str:
    """A day or a moment as the language writes it. One without zone stays in the zone it is of."""
    try:
        if len(value) == 10:
            return saying.day(date.fromisoformat(value))
        at = datetime.fromisoformat(value)
    except ValueError:
        return value
    return saying.instant(at) if at.tzinfo else saying.local(at)


def _ours(saying: Saying, copy: Copy) -> Iterator[Part]:
    """What avow itself keeps of the person."""
    phrase = saying.phrase
    kept = saying.period(saying.declaration.requests.kept)
    rows = tuple(
        (
            a.request,
            saying.day(a.day),
            saying.labels("right", a.rights),
            phrase(f"status_{a.state}"),
        )
        for a in copy.asked
    )
    head = (phrase("request_number"), phrase("received_on"), phrase("right"), phrase("result"))
    blocks: list[Block] = [Grid(phrase("ours_requests"), head, rows)] if rows else []
    blocks.append(Text(phrase("ours_proof", period=kept)))
    if copy.known:
        acts = tuple((_act(saying, k.name), saying.day(k.since)) for k in copy.known)
        blocks.append(Grid(phrase("ours_acts"), (phrase("purpose"), phrase("day")), acts))
    blocks.extend(_letter(saying, each) for each in copy.sent)
    yield Part(phrase("part_ours"), tuple(blocks))


def _letter(saying: Saying, each: Sent) -> Block:
    phrase = saying.phrase
    title = f"{phrase('ours_letters')}: {saying.day(each.day)}"
    return Facts(title, ((phrase("subject"), each.subject), (phrase("data"), each.text)))


def _act(saying: Saying, name: str) -> str:
    kind, _, what = name.partition(":")
    return saying.label("purpose", what) if what else saying.label("event", kind)


def names_authority(declaration: Declaration, page: str) -> bool:
    """Whether a page says where to complain: the link of the statement where it has one, else a
    supervisory authority (art. 15(1)(f), 12(4))."""
    links = [r["link"] for r in declaration.rights if r["right"] == "complaint" and "link" in r]
    if links:
        return all(escape(link) in page for link in links)
    home = authorities_of((declaration.controller.country,))
    return any(f"//{site}/" in page for a in home for site in a.sites)
