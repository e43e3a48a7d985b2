"""Open questions in plain words, for a person who knows the data and not avow: ten tables a page.

A page is a plain text. The person puts a letter behind `answer:`, sends it back, and it is read
with `--answered`. French, Dutch and English.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from avow.duties.discovery.triage.answering import (
    Standpoint,
    UnknownAnswer,
    leave_open,
    letters,
    settle,
)
from avow.duties.discovery.triage.choices import Choice, Whose
from avow.duties.discovery.triage.memory import Remembered, State

A_PAGE = 10
"""Tables on one page."""
DONT_KNOW = "?"
_SECTION = re.compile(r"^\[(?P<table>.+)\]$")
_ANSWER = re.compile(r"^\s*(?:answer|réponse|antwoord)\s*:\s*(?P<letter>.*?)\s*$", re.IGNORECASE)

TEXTS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "Whose data are these? Questions about {system}, page {page} of {pages}",
        "hello": "You know this system. For each list below, put the letter of the right sentence "
        "behind `answer:`, or {unknown} if you do not know. Then send this file back.",
        "rows": "About {rows} lines.",
        "holds": "Seems to hold: {holds}.",
        "persons": "each line is a person",
        "owned": "each line belongs to a person or thing in `{to}`, named by `{fields}`",
        "nobody": "the lines are about things, and about no person",
        "answer": "answer",
    },
    "fr": {
        "title": "À qui sont ces données ? Questions sur {system}, page {page} sur {pages}",
        "hello": "Vous connaissez ce système. Pour chaque liste, mettez la lettre de la bonne "
        "phrase derrière `réponse :`, ou {unknown} si vous ne savez pas. Renvoyez ensuite ce "
        "fichier.",
        "rows": "Environ {rows} lignes.",
        "holds": "Semble contenir : {holds}.",
        "persons": "chaque ligne est une personne",
        "owned": "chaque ligne appartient à une personne ou une chose de `{to}`, désignée par "
        "`{fields}`",
        "nobody": "les lignes parlent de choses, et d'aucune personne",
        "answer": "réponse ",
    },
    "nl": {
        "title": "Van wie zijn deze gegevens? Vragen over {system}, bladzijde {page} van {pages}",
        "hello": "U kent dit systeem. Zet voor elke lijst de letter van de juiste zin achter "
        "`antwoord:`, of {unknown} als u het niet weet. Stuur dit bestand dan terug.",
        "rows": "Ongeveer {rows} regels.",
        "holds": "Lijkt te bevatten: {holds}.",
        "persons": "elke regel is een persoon",
        "owned": "elke regel hoort bij een persoon of ding in `{to}`, aangewezen door `{fields}`",
        "nobody": "de regels gaan over dingen, en over geen enkele persoon",
        "answer": "antwoord",
    },
}
HOLDS: Mapping[str, Mapping[str, str]] = {
    "fr": {
        "email": "adresses e-mail", "phone": "téléphones", "name": "noms",
        "birth-date": "dates de naissance", "ip-address": "adresses IP",
        "user-agent": "navigateurs", "login-name": "identifiants",
        "national-number": "numéros nationaux", "bank-account": "comptes bancaires",
        "recording": "enregistrements",
    },
    "nl": {
        "email": "e-mailadressen", "phone": "telefoonnummers", "name": "namen",
        "birth-date": "geboortedata", "ip-address": "IP-adressen", "user-agent": "browsers",
        "login-name": "gebruikersnamen", "national-number": "rijksregisternummers",
        "bank-account": "bankrekeningen", "recording": "opnames",
    },
    "en": {
        "email": "e-mail addresses", "phone": "phone numbers", "name": "names",
        "birth-date": "dates of birth", "ip-address": "IP addresses", "user-agent": "browsers",
        "login-name": "login names", "national-number": "national numbers",
        "bank-account": "bank accounts", "recording": "recordings",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Page:
    """One page for one person: its file name and text."""

    name: str
    person: str
    text: str
    tables: tuple[str, ...]


def pages(standpoint: Standpoint) -> list[Page]:
    """The pages of all open questions, by person and language, ten tables each. A question that
    stands on a one-time page is not asked a second time."""
    asked: dict[tuple[str, str], list[tuple[str, Remembered]]] = {}
    for table, known in sorted(standpoint.known.items()):
        if known.state is State.ASKED and known.person and not known.invitation:
            asked.setdefault((known.person, known.language), []).append((table, known))
    found: list[Page] = []
    for (person, language), several in sorted(asked.items()):
        before = sum(page.person == person for page in found)
        found += _of(standpoint.signals.system, person, several, language, before)
    return found


def _of(
    system: str, person: str, asked: Sequence[tuple[str, Remembered]], language: str, before: int
) -> Iterator[Page]:
    count = -(-len(asked) // A_PAGE)
    for at in range(count):
        some = asked[at * A_PAGE : (at + 1) * A_PAGE]
        text = _text(system, (at + 1, count), some, language)
        name = page_name(system, person, before + at + 1)
        yield Page(name, person, text, tuple(table for table, _ in some))


def page_name(system: str, person: str, number: int | str) -> str:
    """The file of a page; `*` as its number means all of that person."""
    return f"map-{system}-{person}-{number}.txt"


def _text(
    system: str, at: tuple[int, int], asked: Sequence[tuple[str, Remembered]], language: str
) -> str:
    said = TEXTS[language]
    title = said["title"].format(system=system, page=at[0], pages=at[1])
    blocks = [f"{title}\n\n{said['hello'].format(unknown=DONT_KNOW)}"]
    blocks += ["\n".join(_question(table, known, language)) for table, known in asked]
    return "\n\n\n".join(blocks) + "\n"


def _question(table: str, known: Remembered, language: str) -> Iterator[str]:
    said, words = TEXTS[language], HOLDS[language]
    yield f"[{table}]"
    yield said["rows"].format(rows=known.rows)
    if known.holds:
        yield said["holds"].format(holds=", ".join(words.get(h, h) for h in known.holds))
    for letter, choice in zip(letters(len(known.offered)), known.offered, strict=True):
        yield f"  {letter}. {_sentence(choice, said)}"
    yield f"{said['answer']}: "


def _sentence(choice: Choice, said: Mapping[str, str]) -> str:
    match choice.whose:
        case Whose.PERSONS:
            return said["persons"]
        case Whose.NOBODY:
            return said["nobody"]
        case _:
            links = (said["owned"].format(to=h.to, fields=", ".join(h.fields)) for h in choice.hops)
            return "; ".join(links)


def answered(standpoint: Standpoint, text: str) -> tuple[Standpoint, int]:
    """The standpoint after a page came back, and how many tables it answered. An answer that is
    not given leaves its question open; `?` says that the person does not know.

    Raises:
        UnknownAnswer: a letter that was not offered, or a table that was not asked about (AV542).
    """
    count, table = 0, ""
    for line in text.splitlines():
        if found := _SECTION.match(line.strip()):
            table = found["table"]
        elif table and (said := _ANSWER.match(line)) and said["letter"]:
            standpoint = _one(standpoint, table, said["letter"].strip(".)").lower())
            count, table = count + 1, ""
    if not count:
        raise UnknownAnswer("the file answers nothing", help="put a letter behind each `answer:`")
    return standpoint, count


def _one(standpoint: Standpoint, table: str, letter: str) -> Standpoint:
    known = standpoint.known.get(table)
    if known is None or known.state is not State.ASKED:
        raise UnknownAnswer(f"`{table}` is no open question; a page answers once")
    if letter == DONT_KNOW:
        return leave_open(standpoint, table)
    offered = dict(zip(letters(len(known.offered)), known.offered, strict=True))
    if letter not in offered:
        raise UnknownAnswer(f"`{table}` has no answer with that letter")
    return settle(standpoint, table, offered[letter])
