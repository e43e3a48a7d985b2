"""The report of an import: what was proposed and from where, what must be decided, what is left."""

from __future__ import annotations

from collections.abc import Iterator

from avow.duties.discovery.importing.context import clauses_of
from avow.duties.discovery.importing.model import Imported, Kind, Proposal
from avow.duties.discovery.importing.rendering import digest, evidence, of_kind
from avow.duties.discovery.importing.residue import sort_of

_KINDS = (
    ("controller", "The controller"),
    ("collection", "Collection points"),
    ("item", "What is collected"),
    ("purpose", "Purposes and legal bases"),
    ("recipient", "Recipients and countries"),
    ("retention", "Periods"),
    ("event", "Events"),
    ("right", "Rights"),
)


def report_of(imported: Imported, name: str, content: bytes) -> str:
    """The report as Markdown. `name` is the file's, `content` its bytes."""
    return "\n".join(_lines(imported, name, content)) + "\n"


def counts(imported: Imported) -> dict[str, int]:
    """How much there is of each: promises, proposals by kind, questions, and what is left."""
    found = {"clauses": sum(1 for _ in clauses_of(imported))}
    found |= {kind: len(_of(imported, kind)) for kind, _ in _KINDS}
    found["questions"] = len(imported.questions)
    found["unplaced"] = len(imported.unplaced)
    found["residue"] = sum(1 for s in imported.segments if s.kind is Kind.RESIDUE)
    found["unread"] = len(imported.source.unread)
    return found


def _of(imported: Imported, kind: str) -> list[Proposal]:
    if kind == "item":
        return [p for p in imported.proposals if p.kind == kind]
    return of_kind(imported, kind)


def _lines(imported: Imported, name: str, content: bytes) -> Iterator[str]:
    source = imported.source
    sure = "" if imported.is_sure else ", not clearly: say `--language` if it is another"
    yield f"# Import of {_safe(name)}"
    yield ""
    yield "Every proposal is read from words of the file and waits for a person to confirm it."
    yield "Places are characters of `source/normalised.txt`, counted from 0."
    yield ""
    yield f"- file: {len(content):,} bytes, {digest(content)}"
    yield f"- normalised: {len(source.text):,} characters, {digest(source.text.encode())}"
    yield f"- format {source.form}, language {imported.language}{sure}"
    yield f"- {counts(imported)['clauses']:,} promises"
    yield from _unread(imported)
    yield from _decide(imported)
    yield from _unplaced(imported)
    yield from _proposed(imported)
    yield from _residue(imported)


def _unread(imported: Imported) -> Iterator[str]:
    yield from _head("What could not be read", len(imported.source.unread))
    yield from (f"- {_safe(each.where)}: {each.why}" for each in imported.source.unread)


def _decide(imported: Imported) -> Iterator[str]:
    yield from _head("What must be decided", len(imported.questions))
    for question in imported.questions:
        yield f"- [ ] `{question.clause}` {question.why}: {evidence(imported, question.span)}"


def _unplaced(imported: Imported) -> Iterator[str]:
    yield from _head("What could not be placed", len(imported.unplaced))
    for clause, span in imported.unplaced:
        yield f"- `{clause}` {evidence(imported, span)}"


def _proposed(imported: Imported) -> Iterator[str]:
    for kind, title in _KINDS:
        found = _of(imported, kind)
        yield from _head(f"Proposed: {title.lower()}", len(found))
        for proposal in found:
            yield f"- `{proposal.clause}` {_said(proposal)}: {_quotes(imported, proposal)}"


def _said(proposal: Proposal) -> str:
    values = [
        f"{key} {value if isinstance(value, str) else ', '.join(value)}"
        for key, value in proposal.values
        if key not in {"clause", "category", "point", "recipient"} or isinstance(value, tuple)
    ]
    lacks = [f"lacks {', '.join(proposal.missing)}"] if proposal.missing else []
    point = [f"at {proposal.get('point')}"] if proposal.kind == "item" else []
    return ", ".join([f"`{proposal.id}`", *point, *map(_safe, values), *lacks])


def _quotes(imported: Imported, proposal: Proposal) -> str:
    return "; ".join(evidence(imported, span) for span in proposal.quotes)


def _residue(imported: Imported) -> Iterator[str]:
    left = [s for s in imported.segments if s.kind is Kind.RESIDUE]
    yield from _head("Residue of a page or an interface, kept apart", len(left))
    for segment in left:
        span = segment.spans[0]
        sort = sort_of(imported.source.text[span.start : span.end].strip())
        yield f"- `{segment.id}` {evidence(imported, span)}" + (" (page)" if "#" in sort else "")


def _head(title: str, count: int) -> Iterator[str]:
    yield ""
    yield f"## {title}: {count:,}"
    yield ""


def _safe(text: str) -> str:
    return "".join(c for c in " ".join(text.split()) if c.isprintable())
