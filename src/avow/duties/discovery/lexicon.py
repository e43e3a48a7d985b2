"""Words in the names of tables and columns that speak of persons, in French, Dutch and English.

A name is folded (no accents, lower case) and cut into words; neighbouring words are also read as
one (`first_name`, `prénom`, `adresMail`). A name proposes, and values prove where they can.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


def _by_word(groups: dict[str, str]) -> dict[str, str]:
    return {word: meaning for meaning, words in groups.items() for word in words.split()}


CATEGORIES = _by_word(
    {
        "email": "email mail courriel emailadres mailadres adresmail adressemail emailaddress "
        "adresseemail adressemel courrielclient",
        "phone": "phone telephone telefoon telefoonnummer telephonenumber phonenumber numtel tel "
        "mobile mobiel gsm portable fax cellphone gsmnummer",
        "ip-address": "ip ipaddress ipaddr ipadres adresseip remoteaddr remoteip clientip",
        "user-agent": "useragent",
        "name": "firstname lastname surname fullname givenname familyname prenom nomfamille "
        "nomcomplet voornaam achternaam familienaam volledigenaam contactname middlename",
        "birth-date": "birthdate dateofbirth dob birthday datenaissance naissance geboortedatum "
        "geboorte bornon naissance datedenaissance",
        "national-number": "ssn niss insz bsn nir rijksregisternummer rijksregister nationalnumber "
        "numeronational registrenational",
        "bank-account": "iban bankaccount rekeningnummer bankrekening",
        "address": "address street adresse rue straat adres adressen huisadres woonadres postadres "
        "postaladdress streetaddress postcode zipcode codepostal postalcode",
        "login-name": "username login gebruikersnaam nomutilisateur identifiant",
        "location": "latitude longitude geolocation",
        "recording": "recording audio video enregistrement opname voicemail",
    }
)
"""Folded words of a column -> category."""

ADDRESSES = frozenset("address adresse adres adressen".split())
"""Words for an address of any sort: that of a house, unless a word beside it says otherwise."""
_SORTS = _by_word(
    {
        "email": "email mail courriel mel electronique electronic elektronisch elektronische",
        "ip-address": "ip ipv remote network netwerk reseau peer",
        "": "mac web url http internet dns memory wallet bitcoin btc ethereum",
    }
)
"""Words beside one for an address -> what it is then; empty: nothing that a name can tell."""

WEAK = frozenset("name nom naam displayname".split())
"""Words for a name that may be a thing's as well as a person's."""

PERSONS = frozenset(
    "account user customer client person people member employee contact lead subscriber visitor "
    "patient student candidate guest prospect compte utilisateur personne membre employe salarie "
    "abonne visiteur eleve etudiant candidat participant gebruiker klant persoon personen lid "
    "leden medewerker werknemer abonnee bezoeker leerling kandidaat deelnemer "
    "klanten gebruikers".split()
)
"""Words of a table whose rows are persons."""

HAPPENINGS = _by_word(
    {
        "recorded": "recording call audio video voicemail appel enregistrement opname gesprek "
        "gesprekken oproep",
        "logged": "log login audit access activity journal connexion acces historique history "
        "logboek aanmelding inlog trace hit pageview visit visite bezoek",
        "started": "session sessie",
        "sent": "message mail chat bericht berichten courrier notification",
    }
)
"""Words of a table whose rows happened to a person -> the event that starts their period."""

FRAMEWORK = re.compile(
    r"(.*_)?(migrations?|schema_version|flyway_.*|alembic_version|databasechangelog.*|"
    r"content_type|ar_internal_metadata|permissions?|spatial_ref_sys|qrtz_.*|.*_queue|jobs?|"
    r"failed_jobs|cache|cache_.*|settings?|feature_flags?|avow_.*)"
)
"""Tables that programs keep for themselves."""

STARTS = frozenset(
    "logged recorded created started sent received occurred opened registered inserted happened "
    "visited called cree creation enregistre debut envoye recu ouvert inscription horodatage "
    "aangemaakt gemaakt gelogd opgenomen begonnen verzonden ontvangen geopend ingeschreven "
    "aangemeld".split()
)
PLAIN_MOMENTS = frozenset(
    "at on date datum time timestamp ts when moment tijdstip tijd heure jour day dag le "
    "start".split()
)
LATER = frozenset(
    "updated modified changed seen last modifie maj dernier derniere gewijzigd laatst laatste "
    "bijgewerkt".split()
)
NO_START = frozenset(
    "expire expires expiry expired until due end ended deleted removed birth born dob naissance "
    "geboorte geboortedatum next deadline closed left paid echeance fin supprime verwijderd eind "
    "einde vervalt vervaldatum tot valid scheduled planned processed".split()
)
"""Words of a column with a moment that is not when something began."""

OTHER_THINGS = frozenset(
    "id count number type status verified enabled flag token hash version build template subject "
    "format opt optin nb aantal statut statuut soort provider domain size length url file".split()
)
"""Words after which a column is about the thing and does not hold it: `email_verified`."""


WRITERS = frozenset(
    "by par door author auteur agent operator assigned approved approver editor staff employee "
    "medewerker assignee beheerder".split()
)
"""Words of a pointer to who did something with a row, and not whom it is about."""


def folded(name: str) -> tuple[str, ...]:
    """The words of a name without accents, in lower case: `Créé_le` is `cree`, `le`."""
    plain = unicodedata.normalize("NFKD", name)
    bare = "".join(c for c in plain if not unicodedata.combining(c))
    return tuple(word.lower() for word in _WORD.findall(bare))


def stems(words: tuple[str, ...]) -> Iterator[str]:
    """The words, each also without a plural ending, and neighbours joined, longest first."""
    for size in (3, 2, 1):
        for at in range(len(words) - size + 1):
            joined = "".join(words[at : at + size])
            yield joined
            if joined.endswith("s"):
                yield joined.removesuffix("s")


def category_of(column: str) -> tuple[str, str] | None:
    """(category, the word that says so) for the name of a column, or None."""
    words = folded(column)
    if not words:
        return None
    for stem in stems(words):
        if stem in CATEGORIES and (len(words) == 1 or words[-1] not in OTHER_THINGS - {"number"}):
            return _of_address(words, stem) if stem in ADDRESSES else (CATEGORIES[stem], stem)
    return None


def _of_address(words: tuple[str, ...], stem: str) -> tuple[str, str] | None:
    """What an address is, by the words beside it."""
    for word in words:
        if (sort := _SORTS.get(word)) is not None:
            return (sort, word) if sort else None
    return CATEGORIES[stem], stem


def is_weak_name(column: str) -> bool:
    """Whether the column is called as a person's name may be, or a thing's."""
    return "".join(folded(column)) in WEAK


def is_person_word(table: str) -> bool:
    """Whether the table is called as persons are."""
    return any(stem in PERSONS for stem in stems(folded(table)))


def happening(table: str) -> str | None:
    """The event of rows that happened to a person, by the table's name; None for others."""
    return next((HAPPENINGS[s] for s in stems(folded(table)) if s in HAPPENINGS), None)


def is_writer_word(column: str) -> bool:
    """Whether the pointer is called after who wrote or handled the row."""
    return not WRITERS.isdisjoint(folded(column))


def moment_rank(column: str) -> int | None:
    """How well a column's name says when the row began: 0 best; 3 says nothing; None: it does not
    begin there."""
    words = set(folded(column))
    if words & NO_START:
        return None
    if words & LATER:
        return 2
    return 0 if words & STARTS else 1 if words & PLAIN_MOMENTS else 3
