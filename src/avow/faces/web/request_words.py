"""The words of staff pages about requests: what was looked at and why, beside the closed lists."""

from __future__ import annotations

from collections.abc import Mapping

from avow.common.languages import Words, mark
from avow.duties.assurance.wording import ROLES
from avow.duties.requests import called
from avow.duties.requests.answering.detecting import Kind as Place
from avow.duties.requests.answering.marks import Keeps
from avow.duties.requests.identity.documents import DOCUMENT
from avow.duties.requests.identity.representing import EVIDENCE
from avow.duties.requests.intake.by_form import PAPER
from avow.duties.requests.intake.receiving import ATTACHMENT, MESSAGE
from avow.duties.requests.words import Waits
from avow.engine.accounts.views import Kind, Why
from avow.engine.planner.identities import Question
from avow.engine.planner.staying import Why as Stays
from avow.faces.web import change_words, identity_words, instruction_words
from avow.faces.web.labels import LABELS
from avow.faces.web.source import Told

WORDS: Mapping[str, str] = {
    f"view-{Kind.IDENTITY}": mark("who the person is"),
    f"view-{Kind.WORDS}": mark("what was said"),
    f"view-{Kind.LETTER}": mark("a letter to them"),
    f"view-{Kind.PLACE}": mark("a place of their copy"),
    f"view-{Kind.TENANTS}": mark("which companies hold data of them"),
    f"view-{Kind.TASK}": mark("whom a task is about"),
    f"view-{Kind.COPY}": mark("a table of their copy"),
    f"view-{Kind.ANSWER}": mark("their whole answer"),
    f"file-{ATTACHMENT}": mark("a file beside what they wrote"),
    f"file-{MESSAGE}": mark("the message as it arrived"),
    f"file-{PAPER}": mark("a paper that shows that somebody may speak"),
    f"file-{EVIDENCE}": mark("a mandate"),
    "file-scan": mark("the scan of a letter"),
    f"file-{DOCUMENT}": mark("a document that shows who somebody is"),
    "objection-marketing": mark("objection to marketing alone"),
    f"why-{Why.IDENTIFY}": mark("to find out who they are"),
    f"why-{Why.ANSWER}": mark("to answer"),
    f"why-{Why.REVIEW}": mark("to review the work"),
    f"stands-{Waits.IDENTITY}": mark("until it is known who asks"),
    f"stands-{Waits.SCOPE}": mark("until it is known what is asked"),
}
STAYS: Mapping[str, str] = {
    f"stays-{Stays.MINIMUM}": mark("a law obliges to keep it"),
    f"stays-{Stays.HELD}": mark("a hold, a restriction or an open request protects it"),
    f"stays-{Stays.PURPOSE}": mark("a purpose still needs it"),
    f"stays-{Stays.NEEDED}": mark("what stays by law cannot be understood without it"),
    f"stays-{Stays.SHELL}": mark("a row that stays refers to it"),
    f"stays-{Stays.SHARED}": mark("it is about another person too"),
    "looked-found": mark("found"),
    "looked-empty": mark("searched, nothing there"),
    "looked-unsearched": mark("not searched: nobody is known there by what the person gave"),
    "looked-unreachable": mark("unreachable: it did not answer, refused, or may hide rows"),
    "looked-pending": mark("its owner was asked and has not answered"),
    "way-portal": mark("by a link, with a code told another way"),
    "way-mail": mark("it left by e-mail"),
    "way-paper": mark("it left on paper"),
    f"looks-{Place.EMAIL}": mark("an e-mail address"),
    f"looks-{Place.PHONE}": mark("a telephone number"),
    f"looks-{Place.IBAN}": mark("an account number"),
    f"looks-{Place.KNOWN}": mark("names another person we know"),
    f"looks-{Place.OF_OTHERS}": mark("data about others"),
    f"looks-{Place.CREDENTIAL}": mark("lets somebody in"),
    f"looks-{Place.ATTACHMENT}": mark("a file"),
    f"looks-{Place.POINTED}": mark("pointed out by a reviewer"),
    Keeps.OWN: mark("it is their own"),
    Keeps.FROM_PERSON: mark("they wrote it themselves"),
    Keeps.ORGANISATION: mark("it is an organisation's"),
    Keeps.PUBLIC: mark("it is public"),
    Keeps.CONSENT: mark("the other person agrees"),
    "place-open": mark("to decide"),
    "by-map": mark("the data map keeps it from who only sees the row"),
    "task-open": mark("not asked yet"),
    "task-asked": mark("asked; no answer yet"),
    "task-unreachable": mark("the letter did not arrive"),
    "task-done": mark("done"),
    "task-nothing": mark("nothing held"),
    "task-cannot": mark("cannot be done"),
    "task-disproportionate": mark("disproportionate"),
    "task-withdrawn": mark("withdrawn"),
    "turn-end-marketing": mark("It ends at once, for good, on every channel."),
    "turn-end": mark("It ends for the future; what was done before stays lawful."),
    "turn-stand-still": mark("Nothing is used or erased until it is decided."),
    "turn-decide": mark("All use stands still: it waits for a decision."),
    "turn-let-go": mark("It is refused, and the use still stands still."),
    "turn-nothing": mark("Nothing more is to do."),
    "do-end-marketing": mark("End the marketing"),
    "do-end": mark("End it"),
    "do-stand-still": mark("Let the use stand still"),
    "do-let-go": mark("Let the data be used again"),
    "page-end": mark("What ends"),
    "wanted-end": mark("An objection or a withdrawal can be carried out."),
    "told-done": mark("has confirmed"),
    "told-nothing": mark("says that it has nothing"),
    "told-cannot": mark("could not be told"),
    "told-asked": mark("is asked; no answer yet"),
    "told-declared": mark("may have had the data; being found out"),
}
"""Why something stays, what recipients answered, where was looked, and how an answer leaves."""
ASKS: Mapping[str, str] = {
    "wanted-rows": mark("Nobody has said yet whose rows it is about."),
    "page-rows": mark("Which rows are theirs"),
    "wanted-draw": mark("Draw the copy."),
    "wanted-redact": mark("Decide the places that may be somebody else's."),
    "wanted-write": mark("Write the answer: every place is decided."),
    "wanted-read": mark("Read the letter before it leaves."),
    "wanted-send": mark("Send the copy: somebody has read its letter."),
    "wanted-erase-end": mark("End the erasure: every plan has ended."),
    "wanted-erase-carry-out": mark("Carry the erasure out: its plans are approved."),
    "wanted-erase-plan": mark("Plan the erasure where there is no plan."),
    "wanted-tell-write": mark("Write to the person what came of it."),
    "wanted-tell-read": mark("Read the letter before it leaves."),
    "wanted-tell-send": mark("Send the letter: somebody has read it."),
    "page-answer": mark("The copy"),
    "page-redact": mark("The places of the copy"),
    "page-erase": mark("The erasure"),
    "page-outcome": mark("Letters: what came of it"),
    "page-hand-over": mark("Hand over"),
    "page-files": mark("Files that came with it"),
    f"asks-{Question.SHARED}": mark("found by a value that several persons may share"),
    f"asks-{Question.TWO_KEYS}": mark("two values of a kind of which a person has one"),
    f"asks-{Question.MANY}": mark("more values name this person than are followed"),
    f"asks-{Question.OVERLAP}": mark("these rows may be another person's of this request"),
}
"""What a search for rows asks before they are accepted."""
PROBLEMS: Mapping[str, str] = {
    "file-large": mark("The file is too large: 10 MB at most."),
    "file-kind": mark("The file is no PDF, picture or plain text."),
    "file-many": mark("One file at a time."),
    "file-none": mark("Choose a file."),
    "file-what": mark("Say what the paper is, and whose."),
    "no-how": mark("Say how it was found."),
    "no-one": mark("Say by what they are known."),
    "no-day": mark("Say how it came, and on which day."),
    "AV690": mark(
        "It cannot have come before it was written, or in the future; a file has 10 MB at most."
    ),
    "no-document": mark("No document was asked for, or they have shown who they are: destroy it."),
    "no-outcome": mark("Choose an answer."),
    "AV664": mark("Say why where it is not done; a task that has ended takes no answer."),
    "AV677": mark(
        "The file is not taken: a PDF, a picture, a table, text or an archive, up to 8 MB."
    ),
    "none-chosen": mark("Tick what is theirs, or say that nothing is."),
    "rows-changed": mark("The systems answer otherwise than when you looked: look once more."),
    "code": mark("The code is not right, or it was used before."),
    "changed": mark("Somebody changed the letter since you opened it."),
    "too-long": mark("The letter is too long."),
    "no-place": mark("Choose places."),
    "no-decision": mark("Say whether they are hidden or shown, and why."),
    "nowhere": mark("There is no such place in the copy: look at it again."),
    "empty": mark("A letter needs words."),
    "way": mark("Choose how it leaves."),
    "no-ledger": mark("The ledger, whose proof goes with a letter, is not there."),
    "AV615": mark("Somebody says first which rows are theirs, and accepts what is asked."),
    "AV616": mark("Some places are not decided yet."),
    "AV617": mark(
        "Nothing would be left: the rights of others limit a copy, and never the answer."
    ),
    "AV618": mark("It would tell a value that names somebody else, and nobody decided to show it."),
    "AV619": mark("The order is: draw, decide the places, write, read, send."),
    "AV631": mark("No PDF can be made of it here."),
    "AV641": mark("It does not leave by a link: nobody read it as it is, or it left another way."),
    "AV682": mark("The person gave no address that a letter reaches: hand it over on paper."),
    "AV636": mark("It does not begin: read above what comes first."),
    "AV420": mark("Who wrote the declaration, or does not approve plans, does not say so."),
    "AV437": mark("What was kept was changed since: nothing was brought back."),
    "AV438": mark("A plan of it still runs: stop it first."),
    "AV937": mark("Nothing can be brought back any more."),
    "AV637": mark("It does not end: a plan waits, or none was made."),
    "no-tenant": mark("Say which right goes, and to which company."),
    "no-sender": mark("The controller has no e-mail from which the person could be written to."),
    "AV673": mark("It does not go: no mailbox, no right to decide, or it is not settled who asks."),
    "AV675": mark("We hold nothing for such a company."),
    "AV676": mark("It is not settled yet who the person is: what they gave may be another's."),
    "moved": mark("Something changed since you opened the page: read what is next."),
    "AV695": mark("It ends nothing as it is: read what was asked, and who asks."),
    "AV696": mark("The person hears first why it is refused: send them the letter."),
    "AV689": mark("Somebody reads it as it is now before it leaves; and it leaves once."),
    "AV944": mark("A letter needs a subject and words, and an authority to complain to."),
    "AV945": mark("The erasure that it tells of can still be taken back."),
    "AV946": mark("No address of the person is known: tell them in another way, and note it."),
}
"""What is wrong with a form, by the code of it."""


def problem_word(code: str, words: Words) -> str:
    """What is wrong, as a sentence."""
    own_lists = (identity_words, change_words, instruction_words)
    lists = (PROBLEMS, *(each.PROBLEMS for each in own_lists))
    own = next((each[code] for each in lists if code in each), None)
    return words.say(own or LABELS[Told.NOT_POSSIBLE])


def request_word(code: str, words: Words) -> str:
    """What a word of the closed lists is called; itself where it is none of them."""
    own_lists = (identity_words, change_words, instruction_words)
    lists = (ROLES, WORDS, STAYS, ASKS, *(each.WORDS for each in own_lists))
    own = next((each[code] for each in lists if code in each), None)
    return words.say(own) if own else called.word_of(code, words)
