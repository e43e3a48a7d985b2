"""Sections 1, 2, 10 and the residue of the page: each promise kept, broken by a planted fault, and
unknown where nobody can look. The notice is published by the commands and read over real HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from avow.common.languages import words
from tests.acceptance.notices import CHANGED, LINKING, House, site

PAGE = "/fr/privacy"
ALL = ("1.a", "1.b", "1.c", "2.a", "2.c", "10.1", "10.2", "Z.1", "Z.2", "Z.3", "Z.4")
ON_PAGES = tuple(clause for clause in ALL if clause not in ("1.b", "1.c"))


@pytest.fixture
def house(tmp_path: Path, state_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A house whose notice is published, shown and linked."""
    monkeypatch.setenv("AVOW_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("AVOW_DATABASE_URL", state_url)
    (tmp_path / "house").mkdir()
    with site() as shown:
        made = House(tmp_path / "house", shown, tmp_path / "state", state_url)
        made.write()
        made.texts()
        made.publish()
        made.show()
        yield made


def change(house: House, old: bytes, new: bytes) -> None:
    """Somebody edits the live page."""
    page = house.site.pages[PAGE]
    assert isinstance(page, bytes)
    assert old in page, old
    house.site.pages[PAGE] = page.replace(old, new)


def edit(old: str, new: str) -> Callable[[House], None]:
    """A fault that somebody makes by editing the live page."""
    return lambda house: change(house, old.encode(), new.encode())


def add(words: str) -> Callable[[House], None]:
    """A fault that is left at the end of the live page."""
    return edit("</main>", f"<p>{words}</p></main>")


def link(page: str, to: str) -> Callable[[House], None]:
    """A page that links something else."""
    text = LINKING.replace("/fr/privacy", to).encode()
    return lambda house: house.site.pages.update({page: text})


COUSIN = """\
  - {recipient: cousin, clause: "1.c", name: Cousin BV, role: group-member, country: BE,
     transfer: none-needed}
"""


def member(house: House) -> None:
    """A new member of the group receives data, and the list was not changed."""
    house.write("recipients:\n", f"recipients:\n{COUSIN}")


FAULTS: dict[str, Callable[[House], None]] = {
    "1.a": edit("+32 2 555 01 02", "+32 2 555 01 03"),
    "1.b": link("/form", "/en/terms"),
    "1.c": member,
    "2.a": edit("Nous pouvons", "Nous pouvons toujours"),
    "2.c": edit(words("fr").day(CHANGED), "3 février 1901"),
    "10.1": edit("privacy@example.org", "nobody@example.org"),
    "10.2": edit("Exemple 1", "Exemple 2"),
    "Z.1": add("arrow up"),
    "Z.2": add("cookie_list_text"),
    "Z.3": add("cookie_button_settings_text"),
    "Z.4": add("pg. 2/8"),
}


def test_what_is_published_shown_and_linked_is_kept(house: House) -> None:
    """All but one: that somebody reads the mailbox is another leg, and nobody reads one here."""
    assert house.look() == dict.fromkeys(ALL, "kept") | {"10.1": "unknown"}


@pytest.mark.parametrize("clause", ALL)
def test_a_planted_fault_breaks_its_promise(house: House, clause: str) -> None:
    FAULTS[clause](house)
    told = house.look()
    also = {"2.a"} if clause in ON_PAGES else set()
    if clause == "10.2":  # the address is printed with the name of the controller, too
        also |= {"1.a"}
    assert {c for c, word in told.items() if word == "broken"} == {clause} | also


def test_nobody_can_say_what_a_site_shows_that_does_not_answer(house: House) -> None:
    """The list of the group lies in no site, so it can still be told."""
    for page in house.site.pages:
        house.site.pages[page] = 503
    told = house.look()
    assert {c: told[c] for c in ALL if c != "1.c"} == dict.fromkeys(set(ALL) - {"1.c"}, "unknown")
    assert told["1.c"] == "kept"


def test_a_notice_that_is_gone_is_broken_and_not_unknown(house: House) -> None:
    house.site.pages[PAGE] = 404
    told = house.look()
    assert {told[clause] for clause in ON_PAGES} == {"broken"}


def test_a_page_that_leads_to_another_host_is_not_read(house: House) -> None:
    house.site.pages[PAGE] = "https://elsewhere.example/privacy"
    assert house.look()["2.a"] == "unknown"
    house.show()
    page = house.site.pages[PAGE]
    house.site.pages.update({PAGE: "/fr/privacy/now", "/fr/privacy/now": page})
    assert house.look()["2.a"] == "kept"


def test_without_a_host_nothing_is_kept(house: House) -> None:
    house.write(f'hosts: [{house.site.host}], forms: ["{house.site.host}/form"],', "")
    told = house.look()
    assert {told[clause] for clause in ALL if clause != "1.c"} == {"unknown"}


def test_a_language_whose_address_nobody_says_is_unknown(house: House) -> None:
    house.write(", nl: /nl/privacy", "")
    assert house.look()["2.a"] == "unknown"


def test_a_silent_edit_stays_broken_until_the_page_is_put_right(house: House) -> None:
    """Also when the site stops answering: silence never heals."""
    FAULTS["2.a"](house)
    assert house.look()["2.a"] == "broken"
    shown, house.site.pages[PAGE] = house.site.pages[PAGE], 503
    assert house.look()["2.a"] == "broken"
    house.site.pages[PAGE] = shown
    house.show()
    assert house.look()["2.a"] == "kept"


def test_a_link_to_an_older_edition_is_no_link_to_this_one(house: House) -> None:
    house.site.pages["/form"] = LINKING.replace("/fr/privacy", "/notice/1/fr/").encode()
    assert house.look()["1.b"] == "kept"
    house.write(version="2")
    house.texts("site", "site et le service")
    house.publish()
    house.show()
    house.site.pages["/form"] = LINKING.replace("/fr/privacy", "/notice/1/fr/").encode()
    told = house.look()
    assert (told["1.b"], told["2.a"]) == ("broken", "kept")


def test_an_edit_that_nobody_published_changes_nothing_that_is_compared(house: House) -> None:
    house.write(version="2")
    house.texts("site", "monde entier")
    assert house.look()["2.a"] == "kept"
