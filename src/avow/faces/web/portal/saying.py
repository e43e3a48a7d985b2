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
    whom: str
    about_me: str
    about_other: str
    about_both: str
    about_why: str
    other_name: str
    other_email: str
    other_email_why: str
    you: str
    name: str
    email: str
    postal: str
    reach: str
    known: str
    known_why: str
    go_on: str
    go_on_why: str
    kept: str
    mistake: str
    wrong: str
    no_wish: str
    too_long: str
    no_other: str
    bad_other: str
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
    "If something is to be corrected, say what is right.",
    whom="Whom is it about?",
    about_me="Me",
    about_other="Somebody else, for whom I speak",
    about_both="Me and somebody else, for whom I speak",
    about_why="For example your child, or somebody who gave you a mandate. On the next page "
    "you can add what shows that you may.",
    other_name="Name of the other person",
    other_email="An e-mail address by which we know them (if there is one)",
    other_email_why="We write to you, not to this address.",
    you="How can we reach you?",
    name="Your name (if you like)",
    email="E-mail address",
    postal="Postal address",
    reach="Give one of the two. Use the one that we know you by, if you can: it makes it easier "
    "to see that it is you.",
    known="If we know you by one of these too, it helps us to find everything",
    known_why="Give them only if you like. If it is about somebody else, give theirs.",
    go_on="Next: look at it before it is sent",
    go_on_why="Nothing is sent yet.",
    kept="What you write here is kept with your request, locked away, and used for it alone.",
    mistake="Mistake:",
    wrong="Your request was not sent yet. See below what is missing.",
    no_wish="Choose at least one thing, or write it in your own words.",
    too_long="Your own words are longer than we can take here ({most} letters). Shorten them, "
    "or put them into a file on the next page.",
    no_other="Give the name of the other person.",
    bad_other="The address of the other person is not an e-mail address. It looks like "
    "name@example.org.",
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
    "S’il faut corriger quelque chose, dites ce qui est juste.",
    whom="De qui s’agit-il ?",
    about_me="De moi",
    about_other="De quelqu’un d’autre, pour qui je parle",
    about_both="De moi et de quelqu’un d’autre, pour qui je parle",
    about_why="Par exemple votre enfant, ou quelqu’un qui vous a donné une procuration. À la "
    "page suivante vous pouvez joindre ce qui le montre.",
    other_name="Nom de l’autre personne",
    other_email="Une adresse e-mail sous laquelle nous la connaissons (s’il y en a une)",
    other_email_why="Nous vous écrivons à vous, pas à cette adresse.",
    you="Comment pouvons-nous vous joindre ?",
    name="Votre nom (si vous le souhaitez)",
    email="Adresse e-mail",
    postal="Adresse postale",
    reach="Donnez l’une des deux. Si possible celle que nous connaissons : il est alors plus "
    "facile de voir que c’est bien vous.",
    known="Si nous vous connaissons aussi par ceci, cela nous aide à tout trouver",
    known_why="Seulement si vous le souhaitez. S’il s’agit de quelqu’un d’autre, donnez les siens.",
    go_on="Suite : relire avant d’envoyer",
    go_on_why="Rien n’est encore envoyé.",
    kept="Ce que vous écrivez ici est gardé sous clé avec votre demande et ne sert qu’à elle.",
    mistake="Erreur :",
    wrong="Votre demande n’est pas encore envoyée. Voyez ci-dessous ce qui manque.",
    no_wish="Choisissez au moins une chose, ou écrivez-la avec vos propres mots.",
    too_long="Votre texte est plus long que ce que nous pouvons recevoir ici ({most} "
    "lettres). Raccourcissez-le, ou joignez-le dans un fichier à la page suivante.",
    no_other="Donnez le nom de l’autre personne.",
    bad_other="L’adresse de l’autre personne n’est pas une adresse e-mail. Exemple : "
    "nom@example.org.",
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
    "Moet er iets verbeterd worden, zeg dan wat juist is.",
    whom="Over wie gaat het?",
    about_me="Over mij",
    about_other="Over iemand anders, voor wie ik spreek",
    about_both="Over mij en over iemand anders, voor wie ik spreek",
    about_why="Bijvoorbeeld uw kind, of iemand die u een volmacht gaf. Op de volgende pagina "
    "kunt u toevoegen wat dat aantoont.",
    other_name="Naam van de andere persoon",
    other_email="Een e-mailadres waaronder wij die persoon kennen (als er een is)",
    other_email_why="Wij schrijven naar u, niet naar dit adres.",
    you="Hoe kunnen wij u bereiken?",
    name="Uw naam (als u wilt)",
    email="E-mailadres",
    postal="Postadres",
    reach="Geef een van de twee. Als het kan het adres dat wij van u kennen: dan zien wij "
    "gemakkelijker dat u het bent.",
    known="Kennen wij u ook hieronder, dan helpt dat ons om alles te vinden",
    known_why="Alleen als u wilt. Gaat het over iemand anders, geef dan die gegevens.",
    go_on="Verder: nalezen voor het verzenden",
    go_on_why="Er wordt nog niets verzonden.",
    kept="Wat u hier schrijft, ligt achter slot bij uw vraag en wordt alleen daarvoor gebruikt.",
    mistake="Fout:",
    wrong="Uw vraag is nog niet verzonden. Zie hieronder wat ontbreekt.",
    no_wish="Kies minstens één ding, of schrijf het in uw eigen woorden.",
    too_long="Uw eigen woorden zijn langer dan wat wij hier kunnen ontvangen ({most} "
    "letters). Maak ze korter, of voeg ze op de volgende pagina als bestand toe.",
    no_other="Geef de naam van de andere persoon.",
    bad_other="Het adres van de andere persoon is geen e-mailadres. Het ziet eruit als "
    "naam@example.org.",
    no_address="Geef een e-mailadres of een postadres, anders kunnen wij niet antwoorden.",
    bad_email="Dit is geen e-mailadres. Het ziet eruit als naam@example.org.",
    arrived="Uw vraag is aangekomen",
    number="Het nummer is {number}. Bewaar het.",
    last_day="U krijgt uiterlijk op {day} een antwoord.",
    next="Wij bekijken wat u vraagt. Weten wij niet zeker dat u het bent, dan vragen wij u dat "
    "eerst, op het adres dat u gaf.",
)
SAYINGS = {"en": EN, "fr": FR, "nl": NL}
