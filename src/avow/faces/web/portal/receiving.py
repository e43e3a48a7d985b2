"""The words of the pages on which an answer is fetched, in each language."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Receiving:
    """Everything that these pages say in one language."""

    title: str
    lead: str
    code: str
    code_why: str
    wrong: str
    fetch: str
    mine: str
    mine_lead: str
    not_mine: str
    closed: str
    closed_lead: str
    ended: str
    ended_lead: str


EN = Receiving(
    title="Your answer is ready",
    lead="Give the code that we told you by another way, and you get the answer as a file.",
    code="Code of 8 digits",
    code_why="It is not in the letter with the link. If nobody told you a code, ask us.",
    wrong="This is not the code. After five wrong tries the link is closed.",
    fetch="Get my answer",
    mine="Is this not for you?",
    mine_lead="If you did not ask us anything, our letter went to the wrong person. Tell us with "
    "this button: the link is closed at once, and we look into it.",
    not_mine="This is not for me",
    closed="Thank you, the link is closed",
    closed_lead="Nobody gets the answer by it any more, and we look into how it reached you. "
    "Please delete our letter.",
    ended="The answer is no longer here",
    ended_lead="It could be fetched for some time and was then erased. Write to us if you still "
    "need it.",
)
FR = Receiving(
    title="Votre réponse est prête",
    lead="Donnez le code que nous vous avons communiqué autrement ; vous recevez la réponse dans "
    "un fichier.",
    code="Code de 8 chiffres",
    code_why="Il n’est pas dans la lettre avec le lien. Personne ne vous l’a donné ? "
    "Demandez-le-nous.",
    wrong="Ce n’est pas le bon code. Après cinq essais le lien est fermé.",
    fetch="Recevoir ma réponse",
    mine="Ceci n’est pas pour vous ?",
    mine_lead="Si vous ne nous avez rien demandé, notre lettre s’est trompée de personne. "
    "Dites-le avec ce bouton : le lien est fermé aussitôt, et nous cherchons pourquoi.",
    not_mine="Ceci n’est pas pour moi",
    closed="Merci, le lien est fermé",
    closed_lead="Plus personne ne reçoit la réponse par ce lien, et nous cherchons comment il vous "
    "est parvenu. Supprimez notre lettre, s’il vous plaît.",
    ended="La réponse n’est plus ici",
    ended_lead="Elle est restée disponible un certain temps, puis a été effacée. Écrivez-nous si "
    "vous en avez encore besoin.",
)
NL = Receiving(
    title="Uw antwoord is klaar",
    lead="Geef de code die wij u langs een andere weg meedeelden; dan krijgt u het antwoord als "
    "bestand.",
    code="Code van 8 cijfers",
    code_why="Hij staat niet in de brief met de link. Gaf niemand u een code, vraag hem ons dan.",
    wrong="Dit is niet de code. Na vijf foute pogingen gaat de link dicht.",
    fetch="Mijn antwoord krijgen",
    mine="Is dit niet voor u?",
    mine_lead="Hebt u ons niets gevraagd, dan ging onze brief naar de verkeerde persoon. Zeg het "
    "met deze knop: de link gaat meteen dicht, en wij zoeken uit hoe het kwam.",
    not_mine="Dit is niet voor mij",
    closed="Dank u, de link is dicht",
    closed_lead="Niemand krijgt het antwoord nog langs die weg, en wij zoeken uit hoe hij bij u "
    "kwam. Wis onze brief alstublieft.",
    ended="Het antwoord is hier niet meer",
    ended_lead="Het lag een tijd klaar en werd dan gewist. Schrijf ons als u het nog nodig hebt.",
)
RECEIVINGS = {"en": EN, "fr": FR, "nl": NL}
