"""What somebody may be asked to show who they are, and how far a guess would get them.

Art. 12(6) GDPR lets ask for what is needed to know the person, and art. 5(1)(c) for no more: what
hurts in the wrong hands, opens a door, or names the person by itself is nothing to ask about.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from avow.declaration.model import Declaration
from avow.declaration.vocabulary.terms import Stands, terms
from avow.estate.datamap.model import Coarse, Dataset, Field, System, structure

ANSWERS = 6
"""Answers of a question at most, beside "none of these"."""
MOST_CHANCE = 0.02
"""How often somebody who only guesses may pass: one time in fifty."""
SECRET = frozenset(
    "password passwd passphrase pass secret token pin hash otp cvv iban card passport national ssn "
    "niss bsn nir".split()
)
"""Words of columns and categories that open something, or are the number of a document."""
SPECIAL = frozenset(
    "health medical disease diagnosis disability religion religious belief political union race "
    "racial ethnic ethnicity biometric genetic sexual sexuality orientation criminal conviction "
    "offence".split()
)
"""Words of categories of art. 9 and 10 GDPR that carry no term of the vocabulary."""


def why_not(declaration: Declaration, dataset: Dataset, column: str) -> str:
    """Why nobody may be asked about a column; empty where they may."""
    field = next((f for f in dataset.fields if f.name == column), None)
    if not dataset.is_personal or not dataset.is_ours:
        return "its rows are nobody's, or a tenant's whose processor we are"
    if field is None:
        return "no category says what it holds, so that it could be anything"
    if column in structure(dataset) or field.category in _naming(declaration):
        return "it names the person: who knows it has shown nothing more"
    return _of_category(declaration, field)


def _of_category(declaration: Declaration, field: Field) -> str:
    category = declaration.categories.get(field.category)
    says = _words(field.name) | _words(field.category)
    is_special = category is not None and terms().get(category.dpv or "") is Stands.SPECIAL
    if is_special or says & SPECIAL:
        return "it is of a special category, or of crimes (art. 9 and 10 GDPR)"
    if says & SECRET:
        return "it opens something, or is the number of a document"
    if field.of is not None or (category is not None and category.of_others):
        return "it may be about somebody else"
    return ""


def _words(name: str) -> set[str]:
    return set(name.lower().replace("_", "-").replace(".", "-").split("-"))


def _naming(declaration: Declaration) -> frozenset[str]:
    """The categories of the columns by which persons are named anywhere in the map."""
    return frozenset(
        field.category
        for _, dataset in declaration.datamap.datasets()
        for field in dataset.fields
        if field.name in {identity.field for identity in dataset.identities}
    )


def askable(declaration: Declaration) -> Iterator[tuple[System, Dataset, Field, Coarse]]:
    """Every column that is declared as a known fact and may be one, in declared order."""
    for system, dataset in declaration.datamap.datasets():
        for column, coarse in dataset.known_facts.items():
            if not why_not(declaration, dataset, column):
                field = next(f for f in dataset.fields if f.name == column)
                yield system, dataset, field, coarse


def chance(shares: Sequence[float], right: int) -> float:
    """How often somebody passes who takes the likeliest answer of every question: at least `right`
    of questions whose likeliest answers are right in these shares of cases, each by itself."""
    exactly = [1.0]
    for share in shares:
        grown = [*(old * (1 - share) for old in exactly), 0.0]
        for count, old in enumerate(exactly):
            grown[count + 1] += old * share
        exactly = grown
    return min(1.0, sum(exactly[right:]))
