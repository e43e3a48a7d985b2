"""The words of the form by which a person answers us or adds something, in each language."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Adding:
    """Everything that this form says in one language; what is said of files is in `reviewing`."""

    answer: str
    answer_lead: str
    needed_lead: str
    document_needed: str
    paper_needed: str
    more: str
    more_lead: str
    words: str
    document: str
    document_why: str
    paper: str
    paper_why: str
    files: str
    send: str
    nothing: str
    done: str
    done_lead: str
    day: str
    over: str
    letters: str
    letters_lead: str
    letters_none: str
    letters_of: str


EN = Adding(
    answer="Answer us here",
    answer_lead="Our letter says what we asked. You can answer here or by letter or mail. When you "
    "answer, the term runs again.",
    needed_lead="You can answer here, or by letter or mail.",
    document_needed="We asked for a copy of a document, with everything but your name covered.",
    paper_needed="Show us that you may speak for the person.",
    more="Add something",
    more_lead="Whatever you want us to know, such as data that you mean or what is right.",
    words="What you want to tell us",
    document="The document that we asked for",
    document_why="Cover everything but your name. It is erased as soon as somebody has looked at "
    "it, after a week at the latest.",
    paper="What shows that you may speak for the person",
    paper_why="A mandate with a signature and a last day, or for a child something that shows you "
    "are the parent. Cover whatever else stands on it.",
    files="Files (if you like)",
    send="Send it",
    nothing="Write something, or choose a file.",
    done="It has arrived",
    done_lead="Thank you. It is with your request, and somebody reads it.",
    day="You get an answer by {day} at the latest.",
    over="This request is closed. If you want to ask something else, make a new one.",
    letters="Our letters to you",
    letters_lead="The words of what we wrote to you about this request. A copy of your data is not "
    "here: it has a link and a code of its own.",
    letters_none="We have not written to you yet what came of it.",
    letters_of="Letter of {day}",
)
FR = Adding(
    answer="Répondez-nous ici",
    answer_lead="Notre lettre dit ce que nous demandons. Vous pouvez répondre ici, par lettre ou "
    "par e-mail. Dès que vous répondez, le délai court à nouveau.",
    needed_lead="Vous pouvez répondre ici, par lettre ou par e-mail.",
    document_needed="Nous avons demandé la copie d’un document, où tout sauf votre nom est caché.",
    paper_needed="Montrez-nous que vous pouvez parler pour la personne.",
    more="Ajouter quelque chose",
    more_lead="Tout ce que nous devrions savoir : de quelles données il s’agit, ou ce qui est "
    "juste.",
    words="Ce que vous voulez nous dire",
    document="Le document que nous avons demandé",
    document_why="Cachez tout sauf votre nom. Il est effacé dès que quelqu’un l’a regardé, au plus "
    "tard après une semaine.",
    paper="Ce qui montre que vous pouvez parler pour la personne",
    paper_why="Une procuration signée avec une date de fin ou, pour un enfant, ce qui montre que "
    "vous êtes le parent. Cachez tout le reste.",
    files="Fichiers (si vous le souhaitez)",
    send="Envoyer",
    nothing="Écrivez quelque chose, ou choisissez un fichier.",
    done="C’est bien arrivé",
    done_lead="Merci. C’est joint à votre demande, et quelqu’un le lit.",
    day="Vous recevez une réponse au plus tard le {day}.",
    over="Cette demande est close. Pour demander autre chose, faites-en une nouvelle.",
    letters="Nos lettres à vous",
    letters_lead="Ce que nous vous avons écrit au sujet de cette demande. Une copie de vos données "
    "n’est pas ici : elle a son propre lien et un code.",
    letters_none="Nous ne vous avons pas encore écrit ce qu’il en est.",
    letters_of="Lettre du {day}",
)
NL = Adding(
    answer="Antwoord ons hier",
    answer_lead="In onze brief staat wat wij vroegen. U kunt hier antwoorden, of per brief of "
    "mail. Zodra u antwoordt, loopt de termijn weer.",
    needed_lead="U kunt hier antwoorden, of per brief of mail.",
    document_needed="Wij vroegen een kopie van een document, waarop alles behalve uw naam bedekt "
    "is.",
    paper_needed="Toon ons dat u voor de persoon mag spreken.",
    more="Iets toevoegen",
    more_lead="Wat wij nog moeten weten: om welke gegevens het gaat, of wat juist is.",
    words="Wat u ons wilt zeggen",
    document="Het document dat wij vroegen",
    document_why="Bedek alles behalve uw naam. Het wordt gewist zodra iemand het bekeken heeft, "
    "uiterlijk na een week.",
    paper="Wat aantoont dat u voor de persoon mag spreken",
    paper_why="Een volmacht met handtekening en einddatum, of voor een kind iets dat aantoont dat "
    "u de ouder bent. Bedek al het andere.",
    files="Bestanden (als u wilt)",
    send="Verzenden",
    nothing="Schrijf iets, of kies een bestand.",
    done="Het is aangekomen",
    done_lead="Dank u. Het ligt bij uw verzoek, en iemand leest het.",
    day="U krijgt uiterlijk op {day} een antwoord.",
    over="Dit verzoek is gesloten. Wilt u iets anders vragen, doe dan een nieuw verzoek.",
    letters="Onze brieven aan u",
    letters_lead="Wat wij u over dit verzoek schreven. Een kopie van uw gegevens ligt hier niet: "
    "die heeft een eigen link en een code.",
    letters_none="Wij schreven u nog niet wat ervan werd.",
    letters_of="Brief van {day}",
)
ADDINGS = {"en": EN, "fr": FR, "nl": NL}
