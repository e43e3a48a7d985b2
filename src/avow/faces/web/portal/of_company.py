"""The words for a company that asks for its users, on every page of its request, in each language.

They speak of accounts alone: a company reaches its users' accounts with it and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from avow.duties.requests.words import Right


@dataclass(frozen=True, slots=True)
class OfCompany:
    """Everything that the pages say to a company in one language. `user` names an item, with its
    number in the list that the company gave: a page repeats no address."""

    about: str
    name: str
    users: str
    users_why: str
    no_company: str
    no_users: str
    bad_users: str
    too_many_users: str
    no_right: str
    listed: str
    paper_why: str
    next_heard: str
    next_told: str
    rights: Mapping[Right, str]
    user: str
    paper: str
    paper_needed: str


EN = OfCompany(
    about="Users of my company or organisation, about their accounts",
    name="Name of the company or organisation",
    users="E-mail addresses of these users, one on each line",
    users_why="Those by which they have their accounts. At most {users}; write to us for more. You "
    "can ask that accounts are deleted or corrected. Each user is told.",
    no_company="Give the name of the company or organisation.",
    no_users="Give the e-mail address of at least one user.",
    bad_users="This is not an e-mail address: {bad}. Write one address on each line.",
    too_many_users="These are more than {users} users. Leave some out, or write to us.",
    no_right="For its users a company can ask that their accounts are deleted or corrected, and "
    "nothing else. The rest each user asks themselves.",
    listed="For these users",
    paper_why="An extract of the public register that names who may sign for the company, and "
    "their word that you may ask this. You can also send it later.",
    next_heard="Nothing is done with any account before we have seen that you may speak for the "
    "company.",
    next_told="Each of these users is told by us that the company asked, and what.",
    rights={
        Right.ERASURE: "To delete the account",
        Right.RECTIFICATION: "To correct the account",
    },
    user="{what} (user {n} of your list)",
    paper="What shows that you may speak for the company",
    paper_needed="Show us that you may speak for the company.",
)
FR = OfCompany(
    about="Des utilisateurs de mon entreprise ou organisation, pour leurs comptes",
    name="Nom de l’entreprise ou de l’organisation",
    users="Adresses e-mail de ces utilisateurs, une par ligne",
    users_why="Celles sous lesquelles ils ont leur compte. Au plus {users} ; pour davantage, "
    "écrivez-nous. Vous pouvez demander que les comptes soient supprimés ou corrigés. Chaque "
    "utilisateur en est informé.",
    no_company="Donnez le nom de l’entreprise ou de l’organisation.",
    no_users="Donnez l’adresse e-mail d’au moins un utilisateur.",
    bad_users="Ce n’est pas une adresse e-mail : {bad}. Écrivez une adresse par ligne.",
    too_many_users="Ce sont plus de {users} utilisateurs. Retirez-en, ou écrivez-nous.",
    no_right="Pour ses utilisateurs, une entreprise peut demander que leurs comptes soient "
    "supprimés ou corrigés, et rien d’autre. Le reste, chaque utilisateur le demande lui-même.",
    listed="Pour ces utilisateurs",
    paper_why="Un extrait du registre public qui nomme qui peut signer pour l’entreprise, et leur "
    "accord pour cette demande. Vous pouvez aussi l’envoyer plus tard.",
    next_heard="Rien n’est fait à aucun compte avant que nous ayons vu que vous pouvez parler pour "
    "l’entreprise.",
    next_told="Nous informons chacun de ces utilisateurs que l’entreprise l’a demandé.",
    rights={
        Right.ERASURE: "Supprimer le compte",
        Right.RECTIFICATION: "Corriger le compte",
    },
    user="{what} (utilisateur {n} de votre liste)",
    paper="Ce qui montre que vous pouvez parler pour l’entreprise",
    paper_needed="Montrez-nous que vous pouvez parler pour l’entreprise.",
)
NL = OfCompany(
    about="Over gebruikers van mijn bedrijf of organisatie, over hun accounts",
    name="Naam van het bedrijf of de organisatie",
    users="E-mailadressen van deze gebruikers, één per regel",
    users_why="Die waaronder zij hun account hebben. Hoogstens {users}; schrijf ons voor meer. U "
    "kunt vragen dat accounts gewist of verbeterd worden. Elke gebruiker krijgt het te horen.",
    no_company="Geef de naam van het bedrijf of de organisatie.",
    no_users="Geef het e-mailadres van minstens één gebruiker.",
    bad_users="Dit is geen e-mailadres: {bad}. Schrijf één adres per regel.",
    too_many_users="Dit zijn meer dan {users} gebruikers. Laat er weg, of schrijf ons.",
    no_right="Voor zijn gebruikers kan een bedrijf vragen dat hun accounts gewist of verbeterd "
    "worden, en niets anders. De rest vraagt elke gebruiker zelf.",
    listed="Voor deze gebruikers",
    paper_why="Een uittreksel uit het openbare register dat zegt wie voor het bedrijf mag tekenen, "
    "en hun akkoord met deze vraag. U kunt het ook later sturen.",
    next_heard="Er gebeurt niets met een account voordat wij gezien hebben dat u voor het bedrijf "
    "mag spreken.",
    next_told="Wij zeggen elk van deze gebruikers dat het bedrijf dit vroeg, en wat.",
    rights={
        Right.ERASURE: "De account wissen",
        Right.RECTIFICATION: "De account verbeteren",
    },
    user="{what} (gebruiker {n} van uw lijst)",
    paper="Wat aantoont dat u voor het bedrijf mag spreken",
    paper_needed="Toon ons dat u voor het bedrijf mag spreken.",
)
OF_COMPANY = {"en": EN, "fr": FR, "nl": NL}
