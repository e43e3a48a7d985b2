"""Monday, nine o'clock: the authority asks whether call recordings go after a month.

The data-protection officer opens the console and answers from it. What she reads on the way
is what the fold over the results says, nothing else.
"""

from __future__ import annotations

from dataclasses import replace

from litestar.testing import TestClient

from avow.duties.assurance.history import fold
from avow.duties.assurance.model import Status
from avow.engine.evidence.checks import blind, passed
from avow.faces.web.application import web_app
from tests.pages.document import Node, read
from tests.pages.house import NOW, HouseSource

HOST = "testserver.local"


def opened(source: HouseSource, path: str) -> Node:
    with TestClient(web_app(source, hosts=(HOST,)), base_url=f"http://{HOST}") as client:
        return read(client.get(path).text)


def heading(page: Node) -> str:
    (first,) = page.all("h1")
    return first.text.replace("\u00a0", " ")


def test_the_answer_is_the_first_sentence() -> None:
    source = HouseSource()
    words = [promise.status for promise in fold(source.known, NOW)]
    assert [words.count(word) for word in Status] == [3, 4, 7, 23, 106]
    said = {language: heading(opened(source, f"/{language}")) for language in ("fr", "nl", "en")}
    assert said == {
        "fr": "3 promesses sont rompues, 4 inconnues, 7 non appliquées.",
        "nl": "3 beloften zijn gebroken, 4 onbekend, 7 niet afgedwongen.",
        "en": "3 promises are broken, 4 unknown, 7 not enforced.",
    }


def test_today_says_what_is_about_to_be_erased_and_how_to_stop_it() -> None:
    page = opened(HouseSource(), "/en")
    (section,) = [s for s in page.all("section") if "Erased in the next seven days" in s.text]
    assert [item.text for item in section.all("li")] == [
        "9 rows public.login 6.a Mon 22 Mar",
        "1,300 rows, 7 cells emptied list.member 5.y Thu 18 Mar 1,207 Sat 20 Mar 100",
        "212 rows public.recording 5.z Mon 15 Mar",
    ]
    stops = [button.text for button in section.all("button")]
    assert {"Stop phone", "Stop mailing"} <= set(stops)


def test_today_says_what_changed_and_what_cannot_be_seen() -> None:
    page = opened(HouseSource(), "/en")
    changed, unseen = (
        next(s for s in page.all("section") if s.attributes.get("aria-labelledby") == name)
        for name in ("h-changed", "h-unseen")
    )
    assert [item.text for item in changed.all("li")] == ["5.z kept is now broken"]
    assert "mailing.account cannot be seen: the system does not answer 6.d" in [
        item.text for item in unseen.all("li")
    ]


def test_one_click_from_a_broken_promise_to_its_ledger_entry() -> None:
    """Which place, how many rows, since when, what would make it kept, and the proof."""
    page = opened(HouseSource(), "/en/promises/5.z")
    assert heading(page) == "5.z broken"
    assert "phone.recording 212 breaches: oldest row is 47 days old" in page.text
    assert "Repair what the check found; its next run shows it." in page.text
    first = page.all("tbody")[0].text
    assert first == (
        "phone.recording broken retention.oldest failed, enforced 9,310 14 Mar 2027, 22:12 50005"
    )
    assert "kept 14 March 2027" in page.text


def test_when_the_rows_are_gone_and_the_check_looked_again_the_page_says_kept() -> None:
    """The same house with new answers: the words follow the results by themselves."""
    source = HouseSource()
    again = tuple(
        replace(r, outcome=passed(1), run_at=NOW, remedy=99) for r in source.known.results
        if r.outcome.bad
    )  # fmt: skip
    assert len(again) == 3
    source.known = replace(source.known, results=source.known.results + again)
    assert heading(opened(source, "/en/promises/5.z")) == "5.z kept"
    assert heading(opened(source, "/en")) == "4 promises are unknown, 7 not enforced."


def test_when_the_check_only_goes_silent_the_page_still_says_broken() -> None:
    source = HouseSource()
    blinded = tuple(
        replace(r, outcome=blind("unreachable"), run_at=NOW) for r in source.known.results
        if r.outcome.bad
    )  # fmt: skip
    source.known = replace(source.known, results=source.known.results + blinded)
    assert heading(opened(source, "/en/promises/5.z")) == "5.z broken"
