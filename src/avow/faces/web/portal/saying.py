"""The words of the form, in each language: whole, or the type checker says what lacks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Saying:
    """Everything that the form says in one language. `choices` are in the order of `CHOICES`."""

    title: str
    lead: str
    other_ways: str
    wish: str
    choices: tuple[str, ...]
    own_words: str
    own_words_why: str
    you: str
    name: str
    email: str
    postal: str
    reach: str
    send: str
    kept: str
    wrong: str
    no_wish: str
    no_address: str
    bad_email: str
    arrived: str
    number: str
    last_day: str
    next: str


EN = Saying(
    title="Ask about your data",
    lead="Choose what you want. You can ask several things at once. It costs nothing.",
    other_ways="You do not have to use this form. You can just as well write to:",
    wish="What do you want?",
    choices=(
        "I want to know what you have about me, and a copy",
        "Delete my data",
        "Correct something about me",
        "Stop using my data while something is looked into",
        "Give me my data to take away",
        "I object to what you do with my data",
        "No more advertising",
        "I withdraw my consent",
        "A person should look at a decision that a computer made about me",
    ),
    own_words="In your own words",
    own_words_why="For example: which data, since when, or anything else you want to ask. "
    "If you write for somebody else, say for whom.",
    you="How can we reach you?",
    name="Your name (if you like)",
    email="E-mail address",
    postal="Postal address",
    reach="Give one of the two. Use the one that we know you by, if you can: it makes it easier "
    "to see that it is you.",
    send="Send my request",
    kept="What you write here is kept with your request, locked away, and used for it alone.",
    wrong="Your request was not sent yet. See below what is missing.",
    no_wish="Choose at least one thing, or write it in your own words.",
    no_address="Give an e-mail address or a postal address, or we cannot answer.",
    bad_email="This is not an e-mail address. It looks like name@example.org.",
    arrived="Your request has arrived",
    number="Its number is {number}. Please keep it.",
    last_day="You get an answer by {day} at the latest.",
    next="We look at what you ask. If we are not sure that it is you, we ask you about it first, "
    "at the address that you gave.",
)
FR = Saying(
    title="Une demande sur vos données",
    lead="Choisissez ce que vous voulez. Plusieurs choses à la fois sont possibles. C’est gratuit.",
    other_ways="Ce formulaire n’est pas obligatoire. Vous pouvez aussi bien écrire à :",
    wish="Que voulez-vous ?",
    choices=(
        "Savoir ce que vous avez sur moi, et en recevoir une copie",
        "Effacer mes données",
        "Corriger quelque chose à mon sujet",
        "Ne plus utiliser mes données le temps d’une vérification",
        "Recevoir mes données pour les emporter",
        "Je m’oppose à ce que vous faites de mes données",
        "Plus de publicité",
        "Je retire mon consentement",
        "Une personne doit revoir une décision prise par un ordinateur à mon sujet",
    ),
    own_words="Avec vos propres mots",
    own_words_why="Par exemple : quelles données, depuis quand, ou toute autre question. "
    "Si vous écrivez pour quelqu’un d’autre, dites pour qui.",
    you="Comment pouvons-nous vous joindre ?",
    name="Votre nom (si vous le souhaitez)",
    email="Adresse e-mail",
    postal="Adresse postale",
    reach="Donnez l’une des deux. Si possible celle que nous connaissons : il est alors plus "
    "facile de voir que c’est bien vous.",
    send="Envoyer ma demande",
    kept="Ce que vous écrivez ici est gardé sous clé avec votre demande et ne sert qu’à elle.",
    wrong="Votre demande n’est pas encore envoyée. Voyez ci-dessous ce qui manque.",
    no_wish="Choisissez au moins une chose, ou écrivez-la avec vos propres mots.",
    no_address="Donnez une adresse e-mail ou postale, sinon nous ne pouvons pas répondre.",
    bad_email="Ce n’est pas une adresse e-mail. Exemple : nom@example.org.",
    arrived="Votre demande est arrivée",
    number="Son numéro est {number}. Gardez-le.",
    last_day="Vous recevez une réponse au plus tard le {day}.",
    next="Nous examinons ce que vous demandez. Si nous ne sommes pas sûrs que c’est vous, nous "
    "vous le demandons d’abord, à l’adresse que vous avez donnée.",
)
NL = Saying(
    title="Een vraag over uw gegevens",
    lead="Kies wat u wilt. U kunt meer dingen tegelijk vragen. Het kost niets.",
    other_ways="U hoeft dit formulier niet te gebruiken. U kunt even goed schrijven naar:",
    wish="Wat wilt u?",
    choices=(
        "Weten wat u over mij hebt, en er een kopie van krijgen",
        "Mijn gegevens wissen",
        "Iets over mij verbeteren",
        "Mijn gegevens niet gebruiken zolang iets wordt nagekeken",
        "Mijn gegevens krijgen om mee te nemen",
        "Ik maak bezwaar tegen wat u met mijn gegevens doet",
        "Geen reclame meer",
        "Ik trek mijn toestemming in",
        "Een mens moet kijken naar een beslissing van een computer over mij",
    ),
    own_words="In uw eigen woorden",
    own_words_why="Bijvoorbeeld: welke gegevens, sinds wanneer, of iets anders dat u wilt vragen. "
    "Schrijft u voor iemand anders, zeg dan voor wie.",
    you="Hoe kunnen wij u bereiken?",
    name="Uw naam (als u wilt)",
    email="E-mailadres",
    postal="Postadres",
    reach="Geef een van de twee. Als het kan het adres dat wij van u kennen: dan zien wij "
    "gemakkelijker dat u het bent.",
    send="Mijn vraag verzenden",
    kept="Wat u hier schrijft, ligt achter slot bij uw vraag en wordt alleen daarvoor gebruikt.",
    wrong="Uw vraag is nog niet verzonden. Zie hieronder wat ontbreekt.",
    no_wish="Kies minstens één ding, of schrijf het in uw eigen woorden.",
    no_address="Geef een e-mailadres of een postadres, anders kunnen wij niet antwoorden.",
    bad_email="Dit is geen e-mailadres. Het ziet eruit als naam@example.org.",
    arrived="Uw vraag is aangekomen",
    number="Het nummer is {number}. Bewaar het.",
    last_day="U krijgt uiterlijk op {day} een antwoord.",
    next="Wij bekijken wat u vraagt. Weten wij niet zeker dat u het bent, dan vragen wij u dat "
    "eerst, op het adres dat u gaf.",
)
SAYINGS = {"en": EN, "fr": FR, "nl": NL}
