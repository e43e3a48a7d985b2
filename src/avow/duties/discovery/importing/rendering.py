"""What was imported as the files of a declaration: nothing in them that was not read.

Each proposal carries a comment with the words that say so and where they stand. One that lacks a
key which a declaration needs is written as a comment, to be completed by a person.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from avow.duties.discovery.importing.context import cited, clauses_of
from avow.duties.discovery.importing.model import Imported, Kind, Proposal, Segment, Span
from avow.duties.discovery.importing.outline import TITLE
from avow.duties.discovery.importing.passages import passage, trimmed
from avow.duties.discovery.writing import word

_LONGEST = 90
CONFIRM = "# to confirm"
_HEADS = {
    "categories": "Categories of personal data, by the words that name them.",
    "collection": "Where data come in, and what is collected there.",
    "purposes": "What data are used for. Which data a purpose uses is rarely printed.",
    "recipients": "Who receives data.",
    "retention": "How long. A rule without `starts` is printed without a start.",
    "events": "What starts or ends a period.",
    "rights": "What people may ask, and how.",
}


def files_of(imported: Imported, name: str) -> dict[str, str]:
    """Path in the folder -> content, for a declaration with an id."""
    found = {
        "avow.yaml": _whole(imported, name),
        "statement/clauses.yaml": _clauses(imported),
        "statement/sections.yaml": _sections(imported),
        "statement/categories.yaml": _categories(imported),
        "statement/collection.yaml": _collection(imported),
        "statement/purposes.yaml": _list(imported, "purposes", "purpose"),
        "statement/recipients.yaml": _list(imported, "recipients", "recipient"),
        "statement/retention.yaml": _list(imported, "retention", "retention"),
        "statement/events.yaml": _events(imported),
        "statement/rights.yaml": _list(imported, "rights", "right"),
        "statement/labels.yaml": _labels(imported),
        f"texts/{imported.language}.md": _texts(imported),
    }
    return {path: text for path, text in found.items() if text}


def evidence(imported: Imported, span: Span) -> str:
    """The words of a span, shortened, with where they stand: one safe line."""
    words = "".join(c for c in cited(imported, span) if c.isprintable())
    short = words if len(words) <= _LONGEST else words[: _LONGEST - 1] + "…"
    return f'[{span.start}-{span.end}] "{short}"'


def of_kind(imported: Imported, kind: str) -> list[Proposal]:
    """The proposals of one kind, each id once."""
    found: dict[str, Proposal] = {}
    for proposal in imported.proposals:
        if proposal.kind == kind:
            found.setdefault(proposal.id, proposal)
    return list(found.values())


# --- the whole and its parts ---------------------------------------------------------------------


def _whole(imported: Imported, name: str) -> str:
    lines = [
        "# Proposed by `avow import` from a statement in prose; import.md says what to decide.",
        'avow: "1"',
        f"declaration: {name}",
        f"languages: [{imported.language}]",
    ]
    said = of_kind(imported, "controller")
    if said:
        lines.append("controller:  # decide: zone, the zone in which a day ends")
        for proposal in said:
            lines += [f"  {_confirm(imported, proposal)}"]
            lines += [f"  {key}: {_value(value)}" for key, value in proposal.values]
    return _lines(lines)


def _clauses(imported: Imported) -> str:
    lines = [
        "# Every promise by its id, in the order of the print.",
        "# decide: kind, E where software can enforce it, D observe it, H for a person's document",
        "clauses:",
    ]
    for segment in clauses_of(imported):
        where = ", ".join(f"{span.start}-{span.end}" for span in segment.spans)
        lines.append(f'  {_quoted(segment.id)}: {{kind: "-", unbound: yes}}  # [{where}]')
    return _lines(lines) if len(lines) > 3 else ""


def _is_caption(segment: Segment) -> bool:
    """Whether a heading says what the whole text is called, and begins no section."""
    return segment.id.partition("-")[0] == TITLE


def _sections(imported: Imported) -> str:
    lines = ["# The parts of the print in their order.", "sections:"]
    inside: dict[str, list[str]] = {}
    for segment in clauses_of(imported):
        inside.setdefault(segment.section, []).append(_quoted(segment.id))
    headings = [s for s in imported.segments if s.kind is Kind.HEADING and not _is_caption(s)]
    if not any(s.id == "0" for s in headings) and "0" in inside:
        lines.append(f'  - {{section: "0", clauses: [{", ".join(inside["0"])}]}}')
    for heading in headings:
        parts = [f"section: {_quoted(heading.id)}"]
        parts += [f"within: {_quoted(heading.section)}"] if heading.section else []
        parts += [f"clauses: [{', '.join(inside[heading.id])}]"] if heading.id in inside else []
        lines.append(f"  - {{{', '.join(parts)}}}")
    return _lines(lines) if len(lines) > 2 else ""


def _categories(imported: Imported) -> str:
    found: dict[str, list[tuple[str, Span]]] = {}
    for proposal in imported.proposals:
        for category in _named(proposal):
            found.setdefault(category, []).append((proposal.clause, proposal.quotes[0]))
    lines = [f"# {_HEADS['categories']}", "categories:"]
    for category, places in sorted(found.items()):
        clauses = ", ".join(_quoted(clause) for clause, _ in dict(places).items())
        lines.append(f"  {CONFIRM}: {evidence(imported, places[0][1])}")
        lines.append(f"  {category}: {{clause: [{clauses}]}}")
    return _lines(lines) if found else ""


def _named(proposal: Proposal) -> tuple[str, ...]:
    value = proposal.get("category")
    if proposal.kind not in {"item", "retention"} or value is None:
        return ()
    return (value,) if isinstance(value, str) else value


def _collection(imported: Imported) -> str:
    lines = [f"# {_HEADS['collection']}", "collection:"]
    items = [p for p in imported.proposals if p.kind == "item"]
    for point in of_kind(imported, "collection"):
        mine = [item for item in items if item.get("point") == point.id]
        lines += [f"  {_confirm(imported, point)}", f"  - point: {point.id}"]
        lines += [f"    clause: {_quoted(point.clause)}"]
        lines += ["    collects:" if mine else "    collects: []"]
        for item in mine:
            said = f"{{category: {item.id}, clause: {_quoted(item.clause)}}}"
            lines.append(f"      - {said}  {_confirm(imported, item)}")
    return _lines(lines) if len(lines) > 2 else ""


def _list(imported: Imported, key: str, kind: str) -> str:
    lines = [f"# {_HEADS[key]}"]
    proposals = of_kind(imported, kind)
    whole = [p for p in proposals if not p.missing]
    lines.append(f"{key}:" if whole else f"{key}: []  # the brackets go with the first mark")
    for proposal in whole:
        lines += [f"  {_confirm(imported, proposal)}", *_entry(proposal, kind)]
    for proposal in proposals:
        if proposal.missing:
            lines.append(f"  # decide: {', '.join(proposal.missing)}; then take the marks away")
            lines += [f"  {_confirm(imported, proposal)}"]
            lines += [f"  #{line[1:]}" for line in _entry(proposal, kind)]
            lines += [f"  #   {name}: ?" for name in proposal.missing]
    return _lines(lines) if proposals else ""


def _entry(proposal: Proposal, kind: str) -> Iterator[str]:
    """The lines of one entry of a list."""
    named = {"retention": "rule"}.get(kind, kind)
    yield f"  - {named}: {proposal.id}"
    yield f"    clause: {_quoted(proposal.clause)}"
    for key, value in proposal.values:
        if key in {"clause", named}:
            continue
        if key in {"category", "collected_at"}:
            yield f"    applies_to: {{{key}: {_value(value)}}}"
        elif key == "uses":
            yield f"    uses: {{collected_at: {_value(value)}}}"
        elif key == "whichever_first":
            yield f"    whichever_first: [{', '.join(value)}]"
        else:
            yield f"    {key}: {_value(value)}"


def _events(imported: Imported) -> str:
    lines = [f"# {_HEADS['events']}", "events:"]
    for event in of_kind(imported, "event"):
        lines.append(f"  {_confirm(imported, event)}")
        said = f"kind: {event.get('kind')}, clause: {_quoted(event.clause)}"
        lines.append(f"  {event.id}: {{{said}}}")
    return _lines(lines) if len(lines) > 2 else ""


def _texts(imported: Imported) -> str:
    lines: list[str] = []
    for segment in imported.segments:
        words = words_of(imported, segment)
        if segment.kind is Kind.HEADING and _is_caption(segment):
            lines[:0] = [f"<!-- {words.replace('--', '—')} -->"]  # a note, before any heading
        elif segment.kind is Kind.HEADING and words:
            lines += ["", f"# {segment.id} {words}"]
        elif segment.kind is Kind.CLAUSE:
            lines += ["", f"## {segment.id}", f" {words}" if words[:1] in {"#", ">"} else words]
    return _lines(lines[not lines[0] :])


def words_of(imported: Imported, segment: Segment) -> str:
    """What a segment says, on one line and without its label."""
    text = trimmed(passage(imported.source.text, segment.spans)).text
    label = segment.label
    if label and text.startswith(label) and len(text) > len(label):
        text = (
            text[len(label) :].lstrip(" .):-–—")
            if segment.kind is Kind.HEADING
            else text[len(label) :]
        )
    return " ".join(text.split())


def _labels(imported: Imported) -> str:
    """The printed words for the ids: of a purpose its sentence, of a point what a person does, of a
    category its first name."""
    said: dict[str, dict[str, str]] = {}
    for kind, label in (("purpose", "purpose"), ("collection", "point"), ("item", "category")):
        for proposal in of_kind(imported, kind):
            if not proposal.missing:
                span = proposal.quotes[-1 if kind == "collection" else 0]
                words = "".join(c for c in cited(imported, span) if c.isprintable())
                said.setdefault(label, {})[proposal.id] = words.strip(" ,.;:")
    lines = ["# Words for people, as they are printed.", "labels:", f"  {imported.language}:"]
    for label, words_by_id in said.items():
        lines += [f"    {label}:", *(f"      {i}: {_value(w)}" for i, w in words_by_id.items())]
    return _lines([*lines[:1], f"{CONFIRM}: all of them", *lines[1:]]) if said else ""


# --- scalars -------------------------------------------------------------------------------------


def _confirm(imported: Imported, proposal: Proposal) -> str:
    said = "; ".join(evidence(imported, span) for span in proposal.quotes)
    return f"{CONFIRM}: {said}"


def _quoted(clause: str) -> str:
    return (
        f'"{clause}"'
        if clause.isascii() and clause.isprintable() and '"' not in clause
        else word(clause)
    )


def _value(value: str | Iterable[str]) -> str:
    if isinstance(value, str):
        return value if _is_plain(value) else word(value)
    return f"[{', '.join(word(one) for one in value)}]"


def _is_plain(value: str) -> bool:
    """Words that need no quotes: a period, an id."""
    return (
        value.replace(" ", "").replace("-", "").isalnum()
        and value.isascii()
        and value[0].isalnum()
        and "  " not in value
    )


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"


def digest(content: bytes) -> str:
    """`sha256:` and the number of some bytes."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
