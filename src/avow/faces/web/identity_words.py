"""The words of the pages on which it is settled who a request is about."""

from __future__ import annotations

from collections.abc import Mapping

from avow.common.languages import mark
from avow.duties.requests.identity.representing import Kind
from avow.duties.requests.words import Rung
from avow.engine.accounts.views import Kind as Viewed
from avow.estate.datamap.model import Coarse

WORDS: Mapping[str, str] = {
    f"next-{Rung.SIGNED_LINK}": mark("a link to an address that we hold: it burdens them least"),
    f"next-{Rung.KNOWN_FACTS}": mark("facts that only they know"),
    f"next-{Rung.DOCUMENT}": mark(
        "a document with all but the name covered: link and facts were not enough"
    ),
    f"next-{Rung.MANDATE}": mark("a mandate: somebody speaks for them"),
    f"next-{Rung.AUTHORITY}": mark("who may speak for the company"),
    f"speaks-{Kind.MANDATE}": mark("a mandate that they signed, with its rights and a last day"),
    f"speaks-{Kind.LAWYER}": mark("a lawyer, by their own word and the client's name"),
    f"speaks-{Kind.PARENT}": mark("a parent, by an extract of the register"),
    f"speaks-{Kind.GUARDIAN}": mark("a guardian, by the decision of the judge"),
    f"speaks-{Kind.HEIR}": mark("an heir, by the certificates of death and inheritance (France)"),
    f"speaks-{Kind.COMPANY}": mark("a company for its users, by the public register"),
    "wanted-identity": mark("It is not settled who this is about."),
    "wanted-authority": mark("A company asks for its users: look at what shows that it may."),
    "wanted-document": mark("A document came: somebody looks at it."),
    "page-identity": mark("Who it is about"),
    f"coarse-{Coarse.MONTH}": mark("the month of it"),
    f"coarse-{Coarse.START}": mark("its first two signs"),
    f"coarse-{Coarse.VALUE}": mark("the whole value"),
    f"view-{Viewed.DOCUMENT}": mark("a document that shows who they are"),
    f"view-{Viewed.FILE}": mark("a file that came with it"),
}
PROBLEMS: Mapping[str, str] = {
    "no-doubt": mark("A doubt that stops the term is written down: say what it is."),
    "no-paper": mark("Who speaks for somebody else is heard by a paper: use the form for it."),
    "choose": mark("Something is not chosen."),
    "no-estate": mark("The systems cannot be read from here: use the command."),
    "unheard": mark("A company speaks for somebody here: hear it first."),
    "AV684": mark("It may not follow now."),
    "AV688": mark("They have shown it already, or something less was not tried before a document."),
    "AV694": mark("Nobody whom the declaration names looks at files."),
    "AV697": mark("It is not there any more: it was judged, or its last day is over."),
    "AV698": mark("Nobody is heard by this paper."),
    "AV423": mark("There is no such company: write system:dataset:key."),
    "AV428": mark("A system does not answer: try again later."),
    "AV936": mark("No questions can be asked."),
    "AV939": mark("There is no such file any more."),
}
"""What is wrong with a form, by the code of it."""
