"""Names of tables and columns that mean each other: `klant_id` and `tbl_klanten`, or `client_id`.

Words are cut to a stem that French, Dutch and English plurals share, and words of the three
languages for one thing are one word here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from avow.duties.discovery.lexicon import PERSONS, folded
from avow.duties.discovery.survey import bare

REMEMBERED = 50_000
"""Names whose words are remembered: a schema is gone through many times."""
_ENDINGS = ("en", "es", "s", "e", "n", "x")
_DOUBLE = re.compile(r"(.)\1")
_POINTER_WORDS = frozenset(
    "id ids nr no num numero nummer number code key fk ref reference pk uuid guid cle sleutel oid "
    "idx kode".split()
)
_NOISE = frozenset("tbl tab table t tb".split())
_COPIES = frozenset("old oud ancien bak backup copy copie kopie tmp temp archive archief h".split())
_ALIKE = (
    "customer client klant cust",
    "user utilisateur gebruiker usr",
    "employee employe medewerker werknemer salarie personnel personeel emp",
    "order commande bestelling ord",
    "invoice facture factuur inv",
    "quote devis offerte quotation",
    "delivery livraison levering shipment verzending",
    "payment paiement betaling",
    "address adresse adres",
    "company societe bedrijf firma entreprise",
    "supplier fournisseur leverancier vendor",
    "product produit artikel article item",
    "message bericht",
    "call appel oproep",
    "subscription abonnement",
    "subscriber abonne abonnee",
    "contract contrat",
    "country pays land",
    "category categorie",
    "candidate candidat kandidaat applicant",
    "visitor visiteur bezoeker",
    "member membre lid leden",
    "person personne persoon",
    "student etudiant eleve leerling",
    "project projet",
    "task tache taak",
    "role rol",
)
_STAFF = (
    "user usr utilisateur gebruiker employee employe medewerker werknemer salarie staff agent "
    "operator personeel personnel admin administrator beheerder administrateur"
)
_ORGANISATIONS = (
    "company societe bedrijf firma entreprise supplier fournisseur leverancier vendor organisation "
    "organization organisatie association vereniging warehouse magasin entrepot magazijn store "
    "shop winkel branch agence filiaal partner carrier transporteur manufacturer fabricant merk "
    "brand site school bank banque etablissement vestiging"
)


@lru_cache(REMEMBERED)
def stem(word: str) -> str:
    """A word as its plural and singular share it, and as the three languages do where known."""
    plain = _plain_stem(word)
    return _SHARED.get(plain, plain)


def _plain_stem(word: str) -> str:
    short = _DOUBLE.sub(r"\1", word)
    while len(short) > 4:
        ending = next((e for e in _ENDINGS if short.endswith(e)), "")
        if not ending:
            break
        short = short.removesuffix(ending)
        short = _DOUBLE.sub(r"\1", short)
    return short


_SHARED = {_plain_stem(word): line.split()[0] for line in _ALIKE for word in line.split()}
_STAFF_STEMS = frozenset(map(stem, _STAFF.split()))
_ORGANISATION_STEMS = frozenset(map(stem, _ORGANISATIONS.split()))
_PERSON_STEMS = frozenset(map(stem, PERSONS)) | _STAFF_STEMS


@lru_cache(REMEMBERED)
def joined(words: tuple[str, ...]) -> str:
    """The words as one: `order_line` is `orderline`."""
    return _plain_stem("".join(words))


@lru_cache(REMEMBERED)
def table_words(table: str) -> tuple[str, ...]:
    """The stems of a table's name, without what only says that it is a table, or a copy."""
    words = folded(bare(table))
    kept = tuple(w for w in words if w not in _NOISE | _COPIES and not w.isdigit())
    return tuple(map(stem, kept or words))


@lru_cache(REMEMBERED)
def column_words(column: str) -> tuple[str, ...]:
    """The stems of a column's name without those that only say that it points."""
    return tuple(stem(w) for w in folded(column) if w not in _POINTER_WORDS and not w.isdigit())


@lru_cache(REMEMBERED)
def is_called_pointer(column: str) -> bool:
    """Whether the name says that the column points somewhere, or numbers its own row."""
    words = folded(column)
    return len(words) > 1 and not _POINTER_WORDS.isdisjoint((words[0], words[-1]))


@lru_cache(REMEMBERED)
def fit(column: str, table: str) -> float:
    """How well a column's name says that it points to a table: 3 the same words, 2.5 the last
    words of the table, 2 a role before the table's words, 1.5 the first words of the table, 1 only
    the last word, 0 nothing."""
    own, theirs = column_words(column), table_words(table)
    if not own or not theirs:
        return 0.0
    if own == theirs or joined(own) == joined(theirs):
        return 3.0
    if theirs[-len(own) :] == own:
        return 2.5
    if own[-len(theirs) :] == theirs or own[: len(theirs)] == theirs:
        return 2.0
    if theirs[: len(own)] == own:
        return 1.5
    if len(theirs) > 1 and own[-1] == theirs[-1]:
        return 1.0
    return 0.0


def prefixes(tables: Iterable[str]) -> frozenset[str]:
    """First words that at least three tables share: parts of a program, not what a row is."""
    counted = Counter(words[0] for t in tables if len(words := table_words(t)) > 1)
    return frozenset(word for word, number in counted.items() if number >= 3)


def is_of_persons(table: str) -> bool:
    """Whether the name says that rows are persons: `klanten`, `shop_customer`; not `klant_adres`,
    whose rows are addresses."""
    words = table_words(table)
    return bool(words) and words[-1] in _PERSON_STEMS


def is_of_staff(table: str) -> bool:
    """Whether the name says that rows are people who work with the system."""
    words = table_words(table)
    return bool(words) and words[-1] in _STAFF_STEMS


def is_of_organisations(table: str) -> bool:
    """Whether the name says that rows are companies or their places."""
    words = table_words(table)
    return bool(words) and words[-1] in _ORGANISATION_STEMS
