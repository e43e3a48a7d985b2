"""The words of the pages with one button: "it was me", and "stop this"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Button:
    """A page with one button in one language: what it asks, what it says afterwards, and what it
    says when its link does not work."""

    title: str
    lead: str
    press: str
    done: str
    done_lead: str
    gone: str
    gone_lead: str


PROVE: Mapping[str, Button] = {
    "en": Button(
        title="Was it you?",
        lead="Somebody asked us about personal data and gave your address. If it was you, confirm "
        "it with this button. If it was not, close this page: nothing happens.",
        press="Yes, it was me",
        done="Thank you",
        done_lead="We go on with the request. You need not do anything else.",
        gone="This link does not work",
        gone_lead="It was used before, or its time is over. Answer our letter, or write to us.",
    ),
    "fr": Button(
        title="Était-ce bien vous ?",
        lead="Quelqu’un nous a interrogés sur des données personnelles en donnant votre adresse. "
        "Si c’était vous, confirmez-le avec ce bouton. Sinon, fermez cette page : rien ne se "
        "passe.",
        press="Oui, c’était moi",
        done="Merci",
        done_lead="Nous poursuivons la demande. Vous n’avez rien d’autre à faire.",
        gone="Ce lien ne fonctionne pas",
        gone_lead="Il a déjà servi, ou son temps est écoulé. Répondez à notre lettre ou "
        "écrivez-nous.",
    ),
    "nl": Button(
        title="Was u het?",
        lead="Iemand vroeg ons iets over persoonsgegevens en gaf uw adres op. Was u het, bevestig "
        "het dan met deze knop. Was u het niet, sluit dan deze pagina: er gebeurt niets.",
        press="Ja, ik was het",
        done="Dank u",
        done_lead="Wij gaan verder met het verzoek. U hoeft verder niets te doen.",
        gone="Deze link werkt niet",
        gone_lead="Hij is al gebruikt, of zijn tijd is voorbij. Beantwoord onze brief of schrijf "
        "ons.",
    ),
}
STOP: Mapping[str, Button] = {
    "en": Button(
        title="Stop these messages",
        lead="With this button you get no more messages of this kind from us.",
        press="Stop them",
        done="It has stopped",
        done_lead="You get no more messages of this kind from us. A last one may be on its way to "
        "you already; we confirm this by a message.",
        gone="This link does not work",
        gone_lead="Take the link of a newer message, or write to us: that is enough.",
    ),
    "fr": Button(
        title="Arrêter ces messages",
        lead="Avec ce bouton, vous ne recevez plus de messages de ce genre de notre part.",
        press="Les arrêter",
        done="C’est arrêté",
        done_lead="Vous ne recevez plus de messages de ce genre de notre part. Un dernier est "
        "peut-être déjà en route ; nous vous le confirmons par un message.",
        gone="Ce lien ne fonctionne pas",
        gone_lead="Prenez le lien d’un message plus récent, ou écrivez-nous : cela suffit.",
    ),
    "nl": Button(
        title="Deze berichten stoppen",
        lead="Met deze knop krijgt u van ons geen berichten van deze soort meer.",
        press="Stoppen",
        done="Het is gestopt",
        done_lead="U krijgt van ons geen berichten van deze soort meer. Een laatste is misschien "
        "al onderweg; wij bevestigen dit met een bericht.",
        gone="Deze link werkt niet",
        gone_lead="Neem de link van een nieuwer bericht, of schrijf ons: dat volstaat.",
    ),
}
