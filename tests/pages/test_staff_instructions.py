"""What controllers instruct, in the console: entered, confirmed by its contact, planned in its own
sphere, approved by two, carried out, told; or held to be unlawful. The rows lie in PostgreSQL."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from avow.app import open_state
from avow.common.clock import SetClock
from avow.common.languages import LANGUAGES
from avow.duties.requests.processor.instructed import restored
from avow.duties.requests.processor.standing import OURS as WAITS_FOR_US
from avow.duties.requests.processor.standing import Standing, Wants, standings
from avow.duties.requests.tasks import kept
from avow.duties.requests.tasks.answering import TaskAnswer, answer_task
from avow.duties.requests.tasks.instructing import Instructs
from avow.duties.requests.tasks.kept import Evidence
from avow.duties.requests.tasks.machine import Act, Outcome
from avow.engine.accounts.views import newest
from avow.engine.planner.release import in_force
from avow.faces.web.instruction_words import ASKS, WORDS
from tests.kept_room import Kept
from tests.pages.answer_house import told
from tests.pages.document import read
from tests.pages.staff_house import StaffHouse, send, staff_house
from tests.pages.test_accessible import faults
from tests.pages.test_staff_erase_run import approved
from tests.processor_room import CREDITOR, ONE, OURS, letters, opened_for_tenants, rows

LOG = "/en/instructions"
WORDS_OF_IT = "Erase p1@example.org, file 2027/13."


@pytest.fixture
def shop(
    postgres_url: str, state_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Kept:
    return opened_for_tenants(postgres_url, tmp_path, state_url, monkeypatch.setenv)


@contextmanager
def console(shop: Kept, connector: str = "postgresql") -> Iterator[StaffHouse]:
    """The console over the shop; its clock is the one of the state."""
    with shop.desk() as desk:
        clock = SetClock(desk.now())
    with open_state(shop.folder / "state", shop.state, clock=clock) as state:
        law = replace(in_force(state.store), languages=LANGUAGES)
        systems = {n: replace(s, connector=connector) for n, s in law.datamap.systems.items()}
        law = replace(law, datamap=replace(law.datamap, systems=systems))
        yield staff_house(state, clock, law, os.environ)


@pytest.fixture
def house(shop: Kept) -> Iterator[StaffHouse]:
    with console(shop) as house:
        yield house


def entered(house: StaffHouse, what: str = "erase", person: str = "agnes", **form: str) -> str:
    """An instruction of the first creditor, entered by form; its id."""
    data = {
        "tenant": ONE, "what": what, "words": WORDS_OF_IT,
        "arrived": house.office.book.day(house.clock.now()).isoformat(), **form,
    }  # fmt: skip
    with house.signed_in(person) as client:
        said = send(client, f"{LOG}/enter", **data)
    assert said.status_code == 303, said.text
    return str(re.findall(r"instruction-[a-z2-7]+", said.headers["location"])[0])


def confirmed(house: StaffHouse, name: str, outcome: Outcome = Outcome.DONE) -> str:
    """Its contact says on its one-time page that it is theirs."""
    book = house.office.book
    (task,) = [k.task for k in kept.of_instruction(book, name) if k.task.act is Act.CONFIRM]
    said = TaskAnswer(task.id, outcome, Evidence(words="as we wrote"), ONE)
    with house.state.store.transaction() as tx:
        answer_task(book, tx, said, at=house.clock.now())
    return name


def below(name: str, what: str = "") -> str:
    return f"{LOG}/{name}" + (f"/{what}" if what else "")


def acts(house: StaffHouse, name: str, what: str, person: str = "agnes", **form: str) -> str:
    """What came of a form, with a fresh code of the person."""
    with house.signed_in(person) as client:
        data = {"code": house.fresh(person)} | form
        return told(client, below(name, what), **data)


def page(house: StaffHouse, name: str = "", person: str = "agnes") -> str:
    """A page, without a fault."""
    with house.signed_in(person) as client:
        answer = client.get(below(name) if name else LOG)
    assert answer.status_code == 200
    assert faults(read(answer.text)) == []
    return answer.text


def headline(text: str) -> str:
    return str(read(text).all("h1")[0].text)


def logged(house: StaffHouse) -> tuple[Standing, ...]:
    """The log of instructions."""
    book = house.office.book
    return standings(book.runs, book.declaration, book.day(house.clock.now()))


def plan_of(house: StaffHouse) -> str:
    """The plan of the newest that has one."""
    return next(each.plan for each in logged(house) if each.plan)


def test_from_the_form_to_the_letter_and_no_row_of_another_sphere(
    house: StaffHouse, shop: Kept
) -> None:
    """The same address names a debtor of another creditor and a buyer of ours: both stay."""
    name = entered(house)
    assert "It waits for its controller to confirm it." in headline(page(house, name))
    assert acts(house, name, "plan", kind="email", values=OURS).startswith("It cannot be")
    confirmed(house, name)
    assert acts(house, name, "plan", kind="email", values=f"{OURS}\n\n{OURS}\n") == (
        "instruction-planned"
    )
    assert "It waits for two persons" in headline(page(house, name))
    assert acts(house, name, "run").startswith("Something changed since")
    approved(house, plan_of(house))
    assert acts(house, name, "run", code="000000").startswith("The code is not right")
    assert rows(shop) == ([1, 2, 3], [1, 2, 3, 4], [1, 2])
    assert acts(house, name, "run") == "plans-run"
    assert rows(shop) == ([2, 3], [3, 4], [1, 2])

    assert headline(page(house, name)).startswith("Tell the controller what was done")
    assert letters(shop, ONE, CREDITOR) == []
    assert acts(house, name, "tell") == "controller-told"
    (letter,) = letters(shop, ONE, CREDITOR)
    assert "public.claim: 2 rows" in letter
    done = page(house, name)
    assert headline(done) == "It is done, and its controller is told."
    happened = (
        "Entered in the log",
        "Its contact confirmed it",
        "Planned",
        "The plan was approved",
        "The controller was told what was done",
    )
    assert [each for each in happened if each not in done] == []
    assert "No instruction of a controller is open." in headline(page(house))


def test_lines_that_name_nobody_there_are_told_by_their_number(house: StaffHouse) -> None:
    """The third value is a debtor of the other creditor alone; nothing of it is shown again."""
    name = confirmed(house, entered(house))
    with house.signed_in("agnes") as client:
        answer = send(
            client, below(name, "plan"), kind="email",
            values=f"{OURS}\n\nnobody@other.example",
        )  # fmt: skip
    assert answer.status_code == 200
    assert "These lines name nobody among the data of that controller: 3" in answer.text
    assert "nobody@other.example" not in answer.text
    assert faults(read(answer.text)) == []


def test_all_of_a_controller_needs_no_value(house: StaffHouse, shop: Kept) -> None:
    name = confirmed(house, entered(house, "delete-all"))
    assert acts(house, name, "plan") == "instruction-planned"
    approved(house, plan_of(house))
    assert acts(house, name, "run") == "plans-run"
    assert rows(shop) == ([3], [4], [1, 2])


def test_what_is_unlawful_is_told_at_once_and_its_plan_withdrawn(
    house: StaffHouse, shop: Kept
) -> None:
    name = confirmed(house, entered(house, "delete-all"))
    acts(house, name, "plan")
    why = "A court ordered you to keep these claims."
    assert acts(house, name, "contest", "an", because="").startswith("Say which law")
    wrong = acts(house, name, "contest", "an", because=why, code="000000")
    assert wrong.startswith("The code is not right")
    assert acts(house, name, "contest", "an", because=why) == "instruction-contested"
    (letter,) = letters(shop, ONE, CREDITOR)
    assert why in letter
    text = page(house, name, "an")
    assert headline(text) == "Nothing is done: we hold it to be unlawful."
    assert why not in text
    with house.signed_in("an") as client:
        assert why in send(client, below(name, "open")).text
    assert acts(house, name, "plan").startswith("It cannot be")
    assert rows(shop) == ([1, 2, 3], [1, 2, 3, 4], [1, 2])


WRONG = {"kind": "email", "values": OURS, "place": "shop:public.claim", "field-1": "sum"}


def test_a_field_is_corrected_by_a_plan_among_its_own_rows(house: StaffHouse, shop: Kept) -> None:
    name = confirmed(house, entered(house, "correct"))
    none = acts(house, name, "plan", **WRONG | {"field-1": ""})
    assert none == "Name a field that is there."
    unfit = acts(house, name, "plan", **WRONG | {"value-1": "much"})
    assert unfit.startswith("The field cannot take")
    for field in ("company_id", "debtor_id"):
        said = acts(house, name, "plan", **WRONG | {"field-1": field, "value-1": "43"})
        assert said.startswith(("It is a key", "It cannot be")), field
    assert acts(house, name, "plan", **WRONG, **{"value-1": "1"}) == "instruction-planned"
    assert acts(house, name, "run").startswith("Something changed since"), "nobody approved it"
    approved(house, plan_of(house))
    assert acts(house, name, "run") == "plans-run"
    assert [s for (s,) in shop.run("SELECT sum FROM claim ORDER BY id")] == [1, 1, 5, 9]
    assert acts(house, name, "tell") == "controller-told"
    (letter,) = letters(shop, ONE, CREDITOR)
    assert "to correct data" in letter
    assert "What was corrected" in page(house, name)


def test_what_a_backup_brought_back_waits_to_be_planned_anew(house: StaffHouse) -> None:
    name = confirmed(house, entered(house, "delete-all"))
    acts(house, name, "plan")
    approved(house, plan_of(house))
    acts(house, name, "run")
    acts(house, name, "tell")
    now = house.clock.now()
    restored(house.office.book, "shop", now - timedelta(days=1), by="an", at=now)
    text = page(house, name)
    assert headline(text).startswith("Something is left")
    assert "A backup brought back what it had removed" in text
    assert acts(house, name, "plan") == "instruction-planned"


def drawn(house: StaffHouse, name: str, **form: str) -> str:
    """The page with the code, just after a copy was drawn."""
    with house.signed_in("agnes") as client:
        answer = send(client, below(name, "draw"), code=house.fresh("agnes"), **form)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert faults(read(answer.text)) == []
    return answer.text


def test_a_copy_is_drawn_for_its_controller_and_the_code_shown_once(house: StaffHouse) -> None:
    name = confirmed(house, entered(house, "extract"))
    assert headline(page(house, name)) == "Draw the copy: its controller confirmed it."
    wrong = acts(house, name, "draw", kind="email", values=OURS, code="000000")
    assert wrong.startswith("The code is not right")
    assert acts(house, name, "draw", values="").startswith("Give the values")
    text = drawn(house, name, kind="email", values=f"{OURS}\nnobody@other.example")
    (code,) = re.findall(r"<code>(\d{8})</code>", text)
    assert "These lines name nobody among the data of that controller: 2" in text
    assert "public.claim" in text
    later = page(house, name)
    assert headline(later) == "It waits for its controller to fetch the copy."
    assert code not in later
    assert f"{code}" != re.findall(r"<code>(\d{8})</code>", drawn(
        house, name, kind="email", values=OURS))[0], "each has a code of its own"  # fmt: skip


def test_all_is_returned_and_nothing_erased_by_it(house: StaffHouse, shop: Kept) -> None:
    name = confirmed(house, entered(house, "return"))
    assert "public.debtor" in drawn(house, name)
    assert rows(shop) == ([1, 2, 3], [1, 2, 3, 4], [1, 2])
    assert [each.what for each in logged(house)] == ["return"], "no erasure follows by itself"
    said = TaskAnswer(fetching(house, name), Outcome.DONE, Evidence(), ONE)
    with house.state.store.transaction() as tx:
        answer_task(house.office.book, tx, said, at=house.clock.now())
    assert headline(page(house, name)) == "It is done, and its controller is told."
    assert acts(house, name, "draw").startswith("It cannot be")


def test_a_copy_that_nobody_fetched_in_time_is_drawn_anew(house: StaffHouse) -> None:
    name = confirmed(house, entered(house, "return"))
    drawn(house, name)
    house.clock.move(timedelta(days=90))
    assert headline(page(house, name)) == "Draw the copy: its controller confirmed it."
    with house.signed_in("agnes") as client:
        assert f"Draw the copy that {name} asks for." in client.get("/en").text


def fetching(house: StaffHouse, name: str) -> str:
    """The task of the contact to fetch a copy."""
    tasks = [k.task for k in kept.of_instruction(house.office.book, name)]
    (task,) = [each.id for each in tasks if each.act is Act.FETCH]
    return task


def test_its_words_are_opened_once_and_as_a_view_in_the_log(house: StaffHouse) -> None:
    name = entered(house)
    with house.signed_in("agnes") as client:
        assert WORDS_OF_IT not in client.get(below(name)).text
        found = send(client, below(name, "open"))
        assert WORDS_OF_IT in found.text
        assert found.headers["cache-control"] == "no-store"
        assert faults(read(found.text)) == []
        assert WORDS_OF_IT not in client.get(below(name)).text
        assert WORDS_OF_IT not in client.get(f"{below(name)}.json").text
    (view,) = newest(house.lodge.accounts)
    assert (view.by, view.what, view.request, view.instruction) == ("agnes", "words", "", name)
    with house.signed_in("aude") as client:
        assert below(name) in client.get("/en/views").text


@pytest.mark.parametrize(
    "form",
    [{"tenant": ""}, {"what": "sell"}, {"words": " "}, {"arrived": ""}, {"arrived": "2999-01-01"}],
)
def test_what_lacks_is_said_and_what_was_typed_stays(
    house: StaffHouse, form: dict[str, str]
) -> None:
    with house.signed_in("agnes") as client:
        data = {"tenant": ONE, "what": "erase", "words": WORDS_OF_IT, "arrived": "2026-01-05"}
        answer = send(client, f"{LOG}/enter", **data | form)
    assert answer.status_code == 422
    assert "Say who instructs, what, and in which words." in answer.text
    assert (WORDS_OF_IT in answer.text) is ("words" not in form)
    assert faults(read(answer.text)) == []
    assert logged(house) == ()


def test_of_nobody_who_may_instruct_nothing_is_taken(house: StaffHouse) -> None:
    with house.signed_in("agnes") as client:
        form = {"what": "erase", "words": "x", "arrived": "2026-01-05"}
        for tenant in ("tenant:shop:77", "tenant:none:1"):
            assert send(client, f"{LOG}/enter", tenant=tenant, **form).status_code == 422
    assert logged(house) == ()


def test_what_is_not_from_them_asks_to_find_out(house: StaffHouse) -> None:
    name = confirmed(house, entered(house), Outcome.CANNOT)
    assert headline(page(house, name)).startswith("Nothing is done: its controller says")
    with house.signed_in("agnes") as client:
        assert f"Find out who sent {name}" in client.get("/en").text


def test_today_asks_for_what_waits_for_us_alone(house: StaffHouse) -> None:
    """Until its contact confirms it, it waits for them; then it is planned, then approved."""
    name = entered(house)

    def asked(person: str = "agnes") -> bool:
        with house.signed_in(person) as client:
            return below(name) in client.get("/en").text

    assert not asked()
    confirmed(house, name)
    assert asked()
    assert not asked("sofie"), "an owner of systems sees no instruction"
    acts(house, name, "plan", kind="email", values=OURS)
    assert not asked(), "two persons are asked to approve"
    approved(house, plan_of(house))
    assert asked()


def test_a_task_that_its_owner_let_go_by_leads_to_the_instruction(shop: Kept) -> None:
    """In a system that nothing speaks to all is done by hand."""
    with console(shop, "by-hand") as house:
        name = confirmed(house, entered(house, "restrict"))
        assert headline(page(house, name)) == "The owner of the system does it by hand."
        with house.signed_in("agnes") as client:
            assert below(name) not in client.get("/en").text
        house.clock.move(timedelta(days=400))
        with house.signed_in("agnes") as client:
            assert below(name) in client.get("/en").text


ROLES = {
    "enter": {"agnes", "an", "olivier"},
    "open": {"agnes", "an", "olivier", "rik"},
    "contest": {"an", "olivier"},
    "plan": {"agnes", "an"},
    "draw": {"agnes", "an"},
    "run": {"agnes", "an"},
    "tell": {"agnes", "an"},
}
EVERYBODY = ("claire", "marc", "olivier", "agnes", "rik", "sofie", "an", "aude", "ada")


def test_each_form_is_for_the_roles_of_the_matrix(house: StaffHouse) -> None:
    name = entered(house)
    for person in EVERYBODY:
        with house.signed_in(person) as client:
            sees = person in {"olivier", "agnes", "rik", "an", "aude"}
            assert client.get(below(name)).status_code == (200 if sees else 403)
            for what, may in ROLES.items():
                path = f"{LOG}/enter" if what == "enter" else below(name, what)
                allowed = send(client, path).status_code != 403
                assert allowed is (person in may), (person, what)


def test_there_is_no_page_of_an_instruction_that_is_not_there(house: StaffHouse) -> None:
    with house.signed_in("agnes") as client:
        assert client.get(below("instruction-none")).status_code == 404
        assert send(client, below("instruction-none", "plan")).status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_speak_every_language_without_a_fault(house: StaffHouse, language: str) -> None:
    name = entered(house)
    with house.signed_in("agnes") as client:
        for path in (LOG, below(name)):
            answer = client.get(path.replace("/en/", f"/{language}/", 1))
            assert answer.headers["content-language"] == language
            assert faults(read(answer.text)) == []


def test_every_word_of_the_closed_lists_is_spoken() -> None:
    assert {f"instruction-{each}" for each in Wants} <= set(WORDS)
    assert {f"instructs-{each}" for each in Instructs} <= set(WORDS)
    assert set(ASKS) == WAITS_FOR_US
