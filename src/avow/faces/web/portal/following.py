"""The words of the pages of a link, in each language: whole, or the type checker says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from avow.duties.requests.words import ItemState, Right, Waits


@dataclass(frozen=True, slots=True)
class Following:
    """Everything that the pages of a link say in one language."""

    title: str
    number: str
    last_day: str
    waiting: str
    answered: str
    closed: str
    asked: str
    rights: Mapping[Right, str]
    marketing: str
    states: Mapping[ItemState, str]
    yours: str
    nothing: str
    waits: Mapping[Waits, str]
    take_back: str
    take_back_lead: str
    sure: str
    sure_lead: str
    none_chosen: str
    taken: str
    taken_lead: str
    back: str
    gone: str
    gone_lead: str
    gone_answer: str
    track: str
    wish: str
    wish_lead: str
    wish_number: str
    wish_send: str
    wished: str
    wished_lead: str


EN = Following(
    title="Your request",
    number="Number {number}",
    last_day="You get an answer by {day} at the latest.",
    waiting="The term stands still at the moment, because we wait for your answer.",
    answered="It was answered on {day}.",
    closed="It was closed on {day}.",
    asked="What you asked, and how far it is",
    rights={
        Right.INFORMATION: "Information about what we do with your data",
        Right.ACCESS: "To know what we have about you, and a copy",
        Right.RECTIFICATION: "To correct something about you",
        Right.ERASURE: "To delete your data",
        Right.RESTRICTION: "To stop using your data while something is looked into",
        Right.PORTABILITY: "Your data to take away",
        Right.OBJECTION: "You object to what we do with your data",
        Right.WITHDRAWAL: "You withdraw your consent",
        Right.AUTOMATED_DECISION: "A person should look at a decision that a computer made",
    },
    marketing="No more advertising",
    states={
        ItemState.ASKED: "We look at it",
        ItemState.ACCEPTED: "We do it",
        ItemState.ACTING: "It is being done",
        ItemState.DONE: "Done",
        ItemState.REFUSED: "Refused; our letter says why, and where you can complain",
        ItemState.TRANSMITTED: "Handed over to the organisation that it concerns",
        ItemState.WITHDRAWN: "You took it back",
    },
    yours="What we need from you",
    nothing="Nothing at the moment.",
    waits={
        Waits.IDENTITY: "We asked you to show that it is you. Please answer our letter, or answer "
        "below.",
        Waits.SCOPE: "We asked you to say more exactly what you want. Please answer our letter, or "
        "answer below.",
    },
    take_back="Take something back",
    take_back_lead="Choose what you do not want any more. You can ask for it again at any time.",
    sure="Do you take this back?",
    sure_lead="We then do nothing more about it. What was done already stays done.",
    none_chosen="You chose nothing. Nothing was changed.",
    taken="You took it back",
    taken_lead="Nothing more is done about it. You can ask for it again at any time.",
    back="Back to your request",
    gone="This link does not work",
    gone_lead="Its time may be over, or a newer one has taken its place. You can get a new one.",
    gone_answer="Was it the link to our answer? Then answer our letter, or write to us.",
    track="Get a link by which you see how far your request is",
    wish="A new link to your request",
    wish_lead="Give the number of your request. It stands in our letter.",
    wish_number="Number of the request",
    wish_send="Send me a link",
    wished="Thank you",
    wished_lead="If there is a request with this number, a letter with a link goes to the address "
    "that it has, at most one an hour. Nothing came? Write to us.",
)
FR = Following(
    title="Votre demande",
    number="Numéro {number}",
    last_day="Vous recevez une réponse au plus tard le {day}.",
    waiting="Le délai est suspendu pour l’instant, car nous attendons votre réponse.",
    answered="Nous y avons répondu le {day}.",
    closed="Elle est close depuis le {day}.",
    asked="Ce que vous demandez, et où cela en est",
    rights={
        Right.INFORMATION: "Des informations sur ce que nous faisons de vos données",
        Right.ACCESS: "Savoir ce que nous avons sur vous, et en recevoir une copie",
        Right.RECTIFICATION: "Corriger quelque chose à votre sujet",
        Right.ERASURE: "Effacer vos données",
        Right.RESTRICTION: "Ne plus utiliser vos données le temps d’une vérification",
        Right.PORTABILITY: "Vos données à emporter",
        Right.OBJECTION: "Vous vous opposez à ce que nous faisons de vos données",
        Right.WITHDRAWAL: "Vous retirez votre consentement",
        Right.AUTOMATED_DECISION: "Une personne doit revoir une décision prise par un ordinateur",
    },
    marketing="Plus de publicité",
    states={
        ItemState.ASKED: "Nous l’examinons",
        ItemState.ACCEPTED: "Nous allons le faire",
        ItemState.ACTING: "C’est en cours",
        ItemState.DONE: "C’est fait",
        ItemState.REFUSED: "Refusé ; notre lettre dit pourquoi et où vous plaindre",
        ItemState.TRANSMITTED: "Transmis à l’organisation concernée",
        ItemState.WITHDRAWN: "Vous l’avez retiré",
    },
    yours="Ce que nous attendons de vous",
    nothing="Rien pour l’instant.",
    waits={
        Waits.IDENTITY: "Nous vous avons demandé de montrer que c’est bien vous. Répondez à "
        "notre lettre, ou répondez ci-dessous.",
        Waits.SCOPE: "Nous vous avons demandé de préciser ce que vous voulez. Répondez à notre "
        "lettre, ou répondez ci-dessous.",
    },
    take_back="Retirer quelque chose",
    take_back_lead="Choisissez ce que vous ne voulez plus. Vous pouvez le redemander plus tard.",
    sure="Voulez-vous retirer ceci ?",
    sure_lead="Nous n’y donnons alors plus suite. Ce qui est déjà fait reste fait.",
    none_chosen="Vous n’avez rien choisi. Rien n’a changé.",
    taken="C’est retiré",
    taken_lead="Nous n’y donnons plus suite. Vous pouvez le redemander à tout moment.",
    back="Retour à votre demande",
    gone="Ce lien ne fonctionne pas",
    gone_lead="Son temps est peut-être écoulé, ou un lien plus récent l’a remplacé. Vous pouvez en "
    "recevoir un nouveau.",
    gone_answer="C’était le lien vers notre réponse ? Répondez à notre lettre ou écrivez-nous.",
    track="Recevoir un lien pour voir où en est votre demande",
    wish="Un nouveau lien vers votre demande",
    wish_lead="Donnez le numéro de votre demande. Il figure dans notre lettre.",
    wish_number="Numéro de la demande",
    wish_send="Envoyez-moi un lien",
    wished="Merci",
    wished_lead="Si une demande porte ce numéro, une lettre avec un lien part à l’adresse qu’elle "
    "indique, au plus une par heure. Rien n’arrive ? Écrivez-nous.",
)
NL = Following(
    title="Uw verzoek",
    number="Nummer {number}",
    last_day="U krijgt uiterlijk op {day} een antwoord.",
    waiting="De termijn staat nu stil, omdat wij op uw antwoord wachten.",
    answered="Het is op {day} beantwoord.",
    closed="Het is op {day} afgesloten.",
    asked="Wat u vraagt, en hoever het staat",
    rights={
        Right.INFORMATION: "Informatie over wat wij met uw gegevens doen",
        Right.ACCESS: "Weten wat wij over u hebben, en er een kopie van krijgen",
        Right.RECTIFICATION: "Iets over u verbeteren",
        Right.ERASURE: "Uw gegevens wissen",
        Right.RESTRICTION: "Uw gegevens niet gebruiken zolang iets wordt nagekeken",
        Right.PORTABILITY: "Uw gegevens om mee te nemen",
        Right.OBJECTION: "U maakt bezwaar tegen wat wij met uw gegevens doen",
        Right.WITHDRAWAL: "U trekt uw toestemming in",
        Right.AUTOMATED_DECISION: "Een mens moet kijken naar een beslissing van een computer",
    },
    marketing="Geen reclame meer",
    states={
        ItemState.ASKED: "Wij bekijken het",
        ItemState.ACCEPTED: "Wij gaan het doen",
        ItemState.ACTING: "Wij zijn ermee bezig",
        ItemState.DONE: "Gedaan",
        ItemState.REFUSED: "Geweigerd; onze brief zegt waarom, en waar u kunt klagen",
        ItemState.TRANSMITTED: "Doorgegeven aan de organisatie die het aangaat",
        ItemState.WITHDRAWN: "U hebt het ingetrokken",
    },
    yours="Wat wij van u nodig hebben",
    nothing="Nu niets.",
    waits={
        Waits.IDENTITY: "Wij vroegen u te tonen dat u het bent. Beantwoord onze brief, of "
        "antwoord hieronder.",
        Waits.SCOPE: "Wij vroegen u preciezer te zeggen wat u wilt. Beantwoord onze brief, of "
        "antwoord hieronder.",
    },
    take_back="Iets intrekken",
    take_back_lead="Kies wat u niet meer wilt. U kunt het altijd opnieuw vragen.",
    sure="Trekt u dit in?",
    sure_lead="Wij doen er dan niets meer aan. Wat al gedaan is, blijft gedaan.",
    none_chosen="U koos niets. Er is niets veranderd.",
    taken="Het is ingetrokken",
    taken_lead="Wij doen er niets meer aan. U kunt het altijd opnieuw vragen.",
    back="Terug naar uw verzoek",
    gone="Deze link werkt niet",
    gone_lead="Misschien is de tijd om, of kwam er een nieuwere in de plaats. U kunt een nieuwe "
    "krijgen.",
    gone_answer="Was het de link naar ons antwoord? Beantwoord dan onze brief, of schrijf ons.",
    track="Een link krijgen waarmee u ziet hoever uw verzoek staat",
    wish="Een nieuwe link naar uw verzoek",
    wish_lead="Geef het nummer van uw verzoek. Het staat in onze brief.",
    wish_number="Nummer van het verzoek",
    wish_send="Stuur mij een link",
    wished="Dank u",
    wished_lead="Is er een verzoek met dit nummer, dan gaat een brief met een link naar het adres "
    "dat erin staat, hoogstens één per uur. Komt er niets? Schrijf ons.",
)
FOLLOWINGS = {"en": EN, "fr": FR, "nl": NL}
