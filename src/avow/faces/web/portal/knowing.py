"""The words of the page that asks what only the person knows, in each language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from avow.common.languages import words
from avow.declaration.model import Declaration
from avow.duties.requests.identity.questions import Part, Question
from avow.estate.datamap.model import Coarse


@dataclass(frozen=True, slots=True)
class Knowing:
    """Everything that the page says in one language. `month`, `start` and `value` ask about a
    category for which the organisation has no question of its own."""

    title: str
    lead: str
    once: str
    month: str
    start: str
    value: str
    between: str
    until: str
    since: str
    none: str
    press: str
    mistake: str
    wrong: str
    missing: str
    pick: str
    done: str
    done_lead: str
    gone: str
    gone_lead: str


EN = Knowing(
    title="A few questions",
    lead="Somebody asked us about personal data and gave your address. So that nobody else gets "
    "them, please tell us what you know. If it was not you, close this page: nothing happens.",
    once="The questions are the same for everybody. You can answer them once. If you do not know "
    "one, choose “none of these”: we will find another way.",
    month="{label}: in which month was the last one?",
    start="{label}: with which two letters or digits does it begin?",
    value="{label}: which one is yours?",
    between="{first} to {last}",
    until="up to {last}",
    since="from {first}",
    none="None of these, or I do not know",
    press="Send the answers",
    mistake="Mistake:",
    wrong="Something is missing. Nothing was sent yet.",
    missing="Choose an answer to the question “{question}”",
    pick="Choose one of these answers.",
    done="Thank you",
    done_lead="Your answers have arrived. We go on with the request, and write to you if we need "
    "anything else.",
    gone="This link does not work",
    gone_lead="It was used before, or its time is over. Answer our letter, or write to us.",
)
FR = Knowing(
    title="Quelques questions",
    lead="Quelqu’un nous a interrogés sur des données personnelles en donnant votre adresse. Pour "
    "que personne d’autre ne les reçoive, dites-nous ce que vous savez. Si ce n’était pas vous, "
    "fermez cette page : rien ne se passe.",
    once="Les questions sont les mêmes pour tous. Vous ne pouvez y répondre qu’une fois. Si vous "
    "ne connaissez pas une réponse, choisissez « aucune de celles-ci » : nous trouverons un autre "
    "moyen.",
    month="{label} : de quel mois date la dernière fois ?",
    start="{label} : par quels deux lettres ou chiffres cela commence-t-il ?",
    value="{label} : qu’est-ce qui vous concerne ?",
    between="de {first} à {last}",
    until="jusqu’à {last}",
    since="à partir de {first}",
    none="Aucune de celles-ci, ou je ne sais pas",
    press="Envoyer les réponses",
    mistake="Erreur :",
    wrong="Il manque quelque chose. Rien n’a encore été envoyé.",
    missing="Choisissez une réponse à la question « {question} »",
    pick="Choisissez l’une de ces réponses.",
    done="Merci",
    done_lead="Vos réponses nous sont parvenues. Nous poursuivons la demande et vous écrirons s’il "
    "nous faut autre chose.",
    gone="Ce lien ne fonctionne pas",
    gone_lead="Il a déjà servi, ou son temps est écoulé. Répondez à notre lettre ou écrivez-nous.",
)
NL = Knowing(
    title="Enkele vragen",
    lead="Iemand vroeg ons iets over persoonsgegevens en gaf uw adres op. Opdat niemand anders ze "
    "krijgt, vragen wij u wat u weet. Was u het niet, sluit dan deze pagina: er gebeurt niets.",
    once="De vragen zijn voor iedereen dezelfde. U kunt ze één keer beantwoorden. Weet u een "
    "antwoord niet, kies dan “geen van deze”: wij vinden een andere weg.",
    month="{label}: in welke maand was dat het laatst?",
    start="{label}: met welke twee letters of cijfers begint dit?",
    value="{label}: wat is van u?",
    between="{first} tot en met {last}",
    until="tot en met {last}",
    since="vanaf {first}",
    none="Geen van deze, of ik weet het niet",
    press="Antwoorden versturen",
    mistake="Fout:",
    wrong="Er ontbreekt iets. Er is nog niets verstuurd.",
    missing="Kies een antwoord op de vraag “{question}”",
    pick="Kies een van deze antwoorden.",
    done="Dank u",
    done_lead="Uw antwoorden zijn aangekomen. Wij gaan verder met het verzoek en schrijven u als "
    "wij nog iets nodig hebben.",
    gone="Deze link werkt niet",
    gone_lead="Hij is al gebruikt, of zijn tijd is voorbij. Beantwoord onze brief of schrijf ons.",
)
KNOWINGS: Mapping[str, Knowing] = {"en": EN, "fr": FR, "nl": NL}


def sentence(declaration: Declaration, language: str, question: Question) -> str:
    """The question: in the organisation's own words, else in ours with its name of the data."""
    own = declaration.words(language, "question", question.category)
    if own:
        return own
    label = declaration.words(language, "category", question.category) or f"“{question.category}”"
    form: str = getattr(KNOWINGS[language], question.coarse.value)
    return form.format(label=label[:1].upper() + label[1:])


def choice(language: str, question: Question, part: Part) -> str:
    """One answer in words."""
    say = KNOWINGS[language]
    first, last = (_said(language, question.coarse, each) for each in (part.first, part.last))
    if not first:
        return _capital(say.until.format(last=last))
    if not last:
        return _capital(say.since.format(first=first))
    if question.coarse is Coarse.VALUE:
        return first
    return _capital(first if first == last else say.between.format(first=first, last=last))


def _said(language: str, coarse: Coarse, value: str) -> str:
    if coarse is Coarse.MONTH and value:
        return words(language).month(date.fromisoformat(f"{value}-01"))
    return value


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
