"""Accounts: one-time enrolment, one answer to every wrong proof, waits, sessions that end."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from avow.declaration.loading.statement import ROLES as DECLARED
from avow.engine.accounts import making, proofs, sessions, signing_in, views
from avow.engine.accounts.known import AccountError
from avow.engine.accounts.matrix import Action, Role, Sphere, allowed, may, seen
from avow.engine.accounts.signing_in import prove, sign_in
from avow.engine.db.store import Store, Transaction
from avow.engine.evidence.entries import AccountChanged, Viewed, commitment
from avow.faces.cli.main import main
from tests.accounts_room import NOON, PASSWORD, PEOPLE, QUICK, Lodge
from tests.requests_room import Office
from tests.unit.declared import SOUND

HERE = "10.0.0.1"

# The rules by hand: what each role may do with our own data, one letter per action.
GOLDEN = {
    "author":              "status stop plans holds incidents report",
    "approver":            "status stop plans holds incidents report approve release",
    "officer":             "status stop plans holds incidents report requests open note views "
                           "whole advise enter contest",
    "agent":               "status stop plans holds incidents report requests open note rows "
                           "pause whole identify extend answer carry hold handle enter",
    "redactor":            "status stop plans holds incidents report requests open note redact "
                           "whole",
    "system-owner":        "status stop plans holds incidents report task",
    "accountable-manager": "status stop plans holds incidents report requests open note rows "
                           "pause whole identify extend decide answer carry approve "
                           "release hold free handle enter contest",
    "auditor":             "status stop plans holds incidents report requests views",
    "administrator":       "stop report accounts",
}  # fmt: skip
SHORT = {
    "status": "see-status", "stop": "stop", "plans": "see-plans", "approve": "approve-plan",
    "release": "release-stop", "requests": "see-requests", "open": "open-person", "note": "note",
    "rows": "accept-rows", "pause": "pause", "extend": "extend", "decide": "decide",
    "redact": "redact", "task": "do-task", "views": "see-views", "accounts": "manage-accounts",
    "incidents": "see-incidents", "report": "report-incident", "handle": "handle-incident",
    "advise": "advise-incident", "holds": "see-holds", "hold": "place-hold",
    "free": "release-hold", "answer": "answer", "carry": "carry-out", "identify": "identify",
    "enter": "enter-request", "contest": "contest", "whole": "open-answer",
}  # fmt: skip
OF_THE_CLIENT = {"decide", "answer", "open-answer", "extend", "redact"}


@pytest.fixture
def lodge(store: Store) -> Lodge:
    return Lodge(store)


@pytest.mark.parametrize(
    ("role", "action", "sphere"), list(itertools.product(Role, Action, Sphere))
)
def test_the_matrix_is_the_table_written_by_hand(
    role: Role, action: Action, sphere: Sphere
) -> None:
    wanted = {SHORT[word] for word in GOLDEN[role].split()} | {"open", "own"}
    if sphere is Sphere.PROCESSOR:
        wanted -= OF_THE_CLIENT
    assert may({role}, action, sphere) is (str(action) in wanted)


def test_the_roles_of_the_matrix_are_those_of_the_declaration() -> None:
    assert set(DECLARED) == set(Role) == set(GOLDEN)


@pytest.mark.parametrize(
    "others", list(itertools.combinations(sorted(set(Role) - {Role.OFFICER}), 2))
)
def test_the_officer_approves_nothing_whatever_else_they_are(others: tuple[Role, Role]) -> None:
    mine = allowed({Role.OFFICER, *others})
    assert not mine & {Action.APPROVE_PLAN, Action.DECIDE, Action.RELEASE_STOP, Action.EXTEND}


@pytest.mark.parametrize("other", sorted(set(Role)))
def test_who_makes_accounts_opens_no_data_whatever_else_they_are(other: Role) -> None:
    mine = allowed({Role.ADMINISTRATOR, other})
    assert not mine & {Action.OPEN_PERSON, Action.OPEN_ANSWER}


def test_nobody_approves_what_they_authored_or_does_tasks_of_others() -> None:
    both = {Role.AUTHOR, Role.APPROVER}
    assert may(both, Action.APPROVE_PLAN)
    assert not may(both, Action.APPROVE_PLAN, authored=True)
    assert not may({Role.SYSTEM_OWNER}, Action.DO_TASK, own=False)
    assert allowed({"director"}) == frozenset()


def test_a_category_is_shown_for_the_task_or_by_declaration_and_else_never() -> None:
    assert seen(frozenset(), frozenset({"name"}), "name")
    assert seen(frozenset({"health"}), frozenset(), "health")
    assert not seen(frozenset(), frozenset({"name"}), "health")


def test_passwords_cost_what_the_rfc_recommends() -> None:
    """RFC 9106, 4: 3 passes, 64 MiB, 4 lanes, argon2id, a salt of 16 bytes; measured, not read."""
    made = proofs.hashed(PASSWORD, proofs.HASHER)
    assert made.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert proofs.matches(made, PASSWORD, proofs.HASHER)
    assert not proofs.matches(made, PASSWORD + "!", proofs.HASHER)


@pytest.mark.parametrize(
    ("password", "sound"),
    [
        (PASSWORD, True),
        ("elf letters", False),
        ("aaaaaaaaaaaaaaaaaa", False),
        ("my name is Agnes", False),
        ("x" * 9 + "yzw" * 100, False),
    ],
)
def test_a_password_is_long_and_not_the_name(password: str, sound: bool) -> None:
    assert proofs.is_password(password, "agnes") is sound


def test_composed_and_decomposed_letters_are_one_password() -> None:
    quick = proofs.hashed("Liège en été, toujours", QUICK)
    assert proofs.matches(quick, "Lie\u0300ge en e\u0301te\u0301, toujours", QUICK)


def test_the_codes_are_those_of_rfc_6238() -> None:
    """Appendix B, SHA-1: at 59 s the code is 94287082; six digits of it."""
    seed = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    at = NOON.fromtimestamp(59, tz=NOON.tzinfo)
    assert proofs.step_of(seed, "287082", at) == 1
    assert proofs.step_of(seed, "287082", at + timedelta(seconds=30)) == 1
    assert proofs.step_of(seed, "287082", at + timedelta(seconds=61)) is None


@given(st.integers(0, 60), st.integers(0, 20))
def test_the_wait_never_shrinks_and_has_an_end(failures: int, free: int) -> None:
    now, then = proofs.wait(failures, free), proofs.wait(failures + 1, free)
    assert timedelta() <= now <= then <= proofs.MOST
    assert (now == timedelta()) is (failures <= free)


def test_an_account_is_enrolled_with_a_secret_that_works_once(lodge: Lodge) -> None:
    now = NOON
    secret = making.add(lodge.accounts, "agnes", by=making.COMMAND, at=now)
    begun = making.begin(lodge.accounts, "agnes", secret, HERE, now)
    assert begun is not None
    lodge.seeds["agnes"] = begun.seed.reveal()
    code = lodge.code("agnes")
    again = (lodge.accounts, "agnes", secret)
    assert making.finish(*again, "too short", code, HERE, now) is None
    assert making.finish(*again, PASSWORD, "000000", HERE, now) is None
    codes = making.finish(*again, PASSWORD, code, HERE, now)
    assert codes is not None
    assert len(set(codes)) == proofs.RECOVERY
    assert making.begin(lodge.accounts, "agnes", secret, HERE, now) is None
    assert [b.change for b in lodge.told if isinstance(b, AccountChanged)] == ["made", "enrolled"]
    (row,) = lodge.store.run("accounts_listed")
    assert row["recovery"] == proofs.RECOVERY


def test_a_secret_of_yesterday_or_of_somebody_else_opens_nothing(lodge: Lodge) -> None:
    secret = making.add(lodge.accounts, "agnes", by=making.COMMAND, at=NOON)
    making.add(lodge.accounts, "marc", by=making.COMMAND, at=NOON)
    assert making.begin(lodge.accounts, "marc", secret, HERE, NOON) is None
    assert making.begin(lodge.accounts, "nobody", secret, HERE, NOON) is None
    late = NOON + timedelta(hours=25)
    assert making.begin(lodge.accounts, "agnes", secret, HERE, late) is None


def test_accounts_are_for_declared_people_and_nobody_renews_their_own(lodge: Lodge) -> None:
    with pytest.raises(AccountError, match="no such person") as one:
        making.add(lodge.accounts, "mallory", by=making.COMMAND, at=NOON)
    with pytest.raises(AccountError) as two:
        making.add(lodge.accounts, "ada", by="ada", at=NOON)
    with pytest.raises(AccountError) as three:
        making.end(lodge.accounts, "ada", by=making.COMMAND, at=NOON)
    assert [e.value.code for e in (one, two, three)] == ["AV901", "AV902", "AV903"]


def attempt(
    lodge: Lodge, person: str = "agnes", password: str = PASSWORD, code: str = "", where: str = HERE
) -> bool:
    """An attempt to sign in, with the right code where none is named."""
    code = code or lodge.code(person)
    return sign_in(lodge.accounts, person, password, code, where, lodge.clock.now())


def later(lodge: Lodge, seconds: int = 31) -> None:
    lodge.clock.move(timedelta(seconds=seconds))


def test_password_and_code_together_sign_in_and_a_code_works_once(lodge: Lodge) -> None:
    lodge.enrol("agnes")
    assert not attempt(lodge), "the code of the enrolment was used there"
    later(lodge)
    code = lodge.code("agnes")
    assert not attempt(lodge, password="another long password", code=code)
    assert attempt(lodge, code=code)
    assert not attempt(lodge, code=code)
    assert not prove(lodge.accounts, "agnes", code, lodge.clock.now())
    later(lodge)
    assert prove(lodge.accounts, "agnes", lodge.code("agnes"), lodge.clock.now())


def test_a_recovery_code_signs_in_once_and_approves_nothing(lodge: Lodge) -> None:
    first, second, *_ = lodge.enrol("agnes")
    assert not prove(lodge.accounts, "agnes", first, NOON)
    assert attempt(lodge, code=first.upper().replace("-", " "))
    assert not attempt(lodge, code=first)
    assert attempt(lodge, code=second)


def test_unknown_names_ended_accounts_and_former_people_do_not_sign_in(lodge: Lodge) -> None:
    lodge.enrol("agnes")
    later(lodge)
    gone = replace(lodge.accounts, people={k: v for k, v in PEOPLE.items() if k != "agnes"})
    assert not sign_in(gone, "agnes", PASSWORD, lodge.code("agnes"), HERE, lodge.clock.now())
    assert not attempt(lodge, "nobody", code="123456")
    making.end(lodge.accounts, "agnes", by=making.COMMAND, at=lodge.clock.now())
    assert not attempt(lodge)
    assert lodge.accounts.exist(), "an ended account does not open the console to everybody"


def test_the_work_is_the_same_for_who_is_there_and_who_is_not(
    lodge: Lodge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not seconds, which chance moves, but every hash and every statement, counted."""
    lodge.enrol("agnes")
    later(lodge)
    work: list[str] = []
    run, fits = type(lodge.store).run, proofs.matches

    def seen_run(self: object, name: str, **params: object) -> object:
        work.append(name)
        return run(self, name, **params)  # type: ignore[arg-type]

    inner = Transaction.run

    def seen_inner(self: Transaction, name: str, **params: object) -> object:
        work.append(name)
        return inner(self, name, **params)

    def seen_fits(*arguments: object) -> bool:
        work.append("argon2id")
        return fits(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(type(lodge.store), "run", seen_run)
    monkeypatch.setattr(Transaction, "run", seen_inner)
    monkeypatch.setattr(signing_in, "matches", seen_fits)
    done = []
    for person, password in (("agnes", "a wrong password!"), ("nobody", "a wrong password!")):
        work.clear()
        assert not attempt(lodge, person, password, code="000000")
        done.append(list(work))
    assert done[0] == done[1]
    assert done[0].count("argon2id") == 1


def test_guessing_makes_the_account_wait_twice_as_long_each_time(lodge: Lodge) -> None:
    """The right proof does not count while it waits, and waits do not grow by being knocked at."""
    lodge.enrol("agnes")
    later(lodge)
    for n in range(proofs.FREE + 1):
        assert not attempt(lodge, code="000000", where=f"10.0.1.{n}")
    assert not attempt(lodge, where="10.0.2.1"), "it waits, though this would be right"
    (row,) = lodge.store.run("accounts_listed")
    held = row["blocked_until"] - lodge.clock.now()
    assert held == proofs.FIRST
    later(lodge, 16)
    assert not attempt(lodge, code="000000", where="10.0.2.2")
    (row,) = lodge.store.run("accounts_listed")
    assert row["blocked_until"] - lodge.clock.now() == 2 * proofs.FIRST
    later(lodge, 31)
    assert attempt(lodge, where="10.0.2.3")
    later(lodge)
    assert attempt(lodge, where="10.0.2.3"), "who signed in waits no more"


def test_guessing_many_names_makes_the_address_wait(lodge: Lodge) -> None:
    lodge.enrol("agnes")
    later(lodge)
    for n in range(proofs.FREE_OF_ADDRESS + 1):
        assert not attempt(lodge, f"guess-{n}", code="000000", where="192.0.2.9")
    assert not attempt(lodge, where="192.0.2.9")
    assert attempt(lodge, where="192.0.2.10"), "others are not kept out"


def test_a_session_is_a_hash_here_and_ends_by_silence_and_by_time(lodge: Lodge) -> None:
    lodge.enrol("agnes")
    accounts = lodge.accounts
    name = sessions.begin(accounts, "agnes", lodge.clock.now())
    signed = sessions.who(accounts, name, lodge.clock.now())
    assert signed is not None
    assert signed.person == "agnes"
    assert name not in repr(signed)
    assert signed.token not in repr(signed)
    assert sessions.who(accounts, name[:-2] + "AA", lodge.clock.now()) is None
    assert sessions.who(accounts, "§", lodge.clock.now()) is None
    later(lodge, 29 * 60)
    assert sessions.who(accounts, name, lodge.clock.now()) is not None
    later(lodge, 29 * 60)
    assert sessions.who(accounts, name, lodge.clock.now()) is not None
    later(lodge, 31 * 60)
    assert sessions.who(accounts, name, lodge.clock.now()) is None
    second = sessions.begin(accounts, "agnes", lodge.clock.now())
    last = sessions.who(accounts, second, lodge.clock.now())
    for _ in range(21):
        later(lodge, 29 * 60)
        last = sessions.who(accounts, second, lodge.clock.now())
    assert last is None, "ten hours are the most, however busy"


def test_signing_in_anew_ends_the_session_before_it_and_everywhere_ends_all(lodge: Lodge) -> None:
    lodge.enrol("agnes")
    accounts, now = lodge.accounts, lodge.clock.now()
    one = sessions.begin(accounts, "agnes", now)
    two = sessions.begin(accounts, "agnes", now, former=one)
    other = sessions.begin(accounts, "agnes", now)
    assert sessions.who(accounts, one, now) is None
    assert sessions.who(accounts, two, now) is not None
    sessions.end_all(accounts, "agnes", by="agnes", at=now)
    assert sessions.who(accounts, two, now) is sessions.who(accounts, other, now) is None


def test_a_new_secret_ends_what_worked_before(lodge: Lodge) -> None:
    """A lost device: the account is made anew, and neither session nor password nor code stays."""
    recovery = lodge.enrol("agnes")
    now = lodge.clock.now()
    session = sessions.begin(lodge.accounts, "agnes", now)
    making.add(lodge.accounts, "agnes", by="ada", at=now)
    assert sessions.who(lodge.accounts, session, now) is None
    assert not attempt(lodge, code=recovery[0])


def test_a_view_is_in_the_log_and_its_commitment_in_the_ledger(store: Store) -> None:
    office = Office(store)
    lodge = Lodge(store, office.ring)
    request = office.arrive()
    views.note_view(
        lodge.accounts, request.id, 1, views.Kind.IDENTITY, views.Why.ANSWER, by="agnes", at=NOON
    )
    (view,) = views.newest(lodge.accounts)
    assert (view.by, view.request, view.person, view.what) == ("agnes", request.id, 1, "identity")
    assert views.of_request(lodge.accounts, request.id) == (view,)
    (entry,) = [body for body in lodge.told if isinstance(body, Viewed)]
    with store._connection() as connection:
        row = connection.execute("SELECT salt FROM avow.view_log").fetchone()
    assert row is not None
    assert entry.commitment == commitment(bytes(row["salt"]), views.reference(view))
    changed = replace(view, by="somebody")
    assert entry.commitment != commitment(bytes(row["salt"]), views.reference(changed))


def test_the_first_account_is_made_on_the_command_line_without_a_password(
    tmp_path: Path, state_url: str
) -> None:
    """It prints a secret once; a second look at the accounts shows no secret at all."""
    file = tmp_path / "avow.yaml"
    file.write_text(SOUND, encoding="utf-8")
    where = [
        "--declaration",
        str(file),
        "--state",
        str(tmp_path / "s"),
        "--database-url",
        state_url,
    ]
    run = CliRunner().invoke

    def said(*words: str) -> Result:
        return run(main, ["account", *words, *where], prog_name="avow")

    assert "nobody has an account" in said("list").output
    made = said("add", "claire")
    assert made.exit_code == 0, made.output
    (secret,) = re.findall(r"one-time secret: (\S{26,})", made.output)
    listed = said("list", "--json").output
    assert '"waits for its person"' in listed
    assert secret not in listed
    wrong = [said("add", "mallory"), said("end", "marc"), said("end", "claire")]
    assert [each.exit_code for each in wrong] == [3, 3, 0]
    assert '"ended"' in said("list", "--json").output
    assert said("sign-out", "claire").exit_code == 0
