"""AV299: an annotation that is no term of the Data Privacy Vocabulary, or one of another kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from avow.common.findings import Need, Severity
from avow.common.places import NOWHERE, Place
from avow.declaration.check.found import Found, defect
from avow.declaration.check.rule import Rule
from avow.declaration.check.universe import Universe
from avow.declaration.model import Declaration, InForce
from avow.declaration.vocabulary.terms import PREFIXES, VERSION, Stands, is_iri, meant, terms

DATA = frozenset({Stands.DATA, Stands.SPECIAL})


@dataclass(frozen=True, slots=True)
class _Annotated:
    """A term with what it is written at, and what it must stand for there."""

    term: str
    at: str
    wanted: frozenset[Stands]
    kind: str
    place: Place
    clauses: tuple[str, ...] = ()


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """One finding per purpose, category or subject whose term does not exist, or means something
    else. A whole IRI is a vocabulary of one's own and is not judged."""
    del law, universe
    for said in _annotated(declaration):
        if is_iri(said.term):
            continue
        stands = terms().get(said.term)
        if stands is None:
            prefix = said.term.partition(":")[0]
            known = f"`{prefix}` is no vocabulary that is known here"
            missing = f"version {VERSION} of the vocabulary has no such name"
            yield _unknown(said, missing if prefix in PREFIXES else known)
        elif stands not in said.wanted:
            yield _unknown(said, f"the vocabulary has it, and it does not stand for {said.kind}")


def _annotated(declaration: Declaration) -> Iterator[_Annotated]:
    for purpose in declaration.purposes.values():
        if purpose.dpv:
            wanted, at = frozenset({Stands.PURPOSE}), f"purpose `{purpose.id}`"
            clauses = (purpose.clause,)
            yield _Annotated(purpose.dpv, at, wanted, "a purpose", purpose.place, clauses)
    for category in declaration.categories.values():
        if category.dpv:
            at = f"category `{category.id}`"
            yield _Annotated(category.dpv, at, DATA, "data", category.place, category.clauses[:1])
    for subject, term in declaration.subjects.items():
        if term:
            wanted = frozenset({Stands.SUBJECT})
            yield _Annotated(term, f"subject `{subject}`", wanted, "persons", NOWHERE)


def _unknown(said: _Annotated, because: str) -> Found:
    near = ", ".join(f"`{term}`" for term in meant(said.term, said.wanted))
    return defect(
        "AV299",
        Severity.W,
        f"{said.at} is annotated with `{said.term}`, which stands for no such thing",
        said.place,
        because=because,
        hint=f"perhaps {near} is meant" if near else "leave it out, or write an IRI of your own",
        clauses=said.clauses,
        about=(said.at.split("`")[1], said.term),
    )


RULE = Rule("AV299", f"Data Privacy Vocabulary {VERSION}", Need.FIX_TEXT, check)
