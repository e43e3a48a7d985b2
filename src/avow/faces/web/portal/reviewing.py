"""The words of the page that is looked at before a request is sent, and of its files, in each
language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from avow.duties.requests.intake.enclosed import LARGEST, MOST_BYTES, MOST_FILES


@dataclass(frozen=True, slots=True)
class Reviewing:
    """Everything that the page of review says in one language. `bad` are the sentences about a file
    that is not taken, by `Bad.why`."""

    title: str
    lead: str
    what: str
    asks: str
    words: str
    no_words: str
    about: str
    about_both: str
    you: str
    nobody: str
    other_email: str
    next: str
    next_arrives: str
    next_identity: str
    next_authority: str
    next_answer: str
    next_longer: str
    paper: str
    paper_why: str
    files: str
    any_file: str
    files_why: str
    files_limits: str
    bad: Mapping[str, str]
    bad_lead: str
    send: str
    change: str


EN = Reviewing(
    title="Look at it before it is sent",
    lead="Nothing is sent yet. This is what we will get from you.",
    what="What you send",
    asks="You want",
    words="In your own words",
    no_words="Nothing",
    about="About",
    about_both="About you and",
    you="We reach you by",
    nobody="You",
    other_email="Known to us by",
    next="What happens next",
    next_arrives="It arrives at once and gets a number. We write to you that it arrived.",
    next_identity="If we are not sure that it is you, we ask you first. The days on which we wait "
    "for your answer are not counted.",
    next_authority="We ask what shows that you may speak for {name}, if you do not add it here.",
    next_answer="You get an answer by {day} at the latest, if you send it today.",
    next_longer="If it is very complicated it may take up to two months more. Then we tell you so "
    "and why, by that same day.",
    paper="What shows that you may speak for {name}",
    paper_why="A mandate with a signature and a last day, or for a child something that shows you "
    "are the parent. Cover whatever else stands on it. You can also send it later.",
    files="Files (if you like)",
    any_file="Anything that may help us",
    files_why="No copy of an identity card, please: if we need one we ask for it.",
    files_limits="At most {most} files of {each} MB, {all} MB together: PDF, pictures, or plain "
    "text.",
    bad={
        "large": "“{name}” is too large, or all files together are.",
        "kind": "“{name}” is no PDF, picture or plain text.",
        "many": "“{name}” is one file too many.",
    },
    bad_lead="Nothing was sent, because of a file. Choose your files again, please.",
    send="Send it now",
    change="Change something",
)
FR = Reviewing(
    title="Relisez avant d’envoyer",
    lead="Rien n’est encore envoyé. Voici ce que nous recevrons de vous.",
    what="Ce que vous envoyez",
    asks="Vous souhaitez",
    words="Avec vos propres mots",
    no_words="Rien",
    about="Au sujet de",
    about_both="Au sujet de vous et de",
    you="Nous vous joignons par",
    nobody="Vous",
    other_email="Connu chez nous sous",
    next="Ce qui se passe ensuite",
    next_arrives="Votre demande arrive aussitôt et reçoit un numéro. Nous vous écrivons qu’elle "
    "est arrivée.",
    next_identity="Si nous ne sommes pas sûrs que c’est vous, nous vous le demandons d’abord. Les "
    "jours où nous attendons votre réponse ne comptent pas.",
    next_authority="Nous demandons ce qui montre que vous pouvez parler pour {name}, si vous ne le "
    "joignez pas ici.",
    next_answer="Vous recevez une réponse au plus tard le {day}, si vous l’envoyez aujourd’hui.",
    next_longer="Si c’est très compliqué, cela peut durer jusqu’à deux mois de plus. Nous vous le "
    "disons alors, avec la raison, avant ce même jour.",
    paper="Ce qui montre que vous pouvez parler pour {name}",
    paper_why="Une procuration signée avec une date de fin ou, pour un enfant, ce qui montre que "
    "vous êtes le parent. Cachez tout le reste. Vous pouvez aussi l’envoyer plus tard.",
    files="Fichiers (si vous le souhaitez)",
    any_file="Ce qui peut nous aider",
    files_why="Pas de copie de carte d’identité, s’il vous plaît : s’il en faut une, nous la "
    "demandons.",
    files_limits="Au plus {most} fichiers de {each} Mo, {all} Mo ensemble : PDF, images ou texte "
    "simple.",
    bad={
        "large": "« {name} » est trop grand, ou tous les fichiers ensemble le sont.",
        "kind": "« {name} » n’est ni un PDF, ni une image, ni du texte simple.",
        "many": "« {name} » est un fichier de trop.",
    },
    bad_lead="Rien n’a été envoyé, à cause d’un fichier. Choisissez à nouveau vos fichiers.",
    send="Envoyer maintenant",
    change="Changer quelque chose",
)
NL = Reviewing(
    title="Lees na voor u verzendt",
    lead="Er is nog niets verzonden. Dit krijgen wij van u.",
    what="Wat u verzendt",
    asks="U wilt",
    words="In uw eigen woorden",
    no_words="Niets",
    about="Over",
    about_both="Over u en",
    you="Wij bereiken u via",
    nobody="U",
    other_email="Bij ons bekend onder",
    next="Wat er daarna gebeurt",
    next_arrives="Het komt meteen aan en krijgt een nummer. Wij schrijven u dat het aankwam.",
    next_identity="Weten wij niet zeker dat u het bent, dan vragen wij u dat eerst. De dagen "
    "waarop wij op uw antwoord wachten, tellen niet mee.",
    next_authority="Wij vragen wat aantoont dat u voor {name} mag spreken, als u het hier niet "
    "toevoegt.",
    next_answer="U krijgt uiterlijk op {day} een antwoord, als u het vandaag verzendt.",
    next_longer="Is het heel ingewikkeld, dan kan het tot twee maanden langer duren. Dan zeggen "
    "wij u dat, en waarom, uiterlijk op diezelfde dag.",
    paper="Wat aantoont dat u voor {name} mag spreken",
    paper_why="Een volmacht met handtekening en einddatum, of voor een kind iets dat aantoont dat "
    "u de ouder bent. Bedek al het andere. U kunt het ook later sturen.",
    files="Bestanden (als u wilt)",
    any_file="Wat ons kan helpen",
    files_why="Geen kopie van een identiteitskaart alstublieft: is er een nodig, dan vragen wij "
    "erom.",
    files_limits="Hoogstens {most} bestanden van {each} MB, samen {all} MB: PDF, beelden of gewone "
    "tekst.",
    bad={
        "large": "“{name}” is te groot, of alle bestanden samen zijn het.",
        "kind": "“{name}” is geen PDF, beeld of gewone tekst.",
        "many": "“{name}” is één bestand te veel.",
    },
    bad_lead="Er werd niets verzonden, door een bestand. Kies uw bestanden alstublieft opnieuw.",
    send="Nu verzenden",
    change="Iets veranderen",
)
REVIEWINGS = {"en": EN, "fr": FR, "nl": NL}


def limits(say: Reviewing) -> str:
    """What files are taken, in words."""
    return say.files_limits.format(most=MOST_FILES, each=LARGEST >> 20, all=MOST_BYTES >> 20)
